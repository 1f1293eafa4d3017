"""Runs every ddev validator that can fail and, with --prove, shows that each of them does fail on a broken copy.

ddev reports success where it finds nothing to look at, so a green validator means something only beside that proof.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

ROOT = Path(__file__).resolve().parent.parent
CHECK = 'aws_diagnostics'
PACKAGE = f'datadog_checks/{CHECK}'
SECONDS = 120
JOBS = 2
COPIED = ('.ddev', 'assets', 'datadog_checks', 'requirements')
"""What the validators look at, beside the files in the root."""


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
    Defect('imports', 'an old import', SOURCE, '', 'from datadog_checks.utils import x\n', 'datadog_checks.utils'),
    Defect('http', 'requests', SOURCE, '', 'import requests\n\nrequests.get("http://x")\n', 'requests.get'),
    Defect('dep', 'an extra without a version', PROJECT, '"rich==15.0.0"', '"rich"', 'Unpinned'),
    Defect('dep', 'an extra that was not agreed', PROJECT, '"rich==15.0.0"', '"tqdm==4.0.0"', 'tqdm'),
    Defect('dep', 'a pinned base', PROJECT, 'checks-base>=', 'checks-base==', 'Forced version pin'),
)
VALIDATORS = tuple(dict.fromkeys(defect.validator for defect in DEFECTS))
"""The others of ddev never fail, or are about a repository of many checks, releases of the Agent, and Datadog's own
licences; `make lint` runs codespell itself."""


def complaint_of(validator: str, root: Path = ROOT) -> str:
    """What the validator says where it fails; '' where it passes."""
    done = subprocess.run(
        [ROOT / 'tools' / 'ddev', 'validate', validator, CHECK],
        env={**os.environ, 'ROOT': str(root), 'NO_COLOR': '1', 'COLUMNS': '500'},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return (done.stdout.strip() or f'exit status {done.returncode}') if done.returncode else ''


def unproved(defect: Defect) -> str:
    """'' where the validator fails on a copy with the defect, and says why."""
    below = ROOT / '.build'
    below.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=below, prefix='broken-') as directory:
        break_copy(Path(directory), defect)
        said = complaint_of(defect.validator, Path(directory))
    if not said:
        return 'the validator passes'
    return '' if defect.message in said else f'it fails without saying {defect.message!r}:\n{said}'


def break_copy(copy: Path, defect: Defect) -> None:
    """Raises ValueError where the file no longer holds what is to be replaced."""
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns('__pycache__'))
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, copy)
    path = copy / defect.path
    if defect.new is None:
        path.unlink()
        return
    text = path.read_text(encoding='utf-8')
    if defect.old not in text:
        raise ValueError(f'{defect.path} no longer contains {defect.old!r}: repair the proof')
    broken = text.replace(defect.old, defect.new, 1) if defect.old else text + defect.new
    path.write_text(broken, encoding='utf-8')


def report(name: str, complaint: str) -> bool:
    """Whether it failed."""
    print('FAILED' if complaint else 'ok    ', name, flush=True)
    if complaint:
        print(complaint)
    return bool(complaint)


@click.command(help=__doc__)
@click.option('--prove', is_flag=True, help='show on broken copies that each validator does fail')
def main(prove: bool) -> None:
    jobs = {validator: partial(complaint_of, validator) for validator in VALIDATORS}
    proofs = {f'{defect.validator}: {defect.situation}': partial(unproved, defect) for defect in DEFECTS}
    sys.exit(run(proofs if prove else jobs))


def run(jobs: Mapping[str, partial[str]]) -> int:
    """Prints one line for each job; the exit status. The first runs before the others: it prepares what they share."""
    first, *others = jobs.values()
    with ThreadPoolExecutor(JOBS) as pool:
        complaints = chain([first()], pool.map(lambda job: job(), others))
        failed = [report(name, complaint) for name, complaint in zip(jobs, complaints, strict=True)]
    return 1 if any(failed) else 0


if __name__ == '__main__':
    main(prog_name='python -m tools.validate')
