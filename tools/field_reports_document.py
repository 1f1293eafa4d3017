"""docs/field-reports.md: the situations from public reports that the tests replay, and the right answer to each."""

import importlib
import re
from collections.abc import Iterable
from pathlib import Path

from tests.field_reports.reports import Report

from .documents import table

FOLDER = Path(__file__).parent.parent / 'tests' / 'field_reports'
ON_GITHUB = re.compile(r'(?P<repository>[\w.-]+/[\w.-]+)#(?P<number>\d+)')
HEADER = """\
# Field reports

<!-- Generated from tests/field_reports/: edit there, then run `make assets`. -->

What people reported in public, or what bad networks do, and what AWS Diagnostics says there. Each row is a test that
builds the situation anew: a host in network namespaces of a real kernel, an account in local servers for AWS and
Datadog. None of them ran on EC2 or against Datadog itself. Rows with a few words after their number are neighbors of
the report: situations of the same kind that nobody has reported yet.
"""
SCOPES = {'host': 'Hosts', 'network': 'Networks', 'account': 'Accounts'}


def field_reports_document() -> str:
    reports = list(_reports())
    return '\n'.join([HEADER, *(_section(scope, title, reports) for scope, title in SCOPES.items())])


def _reports() -> Iterable[Report]:
    for path in sorted(FOLDER.glob('test_*.py')):
        yield from importlib.import_module(f'tests.field_reports.{path.stem}').REPORTS


def _section(scope: str, title: str, reports: Iterable[Report]) -> str:
    """Neighbors in the order in which they are written: one may say "the same"."""
    chosen = sorted((r for r in reports if r.scope == scope), key=lambda r: (r.number, r.variant != ''))
    rows = [_row(report) for report in chosen]
    return f'## {title}\n\n{table(("Report", "Situation", "What is said", "Causes found", "Sources"), rows)}\n'


def _row(report: Report) -> tuple[str, ...]:
    causes = ', '.join(f'[{id}](diagnoses.md#{id})' for id in report.answer.causes) or 'none'
    number = f'{report.number} ({report.variant})' if report.variant else str(report.number)
    return number, report.situation, report.right, causes, ', '.join(map(_link, report.sources))


def _link(source: str) -> str:
    on_github = ON_GITHUB.fullmatch(source)
    if not on_github:
        return f'<{source}>'
    return f'[{source}](https://github.com/{on_github["repository"]}/issues/{on_github["number"]})'
