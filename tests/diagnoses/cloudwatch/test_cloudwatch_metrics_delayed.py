from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import CLOUDWATCH_METRICS_DELAYED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import account_facts
from tests.account.lag_builders import (
    BYTES,
    CPU,
    MINUTE,
    WEB,
    every_minute,
    lag_facts,
    metric_lag,
    sample,
    samples,
    series,
    watched,
)
from tests.diagnoses.cloudwatch.records import NOT_LOOKED_AT, SWITCHED_OFF
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ONE_MINUTE = 'usual for one-minute values are 10 to 12 minutes'
FIVE_MINUTES = 'usual for five-minute values are 15 to 25 minutes'
ADDED = "CloudWatch's newest was 1 minute old, the crawler adds the rest"
NOT_ENOUGH = f'{WEB}: {{}} of the 3 samples that it takes'
UNQUERIED = 'nobody may have queried it before this check, so Datadog polled it hourly, which is usual'
FIVES = series(*range(10, 185, 5))
CREDITS = {'watched': watched(CPU, InstanceId='i-0123456789abcdef0'), 'cloudwatch': FIVES}
INSTANCE = 'aws.ec2.cpuutilization (i-0123456789abcdef0, eu-west-1)'
BUCKET = {'watched': watched(BYTES, BucketName='b', StorageType='StandardStorage')}
SPARSE = series(170, 95, 33)
FIRST = samples(55, 48, settled=False)


def aged(*cloudwatch: int) -> dict[str, object]:
    """CloudWatch itself has nothing newer than so many minutes, hour by hour; Datadog has all of it."""
    taken = tuple(
        sample(len(cloudwatch) - n, 0, cloudwatch=age * MINUTE, datadog=age * MINUTE)
        for n, age in enumerate(cloudwatch, 1)
    )
    return {'now': taken[-1], 'samples': taken}


