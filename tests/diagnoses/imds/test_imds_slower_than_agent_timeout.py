from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_SLOWER_THAN_AGENT_TIMEOUT
from datadog_checks.aws_diagnostics.facts import Answer, ContainerKind, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import NOW, agent, answered, configuration, container, facts, host, imds
from tests.diagnoses.imds.conversations import connect_fails
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ONLY_V1 = agent(configuration=configuration(ec2_imdsv2_transition_payload_enabled=False))

PREFERS_V2 = agent(
    version=(7, 40, 0),
    configuration=configuration(ec2_prefer_imdsv2=True, ec2_imdsv2_transition_payload_enabled=None),
)


def after(connect: float, first_byte: float) -> Answer:
    return answered(connect_seconds=connect, first_byte_seconds=first_byte, token_granted=True)


FAILS = {
    'the token takes a little longer than the Agent waits': Row(
        facts(imds=imds(token=after(0.001, 0.300))),
        'the token PUT took 301 ms, the Agent waits 300 ms for each request',
        near_miss='the token takes exactly as long as the Agent waits',
    ),
    'the token is slow for an old Agent that prefers IMDSv2': Row(
        facts(imds=imds(token=after(0.001, 0.300)), agent=PREFERS_V2),
        'the token PUT took 301 ms, the Agent waits 300 ms for each request',
        near_miss='the token is slow, and this Agent asks for none',
    ),
    'connecting takes most of the time': Row(
        facts(imds=imds(token=after(0.25, 0.1))),
        'the token PUT took 350 ms, the Agent waits 300 ms for each request',
        near_miss='the token takes exactly as long as the Agent waits',
    ),
    'the metadata is the slower one': Row(
        facts(imds=imds(token=after(0.001, 0.35), metadata=after(0.0, 0.8))),
        'the metadata GET took 800 ms, the Agent waits 300 ms for each request',
        near_miss='the metadata takes as long, and the Agent waits longer',
    ),
    'seen some minutes ago, while the probe backs off': Row(
        facts(imds=imds(metadata=after(0.0, 0.8), observed_at=NOW - 200)),
        'the metadata GET took 800 ms, the Agent waits 300 ms for each request; observed 3 minutes ago (the probe '
        'backs off)',
        near_miss='the metadata takes as long, and the Agent waits longer',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT took 1 ms, the Agent waits 300 ms for each request'),
    'the token takes exactly as long as the Agent waits': Row(
        facts(imds=imds(token=after(0.0, 0.3))), 'the token PUT took 300 ms, the Agent waits 300 ms for each request'
    ),
    'the metadata takes as long, and the Agent waits longer': Row(
        facts(imds=imds(metadata=after(0.0, 0.8)), agent=agent(configuration=configuration(ec2_metadata_timeout=1.0))),
        'the metadata GET took 800 ms, the Agent waits 1000 ms for each request',
    ),
    'the token is slow, and this Agent asks for none': Row(
        facts(imds=imds(token=after(0.0, 0.9)), agent=ONLY_V1),
        'the metadata GET took 1 ms, the Agent waits 300 ms for each request',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'Agent not observed': Row(facts(agent=Unobserved('no Agent here')), 'no Agent here'),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent(''))),
        'nothing that the Agent asks for was answered: the token PUT found no connection: nothing came back',
    ),
}

DROPPED = (
    'see whether packets to link-local addresses are dropped: IMDS, DNS and NTP share 1024 packets per second for each '
    'network interface: ethtool -S eth0 | grep linklocal_allowance_exceeded'
)
WAIT = 'Let the Agent wait for twice what was measured (delays its start by as much where IMDS does not answer). '
REMEDIES = {
    'on a host': (
        facts(imds=imds(token=after(0.0, 0.45))),
        Remedy(
            'Find what delays IMDS, or let the Agent wait 900 ms for it',
            (
                f'On this host, {DROPPED}',
                f'{WAIT}In datadog.yaml: ec2_metadata_timeout: 900',
                'Restart the Agent: sudo systemctl restart datadog-agent',
            ),
        ),
    ),
    'in a pod': (
        facts(imds=imds(token=after(0.01, 0.45)), host=host(container=container(ContainerKind.POD))),
        Remedy(
            'Find what delays IMDS, or let the Agent wait 1000 ms for it',
            (
                f'On the host of this container, {DROPPED}',
                f'{WAIT}Helm: datadog.env: [{{name: DD_EC2_METADATA_TIMEOUT, value: "1000"}}]',
                'Restart the Agent: kubectl rollout restart daemonset/datadog',
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_SLOWER_THAN_AGENT_TIMEOUT, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_SLOWER_THAN_AGENT_TIMEOUT, REMEDIES)
