"""What `metrics reconcile` found: as sentences for a person, as JSON and as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from ...facts.both_sides import BothSides, Read
from ...facts.metrics import Points
from ...findings import Status
from ...remedies import Remedy, Step
from ...rules.agreement import TOLERANCE, agree, pairs
from ...rules.candidates import Candidate, Kind, combined, expected
from ...rules.metric_question import Question, notes
from ...rules.other_series import query_that_agrees
from ...rules.reconciling import AGREE, Reconciled, Verdict
from ...rules.unreconciled import nearest_words
from ...text import clock, counted, listed
from ..codec import Json
from ..document import iso_time, remedy_document
from ..files import harmless
from .reconciled_words import REMEDIES, WORDS

LOOK_AGAIN = 'If single minutes differ, look again: CloudWatch corrects values for some services'
DISAGREE = 1
"""The exit status; that of a warning."""


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    read: Read
    result: Reconciled

    @property
    def sides(self) -> BothSides:
        return self.read.sides

    @property
    def exit_status(self) -> int:
        if self.result.verdict is Verdict.UNKNOWN:
            return Status.UNKNOWN
        return Status.OK if self.result.verdict in AGREE else DISAGREE

    @property
    def statistic(self) -> str:
        """That explains Datadog's values, else the expected one; '' where nobody knows."""
        found = self.result.statistics
        return self.question.statistic if not found or self.question.statistic in found else found[0]

    @property
    def cloudwatch(self) -> Points:
        """Of that statistic."""
        chosen = self.sides.cloudwatch.get(self.statistic, ())
        return chosen or tuple(sorted(expected(self.sides).items()))

    @property
    def datadog(self) -> Points:
        return tuple(sorted(combined(self.sides.datadog, self.sides.aggregator, self.sides.period).items()))

    @property
    def agreeing_query(self) -> str:
        """That shows CloudWatch's values at the same times; '' where none is known."""
        best = self.result.best
        if best is None or self.result.verdict not in AGREE or best.candidate.shift:
            return ''
        candidate: Candidate | None = best.candidate
        if best.candidate.kind is Kind.DIMENSIONS and not (best.candidate.aggregator or best.candidate.tags):
            candidate = query_that_agrees(self.sides)
        known = candidate and candidate.factor is not None
        return self.question.that_agrees(self.read.type, candidate) if candidate and known else ''

    @property
    def query(self) -> str:
        """That shows CloudWatch's values where one is known, else the one that was asked."""
        return self.agreeing_query or self.read.query

    @property
    def query_shows(self) -> str:
        """What `query` is, as the end of a title."""
        if self.agreeing_query:
            return "that shows CloudWatch's values"
        return 'that was asked' if self.read.asked else 'for these values, which was not asked'

    @property
    def remedy(self) -> Remedy | None:
        summary, then = REMEDIES.get(self.result.verdict), (Step(LOOK_AGAIN),)
        return Remedy(summary, then=then if self.result.verdict is Verdict.SPARSE else ()) if summary else None


def headline(answer: Answer) -> str:
    result, best = answer.result, answer.result.best
    candidate = best.candidate if best else None
    factor, shift = result.factor or 1, candidate.shift if candidate else 0
    return WORDS[result.verdict].format(
        statistic=listed(result.statistics) or answer.question.statistic,
        expected=answer.question.statistic,
        factor=factor,
        divided=f', divided by {factor:g}' if factor != 1 else '',
        words=candidate.words if candidate else '',
        shift=f'{counted(abs(shift), "minute")} {"later" if shift > 0 else "earlier"} in Datadog',
        when=_doubled(answer) if result.verdict is Verdict.DOUBLED else '',
        missing=result.missing,
    )


def _doubled(answer: Answer) -> str:
    """When: CloudWatch's value is then fewer times Datadog's than otherwise."""
    best = answer.result.best
    assert best is not None
    c = best.candidate
    times = {t: c.reference[t] / p for t, p, _ in pairs(c.predicted, c.observed) if p and t in c.reference}
    twice = [t for t, each in times.items() if each < 0.75 * max(times.values())]
    return f'from {clock(min(twice))} to {clock(max(twice))} UTC' if twice else 'all the time'


