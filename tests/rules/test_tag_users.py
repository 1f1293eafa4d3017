"""What goes by tags that hosts lose: what a query selects and groups by, and what is not read."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.facts.account.tag_users import TagUse, Use
from datadog_checks.aws_diagnostics.rules.tag_users import LostTags, Told, of_dashboard, of_downtime, of_monitor

ASSETS = Path(__file__).parent.parent.parent / 'assets'
LOST = LostTags(
    {
        'region:us-east-1': 9,
        'region:eu-west-1': 4,
        'aws_account:123456789012': 9,
        'Name:Web-1': 1,
        'autoscaling': 2,
        'host:i-0a': 1,
    }
)
EAST, ANY_US = TagUse(Use.SELECTS, 'region:us-east-1', 9), TagUse(Use.SELECTS, 'region:us-*', 9)
NOT_EAST = TagUse(Use.LEAVES_OUT, 'region:us-east-1', 9)
BY_REGION, CHOOSES_REGION = TagUse(Use.GROUPS, 'region', 9), TagUse(Use.CHOOSES, 'region', 9)
IRELAND, NOT_IRELAND = TagUse(Use.SELECTS, 'region:eu-west-1', 4), TagUse(Use.LEAVES_OUT, 'region:eu-west-1', 4)
OURS = TagUse(Use.SELECTS, 'aws_account:123456789012', 9)
NOTHING, UNREAD = Told(), Told(certain=False)

SCOPES = {
    'everything': ('*', ()),
    'a tag': ('region:us-east-1', (EAST,)),
    'another value of its key': ('region:us-west-2', ()),
    'a tag whose name starts like one': ('region:us-east-10', ()),
    'a key that ends like one': ('my_region:us-east-1', ()),
    'two tags': ('region:us-east-1,aws_account:123456789012', (OURS, EAST)),
    'a space after the colon, as Datadog documents it': ('region: us-east-1', (EAST,)),
    'a tag in quotes': ('region:"us-east-1"', (EAST,)),
    'in another case': ('name:web-1', (TagUse(Use.SELECTS, 'name:web-1', 1),)),
    'a tag without a key': ('autoscaling', (TagUse(Use.SELECTS, 'autoscaling', 2),)),
    'the beginning of a value': ('region:us-*', (ANY_US,)),
    'the middle of a value': ('region:*east*', (TagUse(Use.SELECTS, 'region:*east*', 9),)),
    'a beginning that no tag has': ('region:ap-*', ()),
    'any value': ('region:*', (TagUse(Use.SELECTS, 'region:*', 9),)),
    'a question mark is a character': ('region:us-east-?*', ()),
    'left out by a mark': ('!region:us-east-1', (NOT_EAST,)),
    'left out by a word': ('env:prod AND NOT region:us-east-1', (NOT_EAST,)),
    'words in lower case': ('env:prod and not region:us-east-1', (NOT_EAST,)),
    'a beginning that is left out': ('!region:us-*', (TagUse(Use.LEAVES_OUT, 'region:us-*', 9),)),
    'alternatives': ('env:a AND (region:us-east-1 OR region:eu-west-1)', (EAST, IRELAND)),
    'parentheses that are left out': ('NOT (env:a OR region:us-east-1)', (NOT_EAST,)),
    'left out twice': ('NOT (env:a OR NOT region:us-east-1)', (EAST,)),
    'a list': ('region IN (us-east-1, ap-south-1)', (EAST,)),
    'a list with a beginning': ('region in (us-*)', (ANY_US,)),
    'a list that is left out': ('env:a AND region NOT IN (us-east-1,eu-west-1)', (NOT_EAST, NOT_IRELAND)),
    'what follows a list': ('region NOT IN (us-east-1) AND region:eu-west-1', (NOT_EAST, IRELAND)),
    'a host is found by its name': ('host:i-0a', ()),
    'a variable that nothing defines': ('$nowhere,region:us-east-1', (EAST,)),
}


@pytest.mark.parametrize(('scope', 'uses'), SCOPES.values(), ids=SCOPES)
def test_a_scope_selects_and_leaves_out_by_tags(scope: str, uses: tuple[TagUse, ...]) -> None:
    found = of_monitor('query alert', f'avg(last_5m):avg:system.cpu.user{{{scope}}} > 90', LOST)
    assert found == Told(uses)
    assert of_downtime(scope, LOST) == found


MONITORS = {
    'groups': ('metric alert', 'avg(last_5m):max:system.load.1{env:a} by {host,region} > 5', Told((BY_REGION,))),
    'groups by the host alone': ('metric alert', 'avg(last_5m):max:system.load.1{*} by {host} > 5', NOTHING),
    'nothing to group by': ('metric alert', 'avg(last_5m):max:system.load.1{*} by {} > 5', NOTHING),
    'a formula of two': (
        'query alert',
        'avg(last_5m):( sum:a.b{region:eu-west-1}by{region}.as_count() / sum:a.c{!region:us-east-1} ) > 5',
        Told((BY_REGION, NOT_EAST, IRELAND)),
    ),
    'an anomaly with quotes': (
        'query alert',
        "avg(last_4h):anomalies(avg:system.load.1{region:us-east-1}, 'basic', 2, direction='above') >= 1",
        Told((EAST,)),
    ),
    'values above a number': (
        'query alert',
        'sum(last_5m):count(v: v>10):trace.web.request{region:us-east-1} > 5',
        Told((EAST,)),
    ),
    'a metric of a load balancer has its own tags': (
        'query alert',
        'sum(last_5m):sum:aws.elb.request_count{region:us-east-1} by {region} > 5',
        NOTHING,
    ),
    'a metric of EC2': ('query alert', 'avg(last_5m):avg:aws.ec2.cpuutilization{region:us-east-1} > 5', Told((EAST,))),
    'one of two metrics is of a load balancer': (
        'query alert',
        'avg(last_5m):avg:aws.elb.latency{region:eu-west-1} + avg:system.load.1{region:us-east-1} > 5',
        Told((EAST,)),
    ),
    'a check': (
        'service check',
        '"ntp.in_sync".over("env:a","region:us-east-1").exclude("region:eu-west-1").by("host","region").last(2)'
        '.count_by_status()',
        Told((EAST, BY_REGION, NOT_IRELAND)),
    ),
    'a check everywhere': ('service check', '"ntp.in_sync".over("*").by("*").last(2).count_by_status()', NOTHING),
    'processes': (
        'process alert',
        "processes('java').over('region:us-east-1').rollup('count').by('host').last('5m') < 1",
        Told((EAST,)),
    ),
    'a search of logs that names the key': ('log alert', 'logs("service:a region:us-east-1").last("5m") > 1', UNREAD),
    'a search of logs that leaves it out': ('log alert', 'logs("service:a -region:us-east-1").last("5m") > 1', UNREAD),
    'logs grouped by the key': ('log alert', 'logs("service:a").by("env,region").last("5m") > 1', UNREAD),
    'events with the key': ('event alert', "events('tags:region:us-east-1').rollup('count').last('5m') > 1", UNREAD),
    'a search of logs for an attribute of that name': (
        'log alert',
        'logs("@region:us-east-1").last("5m") > 1',
        NOTHING,
    ),
    'a search of logs for other tags': ('log alert', 'logs("service:a status:error").last("5m") > 1', NOTHING),
    'other monitors together': ('composite', '123 && !456', NOTHING),
    'an objective': ('slo alert', 'error_budget("0123abcd").over("7d") > 10', NOTHING),
    'a metric without a scope': ('query alert', 'avg(last_5m):avg:system.load.1 > 5', UNREAD),
    'braces in braces': ('query alert', 'avg(last_5m):avg:a.b{{{region:us-east-1}}} > 5', UNREAD),
    'parentheses that stay open': ('query alert', 'avg(last_5m):avg:a.b{(region:us-east-1} > 5', UNREAD),
    'parentheses that were not opened': ('query alert', 'avg(last_5m):avg:a.b{region:us-east-1)} > 5', UNREAD),
    'a quote that stays open': ('query alert', 'avg(last_5m):avg:a.b{region:"us-east-1} > 5', UNREAD),
    'a check with something else than quotes': ('service check', '"a".over(region:us-east-1).last(2)', UNREAD),
    'a query without end': ('query alert', f'avg(last_5m):avg:a.b{{{"a," * 40_000}}} > 5', UNREAD),
}


@pytest.mark.parametrize(('type', 'query', 'told'), MONITORS.values(), ids=MONITORS)
def test_a_monitor_goes_by_tags(type: str, query: str, told: Told) -> None:
    assert of_monitor(type, query, LOST) == told


DOWNTIMES = {
    'tags in parentheses': ('env:(staging OR prod) AND region:(us-east-1 OR ap-south-1)', Told((EAST,))),
    'a minus': ('env:a -region:us-east-1', Told((NOT_EAST,))),
    'a minus before parentheses': ('-region:(us-east-1 OR eu-west-1)', Told((NOT_EAST, NOT_IRELAND))),
    'what follows a minus': ('-env:a region:us-east-1', Told((EAST,))),
    'marks with a backslash': (r'region:us\-east\-1', Told((EAST,))),
    'parentheses that stay open': ('(region:us-east-1', UNREAD),
    'parentheses that stay open, without such a key': ('(env:a', NOTHING),
}


@pytest.mark.parametrize(('scope', 'told'), DOWNTIMES.values(), ids=DOWNTIMES)
def test_a_downtime_goes_by_tags(scope: str, told: Told) -> None:
    assert of_downtime(scope, LOST) == told


def metrics(query: str) -> dict[str, Any]:
    queries = [{'data_source': 'metrics', 'name': 'query1', 'query': query}]
    return {'type': 'timeseries', 'requests': [{'formulas': [{'formula': 'query1'}], 'queries': queries}]}


def other(data_source: str, **fields: Any) -> dict[str, Any]:
    query = {'data_source': data_source, 'name': 'query1', 'compute': {'aggregation': 'count'}, **fields}
    return {'type': 'timeseries', 'requests': [{'queries': [query]}]}


def search(query: str) -> dict[str, Any]:
    return other('logs', search={'query': query})


REGION = {'name': 'where', 'prefix': 'region', 'default': '*'}
ONLY_EAST = {'name': 'where', 'prefix': 'region', 'defaults': ['us-east-1'], 'available_values': []}
WIDGETS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], Told]] = {
    'a query': (metrics('avg:system.load.1{region:us-east-1} by {region}'), [], Told((EAST, BY_REGION))),
    'a query as before formulas': (
        {'type': 'toplist', 'requests': [{'q': 'top(avg:system.load.1{*} by {region}, 10, "mean", "desc")'}]},
        [],
        Told((BY_REGION,)),
    ),
    'in a group': (
        {'type': 'group', 'widgets': [{'definition': metrics('avg:a.b{region:us-*}')}]},
        [],
        Told((ANY_US,)),
    ),
    'no query at all': ({'type': 'timeseries', 'requests': [{'q': ''}]}, [], NOTHING),
    'a variable without a value': (metrics('avg:a.b{$where,env:a}'), [REGION], Told((CHOOSES_REGION,))),
    'a variable with a value': (metrics('avg:a.b{$where}'), [ONLY_EAST], Told((EAST, CHOOSES_REGION))),
    'a variable that is left out': (metrics('avg:a.b{!$where}'), [ONLY_EAST], Told((CHOOSES_REGION, NOT_EAST))),
    'the value of a variable': (metrics('avg:a.b{region:$where.value}'), [ONLY_EAST], Told((EAST, CHOOSES_REGION))),
    'the value of a variable in a longer one': (
        metrics('avg:a.b{region:us-$area.value-1}'),
        [{'name': 'area', 'prefix': 'area', 'default': 'east'}],
        Told((EAST, CHOOSES_REGION)),
    ),
    'a variable for whole tags': (
        metrics('avg:a.b{$scope}'),
        [{'name': 'scope', 'default': 'region:us-east-1'}],
        Told((EAST,)),
    ),
    'a variable for any tag': (metrics('avg:a.b{$scope}'), [{'name': 'scope', 'default': '*'}], NOTHING),
    'a variable to group by': (
        metrics('avg:a.b{*} by {$by}'),
        [{'name': 'by', 'type': 'group', 'defaults': ['region']}],
        Told((BY_REGION,)),
    ),
    'a variable that no query uses': (metrics('avg:a.b{*}'), [ONLY_EAST], NOTHING),
    'a variable for load balancers': (metrics('sum:aws.elb.request_count{$where}'), [ONLY_EAST], NOTHING),
    'a map of hosts': (
        {
            'type': 'hostmap',
            'scope': ['region:us-east-1'],
            'group': ['region'],
            'requests': {'fill': {'q': 'avg:a.b{*}'}},
        },
        [],
        Told((EAST, BY_REGION)),
    ),
    'the status of a check': (
        {
            'type': 'check_status',
            'check': 'ntp',
            'grouping': 'cluster',
            'tags': ['region:us-*'],
            'group_by': ['region'],
        },
        [],
        Told((ANY_US, BY_REGION)),
    ),
    'one graph for each value': (
        {
            'type': 'split_group',
            'source_widget_definition': metrics('avg:a.b{*}'),
            'split_config': {'split_dimensions': [{'one_graph_per': 'region'}]},
        },
        [],
        Told((BY_REGION,)),
    ),
    'a search of logs with the key': (search('service:a region:us-east-1'), [], UNREAD),
    'logs grouped by the key': (other('logs', group_by=[{'facet': 'region'}]), [], UNREAD),
    'logs grouped by an attribute': (other('logs', group_by=[{'facet': '@region'}]), [], NOTHING),
    'a search of logs with a variable': (search('service:a $where'), [REGION], UNREAD),
    'a search of logs without the key': (search('service:a $other'), [REGION], NOTHING),
    'a query whose own name is like the key': (other('rum', name='region', search={'query': '*'}), [], NOTHING),
    'events over a graph': (
        {**metrics('avg:a.b{*}'), 'events': [{'q': 'tags:region:us-east-1', 'tags_execution': 'and'}]},
        [],
        UNREAD,
    ),
    'logs as before formulas': (
        {'type': 'toplist', 'requests': [{'log_query': {'index': '*', 'search': {'query': 'region:us-east-1'}}}]},
        [],
        UNREAD,
    ),
    'a stream of events': ({'type': 'event_stream', 'query': 'region:us-east-1', 'event_size': 's'}, [], UNREAD),
    'costs are not of hosts': (other('cloud_cost', query='sum:all.cost{region:us-east-1}'), [], NOTHING),
    'monitors by their own tags': ({'type': 'manage_status', 'query': 'region:us-east-1'}, [], NOTHING),
    'a note about it': ({'type': 'note', 'content': 'region:us-east-1 {region}'}, [], NOTHING),
    'a powerpack': ({'type': 'powerpack', 'powerpack_id': 'abc'}, [], UNREAD),
    'a query that is not read beside one that is': (
        {'type': 'timeseries', 'requests': [{'q': 'avg:a.b{region:us-east-1}'}, {'q': 'avg:a.b'}]},
        [],
        Told((EAST,), certain=False),
    ),
}


@pytest.mark.parametrize(('widget', 'variables', 'told'), WIDGETS.values(), ids=WIDGETS)
def test_a_dashboard_goes_by_tags(widget: dict[str, Any], variables: list[dict[str, Any]], told: Told) -> None:
    definition = {'title': 'any', 'widgets': [{'id': 1, 'definition': widget}], 'template_variables': variables}
    assert of_dashboard(definition, LOST) == told


def test_only_the_three_uses_of_most_hosts_are_told() -> None:
    query = 'avg(last_5m):avg:a.b{name:web-1,region:us-east-1,autoscaling,aws_account:123456789012} by {region} > 1'
    assert of_monitor('query alert', query, LOST) == Told((OURS, EAST, BY_REGION))


def test_a_tag_that_no_host_loses_concerns_nobody() -> None:
    assert of_monitor('query alert', 'avg(last_5m):avg:a.b{region:us-east-1} by {region} > 1', LostTags({})) == NOTHING


@pytest.mark.parametrize('path', sorted(ASSETS.glob('dashboards/*.json')), ids=lambda path: path.stem)
def test_every_query_of_our_own_dashboards_is_read(path: Path) -> None:
    nothing_named = LostTags({})
    assert of_dashboard(json.loads(path.read_text('utf-8')), nothing_named).certain


@pytest.mark.parametrize('path', sorted(ASSETS.glob('monitors/*.json')), ids=lambda path: path.stem)
def test_every_query_of_our_own_monitors_is_read(path: Path) -> None:
    definition = json.loads(path.read_text('utf-8'))['definition']
    assert of_monitor(definition['type'], definition['query'], LOST).certain


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(' ()!-,:*$"{}.aINOT\\', max_size=60), st.sampled_from(['query alert', 'service check', 'log alert']))
def test_no_query_is_too_odd_to_be_judged(query: str, type: str) -> None:
    for text in (query, f'avg:a.b{{{query}}}', f'"a".over("{query}").by("region")'):
        assert isinstance(of_monitor(type, text, LOST), Told)
        assert isinstance(of_downtime(text, LOST), Told)
        assert isinstance(of_dashboard({'widgets': [{'definition': metrics(text)}]}, LOST), Told)


JSON = st.recursive(
    st.none() | st.integers() | st.sampled_from(['region', 'hostmap', 'check_status', 'group', 'metrics', 'a{b}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(['type', 'q', 'query', 'scope', 'group', 'tags', 'data_source', 'x']), inner)
    ),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(JSON, JSON)
def test_no_dashboard_is_too_odd_to_be_judged(widgets: object, variables: object) -> None:
    assert isinstance(of_dashboard({'widgets': widgets, 'template_variables': variables}, LOST), Told)
