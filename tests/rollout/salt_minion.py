"""rollout/salt in use: a host that is a minion without a master, with the real salt-call."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rollout.distributions import Distributions
from tests.rollout.documented import commands
from tests.rollout.environment import ROLLOUT_TOOLS, ROOT, program
from tests.rollout.host import Entry, Host

ROLLOUT = ROOT / 'rollout' / 'salt'
FORMULA = Path(__file__).with_name('datadog_formula')
REPOSITORY = '/srv/aws-diagnostics'
STATES = {'cmd', 'file', 'service', 'test'}
MODULES = {
    *('cmdmod', 'config', 'cp', 'file', 'grains', 'hashutil', 'match', 'pillar', 'saltutil', 'slsutil', 'state'),
    *('systemd_service', 'test', 'useradd', 'groupadd'),
}
"""What the states use. Salt would load all of its 600, which takes longer than everything else that it does."""
NOTHING_ELSE: Mapping[str, Any] = {}
PILLAR_TOP = "base: {'*': [aws_diagnostics]}\n"


@dataclass(frozen=True)
class Applied:
    """One run of salt-call."""

    results: dict[str, bool | None]
    """State id -> whether it succeeded; None where it would change something, with test=True."""
    changed: tuple[str, ...]
    comments: dict[str, str]
    printed: str

    @property
    def failed(self) -> dict[str, str]:
        return {state: self.comments[state] for state, result in self.results.items() if result is False}


@dataclass(frozen=True)
class Minion:
    host: Host

    def documented(self, section: str) -> Iterator[Applied]:
        """Runs the commands of a section of the README one by one, from the root of the repository."""
        for command in commands(ROLLOUT / 'README.md', section):
            if command.startswith('salt-call '):
                yield self._run(command)
            else:
                self.host.run('sh', '-c', command, cwd=REPOSITORY)

    def apply(self, *options: str, pillar: Mapping[str, Any] = NOTHING_ELSE, **settings: object) -> Applied:
        given = json.dumps({**pillar, 'aws_diagnostics': settings})
        return self._run(f'salt-call --local state.apply aws_diagnostics {" ".join(options)} pillar="$1"', given)

    def snapshot(self) -> dict[str, Entry]:
        """Without what belongs to Salt itself."""
        return {
            path: entry
            for path, entry in self.host.snapshot().items()
            if not path.startswith(('/etc/salt', '/usr/local/sbin'))
        }

    def _run(self, command: str, *arguments: str) -> Applied:
        system = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
        environment = {'PATH': f'{ROLLOUT_TOOLS}:{system}', 'PYTHONDONTWRITEBYTECODE': 'true'}
        ended = self.host.run('sh', '-c', command, 'sh', *arguments, check=False, env=environment, cwd=REPOSITORY)
        printed = ended.stdout + ended.stderr
        assert ended.stdout.startswith('{'), printed
        states = json.loads(ended.stdout)['local']
        assert isinstance(states, dict), printed
        by_id = {state['__id__']: state for state in states.values()}
        return Applied(
            results={name: state['result'] for name, state in by_id.items()},
            changed=tuple(sorted(name for name, state in by_id.items() if state['changes'])),
            comments={name: state['comment'] for name, state in by_id.items()},
            printed=printed,
        )


def minion_on(host: Host) -> Minion:
    """With the repository's states and stand-ins beside them; the README says how they get into /srv/salt."""
    program('salt-call')
    for path in (f'{REPOSITORY}/rollout', '/srv/salt', '/srv/pillar'):
        host.run('mkdir', '-p', path)
    host.run('cp', '-r', ROLLOUT, f'{REPOSITORY}/rollout/salt')
    host.run('cp', '-r', FORMULA, '/srv/salt/datadog')
    host.write('/srv/pillar/top.sls', PILLAR_TOP)
    host.write('/srv/pillar/aws_diagnostics.sls', '{}')
    host.write('/etc/salt/minion', json.dumps(configuration()))
    return Minion(host)


def configuration() -> dict[str, Any]:
    (salt,) = ROLLOUT_TOOLS.parent.glob('lib/python3*/site-packages/salt')
    return {
        'id': 'minion',
        'output': 'json',
        'systemd.scope': False,
        'log_level_logfile': 'error',
        'disable_states': sorted({path.stem for path in (salt / 'states').glob('*')} - STATES),
        'disable_modules': sorted({path.stem for path in (salt / 'modules').glob('*')} - MODULES),
    }


def add(host: Host, built: Distributions, version: str) -> None:
    """Another version beside the first, where the states are."""
    files = '/srv/salt/aws_diagnostics/files'
    host.run('cp', built.wheel, f'{files}/')
    host.run('cp', built.single_file, f'{files}/aws_diagnostics-{version}.py')
