"""Watched metrics, run after run: a CloudWatch that publishes every minute, and a Datadog that polls it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.metric_data import CloudWatchMetrics
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.datadog_metrics import DatadogMetrics
from datadog_checks.aws_diagnostics.collect.lag import LagSources, query_of, read_lag
from datadog_checks.aws_diagnostics.collect.lag_samples import LagSamples
from datadog_checks.aws_diagnostics.collect.memory import NoMemory
from datadog_checks.aws_diagnostics.collect.run import CallBudget, Deadline, attempt
from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import DIAGNOSES
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AwsMonitor, Lag, LagSample
from datadog_checks.aws_diagnostics.facts.metrics import Watched
from datadog_checks.aws_diagnostics.facts.values import AccountId, DatadogMetric, RegionName
from tests.account import servers
from tests.account.aws_account import operator
from tests.account.builders import account_facts
from tests.account.cloudwatch_metrics import Sampled
from tests.account.cloudwatch_server import BY_SCP, CloudWatch, cloudwatch_server
from tests.account.datadog_addresses import monitor
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, plain
from tests.account.datadog_metrics import Stored
from tests.account.lag_builders import AT, BYTES, CPU, HOUR, MINUTE, REQUESTS, watched

US, EU = RegionName('us-east-1'), RegionName('eu-west-1')
ACCOUNT = AccountId(servers.MOTO_ACCOUNT)
TAGS = (f'aws_account:{ACCOUNT}', 'region:us-east-1', 'loadbalancername:web')
DAY = 24 * HOUR
ON_POLLS = 600
"""Seconds between two polls."""


class Cache:
    """What an Agent keeps; it may fail."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.fails = False

    def recall(self, key: str) -> str:
        self._check()
        return self.kept.get(key, '')

    def remember(self, key: str, value: str) -> None:
        self._check()
        self.kept[key] = value

    def _check(self) -> None:
        if self.fails:
            raise RuntimeError('the persistent cache cannot be opened')


class World:
    """Requests of a load balancer in every minute, and both sides at a time that a test sets."""

    def __init__(self, cloudwatch: CloudWatch, datadog: Datadog) -> None:
        self.cloudwatch = cloudwatch
        self.datadog = datadog
        self.now = float(AT)
        self.cache = Cache()
        self.calls = 0
        self._samples = LagSamples(self.cache)

    def publish(self, metric: str, dimensions: dict[str, str], *, namespace: str = 'AWS/ELB', every: int = 60) -> None:
        """100 samples of 1 each time, until now; what is not over has fewer."""
        over = range(int(self.now) - 4 * DAY, int(self.now), every)
        start = [second - second % every for second in over]
        self.cloudwatch.data.sampled.append(
            Sampled(
                namespace, metric, dimensions, {s: [1.0] * (100 if s + every <= self.now else 7) for s in start[-300:]}
            )
        )

    def poll(self, every: int = ON_POLLS) -> None:
        """The last poll of Datadog brought what was complete two minutes before it."""
        last = int(self.now) // every * every - 120
        (sampled,) = [s for s in self.cloudwatch.data.sampled if s.metric == 'RequestCount']
        points = [(s, sum(v) / 60) for s, v in sampled.samples.items() if s + MINUTE <= last]
        self.datadog.metrics.stored = [Stored(REQUESTS, TAGS, points, type='rate')]

    def run(self, *metrics: Watched, keys: bool = True) -> Lag:
        budget = CallBudget(100)
        api = DatadogApi(self.datadog.url, api_key=API_KEY, app_key=APP_KEY)
        with open_session(AccountOptions(), budget) as session:
            cloudwatch = CloudWatchMetrics(session, budget, lambda: self.now)
            all_of = DatadogMetrics(api, Deadline(30))
            datadog = all_of if keys else None
            sources = LagSources(
                ACCOUNT,
                session,
                cloudwatch,
                datadog,
                lambda: attempt('the monitors', all_of.monitors),
                self._samples,
                {},
                lambda: self.now,
            )
            lag = read_lag(sources, metrics or (watched(region=US),))
        self.calls = budget.made
        return lag

    def hourly(self, runs: int, every: int = ON_POLLS, minutes: int = 0) -> Lag:
        """Runs an hour, and some minutes more, apart from one another."""
        found = Lag((), None)
        for _ in range(runs):
            self.cloudwatch.data.sampled = []
            self.publish('RequestCount', {'LoadBalancerName': 'web'})
            self.poll(every)
            found = self.run()
            self.now += HOUR + minutes * MINUTE
        return found

    def restart(self) -> None:
        self._samples = LagSamples(self.cache)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cloudwatch = CloudWatch()
    with cloudwatch_server(cloudwatch) as endpoint, datadog_api() as datadog:
        servers.use(monkeypatch, servers.environment(endpoint, tmp_path))
        running = World(cloudwatch, datadog)
        running.publish('RequestCount', {'LoadBalancerName': 'web'})
        running.poll()
        yield running


