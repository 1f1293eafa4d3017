"""Stands for the scripts of the Agent's package before and after an upgrade. Run as root by the embedded Python.

As the Agent's own do (omnibus/python-scripts, read in its source, 2025 and 2026): what is installed beyond what the
Agent brought is written down before the upgrade and fetched from Datadog's repository afterwards, unless the file
.skip_install_python_third_party_deps is there. Since 7.82 what cannot be fetched fails the package's script.
"""

import subprocess
import sys
from importlib import metadata

from .places import ETC, HOME, say

SKIP = ETC / '.skip_install_python_third_party_deps'
SHIPPED = HOME / '.post_python_installed_packages.txt'
ADDED = HOME / '.diff_python_installed_packages.txt'


def installed() -> set[str]:
    return {f'{found.name}=={found.version}' for found in metadata.distributions()}


def before() -> int:
    added = installed() - set(SHIPPED.read_text().split())
    ADDED.write_text('\n'.join(sorted(added)))
    return 0


def after() -> int:
    SHIPPED.write_text('\n'.join(sorted(installed())))
    if SKIP.exists():
        say(f"File '{SKIP}' found: no third party integration will be installed.")
        return 0
    return max([restore(package) for package in ADDED.read_text().split()], default=0)


def restore(package: str) -> int:
    command = ['datadog-agent', 'integration', 'install', '-t', package, '-r']
    if not package.startswith('datadog-'):
        command = [str(HOME / 'embedded' / 'bin' / 'python3'), '-m', 'pip', 'install', '--no-index', package]
    status = subprocess.run(command, check=False).returncode
    if status:
        say(f'ERROR: post failed to restore custom integrations: {package}')
    return 1 if status else 0


def main() -> None:
    sys.exit({'before': before, 'after': after}[sys.argv[1]]())
