import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import DIAGNOSES, MONITOR_DELAY_TOO_SMALL
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.monitor_delay_too_small import RECOMMENDATION_MISSED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.values import DatadogMetric
from datadog_checks.aws_diagnostics.findings import Failed
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import account_facts
from tests.account.lag_builders import CPU, lag_facts, metric_lag, monitor, samples, series, watched
from tests.diagnoses.cloudwatch.records import HEADERS, NOT_LOOKED_AT, SWITCHED_OFF
from tests.diagnoses.integration.correcting import not_over
from tests.diagnoses.tables import Row, remedy_test, verdict_test

REQUESTS = "'Many requests' (7) has"
TOOK = 'and aws.elb.request_count took up to 600 s in 3 samples'
OTHER = (DatadogMetric(CPU),)
ADVISED = 'and aws.ec2.cpuutilization 900 s are recommended'
NONE = 'none of {} on metrics of CloudWatch evaluates them too early'
NOT_JUDGED = f'{NONE.format("0 monitors")}; 1 more not judged'
REFUSED = (
    'Datadog refuses: a key is not valid, or the application key may not read monitors (403, permission monitors_read)'
)


def recommended(evidence: str) -> Failed:
    return Failed(evidence, headline=RECOMMENDATION_MISSED)


FAILS = {
    'a stream carries another metric of the same monitor': Row(
        lag_facts(
            monitors=(
                monitor(
                    metrics=(*OTHER, DatadogMetric('aws.s3.all_requests')),
                    window=600,
                    evaluation_delay=0,
                    streamed=(DatadogMetric('aws.s3.all_requests'),),
                ),
            )
        ),
        recommended(f'{REQUESTS} no evaluation delay, {ADVISED}'),
        near_miss='a stream carries the metric of the monitor, and not the watched one',
    ),
    'a stream carries it, and it was measured to be late all the same': Row(
        lag_facts(monitors=(monitor(evaluation_delay=540, streamed=(DatadogMetric('aws.elb.request_count'),)),)),
        f'{REQUESTS} a delay of 540 s, {TOOK}',
        near_miss='as long as was measured',
    ),
    'below what was measured': Row(
        lag_facts(monitors=(monitor(evaluation_delay=540),)),
        f'{REQUESTS} a delay of 540 s, {TOOK}',
        near_miss='as long as was measured',
    ),
    'slow crawls, not just one, of a monitor that waits as is recommended': Row(
        lag_facts(metric_lag(3, 20, 40, 5), monitors=(monitor(),)),
        f'{REQUESTS} a delay of 900 s, and aws.elb.request_count took up to 2460 s in 4 samples',
        near_miss='one slow crawl in a week, for a monitor that waits as is recommended',
    ),
    'no delay was saved': Row(
        lag_facts(monitors=(monitor(evaluation_delay=0),)),
        f'{REQUESTS} no evaluation delay, {TOOK}',
        near_miss='as long as was measured',
    ),
    'measured of two load balancers: the later one counts': Row(
        lag_facts(metric_lag(3, 9, 14), metric_lag(), monitors=(monitor(evaluation_delay=600),)),
        f'{REQUESTS} a delay of 600 s, and aws.elb.request_count took up to 900 s in 3 samples',
        near_miss='as long as was measured',
    ),
    'nothing was measured of the metric': Row(
        lag_facts(monitors=(monitor(metrics=OTHER, evaluation_delay=600),)),
        recommended(f'{REQUESTS} a delay of 600 s, {ADVISED}'),
        near_miss='as long as is recommended',
    ),
    'too few samples: the recommendation counts': Row(
        lag_facts(metric_lag(samples=samples(3, 4)), monitors=(monitor(evaluation_delay=600),)),
        recommended(f'{REQUESTS} a delay of 600 s, and aws.elb.request_count 900 s are recommended'),
        near_miss='as long as is recommended',
    ),
    'a formula of a measured and another metric': Row(
        lag_facts(monitors=(monitor(metrics=(*OTHER, DatadogMetric('aws.elb.request_count')), evaluation_delay=60),)),
        f'{REQUESTS} a delay of 60 s, {TOOK}',
        near_miss='as long as is recommended',
    ),
    'many: those that were measured first': Row(
        lag_facts(
            monitors=(
                monitor(2, metrics=OTHER, evaluation_delay=0),
                *(monitor(n, evaluation_delay=0) for n in (9, 8, 7)),
            )
        ),
        f"{REQUESTS} no evaluation delay, {TOOK}; 'Many requests' (8) has no evaluation delay, {TOOK}; 2 more monitors",
        near_miss='as long as was measured',
    ),
    'not all could be read, and one is wrong': Row(
        lag_facts(monitors=(monitor(evaluation_delay=0),), all_monitors=False),
        f'{REQUESTS} no evaluation delay, {TOOK}',
        near_miss='as long as was measured',
    ),
}
PASSES = {
    'one of two is over four hours': Row(
        lag_facts(monitors=(monitor(), monitor(8, window=4 * 3600))),
        f'{NONE.format("1 monitor")}; 1 more not judged',
    ),
    'as long as was measured': Row(lag_facts(monitors=(monitor(evaluation_delay=600),)), NONE.format('1 monitor')),
    'one slow crawl in a week, for a monitor that waits as is recommended': Row(
        lag_facts(metric_lag(3, 9, 40, 5), monitors=(monitor(),)), NONE.format('1 monitor')
    ),
    'measured, whatever the streams are': Row(
        lag_facts(metric_lag(carried_by=Unobserved('denied')), monitors=(monitor(),)), NONE.format('1 monitor')
    ),
    'as long as is recommended': Row(lag_facts(monitors=(monitor(metrics=OTHER),)), NONE.format('1 monitor')),
    'no monitor on metrics of CloudWatch': Row(lag_facts(), NONE.format('0 monitors')),
    'a monitor over four hours': Row(lag_facts(monitors=(monitor(window=4 * 3600, evaluation_delay=0),)), NOT_JUDGED),
    'metric streams are in use: the recommendation is for polling': Row(
        lag_facts(metric_lag(2, 2, 3, carried_by=('s',)), monitors=(monitor(metrics=OTHER, evaluation_delay=300),)),
        NOT_JUDGED,
    ),
    'a stream carries the metric of the monitor, and not the watched one': Row(
        lag_facts(monitors=(monitor(metrics=OTHER, evaluation_delay=300, streamed=OTHER),)), NOT_JUDGED
    ),
    'Datadog always had all of CloudWatch': Row(
        lag_facts(metric_lag(0, 0, 0), monitors=(monitor(evaluation_delay=0),)), NONE.format('1 monitor')
    ),
}
UNKNOWN = {
    'it is not known whether a stream carries anything': Row(
        lag_facts(
            metric_lag(carried_by=Unobserved('denied')), monitors=(monitor(metrics=OTHER, evaluation_delay=600),)
        ),
        'whether metric streams are in use, for which no delay is recommended, is not known: denied',
    ),
    'the application key may not read monitors': Row(lag_facts(monitors=Unobserved(REFUSED)), REFUSED),
    'not all could be read': Row(
        lag_facts(monitors=(monitor(),), all_monitors=False),
        '1 monitor looked at, but not all of them could be read',
    ),
}
NOT_APPLICABLE = {
    'nothing is watched': Row(account_facts(), 'no metric is watched: watched_metrics is empty'),
    'without keys': Row(
        lag_facts(monitors=None), 'Datadog was not asked for monitors: it needs both an API key and an application key'
    ),
    'the feature is off': Row(lag_facts(monitors=(monitor(evaluation_delay=0),)), SWITCHED_OFF, NOT_LOOKED_AT),
}