def verdicts(lag: Lag) -> dict[str, str]:
    """By diagnosis: its word and its evidence."""
    findings = diagnose(DIAGNOSES, account_facts(lag=lag))
    return {f.diagnosis.id: f'{f.word}: {f.verdict.evidence}' for f in findings}


def delayed(lag: Lag) -> str:
    return verdicts(lag)['cloudwatch-metrics-delayed']


NAME = 'aws.elb.request_count (web, us-east-1)'


def test_one_run_measures_both_sides(world):
    world.datadog.metrics.queried = {REQUESTS}
    world.now += 400
    world.cloudwatch.data.sampled = []
    world.publish('RequestCount', {'LoadBalancerName': 'web'})
    world.poll()
    (lag,) = world.run().metrics
    # The poll was 400 seconds ago, and brought what was complete two minutes before.
    assert lag.now == LagSample(AT + 400, cloudwatch=40, datadog=520, waiting=460)
    assert (lag.samples, lag.carried_by, lag.detailed) == ((lag.now,), (), None)
    assert not isinstance(lag.cloudwatch, Unobserved)
    assert not isinstance(lag.datadog, Unobserved)
    assert lag.datadog.points == lag.cloudwatch.points[: len(lag.datadog.points)], "a rate's sum is CloudWatch's"
    assert len(lag.cloudwatch.points) == 180


def test_what_is_asked_is_little(world):
    world.run()
    assert world.calls == 2, 'cloudwatch:GetMetricData and ListMetricStreams'
    assert [path.partition('?')[0] for path in world.datadog.asked] == [
        f'/api/v2/metrics/{REQUESTS}/active-configurations',
        '/api/v2/query/timeseries',
        '/api/v1/monitor',
    ]
    world.now += HOUR
    world.run()
    assert len(world.datadog.asked) == 5, 'whether it was queried before is asked once'


def test_polling_every_ten_minutes_is_in_time(world):
    world.datadog.metrics.queried = {REQUESTS}
    lag = world.hourly(4, minutes=7)
    assert delayed(lag) == (
        f'ok: {NAME}: in 4 samples the newest value in Datadog was 2 minutes to 9 minutes (3 minutes in the median) '
        'old, usual for one-minute values are 10 to 12 minutes; none waited longer than 8 minutes'
    )


def test_a_crawler_that_comes_every_two_hours_is_late(world):
    world.datadog.metrics.queried = {REQUESTS}
    lag = world.hourly(4, every=2 * HOUR, minutes=7)
    assert delayed(lag) == (
        f'warning: {NAME}: in 4 samples a value waited 11 minutes to 92 minutes (25 minutes in the median) for '
        "Datadog, usual for one-minute values are 10 to 12 minutes; CloudWatch's newest was 0 minutes old, the crawler "
        'adds the rest'
    )


def test_fewer_than_three_samples_say_so(world):
    world.datadog.metrics.queried = {REQUESTS}
    assert delayed(world.hourly(2)) == f'unknown: {NAME}: 2 of the 3 samples that it takes'


