"""Pods of Kubernetes, whichever runtime holds them, and those of EKS on Fargate."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.host.container import read_container
from datadog_checks.aws_diagnostics.facts import Container, ContainerKind

from .file_system import file_system
from .places import CONTAINERD_ROOT, ID, POD, PODMAN_ROOT, PRIVATE_CGROUP, Place, interfaces, mounted

PLACES = {
    'pod on containerd, cgroup v1': (
        Place({'proc/self/cgroup': f'4:memory:/kubepods/burstable/pod{POD}/{ID}\n'}),
        Container(ContainerKind.POD, f"the cgroup is '/kubepods/burstable/pod{POD}/{ID}'"),
    ),
    'pod on containerd, cgroup v2': (
        Place({'proc/self/cgroup': PRIVATE_CGROUP}, {'KUBERNETES_SERVICE_HOST': '172.20.0.1'}),
        Container(ContainerKind.POD, 'KUBERNETES_SERVICE_HOST is set'),
    ),
    'pod whose environment is not passed on': (
        Place(
            {
                'proc/self/cgroup': PRIVATE_CGROUP,
                'proc/self/mountinfo': CONTAINERD_ROOT
                + mounted(f'/var/lib/kubelet/pods/{POD}/etc-hosts', '/etc/hosts'),
            }
        ),
        Container(ContainerKind.POD, f"/etc/hosts comes from '/var/lib/kubelet/pods/{POD}/etc-hosts'"),
    ),
    **{
        f'pod in the network of its node, which has {name}': (
            Place({'proc/self/net/dev': interfaces('lo', 'ens5', name)}, {'KUBERNETES_SERVICE_HOST': '172.20.0.1'}),
            Container(
                ContainerKind.POD, f'KUBERNETES_SERVICE_HOST is set; it sees {name}, an interface of the host', True
            ),
        )
        for name in ('cni0', 'flannel.1', 'cilium_host', 'eni0a1b2c3d4e5', 'cali0a1b2c3d4e5', 'nodelocaldns')
    },
    'pod in a network of its own': (
        Place({'proc/self/net/dev': interfaces('lo', 'eth0')}, {'KUBERNETES_SERVICE_HOST': '172.20.0.1'}),
        Container(ContainerKind.POD, 'KUBERNETES_SERVICE_HOST is set'),
    ),
    'pod with a service account': (
        Place({'var/run/secrets/kubernetes.io/serviceaccount/token': 'secret'}),
        Container(ContainerKind.POD, '/var/run/secrets/kubernetes.io exists'),
    ),
    'pod on CRI-O': (
        Place(
            {
                'proc/self/cgroup': '0::/kubepods.slice/kubepods-besteffort.slice/crio-4f.scope\n',
                'proc/self/mountinfo': PODMAN_ROOT,
            }
        ),
        Container(ContainerKind.POD, "the cgroup is '/kubepods.slice/kubepods-besteffort.slice/crio-4f.scope'"),
    ),
    'pod on Docker (cri-dockerd)': (
        Place({'.dockerenv': '', 'proc/self/cgroup': f'4:memory:/kubepods/besteffort/pod{POD}/{ID}\n'}),
        Container(ContainerKind.POD, f"the cgroup is '/kubepods/besteffort/pod{POD}/{ID}'"),
    ),
    "Agent pod that sees the host's processes": (
        Place(
            {
                'proc/1/cgroup': '0::/../../../../init.scope\n',
                'proc/self/cgroup': PRIVATE_CGROUP,
                'proc/self/mountinfo': CONTAINERD_ROOT
                + mounted('/data', '/host/proc')
                + mounted(f'/var/lib/kubelet/pods/{POD}/etc-hosts', '/etc/hosts'),
            },
            {'DOCKER_DD_AGENT': 'true'},
        ),
        Container(ContainerKind.POD, f"/etc/hosts comes from '/var/lib/kubelet/pods/{POD}/etc-hosts'"),
    ),
    'pod on EKS Fargate': (
        Place({}, {'KUBERNETES_SERVICE_HOST': '172.20.0.1', 'DD_EKS_FARGATE': 'true'}),
        Container(ContainerKind.FARGATE, 'DD_EKS_FARGATE is set'),
    ),
    'pod on EKS, said not to be Fargate': (
        Place({}, {'KUBERNETES_SERVICE_HOST': '172.20.0.1', 'DD_EKS_FARGATE': 'false'}),
        Container(ContainerKind.POD, 'KUBERNETES_SERVICE_HOST is set'),
    ),
}


@pytest.mark.parametrize('place, expected', [pytest.param(*case, id=name) for name, case in PLACES.items()])
def test_the_kind_of_container_is_told_by_its_marks(tmp_path: Path, place: Place, expected: Container) -> None:
    root = file_system(tmp_path, place.files)
    assert read_container(root, place.environ) == expected
