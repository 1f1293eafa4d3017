"""CloudWatch's values are whole periods of what was asked for; what it does not give completely has a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.metric_data import CloudWatchMetrics
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.metric_streams import MetricStream, Selected, StreamContents
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets, Series, StatisticQuery
from datadog_checks.aws_diagnostics.facts.values import MetricNamespace, RegionName
from datadog_checks.aws_diagnostics.rules.metric_sources import period_for
from tests.account import servers
from tests.account.cloudwatch_metrics import MetricData, Sampled
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server

HERE = RegionName('us-east-1')
ELB = MetricNamespace('AWS/ELB')
T = 1_800_000_000
NOW = T + 3600.0
A_DAY = 86400
ONE = {'LoadBalancerName': 'one'}


@pytest.fixture
def cloudwatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudWatch]:
    running = CloudWatch()
    with cloudwatch_server(running) as endpoint:
        servers.use(monkeypatch, servers.environment(endpoint, tmp_path))
        yield running


@contextmanager
def metrics(now: float = NOW, max_calls: int = 100) -> Iterator[CloudWatchMetrics]:
    budget = CallBudget(max_calls)
    with open_session(AccountOptions(), budget) as session:
        yield CloudWatchMetrics(session, budget, lambda: now)


def query(statistic: str = 'Sum', period: int = 60, metric: str = 'RequestCount', **dimensions: str) -> StatisticQuery:
    return StatisticQuery(ELB, metric, dimensions or ONE, statistic, period)


def every_minute(*values: tuple[float, ...]) -> dict[int, tuple[float, ...]]:
    return {T + 60 * n: v for n, v in enumerate(values)}


def sampled(metric: str = 'RequestCount', **dimensions: str) -> Sampled:
    return Sampled('AWS/ELB', metric, dimensions or ONE, every_minute((1, 2, 6), (4,), (), (5, 5)))


STATISTICS = [
    ('Sum', (9, 4, None, 10)),
    ('Average', (3, 4, None, 5)),
    ('Minimum', (1, 4, None, 5)),
    ('Maximum', (6, 4, None, 5)),
    ('SampleCount', (3, 1, None, 2)),
    ('p50', (2, 4, None, 5)),
    ('p99.99', (5.9992, 4, None, 5)),
]


def points(*values: float | None, every: int = 60, start: int = T) -> Any:
    return tuple((start + every * n, pytest.approx(v)) for n, v in enumerate(values) if v is not None)


@pytest.mark.parametrize(('statistic', 'values'), STATISTICS)
def test_each_statistic_has_its_values_and_a_period_without_samples_none(
    cloudwatch: CloudWatch, statistic: str, values: tuple[float | None, ...]
) -> None:
    cloudwatch.data.sampled = [sampled()]
    with metrics() as found:
        assert found.series([query(statistic)], HERE, T, T + 600) == (Series(60, points(*values)),)


def test_only_whole_periods_within_what_was_asked_count(cloudwatch: CloudWatch) -> None:
    cloudwatch.data.sampled = [Sampled('AWS/ELB', 'RequestCount', ONE, every_minute(*[(1.0,)] * 20))]
    start = T + 1  # 1_800_000_000 is a multiple of 300
    with metrics() as found:
        assert found.series([query(period=300)], HERE, start, T + 1199) == (
            Series(300, ((T + 300, 5.0), (T + 600, 5.0))),
        )
        assert found.series([query(period=300)], HERE, start, T + 300) == (Series(300, ()),)
    [(_, _, arguments)] = cloudwatch.asked
    assert (arguments['StartTime'], arguments['EndTime']) == (T + 300, T + 900)


def test_pages_of_one_metric_are_put_together(cloudwatch: CloudWatch) -> None:
    cloudwatch.data = MetricData([sampled(), sampled('Latency')], points_of_a_page=1)
    with metrics() as found:
        series = found.series([query(), query('Maximum', metric='Latency')], HERE, T, T + 600)
        assert series == (Series(60, points(9, 4, None, 10)), Series(60, points(6, 4, None, 5)))
        assert (found.metrics_requested, len(cloudwatch.asked)) == (6, 3)


def test_what_is_not_complete_is_not_observed_and_costs_nothing_of_the_others(cloudwatch: CloudWatch) -> None:
    cloudwatch.data = MetricData(
        [sampled(), sampled('Latency'), sampled('Spill')], partial={'Latency'}, failing={'Spill'}
    )
    with metrics() as found:
        assert found.series([query(metric=m) for m in ('Latency', 'RequestCount', 'Spill')], HERE, T, T + 600) == (
            Unobserved('CloudWatch gave only a part of the values (PartialData)'),
            Series(60, points(9, 4, None, 10)),
            Unobserved('CloudWatch failed to read the metric (InternalError)'),
        )


def test_a_call_never_has_more_queries_or_points_than_cloudwatch_takes(cloudwatch: CloudWatch) -> None:
    cloudwatch.data.sampled = [sampled()]
    many = [query(), query(period=300), *[query(LoadBalancerName=str(n)) for n in range(500)]]
    with metrics() as found:
        series = found.series(many, HERE, T, T + 600)
    assert [len(a['MetricDataQueries']) for _, _, a in cloudwatch.asked] == [500, 1, 1]
    assert series == (Series(60, points(9, 4, None, 10)), Series(300, ((T, 23.0),)), *[Series(60, ())] * 500)
    cloudwatch.asked.clear()
    with metrics(T + 14 * A_DAY) as found:
        found.series(many[2:14], HERE, T, T + 14 * A_DAY)
    assert [len(a['MetricDataQueries']) for _, _, a in cloudwatch.asked] == [5, 5, 2]


TOO_OLD = [
    pytest.param(60, 16, 'CloudWatch has only values of 300 seconds of that time, not of 60', id='minutes of long ago'),
    pytest.param(360, 16, 'CloudWatch has only values of 300 seconds of that time, not of 360', id='no multiple'),
    pytest.param(300, 64, 'CloudWatch has only values of 3600 seconds of that time, not of 300', id='five minutes'),
    pytest.param(3600, 456, 'CloudWatch keeps values for 455 days only', id='longer ago than it keeps anything'),
]


@pytest.mark.parametrize(('period', 'days', 'reason'), TOO_OLD)
def test_what_cloudwatch_no_longer_has_is_not_called_missing(
    cloudwatch: CloudWatch, period: int, days: int, reason: str
) -> None:
    with metrics(T + days * A_DAY) as found:
        assert found.series([query(period=period)], HERE, T, T + 7200) == (Unobserved(reason),)
    assert cloudwatch.asked == []


@pytest.mark.parametrize(('days', 'period'), [(0, 60), (14.99, 60), (15, 300), (63, 3600), (455, 3600), (1000, 3600)])
def test_the_period_fits_the_age(days: float, period: int) -> None:
    assert period_for(days * A_DAY) == period


def test_a_period_that_is_no_multiple_of_a_minute_is_refused(cloudwatch: CloudWatch) -> None:
    with metrics() as found, pytest.raises(ValueError, match='period is 90, allowed is a multiple of 60'):
        found.series([query(period=90)], HERE, T, T + 600)


def test_full_sets_of_dimensions_are_listed_page_by_page_and_once(cloudwatch: CloudWatch) -> None:
    zone = {**ONE, 'AvailabilityZone': 'us-east-1a'}
    sets: list[dict[str, str]] = [ONE, zone, {'AvailabilityZone': 'us-east-1a'}, ONE]
    cloudwatch.data = MetricData([sampled(**s) for s in sets], metrics_of_a_page=1)
    with metrics() as found:
        assert found.dimension_sets(ELB, 'RequestCount', HERE, ONE) == DimensionSets((ONE, zone))
        assert len(cloudwatch.asked) == 3
        assert found.dimension_sets(ELB, 'RequestCount', HERE, recently=True) == DimensionSets((ONE, zone, sets[2]))
        assert cloudwatch.asked[-1][2]['RecentlyActive'] == 'PT3H'
        assert found.dimension_sets(ELB, 'Other', HERE) == DimensionSets(())
        cloudwatch.data.sampled = [sampled(LoadBalancerName=str(n)) for n in range(21)]
        assert not found.dimension_sets(ELB, 'RequestCount', HERE).complete


def test_what_a_running_stream_carries(cloudwatch: CloudWatch) -> None:
    cloudwatch.streams, cloudwatch.streams_of_a_page = {HERE: ('running', 'stopped', 'running')}, 2
    extra = {'IncludeMetrics': [{'Namespace': 'AWS/ELB', 'MetricName': 'Latency'}], 'AdditionalStatistics': ['p95']}
    filters: list[dict[str, Any]] = [{'Namespace': 'AWS/EC2'}, {'Namespace': 'AWS/ELB', 'MetricNames': ['Latency']}]
    cloudwatch.contents = {'s-0': {'IncludeFilters': filters, 'StatisticsConfigurations': [extra]}}
    contents = StreamContents(
        (Selected('AWS/EC2'), Selected('AWS/ELB', ('Latency',))), (), (('AWS/ELB', 'Latency', ('p95',)),)
    )
    form = 'opentelemetry0.7'
    with metrics() as found:
        assert found.streams(HERE) == (
            MetricStream('s-0', True, form, contents),
            MetricStream('s-1', False, form, Unobserved('the stream does not run')),
            MetricStream('s-2', True, form, StreamContents()),
        )
        asked = len(cloudwatch.asked)
        assert (len(found.streams(HERE)), len(cloudwatch.asked)) == (3, asked), 'asked once'
    cloudwatch.denied = {(HERE, 'GetMetricStream'): 'no'}
    with metrics() as found:
        reason = 'missing permission cloudwatch:GetMetricStream in us-east-1 (AccessDeniedException)'
        assert found.streams(HERE)[0].contents == Unobserved(reason)
    assert [contents.carries('AWS/ELB', m) for m in ('Latency', 'RequestCount')] == [True, False]
    assert [StreamContents(exclude=filters_).carries('AWS/EC2', 'x') for filters_ in ((), contents.include)] == [
        True,
        False,
    ]


def test_a_denial_and_a_used_up_budget_are_reasons(cloudwatch: CloudWatch) -> None:
    cloudwatch.denied = {(HERE, 'GetMetricData'): 'no'}
    with metrics(max_calls=1) as found:
        with pytest.raises(CallFailed, match='missing permission cloudwatch:GetMetricData in us-east-1'):
            found.series([query()], HERE, T, T + 600)
        with pytest.raises(CallFailed, match='all the calls that it may make to AWS'):
            found.dimension_sets(ELB, 'RequestCount', HERE)


def put(values: dict[int, tuple[float, ...]]) -> None:
    """By botocore's own client with all its models."""
    import botocore.session

    cloudwatch = botocore.session.Session().create_client('cloudwatch')
    pairs = [{'Name': name, 'Value': value} for name, value in ONE.items()]
    for time, samples in values.items():
        for value in samples:
            datum = {'MetricName': 'RequestCount', 'Dimensions': pairs, 'Value': value}
            datum['Timestamp'] = datetime.fromtimestamp(time, UTC)
            cloudwatch.put_metric_data(Namespace='AWS/ELB', MetricData=[datum])


