"""The files that `metrics reconcile` writes: values as CSV, and a page with the curves.

The charts are drawn by uPlot, which is part of the page (cli/html/README.md). Its Content-Security-Policy lets nothing
run but the scripts that it was written with, and lets nothing be fetched.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TextIO

from ...rules.agreement import agree
from ...text import counted
from ..document import iso_time
from ..files import PrivateFile, beginning_of
from ..html_page import GENERATOR, page_file, part, safe, whole_page
from ..report import summary
from .reconciled import Answer, evidence, headline, write_csv

STDOUT = '-'
MARK = GENERATOR.format('metrics reconcile')
CSV_HEAD = b'time,cloudwatch_'
MOST_ROWS = 1500
"""Of the table in a page; the CSV has all."""
OPEN_ROWS = 40
NO_TRANSFORMATION = '<p>There is no transformation that makes the sides agree.</p>'
COLOURS = {'cloudwatch': '--one', 'datadog': '--two', 'reconciled': '--two', 'difference': '--three'}


@dataclass(frozen=True, slots=True)
class Target:
    file: PrivateFile | None
    """None: stdout."""
    write: Callable[[TextIO, Answer], None]


def targets(html_file: str | None, csv_file: str | None) -> tuple[Target, ...]:
    """Raises Failure (CANNOT_WRITE), before anything is asked, where a file is something else."""
    found = []
    if html_file is not None:
        found.append(Target(page_file(Path(html_file), MARK), write_page))
    if csv_file == STDOUT:
        found.append(Target(None, write_csv))
    elif csv_file is not None:
        refusal = 'it exists and is not a list of such values: remove it or choose another name'
        found.append(Target(PrivateFile(Path(csv_file), '--csv', _is_csv, refusal), write_csv))
    for target in found:
        if target.file is not None:
            target.file.refuse_to_overwrite()
    return tuple(found)


def write_all(chosen: Sequence[Target], answer: Answer) -> None:
    """Raises Failure (CANNOT_WRITE)."""
    for target in chosen:
        if target.file is None:
            target.write(sys.stdout, answer)
            continue
        with target.file.replacing() as opened:
            target.write(opened, answer)


def _is_csv(path: Path) -> bool:
    return beginning_of(path, len(CSV_HEAD)) == CSV_HEAD


def write_page(file: TextIO, answer: Answer) -> None:
    file.write(page_of(answer))


def page_of(answer: Answer) -> str:
    """All text that is foreign is escaped; the values are JSON in which no `<` is."""
    drawn = Drawn.of(answer)
    rows = list(zip(*drawn.columns.values(), strict=True))
    question, mood = answer.question, {0: 'agree', 1: 'differ'}.get(answer.exit_status, 'open')
    shown = min(len(rows), MOST_ROWS)
    labels = {
        'cloudwatch': f'CloudWatch {answer.statistic}'.strip(),
        'datadog': 'Datadog',
        'reconciled': 'Datadog, reconciled',
        'difference': 'difference',
    }
    title = safe(f'{question.name.datadog} and {question.name.namespace} {question.name.metric}')
    body = Template(part('page.html')).substitute(
        title=title,
        mood=mood,
        verdict=safe(answer.result.verdict.replace('_', ' ')),
        headline=safe(headline(answer)),
        facts=''.join(f'<dt>{safe(name)}</dt><dd>{safe(text)}</dd>' for name, text in _facts(answer)),
        evidence=''.join(f'<li>{safe(sentence)}</li>' for sentence in evidence(answer)),
        query_title=f'Query of Datadog {answer.query_shows}',
        query=safe(answer.query),
        remedy=f'<p><b>What to do:</b> {safe(summary(answer.remedy))}</p>' if answer.remedy else '',
        without='' if answer.result.points else NO_TRANSFORMATION,
        open=' open' if len(rows) <= OPEN_ROWS else '',
        count=f'Values of {counted(shown, "interval")}' + (f' of {len(rows)}' if shown < len(rows) else ''),
        head=''.join(f'<th scope="col">{safe(name)}</th>' for name in ('UTC', *labels.values())),
        rows='\n'.join(_row(time, row) for time, row in zip(drawn.times, rows[:shown], strict=False)),
        values=_json({'times': drawn.times, 'columns': drawn.columns, 'labels': labels, 'colours': COLOURS}),
    )
    styles, scripts = (
        [part(name) for name in names] for names in (('uPlot.min.css', 'page.css'), ('uPlot.iife.min.js', 'page.js'))
    )
    return whole_page(MARK, title, body, styles, scripts)


def _json(value: object) -> str:
    """That can stand within a script element: nothing in it ends the element."""
    return json.dumps(value, allow_nan=False).replace('<', '\\u003c')


def _facts(answer: Answer) -> Iterator[tuple[str, str]]:
    q = answer.question
    yield 'Dimensions', ', '.join(f'{name}={value}' for name, value in q.dimensions.items()) or 'none'
    yield 'Region', q.region
    yield 'Time', f'{iso_time(q.start)} to {iso_time(q.end)}, Period {q.period} s'
    yield 'Statistic', answer.statistic or 'not known'
    if answer.result.factor is not None:
        yield 'Factor', f'CloudWatch = {answer.result.factor:g} x Datadog'
    yield 'Points compared', str(answer.result.compared)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the charts and the table show."""

    times: tuple[int, ...]
    """Seconds since the epoch."""
    columns: Mapping[str, Sequence[float | None]]

    @classmethod
    def of(cls, answer: Answer) -> 'Drawn':
        ours, shown, brought = dict(answer.cloudwatch), dict(answer.datadog), dict(answer.result.points)
        times = tuple(sorted({*ours, *shown, *brought}))
        both = {time: ours[time] - value for time, value in brought.items() if time in ours}
        rest = {time: 0.0 if agree(ours[time], brought[time]) else value for time, value in both.items()}
        named = {'cloudwatch': ours, 'datadog': shown, 'reconciled': brought, 'difference': rest}
        return cls(times, {name: [values.get(time) for time in times] for name, values in named.items()})


def _row(time: int, values: Sequence[float | None]) -> str:
    cells = ''.join(f'<td>{"" if value is None else f"{value:.7g}"}</td>' for value in values)
    return f'<tr><td>{iso_time(time)[:16].replace("T", " ")}</td>{cells}</tr>'
