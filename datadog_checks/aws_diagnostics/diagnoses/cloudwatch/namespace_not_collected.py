"""A namespace with active metrics that Datadog does not collect.

Never more than a warning, because a namespace can be left out on purpose. Only a few namespaces are looked at, none of
which Datadog excludes by default: keeping its default of AWS/SQS, AWS/ElasticMapReduce and AWS/Usage is no fault, and
neither is a namespace without active metrics. A metric stream delivers whatever the record says, so where one runs in
the region, the verdict is Unknown.
"""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import (
    HOURS,
    NAMESPACES,
    Feature,
    FilterKind,
    Integration,
    Metrics,
    NamespaceFilters,
    RecentlyActive,
)
from ...facts.values import MetricNamespace
from ...findings import Diagnosis, Passed, Scope, Status, Verdict
from ...remedies import Remedy, Variable
from ...text import listed
from ..links import guide
from .exclusions import Change, as_list, at_least, change_record, collects_nothing, judged, missed, recorded

ID = 'namespace-not-collected'
LONGEST_NAME, LONGEST_ENTRY = 20, 68
"""Characters of a namespace, and of what was found in it."""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = recorded(facts)
    nothing = collects_nothing(integration)
    if nothing:
        return nothing
    filters = observed(integration.namespace_filters)
    excluded = [namespace for namespace in NAMESPACES if filters.excludes(namespace)]
    if not excluded:
        return Passed(f'metrics_config.namespace_filters excludes none of {", ".join(NAMESPACES)}')
    return judged(
        _excluded(facts),
        lambda wrong: f'{_setting(filters, wrong)}, but in the last {HOURS} hours CloudWatch had {_what(wrong)}',
        lambda _: f'no excluded namespace had active metrics in the last {HOURS} hours: {listed(excluded)}',
    )


def _excluded(facts: Facts) -> Sequence[RecentlyActive]:
    return observed(observed(facts.of_account.metrics).excluded_namespaces)


def _setting(filters: NamespaceFilters, wrong: Sequence[RecentlyActive]) -> str:
    verb = 'does not have' if filters.kind is FilterKind.INCLUDE_ONLY else 'has'
    return f'metrics_config.namespace_filters.{filters.kind} {verb} {listed(_namespaces(wrong), longest=LONGEST_NAME)}'


def _namespaces(wrong: Sequence[RecentlyActive]) -> list[MetricNamespace]:
    return list(dict.fromkeys(entry.namespace for entry in wrong))


def _what(wrong: Sequence[RecentlyActive]) -> str:
    return listed(
        (f'{at_least(e, "active metric")} of {e.namespace} in {e.region}' for e in wrong), longest=LONGEST_ENTRY
    )


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    metrics, filters = facts.of_account.metrics, _filters(facts)
    entries = metrics.excluded_namespaces if isinstance(metrics, Metrics) else ()
    wrong = [] if isinstance(entries, Unobserved) else _namespaces(missed(entries))
    included = filters.kind is FilterKind.INCLUDE_ONLY
    names = listed(wrong) or 'the namespace'
    edited = as_list(wrong) if wrong else '[$name]'
    return change_record(
        facts,
        expected,
        ID,
        f'Let Datadog collect {names}, or exclude it on purpose; AWS charges for the CloudWatch calls',
        Change(
            page=f'Metric Collection, and enable {names}',
            group='metrics_config',
            jq=f'.metrics_config.namespace_filters.{filters.kind} {"+=" if included else "-="} {edited}',
            name=None if wrong else Variable('NAMESPACE'),
            terraform=_terraform(filters, wrong),
        ),
    )


def _filters(facts: Facts) -> NamespaceFilters:
    """For the catalogue, an exclusion of something."""
    record = facts.of_account.integration
    filters = record.namespace_filters if isinstance(record, Integration) else None
    return filters if isinstance(filters, NamespaceFilters) else NamespaceFilters(FilterKind.EXCLUDE_ONLY)


def _terraform(filters: NamespaceFilters, wrong: Sequence[MetricNamespace]) -> str:
    """'' where the record holds what is no namespace, so that the list would not be the whole one."""
    known = [name for name in map(MetricNamespace.of, filters.namespaces) if name]
    if len(known) < len(filters.namespaces) or not wrong:
        return ''
    kept = (
        [*known, *wrong] if filters.kind is FilterKind.INCLUDE_ONLY else [name for name in known if name not in wrong]
    )
    return f'metrics_config {{\n  namespace_filters {{\n    {filters.kind} = {as_list(kept)}\n  }}\n}}'


NAMESPACE_NOT_COLLECTED = Diagnosis(
    id=ID,
    title='A namespace with active metrics is not collected',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Asks CloudWatch for metrics with values in the last three hours, in those of the namespaces AWS/EC2, AWS/ELB, '
        'AWS/ApplicationELB, AWS/NetworkELB, AWS/RDS and AWS/Lambda that metrics_config.namespace_filters excludes, '
        'and in the regions that Datadog collects. What Datadog excludes by default (AWS/SQS, AWS/ElasticMapReduce, '
        'AWS/Usage) is not looked at, and a region with a metric stream is UNKNOWN.'
    ),
    harm=(
        'Their metrics are missing in Datadog. If a namespace is excluded on purpose, add this diagnosis to '
        'disabled_diagnoses.'
    ),
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
