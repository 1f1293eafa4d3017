"""The simulated worlds of the demo, and what the check must find in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datadog_checks.aws_diagnostics.findings import Status
from tests.simulator import Behaviour, Fault, Persona, Topology, World

INSTANCE_ID = 'i-0123456789abcdef0'
OS_HOSTNAME = 'ip-10-0-0-12'
MISNAMED = ('hostname-provider-mismatch', 'hostname-not-instance-id')
REFUSED = (
    'unable to determine hostname from EC2: status code {status} trying to GET '
    'http://169.254.169.254/latest/meta-data/instance-id'
)
ANOTHER_CLOUD = {
    f'/sys/{folder}/dmi/id/{name}': 'Google\n'
    for folder in ('devices/virtual', 'class')
    for name in ('board_vendor', 'sys_vendor')
}
ANOTHER_INSTANCE = {
    path: content.replace(INSTANCE_ID, 'i-0fedcba9876543210') for path, content in World.EC2_FILES.items()
}
"""Of the machine itself; IMDS gives INSTANCE_ID."""
IN_A_POD = {'KUBERNETES_SERVICE_HOST': '10.100.0.1'}
ON_THE_HOST = {'DD_HOSTNAME_TRUST_UTS_NAMESPACE': 'true'}
"""A world has its own OS hostname, which an Agent uses only if it is told to or runs on the host itself."""


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """What the running Agent reports about itself: hostname and version to the check, the provider over expvar."""

    version: str = '7.81.3'
    hostname: str = INSTANCE_ID
    provider: str = 'aws'
    errors: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=lambda: ON_THE_HOST)


MISNAMED_IN_A_POD = StandIn(
    version='7.62.3',
    hostname=OS_HOSTNAME,
    provider='container',
    errors={'aws': REFUSED.format(status=401)},
    environ=IN_A_POD | {'DD_EC2_PREFER_IMDSV2': 'true'},
)


def old_agent(error: str) -> StandIn:
    """Of the time before IMDSv2, which did not get its name from EC2."""
    return StandIn(version='7.60.1', hostname=OS_HOSTNAME, provider='os', errors={'aws': error})


@dataclass(frozen=True, kw_only=True)
class Scenario:
    name: str
    headline: str
    path: tuple[str, ...]
    """From the Agent to IMDS, for the picture."""
    behaviour: Behaviour
    agent: StandIn
    status: Status
    failed: frozenset[str]
    topology: Topology = Topology.HOST
    fault: Fault = Fault.NONE
    files: Mapping[str, str] = field(default_factory=lambda: World.EC2_FILES)
    failed_on_loopback: frozenset[str] | None = None
    """At least these fail there; others depend on the machine. None: it needs a gateway, a firewall or files."""

    def world(self) -> World:
        return World(self.topology, fault=self.fault, files=self.files, os_hostname=OS_HOSTNAME, **vars(self.behaviour))


SCENARIOS = (
    Scenario(
        name='healthy',
        headline='An EC2 instance that requires IMDSv2, with a current Agent.',
        path=('Agent 7.81.3', 'IMDS: IMDSv2 required, hop limit 2'),
        behaviour=Behaviour(tokens='required', hop_limit=2),
        agent=StandIn(errors={'aws': REFUSED.format(status=401)}),
        status=Status.OK,
        failed=frozenset(),
        failed_on_loopback=frozenset(),
    ),
    Scenario(
        name='hop-limit-too-low',
        headline='A pod behind the bridge of its node, on an instance whose hop limit is 1.',
        path=('pod: Agent 7.62.3', 'bridge: 172.17.0.1', 'IMDS: IMDSv2 required, hop limit 1'),
        topology=Topology.CONTAINER,
        behaviour=Behaviour(tokens='required', hop_limit=1),
        agent=MISNAMED_IN_A_POD,
        status=Status.CRITICAL,
        failed=frozenset({'imds-hop-limit-too-low', 'hostname-lost-when-imdsv2-enforced', *MISNAMED}),
    ),
    Scenario(
        name='asymmetric-path',
        headline='A pod whose token reply passes one gateway more than its requests: a hop limit of 2 is not enough.',
        path=('pod: Agent 7.62.3', 'bridge: 172.17.0.1', 'IMDS: IMDSv2 required, hop limit 2'),
        topology=Topology.CONTAINER,
        fault=Fault.ASYMMETRIC_PATH,
        behaviour=Behaviour(tokens='required', hop_limit=2),
        agent=MISNAMED_IN_A_POD,
        status=Status.CRITICAL,
        failed=frozenset({'imds-hop-limit-too-low', 'hostname-lost-when-imdsv2-enforced', *MISNAMED}),
    ),
    Scenario(
        name='imdsv1-only-agent',
        headline='The instance requires IMDSv2, but the old Agent only uses IMDSv1.',
        path=('Agent 7.60.1', 'IMDS: IMDSv2 required, hop limit 2'),
        behaviour=Behaviour(tokens='required', hop_limit=2),
        agent=old_agent(REFUSED.format(status=401)),
        status=Status.CRITICAL,
        failed=frozenset({'agent-cannot-use-imdsv2', 'hostname-lost-when-imdsv2-enforced', *MISNAMED}),
        failed_on_loopback=frozenset({'agent-cannot-use-imdsv2'}),
    ),
    Scenario(
        name='endpoint-disabled',
        headline='The metadata endpoint of this instance is disabled.',
        path=('Agent 7.60.1', 'IMDS: HttpEndpoint disabled'),
        behaviour=Behaviour(endpoint='disabled'),
        agent=old_agent(REFUSED.format(status=403)),
        status=Status.CRITICAL,
        failed=frozenset({'imds-endpoint-disabled', *MISNAMED}),
        failed_on_loopback=frozenset({'imds-endpoint-disabled'}),
    ),
    Scenario(
        name='kube2iam',
        headline='A pod on a node where kube2iam intercepts requests to IMDS.',
        path=('pod: Agent 7.81.3', 'bridge: 172.17.0.1', 'kube2iam instead of IMDS'),
        topology=Topology.CONTAINER,
        behaviour=Behaviour(persona=Persona.KUBE2IAM, tokens='optional', hop_limit=2),
        agent=StandIn(environ=IN_A_POD),
        status=Status.WARNING,
        failed=frozenset({'imds-intercepted'}),
        failed_on_loopback=frozenset({'imds-intercepted'}),
    ),
    Scenario(
        name='firewalled',
        headline='A firewall rejects every packet to IMDS.',
        path=('Agent 7.60.1', 'firewall: 172.17.0.1 rejects', 'IMDS'),
        topology=Topology.CONTAINER,
        fault=Fault.REJECT_ADMIN_PROHIBITED,
        behaviour=Behaviour(hop_limit=2),
        agent=old_agent('no route to host'),
        status=Status.CRITICAL,
        failed=frozenset({'imds-unreachable', *MISNAMED}),
    ),
    Scenario(
        name='another-instance',
        headline='A VPN leads to the metadata service of its own instance, and the Agent took the name of that one.',
        path=('Agent 7.81.3', 'VPN: 172.17.0.1', 'IMDS of another instance'),
        topology=Topology.CONTAINER,
        behaviour=Behaviour(tokens='required', hop_limit=2),
        files=ANOTHER_INSTANCE,
        agent=StandIn(),
        status=Status.CRITICAL,
        failed=frozenset({'imds-of-another-instance'}),
    ),
    Scenario(
        name='not-ec2',
        headline='A virtual machine in another cloud, whose metadata server has the same address as IMDS.',
        path=('Agent 7.81.3', "another cloud's metadata server"),
        behaviour=Behaviour(persona=Persona.GOOGLE),
        files=ANOTHER_CLOUD,
        agent=StandIn(hostname='web-1.europe-west1-b.c.project.internal', provider='gce'),
        status=Status.OK,
        failed=frozenset(),
    ),
)
