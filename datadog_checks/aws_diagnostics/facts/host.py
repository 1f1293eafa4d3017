"""The machine, virtual machine or container that the check runs in."""

from dataclasses import dataclass
from enum import StrEnum

from .observed import Unobserved
from .path import Route
from .values import InstanceId


class ContainerKind(StrEnum):
    NONE = 'none'
    DOCKER = 'docker'
    POD = 'pod'
    """A Kubernetes pod, whichever runtime (containerd, CRI-O, cri-dockerd)."""
    ECS_BRIDGE = 'ecs-bridge'
    ECS_AWSVPC = 'ecs-awsvpc'
    ECS_HOST = 'ecs-host'
    ECS_MANAGED = 'ecs-managed'
    """A task of ECS Managed Instances, whose hosts AWS manages: containerd, no Docker, no way in."""
    FARGATE = 'fargate'
    SIDECAR = 'sidecar'
    """The Agent beside one task on a host that is EC2: it reports the task, and so has no hostname."""
    OTHER = 'other'
    """A container of a kind that leaves no mark (systemd-nspawn, LXC, podman, containerd without Kubernetes)."""


SIDECARS = (ContainerKind.FARGATE, ContainerKind.SIDECAR)
ECS = (ContainerKind.ECS_BRIDGE, ContainerKind.ECS_AWSVPC, ContainerKind.ECS_HOST, ContainerKind.ECS_MANAGED)


class OperatingSystem(StrEnum):
    LINUX = 'linux'
    WINDOWS = 'windows'
    MACOS = 'macos'
    OTHER = 'other'


class UtsNamespace(StrEnum):
    HOST = 'host'
    OWN = 'own'
    UNKNOWN = 'unknown'


@dataclass(frozen=True, slots=True)
class Platform:
    """Whether this is EC2, by the rules in rules/ec2.py; it is kept because it decides what else is observed."""

    ec2: bool | None
    """True or False where there is evidence; None where nothing is known."""
    evidence: str
    """One clause that quotes what was seen."""
    instance_id: InstanceId | None = None
    """As the firmware gave it, which names the instance on Nitro; see rules/identity.py."""


@dataclass(frozen=True, slots=True)
class Container:
    kind: ContainerKind
    evidence: str
    """The mark that was seen: a file, a cgroup path, an environment variable's name."""
    in_host_network: bool = False
    """It sees an interface that only a host has. False where none is seen, and where the kind says it already."""

    @property
    def has_the_host_network(self) -> bool:
        return self.in_host_network or self.kind in (ContainerKind.NONE, ContainerKind.ECS_HOST)


@dataclass(frozen=True, slots=True)
class Dmi:
    """/sys/devices/virtual/dmi/id: what the firmware says of the machine. '' where a file is absent or unreadable."""

    board_vendor: str = ''
    """'Amazon EC2' on Nitro."""
    board_asset_tag: str = ''
    """The instance id on Nitro."""
    sys_vendor: str = ''
    product_uuid: str = ''
    """Only root can read it on most systems."""
    bios_version: str = ''
    """Like '4.11.amazon' on Xen instances."""


@dataclass(frozen=True, slots=True)
class Host:
    os_hostname: str
    dmi: Dmi | Unobserved
    hypervisor_uuid: str
    """/sys/hypervisor/uuid (Xen): starts with ec2 on EC2. '' where there is none."""
    cloud_init_instance_id: InstanceId | None
    """/var/lib/cloud/data/instance-id; None where there is no such file or it holds something else."""
    cloud_init_platform: str
    """/run/cloud-init/cloud-id: 'aws' on EC2. '' where there is none."""
    container: Container
    uts_namespace: UtsNamespace
    operating_system: OperatingSystem | None = None
    """None in facts of versions that did not look."""
    route: Route | Unobserved = Unobserved('the route to IMDS was not looked at')
