"""Hosts, Docker, and the containers that are neither a pod nor an ECS task."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.host.container import read_container
from datadog_checks.aws_diagnostics.facts import Container, ContainerKind

from .file_system import file_system
from .places import (
    CONTAINERD_ROOT,
    DOCKER_ROOT,
    HOST_CGROUP_V2,
    ID,
    POD,
    PODMAN_ROOT,
    PRIVATE_CGROUP,
    ROOT_DISK,
    Place,
    interfaces,
    mounted,
)

PLACES = {
    'host with cgroup v2': (
        Place(
            {'proc/self/cgroup': HOST_CGROUP_V2, 'proc/1/cgroup': '0::/init.scope\n', 'proc/self/mountinfo': ROOT_DISK}
        ),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'host with cgroup v1': (
        Place({'proc/self/cgroup': '4:memory:/system.slice/datadog-agent.service\n1:name=systemd:/\n'}),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'host that runs containers: their mounts are not its own': (
        Place(
            {
                'proc/self/cgroup': HOST_CGROUP_V2,
                'proc/self/mountinfo': DOCKER_ROOT.replace(' / / ', f' / /var/lib/docker/overlay2/{ID}/merged ')
                + mounted(f'/var/lib/docker/containers/{ID}/hosts', '/srv/copy-of-hosts')
                + ROOT_DISK,
                'proc/self/net/dev': interfaces('lo', 'ens5', 'docker0', 'ecs-bridge'),
            }
        ),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'daemons of runtimes on a host are no containers': (
        Place(
            {
                'proc/self/cgroup': '0::/system.slice/docker.service\n',
                'proc/1/cgroup': '0::/kubelet.slice/lxc.service\n',
            }
        ),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'Docker, cgroup v1': (
        Place({'proc/self/cgroup': f'4:memory:/docker/{ID}\n', 'proc/self/mountinfo': DOCKER_ROOT}),
        Container(ContainerKind.DOCKER, f"the cgroup is '/docker/{ID}'"),
    ),
    'Docker, cgroup v1 by systemd': (
        Place({'proc/self/cgroup': f'4:memory:/system.slice/docker-{ID}.scope\n'}),
        Container(ContainerKind.DOCKER, f"the cgroup is '/system.slice/docker-{ID}.scope'"),
    ),
    'Docker, cgroup v2': (
        Place({'.dockerenv': '', 'proc/self/cgroup': PRIVATE_CGROUP, 'proc/self/mountinfo': DOCKER_ROOT}),
        Container(ContainerKind.DOCKER, '/.dockerenv exists'),
    ),
    'Docker, in the network of the host': (
        Place({'.dockerenv': '', 'proc/self/net/dev': interfaces('lo', 'ens5', 'docker0', 'veth12ab')}),
        Container(ContainerKind.DOCKER, '/.dockerenv exists; it sees docker0, an interface of the host', True),
    ),
    'Docker, in a network of its own': (
        Place({'.dockerenv': '', 'proc/self/net/dev': interfaces('lo', 'eth0', 'tunl0', 'eni0')}),
        Container(ContainerKind.DOCKER, '/.dockerenv exists'),
    ),
    'Docker, cgroup v2, its mark hidden': (
        Place(
            {
                'proc/self/cgroup': PRIVATE_CGROUP,
                'proc/self/mountinfo': DOCKER_ROOT
                + mounted(f'/var/lib/docker/containers/{ID}/hostname', '/etc/hostname'),
            }
        ),
        Container(ContainerKind.DOCKER, f"/etc/hostname comes from '/var/lib/docker/containers/{ID}/hostname'"),
    ),
    'Docker with a disk of its own': (
        Place({'proc/self/mountinfo': mounted(f'/containers/{ID}/resolv.conf', '/etc/resolv.conf')}),
        Container(ContainerKind.DOCKER, f"/etc/resolv.conf comes from '/containers/{ID}/resolv.conf'"),
    ),
    'podman': (
        Place({'run/.containerenv': 'engine="podman-5.2"\n', 'proc/self/cgroup': PRIVATE_CGROUP}),
        Container(ContainerKind.OTHER, '/run/.containerenv exists'),
    ),
    'podman, cgroup v1': (
        Place({'proc/self/cgroup': f'4:memory:/machine.slice/libpod-{ID}.scope\n'}),
        Container(ContainerKind.OTHER, f"the cgroup is '/machine.slice/libpod-{ID}.scope'"),
    ),
    'podman by its layers': (
        Place({'proc/self/mountinfo': PODMAN_ROOT}),
        Container(ContainerKind.OTHER, 'the root file system is a layer of a container image'),
    ),
    'LXC': (
        Place({'proc/self/cgroup': '4:memory:/lxc.payload.web1/system.slice/datadog-agent.service\n'}),
        Container(ContainerKind.OTHER, "the cgroup is '/lxc.payload.web1/system.slice/datadog-agent.service'"),
    ),
    'LXC with systemd in it': (
        Place({'run/systemd/container': 'lxc\n', 'proc/self/cgroup': HOST_CGROUP_V2}),
        Container(ContainerKind.OTHER, '/run/systemd/container exists'),
    ),
    'systemd-nspawn': (
        Place({}, {'container': 'systemd-nspawn'}),
        Container(ContainerKind.OTHER, "container is 'systemd-nspawn' in the environment"),
    ),
    'containerd without Kubernetes': (
        Place({'proc/self/cgroup': PRIVATE_CGROUP, 'proc/self/mountinfo': CONTAINERD_ROOT}),
        Container(ContainerKind.OTHER, 'the root file system is a layer of a container image'),
    ),
    'the image of the Agent and no other mark': (
        Place({'proc/self/cgroup': PRIVATE_CGROUP}, {'DOCKER_DD_AGENT': 'true'}),
        Container(ContainerKind.OTHER, "DOCKER_DD_AGENT is set, as in Datadog's image"),
    ),
    'a root file system in layers without a container, as on live systems': (
        Place({'proc/self/mountinfo': '27 1 0:30 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro\n'}),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'malformed tables': (
        Place({'proc/self/cgroup': 'no colon\n::\n0::', 'proc/self/mountinfo': 'short line\n\n'}),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'nothing can be read, as on Windows': (Place(), Container(ContainerKind.NONE, 'no sign of a container')),
}


@pytest.mark.parametrize('place, expected', [pytest.param(*case, id=name) for name, case in PLACES.items()])
def test_the_kind_of_container_is_told_by_its_marks(tmp_path: Path, place: Place, expected: Container) -> None:
    root = file_system(tmp_path, place.files)
    assert read_container(root, place.environ) == expected


def test_a_very_long_cgroup_path_is_cut_and_has_no_control_characters(tmp_path: Path) -> None:
    root = file_system(tmp_path, {'proc/self/cgroup': '0::/kubepods/\x1b[31m' + 'x' * 5000 + '\n'})
    assert read_container(root, {}).evidence == f"the cgroup is '/kubepods/\ufffd[31m{'x' * 142}...'"


def test_only_the_beginning_of_an_endless_mount_table_is_read(tmp_path: Path) -> None:
    table = mounted('/x', '/y') * 2000 + mounted(f'/var/lib/kubelet/pods/{POD}/etc-hosts', '/etc/hosts')
    root = file_system(tmp_path, {'proc/self/mountinfo': table})
    assert len(table) > 64 * 1024
    assert read_container(root, {}).kind is ContainerKind.NONE
