"""Writes what is generated: docs/diagnoses.md, docs/permissions.md, and the tables of README.md: diagnoses, metrics,
service checks and monitors.

With --check it writes nothing, names what differs and exits with 1. With --models it also lets ddev generate the
example configuration and the models from assets/configuration/spec.yaml.
"""

import argparse
import csv
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.findings import Diagnosis

from .aws_models import aws_models
from .monitors_document import monitors_table
from .permissions_document import permissions_document, table

ROOT = Path(__file__).resolve().parent.parent
CHECK = 'aws_diagnostics'
WIDTH = 120
HEADER = """\
# Diagnoses

<!-- Generated from datadog_checks/aws_diagnostics/diagnoses/: edit there, then run `make assets`. -->

Every fault that AWS Diagnostics knows, causes before what they explain. `aws-diagnostics explain ID` prints the same
text. Where a diagnosis that explains another one fails too, its remedy is shown for both.
"""


def document(diagnoses: Iterable[Diagnosis]) -> str:
    """docs/diagnoses.md: one section for each diagnosis."""
    return '\n'.join([HEADER, *(section(diagnosis) for diagnosis in diagnoses)])


def section(diagnosis: Diagnosis) -> str:
    lines = [
        f'- Severity: {diagnosis.severity.word}',
        f'- Service check: `{CHECK}.{diagnosis.service_check}`',
        f'- Scope: {diagnosis.scope}',
    ]
    if diagnosis.after:
        lines.append(f'- Explained by: {", ".join(f"[{cause}](#{cause})" for cause in diagnosis.after)}')
    lines.append(f'- Where the rule comes from: <{diagnosis.docs}>')
    text = wrapped(f'**{diagnosis.title}.** {diagnosis.description}')
    return '\n'.join([f'## {diagnosis.id}', '', text, '', *lines, ''])


def wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def diagnoses_table(diagnoses: Iterable[Diagnosis]) -> str:
    rows = [
        (f'[{d.id}](docs/diagnoses.md#{d.id})', d.title, d.severity.word, f'`{d.service_check}`') for d in diagnoses
    ]
    return table(('Diagnosis', 'The fault', 'Severity', 'Service check'), rows)


def metrics_table(root: Path = ROOT) -> str:
    with (root / 'metadata.csv').open(encoding='utf-8', newline='') as file:
        rows = [(f'`{row["metric_name"]}`', row['description'], row['unit_name']) for row in csv.DictReader(file)]
    return table(('Metric (gauge)', 'Meaning', 'Unit'), rows)


def service_checks_table(root: Path = ROOT) -> str:
    described = json.loads((root / 'assets' / 'service_checks.json').read_text(encoding='utf-8'))
    rows = [(f'`{check["check"]}`', check['description'].rpartition('otherwise. ')[2]) for check in described]
    return table(('Service check', 'OK means'), rows)


def with_section(text: str, name: str, content: str) -> str:
    """`text` with `content` between its two marks. Raises ValueError when the marks are missing."""
    begin, end = marks(name)
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f'README.md must contain {begin} and, after it, {end}')
    return f'{before}{begin}\n{content}\n{end}{after}'


def marks(name: str) -> tuple[str, str]:
    return f'<!-- {name}:begin -->', f'<!-- {name}:end -->'


def readme(root: Path) -> str:
    text = (root / 'README.md').read_text(encoding='utf-8')
    for name, content in (
        ('diagnoses', diagnoses_table(DIAGNOSES)),
        ('metrics', metrics_table()),
        ('service-checks', service_checks_table()),
        ('monitors', monitors_table()),
    ):
        text = with_section(text, name, content)
    return text


def generated(root: Path = ROOT) -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    return {
        root / 'docs' / 'diagnoses.md': document(DIAGNOSES),
        root / 'docs' / 'permissions.md': permissions_document(),
        root / 'README.md': readme(root),
        root / 'datadog_checks' / CHECK / 'data' / 'aws_models.json': aws_models(),
    }


def stale(root: Path = ROOT) -> list[str]:
    """The generated files that are missing or differ from what they should be."""
    return [
        str(path.relative_to(root))
        for path, text in generated(root).items()
        if not path.is_file() or path.read_text(encoding='utf-8') != text
    ]


def write(root: Path = ROOT) -> None:
    for path, text in generated(root).items():
        path.write_text(text, encoding='utf-8')


def generate_models() -> None:
    for validator in ('config', 'models'):
        subprocess.run([ROOT / 'tools' / 'ddev', 'validate', validator, '--sync', CHECK], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog='python -m tools.assets')
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument('--check', action='store_true', help='write nothing, exit with 1 when something differs')
    choice.add_argument('--models', action='store_true', help='let ddev generate the example and the models as well')
    options = parser.parse_args()
    if options.check:
        for path in (differing := stale()):
            print(f'{path} is not what the catalogue says: run `make assets`', file=sys.stderr)
        return 1 if differing else 0
    if options.models:
        generate_models()
    write()
    return 0


if __name__ == '__main__':
    sys.exit(main())
