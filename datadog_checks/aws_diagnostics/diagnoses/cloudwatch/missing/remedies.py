"""What to do about each cause of a missing metric."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ....facts import Unobserved
from ....facts.account import FilterKind, Integration, NamespaceFilters
from ....remedies import Choice, Remedy, Step, Variable
from ....rules.policy_language import Patterns
from ....text import listed
from ...account_remedies import curl, own_command, run_again
from ...integration.integration_not_registered import INTEGRATION_NOT_REGISTERED
from ...judging import diagnose
from ..exclusions import Change, as_list, ways_to_change
from ..metric_collection_disabled import METRIC_COLLECTION_DISABLED
from . import Explained, causes
from .aws_remedies import (
    MORE_POLLS,
    enable_region,
    list_metrics,
    look_again,
    look_at_home,
    start_stream,
)
from .causes import MissingCause, Question, Result
from .record import LONGEST_TAG, refusing
from .role import OF_THE_ROLE
from .turning_on import turn_on, turn_on_if_off


def remedy_of(explained: Explained) -> Remedy | None:
    """None where the metric is there, where nothing is wrong, and where the reason is not known, nor suspected."""
    make = REMEDIES.get(explained.cause)
    return make(explained.question) if make else _suspected(explained)


def _suspected(explained: Explained) -> Remedy | None:
    """Where CloudWatch has nothing, and whether it is told to have it could not be seen."""
    metric, step = explained.question.metric, dict(explained.steps)[causes.Step.ENABLEMENT]
    unseen = metric.asked.name.metric and isinstance(metric.in_cloudwatch, Unobserved)
    return None if unseen or step.result is not Result.UNKNOWN else turn_on_if_off(explained.question)


def _said(summary: str) -> Callable[[Question], Remedy]:
    return lambda _: Remedy(summary)


def _with_its_tags(summary: str) -> Callable[[Question], Remedy]:
    def remedy(q: Question) -> Remedy:
        shown = curl(q.expected, ('/api/v2/metrics/', q.metric.asked.name.datadog, '/all-tags'))
        return Remedy(summary, then=(Step('See which tags it has', (shown,)),))

    return remedy


def _waiting(summary: str) -> Callable[[Question], Remedy]:
    return lambda question: Remedy(summary, then=(look_again(question),))


def _changing(summary: str, change: Callable[[Question], Change]) -> Callable[[Question], Remedy]:
    """The record, from now on: nothing is filled in for the time before."""
    return lambda q: Remedy(
        summary, ways_to_change(q.facts, q.expected, replace(change(q), exposes=change(q).exposes or MORE_POLLS))
    )


def _role(question: Question) -> Remedy:
    found = diagnose(OF_THE_ROLE, question.facts, question.expected)
    return next((f.remedy for f in found if f.remedy), Remedy('Let Datadog assume its role'))


def _permissions(question: Question) -> Remedy:
    shown = own_command(question.expected, 'permissions', '--diff')
    return Remedy(
        'Grant the role what Datadog requires',
        (Choice('See what is missing; with --policy-json it writes policies that grant it', (shown,)),),
        (run_again(question.expected),),
    )


def _denials(question: Question) -> Remedy:
    shown = own_command(question.expected, 'check', '--only', 'integration-permissions-denied')
    return Remedy(
        f'Let the role read CloudWatch in {question.region}, or leave the region out',
        (Choice('See who denies what, and how to change it', (shown,)),),
    )


def _region(question: Question) -> Change:
    region = question.region
    record = question.facts.of_account.integration
    known = isinstance(record, Integration) and record.regions is not None and not record.other_regions
    whole = (*(record.regions or ()), region) if isinstance(record, Integration) and known else ()
    return Change(
        page=f'General, Regions, and select {region}',
        group='aws_regions',
        jq=f'.aws_regions.include_only += {as_list([region])}',
        terraform=f'aws_regions {{\n  include_only = {as_list(whole)}\n}}' if whole else '',
    )


def _namespace(question: Question) -> Change:
    record, namespace = question.facts.of_account.integration, question.namespace
    filters = record.namespace_filters if isinstance(record, Integration) else None
    included = isinstance(filters, NamespaceFilters) and filters.kind is FilterKind.INCLUDE_ONLY
    kind, edit = (FilterKind.INCLUDE_ONLY, '+=') if included else (FilterKind.EXCLUDE_ONLY, '-=')
    return Change(
        page=f'Metric Collection, and enable {namespace}',
        group='metrics_config',
        jq=f'.metrics_config.namespace_filters.{kind} {edit} {as_list([namespace])}',
    )


def _name_filter(question: Question) -> Change:
    """Whether a pattern is the one to remove, or the name the one to add, is as the record has it."""
    record, name = question.facts.of_account.integration, question.metric.asked.name.datadog
    filters = record.metric_name_filters if isinstance(record, Integration) else ()
    edits = [
        f'(.metrics_config.metric_name_filters[] | select(.namespace == {as_list([each.namespace])[1:-1]}) | '
        f'.{each.kind}) {_edit(each.kind, each.patterns, name)}'
        for each in (() if isinstance(filters, Unobserved) else filters)
        if each.namespace == question.namespace and _edit(each.kind, each.patterns, name)
    ]
    page = f'Metric Collection, {question.namespace}, and let its metric name filters through {name}'
    return Change(page=page, group='metrics_config', jq=edits[0] if edits else '')


def _edit(kind: FilterKind, patterns: tuple[str, ...], name: str) -> str:
    """'' where nothing would change: the preview knows more than the record that was read."""
    fitting = [pattern for pattern in patterns if Patterns((pattern,)).cover(name)]
    if kind is FilterKind.INCLUDE_ONLY:
        return '' if fitting else f'+= {as_list([name])}'
    return f'-= {as_list(fitting)}' if fitting else ''


def _tag_filter(question: Question) -> Change:
    """Another tag helps no resource that one of its tags excludes."""
    if excluding := refusing(question):
        page = f'Metric Collection, {question.namespace}, Limit metric collection to specific resources, and remove'
        return Change(page=f'{page} {listed(excluding, longest=LONGEST_TAG)}', group='metrics_config', jq='')
    of_namespace = (
        f'(.metrics_config.tag_filters[] | select(.namespace == {as_list([question.namespace])[1:-1]}) | .tags)'
    )
    return Change(
        page=f'Metric Collection, {question.namespace}, Limit metric collection to specific resources, and add a tag '
        'of the resource; or give the resource a tag that the filter wants',
        group='metrics_config',
        jq=f'{of_namespace} += [$name]',
        name=Variable('TAG'),
    )


def _custom(question: Question) -> Change:
    return Change(
        page='Metric Collection, and enable Collect custom metrics',
        group='metrics_config',
        jq='.metrics_config.collect_custom_metrics = true',
        terraform='metrics_config {\n  collect_custom_metrics = true\n}',
        exposes='all custom namespaces of the account, which Datadog bills as custom metrics',
    )


_C = MissingCause
REMEDIES: Mapping[MissingCause, Callable[[Question], Remedy]] = {
    _C.OTHER_NAME: _said('Query the name that Datadog has'),
    _C.WRONG_TAG_KEY: _with_its_tags('Query with the tags that the metric has'),
    _C.WRONG_TAG_VALUE: _with_its_tags('Query with the value that the metric has'),
    _C.TAG_NOT_INDEXED: _said('In Datadog, in Metrics, Summary, choose the metric, then Manage tags, and include it'),
    _C.OTHER_LOAD_BALANCER: _said('Query the metric of that kind of load balancer'),
    _C.ACCOUNT_NOT_INTEGRATED: lambda q: INTEGRATION_NOT_REGISTERED.remedy(q.facts, q.expected),
    _C.ROLE_NOT_ASSUMABLE: _role,
    _C.PERMISSION_MISSING: _permissions,
    _C.PERMISSION_DENIED: _denials,
    _C.SCP_DENIES: _denials,
    _C.GLOBAL_SERVICE: look_at_home,
    _C.REGION_NOT_COLLECTED: _changing('Let Datadog collect the region', _region),
    _C.REGION_NOT_ENABLED: enable_region,
    _C.METRICS_DISABLED: lambda q: METRIC_COLLECTION_DISABLED.remedy(q.facts, q.expected),
    _C.NAMESPACE_EXCLUDED_BY_DEFAULT: _changing('Let Datadog collect the namespace', _namespace),
    _C.NAMESPACE_EXCLUDED: _changing('Let Datadog collect the namespace', _namespace),
    _C.METRIC_NAME_FILTERED: _changing('Let the filters of metric names through it', _name_filter),
    _C.TAG_FILTERED: _changing('Let the tag filter fit the resource', _tag_filter),
    _C.CUSTOM_METRICS_OFF: _changing('Let Datadog collect custom metrics', _custom),
    _C.CUSTOM_STATISTIC: _said('Query the average, or ask Datadog support for more statistics of custom metrics'),
    _C.WRONG_DIMENSION: list_metrics,
    _C.WRONG_DIMENSION_VALUE: list_metrics,
    _C.DIMENSIONS_NOT_PUBLISHED: list_metrics,
    _C.NOT_EMITTED: list_metrics,
    _C.STOPPED: list_metrics,
    _C.NOT_ENABLED_IN_AWS: turn_on,
    _C.STREAM_FORMAT: _said('In CloudWatch, edit the metric stream and choose the output format OpenTelemetry 0.7'),
    _C.STREAM_STATISTIC: _said('In CloudWatch, edit the metric stream and add the percentile as additional statistic'),
    _C.STREAM_STOPPED: start_stream,
    _C.RECORD_CHANGED: _waiting('Wait for two polls: 20 minutes'),
    _C.NEW_METRIC: _waiting('Wait for two polls: 20 minutes'),
    _C.POLLED_HOURLY: _waiting('Wait for the next poll; a monitor or dashboard keeps it on polls every 10 minutes'),
    _C.USUAL_DELAY: _waiting('Wait for the next poll; a metric stream brings it in 2 to 3 minutes'),
    _C.PUBLISHED_DAILY: _said('Query a longer time: AWS publishes it rarely'),
}
"""For each cause but those of which nothing is to be done."""
