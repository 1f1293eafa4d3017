"""What `metrics reconcile` compares: the options that only it has, and whether CloudWatch has such a metric at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps

import click

from ...collect.account_options import AccountOptions
from ...collect.metric_names import metric_names
from ...facts.metrics import STATISTICS, Dimensions, MetricName
from ...facts.values import RegionName
from ...rules.candidates import AGGREGATORS
from ...rules.dimension_tags import REGION, as_tag, place_of, tags_of
from ...rules.metric_names import PERCENTILE
from ...rules.metric_question import LONGEST, SETTLED, Question, aggregator_of, legacy, period_at
from ...text import duration, escaped
from ..document import iso_time
from .asked import dimension_tag_option, moment_of, names_of, region_of, tags_by_dimension

USUAL = 3 * 3600
"""Seconds that are compared where nobody says from when."""
TAG_SHOWN = 60
LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Request:
    start: float | None
    end: float | None
    tags: tuple[str, ...]
    dimension_tags: tuple[tuple[str, str], ...]
    statistic: str
    aggregator: str


class Moment(click.ParamType[float]):
    """A time in ISO 8601, UTC where it names no offset, in seconds since the epoch."""

    name = 'time'

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = moment_of(str(value))
        if seconds is None or not 0 <= seconds < LATEST:
            self.fail(f'{str(value)[:40]!r} is not allowed, it must be like 2026-11-27T12:00Z', param, ctx)
        return seconds


class Tag(click.ParamType[str]):
    name = 'tag'

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        key, colon, rest = text.partition(':')
        if not (key and colon and rest) or as_tag(key, rest) != text.lower() or '*' in text:
            shown = repr(escaped(text[:TAG_SHOWN]))
            self.fail(f'{shown} is not allowed, it must be like team:web, without a wildcard', param, ctx)
        return text.lower()


class Statistic(click.ParamType[str]):
    name = 'statistic'

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        known = next((name for name in STATISTICS if name.lower() == text.lower()), '')
        if not known and not PERCENTILE.fullmatch(text):
            allowed = f'it must be {", ".join(STATISTICS)} or a percentile like p95'
            self.fail(f'{escaped(text[:TAG_SHOWN])!r} is not allowed, {allowed}', param, ctx)
        return known or text


statistic_option = click.option(
    '--statistic',
    metavar='NAME',
    type=Statistic(),
    help='The statistic of CloudWatch that you look at, where it is not the one of the name.',
)


def time_options(command: Callable[..., int]) -> Callable[..., int]:
    """Those of a Request, which the command gets as `request`."""

    @wraps(command)
    def with_request(
        start: float | None,
        end: float | None,
        tags: Sequence[str],
        dimension_tags: Sequence[tuple[str, str]],
        statistic: str | None,
        aggregator: str | None,
        **others: object,
    ) -> int:
        return command(
            request=Request(start, end, tuple(tags), tuple(dimension_tags), statistic or '', aggregator or ''), **others
        )

    options = (
        click.option('--tag', 'tags', metavar='KEY:VALUE', multiple=True, type=Tag(), help='A further tag of Datadog.'),
        dimension_tag_option,
        click.option(
            '--start', metavar='TIME', type=Moment(), help='As 2026-11-27T12:00, UTC. Without it: 3 hours before --end.'
        ),
        click.option('--end', metavar='TIME', type=Moment(), help='At least 15 minutes ago. Default: 15 minutes ago.'),
        click.option(
            '--aggregator',
            type=click.Choice(sorted(AGGREGATORS)),
            help="How your Datadog query combines several series. Default: the statistic's own.",
        ),
    )
    made: Callable[..., int] = with_request
    for option in reversed(options):
        made = option(made)
    return made


def question_of(
    name: Sequence[str],
    dimensions: Dimensions,
    region: RegionName | None,
    request: Request,
    account: AccountOptions,
    now: float,
) -> Question:
    """Raises UsageError."""
    named = _one(names_of(name), request.statistic)
    chosen = legacy(named, dimensions, metric_names().table) or named
    where = region or region_of(chosen, account)
    start, end, period = window(request.start, request.end, now)
    statistic = request.statistic or chosen.statistic
    renamed = {**dict(account.dimension_tags), **tags_by_dimension(request.dimension_tags, dimensions)}
    tags = [*tags_of(chosen.namespace, dimensions, renamed)]
    if not any(tag.startswith(f'{REGION}:') for tag in tags):
        tags += place_of(chosen.namespace, where)
    scope = tuple(dict.fromkeys((*tags, *request.tags)))
    aggregator = request.aggregator or aggregator_of(statistic)
    return Question(chosen, dimensions, where, scope, start, end, period, statistic, aggregator)


def _one(names: Sequence[MetricName], statistic: str) -> MetricName:
    """The name with the statistic that is asked for, else the shortest: that of the main one."""
    same = [name for name in names if statistic and name.statistic == statistic]
    return min(same or names, key=lambda each: len(each.datadog))


def window(start: float | None, end: float | None, now: float) -> tuple[int, int, int]:
    """Start, end and period in seconds, whole periods since the epoch. Raises UsageError."""
    latest = now - SETTLED
    if end is not None and end > latest:
        when = 'is in the future' if end > now else 'is too young, as values still change'
        raise click.UsageError(f'--end {iso_time(end)} {when}: allowed is at most {iso_time(latest)}, 15 minutes ago')
    last = end if end is not None else latest
    first = start if start is not None else last - USUAL
    period = period_at(int(first), now)
    if not period:
        raise click.UsageError(f'--start {iso_time(first)}: CloudWatch keeps values for 455 days')
    if not first + period <= last <= first + LONGEST:
        allowed = f'allowed is at least {period} s and at most {duration(LONGEST)} before --end, {iso_time(last)}'
        raise click.UsageError(f'--start {iso_time(first)}: {allowed}')
    return int(first) // period * period, int(last) // period * period, period
