"""Asks both sides about one metric: whether CloudWatch has it, what it costs, then for the values."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from ...collect.account_options import AccountOptions
from ...facts import MissingFact
from ...facts.both_sides import BothSides, Read
from ...facts.metrics import Dimensions, DimensionSets, MetricType
from ...rules.dimension_tags import nearest
from ...rules.metric_question import Question
from ...rules.reconciling import Reconciled, Verdict
from ...rules.reconciling import reconcile as judged
from ...text import counted, escaped, listed
from .. import ExitStatus, Failure, page
from ..pipeline import tell
from .reconciled import Answer

if TYPE_CHECKING:
    from ...collect.both_sides import BothSidesReader

MOST_METRICS = 1000
"""That are asked for without a question; they cost $0.01."""
LISTED = 14 * 86400
"""Seconds: what had no value for so long CloudWatch does not list."""
LONGEST_SHOWN = 60
SET_KEYS = 'set DD_API_KEY and DD_APP_KEY, or api_key and app_key of the account in --config'


@dataclass(frozen=True, slots=True)
class Cost:
    """Said before the first metric is requested, and asked about where it is much."""

    yes: bool
    colour: bool

    def agree(self, question: Question, metrics: int) -> None:
        """Raises UsageError where nobody can be asked, and Abort where somebody says no."""
        tell(
            f'CloudWatch is asked for at most {counted(metrics, "metric")} ($0.01 for 1,000). Asking Datadog for '
            f'{question.name.datadog} keeps it on polls of ten minutes.',
            self.colour,
        )
        if metrics <= MOST_METRICS or self.yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(
                f'{metrics:,} metrics would be requested, allowed without --yes are at most {MOST_METRICS:,}'
            )
        click.confirm('Request them?', abort=True, err=True)


def compared(question: Question, account: AccountOptions, cost: Cost) -> Answer:
    """Raises Failure (CONFIGURATION) without keys for Datadog, and UsageError for dimensions that CloudWatch does not
    have."""
    nothing = BothSides('', question.name.per_second, question.period, question.aggregator, question.dimensions, {}, ())
    if not question.name.metric:
        missing = (
            f'{question.name.datadog} is not a metric of CloudWatch: Datadog computes it, or takes it from elsewhere'
        )
        read = Read(nothing, MetricType.UNKNOWN, question.datadog(MetricType.UNKNOWN), asked=False)
        return Answer(question, read, Reconciled(Verdict.INCOMPARABLE, missing=missing))
    with ExitStack() as stack:
        reader = _reader(question, account, stack, cost.colour)
        if isinstance(reader, str):
            unread = replace(nothing, unread=(reader,))
            read = Read(unread, MetricType.UNKNOWN, question.datadog(MetricType.UNKNOWN), asked=False)
        else:
            others = _others(reader, question)
            cost.agree(question, 2 * len(question.statistics) + 1 + len(others))
            read = reader.read(others)
    return Answer(question, read, judged(read.sides))


def _reader(question: Question, account: AccountOptions, stack: ExitStack, colour: bool) -> 'BothSidesReader | str':
    """Why not, where AWS cannot be asked."""
    from ...collect.account_run import AccountRun
    from ...collect.aws.session import open_session
    from ...collect.both_sides import BothSidesReader
    from ...collect.run import NotCollected, log_defect

    run = AccountRun(account, '', log_defect)
    try:
        datadog = run.metrics(run.deadline)
        session = stack.enter_context(open_session(account, run.budget))
    except MissingFact as e:
        raise Failure(f'{e}: {SET_KEYS}', ExitStatus.CONFIGURATION) from None
    except NotCollected as e:
        return f'AWS: {e}'
    steps = 4 + len(question.windows) * (1 + len(question.tags))
    on_step = stack.enter_context(page.progress(steps, colour))
    return BothSidesReader(run.cloudwatch(session), datadog, question, on_step)


def _others(reader: 'BothSidesReader', question: Question) -> tuple[Dimensions, ...]:
    """The sets of dimensions that hold more than the asked one. Raises UsageError where CloudWatch has no such set."""
    from ...collect.run import NotCollected

    try:
        listed = reader.listed(question.dimensions)
        if listed.complete and time.time() - question.start < LISTED:
            check_listed(question, listed.sets, lambda: reader.listed({}))
    except NotCollected as e:
        reader.note(f'CloudWatch: the other sets of dimensions are not known: {e}')
        return ()
    return tuple(each for each in listed.sets if dict(each) != dict(question.dimensions))


def check_listed(question: Question, sets: Sequence[Dimensions], everything: Callable[[], DimensionSets]) -> None:
    """Raises UsageError where CloudWatch lists no metric with exactly these dimensions, with the nearest."""
    asked = dict(question.dimensions)
    if any(dict(each) == asked for each in sets):
        return
    name = f'{question.name.namespace} {question.name.metric}'
    if sets:
        more = listed(sorted({' and '.join(sorted(each)) for each in sets}), longest=LONGEST_SHOWN)
        raise click.UsageError(
            f'--dimension: {name} has no metric with only these; allowed is a value for all of {more}'
        )
    known = everything()
    if not known.complete:  # what is asked for may be among those that are not known
        return
    if not known.sets:
        none = f'NAME: CloudWatch lists no metric {name} in {question.region}'
        raise click.UsageError(f'{none}: it has no values, or its name or --region is another')
    raise click.UsageError(f'--dimension: {name} has no such metric{_nearest(asked, known.sets)}')


def _nearest(asked: Mapping[str, str], known: Sequence[Dimensions]) -> str:
    """What a person may have meant with the first dimension that no metric has."""
    values: dict[str, set[str]] = {}
    for each in known:
        for name, value in each.items():
            values.setdefault(name, set()).add(value)
    for name, value in asked.items():
        if name not in values:
            near = nearest(name, values)
            return (
                f', the dimension {escaped(name)!r} is not known{f": the nearest is {near}" if near else _all(values)}'
            )
        if value not in values[name]:
            near = nearest(value, values[name], 0.6)
            meant = f': the nearest is {near}' if near else ''
            return f', no value of {name} is {escaped(value[:LONGEST_SHOWN])!r}{meant}'
    return f'; its dimensions are {listed(values, 5)}' if not asked else ', but metrics with each of these alone'


def _all(values: Mapping[str, object]) -> str:
    return f': allowed are {listed(values, 5)}'
