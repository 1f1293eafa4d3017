"""Checks of `metrics why` that look at Datadog's record of the account: what it leaves out."""

from collections.abc import Iterable

from ....facts import Unobserved, observed
from ....facts.account import FilterKind, TagFilter
from ....facts.metrics import AVERAGE
from ....rules.dimension_tags import as_tag
from ....rules.metric_sources import EXCLUDED_BY_DEFAULT, NEVER_FILTERED, OPENTELEMETRY, home_of
from ....rules.policy_language import Patterns
from ....text import ago, listed, quoted
from ...integration.role import partition_of
from .causes import Answer, MissingCause, Question, fails, fine, unknown
from .timing import carrying

LONGEST_TAG = 60
DERIVED = frozenset(
    {
        *('autoscaling_group', 'autoscalinggroupname', 'availability-zone', 'aws_account', 'host', 'iam_profile'),
        *('image', 'instance-id', 'instance-type', 'kernel', 'name', 'region', 'security-group', 'security-group-name'),
    }
)
"""Keys of tags that Datadog gives a host itself, and that a filter may name, too."""


def region_collected(question: Question) -> Answer:
    record, region = question.record, question.region
    if record.regions is None:
        return fine('all regions are collected (aws_regions.include_all)')
    if region in record.regions:
        return fine(f'aws_regions.include_only has {region}')
    if record.other_regions:
        return unknown(f"not all entries of the record's list of regions are known, so {region} may be one")
    stream = _delivering(question)
    if stream:
        return unknown(f'aws_regions.include_only does not have {region}, but {stream}')
    evidence = f'aws_regions.include_only has {listed(record.regions, 6) or "no region"}, not {region}'
    if home_of(question.namespace, partition_of(question.facts)):
        where = f'{evidence}, where CloudWatch has {question.namespace}'
        return unknown(f'{where}; the guide of Datadog says that global metrics come whatever the regions are')
    return fails(MissingCause.REGION_NOT_COLLECTED, evidence)


def collection_enabled(question: Question) -> Answer | None:
    enabled = question.record.metrics_enabled
    if enabled is None:
        return unknown("Datadog's record does not say whether metrics are collected (metrics_config.enabled)")
    if enabled:
        return None
    stream = _delivering(question)
    if stream:
        return unknown(f'metrics_config.enabled is false, but {stream}')
    return fails(MissingCause.METRICS_DISABLED, 'metric collection is disabled (metrics_config.enabled is false)')


def namespace_included(question: Question) -> Answer:
    filters, namespace = observed(question.record.namespace_filters), question.namespace
    setting = f'metrics_config.namespace_filters.{filters.kind}'
    if not filters.excludes(namespace):
        return fine(f'{setting} lets {namespace} through')
    stream = _delivering(question)
    if stream:
        return unknown(f'{setting} excludes {namespace}, but {stream}')
    verb = 'has' if filters.kind is FilterKind.EXCLUDE_ONLY else 'does not have'
    by_default = filters.kind is FilterKind.EXCLUDE_ONLY and namespace in EXCLUDED_BY_DEFAULT
    cause = MissingCause.NAMESPACE_EXCLUDED_BY_DEFAULT if by_default else MissingCause.NAMESPACE_EXCLUDED
    why = ', as that of a new integration' if by_default else ''
    return fails(cause, f'{setting} {verb} {namespace}{why}{_changed(question)}')


def _delivering(question: Question) -> str:
    """What the record says of polling does not explain why a metric that a stream carries is missing."""
    stream = next((s for s in carrying(question) if s.output_format == OPENTELEMETRY), None)
    return f'the metric stream {quoted(stream.name)} may deliver it' if stream else ''


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
    derived = [tag for each in filters for tag in each.tags if tag.removeprefix('!').partition(':')[0] in DERIVED]
    if derived:
        return unknown(f'{setting}, of which {listed(derived)} is no tag of AWS')
    has = f'has {listed(tags, longest=LONGEST_TAG)}' if tags else 'has no tags'
    as_written = [as_tag(key, value) for key, _, value in (tag.partition(':') for tag in tags)]
    if all(_passes(each, as_written) for each in filters):
        return unknown(f'{setting}, and the resource {has}, which Datadog may take for the same')
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


def refusing(question: Question) -> list[str]:
    """The exclusions of the namespace that fit a tag of the resource, as they are on record."""
    record, tags = question.facts.of_account.integration, question.metric.resource_tags
    if isinstance(record, Unobserved) or isinstance(record.tag_filters, Unobserved) or isinstance(tags, Unobserved):
        return []
    excluded = [t for f in record.tag_filters if f.namespace == question.namespace for t in f.tags if t[:1] == '!']
    return [tag for tag in excluded if any(map(Patterns((tag[1:],)).cover, tags))]


def namespace_offered(question: Question) -> Answer | None:
    if observed(question.metric.offered):
        return None
    none = f'Datadog has no integration for {question.namespace}'
    collects = question.record.collect_custom_metrics
    if collects is None:
        return unknown(f'{none}, and its record does not say whether custom metrics are collected')
    if not collects and (stream := _delivering(question)):
        return unknown(f'{none}, but {stream}')
    if not collects:
        setting = 'metrics_config.collect_custom_metrics is false'
        return fails(MissingCause.CUSTOM_METRICS_OFF, f'{none}, and {setting}')
    statistic = question.metric.asked.name.statistic
    if statistic not in ('', AVERAGE):
        evidence = f'{none}, and of custom metrics it collects {AVERAGE} only, not {statistic}'
        return fails(MissingCause.CUSTOM_STATISTIC, evidence)
    return fine(f'{question.namespace} is collected as custom metrics (metrics_config.collect_custom_metrics)')
