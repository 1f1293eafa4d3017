"""How often a bad network or a slow server leads to a wrong verdict: `python -m benchmarks.verdicts [RUNS] [WORD]`.

Each situation is one world, in which a first run is repeated RUNS times (default 30), and then as many runs of one
probe, as in an Agent. WORD takes only the situations that have it in their name.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context
from threading import Event, Thread
from typing import Any

from datadog_checks.aws_diagnostics.collect.imds import ImdsProbe
from datadog_checks.aws_diagnostics.collect.run import CollectOptions, Deadline
from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses import imds as imds_diagnoses
from datadog_checks.aws_diagnostics.facts import ContainerKind, NetworkPath
from tests.builders import NOW, container, facts, host
from tests.simulator import Fault, Persona, Topology, World

ALARMS = ('imds-unreachable', 'imds-intercepted', 'imds-hop-limit-too-low', 'imds-behind-gateway')
SECONDS_FOR_IMDS = 4.0
BETWEEN_RUNS = 1000.0
"""Seconds that pass between two runs of one probe, so that it never pauses."""
WORLDS_AT_ONCE = 6


@dataclass(frozen=True)
class Situation:
    name: str
    world: Mapping[str, Any] = field(default_factory=dict)
    true: str = ''
    """The only alarm that is right."""
    limit: int = 2
    trouble: str = ''
    """'stops': this process stands still now and then; 'restarts': the server does."""


BEHIND_A_BRIDGE = {'topology': Topology.CONTAINER}
TOO_LOW = 'imds-hop-limit-too-low'


def _behind(fault: Fault, limit: int = 2, true: str = '') -> Situation:
    return Situation(f'{fault}, hop limit {limit}', BEHIND_A_BRIDGE | {'fault': fault}, true, limit)


SITUATIONS = (
    Situation('every token after 1.2 s', BEHIND_A_BRIDGE | {'delay': 1.2, 'delayed': 'PUT'}),
    Situation('every token after 2.4 s', BEHIND_A_BRIDGE | {'delay': 2.4, 'delayed': 'PUT'}),
    Situation('5 % of the answers after 1.2 s', BEHIND_A_BRIDGE | {'delay': 1.2, 'delayed_share': 0.05}),
    Situation('20 % of the answers after 1.5 s', BEHIND_A_BRIDGE | {'delay': 1.5, 'delayed_share': 0.2}),
    Situation('the process stands still for 1.5 s', trouble='stops'),
    Situation('1 % of the connections reset', {'reset_share': 0.01}),
    Situation('10 % of the connections reset', {'reset_share': 0.1}),
    Situation('30 % of the connections reset', {'reset_share': 0.3}),
    Situation('30 % of the answers cut', {'cut_share': 0.3}),
    Situation('the server restarts, 0.3 s each 2 s', trouble='restarts'),
    Situation('half an answer each time', {'half_share': 1.0}),
    Situation('30 % of the answers are half', {'half_share': 0.3}),
    Situation('one byte each 10 ms', {'byte_delay': 0.01}),
    *(_behind(loss) for loss in (Fault.LOSS_5, Fault.LOSS_10, Fault.LOSS_20)),
    *(_behind(loss, 1, TOO_LOW) for loss in (Fault.LOSS_1, Fault.LOSS_5, Fault.LOSS_10)),
    _behind(Fault.ASYMMETRIC_PATH, 2, TOO_LOW),
    _behind(Fault.ASYMMETRIC_PATH, 3),
    _behind(Fault.REQUEST_TTL_SET),
    _behind(Fault.REQUEST_TTL_LESS),
    _behind(Fault.REQUEST_TTL_VARIES, 3),
    _behind(Fault.REPLY_TTL_SET),
    _behind(Fault.REPLY_TTL_LESS, 3),
    _behind(Fault.REPLY_TTL_VARIES, 3),
)


def look(situation: Situation, runs: int, in_an_agent: bool) -> Counter[str]:
    """Inside the world: what was wrong, counted."""
    behind = situation.world.get('topology') is Topology.CONTAINER
    here = host(container=container(ContainerKind.POD if behind else ContainerKind.NONE))
    found: Counter[str] = Counter()
    probe = ImdsProbe(CollectOptions())
    for run in range(runs):
        probe = probe if in_an_agent else ImdsProbe(CollectOptions())
        with _stopping() if situation.trouble == 'stops' else nullcontext():
            imds, path = probe.run(Deadline(SECONDS_FOR_IMDS), NOW + run * BETWEEN_RUNS)
        findings = diagnose(imds_diagnoses.DIAGNOSES, facts(imds=imds, path=path, host=here))
        failed = {finding.diagnosis.id for finding in findings if finding.failed}
        found.update(failed & {*ALARMS} - {situation.true})
        found['missed'] += bool(situation.true) and situation.true not in failed
        limit = path.hop_limit if isinstance(path, NetworkPath) else None
        found['wrong hop limit'] += limit not in (None, situation.limit)
        found['no hop limit'] += limit is None and not situation.true
    return found


@contextmanager
def _stopping() -> Iterator[None]:
    """Stops this process for 1.5 s, a few milliseconds after it began."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        time.sleep(0.002)
        os.kill(parent, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(parent, signal.SIGCONT)
        os._exit(0)
    try:
        yield
    finally:
        os.waitpid(child, 0)


@contextmanager
def _restarting(world: World) -> Iterator[None]:
    over = Event()

    def restart() -> None:
        while not over.wait(1.7):
            world.change(persona=Persona.RESETTING)
            over.wait(0.3)
            world.change(persona=Persona.IMDS)

    thread = Thread(target=restart)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def measure(number: int, runs: int) -> tuple[Counter[str], Counter[str]]:
    """Of first runs, and of runs in an Agent."""
    situation = SITUATIONS[number]
    with ExitStack() as stack:
        world = stack.enter_context(World(**{'hop_limit': situation.limit, 'tokens': 'required', **situation.world}))
        if situation.trouble == 'restarts':
            stack.enter_context(_restarting(world))
        first = world.run(look, situation, runs, in_an_agent=False)
        return first, world.run(look, situation, runs, in_an_agent=True)


def words(found: Counter[str]) -> str:
    return ', '.join(f'{count} {what}' for what, count in sorted(found.items()) if count) or 'nothing wrong'


def main(arguments: list[str], say: Callable[[str], object] = print) -> None:
    runs = int(arguments[0]) if arguments else 30
    word = arguments[1] if len(arguments) > 1 else ''
    chosen = [number for number, situation in enumerate(SITUATIONS) if word in situation.name]
    say(f'| Situation | Of {runs} first runs | Of {runs} runs in an Agent |\n| --- | --- | --- |')
    with ProcessPoolExecutor(WORLDS_AT_ONCE, mp_context=get_context('spawn')) as pool:
        results = pool.map(measure, chosen, [runs] * len(chosen))
        for number, (first, later) in zip(chosen, results, strict=True):
            say(f'| {SITUATIONS[number].name} | {words(first)} | {words(later)} |')


if __name__ == '__main__':
    # By its own name, under which a world finds what it is to run.
    from benchmarks import verdicts

    verdicts.main(sys.argv[1:])
