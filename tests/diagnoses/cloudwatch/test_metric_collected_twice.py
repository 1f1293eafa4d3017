from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import METRIC_COLLECTED_TWICE
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import MetricLag
from datadog_checks.aws_diagnostics.facts.metrics import Series
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.account.builders import account_facts
from tests.account.lag_builders import AT, CPU, MINUTE, WEB, every_minute, lag_facts, metric_lag, series, watched
from tests.diagnoses.cloudwatch.records import NOT_LOOKED_AT, SWITCHED_OFF
from tests.diagnoses.tables import Row, remedy_test, verdict_test

STREAM = ('to-datadog',)
DENIED = 'missing permission cloudwatch:GetMetricStream in eu-west-1 (AccessDenied)'
NONE = 'no metric that counts events is in watched_metrics: only these show that they are doubled'


def factored(*factors: tuple[int, int, float]) -> Series:
    """Datadog's values: for the minutes of each range, in minutes ago, so many times CloudWatch's."""
    points = {AT - age * MINUTE: 100.0 * factor for first, last, factor in factors for age in range(last, first + 1)}
    return Series(MINUTE, tuple(sorted(points.items())))


def streamed(datadog: Series | Unobserved, **differences: object) -> MetricLag:
    return metric_lag(datadog=datadog, **{'carried_by': STREAM, **differences})


OVERLAP = factored((180, 71, 1), (70, 61, 2), (60, 2, 1))
EQUAL = factored((180, 2, 1))
CLOCK = '13:00 to 13:09 UTC'

FAILS = {
    'ten minutes when a stream started': Row(
        lag_facts(streamed(OVERLAP)),
        f"{WEB}: twice CloudWatch's sum in 10 minutes from {CLOCK}, and exactly it in 154 other minutes; the metric "
        'stream to-datadog carries it too',
        near_miss='equal in every minute',
    ),
    'half a minute of overlap at both ends': Row(
        lag_facts(streamed(factored((180, 72, 1), (71, 71, 1.4), (70, 61, 2), (60, 60, 1.7), (59, 2, 1)))),
        f"{WEB}: twice CloudWatch's sum in 10 minutes from {CLOCK}, and exactly it in 152 other minutes; the metric "
        'stream to-datadog carries it too',
        near_miss='equal in every minute',
    ),
}
PASSES = {
    'equal in every minute': Row(lag_facts(streamed(EQUAL)), f"{WEB}: Datadog's values are not twice CloudWatch's"),
    'a few minutes are an accident': Row(
        lag_facts(streamed(factored((180, 65, 1), (64, 61, 2), (60, 2, 1)))),
        f"{WEB}: Datadog's values are not twice CloudWatch's",
    ),
    'no stream carries it, whatever the values are': Row(
        lag_facts(metric_lag(datadog=OVERLAP)), f'{WEB}: no running metric stream carries it'
    ),
    'the newest values still change': Row(
        lag_facts(streamed(factored((180, 17, 1), (16, 2, 2)))), f"{WEB}: Datadog's values are not twice CloudWatch's"
    ),
}
UNKNOWN = {
    'twice all the time: two sets of dimensions, perhaps': Row(
        lag_facts(streamed(factored((180, 2, 2)))),
        f"{WEB}: 164 minutes with twice CloudWatch's sum, 0 minutes with it, 0 with another value, which has other "
        'causes',
    ),
    'twice and thrice and equal': Row(
        lag_facts(streamed(factored((180, 121, 1), (120, 61, 2), (60, 2, 3)))),
        f"{WEB}: 60 minutes with twice CloudWatch's sum, 60 minutes with it, 44 with another value, which has "
        'other causes',
    ),
    'twice in every minute with a request that a target answered: two sets of dimensions': Row(
        lag_facts(streamed(factored(*((age, age, 1 + age % 2) for age in range(180, 1, -1))))),
        f"{WEB}: 82 minutes with twice CloudWatch's sum, and 81 with exactly it between them, which has other causes",
    ),
    'Datadog answers in intervals of five minutes': Row(
        lag_facts(streamed(series(*range(10, 180, 5), interval=300, value=500.0))),
        f"{WEB}: Datadog's values are of longer intervals, or have gaps",
    ),
    'all zero': Row(
        lag_facts(
            streamed(EQUAL, cloudwatch=Series(MINUTE, tuple((start, 0.0) for start, _ in every_minute().points)))
        ),
        f'{WEB}: no recent values to compare',
    ),
    'quiet': Row(lag_facts(streamed(series(), cloudwatch=series())), f'{WEB}: no recent values to compare'),
    'it is not known what the streams carry': Row(
        lag_facts(streamed(OVERLAP, carried_by=Unobserved(DENIED))), f'{WEB}: {DENIED}'
    ),
    'Datadog was not asked': Row(lag_facts(streamed(Unobserved('no keys'))), f'{WEB}: no keys'),
}
NOT_APPLICABLE = {
    'nothing is watched': Row(account_facts(), NONE),
    'an average is the same, however often it is delivered': Row(
        lag_facts(streamed(OVERLAP, watched=watched(CPU, InstanceId='i-0123456789abcdef0'))), NONE
    ),
    'the feature is off': Row(lag_facts(streamed(OVERLAP)), SWITCHED_OFF, NOT_LOOKED_AT),
}
REMEDIES = {
    'an overlap': (
        lag_facts(streamed(OVERLAP)),
        Remedy(
            'Change nothing while a stream has just started: Datadog stops polling what it carries by itself',
            then=(
                Step('Ignore the doubled minutes in graphs and monitors: they are not corrected later'),
                Step(
                    'See which metric streams run, since when, and that only one of them ends at Datadog',
                    (Command('aws cloudwatch list-metric-streams --region eu-west-1'),),
                ),
                Step(
                    'Run the check again in an hour; if new values are still doubled, ask Datadog Support',
                    (Command('aws-diagnostics check --config conf.yaml'),),
                ),
            ),
        ),
    ),
}

test_verdict = verdict_test(METRIC_COLLECTED_TWICE, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(METRIC_COLLECTED_TWICE, REMEDIES)
