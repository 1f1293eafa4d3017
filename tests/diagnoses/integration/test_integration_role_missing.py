"""The role that Datadog is to assume is not there, or not under the name that Datadog uses."""

from datadog_checks.aws_diagnostics.diagnoses.integration.integration_role_missing import INTEGRATION_ROLE_MISSING
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import RoleName
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_expectations, account_facts, caller, integration, role
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT, saved

NO_KEY = Unobserved('no application key')
RECORD = 'that is the name that Datadog has on record'
NONE = "IAM has no role named 'DatadogIntegrationRole'"


def missing(*similar: str, name: str = 'DatadogIntegrationRole') -> Facts:
    return account_facts(role=RoleMissing(name, tuple(map(RoleName, similar))), integration=integration(role_name=name))


FAILS = {
    'there is no such role': Row(missing(), f'{NONE}; {RECORD}', near_miss='the role is there'),
    'the name of the old guide': Row(
        missing('DatadogAWSIntegrationRole'),
        f"{NONE}, but 'DatadogAWSIntegrationRole'; {RECORD}",
        near_miss='the old name on both sides',
    ),
    'a space behind the name': Row(
        missing('DatadogIntegrationRole', name='DatadogIntegrationRole '),
        f"IAM has no role named 'DatadogIntegrationRole ', but 'DatadogIntegrationRole'; {RECORD}",
        near_miss='the role is there',
    ),
    'many that are similar': Row(
        missing('a', 'b', 'c', 'd'), f"{NONE}, but 'a', 'b', 'c' and others; {RECORD}", near_miss='the role is there'
    ),
    'not under the name that the operator told': Row(
        account_facts(role=RoleMissing('Datadog'), integration=NO_KEY),
        "IAM has no role named 'Datadog'; that is the name that this check was told",
        account_expectations(role_name='Datadog'),
        near_miss='the role is there, Datadog was not asked',
    ),
    'Datadog has it in another case': Row(
        account_facts(integration=integration(role_name='datadogintegrationrole')),
        "Datadog has the role name 'datadogintegrationrole' on record, the role of this account is named "
        "'DatadogIntegrationRole': they differ by case or white space",
        near_miss='the role is there',
    ),
}
PASSES = {
    'the role is there': Row(account_facts(), "IAM has the role 'DatadogIntegrationRole', as Datadog has it on record"),
    'the role is there, Datadog was not asked': Row(
        account_facts(integration=NO_KEY), "IAM has the role 'DatadogIntegrationRole'"
    ),
    'created a moment ago': Row(
        account_facts(role=role(created_at=NOW - 61, changed_at=None)),
        "IAM has the role 'DatadogIntegrationRole', as Datadog has it on record; it changed 1 minute ago, so this may "
        'be stale: IAM and Datadog need at least 5 minutes',
    ),
    'the old name on both sides': Row(
        account_facts(
            role=role(name='DatadogAWSIntegrationRole'), integration=integration(role_name='DatadogAWSIntegrationRole')
        ),
        "IAM has the role 'DatadogAWSIntegrationRole', as Datadog has it on record",
    ),
}
UNKNOWN = {
    'the name was only guessed': Row(
        account_facts(
            role=RoleMissing('DatadogIntegrationRole', (RoleName('DatadogAWSIntegrationRole'),)), integration=NO_KEY
        ),
        f"{NONE}, but 'DatadogAWSIntegrationRole'; which name Datadog uses is not known: set app_key or role_name",
    ),
    'this check was told another role than Datadog': Row(
        account_facts(role=role(name='Watcher')),
        "Datadog has the role name 'DatadogIntegrationRole' on record, and this check was told to look at 'Watcher': "
        'leave role_name out',
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'Datadog uses access keys': Row(
        account_facts(role=RoleMissing('x'), integration=integration(auth=AuthKind.ACCESS_KEYS, role_name='')),
        'Datadog uses access keys here, and no role',
    ),
}
test_verdict = verdict_test(INTEGRATION_ROLE_MISSING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

TEMPLATE = (
    'Create the role with its permissions by the CloudFormation template of Datadog: '
    'https://docs.datadoghq.com/integrations/amazon-web-services/'
)
CREATE = 'aws iam create-role --role-name DatadogIntegrationRole --assume-role-policy-document file://trust.json'
ATTACH = (
    'aws iam attach-role-policy --role-name DatadogIntegrationRole --policy-arn arn:{}:iam::aws:policy/SecurityAudit'
)


def enter(name: str) -> str:
    return (
        'If that is the role meant for Datadog, enter its name on the AWS integration page of Datadog, without spaces '
        f'around it and in this case: {name}'
    )


test_remedy = remedy_test(
    INTEGRATION_ROLE_MISSING,
    {
        'nothing is there': (
            missing(),
            Remedy(
                'Let Datadog and IAM use the same role name, by creating the role',
                (TEMPLATE, f'Or by hand. {saved()}', CREATE, ATTACH.format('aws'), WAIT),
            ),
        ),
        'a similar one, in GovCloud': (
            account_facts(
                caller=caller(partition='aws-us-gov'),
                role=RoleMissing('DatadogIntegrationRole', (RoleName('DatadogAWSIntegrationRole'),)),
            ),
            account_expectations(site='ddog-gov.com'),
            Remedy(
                'Let Datadog and IAM use the same role name',
                (
                    enter('DatadogAWSIntegrationRole'),
                    TEMPLATE,
                    f'Or by hand. {saved("arn:aws-us-gov:iam::065115117704:root")}',
                    CREATE,
                    ATTACH.format('aws-us-gov'),
                    WAIT,
                ),
            ),
        ),
        'it differs by case': (
            account_facts(integration=integration(role_name='datadogintegrationrole')),
            Remedy('Let Datadog and IAM use the same role name', (enter('DatadogIntegrationRole'), WAIT)),
        ),
    },
)
