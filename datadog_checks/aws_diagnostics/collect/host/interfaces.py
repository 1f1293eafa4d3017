"""The network interfaces that this process sees, and what they tell of the network it is in."""

import re
from pathlib import Path

from ..foreign import LARGE, read_or_empty

OF_A_HOST = re.compile(
    r'docker0|ecs-bridge|cni0|cbr0|cilium_host|flannel\.\d+|kube-ipvs0|nodelocaldns|weave|antrea-gw0|ovn-k8s-mp0'
    r'|(cali|eni)[0-9a-f]{11}'
)
"""Bridges of runtimes and interfaces of network plugins of Kubernetes; `cali` and `eni` are the node's ends of links to
pods (Calico, the VPC CNI). A container in a network of its own sees none of them, unless it runs containers itself."""


def read_interfaces(root: Path) -> tuple[str, ...]:
    """Their names in /proc/net/dev, whose lines are like '  eth0: 1296 16 ...' (see proc_net in proc(5))."""
    table = read_or_empty(root / 'proc/self/net/dev', LARGE)
    return tuple(line.partition(':')[0].strip() for line in table.splitlines() if ':' in line)


def interface_of_the_host(names: tuple[str, ...]) -> str:
    """The first that only the network of a host has; '' where none is seen."""
    return next((name for name in names if OF_A_HOST.fullmatch(name)), '')
