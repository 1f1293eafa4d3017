"""`watched_metrics` in a whole run, at a terminal and in the Agent, against local servers."""

import json
import time
from collections.abc import Iterator

import pytest
import yaml

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.cli import run
from tests.account.cloudwatch_metrics import Sampled
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_addresses import monitor
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.datadog_metrics import Stored
from tests.account.lag_builders import HOUR, MINUTE, REQUESTS
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import check, configuration, failed, give_keys, statuses

WATCHED = {'name': REQUESTS, 'region': 'us-east-1', 'dimensions': {'LoadBalancerName': 'web'}}
TAGS = (f'aws_account:{MOTO_ACCOUNT}', 'region:us-east-1', 'loadbalancername:web')
OPTIONS = {'features': ['metrics'], 'watched_metrics': [WATCHED]}
CACHED = f'lag_{MOTO_ACCOUNT}'
OURS = (
    'cloudwatch-metrics-delayed',
    'ec2-detailed-monitoring-off',
    'metric-collected-twice',
    'monitor-delay-too-small',
)


@pytest.fixture
def cloudwatch(moto, monkeypatch) -> Iterator[CloudWatch]:
    """Requests in every minute of the last four hours."""
    running = CloudWatch()
    start = int(time.time()) // MINUTE * MINUTE
    samples = {start - n * MINUTE: [1.0] * 60 for n in range(240)}
    running.data.sampled = [Sampled('AWS/ELB', 'RequestCount', {'LoadBalancerName': 'web'}, samples)]
    with cloudwatch_server(running) as endpoint:
        monkeypatch.setenv('AWS_ENDPOINT_URL_CLOUDWATCH', endpoint)
        yield running


@pytest.fixture
def datadog(monkeypatch) -> Iterator[Datadog]:
    """Its crawler is half an hour late, and a monitor does not wait for it."""
    give_keys(monkeypatch)
    running = Datadog([account(MOTO_ACCOUNT, aws_regions={'include_only': ['us-east-1']})])
    start = int(time.time()) // MINUTE * MINUTE
    points = [(start - n * MINUTE, 1.0) for n in range(31, 240)]
    running.metrics.stored = [Stored(REQUESTS, TAGS, points, type='rate')]
    running.metrics.queried = {REQUESTS}
    running.metrics.monitors = [monitor(5, f'sum(last_5m):sum:{REQUESTS}{{*}}.as_count() > 9')]
    with datadog_api(running):
        yield running


def test_nothing_is_asked_for_where_nothing_is_watched(cloudwatch, datadog, tmp_path, capsys):
    document = check(capsys, configuration(tmp_path, datadog.url, features=['metrics']))
    assert {statuses(document)[id] for id in OURS} == {'not_applicable'}
    assert not [operation for _, operation, _ in cloudwatch.asked if operation == 'GetMetricData']
    assert not [path for path in datadog.asked if 'query' in path or 'monitor' in path]


def test_nothing_is_asked_for_where_the_feature_is_off(cloudwatch, datadog, tmp_path, capsys):
    document = check(capsys, configuration(tmp_path, datadog.url, **{**OPTIONS, 'features': ['role']}))
    assert {statuses(document)[id] for id in OURS} == {'not_applicable'}
    assert cloudwatch.asked == []


def test_one_run_at_a_terminal_has_one_sample_and_finds_what_needs_none(cloudwatch, datadog, tmp_path, capsys):
    document = check(capsys, configuration(tmp_path, datadog.url, **OPTIONS))
    assert {id: statuses(document)[id] for id in OURS} == {
        'cloudwatch-metrics-delayed': 'unknown',
        'ec2-detailed-monitoring-off': 'not_applicable',
        'metric-collected-twice': 'ok',
        'monitor-delay-too-small': 'warning',
    }
    (measured,) = document['facts']['account']['lag']['metrics']
    assert measured['now']['waiting'] in range(28 * MINUTE, 32 * MINUTE)
    assert measured['watched']['dimensions'] == {'LoadBalancerName': 'web'}


def test_judge_finds_on_saved_facts_what_the_run_found(cloudwatch, datadog, tmp_path, capsys):
    file, config = tmp_path / 'facts.json', str(configuration(tmp_path, datadog.url, **OPTIONS))
    run(['check', '--json', '--config', config, '--save-facts', str(file)])
    (checked,) = json.loads(capsys.readouterr().out)['reports']
    run(['judge', '--json', str(file)])
    (judged,) = json.loads(capsys.readouterr().out)['reports']
    assert statuses(judged) == statuses(checked)


