"""A host that Puppet applies the module to."""

import json
from pathlib import Path
from typing import Any

from tests.rollout.environment import ROOT
from tests.rollout.host import Host

PUPPET = ROOT / 'rollout' / 'puppet'
MODULES = PUPPET / 'modules'
UNCHANGED, REFUSED, CHANGED, PARTLY_FAILED = 0, 1, 2, 6
"""Exit statuses of `puppet apply --detailed-exitcodes`."""
NODE = '/srv/puppet'
INIT_SCRIPT = '#!/bin/sh\nexec service datadog-agent "$1"\n'
"""Puppet asks systemd only where it is process 1. The Agent's package brings an init script as well."""
QUICKLY = f'{NODE}/quickly.rb'
NO_FEATURE_BY_HAND = 'def $LOADED_FEATURES.<<(_) = self\n'
"""Puppet adds every file that it loads by itself to the list of Ruby, and keeps a list of its own, which it asks first.

Ruby 3.1 then resolves the paths of all features again: hundreds of thousands of readlink in one run.
"""


class Node:
    """A host, the module in its modulepath, and the files of two versions in the module, as the README says."""

    def __init__(self, host: Host, artifacts: dict[str, Path]) -> None:
        self.host = host
        host.run('mkdir', '-p', f'{NODE}/hiera')
        host.run('cp', '-r', MODULES, NODE)
        for name, path in artifacts.items():
            host.run('install', '-m', '644', path, f'{NODE}/modules/aws_diagnostics/files/{name}')
        level = {'name': 'common', 'path': 'common.yaml', 'data_hash': 'yaml_data', 'datadir': 'hiera'}
        host.write(f'{NODE}/hiera.yaml', json.dumps({'version': 5, 'hierarchy': [level]}))
        host.write(QUICKLY, NO_FEATURE_BY_HAND)
        host.write('/etc/init.d/datadog-agent', INIT_SCRIPT, mode=0o755)
        self.before = host.snapshot()

    def apply(self, status: int, *options: str, manifest: str = 'include aws_diagnostics', **parameters: Any) -> str:
        """What Puppet printed. Raises AssertionError with it when the status is another one."""
        data = {f'aws_diagnostics::{name}': value for name, value in parameters.items()}
        self.host.write(f'{NODE}/hiera/common.yaml', json.dumps(data))
        fixed = ('--color=false', '--detailed-exitcodes', f'--modulepath={NODE}/modules', f'--confdir={NODE}/etc')
        # The module asks for no facts, and gathering them takes longer than everything else.
        places = (f'--hiera_config={NODE}/hiera.yaml', f'--vardir={NODE}/var', '--facts_terminus=memory')
        command = ('puppet', 'apply', *fixed, *places, *options, '-e', manifest)
        ended = self.host.run(*command, check=False, env={'RUBYOPT': f'-r{QUICKLY}'})
        printed = f'{ended.stdout}{ended.stderr}'
        assert ended.returncode == status, printed
        return printed
