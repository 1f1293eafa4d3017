"""IMDSv1 is switched off, or has to be, and this Agent speaks nothing else."""

from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.hostname.agent_cannot_use_imdsv2 import AGENT_CANNOT_USE_IMDSV2
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Imds, NotSent, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, agent, answered, configuration, container, facts, host, imds
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import AGENTS, DEFAULT_NAME
from .situations import IMDS as STATES

V1_ON = STATES['v1+v2', 'arrives']
V1_OFF = STATES['v2', 'arrives']
V1_NOT_ASKED = imds(tokenless=NotSent('imdsv1_probe_interval is 0'), tokenless_at=None)
UNREACHABLE = STATES['none', 'arrives']

OLD = 'the Agent 7.63.3 speaks IMDSv1 alone (ec2_prefer_imdsv2 is false)'
NEW = (
    'the Agent 7.64.0 speaks IMDSv1 alone (ec2_imdsv2_transition_payload_enabled is false, ec2_prefer_imdsv2 is false)'
)
READINESS = 'the diagnosis hostname-lost-when-imdsv2-enforced tells what happens when it is switched off'


def with_agent(key: str, seen: Imds | Unobserved, provider: str = 'os', hostname: str = DEFAULT_NAME) -> Facts:
    return facts(agent=replace(AGENTS[key], provider=provider, hostname=hostname), imds=seen)


