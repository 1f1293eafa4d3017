"""Values of rollout/ through a real Helm: its Go library, which the package helm-python-sdk of .venv-rollout brings.

Datadog's chart is not in this repository. `chart/` does to the values what that one does to them, and nothing else.
"""

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.rollout.environment import ROOT, home_of_its_own, program

VALUES = ROOT / 'rollout' / 'helm'
REFUSED = 3
"""The status with which engine.py ends when it is Helm that does not want to."""
SECRET_LIMIT = CONFIG_MAP_LIMIT = 1024 * 1024
"""Bytes; what the API of Kubernetes takes in the data of one Secret or ConfigMap."""

Values = dict[str, Any]
Manifests = dict[str, dict[str, Any]]
"""What a release is made of, by kind and name: `ConfigMap/datadog-checksd`."""


def values(name: str) -> Path:
    return VALUES / f'values{name}.yaml'


def set_file(single_file: Path) -> str:
    """The argument of --set-file, as the README writes it, for this file."""
    found = re.search(r"--set-file '(\S+)=dist/checks\.d/host/aws_diagnostics\.py'", (VALUES / 'README.md').read_text())
    assert found is not None, 'the README has no --set-file'
    return f'{found[1]}={single_file}'


def step(*files: Path, set_file: str = '', action: str = 'upgrade') -> Values:
    """One command: `helm ACTION datadog CHART -f FILE ... --set-file ...`."""
    return {'action': action, 'files': [str(file) for file in files], 'set_file': set_file}


def release(*steps: Values) -> list[Manifests]:
    """What the cluster holds after each command. Raises HelmRefused with what Helm said."""
    return [by_name(manifests) for manifests in ask('release', steps)]


def size_of_release(command: Values) -> int:
    """Bytes of the Secret in which Helm keeps the release."""
    size: int = ask('size', [command])
    return size


class HelmRefused(Exception):
    """What Helm printed."""


def ask(question: str, steps: Iterable[Values]) -> Any:
    with home_of_its_own() as env:
        ended = subprocess.run(
            [program('python'), '-m', 'tests.rollout.helm.engine'],
            input=json.dumps({'question': question, 'steps': list(steps)}),
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    if ended.returncode != 0:
        assert ended.returncode == REFUSED, ended.stderr
        raise HelmRefused(ended.stderr)
    return json.loads(ended.stdout)


def by_name(manifests: Iterable[dict[str, Any]]) -> Manifests:
    return {f'{manifest["kind"]}/{manifest["metadata"]["name"]}': manifest for manifest in manifests}


def pods(manifests: Manifests) -> Any:
    """The template of the pods on the nodes."""
    return manifests['DaemonSet/datadog']['spec']['template']
