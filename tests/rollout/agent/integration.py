"""The command `datadog-agent integration` of the Agent on a test host.

Behaves as the Agent's own does where a rollout depends on it (read in its source, cmd/agent/subcommands/integrations,
October 2025 and August 2026): the arguments of pip, the refusal of root, the rule that a wheel must require
datadog-checks-base, the name of the check from METADATA, the copy of `data/*.yaml*` and the error without `data/`, the
form of versions. `install NAME==VERSION` asks Datadog's repository, where a private package is not: here it always
fails. Unlike the Agent's, it leaves compiling to whoever imports: of what it installs, most is never run here.
"""

import argparse
import os
import re
import subprocess
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

from .places import ETC, HOME, fail, say

CONSTRAINTS = HOME / 'final_constraints-py3.txt'
PYTHON = HOME / 'embedded' / 'bin' / 'python3'
FORM_OF_VERSION = re.compile(r'\d+\.\d+\.\d+([a-zA-Z]+\d*)?')


def pip(*arguments: str) -> int:
    return subprocess.run([PYTHON, '-m', 'pip', *arguments, '--disable-pip-version-check'], check=False).returncode


def installed_version(package: str) -> str:
    """'' where it is not installed."""
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return ''
    if not FORM_OF_VERSION.fullmatch(version):
        fail(f'could not get current version of {package}: error parsing version: invalid format: {version}')
    return version


def refuse_root(allowed: bool) -> None:
    if os.geteuid() == 0 and not allowed:
        fail("operation is disabled as root user. Use '--allow-root' if you know what you do")


def only_datadog_packages(package: str) -> None:
    if 'datadog-' not in package:
        fail(f'invalid package name - this manager only handles datadog packages. Did you mean `datadog-{package}`?')


def install(options: argparse.Namespace) -> None:
    refuse_root(options.allow_root)
    if options.local_wheel:
        install_wheel(Path(options.package))
        return
    only_datadog_packages(options.package)
    package, equals, version = options.package.partition('==')
    if not equals:
        fail('you must specify a version to install with <package>==<version>')
    if installed_version(package) == version:
        say(f'{package} {version} is already installed. Nothing to do.')
        return
    fail(f'error when downloading the wheel for {package} {version}: not found in the repository of Datadog')


def install_wheel(wheel: Path) -> None:
    if not wheel.exists():
        fail(f'local wheel {wheel} does not exist')
    described = metadata_of(wheel)
    if 'Requires-Dist: datadog-checks-base' not in described:
        fail(f'the wheel {wheel} is not an agent check, it will not be installed')
    named = re.search(r'Name: (\S+)', described)
    package = (named[1] if named else fail(f'package name not found in wheel: {wheel}')).replace('_', '-')
    offline = ('--constraint', str(CONSTRAINTS), '--no-cache-dir', '--no-index', '--no-deps', '--no-compile')
    if status := pip('install', *offline, str(wheel)):
        fail(f'error installing wheel {wheel}: error running command: exit status {status}')
    copy_configuration(package.removeprefix('datadog-').replace('-', '_'), package)
    say(f'Successfully completed the installation of {package}')


def metadata_of(wheel: Path) -> str:
    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith('METADATA')]
        return archive.read(name).decode()


def copy_configuration(check: str, package: str) -> None:
    destination = ETC / 'conf.d' / f'{check}.d'
    destination.mkdir(parents=True, exist_ok=True)
    (site_packages,) = (HOME / 'embedded' / 'lib').glob('python3*/site-packages')
    data = site_packages / 'datadog_checks' / check / 'data'
    if not data.is_dir():
        fail(f'Some errors prevented moving {package} configuration files: open {data}: no such file or directory')
    for file in sorted(data.iterdir()):
        if re.search(r'[\w_]+\.yaml.*', file.name):
            (destination / file.name).write_bytes(file.read_bytes())
            say(f'Successfully copied configuration file {file.name}')


def remove(options: argparse.Namespace) -> None:
    refuse_root(options.allow_root)
    only_datadog_packages(options.package)
    if status := pip('uninstall', '--no-cache-dir', options.package, '-y'):
        fail(f'error running command: exit status {status}')


def freeze(_: argparse.Namespace) -> None:
    for line in sorted(f'{found.name}=={found.version}' for found in metadata.distributions()):
        if line.startswith('datadog-'):
            say(line)


def show(options: argparse.Namespace) -> None:
    only_datadog_packages(options.package)
    package = options.package.replace('_', '-')
    version = installed_version(package)
    if not version:
        fail(f'could not get current version of {package}: not installed')
    say(version if options.show_version_only else f'Package {package}:\nInstalled version: {version}')
