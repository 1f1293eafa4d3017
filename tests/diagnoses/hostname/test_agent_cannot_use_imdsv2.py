"""IMDSv1 is disabled, or has to be, and this Agent speaks nothing else."""

from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.hostname.agent_cannot_use_imdsv2 import AGENT_CANNOT_USE_IMDSV2
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Imds, NotSent, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import INSTANCE_ID, agent, answered, configuration, container, expecting, facts, host, imds, renamed
from tests.diagnoses.remedy_parts import (
    APPLY_COMPOSE,
    APPLY_HELM,
    RESTART,
    RESTART_DOCKER,
    RESTART_ECS,
    RESTART_POD,
    SET_BACK,
    upgrade_by_apt,
    upgrade_by_yum,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import AGENTS, DEFAULT_NAME
from .situations import IMDS as STATES
from .test_agent_words import TOKEN_TIMEOUT

V1_ON = STATES['v1+v2', 'arrives']
V1_OFF = STATES['v2', 'arrives']
V1_NOT_ASKED = imds(tokenless=NotSent('imdsv1_probe_interval is 0'), tokenless_at=None)
UNREACHABLE = STATES['none', 'arrives']

OLD = 'the Agent 7.63.3 speaks only IMDSv1 (ec2_prefer_imdsv2 is false)'
NEW = 'the Agent 7.64.0 speaks only IMDSv1 (ec2_imdsv2_transition_payload_enabled is false, ec2_prefer_imdsv2 is false)'
READINESS = 'hostname-lost-when-imdsv2-enforced says what happens when it is disabled'


def with_agent(key: str, seen: Imds | Unobserved, provider: str = 'os', hostname: str = DEFAULT_NAME) -> Facts:
    return facts(agent=renamed(AGENTS[key], provider, hostname), imds=seen)


FAILS = {
    'before 7.64 without the setting, IMDSv1 is off': Row(
        with_agent('7.63.3 -', V1_OFF),
        f'{OLD}, and IMDSv1 is disabled (401 without a token)',
        near_miss='before 7.64 with the setting',
    ),
    'before 7.64 without the setting, IMDSv1 is off and the name is still that from before': Row(
        with_agent('7.63.3 -', V1_OFF, 'aws', INSTANCE_ID),
        f'{OLD}, and IMDSv1 is disabled (401 without a token)',
        near_miss='before 7.64, IMDSv1 answers: a matter of readiness',
    ),
    'before 7.18, where there is no setting': Row(
        with_agent('7.17.0', V1_OFF),
        (
            'the Agent 7.17.0 speaks only IMDSv1 (no setting of this version changes that), and '
            'IMDSv1 is disabled (401 without a token)'
        ),
        near_miss='7.18 to 7.21: IMDSv2 after a 401',
    ),
    'exactly 7.22, the first version with the setting': Row(
        facts(
            agent=agent(version=(7, 22, 0), configuration=configuration(ec2_imdsv2_transition_payload_enabled=None)),
            imds=V1_OFF,
        ),
        'the Agent 7.22.0 speaks only IMDSv1 (ec2_prefer_imdsv2 is false), and IMDSv1 is disabled (401 without a '
        'token)',
        near_miss='exactly 7.22 with the setting',
    ),
    'from 7.64 with the transition setting false': Row(
        with_agent('7.64.0 - -', V1_OFF),
        f'{NEW}, and IMDSv1 is disabled (401 without a token)',
        near_miss='from 7.64 with the transition setting false, but IMDSv2 preferred',
    ),
    'the hop limit is too low as well': Row(
        with_agent('7.63.3 -', STATES['v2', 'lost']),
        f'{OLD}, and IMDSv1 is disabled (401 without a token)',
        near_miss='before 7.64 with the setting',
    ),
    'IMDSv1 is off and the name comes from elsewhere, as expected: the tags are lost, not the name': Row(
        with_agent('7.63.3 -', V1_OFF, 'configuration', 'web-01'),
        Failed(f'{OLD}, and IMDSv1 is disabled (401 without a token)', Status.WARNING),
        expecting('configuration'),
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
        Failed(f'{OLD}, and the option imdsv1 says that it must be disabled', Status.WARNING),
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
    'from 7.64 with the transition setting false, but IMDSv2 preferred': Row(
        with_agent('7.64.0 prefer -', V1_OFF), 'the Agent 7.64.0 speaks IMDSv2, and IMDSv1 without a token'
    ),
    'before 7.64, IMDSv1 answers: a matter of readiness': Row(
        with_agent('7.63.3 -', V1_ON, 'aws', INSTANCE_ID), f'{OLD}, which answers; {READINESS}'
    ),
}
UNKNOWN = {
    'the Agent says that it asked for a token': Row(
        facts(agent=renamed(AGENTS['7.63.3 -'], 'os', DEFAULT_NAME, provider_errors={'aws': TOKEN_TIMEOUT})),
        'as the Agent says that it asked for a token, although by the settings that are seen here it does not, it '
        'cannot be told which versions of IMDS it speaks',
        Expectations(require_imdsv2=True),
    ),
    'whether IMDSv1 is on was not asked': Row(
        with_agent('7.63.3 -', V1_NOT_ASKED),
        f'{OLD}; whether IMDSv1 is enabled was not asked (imdsv1_probe_interval)',
    ),
    'the version is not known and the settings are those of several': Row(
        facts(agent=agent(version=None)), "the Agent's version is not known, and its settings do not decide it"
    ),
    'IMDS could not be asked': Row(with_agent('7.63.3 -', Unobserved('no sockets here')), 'no sockets here'),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'nothing answers, by whichever version': Row(
        with_agent('7.63.3 -', UNREACHABLE),
        f'{OLD}, but IMDS does not answer properly in any version',
    ),
    'the endpoint is disabled': Row(
        with_agent('7.63.3 -', imds(token=answered(403), control=answered(403), tokenless=answered(403))),
        f'{OLD}, but IMDS does not answer properly in any version',
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


def in_a(kind: ContainerKind) -> Facts:
    return replace(with_agent('7.63.3 -', V1_OFF), host=host(container=container(kind)))


test_remedy = remedy_test(
    AGENT_CANNOT_USE_IMDSV2,
    {
        'before 7.64: the setting first, as it changes less than an upgrade': (
            with_agent('7.63.3 -', V1_OFF),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    Choice(
                        'Let the Agent ask IMDSv2 first, in datadog.yaml',
                        (Command('ec2_prefer_imdsv2: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                    upgrade_by_apt('7.63.3'),
                    upgrade_by_yum('7.63.3'),
                ),
                then=(RESTART,),
            ),
        ),
        'exactly 7.22: the setting is there': (
            facts(
                agent=agent(version=(7, 22, 0), configuration=configuration(ec2_imdsv2_transition_payload_enabled=None))
            ),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    Choice(
                        'Let the Agent ask IMDSv2 first, in datadog.yaml',
                        (Command('ec2_prefer_imdsv2: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                    upgrade_by_apt('7.22.0'),
                    upgrade_by_yum('7.22.0'),
                ),
                then=(RESTART,),
            ),
        ),
        'before 7.22: only the upgrade, as there is no setting': (
            with_agent('7.17.0', V1_OFF),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    upgrade_by_apt('7.17.0'),
                    upgrade_by_yum('7.17.0'),
                ),
                then=(RESTART,),
            ),
        ),
        'from 7.64: the setting that was changed': (
            with_agent('7.64.0 - -', V1_OFF),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    Choice(
                        'Let the Agent use IMDSv2 again, in datadog.yaml',
                        (Command('ec2_imdsv2_transition_payload_enabled: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                    Choice(
                        'Let the Agent ask IMDSv2 first, in datadog.yaml',
                        (Command('ec2_prefer_imdsv2: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'in a pod': (
            in_a(ContainerKind.POD),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    Choice(
                        'Let the Agent ask IMDSv2 first, in the Helm values',
                        (
                            Command(
                                'datadog:\n  env:\n    - name: DD_EC2_PREFER_IMDSV2\n      value: "true"', Language.HELM
                            ),
                        ),
                        undo=SET_BACK,
                    ),
                    Choice(
                        'Upgrade the Agent to 7.64.0 or later, in the Helm values',
                        (Command('agents:\n  image:\n    tag: "7"', Language.HELM),),
                        undo=Step('Go back to the image that ran before'),
                    ),
                ),
                then=(APPLY_HELM, RESTART_POD),
            ),
        ),
        'on ECS': (
            in_a(ContainerKind.ECS_BRIDGE),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    Choice(
                        'Let the Agent ask IMDSv2 first, in a new revision of the task definition',
                        (
                            Command(
                                (
                                    '{\n  "containerDefinitions": [\n    {\n      "name": '
                                    '"datadog-agent",\n      "environment": [\n        {\n          '
                                    '"name": "DD_EC2_PREFER_IMDSV2",\n          "value": '
                                    '"true"\n        }\n      ]\n    }\n  ]\n'
                                    '}'
                                ),
                                Language.JSON,
                            ),
                        ),
                        undo=SET_BACK,
                    ),
                    Choice(
                        'Upgrade the Agent to 7.64.0 or later, in a new revision of the task definition',
                        (
                            Command(
                                (
                                    '{\n  "containerDefinitions": [\n    {\n      "name": '
                                    '"datadog-agent",\n      "image": '
                                    '"public.ecr.aws/datadog/agent:7"\n    }\n  ]\n'
                                    '}'
                                ),
                                Language.JSON,
                            ),
                        ),
                        undo=Step('Go back to the image that ran before'),
                    ),
                ),
                then=(RESTART_ECS,),
            ),
        ),
        'in a Docker container': (
            in_a(ContainerKind.DOCKER),
            Remedy(
                'Let the Agent use IMDSv2',
                (
                    Choice(
                        'Let the Agent ask IMDSv2 first, in the Compose file',
                        (
                            Command(
                                'services:\n  datadog-agent:\n    environment:\n      DD_EC2_PREFER_IMDSV2: "true"',
                                Language.YAML,
                            ),
                        ),
                        undo=SET_BACK,
                    ),
                    Choice(
                        'Upgrade the Agent to 7.64.0 or later, in the Compose file',
                        (Command('services:\n  datadog-agent:\n    image: "gcr.io/datadoghq/agent:7"', Language.YAML),),
                        undo=Step('Go back to the image that ran before'),
                    ),
                ),
                then=(APPLY_COMPOSE, RESTART_DOCKER),
            ),
        ),
    },
)