FAILS = {
    'the crawler is late in every sample': Row(
        lag_facts(metric_lag(31, 72, 45)),
        f'{WEB}: in 3 samples a value waited 31 minutes to 72 minutes (45 minutes in the median) for Datadog, '
        f'{ONE_MINUTE}; {ADDED}',
        near_miss='twenty minutes are not late',
    ),
    'another metric is in time': Row(
        lag_facts(metric_lag(), metric_lag(21, 22, 23)),
        f'{WEB}: in 3 samples a value waited 21 minutes to 23 minutes (22 minutes in the median) for Datadog, '
        f'{ONE_MINUTE}; {ADDED}',
        near_miss='two metrics are in time',
    ),
    'several are late': Row(
        lag_facts(metric_lag(21, 22, 23), metric_lag(31, 32, 33), metric_lag(31, 32, 33)),
        f'{WEB}: in 3 samples a value waited 21 minutes to 23 minutes (22 minutes in the median) for Datadog, '
        f'{ONE_MINUTE}; {ADDED}; and 2 more metrics',
        near_miss='two metrics are in time',
    ),
    'five-minute values, later than they are': Row(
        lag_facts(metric_lag(31, 40, 29, 35, 33, **CREDITS)),
        f'{INSTANCE}: in 5 samples a value waited 29 minutes to 40 minutes (33 minutes in the median) for Datadog, '
        f'{FIVE_MINUTES}; {ADDED}',
        near_miss='five-minute values take longer',
    ),
    'AWS publishes late, and Datadog has all of it': Row(
        lag_facts(metric_lag(cloudwatch=every_minute(last=41), **aged(39, 44, 38, 40))),
        f"{WEB}: in 3 samples CloudWatch's own newest value was 38 minutes to 44 minutes (40 minutes in the median) "
        f"old, {ONE_MINUTE} with Datadog's part; AWS publishes it late",
        near_miss='the resource has stopped',
    ),
    'days late': Row(
        lag_facts(
            metric_lag(
                *(52 * 60, 53 * 60, 54 * 60),
                **BUCKET,
                cloudwatch=series(4320, 2880, interval=86400),
                datadog=series(4320),
            )
        ),
        'aws.s3.bucket_size_bytes (b, StandardStorage, eu-west-1): in 3 samples a value waited 52 hours to 54 hours '
        "(53 hours in the median) for Datadog, usual for daily values are a day; CloudWatch's newest was 1 minute old, "
        'the crawler adds the rest',
        near_miss='a day late is usual for daily values',
    ),
}
IN_TIME = (
    f'{WEB}: in 3 samples the newest value in Datadog was 3 minutes to 9 minutes (6 minutes in the median) old, '
    f'{ONE_MINUTE}; none waited longer than 9 minutes'
)
PASSES = {
    'polled every ten minutes': Row(lag_facts(), IN_TIME),
    'two metrics are in time': Row(lag_facts(metric_lag(), metric_lag()), f'{IN_TIME}; and 1 more metric'),
    'another one is quiet': Row(
        lag_facts(metric_lag(), metric_lag(datadog=series(), cloudwatch=series(), now=None, samples=())),
        f'{IN_TIME}; 1 without recent data',
    ),
    'twenty minutes are not late': Row(
        lag_facts(metric_lag(20, 20, 72)),
        f'{WEB}: in 3 samples the newest value in Datadog was 20 minutes to 72 minutes (20 minutes in the median) old, '
        f'{ONE_MINUTE}; none waited longer than 72 minutes',
    ),
    'five-minute values take longer': Row(
        lag_facts(metric_lag(21, 30, 25, **CREDITS)),
        f'{INSTANCE}: in 3 samples the newest value in Datadog was 21 minutes to 30 minutes (25 minutes in the median) '
        f'old, {FIVE_MINUTES}; none waited longer than 30 minutes',
    ),
    'a metric stream carries it': Row(
        lag_facts(metric_lag(2, 2, 3, carried_by=('to-datadog',))),
        f'{WEB}: in 3 samples the newest value in Datadog was 2 minutes to 3 minutes (2 minutes in the median) old, '
        'usual for values that a metric stream carries are 2 to 3 minutes; none waited longer than 3 minutes',
    ),
    'a day late is usual for daily values': Row(
        lag_facts(metric_lag(20 * 60, 21 * 60, 22 * 60, **BUCKET)),
        'aws.s3.bucket_size_bytes (b, StandardStorage, eu-west-1): in 3 samples the newest value in Datadog was 20 '
        'hours to 22 hours (21 hours in the median) old, usual for daily values are a day; none waited longer than 22 '
        'hours',
    ),
    'the resource has stopped': Row(
        lag_facts(metric_lag(cloudwatch=every_minute(last=161), **aged(40, 100, 160, 220))),
        f'{WEB}: in 4 samples the newest value in Datadog was 40 minutes to 3 hours (100 minutes in the median) '
        f'old, {ONE_MINUTE}; none waited longer than 0 minutes',
    ),
    'events that are rare': Row(
        lag_facts(metric_lag(cloudwatch=SPARSE, datadog=SPARSE, **aged(50, 44, 39, 32))),
        f'{WEB}: in 4 samples the newest value in Datadog was 32 minutes to 50 minutes (39 minutes in the median) old, '
        f'{ONE_MINUTE}; none waited longer than 0 minutes',
    ),
    'the first samples, of a metric that nobody queried, do not count': Row(
        lag_facts(metric_lag(samples=(*FIRST, *samples(3, 9, 6)))), IN_TIME
    ),
}
UNKNOWN = {
    'a first run': Row(
        lag_facts(metric_lag(samples=samples(72))),
        NOT_ENOUGH.format(1),
    ),
    'two runs': Row(lag_facts(metric_lag(samples=samples(72, 72))), NOT_ENOUGH.format(2)),
    'nobody queried the metric: hourly polling is usual': Row(
        lag_facts(metric_lag(samples=(*FIRST, *samples(70)))),
        f'{NOT_ENOUGH.format(1)}; 2 more do not count: {UNQUERIED}',
    ),
    'a quiet metric is not late': Row(
        lag_facts(metric_lag(cloudwatch=series(), datadog=series(), now=None, samples=samples(72, 72, 72))),
        f'{WEB}: no recent data',
    ),
    'only the minute that is not over has a value': Row(
        lag_facts(metric_lag(cloudwatch=series(0), datadog=every_minute(), now=None)), f'{WEB}: no recent data'
    ),
    'a set of dimensions that AWS does not publish': Row(
        lag_facts(metric_lag(cloudwatch=series(), now=None, samples=())),
        f'{WEB}: no recent data, as CloudWatch has none for exactly these dimensions',
    ),
    'Datadog has nothing: that is missing and not late': Row(
        lag_facts(metric_lag(datadog=series(), now=None, samples=())),
        f'{WEB}: CloudWatch has recent values and Datadog has none, which is missing, not late',
    ),
    'one of two was not measured often enough': Row(
        lag_facts(metric_lag(), metric_lag(samples=samples(5))), NOT_ENOUGH.format(1)
    ),
    'our permission is missing': Row(
        lag_facts(metric_lag(cloudwatch=Unobserved('missing permission cloudwatch:GetMetricData'), now=None)),
        f'{WEB}: missing permission cloudwatch:GetMetricData',
    ),
    'Datadog throttles': Row(
        lag_facts(metric_lag(datadog=Unobserved('Datadog throttles its API (429)'), now=None)),
        f'{WEB}: Datadog throttles its API (429)',
    ),
    'AWS did not answer at all': Row(
        account_facts(lag=Unobserved('there are no credentials')), 'there are no credentials'
    ),
}
NOT_APPLICABLE = {
    'nothing is watched': Row(account_facts(), 'no metric is watched: watched_metrics is empty'),
    'the feature is off': Row(lag_facts(), SWITCHED_OFF, NOT_LOOKED_AT),
}