def test_situation_16_a_metric_that_nobody_queried_is_polled_hourly_and_that_is_no_alarm(world):
    """A query puts it back to ten minutes: https://docs.datadoghq.com/integrations/guide/adaptive-cloudwatch-polling/"""
    said = []
    for every in (3600, 3600, *[ON_POLLS] * 3):
        said.append(delayed(world.hourly(1, every=every, minutes=7)).partition(':')[0])
    assert said == ['unknown'] * 4 + ['ok']
    assert REQUESTS in world.datadog.metrics.queried


def test_situation_16_says_why_the_first_samples_do_not_count(world):
    assert delayed(world.hourly(2, every=3600, minutes=7)) == (
        f'unknown: {NAME}: 0 of the 3 samples that it takes; 2 more do not count: nobody may have queried it before '
        'this check, so Datadog polled it hourly, which is usual'
    )


def test_situation_11_the_newest_minute_is_not_complete_and_counts_on_neither_side(world):
    """CloudWatch shows the running minute from its first second, with a part of its sum."""
    world.now += 30
    world.cloudwatch.data.sampled = []
    world.publish('RequestCount', {'LoadBalancerName': 'web'})
    world.poll(every=60)
    (lag,) = world.run().metrics
    assert not isinstance(lag.cloudwatch, Unobserved)
    assert lag.cloudwatch.points[-1] == (AT - 60, 100.0)
    assert lag.now == LagSample(AT + 30, cloudwatch=30, datadog=150, waiting=90, settled=False)


def test_situation_9_a_stream_that_has_just_started_doubles_some_minutes(world):
    world.cloudwatch.streams = {US: ['running']}
    world.poll(every=60)
    (stored,) = world.datadog.metrics.stored
    stored.points = [(s, v * (2 if AT - 90 * MINUTE <= s < AT - 80 * MINUTE else 1)) for s, v in stored.points]
    found = verdicts(world.run())['metric-collected-twice']
    assert found == (
        f"warning: {NAME}: twice CloudWatch's sum in 10 minutes from 12:40 to 12:49 UTC, and exactly it in 155 other "
        'minutes; the metric stream s-0 carries it too'
    )
    world.cloudwatch.streams = {US: ['stopped']}
    assert verdicts(world.run())['metric-collected-twice'].startswith('ok: ')