def agent_check(config) -> AwsDiagnosticsCheck:
    (instance,) = yaml.safe_load(config.read_text())['instances']
    instance['account'] |= {'app_key': APP_KEY, 'api_key': API_KEY}
    started = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
    started.check_id = 'aws_diagnostics:account'
    return started


def earlier(kept: str, *hours: int) -> str:
    """What the Agent would have kept of earlier runs that saw the same."""
    ((key, rows),) = json.loads(kept).items()
    (last,) = rows
    return json.dumps({key: [*([last[0] - n * HOUR, *last[1:]] for n in sorted(hours, reverse=True)), last]})


def test_the_agent_keeps_the_samples_and_sends_the_ages_and_the_verdict(
    cloudwatch, datadog, tmp_path, aggregator, datadog_agent
):
    config = configuration(tmp_path, datadog.url, **OPTIONS)
    first = agent_check(config)
    assert first.run() == ''
    first.write_persistent_cache(CACHED, earlier(first.read_persistent_cache(CACHED), 1, 2))
    aggregator.reset()
    second = agent_check(config)
    assert second.run() == ''
    rows = {row['name']: row['diagnosis'] for row in json.loads(second.get_diagnoses()) if row['result']}
    assert rows['cloudwatch-metrics-delayed'].startswith(
        f'{REQUESTS} (web, us-east-1): in 3 samples a value waited '
    ), 'a minute may have passed between the two runs'
    ages = {
        (tag, sample.value // MINUTE)
        for sample in aggregator.metrics('aws_diagnostics.cloudwatch.lag')
        for tag in sample.tags
        if tag.startswith('stage:')
    }
    assert {stage for stage, _ in ages} == {'stage:cloudwatch', 'stage:datadog'}
    assert dict(ages)['stage:datadog'] in range(29, 33)
    tags = [f'aws_account:{MOTO_ACCOUNT}', f'metric:{REQUESTS}', 'stage:datadog']
    aggregator.assert_metric('aws_diagnostics.cloudwatch.lag', tags=tags, count=1)


def test_aws_refuses_and_nothing_is_called_late(cloudwatch, datadog, tmp_path, capsys):
    cloudwatch.denied = {('us-east-1', operation): 'no' for operation in ('GetMetricData', 'ListMetricStreams')}
    document = check(capsys, configuration(tmp_path, datadog.url, **OPTIONS))
    evidence = {finding['id']: finding['evidence'] for finding in document['findings']}
    assert 'missing permission cloudwatch:GetMetricData' in evidence['cloudwatch-metrics-delayed']
    assert 'missing permission cloudwatch:ListMetricStreams' in evidence['metric-collected-twice']
    assert failed(document) == set()
    assert 'missing permission cloudwatch:ListMetricStreams' in evidence['monitor-delay-too-small']


def test_the_budget_of_calls_holds(cloudwatch, datadog, tmp_path, capsys):
    document = check(capsys, configuration(tmp_path, datadog.url, **OPTIONS, max_api_calls=2))
    assert statuses(document)['cloudwatch-metrics-delayed'] == 'unknown'
    assert document['facts']['account']['api_calls'] <= 2


def test_whether_a_metric_was_in_use_is_what_datadog_said_before_this_run_asked_for_it(
    cloudwatch, datadog, tmp_path, capsys
):
    datadog.metrics.queried = set()
    (watched,) = check(capsys, configuration(tmp_path, datadog.url, **OPTIONS))['facts']['account']['watched']
    assert watched['queried'] is False
    assert len([path for path in datadog.asked if 'active-configurations' in path]) == 1


def test_many_missing_metrics_leave_calls_for_the_fleet(cloudwatch, datadog, tmp_path, capsys):
    datadog.metrics.stored = []
    many = [{**WATCHED, 'dimensions': {'LoadBalancerName': f'web-{n}'}} for n in range(12)]
    options = {**OPTIONS, 'watched_metrics': many, 'max_api_calls': 40}
    account = check(capsys, configuration(tmp_path, datadog.url, **options))['facts']['account']
    assert account['api_calls'] < 32
    reasons = [metric['sets']['unobserved'] for metric in account['watched'] if 'unobserved' in metric['sets']]
    assert reasons
    assert all(
        reason.startswith('this run has made the ') and reason.endswith(' for the watched metrics')
        for reason in reasons
    )
