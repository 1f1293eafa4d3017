"""A namespace with active metrics that Datadog does not collect.

Never more than a warning, as a namespace can be left out on purpose. Only a few namespaces are looked at, none of
which Datadog itself leaves out: whoever keeps its default of AWS/SQS, AWS/ElasticMapReduce and AWS/Usage hears
nothing. One without active metrics is no fault. Where a metric stream runs in the region, it delivers whatever the
record says, so that it cannot be told.
"""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import HOURS, NAMESPACES, Feature, FilterKind, NamespaceFilters, RecentlyActive
from ...findings import Diagnosis, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import guide
from .exclusions import (
    API,
    MOST_NAMED,
    ON_PURPOSE,
    PAGE,
    TERRAFORM,
    collects_nothing,
    counted,
    judged,
    missed,
    named,
    quoted,
    recorded,
)

ID = 'namespace-not-collected'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = recorded(facts)
    nothing = collects_nothing(integration)
    if nothing:
        return nothing
    filters = observed(integration.namespace_filters)
    excluded = [namespace for namespace in NAMESPACES if filters.excludes(namespace)]
    if not excluded:
        return Passed(f'metrics_config.namespace_filters on record excludes none of {", ".join(NAMESPACES)}')
    return judged(
        _excluded(facts),
        lambda wrong: f'{_setting(filters, wrong)}, but in the last {HOURS} hours CloudWatch had {_what(wrong)}',
        lambda _: f'nothing was active in the last {HOURS} hours of what Datadog leaves out: {named(excluded)}',
    )


def _excluded(facts: Facts) -> Sequence[RecentlyActive]:
    return observed(observed(facts.of_account.metrics).excluded_namespaces)


def _setting(filters: NamespaceFilters, wrong: Sequence[RecentlyActive]) -> str:
    verb = 'lacks' if filters.kind is FilterKind.INCLUDE_ONLY else 'has'
    return f'metrics_config.namespace_filters.{filters.kind} on record {verb} {named(_namespaces(wrong))}'


def _namespaces(wrong: Sequence[RecentlyActive]) -> list[str]:
    return list(dict.fromkeys(entry.namespace for entry in wrong))


def _what(wrong: Sequence[RecentlyActive]) -> str:
    found = [f'{counted(e, "active metric")} of {shown(e.namespace)} in {shown(e.region)}' for e in wrong[:MOST_NAMED]]
    more = f' and {len(wrong) - MOST_NAMED} more' if len(wrong) > MOST_NAMED else ''
    return f'{", ".join(found)}{more}'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    wrong = _namespaces(missed(_excluded(facts)))
    filters = observed(recorded(facts).namespace_filters)
    included = filters.kind is FilterKind.INCLUDE_ONLY
    kept = (*filters.namespaces, *wrong) if included else [n for n in filters.namespaces if n not in wrong]
    return Remedy(
        f'Let Datadog collect {named(wrong)}, or leave it out knowingly; AWS charges for the calls to CloudWatch',
        (
            f'{PAGE}, then Metric Collection, and enable {named(wrong)}',
            f'{API}: "metrics_config": {{"namespace_filters": {{"{filters.kind}": [{quoted(kept)}]}}}}',
            f'{TERRAFORM}, in metrics_config: namespace_filters {{ {filters.kind} = [{quoted(kept)}] }}',
            ON_PURPOSE.format(id=ID),
        ),
    )


NAMESPACE_NOT_COLLECTED = Diagnosis(
    id=ID,
    title='A namespace with active metrics is not collected',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Asks CloudWatch for metrics with values in the last three hours, of those namespaces among AWS/EC2, '
        'AWS/ELB, AWS/ApplicationELB, AWS/NetworkELB, AWS/RDS and AWS/Lambda that Datadog has on record as '
        'excluded (metrics_config.namespace_filters), in the regions that it collects.'
    ),
    harm=(
        'Their metrics are missing in Datadog, unless a metric stream delivers them, where it is UNKNOWN. What '
        'Datadog leaves out by default (AWS/SQS, AWS/ElasticMapReduce, AWS/Usage) is not looked at. What is left '
        'out on purpose goes into disabled_diagnoses.'
    ),
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
