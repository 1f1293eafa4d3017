"""Checks of `metrics why` that look at Datadog: its names and tags, the record of the integration, and its timing."""

import re
from collections.abc import Iterable

from ....facts import Unobserved, observed
from ....facts.account import FilterKind, TagFilter
from ....facts.metrics import AVERAGE, MetricTags, NameSource
from ....rules.dimension_tags import nearest
from ....rules.metric_sources import EXCLUDED_BY_DEFAULT, NEVER_FILTERED, OPENTELEMETRY
from ....rules.policy_language import Patterns
from ....text import ago, clean, counted, listed, quoted
from .causes import Answer, MissingCause, Question, Result, fails, fine, unknown
from .timing import carrying

LONGEST_TAG = 60
JOINED = frozenset({'host', 'instance-id', 'image', 'instance-type', 'autoscaling_group', 'region', 'aws_account'})
"""Keys of tags that Datadog may join from the host when it is queried: they need not be among those of the metric."""
OTHER_KIND = re.compile(r'loadbalancer:(app|net|gwy)/')
KINDS = {'app': 'aws.applicationelb', 'net': 'aws.networkelb', 'gwy': 'aws.gatewayelb'}


# Step name: is it in Datadog, and does the scope exist?


def values_of_the_scope(question: Question) -> Answer:
    metric = question.metric
    series = observed(metric.in_datadog)
    if series.newest is None:
        return fine(f'Datadog has no value of {question.shown} in the time that was looked at')
    age = ago(question.age(series.newest))
    if series.newest + series.interval <= metric.since:
        return fine(f'the newest value of {question.shown} in Datadog is of {age}, before the time that was asked about')
    count = sum(start + series.interval > metric.since for start, _ in series.points)
    return Answer(
        Result.OK,
        f'Datadog has {question.shown}: {counted(count, "value")}, the newest of {age}',
        MissingCause.PRESENT,
    )


def kind_of_load_balancer(question: Question) -> Answer | None:
    """Until 2026-06 Datadog kept the metrics of application load balancers under aws.elb, too, on its site US1."""
    found = next(filter(None, map(OTHER_KIND.match, question.metric.scope)), None)
    if found is None or question.namespace != 'AWS/ELB':
        return None
    name = question.metric.asked.name.datadog
    prefix = KINDS[found[1]]
    evidence = f'{found[0]}... is a load balancer whose metrics begin with {prefix}, and {name} is of classic ones'
    return fails(MissingCause.OTHER_LOAD_BALANCER, evidence)


def name_in_use(question: Question) -> Answer | None:
    metric = question.metric
    alike, name = observed(metric.alike), metric.asked.name
    where = f'among the active metrics of the account in {question.region}'
    if metric.is_active:
        return fine(f'{name.datadog} is {where}')
    guessed = name.source is NameSource.GUESSED
    if alike and guessed:
        return fails(MissingCause.OTHER_NAME, f'{name.datadog} is not {where}, but {listed(alike, longest=80)}')
    source = ' (a guessed name)' if guessed else ''
    return fine(f'{name.datadog}{source} is not {where}')


def tags_of_the_scope(question: Question) -> Answer | None:
    """Only of an active metric: another one has no tags."""
    metric = question.metric
    if not metric.is_active:
        return None
    tags = observed(metric.tags)
    keys_dropped = {tag.partition(':')[0] for tag in tags.dropped}
    missing = []
    for tag in metric.scope:
        key, _, value = tag.partition(':')
        if key in JOINED:
            continue
        if key in keys_dropped and key not in tags.keys:
            return fails(MissingCause.TAG_NOT_INDEXED, f'{key} is ingested with the metric and not indexed')
        answer = _wrong_key(tags, key) or _wrong_value(question, tags, key, value)
        if answer:
            return answer
        missing += [] if value in tags.values(key) else [tag]
    if missing:
        return fine(f'Datadog has the metric, but without {listed(missing, longest=LONGEST_TAG)}')
    return fine('Datadog has the metric with each of these tags, though not in this time')


def _wrong_key(tags: MetricTags, key: str) -> Answer | None:
    if key in tags.keys:
        return None
    if not tags.complete:
        return unknown(f'Datadog did not list all tags of the metric, so {quoted(key)} may be one')
    near = nearest(key, tags.keys)
    meant = f'; the nearest is {near}' if near else f'; it has {listed(sorted(tags.keys), 6)}'
    return fails(MissingCause.WRONG_TAG_KEY, f'the metric has no tag {quoted(key)}{meant}')


def _wrong_value(question: Question, tags: MetricTags, key: str, value: str) -> Answer | None:
    """A value that CloudWatch has is right, however similar another one is."""
    values = tags.values(key)
    if value in values or value in _values_in_cloudwatch(question):
        return None
    same = [each for each in values if each.lower() == value.lower()]
    near = same[0] if same else nearest(value, values)
    if not near:
        return None
    why = ', as Datadog keeps values in lower case' if same else ''
    evidence = f'the metric has no {quoted(f"{key}:{value}", LONGEST_TAG)}; the nearest is {clean(f"{key}:{near}", 80)}'
    return fails(MissingCause.WRONG_TAG_VALUE, f'{evidence}{why}')


