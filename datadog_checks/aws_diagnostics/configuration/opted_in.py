"""What an account instance looks at only where the operator names it: `watched_metrics`, with `dimension_tags`,
`load_balancers` and `tagged_resources`. What is wrong is named with its place."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..collect.account_options import Chosen
from ..collect.metric_names import metric_names
from ..facts.metrics import MetricName, Watched
from ..facts.values import Arn, RegionName
from ..rules.metric_names import main_of
from .errors import SPELLED, InvalidConfiguration, Path, must_be, named, unknown_name

MOST_WATCHED = 20
"""Each is a request to CloudWatch and one to Datadog in every run, and a series of its own."""
MOST_DIMENSIONS = 30
"""Of one metric: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html"""
LONGEST_NAME, LONGEST_VALUE = 255, 1024
"""Of a dimension: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html"""
MOST_TAGS = 20
KEYS = ('name', 'region', 'dimensions', 'tags')
TAG = re.compile(r'[A-Za-z][\w./-]{0,99}:[\w.:/@-]{1,199}')
"""Part of a query of Datadog. One with a wildcard would stand for many series."""
TAG_KEY = re.compile(r'[a-z][\w./-]{0,99}')
A_NAME = 'a name of Datadog like aws.elb.request_count, or NAMESPACE METRIC of CloudWatch like AWS/ELB RequestCount'


def watched_metrics(where: Path, entries: Sequence[object]) -> tuple[Watched, ...]:
    """One that is given twice is watched once. Raises InvalidConfiguration."""
    if len(entries) > MOST_WATCHED:
        raise must_be(where, f'a list of at most {MOST_WATCHED} metrics', len(entries))
    found: list[Watched] = []
    for index, entry in enumerate(entries):
        watched = _watched((*where, index), entry)
        if watched not in found:
            found.append(watched)
    return tuple(found)


def _watched(where: Path, entry: object) -> Watched:
    if not isinstance(entry, Mapping):
        raise must_be(where, f'a mapping with {", ".join(KEYS)}', entry)
    for key in entry:
        if key not in KEYS:
            raise unknown_name(key, KEYS, f'{named(where)}.')
    return Watched(
        _name((*where, 'name'), entry.get('name')),
        _dimensions((*where, 'dimensions'), entry.get('dimensions') or {}),
        _region((*where, 'region'), entry.get('region')),
        _tags((*where, 'tags'), entry.get('tags') or ()),
    )


def _name(where: Path, value: object) -> MetricName:
    names, words = metric_names(), value.split(' ') if isinstance(value, str) else []
    if len(words) == 2:
        found = names.of_cloudwatch(*words)
        if found:
            return main_of(found)
    known = names.of_datadog(words[0]) if len(words) == 1 else None
    if known is None:
        near = names.nearest(words[0]) if len(words) == 1 else ()
        raise must_be(where, f'{A_NAME}{f" (did you mean {near[0]}?)" if near else ""}')
    return known


def _region(where: Path, value: object) -> RegionName:
    region = RegionName.of(value)
    if region is None:
        raise must_be(where, 'a region such as eu-west-1', value)
    return region


def _dimensions(where: Path, value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or len(value) > MOST_DIMENSIONS:
        raise must_be(where, f'a mapping of at most {MOST_DIMENSIONS} dimensions, such as LoadBalancerName: web', value)
    for name, content in value.items():
        if not (isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable()):
            raise InvalidConfiguration(
                f'{named(where)} has a name that is not printable text of 1 to {LONGEST_NAME} characters'
            )
        if not (isinstance(content, str) and 0 < len(content) <= LONGEST_VALUE):
            shown = name if SPELLED.fullmatch(name) else '*'
            raise must_be((*where, shown), f'a string of 1 to {LONGEST_VALUE} characters', content)
    return dict(value)


def _tags(where: Path, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_TAGS:
        raise must_be(where, f'a list of at most {MOST_TAGS} tags', value)
    for index, tag in enumerate(value):
        if not (isinstance(tag, str) and TAG.fullmatch(tag)):
            raise must_be((*where, index), 'a tag of Datadog like availability-zone:eu-west-1a, without a wildcard')
    return tuple(dict.fromkeys(value))


def dimension_tags(where: Path, value: Mapping[object, object]) -> tuple[tuple[str, str], ...]:
    """Raises InvalidConfiguration."""
    if len(value) > MOST_TAGS:
        raise must_be(where, f'a mapping of at most {MOST_TAGS} dimensions', len(value))
    for name, key in value.items():
        shown = name if isinstance(name, str) and SPELLED.fullmatch(name) else '*'
        if not isinstance(key, str) or not TAG_KEY.fullmatch(key):
            raise must_be((*where, shown), 'the key of a tag of Datadog, such as loadbalancername')
    return tuple((str(name), str(key)) for name, key in value.items())


# Load balancers, by name or by tag

SETTINGS = ('names', 'tags')
MOST_NAMES, MOST_VALUES = 100, 50
PATTERN = re.compile(r'[A-Za-z0-9*?-]{1,64}')
"""Names of load balancers have up to 32 letters, digits and hyphens."""
LONGEST_TAG_KEY, LONGEST_TAG_VALUE = 128, 256
"""Characters, as AWS allows for tags."""


def check_choice(where: Path, value: Mapping[object, object]) -> None:
    """Raises InvalidConfiguration."""
    for setting in value:
        if setting not in SETTINGS:
            raise unknown_name(str(setting), SETTINGS, f'{".".join(map(str, where))}.')
    names, tags = value.get('names') or (), value.get('tags') or {}
    if not names and not tags:
        raise must_be(where, 'a mapping with names, tags or both')
    if not isinstance(names, tuple) or len(names) > MOST_NAMES:
        raise must_be((*where, 'names'), f'a list of at most {MOST_NAMES} names')
    for index, name in enumerate(names):
        if not isinstance(name, str) or not PATTERN.fullmatch(name):
            allowed = 'the name of a load balancer: letters, digits, hyphens, and * and ? as wildcards'
            raise must_be((*where, 'names', index), allowed, name)
    if not isinstance(tags, Mapping) or len(tags) > MOST_TAGS or not all(map(_is_tag, tags.items())):
        allowed = f'at most {MOST_TAGS} keys of tags, each with a list of 1 to {MOST_VALUES} strings'
        raise must_be((*where, 'tags'), allowed)


def _is_tag(item: tuple[object, object]) -> bool:
    key, values = item
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_TAG_KEY or not isinstance(values, tuple):
        return False
    texts = (isinstance(value, str) and len(value) <= LONGEST_TAG_VALUE for value in values)
    return 1 <= len(values) <= MOST_VALUES and all(texts)


def chosen(value: Mapping[str, Any] | None) -> Chosen | None:
    """Of a value that `check_choice` has taken."""
    if value is None:
        return None
    return Chosen(tuple(value.get('names') or ()), tuple((value.get('tags') or {}).items()))


# Resources whose tags are compared

MOST_TAGGED = 50


def check_tagged_resources(where: Path, value: tuple[str, ...]) -> None:
    if not 1 <= len(value) <= MOST_TAGGED:
        raise must_be(where, f'a list of 1 to {MOST_TAGGED} ARNs', value)
    for index, arn in enumerate(value):
        if Arn.of(arn) is None or '*' in arn:
            raise must_be((*where, index), 'the ARN of one resource: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE', arn)
