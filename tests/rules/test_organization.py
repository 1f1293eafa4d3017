"""What is remarkable about an account that one of the two sides has, or both."""

from collections.abc import Mapping
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    AccountsOnBothSides,
    AccountState,
    AuthKind,
    Integration,
    OnRecord,
    Organization,
    OrganizationAccount,
    Records,
    ReportedError,
    RoleTemplate,
)
from datadog_checks.aws_diagnostics.facts.values import AccountId, Malformed, Partition, RegionName
from datadog_checks.aws_diagnostics.rules.organization import Remark, counts, side_by_side, usual_role_name
from tests.account.builders import integration

A, B, C, MANAGEMENT = (AccountId(str(digit) * 12) for digit in '1239')
AWS, GOV, CHINA = Partition('aws'), Partition('aws-us-gov'), Partition('aws-cn')
SITE, GOVERNMENT = 'datadoghq.com', 'ddog-gov.com'
UNSEEN = Unobserved('nobody answered')
DENIED = 'missing permission organizations:ListAccounts (AccessDeniedException)'
KEYS = integration(auth=AuthKind.ACCESS_KEYS, role_name='')
FRESH, OLD = ReportedError('sts:AssumeRole', age=60.0), ReportedError('sts:AssumeRole', age=86400.0)


def member(state: AccountState = AccountState.ACTIVE, account: AccountId = A) -> OrganizationAccount:
    return OrganizationAccount(account, 'web', state)


def organization(*members: OrganizationAccount, **differences: Any) -> Organization:
    return Organization(AWS, MANAGEMENT, MANAGEMENT, members, **differences)


def on_record(
    found: Integration | Unobserved | None = None, account: AccountId = A, partition: Partition | None = AWS
) -> OnRecord:
    return OnRecord(account, partition, found or integration())


ONE = organization(member())


def both(*records: OnRecord, organization: Organization | Unobserved = ONE, **differences: Any) -> AccountsOnBothSides:
    errors = {record.account_id: () for record in records}
    return AccountsOnBothSides(
        **{'organization': organization, 'records': Records(records), 'errors': errors, **differences}
    )


ROLES = (integration(role_name='Usual'), integration(role_name='Usual'), integration(role_name='Other'))
CASES: Mapping[str, tuple[AccountsOnBothSides, tuple[Remark, ...]]] = {
    'on both sides': (both(on_record()), ()),
    'not on record': (both(), (Remark.NOT_ON_RECORD,)),
    'not on record, as far as its records say whose they are': (both(records=Records((), without_id=1)), ()),
    'the records are not known': (both(records=UNSEEN), ()),
    'suspended and on record': (
        both(on_record(), organization=organization(member(AccountState.SUSPENDED))),
        (Remark.CLOSED_ON_RECORD,),
    ),
    'closing and on record': (
        both(on_record(), organization=organization(member(AccountState.PENDING_CLOSURE))),
        (Remark.CLOSED_ON_RECORD,),
    ),
    'closed and on record': (
        both(on_record(), organization=organization(member(AccountState.CLOSED))),
        (Remark.CLOSED_ON_RECORD,),
    ),
    'closed and not on record': (
        both(organization=organization(member(AccountState.CLOSED))),
        (),
    ),
    'of a state that nobody knows': (both(on_record(), organization=organization(member(AccountState.UNKNOWN))), ()),
    'not activated': (
        both(on_record(), organization=organization(member(AccountState.PENDING_ACTIVATION))),
        (Remark.NOT_ACTIVATED,),
    ),
    'not in the organization': (both(on_record(), organization=organization()), (Remark.NOT_IN_ORGANIZATION,)),
    'not in what was listed of the organization': (
        both(on_record(), organization=organization(member(account=B), not_listed=DENIED)),
        (),
    ),
    'in no organization': (both(on_record(), organization=organization(not_listed=DENIED, in_use=False)), ()),
    'of an organization that is not known': (both(on_record(), organization=UNSEEN), ()),
    'of another partition than the organization': (
        both(on_record(partition=CHINA), organization=organization()),
        (),
    ),
    'of a partition that the record does not name': (
        both(on_record(partition=None), organization=organization()),
        (),
    ),
    'recorded twice': (both(on_record(), on_record()), (Remark.RECORDED_TWICE,)),
    'recorded in two partitions': (both(on_record(), on_record(partition=GOV)), (Remark.OTHER_PARTITION,)),
    'an error of a minute ago': (both(on_record(), errors={A: (OLD, FRESH)}), (Remark.ERRORS_REPORTED,)),
    'an error of yesterday': (both(on_record(), errors={A: (OLD,)}), (Remark.OLDER_ERRORS,)),
    'an error of six hours ago': (
        both(on_record(), errors={A: (ReportedError('sts:AssumeRole', age=6 * 3600.0),)}),
        (Remark.ERRORS_REPORTED,),
    ),
    'an error without a time': (
        both(on_record(), errors={A: (ReportedError('', text='odd'), OLD)}),
        (Remark.UNDATED_ERRORS,),
    ),
    'errors that could not be read': (both(on_record(), errors=UNSEEN), (Remark.ERRORS_NOT_READ,)),
    'errors that Datadog does not list': (both(on_record(), errors={}), (Remark.ERRORS_NOT_READ,)),
    'errors of access keys, which Datadog lists by key': (both(on_record(KEYS, partition=GOV), errors={}), ()),
    'errors of an account without a record': (both(errors={A: (FRESH,)}), (Remark.NOT_ON_RECORD,)),
    'a record that cannot be read': (both(on_record(UNSEEN)), (Remark.RECORD_NOT_READ,)),
    'access keys where Datadog offers a role': (both(on_record(KEYS)), (Remark.ACCESS_KEYS,)),
    'access keys in China': (both(on_record(KEYS, partition=CHINA)), ()),
    'access keys in a partition that is not known': (both(on_record(KEYS, partition=None)), ()),
    'no role name': (both(on_record(integration(role_name=''))), (Remark.ROLE_NAME_UNUSABLE,)),
    'a space after the role name': (both(on_record(integration(role_name='Role '))), (Remark.ROLE_NAME_UNUSABLE,)),
    'an ARN as role name': (
        both(on_record(integration(role_name=f'arn:aws:iam::{A}:role/Role'))),
        (Remark.ROLE_NAME_UNUSABLE,),
    ),
    'a role name with its path': (both(on_record(integration(role_name='team/web/Role'))), ()),
    'a role name that begins with a hyphen': (both(on_record(integration(role_name='-Role'))), ()),
    'metrics off': (both(on_record(integration(metrics_enabled=False))), (Remark.METRICS_OFF,)),
    'metrics not mentioned': (both(on_record(integration(metrics_enabled=None))), ()),
    'no region': (both(on_record(integration(regions=()))), (Remark.NO_REGIONS,)),
    'regions that are no names of regions': (both(on_record(integration(regions=(), other_regions=1))), ()),
    'one region': (both(on_record(integration(regions=(RegionName('eu-west-1'),)))), ()),
    'two thirds have another role name': (
        both(*(on_record(role, account) for role, account in zip(ROLES, (B, C, A), strict=True))),
        (Remark.OTHER_ROLE_NAME,),
    ),
    'one of two has another role name': (both(on_record(ROLES[2]), on_record(ROLES[0], B)), ()),
    'everything at once, what is wrong first': (
        both(
            on_record(integration(role_name='', metrics_enabled=False, regions=())),
            on_record(KEYS),
            errors={A: (FRESH,)},
            organization=organization(member(AccountState.SUSPENDED)),
        ),
        (
            *(Remark.CLOSED_ON_RECORD, Remark.ERRORS_REPORTED, Remark.RECORDED_TWICE, Remark.ROLE_NAME_UNUSABLE),
            *(Remark.ACCESS_KEYS, Remark.METRICS_OFF, Remark.NO_REGIONS),
        ),
    ),
}


