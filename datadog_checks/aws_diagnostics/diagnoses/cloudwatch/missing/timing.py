"""Checks of `metrics why` about time: what comes later, and by which way it comes.

How late metrics are: https://docs.datadoghq.com/integrations/guide/cloud-metric-delay/ and
https://docs.datadoghq.com/integrations/guide/adaptive-cloudwatch-polling/.
"""

from collections.abc import Iterator

from ....facts import Unobserved, observed
from ....facts.metric_streams import MetricStream, StreamContents
from ....facts.metrics import Series
from ....rules.metric_names import PERCENTILE
from ....rules.metric_sources import OPENTELEMETRY, Published, published
from ....text import ago, duration, quoted
from .causes import Answer, MissingCause, Question, fails, fine, not_applicable, unknown

MINUTE, HOUR = 60.0, 3600.0
TWO_POLLS = 20 * MINUTE
"""Datadog polls every ten minutes."""
USUAL = 25 * MINUTE
"""Of a source of five minutes, with Datadog's queue."""
UNTIL_QUERIED = HOUR + TWO_POLLS
LONGEST_LATE = {Published.DAILY: 3 * 86400.0, Published.SOME_HOURS: 86400.0}
"""Seconds; it is dated back as well."""
OF_DATADOG = 'datadog'
"""In the name of a stream that Datadog's template makes. A stream of another name may be for somebody else."""


def in_cloudwatch_at_all(question: Question) -> Answer | None:
    if not question.metric.asked.name.metric:
        return not_applicable(f'{question.metric.asked.name.datadog} does not come from CloudWatch')
    series = question.metric.in_cloudwatch
    if isinstance(series, Series) and not series.points:
        return not_applicable('CloudWatch has nothing that could be late')
    return None


def carrying(question: Question) -> Iterator[MetricStream]:
    """Running streams that the metric is in; none where the streams are not known."""
    streams, name = question.metric.streams, question.metric.asked.name
    known = () if isinstance(streams, Unobserved) else streams
    yield from (stream for stream in known if stream.carries(name.namespace, name.metric))


def streams_fit(question: Question) -> Answer | None:
    """Datadog stops to poll what it gets by a stream, but for what a stream cannot carry: values that are more than two
    hours late."""
    streams = observed(question.metric.streams)
    if not streams:
        return None
    if published(question.namespace, question.metric.asked.name.metric) in LONGEST_LATE:
        return fine('no metric stream carries what is more than two hours late, so it is polled')
    for stream in carrying(question):
        answer = _fits(question, stream)
        if answer:
            return answer
    return _stopped(question)


def _fits(question: Question, stream: MetricStream) -> Answer | None:
    name = quoted(stream.name)
    if stream.output_format != OPENTELEMETRY:
        evidence = f'the metric stream {name} has the format {stream.output_format}, Datadog takes {OPENTELEMETRY}'
        return fails(MissingCause.STREAM_FORMAT, evidence) if OF_DATADOG in stream.name.lower() else None
    statistic, contents = question.metric.asked.name.statistic, stream.contents
    if not PERCENTILE.fullmatch(statistic) or not isinstance(contents, StreamContents):
        return None
    if statistic in _percentiles(question, contents):
        return None
    evidence = f'the metric stream {name} carries the metric without {statistic} (StatisticsConfigurations)'
    if OF_DATADOG in stream.name.lower():
        return fails(MissingCause.STREAM_STATISTIC, evidence)
    return unknown(f'{evidence}, and whether it ends at Datadog is not known')


def _percentiles(question: Question, contents: StreamContents) -> frozenset[str]:
    name = question.metric.asked.name
    return frozenset(
        statistic
        for namespace, metric, statistics in contents.statistics
        for statistic in statistics
        if (namespace, metric) == (name.namespace, name.metric)
    )


def _stopped(question: Question) -> Answer | None:
    """Only where it has brought something: what it is for is not known of one that is stopped."""
    streams, had = observed(question.metric.streams), observed(question.metric.in_datadog)
    stopped = stopped_of_datadog(question)
    if not stopped or any(s.running for s in streams):
        return None
    name = quoted(stopped[0].name)
    if had.newest is None:
        return unknown(f'the metric stream {name} is stopped, and whether it carried the metric is not known')
    evidence = f"the metric stream {name} is stopped, and Datadog's newest value is of {ago(question.age(had.newest))}"
    return fails(MissingCause.STREAM_STOPPED, evidence)


def stopped_of_datadog(question: Question) -> list[MetricStream]:
    """By the name: whose a stopped stream is cannot be seen."""
    streams = question.metric.streams
    known = () if isinstance(streams, Unobserved) else streams
    return [stream for stream in known if not stream.running and OF_DATADOG in stream.name.lower()]


def rarely_published(question: Question) -> Answer | None:
    when = published(question.namespace, question.metric.asked.name.metric)
    if when is None or when not in LONGEST_LATE:
        return None
    points, had = observed(question.metric.in_cloudwatch).points, observed(question.metric.in_datadog).newest
    since = had if had is not None else points[0][0] if points else None
    if since is None or question.age(since) > LONGEST_LATE[when]:
        return fine(f'AWS publishes it {when}, which explains no longer time')
    return fails(
        MissingCause.PUBLISHED_DAILY,
        f'AWS publishes it {when}; the newest in CloudWatch is of {ago(question.age(points[-1][0]))}'
        if points
        else f'AWS publishes it {when}',
    )


def record_is_old(question: Question) -> Answer | None:
    changed = question.record.modified_at
    if changed is None or question.age(changed) > TWO_POLLS:
        return None
    evidence = f'the integration was changed {ago(question.age(changed))}, and Datadog polls every 10 minutes'
    return fails(MissingCause.RECORD_CHANGED, f'{evidence}; what is older than the integration is not filled in')


def metric_is_old(question: Question) -> Answer | None:
    points = observed(question.metric.in_cloudwatch).points
    if not points or question.age(points[0][0]) > TWO_POLLS:
        return None
    evidence = f'the first value in CloudWatch is of {ago(question.age(points[0][0]))}'
    return fails(MissingCause.NEW_METRIC, f'{evidence}: it takes up to 15 minutes until AWS lists a new metric')


def polled_often(question: Question) -> Answer | None:
    """An hourly poll explains no more than an hour."""
    if observed(question.metric.queried):
        return fine('it was queried in the last 30 days, so Datadog polls it every 10 minutes')
    points, had = observed(question.metric.in_cloudwatch).points, observed(question.metric.in_datadog).newest
    since = had if had is not None else points[0][0] if points else None
    if since is None or question.age(since) > UNTIL_QUERIED:
        return fine('nobody has queried it in the last 30 days, but an hourly poll would have brought it by now')
    evidence = 'nobody has queried it in the last 30 days, so Datadog polls it once an hour'
    return fails(MissingCause.POLLED_HOURLY, f'{evidence}; this query ends that, and makes the polls cost more')


def usually_late(question: Question) -> Answer | None:
    newest = observed(question.metric.in_datadog).newest
    if newest is None:
        return None
    age = question.age(newest)
    if age > USUAL:
        return fine(f'the newest value in Datadog is of {ago(age)}, more than the usual {duration(USUAL)}')
    return fails(
        MissingCause.USUAL_DELAY, f'the newest value in Datadog is of {ago(age)}: polled metrics are that late'
    )
