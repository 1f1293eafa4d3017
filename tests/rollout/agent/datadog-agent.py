"""Stands for the command `datadog-agent` on a test host. Run by the embedded Python.

Behaves as the Agent's own command does where a rollout depends on it (read in its source, cmd/agent/subcommands/
integrations, October 2025 and August 2026): the arguments of pip, the refusal of root, the rule that a wheel must
require datadog-checks-base, the name of the check from METADATA, the copy of `data/*.yaml*` and the error without
`data/`, the form of versions. `integration install NAME==VERSION` asks Datadog's repository, where a private package
is not: here it always fails. The files are where a Linux package puts them.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, NoReturn
from zipfile import ZipFile

VERSION = '7.80.1'
HOME = Path('/opt/datadog-agent')
ETC = Path('/etc/datadog-agent')
CONSTRAINTS = HOME / 'final_constraints-py3.txt'
PYTHON = HOME / 'embedded' / 'bin' / 'python3'
FORM_OF_VERSION = re.compile(r'\d+\.\d+\.\d+([a-zA-Z]+\d*)?')


def fail(message: str) -> NoReturn:
    print(f'Error: {message}', file=sys.stderr)
    sys.exit(255)


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
        print(f'{package} {version} is already installed. Nothing to do.')
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
    offline = ('--constraint', str(CONSTRAINTS), '--no-cache-dir', '--no-index', '--no-deps')
    if status := pip('install', *offline, str(wheel)):
        fail(f'error installing wheel {wheel}: error running command: exit status {status}')
    copy_configuration(package.removeprefix('datadog-').replace('-', '_'), package)
    print(f'Successfully completed the installation of {package}')


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
            print(f'Successfully copied configuration file {file.name}')


def remove(options: argparse.Namespace) -> None:
    refuse_root(options.allow_root)
    only_datadog_packages(options.package)
    if status := pip('uninstall', '--no-cache-dir', options.package, '-y'):
        fail(f'error running command: exit status {status}')


def freeze(_: argparse.Namespace) -> None:
    for line in sorted(f'{found.name}=={found.version}' for found in metadata.distributions()):
        if line.startswith('datadog-'):
            print(line)


def show(options: argparse.Namespace) -> None:
    only_datadog_packages(options.package)
    package = options.package.replace('_', '-')
    version = installed_version(package)
    if not version:
        fail(f'could not get current version of {package}: not installed')
    print(version if options.show_version_only else f'Package {package}:\nInstalled version: {version}')


def check(options: argparse.Namespace) -> None:
    """Loads the check as the Agent does: an installed package first, then checks.d; runs every instance once."""
    file = ETC / 'conf.d' / f'{options.name}.d' / 'conf.yaml'
    if not file.exists():
        fail('no valid check found')
    loaded = load(options.name)
    configuration = import_module('yaml').safe_load(file.read_text())
    keep_the_persistent_cache()
    runs = [run(loaded, options.name, configuration, instance) for instance in configuration['instances']]
    print(json.dumps(runs, indent=2) if options.json else '\n'.join(map(in_words, runs)))
    if any(told['error'] for told in runs):
        sys.exit(255)


def load(name: str) -> Any:
    sys.path.append(str(ETC / 'checks.d'))
    for module in (f'datadog_checks.{name}', name):
        try:
            loaded = import_module(module)
        except ModuleNotFoundError as error:
            if error.name not in (module, 'datadog_checks'):
                raise
        else:
            return loaded
    return fail('no valid check found')


def class_of(module: Any) -> Any:
    base = import_module('datadog_checks.base').AgentCheck
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value is not base and not value.__subclasses__()
    ]
    if len(found) != 1:
        fail(f'{module.__name__} has {len(found)} classes of checks')
    return found[0]


def run(module: Any, name: str, configuration: dict[str, Any], instance: dict[str, Any]) -> dict[str, Any]:
    stubs = import_module('datadog_checks.base.stubs')
    stubs.aggregator.reset()
    made = class_of(module)(name, configuration.get('init_config') or {}, [instance])
    made.check_id = f'{name}:test'
    error = made.run()
    return {
        'module': class_of(module).__module__,
        'file': str(getattr(module, '__file__', '')),
        'version': str(getattr(module, '__version__', '')),
        'error': json.loads(error)[0]['message'] if error else '',
        'metrics': sorted(stubs.aggregator.metric_names),
        'service_checks': sorted(stubs.aggregator.service_check_names),
    }


def in_words(told: dict[str, Any]) -> str:
    verdict = f'[ERROR]: {told["error"]}' if told['error'] else '[OK]'
    return f'aws_diagnostics ({told["version"]}) {verdict}\n  Metrics: {len(told["metrics"])}'


def keep_the_persistent_cache() -> None:
    """As files, where the Agent keeps them: an upgrade leaves them alone."""
    stub = vars(import_module('datadog_checks.base.stubs').datadog_agent)
    directory = HOME / 'run' / 'aws_diagnostics'
    directory.mkdir(parents=True, exist_ok=True)

    def path(key: str) -> Path:
        return directory / re.sub(r'\W', '_', key)

    stub['read_persistent_cache'] = lambda key: path(key).read_text() if path(key).exists() else ''
    stub['write_persistent_cache'] = lambda key, value: path(key).write_text(value)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='datadog-agent', allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    commands.add_parser('version').set_defaults(do=lambda _: print(f'Agent {VERSION} - Commit: 0000000'))
    commands.add_parser('hostname').set_defaults(do=lambda _: print(os.uname().nodename))
    checking = commands.add_parser('check', allow_abbrev=False)
    checking.add_argument('name')
    checking.add_argument('--json', action='store_true')
    checking.set_defaults(do=check)
    integration = commands.add_parser('integration', allow_abbrev=False).add_subparsers(required=True)
    for name, do in (('install', install), ('remove', remove), ('show', show), ('freeze', freeze)):
        command = integration.add_parser(name, allow_abbrev=False)
        command.add_argument('-r', '--allow-root', action='store_true')
        command.set_defaults(do=do)
        if do is not freeze:
            command.add_argument('package')
        if do is install:
            command.add_argument('-w', '--local-wheel', action='store_true')
            command.add_argument('-t', '--third-party', action='store_true')
        if do is show:
            command.add_argument('-q', '--show-version-only', action='store_true')
    return parser


if __name__ == '__main__':
    chosen = arguments().parse_args()
    chosen.do(chosen)
