"""`python -m tools.compatibility [--only PYTHON]`: runs the tests of the host scope on the oldest and the newest base.

Each in a separate environment with what an Agent embeds (requirements/agent-PYTHON.txt) and the tools of the tests.
Needs `make environment-agents`, which finds the interpreters, and an index of packages. Exits 1 when a test failed.
"""

import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ('3.11', '3.12', '3.13')
TOOLS = 'requirements/compatibility.txt'
WITHOUT_THEIR_REQUIREMENTS = ('datadog-checks-dev==40.0.1', '--editable', '.')
"""The first requires newer libraries than old Agents embed, but its fixtures use none of them."""
TESTS = (
    'tests/cli',
    'tests/collect',
    'tests/diagnoses',
    'tests/emit',
    'tests/facts',
    'tests/test_architecture.py',
    'tests/test_check.py',
    'tests/test_configuration.py',
    'tests/test_configuration_account.py',
    'tests/test_demo.py',
    'tests/test_findings.py',
    'tests/test_secrets.py',
    # Of the account scope: it needs an emulator of AWS.
    '--ignore=tests/cli/test_permissions.py',
)
PYTEST = ('-q', '-p', 'no:cacheprovider', '-o', 'filterwarnings=default')
"""Old libraries warn about newer ones; `make test` turns warnings into errors."""


def environment(python: str) -> str:
    """Its interpreter; installed from scratch. Raises CalledProcessError."""
    directory = ROOT / f'.venv-compatibility-{python}'
    interpreter = (ROOT / f'.venv-agent-{python}' / 'bin' / 'python').resolve(strict=True)
    subprocess.run([interpreter, '-m', 'venv', '--clear', directory], check=True)
    pip = [str(directory / 'bin' / 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    subprocess.run([*pip, '-r', f'requirements/agent-{python}.txt', '-r', TOOLS], cwd=ROOT, check=True)
    subprocess.run([*pip, '--no-deps', '--no-build-isolation', *WITHOUT_THEIR_REQUIREMENTS], cwd=ROOT, check=True)
    return str(directory / 'bin' / 'python')


def passes(python: str) -> bool:
    """Raises CalledProcessError, and FileNotFoundError for a Python that no environment of an Agent has."""
    print(f'== Python {python} with requirements/agent-{python}.txt', flush=True)
    return subprocess.run([environment(python), '-m', 'pytest', *PYTEST, *TESTS], cwd=ROOT, check=False).returncode == 0


@click.command(help=__doc__)
@click.option('--only', type=click.Choice(PYTHONS), help='only with this Python')
def main(only: str | None) -> None:
    failed = [python for python in PYTHONS if only in (None, python) and not passes(python)]
    sys.exit(f'Tests failed with Python {", ".join(failed)}' if failed else 0)


if __name__ == '__main__':
    main(prog_name='python -m tools.compatibility')
