"""The Packer template, as a parser reads it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.rollout.environment import ROOT, program

PACKER = ROOT / 'rollout' / 'packer'
TEMPLATE = 'aws-diagnostics.pkr.hcl'
VARIABLES = {'version': '0.1.0', 'artifact': 'conf.yaml', 'agent_minor_version': '80', 'region': 'eu-west-1'}
"""Those without a default."""


def template(file: str) -> dict[str, Any]:
    """A file of the template, as another parser of HCL2 reads it."""
    options = ('--quiet', '--no-explicit-blocks', '--strip-string-quotes')
    command: tuple[str | Path, ...] = (program('hcl2tojson'), *options, PACKER / file)
    read: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return read


def variables() -> dict[str, dict[str, Any]]:
    """What is said about each variable."""
    declared = template('variables.pkr.hcl')['variable']
    return {name: said for variable in declared for name, said in variable.items()}
