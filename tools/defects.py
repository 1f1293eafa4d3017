"""Ways to break this repository, each of which one ddev validator must notice."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKAGE = 'datadog_checks/aws_diagnostics'
COPIED = ('.ddev', 'assets', 'datadog_checks', 'requirements')
"""Beside the files in the root."""


@dataclass(frozen=True, slots=True)
class Defect:
    validator: str
    situation: str
    path: str
    """Of the one file that is broken."""
    break_it: Callable[[Path], None]
    message: str
    """What the validator must say."""


@contextmanager
def broken_copy(root: Path, defect: Defect) -> Iterator[Path]:
    """A copy of what the validators look at, with that defect; removed again."""
    below = root / '.build'
    below.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=below, prefix='broken-') as directory:
        copy = Path(directory)
        for name in COPIED:
            shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns('__pycache__'))
        for file in root.iterdir():
            if file.is_file():
                shutil.copy(file, copy)
        defect.break_it(copy / defect.path)
        yield copy


def replaced(old: str, new: str) -> Callable[[Path], None]:
    def break_it(path: Path) -> None:
        text = path.read_text(encoding='utf-8')
        if old not in text:
            raise ValueError(f'{path.name} no longer contains {old!r}: repair the proof')
        path.write_text(text.replace(old, new, 1), encoding='utf-8')

    return break_it


def appended(text: str) -> Callable[[Path], None]:
    def break_it(path: Path) -> None:
        path.write_text(f'{path.read_text(encoding="utf-8")}{text}', encoding='utf-8')

    return break_it


SPEC = 'assets/configuration/spec.yaml'
EXAMPLE = f'{PACKAGE}/data/conf.yaml.example'
SERVICE_CHECKS = 'assets/service_checks.json'
DASHBOARD = 'assets/dashboards/fleet.json'
METRICS = 'metadata.csv'
PROJECT = 'pyproject.toml'
INSTANCE = f'{PACKAGE}/config_models/instance.py'
CHECK = f'{PACKAGE}/check.py'

DEFECTS = (
    Defect('config', 'an edited example', EXAMPLE, appended('# by hand\n'), 'is not in sync'),
    Defect('config', 'a type that does not exist', SPEC, replaced('type: number', 'type: float'), 'Unknown type'),
    Defect('config', 'a missing example', EXAMPLE, Path.unlink, 'is not in sync'),
    Defect('models', 'an edited model', INSTANCE, replaced('le=10.0', 'le=11.0'), 'is not in sync'),
    Defect('models', 'an option without a model', SPEC, replaced('name: timeout', 'name: patience'), 'is not in sync'),
    Defect('metadata', 'a unit that does not exist', METRICS, replaced(',second,', ',moment,'), 'invalid unit_name'),
    Defect('metadata', 'a foreign prefix', METRICS, replaced('aws_diagnostics.run.', 'run.'), 'metric_prefix'),
    Defect('metadata', 'a foreign integration', METRICS, replaced(',0,aws_diagnostics,', ',0,aws,'), 'integration'),
    Defect('package', 'a wrong name', PROJECT, replaced('"datadog-aws-diagnostics"', '"aws-diagnostics"'), 'name'),
    Defect('package', 'a bad address', PROJECT, replaced('maintainers@example.com', 'maintainers'), 'email'),
    Defect('readmes', 'no setup', 'README.md', replaced('\n## Setup\n', '\n## Begin\n'), 'Setup'),
    Defect('service-checks', 'a foreign name', SERVICE_CHECKS, replaced('"AWS Diagnostics"', '"AWS"'), 'integration'),
    Defect('service-checks', 'an unknown key', SERVICE_CHECKS, replaced('"check":', '"x": 1,\n    "check":'), 'x'),
    Defect('service-checks', 'no file', SERVICE_CHECKS, Path.unlink, 'service_checks.json'),
    Defect('dashboards', 'no file', DASHBOARD, Path.unlink, 'does not exist'),
    Defect('dashboards', 'no description', DASHBOARD, replaced('"description":', '"about":'), 'description'),
    Defect(
        'imports', 'an import of old', CHECK, appended('from datadog_checks.utils import x\n'), 'datadog_checks.utils'
    ),
    Defect(
        'http', 'requests of its own', CHECK, appended('import requests\n\nrequests.get("http://x")\n'), 'requests.get'
    ),
    Defect('dep', 'an extra without a version', PROJECT, replaced('"rich==15.0.0"', '"rich"'), 'Unpinned'),
    Defect('dep', 'an extra that was not agreed', PROJECT, replaced('"rich==15.0.0"', '"tqdm==4.0.0"'), 'tqdm'),
    Defect('dep', 'a pinned base', PROJECT, replaced('checks-base>=', 'checks-base=='), 'Forced version pin'),
)
