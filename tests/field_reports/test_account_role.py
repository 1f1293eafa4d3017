"""Which role Datadog assumes: names, paths and ARNs on record, and what it may do."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.account.builders import SECRET
from tests.account.whole_run import make_role, policy, statement
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer, Fix

ROLE_ONLY = {'features': ['role']}
MISSING, NO_CREATION = 'integration-role-missing', ('create-role', 'CloudFormation template')


def on_record(name: str) -> Mapping[str, Any]:
    return {'auth_config': {'role_name': name, 'external_id': SECRET}}


def role_for_datadog(name: str = 'DatadogIntegrationRole', path: str = '/') -> None:
    make_role(policy(statement()), name=name, path=path)


def the_record_is_wrong(*says: str, enter: str) -> Answer:
    return Answer(
        causes=(MISSING,),
        exit_status=2,
        findings={MISSING: 'critical', 'trust-policy-external-id': 'ok'},
        says={MISSING: says},
        fixes={MISSING: Fix(has=(f"'{enter}'", 'exactly that name'), lacks=NO_CREATION)},
    )


def another_role_is_meant(*says: str, enter: str) -> Answer:
    return Answer(
        causes=(MISSING,),
        exit_status=2,
        findings={MISSING: 'critical'},
        says={MISSING: says},
        fixes={MISSING: Fix(has=(f"'{enter}'", 'exactly that name'), lacks=NO_CREATION)},
    )


BOTH_ARE_EQUAL = Answer(
    findings={MISSING: 'ok', 'trust-policy-external-id': 'ok', 'trust-policy-wrong-principal': 'ok'}
)
NAMES = (
    AccountReport(
        scope='account',
        number=1,
        situation='The role has the path /datadog/, and Datadog has only its name on record.',
        sources=('DataDog/terraform-provider-datadog#1551',),
        right='Datadog puts the name on record behind role/, and no role has that ARN: enter datadog/ with the name.',
        prepare=partial(role_for_datadog, path='/datadog/'),
        options=ROLE_ONLY,
        answer=the_record_is_wrong("is 'datadog/DatadogIntegrationRole'", enter='datadog/DatadogIntegrationRole'),
    ),
    AccountReport(
        scope='account',
        number=1,
        variant='another path is on record',
        situation='The role has the path /vendors/datadog/, and Datadog has the path datadog/ on record.',
        sources=('DataDog/terraform-provider-datadog#1551',),
        right='The whole path counts: enter vendors/datadog/ with the name.',
        prepare=partial(role_for_datadog, path='/vendors/datadog/'),
        record=on_record('datadog/DatadogIntegrationRole'),
        options=ROLE_ONLY,
        answer=the_record_is_wrong('the path is part of the name', enter='vendors/datadog/DatadogIntegrationRole'),
    ),
    AccountReport(
        scope='account',
        number=2,
        situation='The role has the path /datadog/, and Datadog has datadog/ and its name on record.',
        sources=('DataDog/terraform-provider-datadog#1551',),
        right='This is how a role with a path has to be on record: it is found and judged.',
        prepare=partial(role_for_datadog, path='/datadog/'),
        record=on_record('datadog/DatadogIntegrationRole'),
        options=ROLE_ONLY,
        answer=BOTH_ARE_EQUAL,
    ),
    AccountReport(
        scope='account',
        number=2,
        variant='there is no such role',
        situation='Datadog has datadog/ and a name on record, and IAM has no role of that name.',
        sources=('DataDog/terraform-provider-datadog#1551',),
        right='The role is created with its path apart from its name: IAM refuses a slash in a name.',
        record=on_record('datadog/DatadogIntegrationRole'),
        options=ROLE_ONLY,
        answer=Answer(
            causes=(MISSING,),
            fixes={
                MISSING: Fix(
                    has=('create-role --path /datadog/ --role-name DatadogIntegrationRole',),
                    lacks=('--role-name datadog/',),
                )
            },
        ),
    ),
    AccountReport(
        scope='account',
        number=13,
        situation='A role that trusts Datadog exists under another name than the one on record.',
        sources=('DataDog/terraform-provider-datadog#1325', 'DataDog/terraform-provider-datadog#1137'),
        right='The role that trusts Datadog is named, and the record is to be corrected: no second role.',
        prepare=partial(role_for_datadog, 'DataDogAwsIntegration'),
        record=on_record('DatadogAWSIntegrationRole'),
        options=ROLE_ONLY,
        answer=another_role_is_meant("'DataDogAwsIntegration' trusts Datadog", enter='DataDogAwsIntegration'),
    ),
    AccountReport(
        scope='account',
        number=13,
        variant='the role that trusts Datadog has a path',
        situation='A role that trusts Datadog exists under another name, with a path.',
        sources=('DataDog/terraform-provider-datadog#1325',),
        right='It is named as it has to be on record, with its path.',
        prepare=partial(role_for_datadog, 'monitoring', '/vendors/'),
        options=ROLE_ONLY,
        answer=another_role_is_meant("'vendors/monitoring' trusts Datadog", enter='vendors/monitoring'),
    ),
    *(
        AccountReport(
            scope='account',
            number=13,
            variant=variant,
            situation=f'The role is there, and {variant}.',
            sources=('DataDog/documentation#743', 'DataDog/terraform-provider-datadog#1325'),
            right='What is wrong with the record is named, and the role itself is judged: nothing is created.',
            prepare=role_for_datadog,
            record=on_record(recorded),
            options=ROLE_ONLY,
            answer=the_record_is_wrong(says, enter='DatadogIntegrationRole'),
        )
        for variant, recorded, says in (
            (
                'its ARN is on record',
                'arn:aws:iam::123456789012:role/DatadogIntegrationRole',
                'an ARN is on record',
            ),
            ('role/ and its name are on record', 'role/DatadogIntegrationRole', "'role/' does not belong to the name"),
            ('a space follows its name on record', 'DatadogIntegrationRole ', 'they differ by white space'),
        )
    ),
    AccountReport(
        scope='account',
        number=13,
        variant='its name is on record in another case',
        situation='The role is there, and its name is on record in lower case.',
        sources=('DataDog/terraform-provider-datadog#1325',),
        right='The role that trusts Datadog is named: STS compares the case.',
        prepare=role_for_datadog,
        record=on_record('datadogintegrationrole'),
        options=ROLE_ONLY,
        answer=another_role_is_meant("'DatadogIntegrationRole' trusts Datadog", enter='DatadogIntegrationRole'),
    ),
    AccountReport(
        scope='account',
        number=13,
        variant='the other role trusts another vendor',
        situation='No role is there but one that trusts another vendor.',
        sources=('DataDog/terraform-provider-datadog#1137',),
        right="The role does not exist, and nobody else's role is proposed: it is to be created.",
        prepare=partial(
            make_role, policy(statement(Principal={'AWS': 'arn:aws:iam::111122223333:root'})), name='Vendor'
        ),
        options=ROLE_ONLY,
        answer=Answer(causes=(MISSING,), exit_status=2, fixes={MISSING: Fix(has=('create-role',), lacks=('Vendor',))}),
    ),
)

UNREGISTERED = 'integration-not-registered'
REGISTRATION = (
    AccountReport(
        scope='account',
        number=9,
        situation='Datadog has no integration for this account, and the role does not exist either.',
        sources=('DataDog/cloudformation-template#124', 'DataDog/cloudformation-template#85'),
        right='The account is not registered with this organization and site: how to register it.',
        record=None,
        options=ROLE_ONLY,
        answer=Answer(
            causes=(UNREGISTERED,),
            exit_status=2,
            findings={UNREGISTERED: 'critical', MISSING: 'not_applicable'},
            says={UNREGISTERED: ('on datadoghq.com', 'no integration for account 123456789012')},
            fixes={UNREGISTERED: Fix(has=('CloudFormation template', 'datadog_integration_aws_account'))},
            never=('set app_key',),
        ),
    ),
    AccountReport(
        scope='account',
        number=9,
        variant='the role exists',
        situation='Datadog has no integration for this account, and a role that trusts Datadog is there.',
        sources=('DataDog/cloudformation-template#124',),
        right='The account is to be registered with that role: the template would try to create it again.',
        prepare=role_for_datadog,
        record=None,
        options=ROLE_ONLY,
        answer=Answer(
            causes=(UNREGISTERED,),
            exit_status=2,
            findings={UNREGISTERED: 'critical', MISSING: 'ok'},
            fixes={UNREGISTERED: Fix(has=("the role name 'DatadogIntegrationRole'",), lacks=('CloudFormation',))},
            never=('set app_key',),
        ),
    ),
    AccountReport(
        scope='account',
        number=9,
        variant='another account is registered',
        situation='Datadog has integrations, but none for this account.',
        sources=('DataDog/cloudformation-template#85',),
        right='Records of other accounts do not count.',
        record={'aws_account_id': '210987654321'},
        options=ROLE_ONLY,
        answer=Answer(causes=(UNREGISTERED,), exit_status=2),
    ),
    AccountReport(
        scope='account',
        number=9,
        variant='the answer cannot be read',
        situation='Datadog answers with a record that does not say of which account it is.',
        sources=('DataDog/cloudformation-template#85',),
        right='Whether the account is registered is not known.',
        prepare=role_for_datadog,
        record={'aws_account_id': 123456789012},
        options={'features': ['role', 'inventory']},
        answer=Answer(findings={UNREGISTERED: 'unknown'}),
    ),
)

REPORTS = (*NAMES, *REGISTRATION)

test_report = account_test(REPORTS)