def evidence(answer: Answer) -> Iterator[str]:
    """Sentences without full stops."""
    result, question = answer.result, answer.question
    if result.best and result.verdict in AGREE:
        found = result.best.agreement
        fits = f'{result.best.candidate.words} on {found.agreeing} of {found.compared} points'
        yield f'{fits}, within {TOLERANCE:.1%}'
        yield from _arithmetic(answer)
        if len(result.statistics) > 1:
            yield f'{listed(result.statistics, 5)} have the same values here'
        if result.second:
            yield f'the next best explanation: {nearest_words(result.second)}'
    yield from notes(question, answer.sides)
    yield from (each for each in answer.sides.unread if each not in result.missing)
    ours = f'{question.statistic or "each statistic"} of {question.name.namespace} {question.name.metric}'
    when = f'from {iso_time(question.start)} to {iso_time(question.end)}'
    both = f'compared: {ours} with a Period of {question.period} s, and {answer.read.query}, {when}'
    yield both if answer.read.asked else f'Datadog was not asked for its values {when}'


def _arithmetic(answer: Answer) -> Iterator[str]:
    """On three points: with the highest, the middle and the lowest value that agree."""
    best = answer.result.best
    assert best is not None
    c = best.candidate
    found = [(o, t, p) for t, p, o in pairs(c.predicted, c.observed) if o and agree(p, o) and t in c.reference]
    ranked = sorted(found)
    chosen = {ranked[index] for index in (0, len(ranked) // 2, -1)} if ranked else set()
    steps = []
    for o, t, p in sorted(chosen, key=lambda each: each[1]):
        reference, factor = c.reference[t], c.reference[t] / p if p else 1.0
        product = f'{o:.6g}' if agree(factor, 1) else f'{factor:.6g} x {o:.6g}'
        steps.append(f'{clock(t - 60 * c.shift)} {reference:.6g} = {product}')
    if steps:
        yield f'CloudWatch = Datadog: {"; ".join(steps)} (UTC)'


def document(answer: Answer) -> dict[str, Json]:
    """What --json prints, as docs/schemas/metrics-reconcile.schema.json describes it."""
    question, result = answer.question, answer.result
    ours, shown = dict(answer.cloudwatch), dict(answer.datadog)
    times = sorted(ours.keys() | shown.keys())
    fitting = result.best.candidate if result.best and result.verdict in AGREE else None
    return {
        'metric': {
            'datadog': str(question.name.datadog),
            'namespace': str(question.name.namespace),
            'name': question.name.metric,
            'dimensions': dict(question.dimensions),
            'region': str(question.region),
        },
        'verdict': str(result.verdict),
        'factor': result.factor if fitting else None,
        'statistic': result.statistic,
        'shift_minutes': fitting.shift if fitting else None,
        'points_compared': result.compared,
        'evidence': '; '.join([headline(answer), *evidence(answer)]),
        'datadog_query': answer.query,
        'remedy': remedy_document(answer.remedy) if answer.remedy else None,
        'samples': [[time, ours.get(time), shown.get(time)] for time in times],
    }


def write_csv(file: TextIO, answer: Answer) -> None:
    """A line for each time of either side; the difference is CloudWatch's value minus the reconciled one."""
    writer = csv.writer(file, lineterminator='\n')
    statistics = [name for name, points in answer.sides.cloudwatch.items() if points]
    by_statistic = {name: dict(answer.sides.cloudwatch[name]) for name in statistics}
    ours, shown, reconciled = dict(answer.cloudwatch), dict(answer.datadog), dict(answer.result.points)
    writer.writerow([*HEAD, *(harmless(f'cloudwatch_{name.lower()}') for name in statistics), *TAIL])
    for time in sorted({*shown, *reconciled, *(t for values in by_statistic.values() for t in values)}):
        brought = reconciled.get(time)
        difference = ours[time] - brought if time in ours and brought is not None else None
        cells = [by_statistic[name].get(time) for name in statistics]
        writer.writerow([iso_time(time), *map(_cell, [*cells, shown.get(time), brought, difference])])


HEAD, TAIL = ('time',), ('datadog', 'reconciled', 'difference')


def _cell(value: float | None) -> str:
    """A number; a negative one is no formula."""
    return '' if value is None else f'{value:.10g}'
