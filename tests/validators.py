"""Every ddev validator that can fail passes here, and is shown to fail on a broken copy. `make validate` runs this.

ddev reports success where it finds nothing to look at, so a green validator means something only beside that proof.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
CHECK = 'aws_diagnostics'
PACKAGE = f'datadog_checks/{CHECK}'


class Defect(NamedTuple):
    """A way to break this repository that one validator must notice."""

    validator: str
    situation: str
    path: str
    """Of the one file that is broken."""
    old: str
    """What is replaced in it; '' adds `new` at its end."""
    new: str | None
    """None removes the file."""
    message: str
    """What the validator must say."""


SPEC = 'assets/configuration/spec.yaml'
EXAMPLE = f'{PACKAGE}/data/conf.yaml.example'
SERVICE_CHECKS = 'assets/service_checks.json'
DASHBOARD = 'assets/dashboards/fleet.json'
METRICS = 'metadata.csv'
PROJECT = 'pyproject.toml'
INSTANCE = f'{PACKAGE}/config_models/instance.py'
SOURCE = f'{PACKAGE}/check.py'
OF_OLD = 'datadog_checks.utils'
DEFECTS = (
    Defect('config', 'an edited example', EXAMPLE, '', '# by hand\n', 'is not in sync'),
    Defect('config', 'a type that does not exist', SPEC, 'type: number', 'type: float', 'Unknown type'),
    Defect('config', 'a missing example', EXAMPLE, '', None, 'is not in sync'),
    Defect('models', 'an edited model', INSTANCE, 'le=10.0', 'le=11.0', 'is not in sync'),
    Defect('models', 'an option without a model', SPEC, 'name: timeout', 'name: patience', 'is not in sync'),
    Defect('metadata', 'a unit that does not exist', METRICS, ',second,', ',moment,', 'invalid unit_name'),
    Defect('metadata', 'a foreign prefix', METRICS, 'aws_diagnostics.run.', 'run.', 'metric_prefix'),
    Defect('metadata', 'a foreign integration', METRICS, ',0,aws_diagnostics,', ',0,aws,', 'integration'),
    Defect('package', 'a wrong name', PROJECT, '"datadog-aws-diagnostics"', '"aws-diagnostics"', 'name'),
    Defect('package', 'a bad address', PROJECT, 'maintainers@example.com', 'maintainers', 'email'),
    Defect('readmes', 'no setup', 'README.md', '\n## Setup\n', '\n## Begin\n', 'Setup'),
    Defect('service-checks', 'a foreign name', SERVICE_CHECKS, '"AWS Diagnostics"', '"AWS"', 'integration'),
    Defect('service-checks', 'an unknown key', SERVICE_CHECKS, '"check":', '"x": 1,\n    "check":', 'x'),
    Defect('service-checks', 'no file', SERVICE_CHECKS, '', None, 'service_checks.json'),
    Defect('dashboards', 'no file', DASHBOARD, '', None, 'does not exist'),
    Defect('dashboards', 'no description', DASHBOARD, '"description":', '"about":', 'description'),
    Defect('imports', 'an old import', SOURCE, '', f'from {OF_OLD} import x\n', OF_OLD),
    Defect('http', 'requests', SOURCE, '', 'import requests\n\nrequests.get("http://x")\n', 'requests.get'),
    Defect('dep', 'an extra without a version', PROJECT, '"rich==15.0.0"', '"rich"', 'Unpinned'),
    Defect('dep', 'an extra that was not agreed', PROJECT, '"rich==15.0.0"', '"tqdm==4.0.0"', 'tqdm'),
    Defect('dep', 'a pinned base', PROJECT, 'checks-base>=', 'checks-base==', 'Forced version pin'),
)
VALIDATORS = tuple(dict.fromkeys(defect.validator for defect in DEFECTS))
"""The others of ddev never fail, or are about a repository of many checks, releases of the Agent, and Datadog's own
licences; `make lint` runs codespell itself."""


def validate(validator: str, root: Path) -> tuple[bool, str]:
    """Whether it passes, and what it says."""
    done = subprocess.run(
        [ROOT / 'tools' / 'ddev', 'validate', validator, CHECK],
        env={**os.environ, 'ROOT': str(root), 'NO_COLOR': '1', 'COLUMNS': '500'},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode == 0, done.stdout


@pytest.mark.parametrize('validator', VALIDATORS)
def test_the_repository_passes(validator: str) -> None:
    passes, said = validate(validator, ROOT)
    assert passes, said


@pytest.mark.parametrize('defect', DEFECTS, ids=lambda defect: f'{defect.validator}: {defect.situation}')
def test_a_broken_copy_fails_and_is_told_why(defect: Defect, tmp_path: Path) -> None:
    copy = tmp_path / 'broken'
    for name in ('.ddev', 'assets', 'datadog_checks', 'requirements'):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns('__pycache__'))
    for file in filter(Path.is_file, ROOT.iterdir()):
        shutil.copy(file, copy)
    path = copy / defect.path
    text = path.read_text(encoding='utf-8')
    assert defect.old in text, 'repair the proof: the file no longer holds what is to be replaced'
    path.unlink()
    if defect.new is not None:
        broken = text.replace(defect.old, defect.new, 1) if defect.old else text + defect.new
        path.write_text(broken, encoding='utf-8')
    passes, said = validate(defect.validator, copy)
    assert not passes
    assert defect.message in said
