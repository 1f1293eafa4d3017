"""What goes by tags that hosts lose, asked of a Datadog on loopback: all that could be read, and why not the rest."""

import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api import dashboards_api, monitors_api
from datadog_api_client.v2.api import downtimes_api

from datadog_checks.aws_diagnostics.collect import tag_users as collecting
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi, Permission
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.collect.tag_users import tag_users
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account.tag_users import TagUse, TagUser, TagUsers, Use, Users
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, plain

LOST = {'region:us-east-1': 9, 'name:web': 2}
EAST, BY_NAME = TagUse(Use.SELECTS, 'region:us-east-1', 9), TagUse(Use.GROUPS, 'name', 2)
CREATED = '2026-01-02T03:04:05+00:00'


def monitor(id: int, query: str, **fields: Any) -> dict[str, Any]:
    """As GET /api/v1/monitor/search has it."""
    result = {'id': id, 'name': f'Monitor {id}', 'query': f'avg(last_5m):{query} > 1', 'type': 'query alert'}
    return {**result, 'status': 'OK', 'scopes': ['*'], 'tags': [], 'metrics': [], 'notifications': [], **fields}


def dashboard(id: str, query: str, day: int = 1) -> dict[str, Any]:
    definition = {'type': 'timeseries', 'requests': [{'q': query, 'display_type': 'line'}]}
    times = {'created_at': CREATED, 'modified_at': f'2026-02-{day:02}T03:04:05+00:00'}
    about = {'id': id, 'title': f'Dashboard {id}', 'layout_type': 'ordered', 'url': f'/dashboard/{id}/any', **times}
    return {**about, 'author_handle': 'a@example.com', 'widgets': [{'id': 1, 'definition': definition}]}


def downtime(id: str, scope: str, status: str = 'active') -> dict[str, Any]:
    identifier = {'monitor_tags': ['region:us-east-1']}
    times = {'start': CREATED, 'end': None}
    attributes = {'scope': scope, 'status': status, 'monitor_identifier': identifier, 'schedule': times}
    return {'id': id, 'type': 'downtime', 'attributes': {**attributes, 'display_timezone': 'UTC', 'message': None}}


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with datadog_api() as running:
        running.about_hosts.monitors = [
            monitor(1, 'avg:a.b{name:other} by {name}'),
            monitor(2, 'avg:a.b{region:us-east-1}'),
            monitor(3, 'avg:a.b{env:a}'),
            monitor(4, 'logs("region:us-east-1").last("5m")', type='log alert'),
        ]
        running.about_hosts.dashboards = {
            id: dashboard(id, f'avg:a.b{{{scope}}}')
            for id, scope in (('abc-def-ghi', 'region:us-east-1'), ('jkl-mno-pqr', '*'))
        }
        running.about_hosts.downtimes = [
            downtime('11111111-2222-3333-4444-555555555555', 'region:us-east-1'),
            downtime('11111111-2222-3333-4444-666666666666', 'region:us-east-1', 'ended'),
            downtime('11111111-2222-3333-4444-777777777777', 'env:a', 'scheduled'),
        ]
        yield running


def look(datadog: Datadog, lost: Mapping[str, int] = LOST, seconds: float = 30) -> TagUsers:
    api = DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY)
    return tag_users(api, lost, Deadline(seconds))


FOUND = TagUsers(
    monitors=Users(
        (TagUser('2', 'Monitor 2', (EAST,)), TagUser('1', 'Monitor 1', (BY_NAME,))), found=2, looked_at=4, not_told=1
    ),
    dashboards=Users(
        (TagUser('abc-def-ghi', 'Dashboard abc-def-ghi', (EAST,)),), found=1, looked_at=2, not_told=0
    ),
    downtimes=Users(
        (TagUser('11111111-2222-3333-4444-555555555555', 'region:us-east-1', (EAST,)),),
        found=1,
        looked_at=2,
        not_told=0,
    ),
)  # fmt: skip


def test_all_that_goes_by_the_tags_is_found(datadog: Datadog) -> None:
    found = look(datadog)
    assert found == FOUND
    assert [users.complete for users in (found.monitors, found.dashboards) if isinstance(users, Users)] == [False, True]
    assert set(datadog.methods) == {'GET'}


@pytest.mark.parametrize(
    ('kind', 'permission'),
    [
        ('monitors', Permission.MONITORS_READ),
        ('dashboards', Permission.DASHBOARDS_READ),
        ('downtimes', Permission.MONITORS_DOWNTIME),
    ],
)
def test_a_missing_permission_costs_one_kind_and_is_named(datadog: Datadog, kind: str, permission: Permission) -> None:
    name = permission.name.lower()
    datadog.denied = {name}
    found = look(datadog)
    for each in ('monitors', 'dashboards', 'downtimes'):
        assert getattr(found, each) == (Unobserved(permission.refused) if each == kind else getattr(FOUND, each))
    assert f'permission {name}' in permission.refused


def test_every_page_is_read_and_some_are_shown(datadog: Datadog) -> None:
    store = datadog.about_hosts
    store.monitors = [monitor(n, 'avg:a.b{region:us-east-1}') for n in range(250)]
    store.downtimes = [downtime(f'{n}', 'region:us-*') for n in range(200)]
    store.dashboards = {f'd-{n}': dashboard(f'd-{n}', 'avg:a.b{*}') for n in range(101)}
    found = look(datadog)
    assert isinstance(found.monitors, Users)
    assert isinstance(found.downtimes, Users)
    assert (found.monitors.found, found.monitors.looked_at, len(found.monitors.shown)) == (250, 250, 50)
    assert (found.downtimes.found, found.downtimes.looked_at, found.downtimes.note) == (200, 200, '')
    assert found.dashboards == Users((), found=0, looked_at=101, not_told=0)


