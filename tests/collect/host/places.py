"""What the tables of /proc look like where a process runs, and what a collector can see there."""

from collections.abc import Mapping
from typing import NamedTuple

ID = '4f' * 32
POD = '8a7b9c00-1234-4abc-9def-0123456789ab'
TASK = '0123456789abcdef0123456789abcdef'

HOST_CGROUP_V2 = '0::/system.slice/datadog-agent.service\n'
PRIVATE_CGROUP = '0::/\n'
ROOT_DISK = '27 1 259:1 / / rw,relatime shared:1 - xfs /dev/nvme0n1p1 rw,attr2\n'
DOCKER_ROOT = (
    '702 601 0:52 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A,'
    'upperdir=/var/lib/docker/overlay2/b/diff,workdir=/var/lib/docker/overlay2/b/work\n'
)
CONTAINERD_ROOT = (
    '702 601 0:52 / / rw,relatime master:1 - overlay overlay rw,lowerdir='
    '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs\n'
)
PODMAN_ROOT = '702 601 0:52 / / rw - overlay overlay rw,lowerdir=/var/lib/containers/storage/overlay/l/A\n'


def mounted(source: str, point: str) -> str:
    return f'719 702 259:1 {source} {point} rw,relatime - xfs /dev/nvme0n1p1 rw,attr2\n'


def interfaces(*names: str) -> str:
    head = 'Inter-|   Receive                |  Transmit\n face |bytes    packets errs |bytes    packets\n'
    return head + ''.join(f'{name:>6}:    1296      16    0        1296      16\n' for name in names)


def default_route(gateway: str) -> str:
    """`gateway` in hexadecimal, the bytes of the address in reverse."""
    head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
    on_link = 'eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n'
    return head + on_link + f'eth0\t00000000\t{gateway}\t0003\t0\t0\t0\t00000000\t0\t0\t0\n'


DOCKER_GATEWAY = default_route('010011AC')
VPC_GATEWAY = default_route('0100000A')


class Place(NamedTuple):
    files: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}
