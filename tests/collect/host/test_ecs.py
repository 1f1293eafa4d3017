"""Tasks of ECS: the network mode is told by what it leaves in the network namespace."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.host.container import read_container
from datadog_checks.aws_diagnostics.facts import Container, ContainerKind

from .file_system import file_system
from .places import DOCKER_GATEWAY, HOST_CGROUP_V2, ID, TASK, VPC_GATEWAY, Place, default_route, interfaces

NO_SIGN = 'no sign of a container'
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
        Container(ContainerKind.FARGATE, "ECS_FARGATE is 'true'"),
    ),
    'ECS_FARGATE with any value, as the Agent takes it': (
        Place({}, {'ECS_FARGATE': 'false', 'AWS_EXECUTION_ENV': 'AWS_ECS_EC2'}),
        Container(ContainerKind.FARGATE, "ECS_FARGATE is 'false'"),
    ),
    'ECS_FARGATE without a value': (Place({}, {'ECS_FARGATE': ''}), Container(ContainerKind.NONE, NO_SIGN)),
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
            {'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4/x'},
        ),
        Container(ContainerKind.OTHER, 'ECS_CONTAINER_METADATA_URI_V4 is set; an ECS task of unknown network mode'),
    ),
    'ECS Managed Instances, on a bridge of its own without Docker': (
        Place(
            {'proc/self/net/dev': interfaces('lo', 'eth0'), 'proc/self/net/route': VPC_GATEWAY},
            {'AWS_EXECUTION_ENV': 'AWS_ECS_MANAGED_INSTANCES', 'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2'},
        ),
        Container(ContainerKind.ECS_MANAGED, "AWS_EXECUTION_ENV is 'AWS_ECS_MANAGED_INSTANCES'"),
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


def test_what_makes_the_agent_a_sidecar_counts_more_than_the_task(tmp_path: Path) -> None:
    root, sidecar = file_system(tmp_path, {}), Container(ContainerKind.SIDECAR, 'ecs_deployment_mode is sidecar')
    assert read_container(root, {'AWS_EXECUTION_ENV': 'AWS_ECS_MANAGED_INSTANCES'}, sidecar) == sidecar
    assert read_container(root, {}, None).kind is ContainerKind.NONE


@pytest.mark.parametrize('place, expected', [pytest.param(*case, id=name) for name, case in PLACES.items()])
def test_the_kind_of_container_is_told_by_its_marks(tmp_path: Path, place: Place, expected: Container) -> None:
    root = file_system(tmp_path, place.files)
    assert read_container(root, place.environ) == expected
