"""Which role Datadog assumes: names, paths and ARNs on record, and what it may do."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tests.account.builders import SECRET
from tests.account.permission_lists import RECORDED
from tests.account.whole_run import ROLE, allows, iam, make_role, policy, statement
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
        number=1,
        situation='The role has the path /datadog/, and Datadog has only its name on record.',
        sources=('DataDog/terraform-provider-datadog#1551',),
        right='Datadog puts the name on record behind role/, and no role has that ARN: enter datadog/ with the name.',
        prepare=partial(role_for_datadog, path='/datadog/'),
        options=ROLE_ONLY,
        answer=the_record_is_wrong("is 'datadog/DatadogIntegrationRole'", enter='datadog/DatadogIntegrationRole'),
    ),
    AccountReport(
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
        number=13,
        variant='no name is on record',
        situation='The role is there, and Datadog has an empty role name on record.',
        sources=('DataDog/terraform-provider-datadog#1325',),
        right='The record is to be completed; the configuration of the check, which names no role, is not blamed.',
        prepare=role_for_datadog,
        record=on_record(''),
        options=ROLE_ONLY,
        answer=replace(
            the_record_is_wrong('no role name on record', enter='DatadogIntegrationRole'), never=('remove role_name',)
        ),
    ),
    AccountReport(
        number=13,
        variant='another partition is on record',
        situation='The role is there, and Datadog has the partition of GovCloud on record.',
        sources=('DataDog/terraform-provider-datadog#1325',),
        right='The partition is corrected, with a copy of the record; another role name would change nothing.',
        prepare=role_for_datadog,
        record={'aws_partition': 'aws-us-gov'},
        options=ROLE_ONLY,
        answer=Answer(
            causes=(MISSING,),
            exit_status=2,
            findings={MISSING: 'critical'},
            fixes={
                MISSING: Fix(has=('aws_partition = "aws"', 'aws-integration-before.json'), lacks=('enter exactly',))
            },
        ),
    ),
    AccountReport(
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

AUDIT, LACKING, KEYS = 'security-audit-not-attached', 'integration-permissions-missing', 'integration-uses-access-keys'
PERMISSIONS_ONLY = {'features': ['permissions']}
TABLES = ('dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource')


def administrator() -> None:
    role_with(managed='AdministratorAccess')


def role_with(*documents: Mapping[str, Any], managed: str = '') -> None:
    make_role(policy(statement()), *map(dict, documents), security_audit=False)
    if managed:
        iam().attach_role_policy(RoleName=ROLE, PolicyArn=f'arn:aws:iam::aws:policy/{managed}')


def on(arn: str, *actions: str) -> None:
    """The whole list, and of it these actions only on this ARN."""
    rest = [action for action in RECORDED.standard if action not in actions]
    role_with(policy(allows(*rest), {'Effect': 'Allow', 'Action': [*actions], 'Resource': arn}))


PERMISSIONS = (
    AccountReport(
        number=11,
        situation='Datadog uses access keys of an IAM user for this account.',
        sources=('DataDog/documentation#36068',),
        right='Changing the way of authentication deletes the settings of the account: they are saved first.',
        record={'auth_config': {'access_key_id': 'AKIAIOSFODNN7EXAMPLE'}},
        options=ROLE_ONLY,
        answer=Answer(
            causes=(KEYS,),
            findings={KEYS: 'warning', MISSING: 'not_applicable'},
            fixes={
                KEYS: Fix(
                    has=(
                        'which are lost when the authentication changes',
                        '/api/v2/integration/aws/accounts?aws_account_id=123456789012',
                        'datadog-aws-integration.before.json',
                    )
                )
            },
        ),
    ),
    AccountReport(
        number=12,
        situation='A role that trusts Datadog is not used.',
        sources=('https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html',),
        right='A denied AssumeRole of another account is not in the trail of this one: nobody is sent to look there.',
        prepare=role_for_datadog,
        options=ROLE_ONLY,
        answer=Answer(findings={'integration-role-unused': 'unknown'}, never=('CloudTrail', 'cloudtrail')),
    ),
    AccountReport(
        number=15,
        situation='Resource collection is off, and SecurityAudit is not attached.',
        sources=('https://docs.datadoghq.com/integrations/amazon-web-services/',),
        right='Only resource collection needs SecurityAudit: nothing to say.',
        prepare=partial(role_with, policy(allows(*RECORDED.standard))),
        options=PERMISSIONS_ONLY,
        answer=Answer(findings={AUDIT: 'not_applicable', LACKING: 'ok'}),
    ),
    AccountReport(
        number=15,
        variant='AdministratorAccess is attached',
        situation='Resource collection is on, and the role has AdministratorAccess instead of SecurityAudit.',
        sources=('https://docs.datadoghq.com/integrations/amazon-web-services/',),
        right='SecurityAudit would add nothing: nothing to say.',
        prepare=administrator,
        record={'resources_config': {'extended_collection': True}},
        options=PERMISSIONS_ONLY,
        answer=Answer(findings={AUDIT: 'ok', LACKING: 'ok'}),
    ),
    AccountReport(
        number=15,
        variant='a policy of its own allows everything',
        situation='Resource collection is on, and a policy of the role allows * on *.',
        sources=('https://docs.datadoghq.com/integrations/amazon-web-services/',),
        right='SecurityAudit would add nothing: nothing to say.',
        prepare=partial(role_with, policy(allows('*'))),
        record={'resources_config': {'extended_collection': True}},
        options=PERMISSIONS_ONLY,
        answer=Answer(findings={AUDIT: 'ok', LACKING: 'ok'}),
    ),
    AccountReport(
        number=15,
        variant='the record does not say whether resource collection is on',
        situation="Datadog's record has `resources_config: {}`, and SecurityAudit is not attached.",
        sources=('https://docs.datadoghq.com/api/latest/aws-integration/',),
        right='The default of extended_collection is true: resource collection is on and needs SecurityAudit.',
        prepare=partial(role_with, policy(allows(*RECORDED.standard, *RECORDED.resource_collection))),
        record={'resources_config': {}},
        options=PERMISSIONS_ONLY,
        answer=Answer(causes=(AUDIT,), findings={AUDIT: 'warning'}, says={AUDIT: ('which needs it, is on',)}),
    ),
    *(
        AccountReport(
            number=19,
            variant=variant,
            situation=f'{actions[0]} is granted on {arn} instead of `*`.',
            sources=(f'https://docs.aws.amazon.com/service-authorization/latest/reference/list_{page}.html',),
            right=right,
            prepare=partial(on, arn, *actions),
            options=PERMISSIONS_ONLY,
            answer=Answer(findings={LACKING: status}),
        )
        for variant, arn, actions, page, status, right in (
            (
                '',
                'arn:aws:dynamodb:*:*:*',
                ('dynamodb:Describe*',),
                'amazondynamodb',
                'ok',
                'It is granted: what Datadog describes is a table, and every table is covered.',
            ),
            (
                'on every bucket',
                'arn:aws:s3:::*',
                ('s3:GetBucketTagging',),
                'amazons3',
                'ok',
                'It is granted: these ARNs are all buckets.',
            ),
            (
                'on one table',
                'arn:aws:dynamodb:*:*:table/orders',
                ('dynamodb:Describe*',),
                'amazondynamodb',
                'unknown',
                'Whether that is all that Datadog should see is not known.',
            ),
            (
                'of an action that knows no resources',
                'arn:aws:dynamodb:*:*:*',
                ('dynamodb:List*',),
                'amazondynamodb',
                'unknown',
                'AWS documents that ListTables needs `*`: not known to be granted.',
            ),
        )
    ),
)
REPORTS = (*NAMES, *REGISTRATION, *PERMISSIONS)

test_report = account_test(REPORTS)
