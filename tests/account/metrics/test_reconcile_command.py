"""`metrics reconcile`: what it refuses, what it says where a side does not answer, and what it writes."""

import csv
import errno
import io
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus
from datadog_checks.aws_diagnostics.cli.metrics.question import window
from tests.account.cloudwatch_server import BY_SCP
from tests.account.datadog_api import API_KEY, APP_KEY, plain
from tests.account.datadog_metrics import Stored
from tests.account.metrics.both_sides import END, MINUTES, REGION, WEB, Both, at, minutes, points, requests

METRIC = 'aws.elb.request_count'
ASKED = (METRIC, '--dimension', 'LoadBalancerName=web')
TAG = 'loadbalancername:web'


@pytest.fixture
def rate(both: Both) -> Both:
    """The usual case: Datadog has a rate."""
    samples = requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    both.stored(METRIC, points(samples, 'Sum', 1 / 60), TAG, type='rate')
    return both


REFUSED = {
    'a name that is nearly right': (('aws.elb.request_cuont',), 'the nearest are aws.elb.request_count'),
    'three names': (('a', 'b', 'c'), 'NAME: allowed is one name of Datadog like aws.elb.request_count, or two words'),
    'a namespace without a metric': (('AWS/ELB',), 'or two words, NAMESPACE METRIC of CloudWatch'),
    'both in one word': (('AWS/ELB:RequestCount',), 'or two words, NAMESPACE METRIC of CloudWatch'),
    'the metric first': (('RequestCount', 'AWS/ELB'), 'the namespace comes first, then METRIC'),
    'a dimension without its option': ((METRIC, 'LoadBalancerName=web'), 'allowed is --dimension LoadBalancerName=web'),
    'the tag of a dimension that is not asked for': (
        (*ASKED, '--dimension-tag', 'LoadBalancer=lb'),
        "--dimension-tag 'LoadBalancer': allowed is a dimension that --dimension names",
    ),
    'a time before all clocks': ((*ASKED, '--start', '0001-01-01'), "'0001-01-01' is not allowed"),
    'a namespace that nobody has': (
        ('AWS/Nothing', 'RequestCount', *ASKED[1:]),
        'CloudWatch lists no metric AWS/Nothing RequestCount in eu-west-1',
    ),
    'another region': ((*ASKED, '--region', 'eu-west-2'), 'lists no metric AWS/ELB RequestCount in eu-west-2'),
    'a dimension that is nearly right': (
        (METRIC, '--dimension', 'LoadBalancer=web'),
        "the dimension 'LoadBalancer' is not known: the nearest is LoadBalancerName",
    ),
    'a value that is nearly right': (
        (METRIC, '--dimension', 'LoadBalancerName=wep'),
        "no value of LoadBalancerName is 'wep': the nearest is web",
    ),
    'no dimension': ((METRIC,), '--dimension: AWS/ELB RequestCount has no metric with only these'),
    'a dimension too many': (
        (*ASKED, '--dimension', 'AvailabilityZone=x'),
        "the dimension 'AvailabilityZone' is not known: allowed are LoadBalancerName",
    ),
    'no equals sign': ((METRIC, '--dimension', 'web'), "'web' is not allowed, it must be like LoadBalancerName=web"),
    'an end in the future': ((*ASKED, '--end', at(END + 8640000)), 'is in the future: allowed is at most'),
    'a start after the end': ((*ASKED, '--start', at(END - 60), '--end', at(END - 3600)), 'allowed is at least 60 s'),
    'eight days': ((*ASKED, '--start', at(END - 8 * 86400), '--end', at(END)), 'at most 7 days before --end'),
    'two years ago': ((*ASKED, '--start', '2020-01-01T00:00Z'), 'CloudWatch keeps values for 455 days'),
    'no time': ((*ASKED, '--end', 'yesterday'), "'yesterday' is not allowed, it must be like 2026-11-27T12:00Z"),
    'a statistic that is none': ((*ASKED, '--statistic', 'median'), "'median' is not allowed, it must be Sum, Average"),
    'a tag without a value': ((*ASKED, '--tag', 'team'), "'team' is not allowed, it must be like team:web"),
    'a tag that closes the scope': ((*ASKED, '--tag', 'team:web} by {x'), 'is not allowed, it must be like team:web'),
    'a page on stdout': ((*ASKED, '--html', '-'), '--html -: a page is written to a file'),
    'two documents on stdout': ((*ASKED, '--json', '--csv', '-'), '--json and --csv - exclude each other'),
}


