"""`--html`: reports as one page, for a browser or for paper."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TextIO

import click

from ..findings import Cause
from ..text import escaped
from . import survey
from .html_page import GENERATOR, page_file, part, safe, table_row, whole_page
from .html_path import drawn_path
from .judged import Judged, overall
from .page import Line, Wrap
from .report import NO_FIX, fix_steps, looked_at, summary
from .settling import settling

MARK = GENERATOR.format('reports')
OPEN = 3
"""So many reports are unfolded from the beginning."""
NAMED = 20
"""In a row of the table by cause; all are below it."""

html_option = click.option(
    '--html',
    'html_file',
    metavar='FILE',
    type=click.Path(dir_okay=False, path_type=Path),
    help='Write a self-contained HTML page.',
)


def write_reports(
    path: Path | None, reports: Sequence[Judged], notes: Sequence[str] = (), skipped: int = 0, what: str = ''
) -> None:
    """Raises Failure (CANNOT_WRITE)."""
    if path is not None:
        with page_file(path, MARK).replacing() as file:
            write_page(file, reports, notes, skipped, what)


def write_page(
    file: TextIO, reports: Sequence[Judged], notes: Sequence[str] = (), skipped: int = 0, what: str = ''
) -> None:
    """`notes` are about the run as a whole. Report after report: the page of 500 accounts is large."""
    marker = '\0'
    status = overall(reports, skipped)
    first = survey.first_line(reports, skipped, what) if len(reports) != 1 or skipped else None
    title = safe(f'aws-diagnostics: {survey.counted_scopes(reports)}')
    body = Template(part('reports.html')).substitute(
        title=title,
        status=status.word,
        headline=safe(first.text if first else f'{reports[0].subject}: {reports[0].sentence}'),
        notes=''.join(f'<p>{safe(note)}</p>' for note in notes),
        by_cause='\n'.join(map(_row, survey.rows(reports))),
        each=marker,
    )
    before, after = whole_page(MARK, title, body, [part('page.css')], [part('reports.js')]).split(marker)
    file.write(before)
    for report in reports:
        file.writelines(_report(report, opened=len(reports) <= OPEN))
    file.write(after)


def _row(row: survey.Row) -> str:
    cause = f'{row.headline} ({row.id})' if row.id else row.headline
    names = ', '.join(report.subject for report in row.reports[:NAMED])
    more = f' and {len(row.reports) - NAMED} more' if len(row.reports) > NAMED else ''
    cells = (_word(row.status.word), str(len(row.reports)), safe(cause), safe(names + more))
    return table_row(cells)


def _report(report: Judged, *, opened: bool) -> Iterator[str]:
    yield f'<details class="report"{" open" if opened else ""}><summary>{_word(report.status.word)} '
    yield f'<b>{safe(report.subject)}</b> {safe(report.sentence)}</summary>\n'
    for line in looked_at(report):
        yield f'<p>{safe(line.lead + line.text)}</p>\n'
    yield from drawn_path(report.facts)
    for cause in report.causes:
        yield from _cause(cause)
    for reason, findings in report.not_judged.items():
        hint = settling(reason, findings, report.facts)
        said = f'{len(findings)} not judged: {reason}' + (f'. {hint}.' if hint else '')
        yield f'<p>{_word("unknown")} {safe(said)}</p>\n'
    yield from _all_findings(report)
    yield '</details>\n'


def _all_findings(report: Judged) -> Iterator[str]:
    """What applies, whatever became of it."""
    told = [finding for finding in report.findings if finding.applicable]
    yield f'<details><summary>All {len(told)} findings</summary><div class="wide"><table class="words"><tbody>\n'
    for finding in told:
        cells = (_word(finding.status.word), safe(finding.diagnosis.id), safe(finding.verdict.evidence))
        yield f'{table_row(cells)}\n'
    yield '</tbody></table></div></details>\n'


def _cause(cause: Cause) -> Iterator[str]:
    finding = cause.finding
    yield f'<h3>{_word(cause.status.word)} {safe(finding.diagnosis.title)} ({safe(finding.diagnosis.id)})</h3>\n'
    told = {'Evidence': finding.verdict.evidence, 'Harm': finding.diagnosis.harm}
    if cause.explains:
        told['Also explains'] = ', '.join(each.diagnosis.id for each in cause.explains)
    yield f'<dl>{"".join(f"<dt>{name}</dt><dd>{safe(text)}</dd>" for name, text in told.items())}</dl>\n'
    remedy = finding.remedy or NO_FIX
    yield f'<details><summary>Fix: {safe(summary(remedy))}</summary>\n'
    yield from _lines(fix_steps(remedy.choices, remedy.then, ''))
    yield f'<p>{safe(finding.diagnosis.docs)}</p></details>\n'


def _lines(lines: Iterator[Line]) -> Iterator[str]:
    """Lines that are to be pasted stay together, as they are."""
    block: list[str] = []
    for line in lines:
        if line.wrap is Wrap.NEVER:
            block.append(escaped(line.text))
            continue
        yield _block(block)
        block = []
        yield f'<p>{safe(line.lead + line.text)}</p>\n'
    yield _block(block)


def _block(lines: Sequence[str]) -> str:
    return f'<pre>{escape(chr(10).join(lines))}</pre>\n' if lines else ''


def _word(word: str) -> str:
    return f'<span class="status {word}">{word}</span>'
