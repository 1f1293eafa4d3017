"""Many hosts at once: how many have which cause, as a table and as CSV."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import click

from ..findings import WORST_FIRST, Scope, Status, worst
from .files import harmless
from .judged import Judged, overall, plural
from .page import BLANK, Line, Wrap
from .report import STYLES, verdict
from .settling import settling

SHOWN = 3
"""Hosts that a row names."""
COLUMNS = ('subject', 'scope', 'status', 'cause', 'headline', 'explains', 'saved_at', 'source')


@dataclass(frozen=True, slots=True)
class Row:
    """Everything that has the same cause with the same headline."""

    status: Status
    headline: str
    id: str
    """Of the diagnosis; '' for hosts without a fault."""
    reports: tuple[Judged, ...]


def rows(reports: Sequence[Judged]) -> tuple[Row, ...]:
    """The worst first, then the most frequent. A host with two causes is in two rows."""
    groups: dict[tuple[str, str], list[tuple[Status, Judged]]] = {}
    for report in reports:
        for status, headline, id in _faults(report):
            groups.setdefault((headline, id), []).append((status, report))
    found = (
        Row(worst(status for status, _ in group), headline, id, tuple(report for _, report in group))
        for (headline, id), group in groups.items()
    )
    return tuple(sorted(found, key=lambda row: (WORST_FIRST.index(row.status), -len(row.reports))))


def _faults(report: Judged) -> Iterator[tuple[Status, str, str]]:
    for cause in report.causes:
        yield cause.status, cause.finding.headline, cause.finding.diagnosis.id
    if not report.causes:
        yield report.status, _without_fault(report), ''


def _without_fault(report: Judged) -> str:
    if report.status is Status.OK:
        return 'not EC2' if report.not_ec2 else 'no problem found'
    return next((f'not judged: {reason}' for reason in report.not_judged), report.sentence)


csv_option = click.option(
    '--csv', 'as_csv', is_flag=True, help='Print a line of CSV for each cause of each host or account.'
)


def table(reports: Sequence[Judged], skipped: int = 0, what: str = '') -> Iterator[Line]:
    """The first line has the faults with their counts; each row of the table the hosts that have it.

    `skipped` is the number of files that hold no facts or are damaged, or of whatever `what` says in their place.
    """
    found = rows(reports)
    yield first_line(reports, skipped, what)
    yield from _saved(reports)
    yield BLANK
    for row in found:
        title = f'{row.headline} ({row.id})' if row.id else row.headline
        lead = f'{row.status.name:8} {len(row.reports):>5}  '
        yield Line(f'{title}: {_names(row.reports)}', lead, STYLES[row.status], Wrap.ON_A_TERMINAL)
        yield from _settled_by(row)


def _settled_by(row: Row) -> Iterator[Line]:
    """What is to be done about accounts that could not be judged."""
    first = row.reports[0]
    for reason, findings in () if row.id or first.scope is Scope.HOST else first.not_judged.items():
        hint = settling(reason, findings, first.facts)
        yield from [Line(f'{hint}.', ' ' * 16)] if hint else []
        return


def first_line(reports: Sequence[Judged], skipped: int = 0, what: str = '') -> Line:
    """Like 'CRITICAL 40 hosts (38 critical, 2 ok), 1 file skipped: IMDSv2 hop limit is 1, the Agent needs 2: 38'."""
    faults = [row for row in rows(reports) if row.id] or rows(reports)
    told = ', '.join(f'{row.headline}: {len(row.reports)}' for row in faults[:SHOWN])
    more = f', and {len(faults) - SHOWN} more' if len(faults) > SHOWN else ''
    files = f', {what or plural(skipped, "file") + " skipped"}' if skipped else ''
    return verdict(overall(reports, skipped), f'{counted_scopes(reports)}{_by_status(reports)}{files}', f'{told}{more}')


def _by_status(reports: Sequence[Judged]) -> str:
    """'' where all have the same."""
    counts = Counter(report.status for report in reports)
    if len(counts) < 2:
        return ''
    return f' ({", ".join(f"{counts[status]} {status.word}" for status in WORST_FIRST if counts[status])})'


def counted_scopes(reports: Sequence[Judged]) -> str:
    """Like '40 hosts and 1 account'."""
    hosts = sum(report.scope is Scope.HOST for report in reports)
    counts = ((hosts, 'host'), (len(reports) - hosts, 'account'))
    return ' and '.join(plural(count, noun) for count, noun in counts if count)


def _saved(reports: Sequence[Judged]) -> Iterator[Line]:
    times = sorted(report.saved_at for report in reports if report.saved_at)
    if times:
        span = times[0] if times[0] == times[-1] else f'{times[0]} to {times[-1]}'
        yield Line(f'facts saved {span}')


def _names(reports: Sequence[Judged]) -> str:
    names = [report.subject for report in reports]
    more = f' and {len(names) - SHOWN} more' if len(names) > SHOWN else ''
    return ', '.join(names[:SHOWN]) + more


def write_csv(file: TextIO, reports: Sequence[Judged]) -> None:
    """A line for each cause of each host; one without a cause for a host that has none. Raises OSError."""
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(COLUMNS)
    for report in reports:
        for cells in _lines(report):
            writer.writerow([harmless(str(cell)) for cell in cells])


def _lines(report: Judged) -> Iterator[tuple[object, ...]]:
    for cause in report.causes:
        explains = ' '.join(finding.diagnosis.id for finding in cause.explains)
        yield _line(report, cause.status, cause.finding.diagnosis.id, cause.finding.headline, explains)
    if not report.causes:
        yield _line(report, report.status, '', _without_fault(report), '')


def _line(report: Judged, status: Status, id: str, headline: str, explains: str) -> tuple[object, ...]:
    return report.subject, report.scope, status.word, id, headline, explains, report.saved_at, report.source
