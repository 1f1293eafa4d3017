"""The host list is read page by page within bounds, and reduced to what can be wrong."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.inventory import MOST_BYTES, MOST_REQUESTS, PATH, HostList
from datadog_checks.aws_diagnostics.collect.run import Deadline, DeadlineExceeded, RequestFailed
from datadog_checks.aws_diagnostics.facts.account import (
    DuplicatedHost,
    Inventory,
    TaggedHosts,
    Unmatched,
)
from datadog_checks.aws_diagnostics.facts.values import AccountId, HostName, InstanceId, RegionName
from datadog_checks.aws_diagnostics.text import REPLACEMENT
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, ec2_host, host, plain

ACCOUNT, OTHER = AccountId('123456789012'), AccountId('210987654321')
ID, OTHER_ID = InstanceId('i-0123456789abcdef0'), InstanceId('i-0fedcba9876543210')
HOUR = 3600.0
THROTTLED = 'Datadog throttles its API (429)'


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with datadog_api() as running:
        yield running


def read(datadog: Datadog, hosts: HostList | None = None, now: float = 0.0, seconds: float = 30.0) -> Inventory:
    deadline = Deadline(seconds)

    def ask() -> DatadogApi:
        return DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY, timeout=deadline.timeout(5.0))

    return (hosts or HostList()).read(ask, ACCOUNT, deadline, now)


def inventory(rows: int, **differences: Any) -> Inventory:
    return Inventory(**{'looked_at': rows, 'total': rows, 'watched_since': 0.0, **differences})


def merged(name: str, **fields: Any) -> dict[str, Any]:
    """One row that the AWS integration and an Agent report."""
    both = {'apps': ['agent', 'aws'], 'sources': ['agent', 'aws'], **fields}
    return ec2_host(ID, ACCOUNT, name=name, **both)


def left(name: str, account_id: str = ACCOUNT, region: str = 'eu-west-1', **fields: Any) -> dict[str, Any]:
    """An Agent reports it; the integration does not, and has left its tags."""
    return ec2_host(ID, account_id, region, **{'name': name, 'apps': ['agent'], 'sources': ['agent', 'aws'], **fields})


AGENT = host('web-1', aliases=[ID, 'web-1.example.com'])
TWICE = [
    pytest.param([ec2_host(ID, ACCOUNT), AGENT], id='by an alias of the Agent'),
    pytest.param([AGENT, ec2_host(ID, ACCOUNT)], id='the Agent first'),
    pytest.param(
        [ec2_host(ID, ACCOUNT), host('web-1', tags_by_source={'Users': [f'instance-id:{ID}']})], id='by a tag'
    ),
    pytest.param([ec2_host(ID, ACCOUNT, tags_by_source={}), AGENT], id='the row of AWS names no account'),
    pytest.param(
        [ec2_host(ID, ACCOUNT, tags_by_source={'Amazon Web Services': [f'account_id:{OTHER}']}), AGENT],
        id='a tag of EC2 on the row of AWS is called account_id',
    ),
    pytest.param([ec2_host(ID, ACCOUNT, name='web', aws_id=ID), AGENT], id='the row of AWS has another name'),
    pytest.param([ec2_host(ID, ACCOUNT, aliases=None, apps=['AWS'], sources=None), AGENT], id='with fields missing'),
]
ONCE = [
    pytest.param([ec2_host(ID, ACCOUNT)], id='an instance without an Agent'),
    pytest.param([AGENT], id='an Agent that AWS does not know'),
    pytest.param([merged(ID)], id='one row by both'),
    pytest.param([merged('web-1', aliases=[ID])], id='one row by both, under another name'),
    pytest.param([ec2_host(ID, ACCOUNT), merged('web-1', aliases=[ID])], id='beside a row that is merged already'),
    pytest.param([ec2_host(ID, ACCOUNT), host('web-1', aliases=[OTHER_ID])], id='two instances'),
    pytest.param([ec2_host(ID, ACCOUNT), host(f'{OTHER_ID}.ec2.internal')], id='two instances, by a name of EC2'),
    pytest.param([ec2_host(ID, ACCOUNT), host('web-1', aliases=[ID, OTHER_ID])], id='an Agent that names two'),
    pytest.param([ec2_host(ID, OTHER), AGENT], id='an instance of another account'),
    pytest.param(['text', None, {}, {'name': 7}, host('', aliases=[ID])], id='no rows at all'),
]


GOOGLE = {'apps': ['agent', 'gcp'], 'sources': ['agent', 'gcp']}
IP_NAME = 'ip-10-0-0-12.eu-west-1.compute.internal'
UNMATCHED = [
    pytest.param([ec2_host(ID, ACCOUNT), host('web-1')], (1, 1, ['web-1']), id='an Agent that names no instance'),
    pytest.param(
        [ec2_host(ID, ACCOUNT), host('web-1', aliases=[f'x{ID}'])], (1, 1, ['web-1']), id='almost the same id'
    ),
    pytest.param(
        [ec2_host(ID, ACCOUNT), host(f'web.{ID}')], (1, 1, [f'web.{ID}']), id='a name that does not begin with it'
    ),
    pytest.param(
        [ec2_host(ID, ACCOUNT), *(host(f'web-{n}') for n in range(4)), host(IP_NAME), host('EC2AMAZ-1A2B3C4')],
        (1, 6, [IP_NAME, 'EC2AMAZ-1A2B3C4', 'web-0']),
        id='names that EC2 gives come first',
    ),
    pytest.param(
        [ec2_host(ID, ACCOUNT), ec2_host(OTHER_ID, ACCOUNT), host('a_b')], (2, 1, []), id='a name that is no host name'
    ),
]
MATCHED = [
    pytest.param([host('web-1'), merged(ID)], id='every instance has its Agent'),
    pytest.param([ec2_host(ID, ACCOUNT), merged('web-1', aliases=[ID]), host('web-2')], id='merged on another row'),
    pytest.param([ec2_host(ID, ACCOUNT), AGENT, host('web-2')], id='a certain duplicate'),
    pytest.param([ec2_host(ID, ACCOUNT), host('web-1', **GOOGLE)], id='an Agent on another cloud'),
    pytest.param([ec2_host(ID, ACCOUNT), host('web-1', up=False)], id='an Agent that does not run'),
    pytest.param([ec2_host(ID, OTHER), host('web-1')], id='an instance of another account'),
    pytest.param([ec2_host(ID, ACCOUNT), host('web-1', aliases=[ID, OTHER_ID])], id='an Agent that names two'),
]


@pytest.mark.parametrize(('rows', 'counts'), UNMATCHED)
def test_halves_that_may_belong_together_are_counted(rows: list[Any], counts: Any, datadog: Datadog) -> None:
    datadog.hosts = rows
    instances, agents, names = counts
    assert read(datadog).unmatched == Unmatched(instances, agents, named(*names))


@pytest.mark.parametrize('rows', MATCHED)
def test_halves_that_cannot_belong_together_are_not(rows: list[Any], datadog: Datadog) -> None:
    datadog.hosts = rows
    assert read(datadog).unmatched is None


def named(*names: str) -> tuple[HostName, ...]:
    return tuple(map(HostName, names))


@pytest.mark.parametrize('rows', TWICE)
def test_an_instance_with_two_rows_is_kept(rows: list[Any], datadog: Datadog) -> None:
    datadog.hosts = rows
    assert read(datadog) == inventory(2, duplicated=(DuplicatedHost(ID, 'web-1', 0.0),))


NAMED_BY_ITS_ID = [
    pytest.param(f'{ID}.ec2.internal', id='by EC2 in us-east-1'),
    pytest.param(f'{ID}.eu-west-1.compute.internal', id='by EC2 elsewhere'),
    pytest.param(f'{ID}-my-cluster', id='as a node of Kubernetes, with its cluster'),
]


@pytest.mark.parametrize('name', NAMED_BY_ITS_ID)
def test_a_name_that_begins_with_the_id_names_the_instance(name: str, datadog: Datadog) -> None:
    """By the same rule as on the host itself."""
    datadog.hosts = [ec2_host(ID, ACCOUNT), host(name)]
    assert read(datadog) == inventory(2, duplicated=(DuplicatedHost(ID, name, 0.0),))


AT = 1_800_000_000
DAEMON_SET = host('web-1-prod', aliases=[ID])
TWO_AGENTS: list[Any] = [
    pytest.param([AGENT, DAEMON_SET], ('web-1', 'web-1-prod'), id='that AWS does not know'),
    pytest.param([DAEMON_SET, AGENT, ec2_host(ID, ACCOUNT)], ('web-1', 'web-1-prod'), id='beside the row of AWS'),
    pytest.param([merged(ID), DAEMON_SET], (ID, 'web-1-prod'), id='of which one is merged'),
    pytest.param(
        [AGENT, DAEMON_SET, host('old', aliases=[ID], last_reported_time=AT - 3600)],
        ('web-1', 'web-1-prod'),
        id='beside one that has stopped',
    ),
]
AGENTS_ONCE = [
    pytest.param([AGENT, AGENT], id='the same row on two pages'),
    pytest.param([AGENT, host('old', aliases=[ID], up=False)], id='one does not run'),
    pytest.param([AGENT, host('old', aliases=[ID], last_reported_time=AT - 3600)], id='one stopped an hour ago'),
    pytest.param(
        [merged(ID), host('old', aliases=[ID], last_reported_time=AT - 3600)], id='renamed, and the new row is merged'
    ),
    pytest.param([AGENT, host('web-2', aliases=[OTHER_ID])], id='of two instances'),
    pytest.param([merged(ID), ec2_host(ID, ACCOUNT, name='web', aws_id=ID)], id='one Agent, and its two rows of AWS'),
    pytest.param(
        [ec2_host(ID, ACCOUNT), host('web-1', aliases=[ID], up=False)], id='the one Agent beside AWS does not run'
    ),
    pytest.param(
        [ec2_host(ID, ACCOUNT, apps=[], up=False), AGENT], id='AWS does not report its row beside the Agent any more'
    ),
]


@pytest.mark.parametrize(('rows', 'names'), TWO_AGENTS)
def test_an_instance_that_two_agents_report_is_kept(rows: list[Any], names: tuple[str, str], datadog: Datadog) -> None:
    datadog.hosts = rows
    name, other = names
    assert read(datadog) == inventory(len(rows), duplicated=(DuplicatedHost(ID, name, 0.0, other),))


@pytest.mark.parametrize('rows', AGENTS_ONCE)
def test_a_row_that_goes_away_by_itself_is_no_second_one(rows: list[Any], datadog: Datadog) -> None:
    """As `hosts duplicates` says of it."""
    datadog.hosts = rows
    assert read(datadog) == inventory(len(rows))


@pytest.mark.parametrize('rows', ONCE)
def test_an_instance_with_one_row_is_forgotten(rows: list[Any], datadog: Datadog) -> None:
    datadog.hosts = rows
    assert read(datadog) == inventory(len(rows))


def test_hosts_with_tags_that_aws_does_not_report_are_counted_by_account_and_region(datadog: Datadog) -> None:
    datadog.hosts = [
        *(left(f'web-{n}') for n in range(5)),
        left('db-1', region='us-east-1'),
        left('other-1', OTHER),
        left('old-1', tags_by_source={'amazon web services': ['team:x']}),
        left('reported', apps=['agent', 'aws']),
        left('gone', up=False),
        left('no-agent', apps=['ntp']),
        left('no-tags', tags_by_source={'Users': [f'aws_account:{ACCOUNT}']}),
        left('untagged', tags_by_source={'Amazon Web Services': []}),
    ]
    assert read(datadog).tagged == (
        TaggedHosts(None, None, 1, named('old-1'), 0.0),
        TaggedHosts(ACCOUNT, RegionName('eu-west-1'), 5, named('web-0', 'web-1', 'web-2'), 0.0),
        TaggedHosts(ACCOUNT, RegionName('us-east-1'), 1, named('db-1'), 0.0),
        TaggedHosts(OTHER, RegionName('eu-west-1'), 1, named('other-1'), 0.0),
    )


AMBIGUOUS: list[Any] = [
    pytest.param(['region:eu-west-1', 'region:us-east-1'], (ACCOUNT, None), id='two regions'),
    pytest.param(['region:eu-west-1', 'availability-zone:us-east-1a'], (ACCOUNT, None), id='a zone elsewhere'),
    pytest.param(['availability-zone:us-east-1a'], (ACCOUNT, None), id='a zone alone'),
    pytest.param(
        ['region:us-east-1', 'availability-zone:us-east-1a'], (ACCOUNT, RegionName('us-east-1')), id='which agree'
    ),
    pytest.param([f'account_id:{OTHER}'], (None, None), id='two accounts'),
]


@pytest.mark.parametrize(('tags', 'place'), AMBIGUOUS)
def test_tags_that_contradict_each_other_name_no_place(tags: list[str], place: Any, datadog: Datadog) -> None:
    """So the diagnosis claims no more of these hosts than the command that would remove their tags."""
    datadog.hosts = [left('web-1', tags_by_source={'Amazon Web Services': [f'aws_account:{ACCOUNT}', *tags]})]
    account_id, region = place
    assert read(datadog).tagged == (TaggedHosts(account_id, region, 1, named('web-1'), 0.0),)


def test_an_account_that_a_user_may_have_set_is_none(datadog: Datadog) -> None:
    datadog.hosts = [left('web-1', tags_by_source={'Amazon Web Services': [f'account_id:{OTHER}']})]
    assert read(datadog).tagged == (TaggedHosts(None, None, 1, named('web-1'), 0.0),)


def test_what_is_there_is_remembered_until_a_whole_list_is_without_it(datadog: Datadog) -> None:
    hosts, twice = HostList(), [ec2_host(ID, ACCOUNT), AGENT]

    def since(now: float, rows: list[dict[str, Any]], *first: bytes) -> list[float]:
        datadog.hosts, datadog.hosts_first = rows, list(first)
        return [pair.since for pair in read(datadog, hosts, now).duplicated]

    part = plain(200, json.dumps({'host_list': [host('x')], 'total_matching': 2}))
    assert since(1 * HOUR, twice) == [HOUR]
    assert since(2 * HOUR, [], part, plain(503, '{}')) == []
    assert since(3 * HOUR, twice) == [HOUR]
    assert since(4 * HOUR, []) == []
    assert since(5 * HOUR, twice) == [5 * HOUR]
    assert read(datadog, hosts).watched_since == HOUR


def test_many_hosts_are_read_in_pages_without_their_metadata(datadog: Datadog) -> None:
    datadog.hosts = [ec2_host(ID, ACCOUNT), *(host(f'web-{n}') for n in range(2000)), AGENT]
    assert read(datadog) == inventory(2002, duplicated=(DuplicatedHost(ID, 'web-1', 0.0),))
    assert datadog.asked == [f'{PATH}&start={start}&count=1000' for start in (0, 1000, 2000)]
    assert 'include_hosts_metadata=false' in PATH
    assert set(datadog.keys) == {(API_KEY, APP_KEY)}


def test_where_a_page_is_too_large_smaller_ones_are_asked_for(datadog: Datadog) -> None:
    datadog.hosts = [host(f'web-{n}', meta='x' * (MOST_BYTES // 500)) for n in range(600)]
    assert read(datadog) == inventory(600)
    assert [target.rpartition('&')[2] for target in datadog.asked] == ['count=1000', *['count=250'] * 3]


def test_a_page_that_is_too_large_at_its_smallest_is_a_reason(datadog: Datadog) -> None:
    datadog.hosts = [host('web-1', meta='x' * (MOST_BYTES + 1))]
    with pytest.raises(RequestFailed, match='the answer of the Datadog API is larger than 4 MiB'):
        read(datadog)


def limited(status: int, reset: int, body: object) -> bytes:
    head, _, rest = plain(status, json.dumps(body)).partition(b'\r\n\r\n')
    limits = f'\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: {reset}\r\n\r\n'
    return head + limits.encode() + rest


ONE_OF_TWO = {'host_list': [host('web-0')], 'total_matching': 2}


def test_a_rate_limit_that_soon_resets_is_waited_for(datadog: Datadog) -> None:
    datadog.hosts = [host('web-0'), host('web-1')]
    datadog.hosts_first = [limited(429, 0, {}), limited(200, 1, ONE_OF_TWO)]
    assert read(datadog) == inventory(2)
    assert [target.rpartition('?')[2][-19:] for target in datadog.asked] == [
        '&start=0&count=1000',
        '&start=0&count=1000',
        '&start=1&count=1000',
    ]


ENDS = [
    pytest.param(limited(429, 3600, {}), THROTTLED, id='throttled for an hour'),
    pytest.param(plain(503, '{}'), 'the Datadog API failed (status 503)', id='a failure of Datadog'),
    pytest.param(plain(200, '[]'), 'the answer of the Datadog API does not have the documented shape', id='a list'),
    pytest.param(
        plain(403, '{}'),
        'Datadog refuses: a key is not valid, or the application key may not read hosts (403, permission hosts_read)',
        id='an application key without the permission',
    ),
]


@pytest.mark.parametrize(('answer', 'reason'), ENDS)
def test_without_a_first_page_there_is_a_reason(answer: bytes, reason: str, datadog: Datadog) -> None:
    datadog.hosts_first = [answer]
    with pytest.raises(RequestFailed) as failure:
        read(datadog)
    assert str(failure.value) == reason


@pytest.mark.parametrize(('answer', 'reason'), ENDS)
def test_what_was_read_before_counts(answer: bytes, reason: str, datadog: Datadog) -> None:
    datadog.hosts_first = [plain(200, json.dumps(ONE_OF_TWO)), answer]
    assert read(datadog) == inventory(1, total=2, note=reason)


def test_a_limit_beyond_the_deadline_ends_the_list(datadog: Datadog) -> None:
    datadog.hosts_first = [limited(200, 3600, ONE_OF_TWO)]
    assert read(datadog) == inventory(1, total=2, note='the rate limit of Datadog allows no more requests in this run')


def test_a_list_that_never_ends_is_cut_off(datadog: Datadog) -> None:
    datadog.hosts_first = [
        plain(200, json.dumps({'host_list': [host('web-0')], 'total_matching': 10**9}))
    ] * MOST_REQUESTS
    note = f'one run reads no more than {MOST_REQUESTS} pages'
    assert read(datadog) == inventory(MOST_REQUESTS, total=10**9, note=note)


def test_a_list_that_ends_early_is_not_whole(datadog: Datadog) -> None:
    datadog.hosts_first = [plain(200, json.dumps({'host_list': [], 'total_matching': 3}))]
    assert read(datadog) == inventory(0, total=3, note='Datadog returned fewer hosts than it counts')


def test_without_time_left_not_even_the_first_page_is_asked_for(datadog: Datadog) -> None:
    with pytest.raises(DeadlineExceeded):
        read(datadog, seconds=0.0)
    assert datadog.asked == []


HOSTILE = [
    pytest.param({'name': 'web\x1b[31m-1\n' + 'x' * 300}, id='a name with escapes, and long'),
    pytest.param({'name': "x';id;'"}, id='a name that does more in a shell'),
    pytest.param({'name': '-rf'}, id='a name like an option'),
    pytest.param({'name': '\ud800'}, id='half of a surrogate pair'),
]


@pytest.mark.parametrize('fields', HOSTILE)
def test_a_host_whose_name_is_no_host_name_is_counted_and_not_named(fields: dict[str, Any], datadog: Datadog) -> None:
    datadog.hosts = [left('web-1'), left(**fields)]
    (found,) = read(datadog).tagged
    assert (found.hosts, found.names) == (2, named('web-1'))


@pytest.mark.parametrize('region', ['eu west 1', 'EU-WEST-1', 'x' * 200_000, '$(id)', 'eu-west-1\x1b[0m'])
def test_a_tag_that_names_no_valid_region_counts_for_no_region(region: str, datadog: Datadog) -> None:
    datadog.hosts = [left('web-1', region=region)]
    assert [found.region for found in read(datadog).tagged] == [None]


def test_the_name_of_a_duplicate_is_printable_and_bounded(datadog: Datadog) -> None:
    datadog.hosts = [ec2_host(ID, ACCOUNT), host('web\x1b[31m-1\n' + 'x' * 300, aliases=[ID])]
    (found,) = read(datadog).duplicated
    assert found.name == f'web{REPLACEMENT}[31m-1 ' + 'x' * 241 + '...'


@pytest.mark.parametrize('total', [True, -1, 2**60, 1.5, 'many', None])
def test_a_total_that_is_not_a_number_of_rows_is_refused(total: object, datadog: Datadog) -> None:
    datadog.hosts_first = [plain(200, json.dumps({'host_list': [host('web-1')], 'total_matching': total}))]
    with pytest.raises(RequestFailed, match='does not have the documented shape'):
        read(datadog)