@pytest.mark.parametrize('case', REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_named_with_what_is_allowed(rate: Both, case: tuple[tuple[str, ...], str]) -> None:
    arguments, message = case
    status, out, error = rate.run(*arguments)
    assert (status, out) == (ExitStatus.USAGE, '')
    assert message in ' '.join(error.split())
    assert [path for path in rate.datadog.asked if 'timeseries' in path] == []


def test_an_end_at_which_values_still_change_is_refused(rate: Both) -> None:
    status, _, error = rate.run(*ASKED, '--end', at(time.time() - 800))
    assert (status, 'is too young, as values still change: allowed is at most' in error) == (ExitStatus.USAGE, True)


def silent(both: Both) -> None:
    both.datadog.instead = plain(500, '')


def forbidden(both: Both) -> None:
    both.datadog.instead = plain(403, json.dumps({'errors': ['Forbidden']}))


def half(both: Both) -> None:
    both.datadog.instead = plain(200, '{"data": {"attributes": {"series": [')


def throttled(both: Both) -> None:
    both.datadog.remaining, both.datadog.reset = 0, 3600


def denied(both: Both) -> None:
    both.cloudwatch.denied = {(REGION, 'GetMetricData'): BY_SCP}


def partial(both: Both) -> None:
    both.cloudwatch.data.partial = {'RequestCount'}


FAILING: dict[str, tuple[Callable[[Both], None], str, bool, bool]] = {
    'Datadog fails': (silent, 'Datadog: the Datadog API failed (status 500)', True, False),
    'keys that are not valid': (forbidden, 'Datadog refuses', True, False),
    'half an answer': (half, 'Datadog: ', True, False),
    'a rate limit that is used up': (throttled, 'Datadog: the rate limit of Datadog allows no more', True, False),
    'a service control policy': (
        denied,
        'CloudWatch: missing permission cloudwatch:GetMetricData in eu-west-1',
        False,
        False,
    ),
    'a part of the values': (partial, 'CloudWatch: ', False, True),
}


@pytest.mark.parametrize('case', FAILING.values(), ids=FAILING.keys())
def test_a_side_that_does_not_answer_is_unknown_and_the_other_one_is_kept(
    rate: Both, case: tuple[Callable[[Both], None], str, bool, bool]
) -> None:
    fail, reason, has_cloudwatch, has_datadog = case
    fail(rate)
    found = rate.json(*ASKED)
    assert (found['verdict'], found['exit'], found['factor']) == ('unknown', 3, None)
    assert reason in found['evidence']
    sides = [any(row[side] is not None for row in found['samples']) for side in (1, 2)]
    assert sides[0] is has_cloudwatch
    assert not (sides[1] and not has_datadog)
    assert not any(secret in json.dumps(found) for secret in (API_KEY, APP_KEY))


def test_other_sets_that_cannot_be_listed_cost_no_verdict_that_needs_none(rate: Both) -> None:
    rate.cloudwatch.denied = {(REGION, 'ListMetrics'): BY_SCP}
    found = rate.json(*ASKED)
    assert (found['verdict'], found['exit']) == ('per_second', 0)
    assert 'the other sets of dimensions are not known: ' in found['evidence']


def test_a_role_that_cannot_be_assumed_is_a_side_that_does_not_answer(rate: Both) -> None:
    document = json.loads(rate.config.read_text())
    document['instances'][0]['account']['assume_role_arn'] = 'arn:aws:iam::123456789012:role/looks'
    rate.config.write_text(json.dumps(document))
    found = rate.json(*ASKED)
    assert (found['verdict'], found['exit']) == ('unknown', 3)
    assert 'sts:AssumeRole' in found['evidence']


def test_without_keys_nothing_is_asked(rate: Both) -> None:
    rate.config.write_text('instances: [{account: {}}]')
    status, _, error = rate.run(*ASKED)
    assert (status, rate.cloudwatch.asked) == (ExitStatus.CONFIGURATION, [])
    assert 'it needs both an API key and an application key: set DD_API_KEY and DD_APP_KEY' in error


def test_a_metric_that_datadog_computes_cannot_be_compared_and_nothing_is_asked(both: Both) -> None:
    found = both.json('aws.elb.healthy_host_count_deduped', '--dimension', 'LoadBalancerName=web')
    assert (found['verdict'], found['exit'], found['samples']) == ('incomparable', 1, [])
    assert (both.cloudwatch.asked, both.datadog.asked) == ([], [])
    assert 'compared: each' not in found['evidence']
    _, out, _ = both.run('aws.elb.healthy_host_count_deduped', '--dimension', 'LoadBalancerName=web')
    assert out.startswith('INCOMPARABLE aws.elb.healthy_host_count_deduped: the sides cannot be compared: ')
    assert 'The query of Datadog for these values, which was not asked:' in out


def test_each_reason_is_said_once(rate: Both) -> None:
    forbidden(rate)
    head = rate.run(*ASKED)[1].splitlines()[0]
    assert head.startswith(f'UNKNOWN {METRIC}: no verdict: Datadog refuses')
    assert (head.count('timeseries_query'), head.count('metrics_read')) == (1, 1)


def test_what_lets_a_side_be_asked_is_said(rate: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'):
        monkeypatch.delenv(name)
    status, out, _ = rate.run(*ASKED)
    last = 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'
    assert (status, out.splitlines()[-1], out.count('Set ')) == (3, last, 1)


def test_a_query_that_was_not_asked_is_not_called_so(rate: Both) -> None:
    denied(rate)
    _, out, _ = rate.run(*ASKED)
    assert [path for path in rate.datadog.asked if 'timeseries' in path] == []
    assert ('was asked:' in out, 'compared: ' in out) == (False, False)
    assert 'Datadog was not asked for its values' in out


def test_where_statistics_coincide_the_values_are_those_of_one_that_explains(rate: Both, tmp_path: Path) -> None:
    page = tmp_path / 'page.html'
    found = rate.json(*ASKED, '--statistic', 'Average', '--html', str(page))
    assert (found['verdict'], found['factor'], found['statistic']) == ('other_statistic', 60, None)
    assert all(ours == pytest.approx(60 * shown) for _, ours, shown in found['samples'])
    assert '<dt>Statistic</dt><dd>Sum</dd>' in page.read_text()
    assert 'CloudWatch Sum\n' in rate.run(*ASKED, '--statistic', 'Average')[1]


def test_a_scope_without_values_does_not_overlap(both: Both) -> None:
    both.sampled('AWS/ELB', 'RequestCount', WEB, requests())
    found = both.json(*ASKED)
    assert (found['verdict'], found['exit'], found['shift_minutes']) == ('no_overlap', 1, None)
    assert found['remedy']['summary'].endswith('aws-diagnostics metrics why, with the same name, dimensions and region')


def test_a_tag_that_the_metric_does_not_have_is_named(rate: Both) -> None:
    found = rate.json(*ASKED, '--tag', 'target_group:web')
    assert (found['verdict'], found['factor'], found['exit']) == ('other_scope', None, 0)
    assert 'without target_group:web is Sum / 60 on 180 of 180 points' in found['evidence']
    assert 'target_group' not in found['datadog_query']


@pytest.mark.parametrize('factor', [5.0, 0.2], ids=['busier', 'quieter'])
def test_a_load_balancer_of_the_same_name_in_another_account_is_left_out_by_the_account(
    rate: Both, factor: float
) -> None:
    """It is always busier, or always quieter, so the least or the largest of both happens to be ours."""
    theirs = [
        (time, value * factor + factor * (time // 60 % 7) / 99) for time, value in points(requests(), 'Sum', 1 / 60)
    ]
    tags = ('loadbalancername:web', 'region:eu-west-1', 'aws_account:210987654321')
    rate.datadog.metrics.stored.append(Stored(METRIC, tags, theirs, 'rate'))
    found = rate.json(*ASKED)
    assert (found['verdict'], found['factor'], found['exit']) == ('other_scope', None, 0)
    assert 'the series aws_account:123456789012 in Datadog is Sum / 60 on 180 of 180 points' in found['evidence']
    assert 'sum:aws.elb.request_count{' in found['datadog_query']
    assert 'aws_account:123456789012' in found['datadog_query']


def test_a_dimension_becomes_the_tag_that_a_person_says(both: Both) -> None:
    samples = requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    both.stored(METRIC, points(samples, 'Sum', 1 / 60), 'lb:web', type='rate')
    found = both.json(*ASKED, '--dimension-tag', 'LoadBalancerName=lb')
    assert (found['verdict'], found['exit']) == ('per_second', 0)
    assert '{lb:web,' in found['datadog_query']


def test_a_metric_that_is_maybe_among_unreadable_ones_is_not_said_to_be_unknown(rate: Both) -> None:
    rate.sampled('MyApp', 'Orders', {'Stage': 'prod\x1b'}, requests())
    found = rate.json('MyApp', 'Orders', '--dimension', 'Stage=prod')
    assert (found['verdict'], found['exit']) == ('unknown', 3)


def test_the_cost_is_said_before_the_first_metric_is_requested(rate: Both) -> None:
    _, _, error = rate.run(*ASKED)
    assert 'at most 11 metrics ($0.01 for 1,000)' in error
    assert f'Asking Datadog for {METRIC} keeps it on polls of ten minutes.' in error
    asked = [len(a['MetricDataQueries']) for _, name, a in rate.cloudwatch.asked if name == 'GetMetricData']
    assert sum(asked) <= 11


def test_many_metrics_are_asked_about(rate: Both) -> None:
    for number in range(1000):
        rate.sampled('AWS/ELB', 'RequestCount', {**WEB, 'AvailabilityZone': f'z{number}'}, {})
    status, _, error = rate.run(*ASKED)
    assert (status, rate.datadog.asked) == (ExitStatus.USAGE, [])
    assert '1,011 metrics would be requested, allowed without --yes are at most 1,000' in error
    assert rate.run(*ASKED, '--yes')[0] == 0


def test_windows_are_short_enough_for_bins_of_a_minute(both: Both) -> None:
    samples = {t - 60 * 400: v for t, v in requests().items()} | requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    both.stored(METRIC, points(samples, 'Sum', 1 / 60), TAG, type='rate')
    assert both.json(*ASKED, '--start', at(END - 9 * 3600), '--end', at(END))['verdict'] == 'per_second'
    spans = [(b['data']['attributes']['from'], b['data']['attributes']['to']) for b in both.datadog.bodies]
    assert [(last - first) // 3_600_000 for first, last in spans] == [4, 4, 1]
    assert [first for first, _ in spans[1:]] == [last for _, last in spans[:-1]]


@pytest.mark.parametrize(
    ('days', 'period'), [pytest.param(1, 60, id='a day'), pytest.param(20, 300, id='20 days'), (100, 3600)]
)
def test_the_period_is_the_shortest_that_cloudwatch_still_keeps(days: int, period: int) -> None:
    now = 1_800_000_123.0
    start, end, chosen = window(now - days * 86400, now - days * 86400 + 40_000, now)
    assert (chosen, start % period, end % period) == (period, 0, 0)
    assert now - days * 86400 - period < start <= now - days * 86400


def test_old_values_are_compared_by_their_longer_period(both: Both) -> None:
    back = 20 * 86400 // 300 * 300
    samples = {t - back: values for t, values in requests().items()}
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    both.stored(METRIC, points(samples, 'Sum', 1 / 60), TAG, type='rate')
    found = both.json(*ASKED, '--start', at(END - back - 3 * 3600), '--end', at(END - back))
    assert (found['verdict'], found['factor'], found['exit']) == ('per_period', 300, 0)
    assert found['datadog_query'].endswith('.as_count().rollup(sum, 300).fill(null)')


def test_longer_bins_than_asked_for_are_said(rate: Both) -> None:
    rate.datadog.metrics.least_interval = 300
    found = rate.json(*ASKED)
    assert 'Datadog gave a time in every 300 s, where 60 s were asked for' in found['evidence']


def test_the_csv_has_every_statistic_and_what_remains(rate: Both, tmp_path: Path) -> None:
    file = tmp_path / 'values.csv'
    assert rate.run(*ASKED, '--csv', str(file))[0] == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert (len(rows), stat.S_IMODE(file.stat().st_mode)) == (MINUTES, 0o600)
    assert list(rows[0]) == [
        'time',
        'cloudwatch_sum',
        'cloudwatch_average',
        'cloudwatch_minimum',
        'cloudwatch_maximum',
        'cloudwatch_samplecount',
        'datadog',
        'reconciled',
        'difference',
    ]
    assert all(row['reconciled'] == row['cloudwatch_sum'] and abs(float(row['difference'])) < 1e-6 for row in rows)
    assert '\x1b' not in file.read_text()
    status, out, error = rate.run(*ASKED, '--csv', '-')
    assert (status, out) == (0, file.read_text())
    assert 'AGREE per_second' in error


@pytest.mark.parametrize('option', ['--csv', '--html'])
def test_a_file_that_is_something_else_is_not_replaced_and_nothing_is_asked(
    rate: Both, tmp_path: Path, option: str
) -> None:
    file = tmp_path / 'mine'
    file.write_text('mine')
    status, _, error = rate.run(*ASKED, option, str(file))
    assert (status, file.read_text(), rate.cloudwatch.asked) == (ExitStatus.CANNOT_WRITE, 'mine', [])
    assert f'{option} {file}: cannot be written: it exists' in error
    file.unlink()
    for _ in range(2):
        assert rate.run(*ASKED, option, str(file))[0] == 0


@pytest.mark.parametrize('option', ['--csv', '--html'])
def test_a_file_that_cannot_be_is_refused_before_anything_is_asked(rate: Both, tmp_path: Path, option: str) -> None:
    file = tmp_path / 'none' / 'file'
    status, _, error = rate.run(*ASKED, option, str(file))
    assert (status, rate.cloudwatch.asked) == (ExitStatus.CANNOT_WRITE, [])
    assert f'{option} {file}: cannot be written: there is no directory {file.parent}' in error


def test_the_report_is_shown_where_its_file_cannot_be_written(
    rate: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, 'mkstemp', full)
    status, out, error = rate.run(*ASKED, '--csv', str(tmp_path / 'values.csv'))
    assert (status, out.startswith('AGREE per_second')) == (ExitStatus.CANNOT_WRITE, True)
    assert 'cannot be written: No space left on device' in error


def full(**_: object) -> None:
    """Of a disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_global_service_is_looked_for_in_the_region_of_its_partition(
    rate: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('AWS_DEFAULT_REGION', 'us-gov-east-1')
    _, _, error = rate.run('aws.cloudfront.requests', '--dimension', 'DistributionId=E1')
    assert 'lists no metric AWS/CloudFront Requests in us-gov-west-1' in error


def test_the_terminal_shows_two_curves_over_one_axis(rate: Both) -> None:
    _, out, _ = rate.run(*ASKED)
    head, curves, query = (part.splitlines() for part in out.split('\n\n'))
    assert head[0] == f"AGREE per_second: {METRIC}: Datadog has CloudWatch's Sum for each second: divided by 60"
    assert (curves[0], curves[5]) == ('CloudWatch Sum', 'Datadog')
    assert curves[10].split() == [at(END - 60 * MINUTES)[11:16], at(END - 30 * MINUTES)[11:16], at(END)[11:16]]
    assert all(0x2800 <= ord(c) < 0x2900 for line in curves[1:5] for c in line[8:] if c != ' ')
    assert query[1].strip() == f'sum:{METRIC}{{{TAG},region:{REGION}}}.as_count().rollup(sum, 60).fill(null)'


HOSTILE = '<script>alert(1)</script>"\'&</pre>'


def test_foreign_names_are_text_in_every_output(both: Both, tmp_path: Path) -> None:
    named = {'LoadBalancerName': HOSTILE}
    samples = minutes(lambda random, _: [random.uniform(1, 9)])
    both.sampled('AWS/ELB', 'Latency', named, samples)
    page, table = tmp_path / 'page.html', tmp_path / 'values.csv'
    arguments = (
        'aws.elb.latency',
        '--dimension',
        f'LoadBalancerName={HOSTILE}',
        '--html',
        str(page),
        '--csv',
        str(table),
    )
    assert both.run(*arguments)[0] == 1
    text = page.read_text()
    assert HOSTILE not in text
    assert text.count('<script') == text.count('</script>') == 3
    assert '&lt;script&gt;alert(1)&lt;/script&gt;' in text
