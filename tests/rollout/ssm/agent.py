"""Runs a command document of Systems Manager on a test host, as the SSM Agent does.

Parameters are held to their types and patterns (the service does that), written into the steps as text, and the steps
run in order until one fails. A download lands in a directory that is closed to everybody but root, in which a script
runs afterwards. Read in the source of amazon-ssm-agent: plugins/downloadcontent, plugins/runscript.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests.rollout.host import Host

DOWNLOADS = '/var/lib/amazon/ssm/i-0123456789abcdef0/document/orchestration/0a1b2c3d/downloads'
SCRIPT = f'{DOWNLOADS}/../_script.sh'


class Refused(Exception):
    """A parameter that the service does not take."""


def run(
    host: Host, document: Mapping[str, Any], given: Mapping[str, str], bucket: Mapping[str, Path], shell: str = 'sh'
) -> 'CompletedProcess[str]':
    """What the last step that ran printed, and its status. `bucket` is what S3 has: address -> file."""
    parameters = accepted(document.get('parameters', {}), given)
    host.run('install', '-d', '-m', '0700', DOWNLOADS)
    for step in document['mainSteps']:
        ended = STEPS[step['action']](host, written_out(step['inputs'], parameters), bucket, shell)
        if ended.returncode:
            break
    return ended


def accepted(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    if unknown := given.keys() - declared.keys():
        raise Refused(f'{unknown}: no such parameter')
    values = {}
    for name, rule in declared.items():
        value = given.get(name, rule.get('default'))
        if value is None:
            raise Refused(f'{name}: no value')
        if value not in rule.get('allowedValues', [value]) or not re.search(rule.get('allowedPattern', ''), value):
            raise Refused(f'{name}: {value!r}')
        values[name] = value
    return values


def written_out(inputs: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [replaced(item) for item in value]
        return re.sub(r'{{ *(\w+) *}}', lambda name: parameters[name[1]], value)

    return {name: replaced(value) for name, value in inputs.items()}


def _download(host: Host, inputs: Mapping[str, str], bucket: Mapping[str, Path], _: str) -> 'CompletedProcess[str]':
    assert inputs.keys() == {'sourceType', 'sourceInfo'}
    assert inputs['sourceType'] == 'S3'
    address = json.loads(inputs['sourceInfo'])['path']
    if address not in bucket:
        return CompletedProcess([address], 1, '', f'{address}: 404')
    return host.run('install', '-m', '0600', bucket[address], f'{DOWNLOADS}/{address.rpartition("/")[2]}')


def _run_script(host: Host, inputs: Mapping[str, Any], _: Mapping[str, Path], shell: str) -> 'CompletedProcess[str]':
    assert inputs.keys() == {'timeoutSeconds', 'runCommand'}
    host.write(SCRIPT, '\n'.join(inputs['runCommand']), mode=0o700)
    return host.run(shell, SCRIPT, check=False, cwd=DOWNLOADS)


STEPS = {'aws:downloadContent': _download, 'aws:runShellScript': _run_script}