def recent() -> int:
    """A multiple of five minutes: these servers do not take the time from a test."""
    now = int(datetime.now(UTC).timestamp())
    return now - now % 300 - 1800


def test_moto_answers_like_our_own_server(moto: str) -> None:
    start = recent()
    put({start: (1, 2, 6), start + 60: (4,), start + 180: (5, 5)})
    with metrics(start + 1800.0) as found:
        sums, averages = found.series([query(), query('Average')], HERE, start, start + 600)
        assert (sums, averages) == (
            Series(60, points(9, 4, None, 10, start=start)),
            Series(60, points(3, 4, None, 5, start=start)),
        )
        assert found.dimension_sets(ELB, 'RequestCount', HERE, ONE) == DimensionSets((ONE,))


def test_ministack_answers_like_our_own_server(ministack: str) -> None:
    start = recent()
    put({start + 60: (1, 2, 3, 4, 5), start + 360: (7,)})
    with metrics(start + 1800.0) as found:
        sums, percentiles = found.series([query(period=300), query('p50', 300)], HERE, start, start + 600)
        assert sums == Series(300, ((start, 15.0), (start + 300, 7.0)))
        assert percentiles == Series(300, ((start, 3.0), (start + 300, 7.0)))
        assert found.dimension_sets(ELB, 'RequestCount', HERE, ONE) == DimensionSets((ONE,))
