"""`aws-diagnostics hosts lingering-tags` lists the hosts that keep tags of an integration that is gone."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.cli import Failure
from datadog_checks.aws_diagnostics.cli.hosts.seen_in import Seen, SeenHost, read_seen
from datadog_checks.aws_diagnostics.facts.account import TaggedHost
from datadog_checks.aws_diagnostics.facts.values import AccountId, InstanceId
from tests.account.datadog_api import Datadog, account, host, plain
from tests.account.host_lists import OTHER, OURS, Ask, asking, instance_id, left, page
from tests.account.removals import AWS
from tests.cli.schema import SCHEMAS, validate

SCHEMA = json.loads((SCHEMAS / 'hosts-lingering-tags.schema.json').read_text())
GONE = f'Datadog has no integration for account {OTHER}'
NO_ACCOUNT = left(9, tags_by_source={'Amazon Web Services': ['team:x']})
FILTERED = {'enabled': True, 'namespace_filters': {'exclude_only': []}}
FILTERED_EC2 = {**FILTERED, 'tag_filters': [{'namespace': 'AWS/EC2', 'tags': ['env:prod']}]}


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Datadog, Ask]]:
    with asking(tmp_path, monkeypatch, capsys) as (datadog, ask):
        datadog.accounts = [account(OURS, aws_regions={'include_only': ['us-east-1']})]
        yield datadog, ask


def listed(number: int, reason: str = GONE, why_not: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        'name': f'web-{number}',
        'instance_id': instance_id(number),
        'account': OTHER,
        'region': 'eu-west-1',
        'tags': 3,
        'reason': reason,
        'removable': why_not is None,
        'why_not': why_not,
        **fields,
    }


REGIONS = 'its tags from AWS name several regions'
SILENT = 'its Agent does not report: Datadog drops such a host by itself'
TELLS = 'nothing proves that they leave it out'
ROWS = [
    pytest.param(left(1), listed(1), id='its account has no integration any more'),
    pytest.param(
        left(1, OURS),
        listed(1, 'the integration does not include eu-west-1', account=OURS),
        id='its region is left out',
    ),
    pytest.param(left(1, up=False), listed(1, why_not=SILENT), id='its Agent does not report'),
    pytest.param(
        left(1, tags_by_source={'Amazon Web Services': ['team:x', f'instance-id:{instance_id(1)}']}),
        listed(
            1,
            'no tag aws_account names its account',
            'nothing proves which account it belongs to',
            account=None,
            region=None,
            tags=2,
        ),
        id='its tags name no account',
    ),
    pytest.param(
        left(1, tags_by_source={'amazon web services': [f'aws_account:{OURS}', f'account_id:{OTHER}']}),
        listed(
            1,
            'its tags from AWS name several accounts',
            'nothing proves which account it belongs to',
            account=None,
            region=None,
            tags=2,
            instance_id=instance_id(1),
        ),
        id='its tags name two accounts',
    ),
    pytest.param(
        left(1, tags_by_source={AWS: [f'account_id:{OTHER}', 'region:us-east-1']}),
        listed(
            1,
            'no tag aws_account names its account',
            'nothing proves which account it belongs to',
            account=None,
            region='us-east-1',
            tags=2,
        ),
        id='a tag of EC2 is called account_id',
    ),
    pytest.param(
        left(1, tags_by_source={AWS: [f'aws_account:{OURS}', 'region:eu-west-1', 'region:us-east-1']}),
        listed(1, REGIONS, 'nothing proves which region it is in', account=OURS, region=None),
        id='a tag of EC2 is called region',
    ),
    pytest.param(
        left(1, tags_by_source={AWS: [f'aws_account:{OURS}', 'region:eu-west-1', 'availability-zone:us-east-1a']}),
        listed(1, REGIONS, 'nothing proves which region it is in', account=OURS, region=None),
        id='its zone is in another region',
    ),
    pytest.param(
        left(1, OURS, tags_by_source={AWS: [f'aws_account:{OURS}', 'region:eu-west-1', 'zone:us-east-1a']}),
        listed(1, 'the integration does not include eu-west-1', account=OURS),
        id='another tag names a zone',
    ),
]
"""A row of Datadog, and ours."""


@pytest.mark.parametrize(('row', 'expected'), ROWS)
def test_a_host_that_is_left_behind_is_a_row(row: Any, expected: Any, world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    row['aliases'] = [instance_id(1)]
    datadog.hosts = [host('db-1', id=100), row]
    printed = ask('lingering-tags', '--json').document
    validate(printed, SCHEMA)
    assert {name: value for name, value in printed.items() if name not in ('time', 'version')} == {
        'schema': 2,
        'tool': 'aws-diagnostics',
        'command': 'hosts lingering-tags',
        'complete': True,
        'total': 2,
        'hosts': [expected],
    }
    assert printed['version'] == __version__


COLLECTED = [
    pytest.param(
        left(1, tags_by_source={AWS: [f'aws_account:{OURS}', 'region:us-east-1', 'availability-zone:us-east-1a']}),
        id='its account, region and zone are collected',
    ),
    pytest.param(
        left(1, up=False, tags_by_source={AWS: [f'aws_account:{OURS}', 'region:eu-west-1', 'region:us-east-1']}),
        id='it goes away by itself, whichever region is its own',
    ),
    pytest.param(left(1, OURS, 'us-east-1'), id='its account and region are collected'),
    pytest.param(left(1, apps=['agent', 'aws']), id='the integration reports it'),
    pytest.param(left(1, sources=['aws'], apps=['ntp']), id='it never had an Agent'),
    pytest.param(left(1, tags_by_source={'Users': [f'aws_account:{OTHER}']}), id='a user has copied the tags'),
    pytest.param(
        left(1, tags_by_source={'Datadog': [f'aws_account:{OTHER}'], 'Amazon Web Services': []}),
        id='the Agent sends such tags itself (datadog-agent#36697)',
    ),
]


@pytest.mark.parametrize('row', COLLECTED)
def test_a_host_that_nothing_has_left_behind_is_none(row: Any, world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [row]
    printed = ask('lingering-tags')
    assert printed == (0, 'OK 1 host: no tags from Amazon Web Services are left behind\n', '')


def test_where_tag_filters_decide_it_is_not_known(world: tuple[Datadog, Ask]) -> None:
    """Hosts that the filter leaves out are not imported at all: https://docs.datadoghq.com/integrations/amazon_ec2/"""
    datadog, ask = world
    datadog.accounts, datadog.hosts = [account(OURS, metrics_config=FILTERED_EC2)], [left(1, OURS)]
    reason = 'the integration has tag filters for AWS/EC2, which may leave it out'
    (found,) = ask('lingering-tags', '--json').document['hosts']
    assert (found['reason'], found['why_not']) == (reason, TELLS)
    printed = ask('lingering-tags', '-q')
    said = 'UNKNOWN 1 host: tags from Amazon Web Services, and nothing tells whether they are updated\n'
    assert (printed.status, printed.out) == (3, said)


