from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_SLOWER_THAN_AGENT_TIMEOUT
from datadog_checks.aws_diagnostics.facts import Answer, ContainerKind, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.builders import NOW, agent, answered, configuration, container, facts, host, imds
from tests.diagnoses.imds.conversations import connect_fails
from tests.diagnoses.remedy_parts import (
    APPLY_HELM,
    DROPPED_PACKETS,
    DROPPED_PACKETS_AROUND,
    RESTART,
    RESTART_POD,
    SET_BACK,
)
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
        'the token PUT took 301 ms; the Agent waits 300 ms for each request',
        near_miss='the token takes exactly as long as the Agent waits',
    ),
    'the token is slow for an old Agent that prefers IMDSv2': Row(
        facts(imds=imds(token=after(0.001, 0.300)), agent=PREFERS_V2),
        'the token PUT took 301 ms; the Agent waits 300 ms for each request',
        near_miss='the token is slow, and this Agent asks for none',
    ),
    'connecting takes most of the time': Row(
        facts(imds=imds(token=after(0.25, 0.1))),
        'the token PUT took 350 ms; the Agent waits 300 ms for each request',
        near_miss='the token takes exactly as long as the Agent waits',
    ),
    'the metadata is the slower one': Row(
        facts(imds=imds(token=after(0.001, 0.35), metadata=after(0.0, 0.8))),
        'the metadata GET took 800 ms; the Agent waits 300 ms for each request',
        near_miss='the metadata takes as long, and the Agent waits longer',
    ),
    'seen some minutes ago, while the probe backs off': Row(
        facts(imds=imds(metadata=after(0.0, 0.8), observed_at=NOW - 200)),
        'the metadata GET took 800 ms; the Agent waits 300 ms for each request; observed 3 minutes ago (the probe '
        'backs off)',
        near_miss='the metadata takes as long, and the Agent waits longer',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT took 1 ms; the Agent waits 300 ms for each request'),
    'the token takes exactly as long as the Agent waits': Row(
        facts(imds=imds(token=after(0.0, 0.3))), 'the token PUT took 300 ms; the Agent waits 300 ms for each request'
    ),
    'the metadata takes as long, and the Agent waits longer': Row(
        facts(imds=imds(metadata=after(0.0, 0.8)), agent=agent(configuration=configuration(ec2_metadata_timeout=1.0))),
        'the metadata GET took 800 ms; the Agent waits 1000 ms for each request',
    ),
    'the token is slow, and this Agent asks for none': Row(
        facts(imds=imds(token=after(0.0, 0.9)), agent=ONLY_V1),
        'the metadata GET took 1 ms; the Agent waits 300 ms for each request',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'Agent not observed': Row(facts(agent=Unobserved('no Agent here')), 'no Agent here'),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent(''))),
        "none of the Agent's requests would be answered: the token PUT got no connection: nothing came back",
    ),
}

TWICE = '(twice what was measured; where IMDS is silent, the Agent starts that much later)'

REMEDIES = {
    'on a host': (
        facts(imds=imds(token=after(0.0, 0.45))),
        Remedy(
            'Find what delays IMDS, or let the Agent wait 900 ms',
            (
                Choice(
                    f'{DROPPED_PACKETS.text}, and find what sends them',
                    (
                        Command('ip -brief link'),
                        Command('ethtool -S "${INTERFACE:?}" | grep linklocal_allowance_exceeded'),
                    ),
                ),
                Choice(
                    f'Let the Agent wait 900 ms, in datadog.yaml {TWICE}',
                    (Command('ec2_metadata_timeout: 900', Language.YAML),),
                    undo=SET_BACK,
                ),
            ),
            then=(RESTART,),
        ),
    ),
    'with an Agent that cannot be told to wait longer': (
        facts(
            imds=imds(metadata=after(0.0, 0.15)),
            agent=agent(version=(7, 22, 1), configuration=configuration(ec2_metadata_timeout=0.1)),
        ),
        Remedy(
            'Find what delays IMDS, or upgrade the Agent',
            (
                Choice(
                    f'{DROPPED_PACKETS.text}, and find what sends them',
                    (
                        Command('ip -brief link'),
                        Command('ethtool -S "${INTERFACE:?}" | grep linklocal_allowance_exceeded'),
                    ),
                ),
                Choice('Upgrade the Agent to 7.23.0 or later, which can be told to wait longer (ec2_metadata_timeout)'),
            ),
            then=(RESTART,),
        ),
    ),
    'in a pod': (
        facts(imds=imds(token=after(0.01, 0.45)), host=host(container=container(ContainerKind.POD))),
        Remedy(
            'Find what delays IMDS, or let the Agent wait 1000 ms',
            (
                Choice(
                    f'{DROPPED_PACKETS_AROUND.text}, and find what sends them',
                    (
                        Command('ip -brief link'),
                        Command('ethtool -S "${INTERFACE:?}" | grep linklocal_allowance_exceeded'),
                    ),
                ),
                Choice(
                    f'Let the Agent wait 1000 ms, in the Helm values {TWICE}',
                    (
                        Command(
                            'datadog:\n  env:\n    - name: DD_EC2_METADATA_TIMEOUT\n      value: "1000"', Language.HELM
                        ),
                    ),
                    undo=SET_BACK,
                ),
            ),
            then=(APPLY_HELM, RESTART_POD),
        ),
    ),
}

test_verdict = verdict_test(IMDS_SLOWER_THAN_AGENT_TIMEOUT, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_SLOWER_THAN_AGENT_TIMEOUT, REMEDIES)