def test_situation_10_a_metric_that_is_published_daily_is_not_late_for_being_a_day_old(world):
    dimensions = {'BucketName': 'b', 'StorageType': 'StandardStorage'}
    days = [AT // DAY * DAY - n * DAY for n in range(1, 4)]
    world.cloudwatch.data.sampled.append(Sampled('AWS/S3', 'BucketSizeBytes', dimensions, {day: [5.0] for day in days}))
    world.cloudwatch.streams = {US: ['running']}
    tags = (*TAGS[:2], 'bucketname:b', 'storagetype:standardstorage')
    world.datadog.metrics.stored.append(Stored(BYTES, tags, [(day, 5.0) for day in days[1:]]))
    world.datadog.metrics.queried = {BYTES}
    for _ in range(3):
        lag = world.run(watched(BYTES, US, **dimensions))
        world.now += HOUR
    assert lag.metrics[0].samples[0] == LagSample(AT, *(AT % DAY, AT % DAY + DAY, AT % DAY))
    assert delayed(lag) == (
        'ok: aws.s3.bucket_size_bytes (b, StandardStorage, us-east-1): in 3 samples the newest value in Datadog was '
        '38 hours to 40 hours (39 hours in the median) old, usual for daily values are a day; none waited longer than '
        '16 hours'
    )


def test_situation_22_a_monitor_without_a_delay_is_named(world):
    world.datadog.metrics.queried = {REQUESTS}
    world.datadog.metrics.monitors = [
        monitor(11, f'sum(last_5m):sum:{REQUESTS}{{name:web}}.as_count() > 9', name='Too\nmany {requests}'),
        monitor(12, f'avg(last_5m):avg:{CPU}{{*}} > 9', options={'evaluation_delay': 900}),
        monitor(13, 'avg(last_5m):avg:system.load.1{*} > 9'),
        monitor(14, f'avg(last_5m):avg:{REQUESTS}{{aws_account:999999999999}} > 9'),
        monitor(15, '11 && 12', type='composite'),
        monitor(16, 'avg(last_5m):avg:aws.lambda.enhanced.errors{*} > 9'),
        monitor(17, 'avg(last_5m):avg:aws.ec2.host_ok{*} > 9'),
        monitor(18, f'what is this: {REQUESTS}'),
    ]
    lag = world.hourly(4, minutes=7)
    assert lag.monitors == (
        AwsMonitor(11, 'Too many {requests}', (DatadogMetric(REQUESTS),), 300),
        AwsMonitor(12, 'monitor 12', (DatadogMetric(CPU),), 300, 900),
    )
    assert verdicts(lag)['monitor-delay-too-small'] == (
        "warning: 'Too many {requests}' (11) has no evaluation delay, and aws.elb.request_count took up to 540 s in 4 "
        'samples'
    )


LAMBDA_ERRORS, NOT_IN_THE_TABLE = DatadogMetric('aws.lambda.errors'), DatadogMetric('aws.lambda.duration.p17')
STREAMS = {
    'all of its namespace': ({'IncludeFilters': [{'Namespace': 'AWS/Lambda'}]}, (LAMBDA_ERRORS, NOT_IN_THE_TABLE)),
    'this metric': (
        {'IncludeFilters': [{'Namespace': 'AWS/Lambda', 'MetricNames': ['Errors']}]},
        (LAMBDA_ERRORS, NOT_IN_THE_TABLE),
    ),
    'all but the watched metric': ({'ExcludeFilters': [{'Namespace': 'AWS/ELB'}]}, (LAMBDA_ERRORS, NOT_IN_THE_TABLE)),
    'another namespace': ({'IncludeFilters': [{'Namespace': 'AWS/EC2'}]}, ()),
    'all but this namespace, and but the watched metric': (
        {'ExcludeFilters': [{'Namespace': 'AWS/ELB'}, {'Namespace': 'AWS/Lambda'}]},
        (),
    ),
}


@pytest.mark.parametrize(('contents', 'carried'), STREAMS.values(), ids=STREAMS.keys())
def test_a_stream_is_looked_up_for_the_metrics_of_each_monitor(world, contents, carried):
    """The watched metric is polled. What is not in the table of names may be any metric of its namespace."""
    world.datadog.metrics.monitors = [
        monitor(n, f'sum(last_5m):sum:{metric}{{*}} > 9') for n, metric in ((1, LAMBDA_ERRORS), (2, NOT_IN_THE_TABLE))
    ]
    world.cloudwatch.streams, world.cloudwatch.contents = {US: ['running']}, {'s-0': contents}
    lag = world.run()
    assert lag.monitors == tuple(
        AwsMonitor(n, f'monitor {n}', (metric,), 300, streamed=(metric,) if metric in carried else ())
        for n, metric in ((1, LAMBDA_ERRORS), (2, NOT_IN_THE_TABLE))
    )
    verdict, _, evidence = verdicts(lag)['monitor-delay-too-small'].partition(': ')
    assert (verdict, '900 s are recommended' in evidence) == (('ok', False) if carried else ('warning', True))
    world.cloudwatch.streams = {US: ['stopped']}
    assert verdicts(world.run())['monitor-delay-too-small'].startswith('warning: ')


def test_a_key_that_may_not_read_monitors_costs_only_the_monitors(world):
    world.datadog.metrics.queried = {REQUESTS}
    world.hourly(2, minutes=7)
    world.datadog.first = [plain(200, json.dumps({'data': None})), plain(403, '{"errors": ["Forbidden"]}')]
    found = verdicts(world.run())
    assert found['monitor-delay-too-small'].startswith('unknown: Datadog refuses')
    assert 'monitors_read' in found['monitor-delay-too-small']


def test_situation_23_a_region_that_is_closed_costs_only_its_own_metrics(world):
    world.datadog.metrics.queried = {REQUESTS}
    world.hourly(3, minutes=7)
    world.cloudwatch.denied = {(EU, 'GetMetricData'): BY_SCP, (EU, 'ListMetricStreams'): BY_SCP}
    ours, closed = world.run(watched(region=US), watched(region=EU)).metrics
    assert not isinstance(ours.cloudwatch, Unobserved)
    assert isinstance(closed.cloudwatch, Unobserved)
    assert 'cloudwatch:GetMetricData in eu-west-1' in closed.cloudwatch.reason
    assert (closed.now, closed.samples) == (None, ())


def test_without_keys_nothing_of_datadog_is_known(world):
    lag = world.run(keys=False)
    assert delayed(lag) == (f'unknown: {NAME}: Datadog was not asked: it needs both an API key and an application key')
    assert verdicts(lag)['monitor-delay-too-small'].startswith('not_applicable: ')
    assert world.datadog.asked == []


def test_a_quiet_metric_has_no_recent_data(world):
    assert delayed(world.run(watched(region=US, LoadBalancerName='idle'))) == (
        'unknown: aws.elb.request_count (idle, us-east-1): no recent data'
    )


def test_a_metric_that_datadog_does_not_have_is_not_called_late(world):
    world.datadog.metrics.stored = []
    assert delayed(world.run()).endswith(
        'CloudWatch has recent values and Datadog has none, which is missing, not late'
    )


def test_samples_survive_a_restart(world):
    world.datadog.metrics.queried = {REQUESTS}
    before = world.hourly(3, minutes=7).metrics[0].samples
    world.restart()
    assert world.hourly(1).metrics[0].samples[:-1] == before
    assert REQUESTS not in ''.join(world.cache.kept.values()), 'names of resources stay out of the cache'


@pytest.mark.parametrize(
    'kept',
    [
        pytest.param('', id='nothing'),
        pytest.param('{"a', id='half a text'),
        pytest.param('[' * 100_000, id='nested without end'),
        pytest.param('[1]', id='a list'),
        pytest.param('{"a": 1}', id='no rows'),
        pytest.param(' ' * 100_000, id='too long'),
    ],
)
def test_a_damaged_cache_is_an_empty_one(world, kept):
    world.cache.kept = {f'lag_{ACCOUNT}': kept}
    assert len(world.run().metrics[0].samples) == 1
    assert json.loads(world.cache.kept[f'lag_{ACCOUNT}']) != {}


@pytest.mark.parametrize(
    'row',
    [
        pytest.param('x', id='no row'),
        pytest.param([1], id='too short'),
        pytest.param([AT, 1, 1, 1, 'yes'], id='a text'),
        pytest.param([AT, -1, 1, 1, 1], id='a negative age'),
        pytest.param([AT, 1.5, 1, 1, 1], id='half a second'),
        pytest.param([AT + DAY, 1, 1, 1, 1], id='from the future'),
        pytest.param([AT - 8 * DAY, 1, 1, 1, 1], id='too old'),
    ],
)
def test_a_damaged_row_is_left_out(world, row):
    world.run()
    ((key, _),) = json.loads(world.cache.kept[f'lag_{ACCOUNT}']).items()
    good = [AT - HOUR, 1, 2, 2, 1]
    world.cache.kept = {f'lag_{ACCOUNT}': json.dumps({key: [good, row]})}
    world.restart()
    assert world.run().metrics[0].samples[0] == LagSample(*good[:4], settled=True)  # type: ignore[misc, arg-type]
    assert len(world.run().metrics[0].samples) == 2


def test_a_cache_that_is_too_long_is_not_read(world):
    world.run()
    world.cache.kept[f'lag_{ACCOUNT}'] += ' ' * 70_000
    world.now += HOUR
    world.restart()
    assert len(world.run().metrics[0].samples) == 1


QUERIES = {
    'events, as counts': (
        watched(region=US),
        f'sum:{REQUESTS}{{aws_account:{ACCOUNT},region:us-east-1,loadbalancername:web}}.as_count()',
    ),
    'an average, without interpolation': (
        watched(CPU, EU, InstanceId='i-0123456789abcdef0'),
        f'avg:{CPU}{{aws_account:{ACCOUNT},region:eu-west-1,instance-id:i-0123456789abcdef0}}.fill(null)',
    ),
    'a service that is in no region': (
        watched('aws.cloudfront.requests', US, DistributionId='E1', Region='Global'),
        f'sum:aws.cloudfront.requests{{aws_account:{ACCOUNT},distributionid:e1,region:global}}.as_count()',
    ),
    'narrowed, with a tag that is there already': (
        replace(watched(region=US), tags=('team:web', 'region:us-east-1')),
        f'sum:{REQUESTS}{{aws_account:{ACCOUNT},region:us-east-1,loadbalancername:web,team:web}}.as_count()',
    ),
}


@pytest.mark.parametrize(('metric', 'query'), QUERIES.values(), ids=QUERIES.keys())
def test_what_datadog_is_asked(metric, query):
    assert query_of(metric, ACCOUNT) == query


def test_the_tag_of_a_dimension_is_that_of_the_operator():
    query = query_of(watched(region=US), ACCOUNT, {'LoadBalancerName': 'name'})
    assert query == f'sum:{REQUESTS}{{aws_account:{ACCOUNT},region:us-east-1,name:web}}.as_count()'


def test_a_cache_that_fails_costs_only_what_another_process_knew(world):
    world.datadog.metrics.queried = {REQUESTS}
    world.cache.fails = True
    assert len(world.hourly(3, minutes=7).metrics[0].samples) == 3


def test_what_is_watched_no_longer_is_forgotten(world):
    world.run(watched(region=US), replace(watched(region=US), tags=('region:us-east-1',)))
    assert len(json.loads(world.cache.kept[f'lag_{ACCOUNT}'])) == 2
    world.run()
    assert len(json.loads(world.cache.kept[f'lag_{ACCOUNT}'])) == 1


def test_two_accounts_of_one_agent_keep_their_samples_apart(world):
    samples = LagSamples(world.cache)
    other = AccountId('999999999999')
    samples.add(ACCOUNT, watched(), LagSample(AT, 1, 1, 1))
    samples.save(ACCOUNT, [watched()])
    samples.add(other, watched(), LagSample(AT, 2, 2, 2))
    samples.save(other, [watched()])
    again = LagSamples(world.cache)
    assert [again.of(id, watched(), AT + 1) for id in (ACCOUNT, other)] == [
        (LagSample(AT, 1, 1, 1),),
        (LagSample(AT, 2, 2, 2),),
    ]
    assert [again.of(ACCOUNT, watched(), at) for at in (AT, AT + 7 * DAY, AT + 7 * DAY + 1)] == [
        (),
        (LagSample(AT, 1, 1, 1),),
        (),
    ], 'not from the future, and at most a week old'
    assert LagSamples(NoMemory()).of(ACCOUNT, watched(), AT) == ()


def test_detailed_monitoring_is_asked_of_watched_instances_only(moto, world, monkeypatch):
    monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', moto)
    client = operator('ec2')
    first, second, _ = (
        client.run_instances(ImageId='ami-12c6146b', MinCount=1, MaxCount=1, Monitoring={'Enabled': on})['Instances'][
            0
        ]['InstanceId']
        for on in (False, True, False)
    )
    gone = 'i-0123456789abcdef0'
    for id in (first, second):
        world.publish('CPUUtilization', {'InstanceId': id}, namespace='AWS/EC2', every=300)
    lag = world.run(*(watched(CPU, US, InstanceId=id) for id in (first, second, gone)), watched(region=US))
    assert [each.detailed for each in lag.metrics] == [False, True, None, None]
    assert verdicts(lag)['ec2-detailed-monitoring-off'] == (
        f'warning: aws.ec2.cpuutilization ({first}, us-east-1): detailed monitoring is off, and its values arrive '
        'every five minutes'
    )
