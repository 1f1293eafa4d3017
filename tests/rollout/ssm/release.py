"""One release of the check, as an association says it."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import CompletedProcess

from tests.rollout.cloudformation import Template
from tests.rollout.environment import ROOT
from tests.rollout.host import Host
from tests.rollout.ssm import agent

TEMPLATE = Template.read(ROOT / 'rollout' / 'ssm' / 'template.yaml')
INSTALL, REMOVE = (TEMPLATE.properties(name)['Content'] for name in ('InstallDocument', 'RemoveDocument'))
S3 = 'https://packages.s3.eu-west-1.amazonaws.com/aws-diagnostics/'


@dataclass(frozen=True)
class Release:
    """The parameters, and the file that lies in S3 for them."""

    file: Path
    key: str
    parameters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def wheel(cls, file: Path) -> 'Release':
        return cls(file, file.name, {'Method': 'wheel', 'Version': file.name.split('-')[1]})

    @classmethod
    def single_file(cls, file: Path, version: str = '0.1.0') -> 'Release':
        return cls(file, f'aws_diagnostics-{version}.py', {'Method': 'checks.d', 'Version': version})

    def but(self, **parameters: str) -> 'Release':
        return replace(self, parameters={**self.parameters, **parameters})

    def on(self, host: Host, shell: str = 'dash', attempts: int = 6) -> 'CompletedProcess[str]':
        """What the document prints, which tries the check up to `attempts` times."""
        digest = hashlib.sha256(self.file.read_bytes()).hexdigest()
        given = {'Sha256': digest, **self.parameters, 'Source': S3 + self.key}
        return agent.run(host, _trying(attempts), given, {S3 + self.key: self.file}, shell)


def removal(host: Host) -> 'CompletedProcess[str]':
    return agent.run(host, REMOVE, {}, {})


def _trying(attempts: int) -> dict[str, object]:
    download, script = INSTALL['mainSteps']
    commands = [f'export ATTEMPTS={attempts}', *script['inputs']['runCommand']]
    return {**INSTALL, 'mainSteps': [download, {**script, 'inputs': {**script['inputs'], 'runCommand': commands}}]}
