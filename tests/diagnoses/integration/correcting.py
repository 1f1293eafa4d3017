"""The steps that correct a trust policy, in full."""

PAGE = 'https://docs.datadoghq.com/integrations/guide/error-datadog-not-authorized-sts-assume-role/'


def saved(principal: str = 'arn:aws:iam::464622532012:root') -> str:
    return (
        'Save this as trust.json, with the external id that the AWS integration page of Datadog shows for this account '
        'in place of EXTERNAL_ID: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "'
        f'{principal}"}}, "Action": "sts:AssumeRole", "Condition": '
        '{"StringEquals": {"sts:ExternalId": "EXTERNAL_ID"}}}]}'
    )


UPDATE = 'aws iam update-assume-role-policy --role-name DatadogIntegrationRole --policy-document file://trust.json'
TERRAFORM = (
    'Or in Terraform, as the argument of the data source aws_iam_policy_document whose json is the assume_role_policy '
    'of the role: source_policy_documents = [file("trust.json")]'
)
WAIT = f'Wait 5 minutes and run this check again; Datadog may show its error for some hours more. See {PAGE}'
CORRECT = (saved(), UPDATE, TERRAFORM, WAIT)


def keep(count: str) -> str:
    return (
        f'This replaces the whole trust policy, which has {count}. Copy what is still needed: aws iam get-role '
        '--role-name DatadogIntegrationRole --query Role.AssumeRolePolicyDocument'
    )