FAILS = {
    'before 7.64 without the setting, IMDSv1 is off': Row(
        with_agent('7.63.3 -', V1_OFF),
        f'{OLD}, and IMDSv1 is switched off (401 without a token)',
        near_miss='before 7.64 with the setting',
    ),
    'before 7.64 without the setting, IMDSv1 is off and the name is still that from before': Row(
        with_agent('7.63.3 -', V1_OFF, 'aws', INSTANCE_ID),
        f'{OLD}, and IMDSv1 is switched off (401 without a token)',
        near_miss='before 7.64, IMDSv1 answers: a matter of readiness',
    ),
    'before 7.18, where there is no setting': Row(
        with_agent('7.17.0', V1_OFF),
        'the Agent 7.17.0 speaks IMDSv1 alone (no setting of this version changes that), and IMDSv1 is switched off '
        '(401 without a token)',
        near_miss='7.18 to 7.21: IMDSv2 after a 401',
    ),
    'exactly 7.22, the first version with the setting': Row(
        facts(
            agent=agent(version=(7, 22, 0), configuration=configuration(ec2_imdsv2_transition_payload_enabled=None)),
            imds=V1_OFF,
        ),
        'the Agent 7.22.0 speaks IMDSv1 alone (ec2_prefer_imdsv2 is false), and IMDSv1 is switched off (401 without a '
        'token)',
        near_miss='exactly 7.22 with the setting',
    ),
    'from 7.64 with the transition switched off': Row(
        with_agent('7.64.0 - -', V1_OFF),
        f'{NEW}, and IMDSv1 is switched off (401 without a token)',
        near_miss='from 7.64 with the transition switched off, but IMDSv2 preferred',
    ),
    'the hop limit is too low as well': Row(
        with_agent('7.63.3 -', STATES['v2', 'lost']),
        f'{OLD}, and IMDSv1 is switched off (401 without a token)',
        near_miss='before 7.64 with the setting',
    ),
    'IMDSv1 is off and the name comes from elsewhere, as expected: the tags are lost, not the name': Row(
        with_agent('7.63.3 -', V1_OFF, 'configuration', 'web-01'),
        Failed(f'{OLD}, and IMDSv1 is switched off (401 without a token)', Status.WARNING),
        Expectations(hostname_providers=('configuration',)),
        near_miss='before 7.64 with the setting',
    ),
    'IMDSv1 answers, but IMDSv2 is required': Row(
        with_agent('7.63.3 -', V1_ON, 'aws', INSTANCE_ID),
        f'{OLD}, and require_imdsv2 is set',
        Expectations(require_imdsv2=True),
        near_miss='before 7.64, IMDSv1 answers: a matter of readiness',
    ),
    'IMDSv1 answers, but has to be disabled': Row(
        with_agent('7.63.3 -', V1_ON, 'aws', INSTANCE_ID),
        Failed(f'{OLD}, and IMDSv1 has to be disabled', Status.WARNING),
        Expectations(imdsv1=ImdsV1.DISABLED),
        near_miss='before 7.64, IMDSv1 answers: a matter of readiness',
    ),
    'IMDSv2 is required, and IMDS could not be asked': Row(
        with_agent('7.63.3 -', Unobserved('no sockets here')),
        f'{OLD}, and require_imdsv2 is set',
        Expectations(require_imdsv2=True),
        near_miss='before 7.64 with the setting',
    ),
}
PASSES = {
    'from 7.64 by default': Row(facts(), 'the Agent 7.81.3 speaks IMDSv2, and IMDSv1 without a token'),
    'before 7.64 with the setting': Row(
        with_agent('7.63.3 prefer', V1_OFF), 'the Agent 7.63.3 speaks IMDSv2, and IMDSv1 without a token'
    ),
    'exactly 7.22 with the setting': Row(
        facts(
            agent=agent(
                version=(7, 22, 0),
                configuration=configuration(ec2_prefer_imdsv2=True, ec2_imdsv2_transition_payload_enabled=None),
            ),
            imds=V1_OFF,
        ),
        'the Agent 7.22.0 speaks IMDSv2, and IMDSv1 without a token',
    ),
    '7.18 to 7.21: IMDSv2 after a 401': Row(
        with_agent('7.20.0', V1_OFF), 'the Agent 7.20.0 speaks IMDSv1, and IMDSv2 after a 401'
    ),
    'from 7.64 with the transition switched off, but IMDSv2 preferred': Row(
        with_agent('7.64.0 prefer -', V1_OFF), 'the Agent 7.64.0 speaks IMDSv2, and IMDSv1 without a token'
    ),
    'before 7.64, IMDSv1 answers: a matter of readiness': Row(
        with_agent('7.63.3 -', V1_ON, 'aws', INSTANCE_ID), f'{OLD}, which answers; {READINESS}'
    ),
}
UNKNOWN = {
    'whether IMDSv1 is on was not asked': Row(
        with_agent('7.63.3 -', V1_NOT_ASKED),
        f'{OLD}; whether that is on was not asked (imdsv1_probe_interval)',
    ),
    'the version is not known and the settings are those of several': Row(
        facts(agent=agent(version=None)), "the Agent's version is not known, and its settings alone do not tell"
    ),
    'IMDS could not be asked': Row(with_agent('7.63.3 -', Unobserved('no sockets here')), 'no sockets here'),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'nothing answers, by whichever version': Row(
        with_agent('7.63.3 -', UNREACHABLE),
        f'{OLD}, but IMDS does not answer as it should, whichever version is spoken',
    ),
    'the endpoint is switched off': Row(
        with_agent('7.63.3 -', imds(token=answered(403), control=answered(403), tokenless=answered(403))),
        f'{OLD}, but IMDS does not answer as it should, whichever version is spoken',
    ),
    'the Agent does not ask IMDS at all': Row(
        facts(
            agent=agent(
                version=(7, 63, 3),
                configuration=configuration(
                    cloud_provider_metadata=('gcp',), ec2_imdsv2_transition_payload_enabled=None
                ),
            )
        ),
        'cloud_provider_metadata does not contain aws, so the Agent does not ask IMDS',
    ),
}
test_verdict = verdict_test(AGENT_CANNOT_USE_IMDSV2, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

SUMMARY = 'Let the Agent speak IMDSv2'
UPGRADE = 'Upgrade the Agent to 7.64.0 or later, which speaks IMDSv2 by itself. '
ON_A_HOST = (
    'sudo apt-get update && sudo apt-get install --only-upgrade datadog-agent (Debian, Ubuntu), or sudo yum update '
    'datadog-agent (Amazon Linux, Red Hat)'
)
RESTART = 'After that: Restart the Agent: sudo systemctl restart datadog-agent'


def in_a(kind: ContainerKind) -> Facts:
    return replace(with_agent('7.63.3 -', V1_OFF), host=host(container=container(kind)))


test_remedy = remedy_test(
    AGENT_CANNOT_USE_IMDSV2,
    {
        'before 7.64: the upgrade first, the setting second': (
            with_agent('7.63.3 -', V1_OFF),
            Remedy(
                SUMMARY,
                (
                    f'{UPGRADE}{ON_A_HOST}',
                    'Or keep the version and set: In datadog.yaml: ec2_prefer_imdsv2: true',
                    RESTART,
                ),
            ),
        ),
        'exactly 7.22: the setting is there': (
            facts(
                agent=agent(version=(7, 22, 0), configuration=configuration(ec2_imdsv2_transition_payload_enabled=None))
            ),
            Remedy(
                SUMMARY,
                (
                    f'{UPGRADE}{ON_A_HOST}',
                    'Or keep the version and set: In datadog.yaml: ec2_prefer_imdsv2: true',
                    RESTART,
                ),
            ),
        ),
        'before 7.22: the upgrade alone, as there is no setting': (
            with_agent('7.17.0', V1_OFF),
            Remedy(SUMMARY, (f'{UPGRADE}{ON_A_HOST}', RESTART)),
        ),
        'from 7.64: the setting that was changed': (
            with_agent('7.64.0 - -', V1_OFF),
            Remedy(
                SUMMARY,
                (
                    'Take back the setting that switches IMDSv2 off (In datadog.yaml: '
                    'ec2_imdsv2_transition_payload_enabled: true)',
                    'Or ask for IMDSv2 alone to be tried first: In datadog.yaml: ec2_prefer_imdsv2: true',
                    RESTART,
                ),
            ),
        ),
        'in a pod': (
            in_a(ContainerKind.POD),
            Remedy(
                SUMMARY,
                (
                    f'{UPGRADE}Helm: agents.image.tag: 7.64.0, or a later one',
                    'Or keep the version and set: Helm: datadog.env: [{name: DD_EC2_PREFER_IMDSV2, value: "true"}]',
                    'After that: Restart the Agent: kubectl rollout restart daemonset/datadog',
                ),
            ),
        ),
        'on ECS': (
            in_a(ContainerKind.ECS_BRIDGE),
            Remedy(
                SUMMARY,
                (
                    f'{UPGRADE}ECS task definition: "image": "public.ecr.aws/datadog/agent:7"',
                    'Or keep the version and set: ECS task definition, environment of the Agent: '
                    '{"name": "DD_EC2_PREFER_IMDSV2", "value": "true"}',
                    'After that: Restart the Agent: aws ecs update-service --force-new-deployment --cluster CLUSTER '
                    '--service SERVICE',
                ),
            ),
        ),
        'in a Docker container': (
            in_a(ContainerKind.DOCKER),
            Remedy(
                SUMMARY,
                (
                    f'{UPGRADE}Image of the Agent container: gcr.io/datadoghq/agent:7',
                    'Or keep the version and set: Environment of the Agent container: DD_EC2_PREFER_IMDSV2=true',
                    'After that: Restart the Agent: docker restart AGENT_CONTAINER',
                ),
            ),
        ),
    },
)
