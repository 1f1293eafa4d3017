"""What goes by tags that hosts are about to lose is read from Datadog, kind after kind."""

from collections.abc import Iterator
from typing import Any

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.dashboards_api import DashboardsApi
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v2.api.downtimes_api import DowntimesApi

from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.collect.tag_users import tag_users
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account.tag_users import TagUse, TagUser, TagUsers, Use, Users
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api

LOST = {'region:eu-west-1': 38, 'team:web': 2}
NONE = Users((), 0, 0, 0)


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with datadog_api() as found:
        yield found


def users(datadog: Datadog, seconds: float = 60.0) -> TagUsers:
    return tag_users(DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY), LOST, Deadline(seconds))


def monitor(number: int, query: str, type: str = 'query alert') -> dict[str, Any]:
    return {'id': number, 'name': f'monitor {number}', 'type': type, 'query': query, 'status': 'OK', 'tags': []}


def dashboard(id: str, query: str, **fields: Any) -> dict[str, Any]:
    request = {'queries': [{'data_source': 'metrics', 'name': 'a', 'query': query}], 'response_format': 'timeseries'}
    widget = {'id': 1, 'definition': {'type': 'timeseries', 'requests': [request]}}
    head = {'id': id, 'title': f'dashboard {id}', 'layout_type': 'ordered', 'modified_at': '2026-11-01T00:00:00Z'}
    return {**head, 'widgets': [widget], 'template_variables': [], **fields}


def downtime(id: str, scope: str, status: str = 'active') -> dict[str, Any]:
    attributes = {'scope': scope, 'status': status, 'monitor_identifier': {'monitor_tags': ['*']}}
    return {'id': id, 'type': 'downtime', 'attributes': attributes}


def selects(tag: str, hosts: int) -> tuple[TagUse, ...]:
    return (TagUse(Use.SELECTS, tag, hosts),)


def test_monitors_dashboards_and_downtimes_that_go_by_them(datadog: Datadog) -> None:
    store = datadog.about_hosts
    store.monitors = [
        monitor(1, 'avg(last_5m):avg:system.load.1{region:eu-west-1} by {host} > 2'),
        monitor(2, 'avg(last_5m):avg:system.load.1{region:us-east-1} > 2'),
        monitor(3, 'avg(last_5m):avg:system.load.1{*} by {team} > 2'),
        monitor(4, 'logs("service:web").index("*").rollup("count").last("5m") > 1', 'log alert'),
        monitor(5, 'logs("region:eu-west-1").index("*").rollup("count").last("5m") > 1', 'log alert'),
    ]
    store.dashboards = {
        'abc-def-ghi': dashboard('abc-def-ghi', 'avg:system.cpu.user{team:web}'),
        'jkl-mno-pqr': dashboard('jkl-mno-pqr', 'avg:system.cpu.user{env:prod}'),
    }
    store.downtimes = [
        downtime('one', 'region:eu-west-1'),
        downtime('two', 'env:prod'),
        downtime('old', 'region:eu-west-1', 'ended'),
    ]
    assert users(datadog) == TagUsers(
        monitors=Users(
            (
                TagUser('1', 'monitor 1', selects('region:eu-west-1', 38)),
                TagUser('3', 'monitor 3', (TagUse(Use.GROUPS, 'team', 2),)),
            ),
            found=2,
            looked_at=5,
            not_told=1,
        ),
        dashboards=Users((TagUser('abc-def-ghi', 'dashboard abc-def-ghi', selects('team:web', 2)),), 1, 2, 0),
        downtimes=Users((TagUser('one', 'region:eu-west-1', selects('region:eu-west-1', 38)),), 1, 2, 0),
    )


def test_nothing_goes_by_them_where_there_is_nothing(datadog: Datadog) -> None:
    assert users(datadog) == TagUsers(NONE, NONE, NONE)


PERMISSIONS = {'monitors': 'monitors_read', 'dashboards': 'dashboards_read', 'downtimes': 'monitors_downtime'}


@pytest.mark.parametrize('kind', PERMISSIONS)
def test_one_that_may_not_be_read_names_the_permission_and_costs_the_others_nothing(
    datadog: Datadog, kind: str
) -> None:
    datadog.denied = {PERMISSIONS[kind]}
    found = {each: getattr(users(datadog), each) for each in PERMISSIONS}
    refused = found.pop(kind)
    assert isinstance(refused, Unobserved)
    assert f'(403, permission {PERMISSIONS[kind]})' in refused.reason
    assert list(found.values()) == [NONE, NONE]


def test_all_pages_are_read_and_the_most_are_shown(datadog: Datadog) -> None:
    datadog.about_hosts.monitors = [monitor(n, f'avg(last_5m):avg:a.b{{team:web}} > {n}') for n in range(250)]
    found = users(datadog).monitors
    assert isinstance(found, Users)
    assert (found.found, found.looked_at, len(found.shown), found.complete) == (250, 250, 50, True)


def test_a_dashboard_that_is_deleted_meanwhile_is_none(datadog: Datadog) -> None:
    gone = dashboard('abc', 'avg:a.b{team:web}')
    datadog.about_hosts.dashboards = {'other': gone}
    assert users(datadog).dashboards == NONE


def test_without_time_nothing_is_said(datadog: Datadog) -> None:
    found = users(datadog, seconds=0.0)
    assert [type(each) for each in (found.monitors, found.dashboards, found.downtimes)] == [Unobserved] * 3


def test_a_limit_that_is_not_reset_in_time_is_noted(datadog: Datadog) -> None:
    datadog.about_hosts.monitors = [monitor(n, 'avg(last_5m):avg:a.b{team:web} > 1') for n in range(150)]
    datadog.remaining, datadog.reset = 1, 500
    found = users(datadog).monitors
    assert isinstance(found, Users)
    assert (found.looked_at, found.note) == (100, 'the rate limit of Datadog allows no more requests in this run')


def test_the_server_answers_as_datadog_documents(datadog: Datadog) -> None:
    """Its answers parse by Datadog's own client."""
    store = datadog.about_hosts
    store.monitors = [monitor(1, 'avg(last_5m):avg:a.b{*} > 2')]
    store.dashboards = {'abc': dashboard('abc', 'avg:a.b{*}')}
    store.downtimes = [downtime('one', 'env:prod')]
    configuration = Configuration(host=datadog.url, check_input_type=True)
    configuration.api_key.update(apiKeyAuth=API_KEY, appKeyAuth=APP_KEY)
    with ApiClient(configuration) as client:
        found = MonitorsApi(client).search_monitors()
        assert [each.query for each in found.monitors] == ['avg(last_5m):avg:a.b{*} > 2']
        assert [each.id for each in DashboardsApi(client).list_dashboards().dashboards] == ['abc']
        assert DashboardsApi(client).get_dashboard('abc').title == 'dashboard abc'
        assert [each.attributes.scope for each in DowntimesApi(client).list_downtimes().data] == ['env:prod']
