"""The IMDS clients of the AWS SDK for JavaScript, installed from npm into .build/node."""

import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name('imds.mjs')
FOLDER = Path(__file__).parents[3] / '.build' / 'node'

_MANIFESTS = ('package.json', 'package-lock.json')
_LONGEST = 300
"""Seconds; without its end an index that does not answer would keep the tests from starting."""
_INSTALL = ('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error')


def missing_tool() -> str:
    """Why there can be no JavaScript here, or ''."""
    missing = [tool for tool in ('node', 'npm') if shutil.which(tool) is None]
    return f'{" and ".join(missing)} not installed' if missing else ''


def is_installed() -> bool:
    """Whether exactly these versions are installed."""
    done = FOLDER / 'installed.json'
    return done.is_file() and done.read_bytes() == Path(__file__).with_name(_MANIFESTS[1]).read_bytes()


def install() -> None:
    """Install the clients; nothing is written outside of FOLDER. Raises subprocess.SubprocessError, OSError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in _MANIFESTS:
        shutil.copy(Path(__file__).with_name(name), FOLDER)
    command = [*_INSTALL, '--cache', str(FOLDER / 'cache')]
    subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL, timeout=_LONGEST)
    # Last, and at once: what was interrupted before is done again.
    Path(shutil.copy(FOLDER / _MANIFESTS[1], FOLDER / 'installing.json')).replace(FOLDER / 'installed.json')
