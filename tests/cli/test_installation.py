"""The lines of the README that install the command line, pasted into a shell on a simulated instance."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.document_blocks import INSTALLING, ROOT, Block
from tests.simulator import World, namespaces_available

pytestmark = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')


@pytest.fixture
def folder() -> Iterator[Path]:
    """With the wheel in dist/, and writable for the user without privileges that a world has."""
    with TemporaryDirectory(prefix='readme-') as name:
        command = [sys.executable, '-m', 'hatchling', 'build', '--target', 'wheel', '--directory', f'{name}/dist']
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        for path in (Path(name), *Path(name).rglob('*')):
            path.chmod(0o777 if path.is_dir() else 0o644)
        yield Path(name)


def without_network(block: Block) -> dict[str, str]:
    """pip takes the wheel alone; what it needs, its extra included, is that of the tests. The network is not asked."""
    assert '[cli]' in block.text
    return {
        'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
        'PYTHONPATH': sysconfig.get_paths()['purelib'],
        'PIP_NO_INDEX': '1',
        'PIP_NO_DEPS': '1',
        'PIP_NO_CACHE_DIR': '1',
        'PIP_IGNORE_INSTALLED': '1',
        'HOME': '/nonexistent',
    }


def test_the_command_line_is_installed_and_looks_at_this_host(folder: Path) -> None:
    with World(tokens='required', hop_limit=2) as world:
        ended = world.command(['bash', '-eux', '-c', INSTALLING.text], cwd=folder, env=without_network(INSTALLING))
    assert 'i-0123456789abcdef0' in ended.stdout, ended.stderr
    assert 'Successfully installed datadog-aws-diagnostics-0.1.0' in ended.stdout
    assert list(folder.glob('.venv-cli/lib/python3*/site-packages/datadog_checks/aws_diagnostics/cli/commands.py'))
