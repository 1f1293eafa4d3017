"""Checks of `metrics why` that look at CloudWatch: the region, its values, and what has to be turned on in AWS."""

from collections.abc import Mapping

from ....facts import Unobserved, observed
from ....facts.account import ResourceState
from ....facts.metrics import Dimensions, Series
from ....rules.dimension_tags import misspelt, nearest
from ....rules.metric_sources import LATE, Published, home_of, published
from ....rules.optional_metrics import Extra, extra_of
from ....text import ago, clean, listed, quoted
from ...integration.role import partition_of
from .causes import Answer, MissingCause, Question, fails, fine, not_applicable, unknown

MOST_SETS = 3
LONGEST_SET = 80


# Step region


def region_of_the_service(question: Question) -> Answer | None:
    home = home_of(question.namespace, partition_of(question.facts))
    if home in (None, question.region):
        return None
    return fails(MissingCause.GLOBAL_SERVICE, f'CloudWatch has {question.namespace} in {home} only')


def region_enabled(question: Question) -> Answer | None:
    if observed(question.metric.region_enabled):
        return None
    return fails(MissingCause.REGION_NOT_ENABLED, f'{question.region} is not enabled in this account')


# Step emits


def from_cloudwatch(question: Question) -> Answer | None:
    if question.metric.asked.name.metric:
        return None
    return not_applicable(f'{question.metric.asked.name.datadog} does not come from CloudWatch')


def dimensions_exist(question: Question) -> Answer | None:
    """Nothing is said of a list that is not complete."""
    wanted, sets = question.metric.asked.dimensions, observed(question.metric.sets)
    series = question.metric.in_cloudwatch
    if not wanted or any(_has(each, wanted) for each in sets.sets) or (isinstance(series, Series) and series.points):
        return None
    if not sets.complete:
        return unknown('CloudWatch lists more of the metric than was read')
    keys = {key for each in sets.sets for key in each}
    for key, value in wanted.items():
        if keys and key not in keys and not _may_be_off(question):
            return _wrong_dimension(key, keys)
        values = {each[key] for each in sets.sets if key in each}
        near = '' if value in values or question.metric.listed is not False else misspelt(value, values)
        if near:
            evidence = f'CloudWatch has no {key} {quoted(value)} for it; the nearest is {quoted(near)}'
            return fails(MissingCause.WRONG_DIMENSION_VALUE, evidence)
    apart = (
        not _may_be_off(question)
        and sets.sets
        and all(any(each.get(k) == v for each in sets.sets) for k, v in wanted.items())
    )
    some = listed((_set(each) for each in sets.sets), MOST_SETS, LONGEST_SET)
    return (
        fails(MissingCause.DIMENSIONS_NOT_PUBLISHED, f'{_set(wanted)} is no set of it, but {some}') if apart else None
    )


def _wrong_dimension(key: str, keys: set[str]) -> Answer:
    near = nearest(key, keys, 0.6)
    meant = f'; the nearest is {clean(near)}' if near else f'; it has {listed(sorted(keys), 6)}'
    return fails(MissingCause.WRONG_DIMENSION, f'in CloudWatch the metric has no dimension {quoted(key)}{meant}')


def _has(dimensions: Dimensions, wanted: Dimensions) -> bool:
    return all(dimensions.get(key) == value for key, value in wanted.items())


def _set(dimensions: Dimensions) -> str:
    return '+'.join(f'{key}={value}' for key, value in dimensions.items()) or 'no dimension'


EXPECTED: Mapping[Published, MissingCause] = {
    Published.ON_EVENTS: MissingCause.NO_EVENTS,
    Published.IN_USE: MissingCause.NOT_IN_USE,
    Published.ACTIVE_QUEUE: MissingCause.QUEUE_INACTIVE,
}
OF_AWS = ('AWS/', 'ECS/', 'ContainerInsights')
"""Beginnings of namespaces. What others send may come on events only."""


def values_in_cloudwatch(question: Question) -> Answer | None:
    if not question.metric.asked.name.metric:
        return None
    series, since = observed(question.metric.in_cloudwatch), question.metric.since
    newest = series.newest
    if newest is not None and (newest + series.interval > since or _is_late(question)):
        return fine(f'CloudWatch has it: the newest value is of {ago(question.age(newest))}')
    nothing = (
        f'CloudWatch has no value of it within {question.looked_back}' if newest is None else _old(question, series)
    )
    ended = MissingCause.NOT_EMITTED if newest is None else MissingCause.STOPPED
    return _of_the_resource(question, nothing, ended) or _of_its_use(question, nothing) or fails(ended, nothing)


def _of_the_resource(question: Question, nothing: str, ended: MissingCause) -> Answer | None:
    if question.metric.registered == 0:
        evidence = f'{nothing}, and the load balancer has no instances'
        return fails(MissingCause.NO_REGISTERED_INSTANCES, evidence)
    if question.metric.state is ResourceState.STOPPED:
        return fails(MissingCause.RESOURCE_STOPPED, f'{nothing}, and the resource is stopped')
    if question.metric.state is ResourceState.GONE:
        return fails(ended, f'{nothing}, and there is no such resource')
    return None


def _of_its_use(question: Question, nothing: str) -> Answer | None:
    """None for what AWS always publishes. CloudWatch lists no metric that had no value for two weeks."""
    when = published(question.namespace, question.metric.asked.name.metric)
    none = observed(question.metric.in_cloudwatch).newest is None
    if none and _may_be_off(question):
        return unknown(f'{nothing}; AWS publishes it only where something is turned on, see the next step')
    if none and when is Published.BURSTABLE:
        return unknown(f'{nothing}; AWS publishes it {when}')
    if none and question.metric.listed is False and not _is_known(question):
        whole = f'{nothing}, and lists no metric with these dimensions: there is no such resource, or nobody uses it'
        return unknown(whole) if when in EXPECTED else fails(MissingCause.NOT_EMITTED, whole)
    if when is not None and when in EXPECTED:
        return fails(EXPECTED[when], f'{nothing}, and AWS publishes it {when}')
    if question.namespace.startswith(OF_AWS):
        return None
    return unknown(f'{nothing}; how often its source sends it is not known')


def _is_known(question: Question) -> bool:
    """AWS has the resource."""
    return question.metric.state is ResourceState.THERE or isinstance(question.metric.registered, int)


def _old(question: Question, series: Series) -> str:
    return f'the newest value in CloudWatch is of {ago(question.age(series.newest or 0))}'


def _is_late(question: Question) -> bool:
    return published(question.namespace, question.metric.asked.name.metric) in LATE


# Step enablement


def turned_on(question: Question) -> Answer:
    extra = _extra(question)
    if extra is None:
        return not_applicable('AWS publishes it without further settings')
    series = question.metric.in_cloudwatch
    if isinstance(series, Series) and series.points:
        return fine(f'requires {extra}: on')
    enabled = question.metric.enabled
    if isinstance(enabled, Unobserved):
        return unknown(f'requires {extra}; whether that is on is not known: {enabled.reason}')
    if enabled:
        return fine(f'{extra}: on')
    return fails(MissingCause.NOT_ENABLED_IN_AWS, f'requires {extra}: off')


def _may_be_off(question: Question) -> bool:
    """What the metric takes: its dimensions, too, are only there where it is on."""
    return _extra(question) is not None and question.metric.enabled is not True


def _extra(question: Question) -> Extra | None:
    return extra_of(question.metric.asked.name, question.metric.asked.dimensions)
