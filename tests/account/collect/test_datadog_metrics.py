"""What Datadog has of metrics: exactly what it answered, cut to what was asked, and a reason for everything else."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api import metrics_api as v1_metrics
from datadog_api_client.v1.api import monitors_api
from datadog_api_client.v2.api import aws_integration_api, metrics_api
from datadog_api_client.v2.model.timeseries_formula_query_request import TimeseriesFormulaQueryRequest

from datadog_checks.aws_diagnostics.collect.datadog_api import OTHER_SHAPE, DatadogApi, Refused, Throttled
from datadog_checks.aws_diagnostics.collect.datadog_metrics import DatadogMetrics
from datadog_checks.aws_diagnostics.collect.pacing import NO_MORE, Pace
from datadog_checks.aws_diagnostics.collect.run import Deadline, RequestFailed
from datadog_checks.aws_diagnostics.facts.metrics import (
    Grouped,
    Metadata,
    MetricTags,
    MetricType,
    Monitor,
    Monitors,
    Previewed,
    Series,
)
from datadog_checks.aws_diagnostics.facts.values import DatadogMetric, IntegrationId, MetricNamespace
from tests.account.datadog_addresses import monitor
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, plain
from tests.account.datadog_metrics import MetricStore, Stored

NOW = 1_800_000_000
REQUESTS = DatadogMetric('aws.elb.request_count')
CPU = DatadogMetric('aws.ec2.cpuutilization')
CONFIG = '11111111-2222-3333-4444-555555555555'
A, B = ('loadbalancername:a', 'region:eu-west-1'), ('loadbalancername:b', 'region:eu-west-1')


def every_minute(*values: float | None, start: int = NOW) -> list[tuple[int, float]]:
    return [(start + 60 * n, value) for n, value in enumerate(values) if value is not None]


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with datadog_api(Datadog(metrics=MetricStore())) as running:
        yield running


def client(datadog: Datadog, app_key: str = APP_KEY) -> DatadogMetrics:
    return DatadogMetrics(DatadogApi(datadog.url, api_key=API_KEY, app_key=app_key), Deadline(30))


def one(datadog: Datadog, query: str, minutes: int = 10, interval: int = 60) -> dict[tuple[str, ...], Any]:
    found = client(datadog).series(query, NOW, NOW + 60 * minutes, interval)
    return {grouped.tags: dict(grouped.series.points) for grouped in found}


def at(*values: float | None, every: int = 60) -> dict[int, float]:
    return {NOW + every * n: value for n, value in enumerate(values) if value is not None}


RATES = [Stored(REQUESTS, A, every_minute(1, 2, 3, 4), 'rate'), Stored(REQUESTS, B, every_minute(10, None, 30), 'rate')]
COUNTS = [Stored(REQUESTS, A, every_minute(60, 120, 180, 240), 'count')]
GAUGES = [Stored(CPU, ('host:a',), every_minute(1, 3, None, 5)), Stored(CPU, ('host:b',), every_minute(11, 13))]
QUERIES = [
    pytest.param(RATES, 'sum:{}{{*}}.fill(null)', 60, {(): at(11, 2, 33, 4)}, id='sources are summed'),
    pytest.param(
        RATES,
        'max:{}{{*}} by {{loadbalancername}}.fill(null)',
        60,
        {A[:1]: at(1, 2, 3, 4), B[:1]: at(10, None, 30)},
        id='groups share the times, and a gap stays a gap',
    ),
    pytest.param(
        RATES, 'avg:{}{{loadbalancername:a,region:eu-west-1}}', 60, {(): at(1, 2, 3, 4)}, id='a scope of two tags'
    ),
    pytest.param(RATES, 'avg:{}{{!loadbalancername:a}}', 60, {(): at(10, None, 30)}, id='a scope without a tag'),
    pytest.param(RATES, 'avg:{}{{loadbalancername:x}}', 60, {}, id='a scope without values'),
    pytest.param(RATES[:1], 'sum:{}{{*}}.as_count()', 120, {(): at(180, 420, every=120)}, id='a rate counted'),
    pytest.param(RATES[:1], 'sum:{}{{*}}', 120, {(): at(1.5, 3.5, every=120)}, id='a rate averaged over time'),
    pytest.param(COUNTS, 'sum:{}{{*}}.as_count()', 60, {(): at(60, 120, 180, 240)}, id='a count'),
    pytest.param(COUNTS, 'sum:{}{{*}}.as_rate()', 120, {(): at(1.5, 3.5, every=120)}, id='a count as a rate'),
    pytest.param(COUNTS, 'sum:{}{{*}}.as_rate()', 60, {(): at(60, 120, 180, 240)}, id='no rate without aggregation'),
    pytest.param(COUNTS, 'sum:{}{{*}}.rollup(max, 120)', 60, {(): at(120, 240, every=120)}, id='a rollup of its own'),
]


@pytest.mark.parametrize(('stored', 'query', 'interval', 'expected'), QUERIES)
def test_a_query_gives_the_points_that_datadog_has(
    datadog: Datadog, stored: list[Stored], query: str, interval: int, expected: object
) -> None:
    datadog.metrics.stored = stored
    assert one(datadog, query.format(REQUESTS), interval=interval) == expected


def test_a_gauge_of_several_sources_looks_newer_than_it_is_unless_gaps_are_filled_with_null(datadog: Datadog) -> None:
    datadog.metrics = MetricStore(GAUGES, unordered=True)
    assert one(datadog, f'avg:{CPU}{{*}}') == {(): at(6, 8, 8.5, 9, 9, 9, 9, 5, 5)}
    assert one(datadog, f'avg:{CPU}{{*}}.fill(null)') == {(): at(6, 8, None, 5)}


def test_the_request_is_the_documented_one(datadog: Datadog) -> None:
    assert client(datadog).series('avg:a.b{*}', NOW, NOW + 600, 60) == ()
    attributes = {
        'from': NOW * 1000,
        'to': (NOW + 600) * 1000,
        'interval': 60_000,
        'queries': [{'data_source': 'metrics', 'query': 'avg:a.b{*}', 'name': 'a'}],
        'formulas': [{'formula': 'a'}],
    }
    assert datadog.bodies == [{'data': {'type': 'timeseries_request', 'attributes': attributes}}]
    assert (datadog.asked, datadog.keys) == (['/api/v2/query/timeseries'], [(API_KEY, APP_KEY)])


def test_the_interval_is_the_one_that_came_back(datadog: Datadog) -> None:
    datadog.metrics = MetricStore(RATES[:1], least_interval=300)
    query = f'sum:{REQUESTS}{{*}}.fill(null)'
    assert client(datadog).series(query, NOW, NOW + 900, 60) == (Grouped((), Series(300, ((NOW, 2.5),))),)


def timeseries(times: Any, *values: Any, series: Any = None) -> bytes:
    series = [{'group_tags': [], 'query_index': 0}] * len(values) if series is None else series
    attributes = {'series': series, 'times': times, 'values': values}
    return plain(200, json.dumps({'data': {'type': 'timeseries_response', 'attributes': attributes}}))


MS = NOW * 1000
ANSWERS = [
    pytest.param(
        timeseries([MS + 120_000, MS, MS + 60_000], [3, 1, 2]),
        (Grouped((), Series(60, ((NOW, 1.0), (NOW + 60, 2.0), (NOW + 120, 3.0)))),),
        id='times in any order',
    ),
    pytest.param(
        timeseries([MS - 60_000, MS, MS + 600_000], [1, 2, 3]),
        (Grouped((), Series(60, ((NOW, 2.0),))),),
        id='points before and after what was asked for',
    ),
    pytest.param(
        timeseries([MS, MS + 60_000, MS + 120_000, MS + 180_000, MS + 240_000], [None, True, '5', 1, 10**400]),
        (Grouped((), Series(60, ((NOW + 180, 1.0),))),),
        id='what is no number',
    ),
    pytest.param(
        timeseries([MS], [1e9]),
        (Grouped((), Series(60, ((NOW, 1e9),))),),
        id='a single point has the interval that was asked for',
    ),
    pytest.param(timeseries([], series=[]), (), id='nothing'),
]


@pytest.mark.parametrize(('answer', 'expected'), ANSWERS)
def test_no_point_is_invented(answer: bytes, expected: object) -> None:
    with datadog_api(Datadog(instead=answer)) as datadog:
        assert client(datadog).series('avg:a.b{*}', NOW, NOW + 600, 60) == expected


BROKEN = [
    pytest.param(timeseries([MS, MS], [1]), OTHER_SHAPE, id='fewer values than times'),
    pytest.param(timeseries(['a'], [1]), OTHER_SHAPE, id='a time that is no number'),
    pytest.param(timeseries({}, [1]), OTHER_SHAPE, id='times that are no list'),
    pytest.param(timeseries([MS], [1], series=[]), OTHER_SHAPE, id='values of no series'),
    pytest.param(timeseries([MS], [1], series=['a']), OTHER_SHAPE, id='a series that is text'),
    pytest.param(
        timeseries([MS], [float('nan')]), 'the answer is not from the Datadog API: it is not JSON', id='not a number'
    ),
    pytest.param(
        timeseries([], *([[]] * 1001)),
        'the query gives more than 1000 series: name more tags in its scope',
        id='more series than anybody reads',
    ),
    pytest.param(
        plain(403, '{"errors": ["Forbidden"]}'),
        'Datadog refuses: a key is not valid, or the application key may not query timeseries'
        ' (403, permission timeseries_query)',
        id='a key without the permission',
    ),
]


@pytest.mark.parametrize(('answer', 'reason'), BROKEN)
def test_an_answer_of_another_shape_is_a_reason(answer: bytes, reason: str) -> None:
    with datadog_api(Datadog(instead=answer)) as datadog, pytest.raises(RequestFailed) as failure:
        client(datadog).series('avg:a.b{*}', NOW, NOW + 600, 60)
    assert str(failure.value) == reason


def test_metadata(datadog: Datadog) -> None:
    datadog.metrics = MetricStore(RATES, metadata={REQUESTS: {'unit': 'request', 'per_unit': 'second'}})
    assert client(datadog).metadata(REQUESTS) == Metadata(MetricType.RATE, 'request', 'second', 'aws')
    assert client(datadog).metadata(CPU) is None


def test_active_metrics_are_those_with_values_since_then_and_all_the_tags(datadog: Datadog) -> None:
    datadog.metrics.stored = [*RATES, Stored('aws.old', A, every_minute(1, start=NOW - 86400))]
    assert client(datadog).active(['region:eu-west-1', 'loadbalancername:b'], NOW) == {REQUESTS}
    assert client(datadog).active([], NOW - 86400) == {REQUESTS, 'aws.old'}
    assert client(datadog).active(['region:x&from=0'], NOW) == frozenset()


def test_tags_that_are_ingested_and_not_indexed_are_told_apart(datadog: Datadog) -> None:
    datadog.metrics = MetricStore(RATES, dropped={REQUESTS: ['loadbalancername:a', 'loadbalancername:b']})
    found = client(datadog).tags(REQUESTS)
    assert found == MetricTags(frozenset({'region:eu-west-1'}), frozenset({A[0], B[0]}))
    assert [set(found.keys), set(found.values('region')), set(found.values('x'))] == [{'region'}, {'eu-west-1'}, set()]
    assert client(datadog).tags(REQUESTS, 'name:a').dropped == {A[0]}
    assert client(datadog).tags(CPU) == MetricTags(frozenset())


def test_our_own_query_counts_as_a_query(datadog: Datadog) -> None:
    datadog.metrics.stored = RATES
    assert not client(datadog).queried(REQUESTS)
    one(datadog, f'avg:{REQUESTS}{{*}}')
    assert client(datadog).queried(REQUESTS)


def test_monitors_are_read_page_by_page(datadog: Datadog) -> None:
    datadog.metrics.monitors = [monitor(n, f'avg(last_5m):avg:a.b{{n:{n}}} > 1') for n in range(1, 251)]
    datadog.metrics.monitors[0]['options'] = {'evaluation_delay': 900}
    del datadog.metrics.monitors[1]['options']
    found = client(datadog).monitors()
    query = 'avg(last_5m):avg:a.b{{n:{}}} > 1'
    assert found.complete
    assert [m.id for m in found.monitors] == list(range(1, 251))
    assert found.monitors[:2] == (
        Monitor(1, 'monitor 1', 'query alert', query.format(1), 900),
        Monitor(2, 'monitor 2', 'query alert', query.format(2), None),
    )


def test_a_page_of_monitors_that_cannot_be_read_makes_the_list_incomplete(datadog: Datadog) -> None:
    listed = [monitor(n, 'q') for n in range(1, 101)]
    datadog.first = [plain(200, json.dumps(listed)), plain(500, '{}')]
    found = client(datadog).monitors()
    assert (len(found.monitors), found.complete) == (100, False)
    datadog.metrics.monitors = [monitor(1, 'q'), {'id': 'x'}]
    assert client(datadog).monitors() == Monitors((Monitor(1, 'monitor 1', 'query alert', 'q'),), complete=False)
    with pytest.raises(RequestFailed, match='permission monitors_read'):
        client(datadog, app_key='x' * 40).monitors()


def test_the_preview_says_how_metrics_are_named_and_what_is_left_out(datadog: Datadog) -> None:
    names = [{'name': REQUESTS, 'filtered': False}, {'name': 'aws.elb.x', 'filtered': True}]
    metrics = [{'cw_name': 'RequestCount', 'dd_names': names}]
    datadog.metrics.preview[CONFIG] = [{'namespace': 'AWS/ELB', 'filters': [], 'metrics': metrics}]
    expected = Previewed(
        MetricNamespace('AWS/ELB'), 'RequestCount', ((REQUESTS, False), (DatadogMetric('aws.elb.x'), True))
    )
    assert client(datadog).preview(IntegrationId(CONFIG)) == (expected,)
    assert client(datadog).preview(IntegrationId(CONFIG.replace('1', '9'))) is None
    assert client(datadog).available_namespaces() == {'AWS/EC2', 'AWS/ELB'}


def test_a_refusal_says_nothing_of_datadog_and_keeps_it_for_who_wants_it(datadog: Datadog) -> None:
    with pytest.raises(Refused) as failure:
        client(datadog).series(f'nonsense {API_KEY}', NOW, NOW + 60, 60)
    assert str(failure.value) == 'Datadog does not accept the request (status 400)'
    assert failure.value.errors == ('Error parsing query: unable to parse nonsense ...',)
    with pytest.raises(Refused) as other:
        DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY).get(
            f'/api/v1/query?from={NOW}&to={NOW + 60}&query=nonsense', with_keys=True
        )
    assert (str(other.value), other.value.errors) == ('Datadog did not execute the query', ('Error parsing query',))
    datadog.first = [plain(400, json.dumps({'errors': [{'status': '400', 'title': 'Bad', 'detail': 'x\x1b'}]}))]
    with pytest.raises(Refused) as third:
        client(datadog).tags(CPU)
    assert third.value.errors == ('Bad: x\ufffd',)


def test_the_rate_limit_is_kept_with_jitter_and_never_beyond_the_deadline(datadog: Datadog) -> None:
    datadog.metrics.stored, datadog.remaining, datadog.reset = RATES, 1, 20
    api, slept = DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY), list[float]()
    path = f'/api/v1/metrics/{REQUESTS}'
    pace = Pace(api, Deadline(100), slept.append, lambda: 0.5)

    def ask(pace: Pace) -> None:
        pace.ask(lambda left: api.get(path, with_keys=True, seconds=left))

    ask(pace)
    assert api.wait == 20
    ask(pace)
    assert slept == [22.5, 22.5]
    datadog.remaining = 0
    with pytest.raises(Throttled, match=NO_MORE):
        ask(Pace(api, Deadline(19), slept.append, lambda: 0.0))
    with pytest.raises(RequestFailed, match='the deadline of this run is over'):
        ask(Pace(DatadogApi(datadog.url), Deadline(0), slept.append))
    assert slept == [22.5, 22.5]


@pytest.fixture
def log_levels() -> Iterator[None]:
    """Their client changes that of urllib3, for the whole process."""
    level = logging.getLogger('urllib3').level
    yield
    logging.getLogger('urllib3').setLevel(level)


def theirs(url: str) -> ApiClient:
    configuration = Configuration(host=url, enable_retry=False, check_input_type=False)
    configuration.api_key = {'apiKeyAuth': API_KEY, 'appKeyAuth': APP_KEY}
    configuration.unstable_operations['get_aws_metric_name_filter_preview'] = True
    return ApiClient(configuration)


def test_every_answer_of_the_tests_server_parses_strictly_by_datadogs_own_client(
    datadog: Datadog, log_levels: None
) -> None:
    datadog.metrics = MetricStore(RATES, monitors=[monitor(1, 'avg(last_5m):avg:a.b{*} > 1')])
    metrics = [{'cw_name': 'RequestCount', 'dd_names': [{'name': REQUESTS, 'filtered': False}]}]
    datadog.metrics.preview[CONFIG] = [{'namespace': 'AWS/ELB', 'filters': [], 'metrics': metrics}]
    query = f'sum:{REQUESTS}{{*}} by {{loadbalancername}}.fill(null)'
    client(datadog).series(query, NOW, NOW + 600, 60)
    with theirs(datadog.url) as api:
        v2, v1, aws = (
            metrics_api.MetricsApi(api),
            v1_metrics.MetricsApi(api),
            aws_integration_api.AWSIntegrationApi(api),
        )
        answers: list[Any] = [
            v2.query_timeseries_data(body=TimeseriesFormulaQueryRequest(**datadog.bodies[0])),
            v1.query_metrics(_from=NOW, to=NOW + 600, query=query),
            v1.list_active_metrics(_from=NOW),
            v1.get_metric_metadata(REQUESTS),
            v2.list_tags_by_metric_name(REQUESTS),
            v2.list_active_metric_configurations(REQUESTS),
            *monitors_api.MonitorsApi(api).list_monitors(page=0, page_size=10),
            aws.list_aws_namespaces(),
        ]
        with pytest.warns(UserWarning, match='unstable operation'):
            answers.append(aws.get_aws_metric_name_filter_preview(CONFIG))
    assert [type(answer).__name__ for answer in answers if answer._unparsed] == []
    assert len(answers) == 9
    assert answers[0].data.attributes.values.value[0].value[:4] == [1.0, 2.0, 3.0, 4.0]
    assert len(answers[1].series) == 2
