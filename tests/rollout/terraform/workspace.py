"""A directory in which Terraform runs, beside a provider that stands for the real one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.rollout.environment import ROOT, system_program

PYTHON = Path(f'{sys.prefix}-terraform', 'bin', 'python')
MODULE = ROOT / 'rollout' / 'terraform'


@contextmanager
def provider(name: str, directory: Path) -> Iterator[dict[str, Any]]:
    """How Terraform finds a running provider. Skips the test where none can be run."""
    if not PYTHON.exists():
        pytest.skip('no provider can be run: run `make environment-terraform`')
    command: list[str | Path] = [PYTHON, Path(__file__).with_name('provider.py'), name, directory / f'{name}.sock']
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


class Workspace:
    """Terraform, in a directory of its own, with no registry, no state of others and no settings of this machine."""

    def __init__(self, directory: Path, providers: Mapping[str, Any]) -> None:
        self.directory = directory
        self._terraform = system_program('terraform')
        self._environ = {
            'PATH': os.environ['PATH'],
            'HOME': str(directory),
            'TF_REATTACH_PROVIDERS': json.dumps(providers),
            'TF_CLI_CONFIG_FILE': os.devnull,
            'CHECKPOINT_DISABLE': '1',
        }

    def run(self, *arguments: str, variables: Mapping[str, object] | None = None) -> 'CompletedProcess[str]':
        (self.directory / 'terraform.tfvars.json').write_text(json.dumps(variables or {}))
        command: list[str | Path] = [self._terraform, *arguments, '-no-color']
        return subprocess.run(
            command, cwd=self.directory, env=self._environ, capture_output=True, text=True, timeout=300, check=False
        )

    def within(self, directory: Path) -> 'Workspace':
        """The same Terraform, in another directory."""
        other = copy(self)
        other.directory = directory
        return other

    def apply(self, **variables: object) -> dict[str, dict[str, Any]]:
        """The values of every resource, by its address."""
        for command in (('init',), ('apply', '-auto-approve')):
            ended = self.run(*command, variables=variables)
            assert ended.returncode == 0, ended.stdout + ended.stderr
        root = json.loads(self.run('show', '-json').stdout)['values']['root_module']
        modules = [root, *root.get('child_modules', [])]
        return {found['address']: found['values'] for module in modules for found in module.get('resources', [])}

    def refusal(self, **variables: object) -> str:
        """What is said instead of a plan, on one line."""
        self.run('init', variables=variables)
        ended = self.run('plan', variables=variables)
        assert ended.returncode == 1, ended.stdout
        return ' '.join(ended.stderr.replace('│', ' ').split())


Workspaces = Callable[[Path], Workspace]
"""A copy of a module."""