def put(edit: str, id: str) -> str:
    return f"""\
jq '{edit}' monitor-before.json |
  curl --silent --show-error --fail --request PUT --header 'Content-Type: application/json' --data @- \\
  {HEADERS} \\
  {url(id)}"""


def url(id: str) -> str:
    return f'"https://api.${{DD_SITE:?}}/api/v1/monitor/{id}"'


def remedy(which: str, id: str, seconds: int, minutes: int) -> Remedy:
    later = f'you to alerts that come {minutes} minutes later than the values say'
    save = f"""\
{not_over('monitor-before.json')} &&
curl --silent --show-error --fail --output monitor-before.json \\
  {HEADERS} \\
  {url(id)} &&
"""
    return Remedy(
        f'Give {which} an evaluation delay of {seconds} s',
        (
            Choice(
                f'In Datadog, edit the monitor, open its advanced options, set the evaluation delay to {seconds} '
                'seconds, and save it: the value takes effect only when saved',
                exposes=later,
                undo=Step('Set the previous delay in the same place, and save it'),
            ),
            Choice(
                'With the Datadog API and jq: save the monitor to monitor-before.json, edit its options and send them '
                'back',
                (Command(save + put(f'.options.evaluation_delay = {seconds} | {{options}}', id)),),
                exposes=later,
                undo=Step('Send the saved options back', (Command(put('{options}', id)),)),
            ),
            Choice(
                'In Terraform, in datadog_monitor',
                (Command(f'evaluation_delay = {seconds}', Language.HCL),),
                exposes=later,
                undo=Step('Apply the previous configuration'),
            ),
        ),
        (Step('Run the check again', (Command('aws-diagnostics check --config conf.yaml'),)),),
    )


FIVES = {'watched': watched(CPU, InstanceId='i-0123456789abcdef0'), 'cloudwatch': series(*range(10, 185, 5))}
REMEDIES = {
    'one monitor': (lag_facts(monitors=(monitor(evaluation_delay=0),)), remedy('monitor 7', '7', 900, 15)),
    'the metric is later than a monitor should wait': (
        lag_facts(metric_lag(31, 72, 45), monitors=(monitor(evaluation_delay=0),)),
        remedy('monitor 7', '7', 1800, 30),
    ),
    'several, of five-minute values': (
        lag_facts(
            metric_lag(15, 22, 18, **FIVES),
            monitors=tuple(monitor(n, metrics=OTHER) for n in (5, 6)),
        ),
        remedy('monitors 5, 6', '${MONITOR_ID:?}', 1620, 27),
    ),
}

CAUSES = {
    'the monitor waits as long as is recommended': (900, 'cloudwatch-metrics-delayed'),
    'the monitor does not wait: that is a fault of its own': (600, None),
}


@pytest.mark.parametrize(('delay', 'cause'), CAUSES.values(), ids=CAUSES.keys())
def test_a_metric_that_is_late_explains_a_delay_that_is_as_recommended(delay, cause):
    late = lag_facts(metric_lag(31, 72, 45), monitors=(monitor(evaluation_delay=delay),))
    found = {finding.diagnosis.id: finding.explained_by for finding in diagnose(DIAGNOSES, late)}
    assert found['monitor-delay-too-small'] == cause


test_verdict = verdict_test(MONITOR_DELAY_TOO_SMALL, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(MONITOR_DELAY_TOO_SMALL, REMEDIES)
