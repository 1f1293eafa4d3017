"""Carries out on a host what a recipe declares, in its order: Chef itself is not to be had here.

This proves the commands, the guards, the files and their order. It proves nothing about Chef.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.rollout.environment import ROOT, system_program
from tests.rollout.host import Host

COOKBOOK = ROOT / 'rollout' / 'chef' / 'cookbooks' / 'aws_diagnostics'
RECORDER = Path(__file__).with_name('declared.rb')

RESTART = ['run', 'execute[restart the Agent for aws_diagnostics]', 'delayed']

Resource = dict[str, Any]


class Refused(Exception):
    """The recipe is not a program, or declares something that Chef does not document."""


def declared(recipe: str = 'default', cookbook: Path = COOKBOOK, **attributes: Any) -> list[Resource]:
    """The resources of a recipe, in their order. Raises Refused."""
    ended = subprocess.run(
        [system_program('ruby'), '-w', RECORDER, cookbook, recipe, json.dumps(attributes)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode or ended.stderr:
        raise Refused(ended.stderr)
    resources: list[Resource] = json.loads(ended.stdout)
    return resources


def carry_out(host: Host, resources: list[Resource], artifacts: dict[str, Path]) -> list[str]:
    """The names of the resources that changed something; what they notify is run at the end, once.

    Raises AssertionError at the first resource that fails, with what it printed.
    """
    changed = [
        resource for resource in resources if _guards_allow(host, resource) and _change(host, resource, artifacts)
    ]
    if any(RESTART in resource['notifies'] for resource in changed):
        restart, smoke_test = ({**found, 'action': 'run'} for found in resources if found.get('action') == 'nothing')
        for resource in (restart, smoke_test):
            if _guards_allow(host, resource):
                _change(host, resource, artifacts)
    return [f'{resource["type"]}[{resource["name"]}]' for resource in changed]


def _guards_allow(host: Host, resource: Resource) -> bool:
    return all(_shell(host, guard, check=False) == guard['wanted'] for guard in resource['guards'])


def _shell(host: Host, command: dict[str, Any], check: bool = True) -> bool:
    run = ('sh', '-c', command['command'])
    environment = command.get('environment', {})
    user, directory = command.get('user', 'root'), command.get('cwd', '/')
    return host.run(*run, user=user, cwd=directory, env=environment, check=check).returncode == 0


def _change(host: Host, resource: Resource, artifacts: dict[str, Path]) -> bool:
    path, properties = resource['name'], resource['properties']
    match resource:
        case {'action': 'nothing'}:
            return False
        case {'action': 'delete'}:
            there = host.exists(path)
            host.remove(path)
            return there
        case {'action': 'create_if_missing'} if host.exists(path):
            return False
        case {'type': 'execute'}:
            return _shell(host, properties)
        case {'type': 'directory'}:
            return _made(host, path, properties)
        case {'type': 'cookbook_file'}:
            return _written(host, path, artifacts[properties['source']].read_bytes(), properties)
        case {'type': 'file'}:
            return _written(host, path, properties['content'].encode(), properties)
    raise NotImplementedError(resource['type'])


def _made(host: Host, path: str, properties: dict[str, str]) -> bool:
    if host.exists(path) and host.stat(path) == _rights(properties):
        return False
    owner, group, mode = properties['owner'], properties['group'], properties['mode']
    host.run('install', '-d', '-o', owner, '-g', group, '-m', mode, path)
    return True


def _written(host: Host, path: str, content: bytes, properties: dict[str, str]) -> bool:
    wanted = host.directory / 'wanted'
    wanted.write_bytes(content)
    same = host.run('cmp', wanted, path, check=False).returncode == 0
    if same and host.stat(path) == _rights(properties):
        return False
    owner, group, mode = properties['owner'], properties['group'], properties['mode']
    host.run('install', '-o', owner, '-g', group, '-m', mode, wanted, path)
    return True


def _rights(properties: dict[str, str]) -> tuple[str, str, int]:
    return properties['owner'], properties['group'], int(properties['mode'], 8)
