"""Writes what is generated: documents and parts of them, sample outputs, pictures, and the template of rollout/ssm.

With --check it writes nothing, names what differs and exits with 1. With --models it also lets ddev generate the
example configuration and the models from assets/configuration/spec.yaml.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping

import click

from . import documents, pictures
from .aws_models import aws_models
from .documents import CHECK, ROOT, with_samples, with_section
from .pages import diagnoses_document, field_reports_document, guide_map_document


def data_collected(text: str) -> str:
    text = with_section(text, 'metrics', documents.metrics_table())
    text = with_section(text, 'service-checks', documents.service_checks_table())
    return with_section(text, 'monitors', documents.monitors_table())


GENERATED: Mapping[str, Callable[[str], str]] = {
    'README.md': with_samples,
    'docs/account.md': with_samples,
    'docs/command-line.md': lambda text: with_section(text, 'missing-causes', documents.missing_causes_table()),
    'docs/data-collected.md': data_collected,
    'docs/diagnoses.md': lambda _: diagnoses_document(),
    'docs/field-reports.md': lambda _: field_reports_document(),
    'docs/guide-map.md': lambda _: guide_map_document(),
    'docs/permissions.md': lambda text: with_section(text, 'policy', documents.policy_block(text)),
    'docs/images/hop-limit.svg': lambda _: pictures.hop_limits(),
    'docs/images/reconciled-page.svg': pictures.reconciled_page,
    'docs/images/terminal-hop-limit-too-low.svg': pictures.hop_limit_too_low,
    'rollout/ssm/template.yaml': documents.with_scripts,
    'datadog_checks/aws_diagnostics/data/aws_models.json': lambda _: aws_models(),
}
"""The generated files: from the text that is there to the text that should be there."""


def stale(generated: Mapping[str, Callable[[str], str]] = GENERATED) -> dict[str, str]:
    """The files that are missing or differ from what they should be, with the text that they should have.

    What differs is generated once more: on a busy machine, a sample output can show a timeout that is none.
    """
    current = {name: path.read_text(encoding='utf-8') if (path := ROOT / name).is_file() else '' for name in generated}
    differing = [name for name, text in current.items() if generated[name](text) != text]
    wanted = {name: generated[name](current[name]) for name in differing}
    return {name: text for name, text in wanted.items() if text != current[name]}


def generate_models() -> None:
    for validator in ('config', 'models'):
        subprocess.run([ROOT / 'tools' / 'ddev', 'validate', validator, '--sync', CHECK], check=True)


@click.command(help=__doc__)
@click.option('--check', is_flag=True, help='write nothing, exit with 1 when something differs')
@click.option('--models', is_flag=True, help='let ddev generate the example and the models as well')
def main(check: bool, models: bool) -> None:
    if models:
        generate_models()
    differing = stale()
    for name, text in differing.items():
        if check:
            print(f'{name} is out of date: run `make assets`', file=sys.stderr)
        else:
            (ROOT / name).write_text(text, encoding='utf-8')
    sys.exit(1 if check and differing else 0)


if __name__ == '__main__':
    main(prog_name='python -m tools.assets')
