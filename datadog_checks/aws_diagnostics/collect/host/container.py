"""Is this a container, and of which kind? Decided on marks that runtimes leave, the most specific first."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...facts import Container, ContainerKind
from ...text import LONGEST_PATH, quoted
from ..foreign import LARGE, read_or_empty
from .ecs import read_ecs_task
from .interfaces import interface_of_the_host, read_interfaces

MOUNTED_BY_RUNTIMES = ('/etc/hosts', '/etc/hostname', '/etc/resolv.conf')
"""Files that runtimes mount from a directory of their own, which tells them apart also where a private cgroup
namespace hides the cgroup path. Only these: a host's mount table lists the mounts of every container on it."""


@dataclass(frozen=True, slots=True)
class Marks:
    cgroups: tuple[str, ...]
    """Cgroup paths of this process and of process 1, without repetition."""
    sources: tuple[str, ...]
    """Where the files of MOUNTED_BY_RUNTIMES come from."""
    root_mount: str
    """The line of / in the mount table; '' where it cannot be read."""

    def seen(self, cgroup: re.Pattern[str], mount: re.Pattern[str]) -> Iterator[str]:
        """What matches, as evidence."""
        for path in self.cgroups:
            if cgroup.search(path):
                yield f'the cgroup is {quoted(path, LONGEST_PATH)}'
        for source in self.sources:
            if mount.search(source):
                yield f'/etc/{source.rpartition("/")[2].removeprefix("etc-")} comes from {quoted(source, LONGEST_PATH)}'


def read_marks(root: Path) -> Marks:
    mounts = list(_mounts(read_or_empty(root / 'proc/self/mountinfo', LARGE)))
    return Marks(
        cgroups=tuple(dict.fromkeys([*_cgroups(root, 'self'), *_cgroups(root, '1')])),
        sources=tuple(source for source, point, _ in mounts if point in MOUNTED_BY_RUNTIMES),
        root_mount=next((line for _, point, line in mounts if point == '/'), ''),
    )


def _cgroups(root: Path, process: str) -> Iterator[str]:
    """From lines like '4:memory:/docker/0123' (v1) and '0::/system.slice/ssh.service' (v2): see cgroups(7)."""
    for line in read_or_empty(root / 'proc' / process / 'cgroup', LARGE).splitlines():
        _, _, path = line.partition(':')[2].partition(':')
        if path:
            yield path


def _mounts(table: str) -> Iterator[tuple[str, str, str]]:
    """(directory in the mounted file system, mount point, line) of each mount: see /proc/PID/mountinfo in proc(5)."""
    for line in table.splitlines():
        columns = line.split(' ', 5)
        if len(columns) == 6:
            yield columns[3], columns[4], line


IN_A_FARGATE_POD = 'DD_EKS_FARGATE'
"""Set by the operator: nothing else tells a pod on EKS Fargate from another, and the Agent relies on it too."""

POD_CGROUP = re.compile(r'kubepods(\.slice)?/')
DOCKER_CGROUP = re.compile(r'(/docker/|/docker-)[0-9a-f]{12,64}')
OTHER_CGROUP = re.compile(r'/lxc/|/lxc\.payload[./]|/libpod-[0-9a-f]{12,}|/machine\.slice/|/nerdctl-[0-9a-f]{12,}')

POD_MOUNT = re.compile(r'/pods/[0-9a-f-]{32,36}/etc-hosts$|/io\.containerd\.grpc\.v1\.cri/sandboxes/')
DOCKER_MOUNT = re.compile(r'/containers/[0-9a-f]{64}/(hosts|hostname|resolv\.conf)$')
OTHER_MOUNT = re.compile(r'/(overlay-containers|nerdctl)/')
CONTAINER_ROOT = re.compile(r'containerd\.snapshotter|/overlay2/|/containers/storage/overlay/')

OTHER_RUNTIMES = ('podman', 'lxc', 'lxc-libvirt', 'systemd-nspawn', 'oci', 'docker')
"""Values of `container` by which systemd knows a container (the Container Interface of systemd.io)."""


def read_container(root: Path, environ: Mapping[str, str], sidecar: Container | None = None) -> Container:
    """`sidecar` is what settings of the Agent say, where they make it one."""
    marks = read_marks(root)
    for recognise in (_fargate, lambda *_: sidecar, _ecs):
        if found := recognise(root, environ, marks):
            return found
    for recognise in (_pod, _docker, _other):
        if found := recognise(root, environ, marks):
            return _in_its_network(root, found)
    return Container(ContainerKind.NONE, 'no sign of a container')


def _fargate(root: Path, environ: Mapping[str, str], marks: Marks) -> Container | None:
    if environ.get('AWS_EXECUTION_ENV') == 'AWS_ECS_FARGATE':
        return Container(ContainerKind.FARGATE, "AWS_EXECUTION_ENV is 'AWS_ECS_FARGATE'")
    if environ.get('ECS_FARGATE'):  # the Agent takes any value, also 'false'
        return Container(ContainerKind.FARGATE, f'ECS_FARGATE is {quoted(environ["ECS_FARGATE"])}')
    if environ.get(IN_A_FARGATE_POD, '').lower() in ('1', 't', 'true'):
        return Container(ContainerKind.FARGATE, f'{IN_A_FARGATE_POD} is set')
    return None


def _ecs(root: Path, environ: Mapping[str, str], marks: Marks) -> Container | None:
    return read_ecs_task(root, environ, marks.cgroups)


def _pod(root: Path, environ: Mapping[str, str], marks: Marks) -> Container | None:
    def evidence() -> Iterator[str]:
        if environ.get('KUBERNETES_SERVICE_HOST'):
            yield 'KUBERNETES_SERVICE_HOST is set'
        if (root / 'var/run/secrets/kubernetes.io').is_dir():
            yield '/var/run/secrets/kubernetes.io exists'
        yield from marks.seen(POD_CGROUP, POD_MOUNT)

    return _first(ContainerKind.POD, evidence)


def _docker(root: Path, environ: Mapping[str, str], marks: Marks) -> Container | None:
    def evidence() -> Iterator[str]:
        if (root / '.dockerenv').exists():
            yield '/.dockerenv exists'
        yield from marks.seen(DOCKER_CGROUP, DOCKER_MOUNT)

    return _first(ContainerKind.DOCKER, evidence)


def _other(root: Path, environ: Mapping[str, str], marks: Marks) -> Container | None:
    def evidence() -> Iterator[str]:
        if (root / 'run/.containerenv').exists():
            yield '/run/.containerenv exists'
        if environ.get('container') in OTHER_RUNTIMES:
            yield f'container is {environ["container"]!r} in the environment'
        if (root / 'run/systemd/container').exists():
            yield '/run/systemd/container exists'
        yield from marks.seen(OTHER_CGROUP, OTHER_MOUNT)
        if CONTAINER_ROOT.search(marks.root_mount):
            yield 'the root file system is a layer of a container image'
        if environ.get('DOCKER_DD_AGENT'):
            yield "DOCKER_DD_AGENT is set, as in Datadog's image"

    return _first(ContainerKind.OTHER, evidence)


def _in_its_network(root: Path, found: Container) -> Container:
    seen = interface_of_the_host(read_interfaces(root))
    if not seen:
        return found
    return Container(found.kind, f'{found.evidence}; it sees {seen}, an interface of the host', in_host_network=True)


def _first(kind: ContainerKind, evidence: Callable[[], Iterator[str]]) -> Container | None:
    seen = next(evidence(), None)
    return None if seen is None else Container(kind, seen)