AGAIN = Step(
    'Run the check in each of the next hours: it judges the median of several samples',
    (Command('aws-diagnostics check --config conf.yaml'),),
)
REMEDIES = {
    'AWS publishes late': (
        FAILS['AWS publishes late, and Datadog has all of it'].facts,
        Remedy(
            'Wait for AWS: CloudWatch itself publishes these values late',
            then=(
                Step('Look for an event of CloudWatch or of the service on the AWS Health Dashboard'),
                Step('Until then, give monitors on these metrics an evaluation delay above the measured age'),
                AGAIN,
            ),
        ),
    ),
    'the crawler is late': (
        FAILS['another metric is in time'].facts,
        Remedy(
            'Get AWS/ELB to Datadog faster, or let monitors wait for it',
            (
                Choice(
                    'On hosts, install the Datadog Agent: its system metrics bypass CloudWatch and have no such delay'
                ),
                Choice(
                    'In Datadog, on the AWS integration page, choose the account, then Metric Collection, and disable '
                    'what nobody uses, by namespace, metric name or tag: fewer metrics are polled faster, '
                    'and what is disabled is missing from then on',
                    undo=Step('Enable it again on the same page; what was not collected stays missing'),
                ),
                Choice(
                    'Let a CloudWatch metric stream deliver AWS/ELB, which takes 2 to 3 minutes: the AWS integration '
                    'page starts its template',
                    exposes='you to AWS charges for every update of every metric, and to doubled values for some '
                    'minutes',
                    undo=Step('Delete the metric stream; Datadog polls again'),
                ),
                Choice('Ask Datadog Support to prioritize these metrics; include the numbers of this finding'),
            ),
            (AGAIN,),
        ),
    ),
}

test_verdict = verdict_test(CLOUDWATCH_METRICS_DELAYED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(CLOUDWATCH_METRICS_DELAYED, REMEDIES)
