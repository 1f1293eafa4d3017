"""The role that Datadog is to assume is not there, or not under the name that Datadog uses."""

from datadog_checks.aws_diagnostics.diagnoses.integration.integration_role_missing import INTEGRATION_ROLE_MISSING
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import RoleName
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import account_expectations, account_facts, caller, integration, role
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import SET_IT, WAIT

NO_KEY = Unobserved('no application key')
RECORD = 'Datadog has that name on record'
ON_RECORD = "IAM has the role 'DatadogIntegrationRole', the name that Datadog has on record"
NONE = "IAM has no role named 'DatadogIntegrationRole'"


def missing(*similar: str, name: str = 'DatadogIntegrationRole') -> Facts:
    return account_facts(role=RoleMissing(name, tuple(map(RoleName, similar))), integration=integration(role_name=name))


FAILS = {
    'there is no such role': Row(missing(), f'{NONE}; {RECORD}', near_miss='the role is there'),
    'the name of the old guide': Row(
        missing('DatadogAWSIntegrationRole'),
        f"{NONE}, but has 'DatadogAWSIntegrationRole'; {RECORD}",
        near_miss='the old name on both sides',
    ),
    'a space behind the name': Row(
        missing('DatadogIntegrationRole', name='DatadogIntegrationRole '),
        f"IAM has no role named 'DatadogIntegrationRole ', but has 'DatadogIntegrationRole'; {RECORD}",
        near_miss='the role is there',
    ),
    'many that are similar': Row(
        missing('a', 'b', 'c', 'd'),
        f"{NONE}, but has 'a', 'b', 'c' and others; {RECORD}",
        near_miss='the role is there',
    ),
    'not under the name that the operator told': Row(
        account_facts(role=RoleMissing('Datadog'), integration=NO_KEY),
        "IAM has no role named 'Datadog'; the configuration of this check has that name",
        account_expectations(role_name='Datadog'),
        near_miss='the role is there, Datadog was not asked',
    ),
    'Datadog has it in another case': Row(
        account_facts(integration=integration(role_name='datadogintegrationrole')),
        "Datadog has the role name 'datadogintegrationrole' on record, the role is named "
        "'DatadogIntegrationRole': they differ by case or white space",
        near_miss='the role is there',
    ),
}
PASSES = {
    'the role is there': Row(
        account_facts(), "IAM has the role 'DatadogIntegrationRole', the name that Datadog has on record"
    ),
    'the role is there, Datadog was not asked': Row(
        account_facts(integration=NO_KEY), "IAM has the role 'DatadogIntegrationRole'"
    ),
    'created a moment ago': Row(
        account_facts(role=role(created_at=NOW - 61, changed_at=None)),
        f'{ON_RECORD}; the role changed 1 minute ago, so this may be stale: IAM and Datadog need at least 5 minutes',
    ),
    'the old name on both sides': Row(
        account_facts(
            role=role(name='DatadogAWSIntegrationRole'), integration=integration(role_name='DatadogAWSIntegrationRole')
        ),
        "IAM has the role 'DatadogAWSIntegrationRole', the name that Datadog has on record",
    ),
}
UNKNOWN = {
    'the name was only guessed': Row(
        account_facts(
            role=RoleMissing('DatadogIntegrationRole', (RoleName('DatadogAWSIntegrationRole'),)), integration=NO_KEY
        ),
        f"{NONE}, but has 'DatadogAWSIntegrationRole'; not known which name Datadog uses: set app_key or role_name",
    ),
    'this check was told another role than Datadog': Row(
        account_facts(role=role(name='Watcher')),
        "Datadog has the role name 'DatadogIntegrationRole' on record, and the configuration of this check says "
        "'Watcher': remove role_name",
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'Datadog uses access keys': Row(
        account_facts(role=RoleMissing('x'), integration=integration(auth=AuthKind.ACCESS_KEYS, role_name='')),
        'Datadog uses access keys for this account, not a role',
    ),
}
test_verdict = verdict_test(INTEGRATION_ROLE_MISSING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

USE = 'Make Datadog and IAM use the same role name'


def creating(
    principal: str = 'arn:aws:iam::464622532012:root', name: str = 'DatadogIntegrationRole', partition: str = 'aws'
) -> tuple[Choice, ...]:
    audit = f'--role-name {name} --policy-arn arn:{partition}:iam::aws:policy/SecurityAudit'
    return (
        Choice(
            "Create the role and its permissions with Datadog's CloudFormation template, see "
            'https://docs.datadoghq.com/integrations/amazon-web-services/'
        ),
        Choice(
            f'Create the role by hand; {SET_IT}; integration-permissions-missing then tells how to grant the rest',
            (
                Command(f"""cat > trust-policy.json <<END &&
{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Effect": "Allow",
      "Principal": {{
        "AWS": "{principal}"
      }},
      "Action": "sts:AssumeRole",
      "Condition": {{
        "StringEquals": {{
          "sts:ExternalId": "${{EXTERNAL_ID:?}}"
        }}
      }}
    }}
  ]
}}
END
aws iam create-role --role-name {name} --assume-role-policy-document file://trust-policy.json &&
aws iam attach-role-policy {audit}"""),
            ),
            undo=Step(
                'Delete the role',
                (Command(f'aws iam detach-role-policy {audit} &&\naws iam delete-role --role-name {name}'),),
            ),
        ),
    )


def enter(name: str) -> Choice:
    return Choice(
        f"If '{name}' is the role meant for Datadog, enter exactly that name on the AWS integration page in Datadog"
    )


ONLY_THE_NAME = Choice(
    'Enter only the name of the role on the AWS integration page in Datadog, without its path, its ARN or white space'
)
test_remedy = remedy_test(
    INTEGRATION_ROLE_MISSING,
    {
        'nothing is there': (missing(), account_expectations(), Remedy(USE, creating(), (WAIT,))),
        'a similar one, in GovCloud': (
            account_facts(
                caller=caller(partition='aws-us-gov'),
                role=RoleMissing('DatadogIntegrationRole', (RoleName('DatadogAWSIntegrationRole'),)),
            ),
            account_expectations(site='ddog-gov.com'),
            Remedy(
                USE,
                (
                    enter('DatadogAWSIntegrationRole'),
                    *creating('arn:aws-us-gov:iam::065115117704:root', partition='aws-us-gov'),
                ),
                (WAIT,),
            ),
        ),
        'a space behind the name': (
            missing(name='DatadogIntegrationRole '),
            account_expectations(),
            Remedy(USE, (ONLY_THE_NAME, *creating()), (WAIT,)),
        ),
        'an ARN on record never becomes the name of a role': (
            missing(name='arn:aws:iam::123456789012:role/$(reboot)'),
            account_expectations(),
            Remedy(USE, (ONLY_THE_NAME, *creating(name='"${ROLE_NAME:?}"')), (WAIT,)),
        ),
        'it differs by case': (
            account_facts(integration=integration(role_name='datadogintegrationrole')),
            account_expectations(),
            Remedy(USE, (enter('DatadogIntegrationRole'),), (WAIT,)),
        ),
    },
)
