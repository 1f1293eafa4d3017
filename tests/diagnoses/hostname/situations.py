"""Agents, places and states of IMDS, as facts. A name in a table of the tests is a key here."""

from dataclasses import replace

from datadog_checks.aws_diagnostics.facts import (
    Agent,
    ContainerKind,
    Dmi,
    Facts,
    Host,
    Imds,
    NetworkPath,
    NotSent,
    Outcome,
    UtsNamespace,
)
from tests.builders import agent, answered, configuration, container, facts, host, imds, path, renamed, unanswered

DEFAULT_NAME = 'ip-10-0-0-12.eu-west-1.compute.internal'
CUSTOM_NAME = 'web-01.example.com'

NOT_SENT = NotSent('no token')
LOST = unanswered(Outcome.LOST, acknowledged=True)
SILENT = unanswered(Outcome.SILENT)

AGENTS: dict[str, Agent] = {
    '7.17.0': agent(
        version=(7, 17, 0),
        configuration=configuration(
            ec2_prefer_imdsv2=None,
            ec2_imdsv2_transition_payload_enabled=None,
            ec2_use_dmi=None,
            ec2_prioritize_instance_id_as_hostname=None,
        ),
    ),
    '7.20.0': agent(
        version=(7, 20, 0),
        configuration=configuration(
            ec2_prefer_imdsv2=None,
            ec2_imdsv2_transition_payload_enabled=None,
            ec2_use_dmi=None,
            ec2_prioritize_instance_id_as_hostname=None,
        ),
    ),
    **{
        f'{version} {"prefer" if prefer else "-"}': agent(
            version=tuple(map(int, version.split('.'))),
            configuration=configuration(ec2_prefer_imdsv2=prefer, ec2_imdsv2_transition_payload_enabled=None),
        )
        for version in ('7.40.0', '7.63.3')
        for prefer in (False, True)
    },
    **{
        f'{version} {"prefer" if prefer else "-"} {"transition" if transition else "-"}': agent(
            version=tuple(map(int, version.split('.'))),
            configuration=configuration(ec2_prefer_imdsv2=prefer, ec2_imdsv2_transition_payload_enabled=transition),
        )
        for version in ('7.64.0', '7.81.3')
        for prefer in (False, True)
        for transition in (False, True)
    },
}

IMDS: dict[tuple[str, str], Imds] = {
    ('v1+v2', 'arrives'): imds(tokenless=answered(200)),
    ('v2', 'arrives'): imds(),
    ('v1', 'arrives'): imds(token=answered(404), metadata=NOT_SENT, control=answered(200), tokenless=answered(200)),
    ('none', 'arrives'): imds(
        token=SILENT, metadata=NOT_SENT, control=NOT_SENT, tokenless=NOT_SENT, tokenless_at=None, instance_id=None
    ),
    ('v1+v2', 'lost'): imds(token=LOST, metadata=NOT_SENT, control=answered(401), tokenless=answered(200)),
    ('v2', 'lost'): imds(token=LOST, metadata=NOT_SENT, control=answered(401), instance_id=None),
    ('v1', 'lost'): imds(token=LOST, metadata=NOT_SENT, control=answered(200), tokenless=answered(200)),
    ('none', 'lost'): imds(
        token=LOST, metadata=NOT_SENT, control=LOST, tokenless=NOT_SENT, tokenless_at=None, instance_id=None
    ),
}

PATHS: dict[str, NetworkPath] = {
    'arrives': path(),
    'lost': path(
        gateways=1,
        gateway_addresses=('172.17.0.1',),
        reply_lost=True,
        remaining_ttl=None,
        hop_limit=None,
        hop_limit_at_most=1,
    ),
}

FIRMWARE: dict[str, Dmi] = {'nitro': Dmi('Amazon EC2', 'i-0123456789abcdef0', 'Amazon EC2'), 'xen': Dmi()}

PLACES: dict[str, Host] = {
    'host': host(os_hostname=DEFAULT_NAME),
    'host-custom': host(os_hostname=CUSTOM_NAME),
    'pod': host(os_hostname='datadog-x7k2p', container=container(ContainerKind.POD), uts_namespace=UtsNamespace.OWN),
    'ecs-bridge': host(
        os_hostname='f00dfeed0123', container=container(ContainerKind.ECS_BRIDGE), uts_namespace=UtsNamespace.OWN
    ),
    'own-uts': host(
        os_hostname='f00dfeed0123', container=container(ContainerKind.DOCKER), uts_namespace=UtsNamespace.OWN
    ),
}

NAMED_WITHOUT_AWS = {
    'host': ('os', DEFAULT_NAME),
    'host-custom': ('os', CUSTOM_NAME),
    'pod': ('container', DEFAULT_NAME),
    'ecs-bridge': ('container', DEFAULT_NAME),
    'own-uts': (None, ''),
}
"""What the Agent calls itself in each place as long as it does not find the instance id."""


NO_NAME = {'container': 'no container environment detected', 'os': 'OS hostname is not usable'}


def situated(agent_key: str, state: str, reply: str, place: str, firmware: str) -> Facts:
    """An Agent that has not found the instance id so far."""
    provider, hostname = NAMED_WITHOUT_AWS[place]
    errors = (
        {'container': 'no container environment detected', 'os': 'OS hostname is not usable'}
        if place == 'own-uts'
        else {}
    )
    return facts(
        agent=renamed(AGENTS[agent_key], provider, hostname, provider_errors=errors),
        imds=IMDS[state, reply],
        path=PATHS[reply],
        host=replace(PLACES[place], dmi=FIRMWARE[firmware]),
    )
