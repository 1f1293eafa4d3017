"""Writes what is generated from the catalogue: docs/diagnoses.md and the table in README.md.

With --check it writes nothing, names what differs and exits with 1. With --models it also lets ddev generate the
example configuration and the models from assets/configuration/spec.yaml.
"""

import argparse
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.findings import Diagnosis

ROOT = Path(__file__).resolve().parent.parent
CHECK = 'aws_diagnostics'
BEGIN, END = '<!-- diagnoses:begin -->', '<!-- diagnoses:end -->'
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


def table(diagnoses: Iterable[Diagnosis]) -> str:
    """The section of README.md, between its two marks."""
    rows = [
        f'| [{d.id}](docs/diagnoses.md#{d.id}) | {d.title} | {d.severity.word} | `{d.service_check}` |'
        for d in diagnoses
    ]
    return '\n'.join(['| Diagnosis | The fault | Severity | Service check |', '| --- | --- | --- | --- |', *rows])


def with_table(readme: str, diagnoses: Iterable[Diagnosis]) -> str:
    """Raises ValueError when the marks are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f'README.md must contain {BEGIN} and, after it, {END}')
    return f'{before}{BEGIN}\n{table(diagnoses)}\n{END}{after}'


def generated(root: Path = ROOT) -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    readme = root / 'README.md'
    return {
        root / 'docs' / 'diagnoses.md': document(DIAGNOSES),
        readme: with_table(readme.read_text(encoding='utf-8'), DIAGNOSES),
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
