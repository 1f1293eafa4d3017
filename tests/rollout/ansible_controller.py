"""rollout/ansible in use: a host that is its own controller, with the real ansible-playbook."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rollout.distributions import Distributions
from tests.rollout.documented import commands
from tests.rollout.environment import ROLLOUT_TOOLS, ROOT, program
from tests.rollout.host import Host

ROLLOUT = ROOT / 'rollout' / 'ansible'
PLUGINS = Path(__file__).with_name('ansible_plugins')
DATADOG_ROLE = Path(__file__).with_name('datadog_role')
REPOSITORY = '/srv/aws-diagnostics'
PLAYBOOKS = f'{REPOSITORY}/rollout/ansible'
VAULT = ('--vault-password-file', 'password')
RECAP = re.compile(r'^localhost +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=(\d+)', re.MULTILINE)
MODULES = Path('/usr/local/lib/ansible-modules')
QUICKLY = """\
#!/bin/sh
# Every module would compile what all of them import, which takes longer than everything else that it does.
PYTHONPATH={modules} exec {python} "$@"
"""
FATAL = re.compile(r'^fatal: \[(\w+)\]: FAILED! => (\{.*\})$', re.MULTILINE)
FAILED = re.compile(r'^fatal: \[localhost\]: FAILED! => (?={)', re.MULTILINE)


def environment() -> dict[str, str]:
    """Nothing is written outside of the home directory, and no facts are gathered, which nothing here asks for."""
    system = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    ansible = {'ANSIBLE_NOCOLOR': 'true', 'ANSIBLE_GATHERING': 'explicit', 'ANSIBLE_PIPELINING': 'true'}
    ansible |= {'ANSIBLE_CALLBACK_PLUGINS': str(PLUGINS), 'ANSIBLE_CALLBACKS_ENABLED': 'packed_once'}
    return {'PATH': f'{ROLLOUT_TOOLS}:{system}', 'PYTHONDONTWRITEBYTECODE': 'true', **ansible}


def inventory(*hosts: str, python: str = '') -> dict[str, Any]:
    """All in the group `canary`, on this machine.

    Their interpreter is the one below our environment: every user can start it, also where this repository is in a
    directory that nobody else may enter.
    """
    python = python or str(program('python3').resolve())
    local = {'ansible_connection': 'local', 'ansible_python_interpreter': python}
    return {'canary': {'hosts': {name: dict(local) for name in hosts}}}


@dataclass(frozen=True)
class Played:
    """One run of ansible-playbook."""

    status: int
    changed: int
    message: str
    """Of the task that failed, else ''."""
    printed: str


@dataclass(frozen=True)
class Controller:
    host: Host

    def documented(self, section: str) -> Iterator[Played]:
        """Runs the commands of a section of the README one by one, from the root of the repository."""
        directory = REPOSITORY
        for command in commands(ROLLOUT / 'README.md', section):
            if command.startswith('cd '):
                directory = f'{REPOSITORY}/{command.removeprefix("cd ")}'
            elif command.startswith('ansible-playbook '):
                yield self._run(command, directory)
            else:
                self.host.run('sh', '-c', command, cwd=directory)

    def play(self, *options: str, playbook: str = 'site.yml', **variables: object) -> Played:
        """Variables without the prefix of the role."""
        given = json.dumps({f'aws_diagnostics_{name}': value for name, value in variables.items()})
        return self._run(f'ansible-playbook -i inventory.yml {playbook} {" ".join(options)} -e "$1"', PLAYBOOKS, given)

    def encrypted(self, text: str) -> str:
        """As it stands in a file of variables, for runs with the options VAULT."""
        self.host.write(f'{PLAYBOOKS}/password', 'of the vault', mode=0o600)
        command = ('ansible-vault', 'encrypt_string', *VAULT)
        return self.host.run(*command, input=text, env=environment(), cwd=PLAYBOOKS).stdout

    def _run(self, command: str, directory: str, *arguments: str) -> Played:
        ended = self.host.run('sh', '-c', command, 'sh', *arguments, check=False, env=environment(), cwd=directory)
        printed = ended.stdout + ended.stderr
        recap = RECAP.search(ended.stdout)
        assert recap, f'{command}: {printed}'
        failed = FAILED.search(ended.stdout)
        assert bool(failed) == (recap[2] != '0'), printed
        message = json.JSONDecoder().raw_decode(ended.stdout, failed.end())[0]['msg'] if failed else ''
        return Played(ended.returncode, int(recap[1]), message, printed)


def controller_on(host: Host) -> Controller:
    """With the playbooks and an inventory; what is in dist/ has to be copied to files/ first, as the README says."""
    program('ansible-playbook')
    host.run('mkdir', '-p', f'{REPOSITORY}/rollout')
    host.run('cp', '-r', ROLLOUT, PLAYBOOKS)
    host.write(f'{PLAYBOOKS}/inventory.yml', json.dumps(inventory('localhost', python=f'{MODULES}/python3')))
    prepare_modules(host)
    host.run('mkdir', '-p', f'{PLAYBOOKS}/collections/ansible_collections/datadog/dd/roles')
    host.run('cp', '-r', DATADOG_ROLE, f'{PLAYBOOKS}/collections/ansible_collections/datadog/dd/roles/agent')
    return Controller(host)


def prepare_modules(host: Host) -> None:
    """An interpreter that has imported what every module imports, out of files that every user of the host can read."""
    (ansible,) = ROLLOUT_TOOLS.parent.glob('lib/python3*/site-packages/ansible')
    host.run('mkdir', '-p', MODULES / 'ansible')
    parts = [ansible / name for name in ('__init__.py', '_vendor', 'release.py', 'module_utils', 'modules')]
    host.run('cp', '--archive', *parts, MODULES / 'ansible')
    host.write(f'{MODULES}/sitecustomize.py', 'import ansible.module_utils.basic\n')
    text = QUICKLY.format(modules=MODULES, python=program('python3').resolve())
    host.write(f'{MODULES}/python3', text, mode=0o755)


def add(host: Host, built: Distributions, version: str) -> None:
    """Another version beside the first."""
    host.run('cp', built.wheel, f'{PLAYBOOKS}/files/')
    host.run('cp', built.single_file, f'{PLAYBOOKS}/files/aws_diagnostics-{version}.py')


def failures(directory: Path, playbook: Path) -> dict[str, str]:
    """Host -> why it failed, '' for one that did not; none for one that was not reached."""
    ended = subprocess.run(
        [program('ansible-playbook'), '-i', 'inventory.yml', playbook],
        cwd=directory,
        env={**environment(), 'HOME': str(directory), 'ANSIBLE_ROLES_PATH': str(ROLLOUT / 'roles')},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert 'PLAY RECAP' in ended.stdout, ended.stderr
    fatal = {host: json.loads(result)['msg'] for host, result in FATAL.findall(ended.stdout)}
    return {host: fatal.get(host, '') for host in re.findall(r'^(\w+) +: ok=', ended.stdout, re.MULTILINE)}
