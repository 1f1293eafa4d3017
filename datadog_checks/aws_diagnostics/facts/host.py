"""The machine, virtual machine or container that the check runs in."""

from dataclasses import dataclass
from enum import StrEnum

from .observed import Unobserved
from .values import InstanceId, InterfaceName, IpAddress, IpNetwork


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


class OperatingSystem(StrEnum):
    LINUX = 'linux'
    WINDOWS = 'windows'
    MACOS = 'macos'
    OTHER = 'other'


class RouteKind(StrEnum):
    """What the routing table does with packets to IMDS, by the words of ip-route(8)."""

    UNICAST = 'unicast'
    """It sends them through `Route.device`."""
    LOCAL = 'local'
    """The address belongs to this system itself."""
    BLACKHOLE = 'blackhole'
    UNREACHABLE = 'unreachable'
    PROHIBIT = 'prohibit'
    NONE = 'none'
    """No route covers the address."""


class Neighbour(StrEnum):
    """What the kernel knows of the next node on the link, by the words of ip-neighbour(8)."""

    REACHABLE = 'reachable'
    STALE = 'stale'
    DELAY = 'delay'
    PROBE = 'probe'
    PERMANENT = 'permanent'
    NOARP = 'noarp'
    INCOMPLETE = 'incomplete'
    """It is being looked for, and has not answered yet."""
    FAILED = 'failed'
    """It was looked for, and did not answer."""
    NONE = 'none'
    """There is no entry, or the kernel does not tell (before Linux 5.0)."""

    @property
    def is_missing(self) -> bool:
        return self in (Neighbour.INCOMPLETE, Neighbour.FAILED)


@dataclass(frozen=True, slots=True)
class Route:
    """Where the kernel sends packets of this process to IMDS."""

    kind: RouteKind
    device: InterfaceName | None = None
    """None where there is none, or where its name has another form."""
    device_kind: str = ''
    """By the kernel: veth, bridge, tun, wireguard, ...; '' for a network card."""
    gateway: IpAddress | None = None
    """None where IMDS is looked for on the link itself. On EC2 this is the router of the subnet as a rule."""
    destination: IpNetwork | None = None
    """What the route covers: 0.0.0.0/0 for the default route. None where the kernel does not tell (before 4.13)."""
    table: int | None = None
    """The number of the routing table; 254 is main."""
    protocol: str = ''
    """Who made the route: kernel, dhcp, static, boot (a person or a script), ... or the number of another program."""
    neighbour: Neighbour = Neighbour.NONE
    """Of the gateway, or of IMDS on the link."""
    source: IpAddress | None = None
    """The address of this system that its packets to IMDS carry."""
    by_user: bool = False
    """Packets of root take another way: a rule of the routing policy looks at the user."""


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
