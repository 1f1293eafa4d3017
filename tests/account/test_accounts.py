"""`aws-diagnostics accounts`: both sides beside each other, what is wrong, and what one side does not tell."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.cli.accounts.answer import Answer
from datadog_checks.aws_diagnostics.cli.accounts.shown import COLUMNS, MOST_ROWS, csv_rows, document, report
from datadog_checks.aws_diagnostics.collect.integration import records_in
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AccountsOnBothSides
from datadog_checks.aws_diagnostics.rules.organization import side_by_side
from tests.account import servers
from tests.account.accounts import MANAGEMENT, World, both, id_of, listing, member, recorded
from tests.account.aws_account import operator
from tests.account.builders import SECRET
from tests.account.datadog_api import API_KEY, APP_KEY, INTEGRATIONS, plain
from tests.account.scripted_aws import json_error
from tests.cli.schema import SCHEMAS, validate

SCHEMA = json.loads((SCHEMAS / 'accounts.schema.json').read_text())
REFUSED = """Datadog is not authorized to perform action cloudwatch:ListMetrics
Account affected: 000000000001
Regions affected: every region
Error was last seen 14m ago"""
HOSTILE = '=HYPERLINK("http://x")\x1b[2J\u202e\n' + 'y' * 300
DENIED = json_error('AccessDeniedException', message=f'User {MANAGEMENT} is not authorized')


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with both(tmp_path, monkeypatch, capsys) as found:
        yield found


@pytest.fixture
def several(world: World) -> World:
    """Errors, a closed account, one without a record, and one that is elsewhere."""
    world.aws['ListAccounts'] = [listing(member(1), member(2, state='SUSPENDED'), member(3, 'sandbox'))]
    world.datadog.accounts = [recorded(1), recorded(2), recorded(4, metrics_config={'enabled': False})]
    world.datadog.errors = {id_of(1): [REFUSED]}
    return world


def test_what_is_wrong_comes_first_and_the_rest_is_beside_it(several: World) -> None:
    printed = several.ask()
    assert printed.status == 1
    assert printed.out.splitlines() == [
        'WARNING accounts: 2 of 3 on record are wrong (1 closed in AWS, 1 with errors that Datadog reports); '
        '1 of 3 in the organization not on record; 1 on record not in the organization',
        '',
        'account       in AWS         on record  metrics  regions  role                      name',
        '000000000001  active         yes        on       all      DatadogIntegrationRole    account 1',
        '  - Datadog reports cloudwatch:ListMetrics in every region (14 minutes ago)',
        '000000000002  suspended      yes        on       all      DatadogIntegrationRole    account 2',
        '  - AWS says SUSPENDED, and Datadog still has it on record',
        '000000000003  active         no                                                     sandbox',
        '000000000004  not in it      yes        off      all      DatadogIntegrationRole',
        '',
        'Remove a closed account from the AWS integration page in Datadog, unless it is to be reopened: AWS',
        'keeps it for 90 days.',
        '`aws-diagnostics check`, with assume_role_arn for an account, says why it fails there.',
    ]


def test_quiet_shows_the_first_line_and_verbose_every_remark(several: World) -> None:
    assert len(several.ask('-q').out.splitlines()) == 1
    shown = several.ask('-v').out.splitlines()
    for remark in (
        '  - Datadog has no record of it, which may be meant so',
        '  - the organization does not have it',
        '  - Datadog collects no metrics from it',
    ):
        assert remark in shown


def test_a_program_gets_all_of_it(several: World) -> None:
    document = several.ask('--json').document
    validate(document, SCHEMA)
    assert document['status'] == 'warning'
    assert document['organization'] == {
        'complete': True,
        'reason': None,
        'in_use': True,
        'asked_from': MANAGEMENT,
        'management_account': MANAGEMENT,
        'partition': 'aws',
    }
    assert {name: count for name, count in document['counts'].items() if count} == {
        'on_record': 3,
        'in_organization': 3,
        'closed-on-record': 1,
        'errors-reported': 1,
        'not-in-organization': 1,
        'not-on-record': 1,
        'metrics-off': 1,
    }
    first, *others = document['accounts']
    assert first == {
        'account': id_of(1),
        'name': 'account 1',
        'state': 'ACTIVE',
        'in_organization': True,
        'on_record': True,
        'records': [
            {
                'partition': 'aws',
                'id': '11111111-2222-3333-4444-555555555555',
                'authentication': 'role',
                'role_name': 'DatadogIntegrationRole',
                'regions': None,
                'metrics': True,
            }
        ],
        'errors': [{'action': 'cloudwatch:ListMetrics', 'text': None, 'regions': None, 'age': 840.0}],
        'remarks': [
            {
                'id': 'errors-reported',
                'wrong': True,
                'evidence': 'Datadog reports cloudwatch:ListMetrics in every region (14 minutes ago)',
            }
        ],
    }
    assert [[remark['id'] for remark in each['remarks']] for each in others] == [
        ['closed-on-record'],
        ['not-on-record'],
        ['not-in-organization', 'metrics-off'],
    ]


def test_csv_has_a_line_for_each_record_and_the_counts_are_beside_it(several: World) -> None:
    several.datadog.accounts.append(recorded(1, 'aws-us-gov'))
    printed = several.ask('--csv')
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert [(row['account'], row['partition'], row['state'], row['on_record']) for row in rows] == [
        (id_of(1), 'aws', 'ACTIVE', 'true'),
        (id_of(1), 'aws-us-gov', 'ACTIVE', 'true'),
        (id_of(2), 'aws', 'SUSPENDED', 'true'),
        (id_of(3), '', 'ACTIVE', 'false'),
        (id_of(4), 'aws', '', 'true'),
    ]
    assert rows[0]['remarks'] == 'errors-reported recorded-in-two-partitions'
    assert tuple(rows[0]) == COLUMNS
    assert printed.err.startswith('WARNING accounts: ')


def test_nothing_hostile_or_secret_is_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.aws['ListAccounts'] = [listing(member(1, HOSTILE))]
    auth = {'role_name': '=cmd()\x1b[2J\u202e', 'external_id': SECRET}
    world.datadog.accounts = [recorded(1, auth_config=auth)]
    world.datadog.errors = [f'\x1b]0;title\x07{"z" * 5000}']
    for arguments in ((), ('-v',), ('--json',), ('--csv',)):
        out, err = world.ask(*arguments)[1:]
        for secret in (SECRET, API_KEY, APP_KEY, 'example.com', *servers.SECRETS):
            assert secret not in out + err
        assert not {'\x1b', '\x07', '\u202e'} & set(out + err)
        assert 'y' * 150 not in out + err and 'z' * 300 not in out + err
    (row,) = csv.DictReader(io.StringIO(world.ask('--csv').out))
    assert row['name'].startswith("'=HYPERLINK") and row['role_name'].startswith("'=cmd()")


SETTLED = (
    f'Credentials of the management account {MANAGEMENT}, or of a delegated administrator, with the permission '
    'organizations:ListAccounts show the other side.'
)


def one_line(text: str) -> str:
    return ' '.join(text.split())


def test_a_member_account_sees_the_side_of_datadog_and_what_would_show_the_other(world: World) -> None:
    world.aws['ListAccounts'] = [DENIED]
    world.datadog.accounts = [recorded(1)]
    printed = world.ask()
    assert printed.status == 3
    assert printed.out.splitlines()[0] == (
        'UNKNOWN accounts: 1 on record, none of them wrong by itself; the organization is not known'
    )
    assert 'missing permission organizations:ListAccounts (AccessDeniedException)' in one_line(printed.out)
    assert SETTLED in one_line(printed.out)
    assert '000000000001  ?              yes' in printed.out
    assert world.ask('--fail-on', 'warning').status == 0
    document = world.ask('--json').document
    validate(document, SCHEMA)
    assert [(each['in_organization'], each['remarks']) for each in document['accounts']] == [(None, [])]


def test_no_organization_is_nothing_unknown(world: World) -> None:
    world.aws['ListAccounts'] = [json_error('AWSOrganizationsNotInUseException')]
    world.datadog.accounts = [recorded(1)]
    printed = world.ask('-v')
    assert printed.status == 0
    assert printed.out.startswith('OK accounts: 1 on record, none of them wrong by itself; there is no organization\n')
    assert 'delegated administrator' not in printed.out
    document = world.ask('--json').document
    validate(document, SCHEMA)
    assert document['organization']['in_use'] is False


def test_without_aws_credentials_the_side_of_datadog_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in servers.KEYS:
        monkeypatch.delenv(name)
    world.datadog.accounts = [recorded(1)]
    printed = world.ask()
    assert printed.status == 3
    assert 'not known: the accounts of the organization: no AWS credentials were found' in one_line(printed.out)
    assert SETTLED.replace(f' {MANAGEMENT}', '') in one_line(printed.out)
    validate(world.ask('--json').document, SCHEMA)


def test_a_list_that_breaks_off_calls_nothing_missing(world: World) -> None:
    more = listing(member(1))
    more = type(more)(more.body.replace(']', '], "NextToken": "more"'), 200, content_type=more.content_type)
    world.aws['ListAccounts'] = [more, DENIED]
    world.datadog.accounts = [recorded(1), recorded(2)]
    printed = world.ask('-v')
    assert printed.status == 3
    assert '0 of 1 in the organization that were listed not on record' in printed.out
    assert '000000000002  ?              yes' in printed.out


DATADOG_FAILS = [
    pytest.param(plain(403, '{"errors": ["Forbidden"]}'), 'aws_configuration_read', id='a key without the permission'),
    pytest.param(plain(500, ''), 'the Datadog API failed (status 500)', id='a failure'),
    pytest.param(plain(200, '{"data": {}}'), 'documented', id='another shape'),
]


@pytest.mark.parametrize(('instead', 'why'), DATADOG_FAILS)
def test_without_datadog_no_account_is_called_missing(several: World, instead: bytes, why: str) -> None:
    several.datadog.instead = instead
    printed = several.ask('-v')
    assert printed.status == 3
    assert printed.out.startswith('UNKNOWN accounts: what Datadog has on record is not known: ')
    assert why in printed.out
    assert '000000000003  active         ?' in printed.out
    assert 'no record' not in printed.out
    document = several.ask('--json').document
    validate(document, SCHEMA)
    assert {each['on_record'] for each in document['accounts']} == {None}


UNREAD: list[Any] = [
    pytest.param({'auth_config': {'role_name': 7}}, 'its record is not known: ', id='another shape'),
    pytest.param({'aws_regions': {}}, 'its record is not known: ', id='no regions'),
]


@pytest.mark.parametrize(('attributes', 'why'), UNREAD)
def test_a_record_that_cannot_be_read_spoils_no_other(world: World, attributes: dict[str, Any], why: str) -> None:
    world.aws['ListAccounts'] = [listing(member(1), member(2))]
    world.datadog.accounts = [recorded(1), recorded(2, **attributes)]
    printed = world.ask()
    assert printed.status == 3
    assert f'  - {why}' in printed.out
    assert '000000000001  active         yes        on       all' in printed.out
    assert '000000000002  active         yes        ?        ?' in printed.out
    validate(world.ask('--json').document, SCHEMA)


def test_a_record_of_nobody_makes_no_account_missing(world: World) -> None:
    world.aws['ListAccounts'] = [listing(member(1))]
    world.datadog.accounts = [recorded(1, aws_account_id='12')]
    printed = world.ask()
    assert printed.status == 3
    assert 'not known: of which account 1 record of Datadog is' in printed.out
    assert '000000000001  active         ?' in printed.out


def test_errors_that_cannot_be_read_are_not_known(world: World) -> None:
    world.aws['ListAccounts'] = [listing(member(1), member(2))]
    world.datadog.accounts = [recorded(1), recorded(2)]
    world.datadog.errors = {id_of(1): [7]}
    printed = world.ask()
    assert printed.status == 3
    assert printed.out.count('whether Datadog reports errors is not known') == 1
    assert world.datadog.asked.count(INTEGRATIONS) == 1


def test_errors_that_are_not_known_at_all_are_said_once(world: World) -> None:
    world.aws['ListAccounts'] = [listing(member(1), member(2))]
    world.datadog.accounts = [recorded(1), recorded(2)]
    world.datadog.errors_instead = plain(500, '')
    printed = world.ask()
    assert printed.status == 3
    assert printed.out.count('the Datadog API failed (status 500)') == 1
    assert 'not known: which errors Datadog reports: the Datadog API failed (status 500)' in printed.out
    assert world.ask('-v').out.count('the Datadog API failed (status 500)') == 3
    assert [each['errors'] for each in world.ask('--json').document['accounts']] == [None, None]


def test_many_accounts_are_cut_in_the_table_only(world: World) -> None:
    world.aws['ListAccounts'] = [listing(*(member(n) for n in range(MOST_ROWS + 10)))]
    world.datadog.accounts = [recorded(MOST_ROWS + 9, auth_config={'role_name': ''})]
    lines = world.ask().out.splitlines()
    assert lines[3].startswith('000000000059  active         yes')
    assert 'and 10 accounts more: -v shows all, --csv and --json too' in lines
    assert sum(line.startswith('0000000000') for line in lines) == MOST_ROWS
    assert sum(line.startswith('0000000000') for line in world.ask('-v').out.splitlines()) == MOST_ROWS + 10
    assert len(world.ask('--json').document['accounts']) == MOST_ROWS + 10


def test_an_organization_of_more_than_a_hundred_accounts(
    world: World, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DD_API_KEY', API_KEY)
    monkeypatch.setenv('DD_APP_KEY', APP_KEY)
    aws = operator('organizations')
    aws.create_organization(FeatureSet='ALL')
    for number in range(110):
        aws.create_account(AccountName=f'account {number}', Email=f'{number}@example.com')
    ids = [each['Id'] for page in aws.get_paginator('list_accounts').paginate() for each in page['Accounts']]
    closed = next(id for id in ids if id != servers.MOTO_ACCOUNT)
    aws.close_account(AccountId=closed)
    world.datadog.accounts = [{**recorded(1), 'attributes': recorded(1)['attributes'] | {'aws_account_id': closed}}]
    printed = world.ask('-q')
    assert (printed.status, printed.out) == (
        1,
        'WARNING accounts: 1 of 1 on record is wrong (1 closed in AWS); 110 of 111 in the organization not on record\n',
    )


WRONG_USAGE = [
    pytest.param(('--csv', '--json'), '--csv excludes --json and -v', id='two documents'),
    pytest.param(('--csv', '-v'), '--csv excludes --json and -v', id='CSV with sentences'),
    pytest.param(('--write-config', 'x'), '--write-config and --role-template need each other', id='no template'),
    pytest.param(('--role-template', 'x'), '--write-config and --role-template need each other', id='no directory'),
    pytest.param(
        ('--write-config', 'x', '--role-template', 'arn:aws:iam::1:role/x'),
        "--role-template 'arn:aws:iam::1:role/x': allowed is the ARN of a role with {account} once",
        id='a template without a place',
    ),
]


@pytest.mark.parametrize(('arguments', 'message'), WRONG_USAGE)
def test_wrong_usage_asks_nobody(world: World, arguments: tuple[str, ...], message: str) -> None:
    printed = world.ask(*arguments)
    assert (printed.status, printed.out, world.datadog.asked) == (64, '', [])
    assert message in printed.err


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(['eu-west-1', 'aws', 'AWS/EC2'])
)
NAMES = ('role_name', 'external_id', 'access_key_id', 'include_all', 'include_only', 'enabled', 'namespace', 'tags')
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
ATTRIBUTES = ('aws_partition', 'auth_config', 'aws_regions', 'metrics_config', 'resources_config', 'modified_at')
ANY_RECORD = st.fixed_dictionaries(
    {'aws_account_id': st.sampled_from([id_of(1), id_of(2), 'x', 5])}, optional=dict.fromkeys(ATTRIBUTES, ANYTHING)
)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.lists(ANY_RECORD, max_size=4))
def test_whatever_is_on_record_can_be_shown(records: list[dict[str, Any]]) -> None:
    sides = AccountsOnBothSides(Unobserved('nobody was asked'), records_in(records), {})
    answer = Answer(sides, side_by_side(sides, 'datadoghq.com'))
    assert len([*csv_rows(answer)]) == sum(record['aws_account_id'] in (id_of(1), id_of(2)) for record in records)
    validate(json.loads(document(answer, None)), SCHEMA)
    assert all(line.text.isprintable() for line in report(answer, None, verbose=True))
