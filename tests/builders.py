"""One healthy default for every group of facts; a case states its one difference."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import (
    Agent,
    AgentConfiguration,
    Answer,
    Container,
    ContainerKind,
    Dmi,
    Facts,
    Host,
    HostnameFile,
    HostnameProvider,
    HostnameSource,
    IcmpError,
    Identity,
    Imds,
    Neighbour,
    NetworkPath,
    NoAnswer,
    NotSent,
    OperatingSystem,
    Outcome,
    Platform,
    Route,
    RouteKind,
    UtsNamespace,
)
from datadog_checks.aws_diagnostics.facts.values import (
    AccountId,
    AgentHostname,
    FilePath,
    ImdsEndpoint,
    InstanceId,
    InterfaceName,
    IpAddress,
    IpNetwork,
    RegionName,
)

NOW = 1_790_000_000.0
INSTANCE_ID = InstanceId('i-0123456789abcdef0')
OTHER_INSTANCE_ID = InstanceId('i-0fedcba9876543210')
ACCOUNT, REGION = AccountId('123456789012'), RegionName('eu-west-1')


def answered(status: int = 200, **differences: Any) -> Answer:
    return replace(Answer(status, connect_seconds=0.0002, first_byte_seconds=0.0008, server='EC2ws'), **differences)


def granted() -> Answer:
    return answered(token_granted=True)


def unanswered(outcome: Outcome, detail: str = '', **differences: Any) -> NoAnswer:
    return NoAnswer(outcome, detail or str(outcome), **differences)


def icmp(version: int, type: int, code: int, sender: str | None) -> IcmpError:
    return IcmpError(version, type, code, None if sender is None else IpAddress(sender))


def identity(instance_id: InstanceId | None = INSTANCE_ID) -> Identity:
    return Identity(REGION, ACCOUNT, 'ami-0abcdef1234567890', 'm7i.large', 'eu-west-1a', instance_id)


def imds(**differences: Any) -> Imds:
    """IMDSv2 works, IMDSv1 is switched off."""
    healthy = Imds(
        endpoint=ImdsEndpoint('http://169.254.169.254'),
        observed_at=NOW,
        token=granted(),
        metadata=answered(),
        control=NotSent('the token was granted'),
        tokenless=answered(401),
        tokenless_at=NOW,
        instance_id=INSTANCE_ID,
        identity=identity(),
        requests=2,
    )
    return replace(healthy, **differences)


def path(**differences: Any) -> NetworkPath:
    """On the host itself, with the hop limit 2 of an AMI that asks for IMDSv2. The way back is like that there."""
    healthy = NetworkPath(measured_at=NOW, gateways=0, confirmed=True, remaining_ttl=2, hop_limit=2, intercepted=False)
    return replace(healthy, **{'gateways_back': differences.get('gateways', 0)} | differences)


def host(**differences: Any) -> Host:
    """A Nitro instance, not in a container."""
    healthy = Host(
        os_hostname='ip-10-0-0-12.eu-west-1.compute.internal',
        dmi=Dmi(board_vendor='Amazon EC2', board_asset_tag=INSTANCE_ID, sys_vendor='Amazon EC2'),
        hypervisor_uuid='',
        cloud_init_instance_id=INSTANCE_ID,
        cloud_init_platform='aws',
        container=Container(ContainerKind.NONE, 'no sign of a container'),
        uts_namespace=UtsNamespace.HOST,
        operating_system=OperatingSystem.LINUX,
    )
    return replace(healthy, **differences)


def route(**differences: Any) -> Route:
    """By way of the subnet's router, as an instance gets it from DHCP."""
    healthy = Route(
        RouteKind.UNICAST,
        device=InterfaceName('ens5'),
        gateway=IpAddress('10.0.0.1'),
        destination=IpNetwork('0.0.0.0/0'),
        table=254,
        protocol='dhcp',
        neighbour=Neighbour.REACHABLE,
        source=IpAddress('10.0.0.12'),
    )
    return replace(healthy, **differences)


def container(kind: ContainerKind) -> Container:
    return Container(kind, f'a mark of {kind}')


def agent(**differences: Any) -> Agent:
    """A current Agent with default settings, named by its instance id."""
    if isinstance(differences.get('provider'), str):
        differences['provider'] = HostnameProvider.of(differences['provider'])
    healthy = Agent(
        hostname=AgentHostname(INSTANCE_ID),
        version=(7, 81, 3),
        configuration=AgentConfiguration(),
        provider=HostnameProvider.AWS,
        source=HostnameSource.EXPVAR,
    )
    return replace(healthy, **differences)


def renamed(agent: Agent, provider: str | None, hostname: str, **differences: Any) -> Agent:
    """The same Agent with a name from another provider."""
    known = None if provider is None else HostnameProvider(provider)
    return replace(agent, provider=known, hostname=AgentHostname(hostname), **differences)


def hostname_file(path: str, content: str = '', error: str = '') -> HostnameFile:
    return HostnameFile(FilePath(path), content, error)


def expecting(*providers: str, hostname: str = '') -> Expectations:
    """The operator expects one of these hostname providers, or this hostname; by default what an operator gets who
    says nothing."""
    expected = Expectations()
    if providers:
        expected = replace(expected, hostname_providers=tuple(map(HostnameProvider, providers)))
    return replace(expected, hostname=AgentHostname(hostname)) if hostname else expected


def configuration(**differences: Any) -> AgentConfiguration:
    return replace(AgentConfiguration(), **differences)


def facts(**differences: Any) -> Facts:
    """A healthy EC2 instance."""
    healthy = Facts(
        observed_at=NOW,
        platform=Platform(True, "DMI board_vendor is 'Amazon EC2'", INSTANCE_ID),
        host=host(),
        imds=imds(),
        path=path(),
        agent=agent(),
    )
    return replace(healthy, **differences)
