"""Whole documents and pictures, from the templates in tools/templates/."""

import importlib
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, select_autoescape

from datadog_checks.aws_diagnostics import diagnoses
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.diagnoses.links import GUIDE
from datadog_checks.aws_diagnostics.findings import Diagnosis
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.field_reports.reports import Report

WIDTH = 120
LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
FENCES = {Language.HELM: 'yaml'}
"""Where the language of a command has no name in Markdown."""
TEMPLATES = Path(__file__).with_name('templates')
GUIDE_MAP = Path(__file__).parents[1] / 'tests' / 'guide_map.yaml'
FIELD_REPORTS = Path(__file__).parents[1] / 'tests' / 'field_reports'
ON_GITHUB = re.compile(r'(?P<repository>[\w.-]+/[\w.-]+)#(?P<number>\d+)')


def rendered(template: str, **values: object) -> str:
    """The template of this name in TEMPLATES, with these values."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(['svg.j2'], default=False),
        finalize=lambda value: f'{value:g}' if isinstance(value, float) else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters['source_link'] = _source_link
    return environment.get_template(template).render(**values)


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
    def remedy(diagnosis: Diagnosis) -> Iterator[str]:
        return remedy_paragraphs(generic_remedy(diagnosis))

    return rendered('diagnoses.md.j2', diagnoses=DIAGNOSES, wrapped=wrapped, remedy=remedy)


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
    sections = [{**section, 'rows': [_guide_row(row) for row in section['rows']]} for section in guide_map()]
    return rendered('guide_map.md.j2', guide=GUIDE, sections=sections)


def _guide_row(row: Mapping[str, Any]) -> dict[str, str]:
    """An id that the catalogue does not have is shown without links: a test names it."""
    known = {diagnosis.id: diagnosis for diagnosis in DIAGNOSES}
    ids = [
        f'[{id}](diagnoses.md#{id}) ([tests](../{file_of_tests(known[id])}))' if id in known else id
        for id in row.get('diagnoses', ())
    ]
    commands = [f'`aws-diagnostics {command}`' for command in row.get('commands', ())]
    tests = [f'[{Path(test.partition("::")[0]).name}](../{test.partition("::")[0]})' for test in row.get('tests', ())]
    return {
        'says': row['says'],
        'automated': ', '.join((*commands, *ids)),
        'proved': ', '.join(tests),
        'note': row.get('note', ''),
    }


def wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def remedy_paragraphs(remedy: Remedy) -> Iterator[str]:
    """Markdown: alternatives with letters, steps with numbers, each command as a block in its language."""
    yield wrapped(f'**Fix:** {remedy.summary}.')
    several = len(remedy.choices) > 1
    if several:
        yield 'Pick one:'
    for letter, choice in zip(LETTERS, remedy.choices, strict=False):
        exposes = f' (exposes {choice.exposes})' if choice.exposes else ''
        yield from _instruction(f'**{letter}.** ' if several else '', choice, exposes)
        if choice.undo is not None:
            yield from _instruction('To undo: ', choice.undo)
    if remedy.choices and remedy.then:
        yield 'Then:'
    for number, step in enumerate(remedy.then, 1):
        yield from _instruction(f'**{number}.** ' if len(remedy.then) > 1 else '', step)


def _instruction(lead: str, step: Step | Choice, exposes: str = '') -> Iterator[str]:
    yield wrapped(f'{lead}{step.text}{exposes}{":" if step.commands else "."}')
    yield from map(_block, step.commands)


def _block(command: Command) -> str:
    return f'```{FENCES.get(command.language, command.language)}\n{command.text}\n```'
