"""Tasks of ECS: the network mode is told by what it leaves in the network namespace."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.host.container import read_container
from datadog_checks.aws_diagnostics.facts import Container, ContainerKind

from .file_system import file_system
from .places import DOCKER_GATEWAY, HOST_CGROUP_V2, ID, TASK, VPC_GATEWAY, Place, default_route, interfaces

PLACES = {
    'ECS on Fargate': (
        Place(
            {'proc/self/cgroup': f'4:memory:/ecs/{TASK}/{TASK}-1\n', 'proc/self/net/dev': interfaces('lo', 'eth1')},
            {'AWS_EXECUTION_ENV': 'AWS_ECS_FARGATE', 'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4/x'},
        ),
        Container(ContainerKind.FARGATE, "AWS_EXECUTION_ENV is 'AWS_ECS_FARGATE'"),
    ),
    'ECS on Fargate, older platform': (
        Place({}, {'ECS_FARGATE': 'true'}),
        Container(ContainerKind.FARGATE, 'ECS_FARGATE is set'),
    ),
    'ECS bridge': (
        Place(
            {
                '.dockerenv': '',
                'proc/self/cgroup': f'4:memory:/ecs/{TASK}/{ID}\n',
                'proc/self/net/dev': interfaces('lo', 'eth0'),
                'proc/self/net/route': DOCKER_GATEWAY,
            },
            {'AWS_EXECUTION_ENV': 'AWS_ECS_EC2', 'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4/x'},
        ),
        Container(
            ContainerKind.ECS_BRIDGE,
            "ECS_CONTAINER_METADATA_URI_V4 is set; its gateway 172.17.0.1 is Docker's bridge",
        ),
    ),
    'ECS bridge with another network than the usual one': (
        Place(
            {
                'proc/self/net/dev': interfaces('lo', 'eth0'),
                'proc/self/net/route': default_route('0100A8C0'),
                'sys/class/net/eth0/address': '02:42:c0:a8:00:02\n',
            },
            {'ECS_CONTAINER_METADATA_URI': 'http://169.254.170.2/v3/x'},
        ),
        Container(
            ContainerKind.ECS_BRIDGE, "ECS_CONTAINER_METADATA_URI is set; its eth0 has a hardware address of Docker's"
        ),
    ),
    'ECS awsvpc': (
        Place(
            {
                '.dockerenv': '',
                'proc/self/net/dev': interfaces('lo', 'ecs-eth0', 'eth0'),
                'proc/self/net/route': VPC_GATEWAY,
            },
            {'AWS_EXECUTION_ENV': 'AWS_ECS_EC2'},
        ),
        Container(ContainerKind.ECS_AWSVPC, "AWS_EXECUTION_ENV is 'AWS_ECS_EC2'; it has the interface ecs-eth0"),
    ),
    'ECS in the host network': (
        Place(
            {
                'proc/self/cgroup': f'0::/ecstasks.slice/ecstasks-{TASK}.slice/docker-{ID}.scope\n',
                'proc/self/net/dev': interfaces('lo', 'ens5', 'docker0', 'veth12ab'),
                'proc/self/net/route': VPC_GATEWAY,
            }
        ),
        Container(
            ContainerKind.ECS_HOST,
            f"the cgroup is '/ecstasks.slice/ecstasks-{TASK}.slice/docker-{ID}.scope'; "
            'it sees docker0, an interface of the host',
        ),
    ),
    'ECS with only awsvpc tasks beside it, in the host network': (
        Place({'proc/self/net/dev': interfaces('lo', 'ens5', 'ecs-bridge')}, {'AWS_EXECUTION_ENV': 'AWS_ECS_EC2'}),
        Container(
            ContainerKind.ECS_HOST, "AWS_EXECUTION_ENV is 'AWS_ECS_EC2'; it sees ecs-bridge, an interface of the host"
        ),
    ),
    'ECS whose network mode left no mark': (
        Place(
            {'proc/self/net/dev': interfaces('lo', 'eth0'), 'proc/self/net/route': VPC_GATEWAY},
            {'AWS_EXECUTION_ENV': 'AWS_ECS_MANAGED_INSTANCES'},
        ),
        Container(
            ContainerKind.OTHER,
            "AWS_EXECUTION_ENV is 'AWS_ECS_MANAGED_INSTANCES'; an ECS task of unknown network mode",
        ),
    ),
    'ECS where the tables of the network are malformed': (
        Place(
            {'proc/self/net/dev': 'garbage\n', 'proc/self/net/route': 'eth0\t00000000\tgateway\n\n'},
            {'AWS_EXECUTION_ENV': 'AWS_ECS_EC2'},
        ),
        Container(ContainerKind.OTHER, "AWS_EXECUTION_ENV is 'AWS_ECS_EC2'; an ECS task of unknown network mode"),
    ),
    'an execution environment that is not ECS': (
        Place({}, {'AWS_EXECUTION_ENV': 'CloudShell'}),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
    'Agent on an ECS instance, outside of a task': (
        Place({'proc/self/cgroup': HOST_CGROUP_V2, 'proc/self/net/dev': interfaces('lo', 'ens5', 'docker0')}),
        Container(ContainerKind.NONE, 'no sign of a container'),
    ),
}


@pytest.mark.parametrize('place, expected', [pytest.param(*case, id=name) for name, case in PLACES.items()])
def test_the_kind_of_container_is_told_by_its_marks(tmp_path: Path, place: Place, expected: Container) -> None:
    root = file_system(tmp_path, place.files)
    assert read_container(root, place.environ) == expected
