"""A watched metric reaches Datadog later than is usual for its source.

The values of both sides tell whose part it is: what CloudWatch publishes late, or what Datadog's crawler adds. Never
judged on fewer than three samples, nor on those of a metric that nobody had queried: an hour is usual for these. A
metric without recent values is quiet, and not late.
"""

from collections.abc import Iterable

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...facts.account.lag import LagSample, MetricLag
from ...facts.observed import Unobserved
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Choice, Remedy, Step
from ...rules.lag import LEAST_SAMPLES, Expected, Spread, expected_of, is_regular, moving, settled_samples, spread
from ...text import listed
from ..links import guide
from .lags import NOTHING_WATCHED, Outcomes, again, known_lags, minutes, named, namespaces_of, watched_lags, why_not

ID = 'cloudwatch-metrics-delayed'
HOURLY = 'Run the check in each of the next hours: it judges the median of several samples'
UNQUERIED = 'nobody may have queried it before this check, so Datadog polled it hourly, which is usual'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    lags = watched_lags(facts)
    if not lags:
        return NOTHING_WATCHED
    return Outcomes.of(lags, _add).verdict()


def _add(outcomes: Outcomes, lag: MetricLag) -> None:
    metric, samples = named(lag.watched), settled_samples(lag)
    missing = why_not(lag.cloudwatch, lag.datadog)
    if missing:
        outcomes.open.append(f'{metric}: {missing}')
    elif lag.now is None:
        _add_without_values(outcomes, lag, metric)
    elif len(samples) < LEAST_SAMPLES:
        unsettled = len(lag.samples) - len(samples)
        why = f'; {unsettled} more do not count: {UNQUERIED}' if unsettled else ''
        outcomes.open.append(f'{metric}: {len(samples)} of the {LEAST_SAMPLES} samples that it takes{why}')
    else:
        usual = expected_of(lag)
        late = _late_in_datadog(samples, usual) or _late_in_cloudwatch(lag, samples, usual)
        (outcomes.wrong if late else outcomes.right).append(f'{metric}: {late or _in_time(samples, usual)}')


def _add_without_values(outcomes: Outcomes, lag: MetricLag, metric: str) -> None:
    cloudwatch, datadog = lag.cloudwatch, lag.datadog
    if isinstance(cloudwatch, Unobserved) or isinstance(datadog, Unobserved):
        return
    if cloudwatch.points and not datadog.points:
        outcomes.open.append(f'{metric}: CloudWatch has recent values and Datadog has none, which is missing, not late')
    elif datadog.points and not cloudwatch.points:
        outcomes.quiet.append(f'{metric}: no recent data, as CloudWatch has none for exactly these dimensions')
    else:
        outcomes.quiet.append(f'{metric}: no recent data')


def _late_in_datadog(samples: Iterable[LagSample], usual: Expected) -> str:
    """'' where values arrive in time."""
    samples = list(samples)
    waited, published = spread(s.waiting for s in samples), spread(s.cloudwatch for s in samples)
    if waited.median <= usual.late_after:
        return ''
    return (
        f'in {len(samples)} samples a value waited {_range(waited)} for Datadog, {_usual(usual)}; '
        f"CloudWatch's newest was {minutes(published.median)} old, the crawler adds the rest"
    )


def _late_in_cloudwatch(lag: MetricLag, samples: tuple[LagSample, ...], usual: Expected) -> str:
    """Only of a metric with a value in every interval, and while new ones come: others are quiet."""
    new = moving(samples)
    regular = not isinstance(lag.cloudwatch, Unobserved) and is_regular(lag.cloudwatch)
    if not regular or len(new) < LEAST_SAMPLES:
        return ''
    age = spread(sample.cloudwatch for sample in new)
    if age.median <= usual.late_after:
        return ''
    return (
        f"in {len(new)} samples CloudWatch's own newest value was {_range(age)} old, {_usual(usual)} with Datadog's "
        'part; AWS publishes it late'
    )


def _in_time(samples: Iterable[LagSample], usual: Expected) -> str:
    samples = list(samples)
    waited, age = spread(s.waiting for s in samples), spread(s.datadog for s in samples)
    return (
        f'in {len(samples)} samples the newest value in Datadog was {_range(age)} old, {_usual(usual)}; '
        f'none waited longer than {minutes(waited.most)}'
    )


def _range(ages: Spread) -> str:
    return f'{minutes(ages.least)} to {minutes(ages.most)} ({minutes(ages.median)} in the median)'


def _usual(usual: Expected) -> str:
    return f'usual for {usual.kind} are {usual.usual}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    late = [lag for lag in known_lags(facts) if _is_late(lag)]
    if late and all(_by_aws(lag) for lag in late):
        return Remedy(
            'Wait for AWS: CloudWatch itself publishes these values late',
            then=(
                Step('Look for an event of CloudWatch or of the service on the AWS Health Dashboard'),
                Step('Until then, give monitors on these metrics an evaluation delay above the measured age'),
                again(expected, HOURLY),
            ),
        )
    names = listed(namespaces_of(late)) or 'the namespace'
    return Remedy(
        f'Get {names} to Datadog faster, or let monitors wait for it',
        (
            Choice('On hosts, install the Datadog Agent: its system metrics bypass CloudWatch and have no such delay'),
            Choice(
                'In Datadog, on the AWS integration page, choose the account, then Metric Collection, and disable what '
                'nobody uses, by namespace, metric name or tag: fewer metrics are polled faster, and '
                'what is disabled is missing from then on',
                undo=Step('Enable it again on the same page; what was not collected stays missing'),
            ),
            Choice(
                f'Let a CloudWatch metric stream deliver {names}, which takes 2 to 3 minutes: the AWS integration page '
                'starts its template',
                exposes='you to AWS charges for every update of every metric, and to doubled values for some minutes',
                undo=Step('Delete the metric stream; Datadog polls again'),
            ),
            Choice('Ask Datadog Support to prioritize these metrics; include the numbers of this finding'),
        ),
        (again(expected, HOURLY),),
    )


def _is_late(lag: MetricLag) -> bool:
    return bool(Outcomes.of([lag], _add).wrong)


def _by_aws(lag: MetricLag) -> bool:
    return not _late_in_datadog(settled_samples(lag), expected_of(lag))


CLOUDWATCH_METRICS_DELAYED = Diagnosis(
    id=ID,
    title='A watched metric reaches Datadog late',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Compares the newest values that CloudWatch and Datadog have of each of `watched_metrics`, over at least three '
        'runs. Late is more than 20 minutes for one-minute values, 30 for five-minute ones and two days for daily '
        'ones, in the median. The first samples of a metric that nobody queried do not count: Datadog polls it hourly.'
    ),
    harm='Monitors evaluate values that are not there yet: they alert late, without a reason, or on missing data.',
    docs=guide('metrics-delayed'),
    judge=judge,
    remedy=remedy,
)
