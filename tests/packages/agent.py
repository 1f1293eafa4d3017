"""The Python of an Agent, with what that Agent embeds, and the check run in it."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.packages.builds import ROOT
from tests.simulator import World

VERSIONS = ('3.11', '3.12', '3.13')
LOADER = Path(__file__).with_name('loader.py')
ENVIRONMENT = {'PATH': os.environ.get('PATH', ''), 'PYTHONDONTWRITEBYTECODE': '1', 'PIP_CONFIG_FILE': os.devnull}
NOWHERE = Path('/nonexistent')


class Way(StrEnum):
    WHEEL = 'wheel'
    CHECKS_D = 'checks.d'


@dataclass(frozen=True)
class Agent:
    version: str
    """Of Python: '3.11'."""
    directory: Path
    """A virtual environment."""
    checks_d: Path = NOWHERE

    @property
    def python(self) -> Path:
        return self.directory / 'bin' / 'python'

    @property
    def packages(self) -> Path:
        return self.directory / 'lib' / f'python{self.version}' / 'site-packages'

    @property
    def module(self) -> str:
        """Where the Agent's loader finds the check."""
        return 'aws_diagnostics' if self.checks_d.exists() else 'datadog_checks.aws_diagnostics'

    def with_file(self, checks_d: Path) -> 'Agent':
        return Agent(self.version, self.directory, checks_d)

    def with_wheel(self, wheel: Path, shelf: Path) -> 'Agent':
        """Another environment, with the wheel installed as `datadog-agent integration install -w` does."""
        shelf.mkdir(parents=True, exist_ok=True)
        agent = self._copy(Path(mkdtemp(prefix=f'agent-{self.version}-', dir=shelf)))
        agent.call('-m', 'pip', 'install', '--quiet', '--no-index', '--no-deps', '--no-cache-dir', str(wheel))
        return agent

    def _copy(self, directory: Path) -> 'Agent':
        """What is in site-packages is linked, and `datadog_checks` copied, as something is to come into it."""
        directory.chmod(0o755)
        copied = Agent(self.version, directory, self.checks_d)
        copied.packages.mkdir(parents=True)
        copied.python.parent.mkdir()
        copied.python.symlink_to(self.python.resolve())
        shutil.copy(self.directory / 'pyvenv.cfg', directory)
        shutil.copytree(self.packages / 'datadog_checks', copied.packages / 'datadog_checks')
        for path in self.packages.iterdir():
            if path.name != 'datadog_checks':
                (copied.packages / path.name).symlink_to(path)
        return copied

    def call(self, *arguments: str, check: bool = True) -> 'subprocess.CompletedProcess[str]':
        """`python ARGUMENTS`, which sees nothing but this environment."""
        command = [str(self.python), '-I', *arguments]
        return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=check)

    def program(self, text: str) -> str:
        """What a program prints, with checks.d in its path."""
        return self.call('-c', f'import sys\nsys.path.append({str(self.checks_d)!r})\n{text}').stdout.strip()

    def run_check(self, world: World, instance: dict[str, Any], provider: str = 'aws') -> dict[str, Any]:
        """What loader.py prints."""
        told = {'hostname': 'i-0123456789abcdef0', 'provider': provider, 'version': '7.81.3'}
        order = {'checks_d': str(self.checks_d), 'instance': instance, 'agent': told}
        return self._answer(world.command(self._loading(order), env=ENVIRONMENT))

    def run_check_here(self, instance: dict[str, Any], environ: Mapping[str, str] = ENVIRONMENT) -> dict[str, Any]:
        """What loader.py prints outside of any world, beside an Agent that publishes nothing."""
        told = {'hostname': 'i-0123456789abcdef0', 'provider': '', 'version': '7.81.3'}
        order = {'checks_d': str(self.checks_d), 'instance': instance, 'agent': told}
        ended = subprocess.run(self._loading(order), env={**ENVIRONMENT, **environ}, capture_output=True, text=True)
        return self._answer(ended)

    def _loading(self, order: dict[str, Any]) -> list[str]:
        return [str(self.python), '-I', str(LOADER), json.dumps(order)]

    @staticmethod
    def _answer(ended: 'subprocess.CompletedProcess[str]') -> dict[str, Any]:
        assert ended.returncode == 0, ended.stderr
        answer: dict[str, Any] = json.loads(ended.stdout)
        return answer


def bare_agent(version: str) -> Agent:
    """Without the check. Skips the test where `make environment-agents` found no such Python."""
    directory = ROOT / f'.venv-agent-{version}'
    if not (directory / 'bin' / 'python').exists():
        pytest.skip(f'{directory.name} is not there: run `make environment-agents` where Python {version} is installed')
    return Agent(version, directory)