def _values_in_cloudwatch(question: Question) -> frozenset[str]:
    sets = question.metric.sets
    if isinstance(sets, Unobserved):
        return frozenset()
    return frozenset(value.lower() for dimensions in sets.sets for value in dimensions.values())


# Step configuration: Datadog's record of the account


def collection_enabled(question: Question) -> Answer | None:
    enabled = question.record.metrics_enabled
    if enabled is None:
        return unknown("Datadog's record does not say whether metrics are collected (metrics_config.enabled)")
    if enabled:
        return None
    return fails(MissingCause.METRICS_DISABLED, 'metric collection is disabled (metrics_config.enabled is false)')


def namespace_included(question: Question) -> Answer:
    filters, namespace = observed(question.record.namespace_filters), question.namespace
    setting = f'metrics_config.namespace_filters.{filters.kind}'
    if not filters.excludes(namespace):
        return fine(f'{setting} lets {namespace} through')
    stream = next((s for s in carrying(question) if s.output_format == OPENTELEMETRY), None)
    if stream:
        return unknown(f'{setting} excludes {namespace}, but the metric stream {quoted(stream.name)} may deliver it')
    verb = 'has' if filters.kind is FilterKind.EXCLUDE_ONLY else 'does not have'
    by_default = filters.kind is FilterKind.EXCLUDE_ONLY and namespace in EXCLUDED_BY_DEFAULT
    cause = MissingCause.NAMESPACE_EXCLUDED_BY_DEFAULT if by_default else MissingCause.NAMESPACE_EXCLUDED
    why = ', as that of a new integration' if by_default else ''
    return fails(cause, f'{setting} {verb} {namespace}{why}{_changed(question)}')


def _changed(question: Question) -> str:
    """Since when it may be so."""
    changed = question.record.modified_at
    return '' if changed is None else f'; the record was last changed {ago(question.age(changed))}'


def name_passes(question: Question) -> Answer | None:
    """What Datadog says of the filters counts more than what is derived from them."""
    name = question.metric.asked.name.datadog
    if name in NEVER_FILTERED:
        return None
    previewed = question.metric.previewed
    if not isinstance(previewed, Unobserved) and previewed is not None:
        filtered = dict(previewed.names).get(name)
        if filtered:
            return fails(MissingCause.METRIC_NAME_FILTERED, f"by Datadog's preview the name filters leave out {name}")
        if filtered is False:
            return None
    for each in observed(question.record.metric_name_filters):
        fits = Patterns(each.patterns).cover(name)
        if each.namespace == question.namespace and fits is (each.kind is FilterKind.EXCLUDE_ONLY):
            verb = 'has' if fits else 'does not have'
            what = f'metrics_config.metric_name_filters.{each.kind} of {each.namespace} {verb} a pattern for {name}'
            return fails(MissingCause.METRIC_NAME_FILTERED, f'{what}: {listed(each.patterns, longest=LONGEST_TAG)}')
    return None


def resource_passes(question: Question) -> Answer | None:
    filters = [f for f in observed(question.record.tag_filters) if f.namespace == question.namespace and f.tags]
    if not filters:
        return None
    wanted = listed((tag for each in filters for tag in each.tags), longest=LONGEST_TAG)
    setting = f'metrics_config.tag_filters of {question.namespace} wants {wanted}'
    if isinstance(question.metric.resource_tags, Unobserved):
        return unknown(f'{setting}; the tags of the resource are not known: {question.metric.resource_tags.reason}')
    tags = question.metric.resource_tags
    if all(_passes(each, tags) for each in filters):
        return fine(f'{setting}, and the resource has it')
    has = f'has {listed(tags, longest=LONGEST_TAG)}' if tags else 'has no tags'
    host = ', so Datadog does not import the host either' if question.namespace == 'AWS/EC2' else ''
    return fails(MissingCause.TAG_FILTERED, f'{setting}, and the resource {has}{host}')


def _passes(tag_filter: TagFilter, tags: Iterable[str]) -> bool:
    """One of the tags must fit, and none that is excluded with `!` (AWSMetricsConfig of Datadog's API)."""
    wanted = Patterns(tag for tag in tag_filter.tags if not tag.startswith('!'))
    refused = Patterns(tag[1:] for tag in tag_filter.tags if tag.startswith('!'))
    own = tuple(tags)
    if any(map(refused.cover, own)):
        return False
    return all(tag.startswith('!') for tag in tag_filter.tags) or any(map(wanted.cover, own))


def namespace_offered(question: Question) -> Answer | None:
    if observed(question.metric.offered):
        return None
    none = f'Datadog has no integration for {question.namespace}'
    collects = question.record.collect_custom_metrics
    if collects is None:
        return unknown(f'{none}, and its record does not say whether custom metrics are collected')
    if not collects:
        setting = 'metrics_config.collect_custom_metrics is false'
        return fails(MissingCause.CUSTOM_METRICS_OFF, f'{none}, and {setting}')
    statistic = question.metric.asked.name.statistic
    if statistic not in ('', AVERAGE):
        evidence = f'{none}, and of custom metrics it collects {AVERAGE} only, not {statistic}'
        return fails(MissingCause.CUSTOM_STATISTIC, evidence)
    return fine(f'{question.namespace} is collected as custom metrics (metrics_config.collect_custom_metrics)')
