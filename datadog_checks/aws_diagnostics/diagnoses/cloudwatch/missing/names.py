"""Checks of `metrics why` that look at what is asked: is it in Datadog, by this name and with these tags?"""

import re

from ....facts import Unobserved, observed
from ....facts.metrics import MetricTags, NameSource
from ....rules.dimension_tags import misspelt, nearest
from ....text import ago, clean, counted, listed, quoted
from .causes import Answer, MissingCause, Question, Result, fails, fine, unknown

LONGEST_TAG = 60
JOINED = frozenset({'host', 'instance-id', 'image', 'instance-type', 'autoscaling_group', 'region', 'aws_account'})
"""Keys of tags that Datadog may join from the host when it is queried: they need not be among those of the metric."""
OTHER_KIND = re.compile(r'loadbalancer:(app|net|gwy)/')
KINDS = {'app': 'aws.applicationelb', 'net': 'aws.networkelb', 'gwy': 'aws.gatewayelb'}


def values_of_the_scope(question: Question) -> Answer:
    metric = question.metric
    series = observed(metric.in_datadog)
    if series.newest is None:
        return fine(f'Datadog has no value of {question.shown} within {question.looked_back}')
    age = ago(question.age(series.newest))
    if series.newest + series.interval <= metric.since:
        return fine(
            f'the newest value of {question.shown} in Datadog is of {age}, before the time that was asked about'
        )
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
    near = same[0] if same else '' if question.metric.listed is True else misspelt(value, values)
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
