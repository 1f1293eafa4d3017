"""Ready for IMDSv2, today."""

from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_lost_when_imdsv2_enforced import (
    HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED,
)
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, NotSent, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import (
    INSTANCE_ID,
    agent,
    answered,
    configuration,
    expecting,
    facts,
    host,
    hostname_file,
    imds,
    renamed,
)
from tests.diagnoses.remedy_parts import (
    APPLY_HELM,
    CLOUD_INIT_IN_A_POD,
    HOST_NETWORK_OF_A_POD,
    ON_AUTO_MODE,
    RESTART,
    RESTART_POD,
    SET_BACK,
    as_step,
    for_new_nodes,
    is_it_higher,
    raise_hop_limit,
    upgrade_by_apt,
    upgrade_by_yum,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import AGENTS, FIRMWARE, IMDS, LOST, NOT_SENT, PATHS, PLACES, situated

NEW = '7.81.3 - transition'
OLD = '7.63.3 -'
TODAY = f"; today it is named '{INSTANCE_ID}'"


def named(agent_key: str, state: str, reply: str = 'arrives', place: str = 'host', firmware: str = 'nitro') -> Facts:
    """A host that still is named by its instance id."""
    return facts(
        agent=renamed(AGENTS[agent_key], 'aws', INSTANCE_ID),
        imds=IMDS[state, reply],
        path=PATHS[reply],
        host=replace(PLACES[place], dmi=FIRMWARE[firmware]),
    )


V1_NOT_ASKED = imds(
    token=LOST, metadata=NOT_SENT, control=answered(401), tokenless=NotSent('interval is 0'), tokenless_at=None
)
BY_OS = 'the Agent will be named by provider os at its next start: the Agent speaks only IMDSv1, which'
SPEAKS_V1 = f'without IMDSv1 {BY_OS} will not answer'
ALREADY_DISABLED = f'IMDSv1 is already disabled, and without it {BY_OS} does not answer'
NO_TOKEN = (
    'without IMDSv1 the Agent will be named by provider container at its next start: IMDSv2 gives the Agent no token, '
    'and IMDSv1 will not answer; the firmware does not name an instance'
)
FAILS = {
    'an Agent before 7.64 that lives on IMDSv1': Row(
        named(OLD, 'v1+v2'), f'{SPEAKS_V1}{TODAY}', near_miss='an Agent before 7.64 that prefers IMDSv2'
    ),
    'an Agent from 7.64 with the transition setting false': Row(
        named('7.81.3 - -', 'v1+v2'), f'{SPEAKS_V1}{TODAY}', near_miss='both versions answer a current Agent'
    ),
    'IMDSv1 is already disabled, and the name is still that from before': Row(
        named(OLD, 'v2'),
        f'{ALREADY_DISABLED}{TODAY}',
        near_miss='an Agent before 7.64 that prefers IMDSv2',
    ),
    'IMDSv1 is already disabled, and the name is lost': Row(
        situated(OLD, 'v2', 'arrives', 'host', 'nitro'),
        f"{ALREADY_DISABLED}; today it is named 'ip-10-0-0-12.eu-west-1.compute.internal'",
        near_miss='an Agent before 7.64 that prefers IMDSv2',
    ),
    'the token reply is lost while IMDSv1 answers, in a pod': Row(
        named(NEW, 'v1+v2', 'lost', 'pod', 'xen'),
        f'{NO_TOKEN}{TODAY}',
        near_miss='the token reply is lost, and the firmware names the instance',
    ),
    'the token reply is lost, and whether IMDSv1 answers was never asked': Row(
        replace(named(NEW, 'v1+v2', 'lost', 'pod', 'xen'), imds=V1_NOT_ASKED),
        f'{NO_TOKEN}{TODAY}',
        near_miss='the token reply is lost, and the firmware names the instance',
    ),
    'an Agent whose name is not known': Row(
        replace(named(OLD, 'v1+v2'), agent=replace(AGENTS[OLD], hostname=None)),
        SPEAKS_V1,
        near_miss='an Agent before 7.64 that prefers IMDSv2',
    ),
    'IMDSv2 is required today': Row(
        named(OLD, 'v1+v2'),
        Failed(f'{SPEAKS_V1}{TODAY}', Status.CRITICAL),
        Expectations(require_imdsv2=True),
        near_miss='an Agent before 7.64 that prefers IMDSv2',
    ),
}
READY = 'without IMDSv1 the Agent will still be named by its instance id: '
PASSES = {
    'IMDSv1 is off and all is well': Row(facts(), f'{READY}IMDSv2 answers'),
    'both versions answer a current Agent': Row(named(NEW, 'v1+v2'), f'{READY}IMDSv2 answers'),
    'an Agent before 7.64 that prefers IMDSv2': Row(named('7.63.3 prefer', 'v1+v2'), f'{READY}IMDSv2 answers'),
    'an Agent of 7.18 to 7.21': Row(
        named('7.20.0', 'v1+v2'), f'{READY}IMDSv1 will be refused with 401, and IMDSv2 answers'
    ),
    'the token reply is lost, and the firmware names the instance': Row(
        named(NEW, 'v1+v2', 'lost', 'pod', 'nitro'),
        f'{READY}IMDSv2 gives the Agent no token, and IMDSv1 will not answer; the firmware (DMI board_asset_tag) names '
        'the instance',
    ),
    'IMDS could not be asked, but the firmware is enough': Row(
        facts(
            imds=Unobserved('no sockets here'),
            agent=replace(AGENTS[NEW], configuration=configuration(cloud_provider_metadata=('gcp',))),
        ),
        f'{READY}cloud_provider_metadata does not contain aws, so IMDS is not asked; the firmware (DMI '
        'board_asset_tag) names the instance',
    ),
}
UNKNOWN = {
    'IMDSv2 was not measured': Row(
        replace(named('7.63.3 prefer', 'v1+v2'), imds=Unobserved('no sockets here')),
        'without knowing whether IMDSv2 gives the Agent a token and whether IMDSv2 answers with a token, it cannot be '
        'told how the Agent would be named without IMDSv1',
    ),
    'IMDSv2 is throttled just now': Row(
        replace(named('7.63.3 prefer', 'v1+v2'), imds=imds(token=answered(503), tokenless=answered(200))),
        'without knowing whether IMDSv2 gives the Agent a token, it cannot be told how the Agent would be named '
        'without IMDSv1',
    ),
    'an Agent that speaks only IMDSv1, where IMDS could not be asked': Row(
        replace(named(OLD, 'v2'), imds=Unobserved('no sockets here')), 'no sockets here'
    ),
    'the host could not be inspected': Row(facts(host=Unobserved('no permission')), 'no permission'),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'aws is not expected': Row(
        named(OLD, 'v1+v2'),
        'expected_hostname_provider does not ask for aws',
        expecting('configuration'),
    ),
    'the name is set by hand': Row(
        facts(agent=agent(provider='configuration', hostname='web-01', configuration=configuration(hostname='web-01'))),
        "the name does not come from IMDS: hostname is set to 'web-01'",
    ),
    'the name comes from a file': Row(
        facts(
            agent=agent(
                provider='hostnameFile',
                configuration=configuration(hostname_file='/f'),
                hostname_file=hostname_file('/f', INSTANCE_ID),
            )
        ),
        'the name does not come from IMDS: hostname_file holds a name',
    ),
    'a name of its own': Row(
        situated(NEW, 'v1+v2', 'arrives', 'host-custom', 'nitro'),
        'the name does not come from IMDS: the name from the operating system is not a default EC2 name, so AWS is not '
        'asked',
    ),
    'nothing answers today either': Row(
        situated(OLD, 'none', 'arrives', 'host', 'xen'),
        'there is nothing to lose, as IMDS gives the Agent no name today either: the Agent speaks only IMDSv1, which '
        'does not answer',
    ),
}
test_verdict = verdict_test(HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED,
    {
        'the Agent is in the way': (
            named(OLD, 'v1+v2'),
            Remedy(
                'Prepare the Agent before IMDSv2 is enforced',
                (
                    Choice(
                        'Let the Agent ask IMDSv2 first, in datadog.yaml',
                        (Command('ec2_prefer_imdsv2: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                    upgrade_by_apt('7.63.3'),
                    upgrade_by_yum('7.63.3'),
                ),
                then=(
                    RESTART,
                    Step('Disable IMDSv1 only when this diagnosis passes'),
                ),
            ),
        ),
        'the hop limit is in the way': (
            named(NEW, 'v1+v2', 'lost', 'pod', 'xen'),
            Remedy(
                'Prepare the Agent before IMDSv2 is enforced',
                (
                    CLOUD_INIT_IN_A_POD,
                    HOST_NETWORK_OF_A_POD,
                    raise_hop_limit(2, managed=ON_AUTO_MODE),
                ),
                then=(
                    is_it_higher(2),
                    APPLY_HELM,
                    *for_new_nodes(2, 'If you raised it, set this too'),
                    Step('Disable IMDSv1 only when this diagnosis passes'),
                ),
            ),
        ),
        'the Agent is in the way, and the path was not measured': (
            replace(named('7.81.3 - -', 'v1+v2'), path=Unobserved('the kernel cannot')),
            Remedy(
                'Prepare the Agent before IMDSv2 is enforced',
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
                then=(
                    RESTART,
                    Step('Disable IMDSv1 only when this diagnosis passes'),
                ),
            ),
        ),
        'both do': (
            named(OLD, 'v1+v2', 'lost', 'pod', 'xen'),
            Remedy(
                'Prepare the Agent before IMDSv2 is enforced',
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
                then=(
                    as_step(
                        raise_hop_limit(
                            2, text='As the token reply is lost, raise the hop limit to 2', managed=ON_AUTO_MODE
                        )
                    ),
                    APPLY_HELM,
                    RESTART_POD,
                    *for_new_nodes(2),
                    Step('Disable IMDSv1 only when this diagnosis passes'),
                ),
            ),
        ),
    },
)


def test_the_pod_of_these_cases_is_not_in_the_namespace_of_the_host() -> None:
    assert PLACES['pod'].uts_namespace is not host().uts_namespace
