"""A fix of a route is tried: its commands end the fault, and what undoes them brings it back."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.field_reports.host import AN_AGENT, look
from tests.field_reports.test_host_place import INTO_A_TUNNEL, OVER_A_VETH
from tests.simulator import Fault, World, namespaces_available

REPORTS = ()


def judged(world: World) -> Any:
    _, output = world.run(look, AN_AGENT, {})
    return json.loads(output)['reports'][0]


def choices_of(document: Any) -> list[Any]:
    finding = next(finding for finding in document['findings'] if finding['id'] == 'imds-unreachable')
    return [choice for choice in finding['remedy']['choices'] if 'ip route' in str(choice['commands'])]


def follow(world: World, step: Any) -> None:
    """As root, who needs no sudo; the reader has set INTERFACE to the network card."""
    for command in step['commands']:
        text = command['text'].replace('sudo ', '')
        done = world.command(['bash', '-c', f'INTERFACE=eth0\n{text}'], privileged=True)
        assert done.returncode == 0, f'{text}: {done.stderr}'


@pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)
@pytest.mark.parametrize(
    ('prepare', 'fault', 'choice', 'undone'),
    [
        pytest.param(OVER_A_VETH, Fault.NONE, 0, True, id='the route over a veth is removed'),
        pytest.param(OVER_A_VETH, Fault.NONE, 1, True, id='IMDS has its own route beside that over a veth'),
        pytest.param((), Fault.LOCAL_NO_NEIGHBOUR, 0, True, id='the route of another table is removed'),
        pytest.param((), Fault.LOCAL_NO_NEIGHBOUR, 1, False, id='the route of another table is replaced'),
        pytest.param(INTO_A_TUNNEL, Fault.NONE, 1, False, id='IMDS has its own route past a tunnel'),
    ],
)
def test_the_commands_end_the_fault(prepare: Sequence[str], fault: Fault, choice: int, undone: bool) -> None:
    with World(fault=fault) as world:
        for command in prepare:
            assert world.command(command.split(), privileged=True).returncode == 0
        document = judged(world)
        assert [cause['id'] for cause in document['causes']] == ['imds-unreachable']
        picked = choices_of(document)[choice]
        follow(world, picked)
        assert judged(world)['causes'] == []
        if undone:
            follow(world, picked['undo'])
            assert [cause['id'] for cause in judged(world)['causes']] == ['imds-unreachable']
