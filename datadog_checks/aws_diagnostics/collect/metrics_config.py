"""The part metrics_config of Datadog's record of an account: what the record leaves out of CloudWatch's metrics.

Shape: AWSMetricsConfig of https://docs.datadoghq.com/api/latest/aws-integration/#list-all-aws-integrations.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from ..facts import Unobserved
from ..facts.account import FilterKind, MetricNameFilter, NamespaceFilters, TagFilter
from .foreign import Json, entry_of, is_object, texts

MOST_NAMESPACES = 500
"""AWS has a few hundred."""
NAMESPACE = re.compile(r'[A-Za-z0-9 ._/#:*-]{1,255}')
"""As CloudWatch has it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html"""
NO_FILTERS = Unobserved(
    "Datadog's record has no namespace filter of a documented kind (metrics_config.namespace_filters)"
)

NO_NAME_FILTERS = Unobserved(
    "Datadog's record has no filters of metric names of the documented form (metrics_config.metric_name_filters)"
)
NO_TAG_FILTERS = Unobserved("Datadog's record has no tag filters of the documented form (metrics_config.tag_filters)")
MOST_FILTERS = 500
PATTERN = re.compile(r'[A-Za-z0-9_.*-]{1,255}')
"""https://docs.datadoghq.com/integrations/guide/aws-metric-name-filters/"""
LONGEST_TAG = 400
"""AWS allows 128 characters for a key and 256 for a value."""

Filter = TypeVar('Filter', MetricNameFilter, TagFilter)


def switch(record: Json, name: str) -> bool | None:
    """None where it is neither on nor off."""
    value = entry_of(record, 'metrics_config').get(name)
    return value if isinstance(value, bool) else None


def namespace_filters(record: Json) -> NamespaceFilters | Unobserved:
    """One of the documented kinds; anything else, or two of them, is not understood and therefore not known."""
    filters = entry_of(entry_of(record, 'metrics_config'), 'namespace_filters')
    if filters.get('include_all') is True and len(filters) == 1:
        return NamespaceFilters(FilterKind.INCLUDE_ALL)
    for kind in (FilterKind.EXCLUDE_ONLY, FilterKind.INCLUDE_ONLY):
        listed = filters.get(kind)
        if len(filters) == 1 and isinstance(listed, list) and len(listed) <= MOST_NAMESPACES:
            names = tuple(name for name in listed if isinstance(name, str) and NAMESPACE.fullmatch(name))
            return NamespaceFilters(kind, names) if len(names) == len(listed) else NO_FILTERS
    return NO_FILTERS


def _each(
    record: Json, name: str, read: Callable[[object], Filter | None], unknown: Unobserved
) -> tuple[Filter, ...] | Unobserved:
    """All of them, or not known: one that is not understood may be the one that leaves a metric out."""
    listed = entry_of(record, 'metrics_config').get(name)
    if not isinstance(listed, list) or len(listed) > MOST_FILTERS:
        return unknown
    found = tuple(f for f in map(read, listed) if f)
    return found if len(found) == len(listed) else unknown


def metric_name_filters(record: Json) -> tuple[MetricNameFilter, ...] | Unobserved:
    return _each(record, 'metric_name_filters', _metric_name_filter, NO_NAME_FILTERS)


def _metric_name_filter(entry: object) -> MetricNameFilter | None:
    kinds = [kind for kind in (FilterKind.INCLUDE_ONLY, FilterKind.EXCLUDE_ONLY) if is_object(entry) and kind in entry]
    if not is_object(entry) or len(kinds) != 1:
        return None
    namespace, patterns = _namespace(entry), _all_of(entry.get(kinds[0]), 255)
    if namespace is None or patterns is None or not all(map(PATTERN.fullmatch, patterns)):
        return None
    return MetricNameFilter(namespace, kinds[0], patterns)


def tag_filters(record: Json) -> tuple[TagFilter, ...] | Unobserved:
    return _each(record, 'tag_filters', _tag_filter, NO_TAG_FILTERS)


def _tag_filter(entry: object) -> TagFilter | None:
    if not is_object(entry):
        return None
    namespace, tags = _namespace(entry), _all_of(entry.get('tags') or [], LONGEST_TAG)
    return None if namespace is None or tags is None else TagFilter(namespace, tags)


def _namespace(entry: Json) -> str | None:
    name = entry.get('namespace')
    return name if isinstance(name, str) and NAMESPACE.fullmatch(name) else None


def _all_of(listed: object, longest: int) -> tuple[str, ...] | None:
    """Printable texts, each once; None where the list holds anything else."""
    if not isinstance(listed, list) or len(listed) > MOST_FILTERS:
        return None
    good = texts(listed, MOST_FILTERS, longest)
    return tuple(good) if all(entry in good for entry in listed) else None
