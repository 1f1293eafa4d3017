"""Tasks of Amazon ECS on EC2, and the network mode they run in, which only local traces tell."""

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from ...facts import Container, ContainerKind
from ...text import LONGEST_PATH, quoted
from ..foreign import LARGE, read_or_empty, read_value
from .interfaces import interface_of_the_host, read_interfaces

SET_BY_ECS = ('ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI')
ECS_CGROUP = re.compile(r'/ecs/|/ecstasks[.-]')

MANAGED = 'AWS_ECS_MANAGED_INSTANCES'

OWN_INTERFACE = 'ecs-eth0'
"""The link to the ECS agent that a task with an interface of its own (awsvpc) gets."""
DOCKER_BRIDGE = IPv4Network('172.17.0.0/16')
DOCKER_MAC = '02:42:'
"""How Docker before 28 began the hardware addresses that it gave to containers."""


def read_ecs_task(root: Path, environ: Mapping[str, str], cgroups: Iterable[str]) -> Container | None:
    """None where this is no ECS task."""
    task = _mark_of_a_task(environ, cgroups)
    if task is None:
        return None
    kind, network = _network_mode(root)
    if environ.get('AWS_EXECUTION_ENV') == MANAGED:
        return Container(ContainerKind.ECS_MANAGED, f'AWS_EXECUTION_ENV is {quoted(MANAGED)}')
    return Container(kind, f'{task}; {network}')


def _mark_of_a_task(environ: Mapping[str, str], cgroups: Iterable[str]) -> str | None:
    for name in SET_BY_ECS:
        if environ.get(name):
            return f'{name} is set'
    where = environ.get('AWS_EXECUTION_ENV', '')
    if where.startswith('AWS_ECS_'):
        return f'AWS_EXECUTION_ENV is {quoted(where, LONGEST_PATH)}'
    return next((f'the cgroup is {quoted(path, LONGEST_PATH)}' for path in cgroups if ECS_CGROUP.search(path)), None)


def _network_mode(root: Path) -> tuple[ContainerKind, str]:
    interfaces = read_interfaces(root)
    if OWN_INTERFACE in interfaces:
        return ContainerKind.ECS_AWSVPC, f'it has the interface {OWN_INTERFACE}'
    if name := interface_of_the_host(interfaces):
        return ContainerKind.ECS_HOST, f'it sees {name}, an interface of the host'
    gateway = _default_gateway(read_or_empty(root / 'proc/self/net/route', LARGE))
    if gateway is not None and gateway in DOCKER_BRIDGE:
        return ContainerKind.ECS_BRIDGE, f"its gateway {gateway} is Docker's bridge"
    if read_value(root / 'sys/class/net/eth0/address').startswith(DOCKER_MAC):
        return ContainerKind.ECS_BRIDGE, "its eth0 has a hardware address of Docker's"
    return ContainerKind.OTHER, 'an ECS task of unknown network mode'


def _default_gateway(table: str) -> IPv4Address | None:
    """From /proc/net/route: addresses there are hexadecimal, the bytes in the order of this machine."""
    for line in table.splitlines():
        match line.split():
            case [_, '00000000', gateway, *_] if gateway != '00000000' and re.fullmatch('[0-9A-F]{8}', gateway):
                return IPv4Address(bytes.fromhex(gateway)[::-1])
    return None