@pytest.mark.parametrize(('sides', 'remarks'), CASES.values(), ids=CASES.keys())
def test_an_account(sides: AccountsOnBothSides, remarks: tuple[Remark, ...]) -> None:
    found = {row.account_id: row for row in side_by_side(sides, SITE)}
    assert (found[A].remarks if A in found else ()) == remarks


def test_access_keys_of_govcloud_are_wrong_where_datadog_offers_a_role_there() -> None:
    sides = both(on_record(KEYS, partition=GOV))
    assert [row.remarks for row in side_by_side(sides, GOVERNMENT)] == [(Remark.ACCESS_KEYS,)]


def test_every_remark_has_a_case() -> None:
    assert {remark for _, remarks in CASES.values() for remark in remarks} == set(Remark)


def test_accounts_are_in_the_order_of_their_ids_and_counted() -> None:
    sides = both(on_record(account=C), on_record(account=B), organization=organization(member(), member(account=B)))
    rows = side_by_side(sides, SITE)
    assert [(row.account_id, row.in_organization, row.on_record) for row in rows] == [
        (A, True, False),
        (B, True, True),
        (C, False, True),
    ]
    assert dict(counts(rows)) == {Remark.NOT_ON_RECORD: 1, Remark.NOT_IN_ORGANIZATION: 1}


def test_half_of_the_records_have_no_usual_role_name() -> None:
    assert usual_role_name([ROLES[0], ROLES[0], ROLES[2], ROLES[2]]) == ''
    assert usual_role_name([*ROLES, UNSEEN, KEYS]) == 'Usual'


TEMPLATE = 'arn:aws:iam::{account}:role/team/aws-diagnostics'


@pytest.mark.parametrize('partition', [AWS, GOV, CHINA])
def test_a_role_template_is_of_the_partition_of_the_account(partition: Partition) -> None:
    assert RoleTemplate(TEMPLATE).arn(A, partition) == f'arn:{partition}:iam::{A}:role/team/aws-diagnostics'


@pytest.mark.parametrize(
    'text',
    [
        pytest.param('', id='nothing'),
        pytest.param('aws-diagnostics', id='a name'),
        pytest.param(TEMPLATE.replace('{account}', A), id='no place for the account'),
        pytest.param(TEMPLATE + '-{account}', id='two places for the account'),
        pytest.param(TEMPLATE.replace('{account}', '{Account}'), id='another word'),
        pytest.param(TEMPLATE.replace('role/', 'user/'), id='a user'),
        pytest.param(TEMPLATE.replace(':iam:', ':sts:'), id='another service'),
        pytest.param(TEMPLATE.replace('arn:aws:', 'arn:azure:'), id='no partition of AWS'),
        pytest.param('arn:aws:iam::{account}:role/', id='no name'),
        pytest.param('arn:aws:iam::{account}:role/-x', id='a name that begins with a hyphen'),
        pytest.param(TEMPLATE + ' ', id='a space'),
        pytest.param(TEMPLATE + '\n', id='a line end'),
        pytest.param(TEMPLATE + '$(id)', id='a command'),
        pytest.param('arn:aws:iam::{account}:role/' + 'x' * 65, id='a name that is too long'),
    ],
)
def test_what_is_no_role_template(text: str) -> None:
    with pytest.raises(Malformed, match='the ARN of a role'):
        RoleTemplate(text)
