"""The role that Datadog is to assume is not there, or not under the name that Datadog uses."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.integration_role_missing import INTEGRATION_ROLE_MISSING
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, ExternalId, RoleMissing, TrustingRole
from datadog_checks.aws_diagnostics.facts.values import AccountId, Arn, Partition, RoleName
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import (
    EXTERNAL_ID,
    OTHER_EXTERNAL_ID,
    account_expectations,
    account_facts,
    caller,
    integration,
    role,
)
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import SET_IT, WAIT

NO_KEY = Unobserved('no application key')
RECORD = 'Datadog has that name on record'
ON_RECORD = "IAM has the role 'DatadogIntegrationRole', the name that Datadog has on record"
NONE = "IAM has no role named 'DatadogIntegrationRole'"


def missing(
    *similar: str,
    name: str = 'DatadogIntegrationRole',
    trusting: tuple[TrustingRole, ...] | Unobserved = (),
    partition: str = 'aws',
) -> Facts:
    recorded = integration(role_name=name, partition=Partition(partition))
    return account_facts(
        caller=caller(partition=Partition(partition)),
        role=RoleMissing(name, tuple(map(RoleName, similar)), trusting),
        integration=recorded,
    )


def trusts(
    name: str, account: str = '464622532012', external_id: ExternalId = EXTERNAL_ID, partition: str = 'aws'
) -> TrustingRole:
    return TrustingRole(Arn(f'arn:{partition}:iam::123456789012:role/{name}'), (AccountId(account),), (external_id,))


def recorded(name: str, actual: str = 'DatadogIntegrationRole', **differences: Any) -> Facts:
    """What Datadog has on record, and the role with its path as IAM has it."""
    arn = Arn(f'arn:aws:iam::123456789012:role/{actual}')
    found = role(name=RoleName(actual.rpartition('/')[2]), arn=arn)
    return account_facts(role=found, integration=integration(role_name=name, **differences))


def differs(name: str, actual: str, why: str) -> str:
    return f"Datadog has the role name '{name}' on record, the role is '{actual}': {why}"


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
    'it is the only one that trusts Datadog, under another name': Row(
        missing('DatadogAWSIntegrationRole', trusting=(trusts('vendors/Monitoring'),)),
        f"{NONE}, but 'vendors/Monitoring' trusts Datadog; {RECORD}",
        near_miss='the role is there',
    ),
    'the one with the external id of the record is meant': Row(
        missing(trusting=(trusts('Old', external_id=OTHER_EXTERNAL_ID), trusts('New'))),
        f"{NONE}, but 'New' trusts Datadog; {RECORD}",
        near_miss='the role is there',
    ),
    'several trust Datadog': Row(
        missing(trusting=tuple(trusts(name, external_id=OTHER_EXTERNAL_ID) for name in 'abcd')),
        f"{NONE}, but 'a', 'b', 'c' and others trust Datadog; {RECORD}",
        near_miss='the role is there',
    ),
    'a role that trusts another site of Datadog is not meant': Row(
        missing(trusting=(trusts('Ap1', '417141415827'),)), f'{NONE}; {RECORD}', near_miss='the role is there'
    ),
    'it differs by case': Row(
        recorded('datadogintegrationrole'),
        differs('datadogintegrationrole', 'DatadogIntegrationRole', 'they differ by case'),
        near_miss='the role is there',
    ),
    'it differs by white space': Row(
        recorded('DatadogIntegrationRole '),
        differs('DatadogIntegrationRole ', 'DatadogIntegrationRole', 'they differ by white space'),
        near_miss='the role is there',
    ),
    'an ARN is on record': Row(
        recorded('arn:aws:iam::123456789012:role/DatadogIntegrationRole'),
        differs(
            'arn:aws:iam::123456789012:role/DatadogIntegrationRole', 'DatadogIntegrationRole', 'an ARN is on record'
        ),
        near_miss='the role is there',
    ),
    'role/ is on record before the name': Row(
        recorded('role/DatadogIntegrationRole'),
        differs('role/DatadogIntegrationRole', 'DatadogIntegrationRole', "'role/' does not belong to the name"),
        near_miss='the role is there',
    ),
    'the role has a path that is not on record': Row(
        recorded('DatadogIntegrationRole', 'datadog/DatadogIntegrationRole'),
        differs('DatadogIntegrationRole', 'datadog/DatadogIntegrationRole', 'the path is part of the name'),
        near_miss='a path on both sides',
    ),
    'another path is on record': Row(
        recorded('dd/DatadogIntegrationRole', 'datadog/DatadogIntegrationRole'),
        differs('dd/DatadogIntegrationRole', 'datadog/DatadogIntegrationRole', 'the path is part of the name'),
        near_miss='a path on both sides',
    ),
    'a slash before the name on record': Row(
        recorded('/DatadogIntegrationRole'),
        differs('/DatadogIntegrationRole', 'DatadogIntegrationRole', 'the role has no path'),
        near_miss='the role is there',
    ),
    'the path differs by case': Row(
        recorded('Datadog/DatadogIntegrationRole', 'datadog/DatadogIntegrationRole'),
        differs('Datadog/DatadogIntegrationRole', 'datadog/DatadogIntegrationRole', 'they differ by case'),
        near_miss='a path on both sides',
    ),
    'no name is on record': Row(
        recorded(''),
        "Datadog has no role name on record, the role is 'DatadogIntegrationRole'",
        near_miss='the role is there',
    ),
    'no name is on record, and no role is there': Row(
        account_facts(role=RoleMissing('DatadogIntegrationRole'), integration=integration(role_name='')),
        f'{NONE}; Datadog has no role name on record',
        near_miss='the role is there',
    ),
    'another partition is on record': Row(
        recorded('DatadogIntegrationRole', partition=Partition('aws-cn')),
        'Datadog has the partition aws-cn on record, the role is arn:aws:iam::123456789012:role/DatadogIntegrationRole',
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
    'a path on both sides': Row(
        recorded('datadog/DatadogIntegrationRole', 'datadog/DatadogIntegrationRole'),
        "IAM has the role 'datadog/DatadogIntegrationRole', the name that Datadog has on record",
    ),
    'the record does not say which partition': Row(recorded('DatadogIntegrationRole', partition=None), ON_RECORD),
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
    'whether its path is on record': Row(
        account_facts(
            role=role(arn=Arn('arn:aws:iam::123456789012:role/datadog/DatadogIntegrationRole')), integration=NO_KEY
        ),
        "IAM has the role 'datadog/DatadogIntegrationRole'; not known whether Datadog has its path on record: "
        'set app_key',
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
    principal: str = 'arn:aws:iam::464622532012:root',
    name: str = 'DatadogIntegrationRole',
    partition: str = 'aws',
    path: str = '',
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
aws iam create-role {path}--role-name {name} --assume-role-policy-document file://trust-policy.json &&
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


def in_terraform(name: str) -> Choice:
    block = f'auth_config {{\n  aws_auth_config_role {{\n    role_name = "{name}"\n  }}\n}}'
    text = 'If Terraform manages the integration, set it in datadog_integration_aws_account'
    return Choice(text, (Command(block, Language.HCL),))


ONLY_THE_NAME = Choice(
    'Enter only the name of the role on the AWS integration page in Datadog, without ARN, role/ or white space'
)
LOOK = Choice(
    "List the roles that trust Datadog's account; if one is meant for Datadog, enter on the AWS integration page in "
    'Datadog all that follows role/ in its ARN',
    (
        Command(
            "aws iam list-roles --query 'Roles[?contains(to_string(AssumeRolePolicyDocument), "
            "'\"'\"'464622532012'\"'\"')].Arn' --output text"
        ),
    ),
)
GOV = 'arn:aws-us-gov:iam::065115117704:root'
SITE = account_expectations()
test_remedy = remedy_test(
    INTEGRATION_ROLE_MISSING,
    {
        'nothing is there': (missing(), SITE, Remedy(USE, creating(), (WAIT,))),
        'nobody could list the roles': (
            missing(trusting=Unobserved('missing permission iam:ListRoles')),
            SITE,
            Remedy(USE, (LOOK, *creating()), (WAIT,)),
        ),
        'a similar one, in GovCloud': (
            missing('DatadogAWSIntegrationRole', partition='aws-us-gov'),
            account_expectations(site='ddog-gov.com'),
            Remedy(USE, (enter('DatadogAWSIntegrationRole'), *creating(GOV, partition='aws-us-gov')), (WAIT,)),
        ),
        'one trusts Datadog: no second one is created': (
            missing('DatadogAWSIntegrationRole', trusting=(trusts('vendors/Monitoring'),)),
            SITE,
            Remedy(USE, (enter('vendors/Monitoring'), in_terraform('vendors/Monitoring')), (WAIT,)),
        ),
        'two trust Datadog': (
            missing(trusting=(trusts('One'), trusts('Two'))),
            SITE,
            Remedy(USE, (enter('One'), enter('Two')), (WAIT,)),
        ),
        'a space behind the name': (
            missing(name='DatadogIntegrationRole '),
            SITE,
            Remedy(USE, (ONLY_THE_NAME, *creating()), (WAIT,)),
        ),
        'a path is on record: IAM takes it apart from the name': (
            missing(name='datadog/eu/DatadogIntegrationRole'),
            SITE,
            Remedy(USE, creating(path='--path /datadog/eu/ '), (WAIT,)),
        ),
        'an ARN on record never becomes the name of a role': (
            missing(name='arn:aws:iam::123456789012:role/$(reboot)'),
            SITE,
            Remedy(USE, (ONLY_THE_NAME, *creating(name='"${ROLE_NAME:?}"')), (WAIT,)),
        ),
        'the name in an ARN on record': (
            missing(name='arn:aws:iam::123456789012:role/Monitoring'),
            SITE,
            Remedy(USE, (ONLY_THE_NAME, *creating(name='Monitoring')), (WAIT,)),
        ),
        'no name is on record': (
            recorded(''),
            SITE,
            Remedy(USE, (enter('DatadogIntegrationRole'), in_terraform('DatadogIntegrationRole')), (WAIT,)),
        ),
        'it differs by case': (
            recorded('datadogintegrationrole'),
            SITE,
            Remedy(USE, (enter('DatadogIntegrationRole'), in_terraform('DatadogIntegrationRole')), (WAIT,)),
        ),
        'its path is not on record': (
            recorded('DatadogIntegrationRole', 'datadog/DatadogIntegrationRole'),
            SITE,
            Remedy(
                USE,
                (enter('datadog/DatadogIntegrationRole'), in_terraform('datadog/DatadogIntegrationRole')),
                (WAIT,),
            ),
        ),
    },
)


def test_another_partition_on_record_is_corrected_and_the_name_is_left_alone() -> None:
    facts = recorded('DatadogIntegrationRole', partition=Partition('aws-cn'))
    remedy = INTEGRATION_ROLE_MISSING.remedy(facts, SITE)
    assert remedy is not None
    assert (remedy.summary, remedy.then) == ("Correct the partition in Datadog's record", (WAIT,))
    commands = [command.text for choice in remedy.choices for command in choice.commands]
    assert any('.aws_partition = "aws"' in command for command in commands)
    assert commands[-1] == 'aws_partition = "aws"'
    assert 'role_name' not in str(remedy)
