"""Which metric a person asks about: the arguments and options that `metrics why` and `metrics reconcile` share."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import click

from ...collect.account_options import AccountOptions
from ...collect.metric_names import metric_names
from ...configuration.opted_in import TAG
from ...facts.metrics import MetricName
from ...facts.values import CloudWatchMetric, DatadogMetric, MetricNamespace, RegionName
from ...rules.metric_sources import home_of
from ...text import escaped, listed
from ..parameter_types import LONGEST_SHOWN, CheckedText, seconds_of

Command = TypeVar('Command', bound=Callable[..., object])
MOST_DIMENSIONS = 30
"""Of one metric of CloudWatch."""
LONGEST_AGO = 14 * 86400.0
ALLOWED_NAMES = (
    'allowed is one name of Datadog like aws.elb.request_count, or two words, NAMESPACE METRIC of CloudWatch, like '
    'AWS/ELB RequestCount'
)
TIME_ALLOWED = 'it must be like 30m, 3h, 2d or 2026-11-27T12:00Z, in the past and at most 14 days ago'

name_argument = click.argument('name', metavar='NAME | NAMESPACE METRIC', nargs=-1, required=True)


class Dimension(click.ParamType[tuple[str, str]]):
    name = 'dimension'

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        text = value if isinstance(value, str) else ''
        key, equals, content = text.partition('=')
        if not (equals and 0 < len(key) <= 255 and 0 < len(content) <= 1024 and text.isprintable()):
            self.fail(f'{_shown(text)} is not allowed, it must be like LoadBalancerName=web', param, ctx)
        return key, content


class Since(click.ParamType[float]):
    """Seconds back: a number and a unit, or a time in ISO 8601, UTC where it names no offset."""

    name = 'since'

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = value if isinstance(value, str) else ''
        moment = moment_of(text)
        back = seconds_of(text, 'mhd') or (0.0 if moment is None else time.time() - moment)
        if not 0 < back <= LONGEST_AGO:
            self.fail(f'{text[:40]!r} is not allowed, {TIME_ALLOWED}', param, ctx)
        return back


def moment_of(text: str) -> float | None:
    """ISO 8601, UTC where it names no offset, in seconds since the epoch; None for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


class Tag(click.ParamType[str]):
    name = 'tag'

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not isinstance(value, str) or not TAG.fullmatch(value):
            self.fail(f'{str(value)[:60]!r} is not allowed, it must be like team:web, without a wildcard', param, ctx)
        return value


dimension_option = click.option(
    '--dimension',
    'dimensions',
    metavar='NAME=VALUE',
    multiple=True,
    type=Dimension(),
    help='A dimension of CloudWatch, as LoadBalancerName=web. Repeatable: all of them make one metric.',
)
dimension_tag_option = click.option(
    '--dimension-tag',
    'dimension_tags',
    metavar='DIMENSION=KEY',
    multiple=True,
    type=Dimension(),
    help='Which tag a dimension becomes, where it is not the documented one. Repeatable.',
)
region_option = click.option(
    '--region',
    metavar='REGION',
    type=CheckedText(RegionName, 'region', 'like eu-west-1'),
    help='Without it: that of the session, us-east-1 for most global services.',
)


def dimensions_of(given: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Raises UsageError for a dimension that is given twice, or for too many."""
    twice = sorted({name for name, _ in given if sum(other == name for other, _ in given) > 1})
    if twice:
        raise click.UsageError(f'--dimension {_shown(twice[0])}: given twice, allowed is one value')
    if len(given) > MOST_DIMENSIONS:
        raise click.UsageError(f'--dimension: {len(given)} are given, allowed are at most {MOST_DIMENSIONS}')
    return dict(given)


def tags_by_dimension(given: Sequence[tuple[str, str]], dimensions: Mapping[str, str]) -> Mapping[str, str]:
    """Raises UsageError for the tag of a dimension that is not asked for."""
    for name, _ in given:
        if name not in dimensions:
            raise click.UsageError(f'--dimension-tag {_shown(name)}: allowed is a dimension that --dimension names')
    return dict(given)


def region_of(name: MetricName, account: AccountOptions) -> RegionName:
    """Of a global service the only one of the partition, else that of the session. Raises UsageError."""
    from ...collect.aws.session import default_region

    own = default_region(account)
    region = home_of(name.namespace, 'aws-us-gov' if own.startswith('us-gov-') else 'aws') or RegionName.of(own)
    if region is None:
        raise click.UsageError('--region: the region of the session is not one of AWS, so it must be given')
    return region


def names_of(given: Sequence[str]) -> tuple[MetricName, ...]:
    """The metrics of Datadog that are meant: one for a name of Datadog, one for each known statistic of a metric of
    CloudWatch.

    A name that the table does not have is an error with the nearest ones where it is a name of Datadog: what it is in
    CloudWatch cannot be derived from it. Raises UsageError.
    """
    if len(given) == 2:
        return _of_cloudwatch(*given)
    if len(given) != 1:
        raise click.UsageError(f'NAME: {ALLOWED_NAMES}')
    known = metric_names().of_datadog(given[0])
    if known is None:
        raise click.UsageError(_unknown(given[0]))
    return (known,)


def _of_cloudwatch(namespace: str, metric: str) -> tuple[MetricName, ...]:
    if '=' in metric:
        raise click.UsageError(
            f'{_shown(metric)} looks like a dimension: allowed is --dimension {escaped(metric)[:LONGEST_SHOWN]}'
        )
    if '/' in metric and '/' not in namespace:
        raise click.UsageError(f'NAMESPACE {_shown(namespace)}: the namespace comes first, then METRIC')
    if MetricNamespace.of(namespace) is None:
        raise click.UsageError(f'NAMESPACE {_shown(namespace)}: allowed is {MetricNamespace.ALLOWED}')
    found = metric_names().of_cloudwatch(namespace, metric)
    if not found:
        raise click.UsageError(f'METRIC {_shown(metric)}: allowed is {CloudWatchMetric.ALLOWED}')
    return found


def _unknown(name: str) -> str:
    if '/' in name:
        return f'NAME {_shown(name)}: {ALLOWED_NAMES}'
    if DatadogMetric.of(name) is None:
        return f'NAME {_shown(name)}: allowed is {DatadogMetric.ALLOWED}'
    nearest = metric_names().nearest(name)
    meant = f'; the nearest are {listed(nearest)}' if nearest else ''
    return (
        f'NAME {_shown(name)}: not among the known names of Datadog{meant}. NAMESPACE METRIC of CloudWatch is allowed'
    )


def _shown(text: str) -> str:
    return repr(escaped(text[:LONGEST_SHOWN]))