def test_dashboards_that_were_changed_last_are_read_first(datadog: Datadog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, 'MOST_DASHBOARDS', 2)
    query = 'avg:a.b{region:us-east-1}'
    datadog.about_hosts.dashboards = {f'd-{day}': dashboard(f'd-{day}', query, day) for day in (3, 9, 1, 7)}
    found = look(datadog).dashboards
    assert isinstance(found, Users)
    assert [user.id for user in found.shown] == ['d-9', 'd-7']
    assert (found.looked_at, found.complete) == (2, False)
    assert found.note == 'only the 2 that were changed last are looked at'


def failing(datadog: Datadog, *, after: int, failures: int) -> None:
    """So many dashboards cannot be read; `after`: so many answers come before."""
    good = 2 + 1 + after  # monitors, downtimes, the list of dashboards
    listed = datadog.about_hosts
    listed.dashboards = {f'd-{n}': dashboard(f'd-{n}', 'avg:a.b{region:us-east-1}') for n in range(8)}
    answers = iter([None] * good + [plain(500, '{}')] * failures)
    first = datadog.first

    class Answers(list[bytes]):
        def __bool__(self) -> bool:
            answer = next(answers, None)
            self[:] = [answer] if answer else []
            return answer is not None

    datadog.first = Answers(first)


def test_a_dashboard_that_cannot_be_read_is_counted(datadog: Datadog) -> None:
    failing(datadog, after=1, failures=2)
    found = look(datadog).dashboards
    assert isinstance(found, Users)
    assert (found.found, found.looked_at, found.not_told, found.note) == (6, 6, 2, '')


def test_after_five_failures_in_a_row_no_more_is_asked(datadog: Datadog) -> None:
    failing(datadog, after=1, failures=5)
    found = look(datadog).dashboards
    assert isinstance(found, Users)
    assert (found.found, found.looked_at, found.not_told) == (1, 1, 4)
    assert found.note == 'the Datadog API failed (status 500)'
    assert len(datadog.asked) == 3 + 1 + 5


def test_a_dashboard_that_was_deleted_meanwhile_is_no_failure(datadog: Datadog) -> None:
    store = datadog.about_hosts
    gone = dashboard('gone', 'avg:a.b{*}')
    store.dashboards['gone'] = {**gone, 'id': 'went-away'}
    assert look(datadog) == FOUND


def test_a_rate_limit_is_waited_for(datadog: Datadog) -> None:
    datadog.remaining = 1
    started = time.monotonic()
    assert look(datadog) == FOUND
    assert time.monotonic() - started >= datadog.reset


def test_a_rate_limit_that_is_too_long_leaves_what_was_read(datadog: Datadog) -> None:
    datadog.remaining, datadog.reset = 1, 1000
    found = look(datadog)
    assert found.monitors == FOUND.monitors
    assert isinstance(found.downtimes, Unobserved)
    assert isinstance(found.dashboards, Unobserved)


def test_without_time_nothing_is_asked(datadog: Datadog) -> None:
    over = Unobserved('the deadline of this run is over')
    assert look(datadog, seconds=0) == TagUsers(over, over, over)
    assert datadog.asked == []


def test_an_answer_of_another_shape_is_none(datadog: Datadog) -> None:
    datadog.instead = plain(200, '{"monitors": {}, "data": 1, "dashboards": "x"}')
    reason = Unobserved('the answer of the Datadog API does not have the documented shape')
    assert look(datadog) == TagUsers(reason, reason, reason)


@pytest.fixture
def log_levels() -> Iterator[None]:
    """Their client changes that of urllib3, for the whole process."""
    level = logging.getLogger('urllib3').level
    yield
    logging.getLogger('urllib3').setLevel(level)


def test_what_is_asked_and_answered_is_what_datadogs_own_client_reads(datadog: Datadog, log_levels: None) -> None:
    configuration = Configuration(host=datadog.url, enable_retry=False, check_input_type=False)
    configuration.api_key = {'apiKeyAuth': API_KEY, 'appKeyAuth': APP_KEY}
    with ApiClient(configuration) as api:
        boards = dashboards_api.DashboardsApi(api)
        answers: list[Any] = [
            monitors_api.MonitorsApi(api).search_monitors(query='', page=0, per_page=100, sort='name,asc'),
            downtimes_api.DowntimesApi(api).list_downtimes(page_offset=0, page_limit=100),
            boards.list_dashboards(start=0, count=100),
            boards.get_dashboard('jkl-mno-pqr'),
            boards.get_dashboard('abc-def-ghi'),
        ]
    theirs = list(datadog.asked)
    datadog.asked.clear()
    look(datadog)
    assert [type(answer).__name__ for answer in answers if answer._unparsed] == []
    assert sorted(map(_same, datadog.asked)) == sorted(map(_same, theirs))


def _same(target: str) -> str:
    """Whatever the order of its parameters."""
    path, _, query = target.partition('?')
    return f'{path}?{"&".join(sorted(query.replace("%5B", "[").replace("%5D", "]").replace(",", "%2C").split("&")))}'
