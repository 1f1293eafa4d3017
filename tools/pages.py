"""Whole documents and pictures, from the templates in tools/templates/."""

import importlib
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, select_autoescape

from datadog_checks.aws_diagnostics import diagnoses
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.diagnoses.links import GUIDE
from datadog_checks.aws_diagnostics.findings import Diagnosis
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.field_reports.reports import Report

WIDTH = 120
TEMPLATES = Path(__file__).with_name('templates')
GUIDE_MAP = Path(__file__).parents[1] / 'tests' / 'guide_map.yaml'
FIELD_REPORTS = Path(__file__).parents[1] / 'tests' / 'field_reports'
ON_GITHUB = re.compile(r'(?P<repository>[\w.-]+/[\w.-]+)#(?P<number>\d+)')


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(['svg.j2'], default=False),
        finalize=lambda value: f'{value:g}' if isinstance(value, float) else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(source_link=_source_link, wrapped=_wrapped)
    return environment


def rendered(template: str, **values: object) -> str:
    """The template of this name in TEMPLATES, with these values."""
    return _environment().get_template(template).render(**values)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def field_reports_document() -> str:
    """Neighbors in the order in which they are written: one may say "the same"."""
    modules = [f'tests.field_reports.{path.stem}' for path in sorted(FIELD_REPORTS.glob('test_*.py'))]
    reports: list[Report] = [report for name in modules for report in importlib.import_module(name).REPORTS]
    reports.sort(key=lambda r: (r.number, r.variant != ''))
    return rendered('field_reports.md.j2', reports=reports)


def _source_link(source: str) -> str:
    if not ON_GITHUB.fullmatch(source):
        return f'<{source}>'
    return ON_GITHUB.sub(r'[\g<0>](https://github.com/\g<repository>/issues/\g<number>)', source)


def diagnoses_document() -> str:
    return rendered('diagnoses.md.j2', diagnoses=DIAGNOSES, remedy=lambda diagnosis: fix(generic_remedy(diagnosis)))


def fix(remedy: Remedy) -> str:
    return rendered('remedy.md.j2', remedy=remedy).rstrip()


def guide_map() -> list[dict[str, Any]]:
    """The sections of Datadog's guide, each with its rows: see the head of the file."""
    sections: list[dict[str, Any]] = yaml.safe_load(GUIDE_MAP.read_text(encoding='utf-8'))
    return sections


def file_of_tests(diagnosis: Diagnosis) -> str:
    """The file with its tests, from the root of the repository."""
    groups = Path(diagnoses.__file__).parent
    (code,) = groups.glob(f'*/{diagnosis.id.replace("-", "_")}.py')
    return f'tests/diagnoses/{code.parent.name}/test_{code.name}'


def guide_map_document() -> str:
    """An id that the catalogue does not have is shown without links: a test names it."""
    files = {diagnosis.id: file_of_tests(diagnosis) for diagnosis in DIAGNOSES}
    return rendered('guide_map.md.j2', guide=GUIDE, sections=guide_map(), files=files)