def test_a_silent_host_that_a_filter_may_leave_out_is_none(world: tuple[Datadog, Ask]) -> None:
    """It leaves the list by itself, whatever the filter says."""
    datadog, ask = world
    datadog.accounts, datadog.hosts = [account(OURS, metrics_config=FILTERED_EC2)], [left(1, OURS, up=False)]
    assert ask('lingering-tags').status == 0


def test_without_any_integration_nothing_updates_a_host_whose_account_is_not_known(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.accounts, datadog.hosts = [], [NO_ACCOUNT]
    printed = ask('lingering-tags', '--json')
    (found,) = printed.document['hosts']
    shown = {name: found[name] for name in ('reason', 'removable', 'why_not')}
    assert shown == {
        'reason': 'Datadog has no AWS integration',
        'removable': False,
        'why_not': 'nothing proves which account it belongs to: no tag aws_account names its account',
    }
    assert printed.status == 1


def test_tag_filters_of_other_services_decide_nothing(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    filters = [{'namespace': 'AWS/RDS', 'tags': ['env:prod']}, {'namespace': 'AWS/EC2', 'tags': []}]
    datadog.accounts = [account(OURS, metrics_config={**FILTERED, 'tag_filters': filters})]
    datadog.hosts = [left(1, OURS)]
    assert ask('lingering-tags').status == 0


def test_people_get_counts_by_reason(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [*map(left, range(1, 7)), left(7, up=False), left(8, OURS), NO_ACCOUNT, host('db-1', id=100)]
    printed = ask('lingering-tags')
    assert printed.status == 1
    assert printed.out.splitlines()[:6] == [
        'WARNING 8 of 10 hosts: tags from Amazon Web Services that nothing updates; 7 can be removed',
        '',
        '   hosts  removable  silent  why nothing updates their tags',
        f'       7          6       1  {GONE}: web-1, web-2, web-3 and 4 more',
        f'       1          1       0  account {OURS}: the integration does not include eu-west-1: web-8',
        '       1          0       0  no tag aws_account names its account: web-9',
    ]
    assert 'they do not go away by themselves' in printed.out
    assert 'hosts remove-lingering-tags --backup tags.jsonl --seen-in seen.json --config ' in printed.out
    assert 'web-5' not in printed.out


def test_verbose_shows_every_host(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [left(1), left(2, up=False)]
    *_, first, last = ask('lingering-tags', '-v').out.splitlines()
    assert first == f'web-1  {instance_id(1)} {OTHER} eu-west-1, 3 tags: {GONE}'
    assert last == f'web-2  {instance_id(2)} {OTHER} eu-west-1, 3 tags: {GONE}; {SILENT}'


def test_csv_has_every_host_and_whether_it_goes_away(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [left(1, name='=cmd|x'), left(2, up=False), NO_ACCOUNT]
    printed = ask('lingering-tags', '--csv')
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert [(row['name'], row['tags'], row['removable'], row['goes_away']) for row in rows] == [
        ("'=cmd|x", '3', 'true', 'false'),
        ('web-2', '3', 'false', 'true'),
        ('web-9', '1', 'false', ''),
    ]
    assert printed.err.startswith('WARNING 2 of 3 hosts: ')


def test_a_row_on_two_pages_is_one_and_a_missing_one_is_looked_for_again(world: tuple[Datadog, Ask]) -> None:
    """A host moved from the second page to the first while these were read."""
    datadog, ask = world
    datadog.hosts = [left(1), left(2), left(3)]
    datadog.hosts_first = [page([left(1), left(2)], 3), page([left(2)], 3)]
    printed = ask('lingering-tags', '--json').document
    assert [found['name'] for found in printed['hosts']] == ['web-1', 'web-2', 'web-3']
    assert (printed['complete'], printed['total']) == (True, 3)


def test_a_list_that_stays_incomplete_says_so(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts_first = [page([left(1)], 3), page([], 3)] * 2
    printed = ask('lingering-tags', '--json')
    validate(printed.document, SCHEMA)
    found = {name: printed.document[name] for name in ('complete', 'note', 'total')}
    assert found == {'complete': False, 'note': 'Datadog returned fewer hosts than it counts', 'total': 3}
    assert (printed.status, len(printed.document['hosts'])) == (1, 1)


def test_nothing_on_a_part_of_the_list_proves_nothing(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts_first = [page([host('db-1', id=1)], 3), page([], 3)] * 2
    said = (
        'UNKNOWN 1 host: no tags from Amazon Web Services are left behind; only 1 of 3 hosts could be read: Datadog '
        'returned fewer hosts than it counts\n'
    )
    assert ask('lingering-tags') == (3, said, '')


@pytest.mark.parametrize('answer', [plain(503, '{}'), b''], ids=['a failure of a server', 'a connection that breaks'])
def test_a_fault_that_passes_costs_nothing(answer: bytes, world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [left(1), left(2)]
    datadog.hosts_first = [page([left(1)], 2), answer]
    assert [found['name'] for found in ask('lingering-tags', '--json').document['hosts']] == ['web-1', 'web-2']
    datadog.hosts_first = [answer]
    assert ask('lingering-tags', '--json').document['complete'] is True


REFUSED = 'Datadog refuses: a key is not valid, or the application key may not read'
LACKING = [
    ('hosts_read', f'{REFUSED} hosts (403, permission hosts_read)'),
    ('aws_configuration_read', f'{REFUSED} AWS configuration (403, permission aws_configuration_read)'),
]


@pytest.mark.parametrize(('permission', 'reason'), LACKING)
def test_without_a_permission_it_is_not_known(permission: str, reason: str, world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts, datadog.denied = [left(1)], {permission}
    assert ask('lingering-tags') == (3, f'UNKNOWN host list: it could not be read: {reason}\n', '')
    printed = ask('lingering-tags', '--json')
    validate(printed.document, SCHEMA)
    about = {name: printed.document[name] for name in ('complete', 'note', 'total', 'hosts')}
    assert about == {'complete': False, 'note': reason, 'total': 0, 'hosts': []}


def test_fail_on_makes_a_warning_no_failure(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [left(1)]
    assert ask('lingering-tags', '--fail-on', 'critical').status == 0


def test_csv_and_json_exclude_each_other(world: tuple[Datadog, Ask]) -> None:
    _, ask = world
    printed = ask('lingering-tags', '--csv', '--json')
    assert printed.status == 64
    assert '--csv excludes --json and -v' in printed.err


def test_no_key_is_printed(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [left(1)]
    (api_key, app_key), *_ = datadog.keys if ask('lingering-tags', '-v') else []
    printed = ask('lingering-tags', '-v')
    assert [key for key in (api_key, app_key) if str(key) in printed.out + printed.err] == []


# What the removal reads


def test_what_it_prints_can_be_read_again(world: tuple[Datadog, Ask], tmp_path: Path) -> None:
    datadog, ask = world
    datadog.hosts = [left(1), left(2, up=False), NO_ACCOUNT]
    file = tmp_path / 'seen.json'
    file.write_text(ask('lingering-tags', '--json').out)
    seen = read_seen(file)
    assert set(seen.removable) == {SeenHost('web-1', instance_id(1), OTHER)}
    found = TaggedHost(1, 'web-1', InstanceId(instance_id(1)), (AccountId(OTHER),), (), 3, agent_runs=True)
    assert seen.since(found) == seen.time
    assert seen.since(replace(found, accounts=(AccountId(OURS),))) is None
    assert seen.since(replace(found, instance_id=InstanceId(instance_id(2)))) is None


WHOLE: Mapping[str, Any] = {'schema': 2, 'command': 'hosts lingering-tags', 'time': '2026-11-28T07:00:00+00:00'}


def test_a_file_that_was_written_with_indents_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / 'seen.json').write_text(json.dumps({**WHOLE, 'hosts': [listed(1)]}, indent=2))
    assert read_seen(tmp_path / 'seen.json') == Seen(
        1795849200.0, {SeenHost('web-1', instance_id(1), OTHER): 1795849200.0}
    )


DAMAGED = [
    pytest.param('', id='an empty file'),
    pytest.param('[]', id='a list'),
    pytest.param(json.dumps({**WHOLE, 'hosts': [listed(1)]})[:-20], id='a file that is cut off'),
    pytest.param(json.dumps({**WHOLE, 'hosts': [], 'command': 'check'}), id='what another command prints'),
    pytest.param(json.dumps({**WHOLE, 'hosts': [], 'schema': 3}), id='a schema that is not known'),
    pytest.param(json.dumps({**WHOLE, 'hosts': {}}), id='no list of hosts'),
    pytest.param(json.dumps({**WHOLE, 'hosts': [], 'time': 'yesterday'}), id='no time'),
    pytest.param(json.dumps({**WHOLE, 'hosts': [], 'time': '2026-11-28T07:00:00'}), id='a time of no zone'),
]


@pytest.mark.parametrize('text', DAMAGED)
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / 'seen.json').write_text(text)
    with pytest.raises(Failure, match='is not what `hosts lingering-tags --json` prints') as refused:
        read_seen(tmp_path / 'seen.json')
    assert refused.value.status == 65
