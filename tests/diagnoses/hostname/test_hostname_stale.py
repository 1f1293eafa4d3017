"""The Agent carries a name from a time when it could not ask AWS, and now it could."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_stale import HOSTNAME_STALE
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, HostnameSource, Unobserved, UtsNamespace
from datadog_checks.aws_diagnostics.facts.values import ImdsEndpoint
from datadog_checks.aws_diagnostics.remedies import Remedy, Step
from tests.builders import (
    INSTANCE_ID,
    agent,
    answered,
    configuration,
    container,
    expecting,
    facts,
    host,
    hostname_file,
    renamed,
    route,
)
from tests.diagnoses.remedy_parts import RESTART, RESTART_POD
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import AGENTS, CUSTOM_NAME, DEFAULT_NAME, IMDS, situated
from .test_agent_words import FIRMWARE, NOT_ASKED, TOKEN_TIMEOUT

UNCHANGED = 'and a restart would not change the provider'
BY_OS = f"the Agent is named '{DEFAULT_NAME}' by provider os"
ERROR = 'Unable to determine hostname from EC2: status code 401 trying to GET http://169.254.169.254/latest/meta-data/'


def by_os(agent_key: str = '7.81.3 - transition', state: str = 'v2', reply: str = 'arrives', **more: Any) -> Facts:
    named = renamed(AGENTS[agent_key], 'os', DEFAULT_NAME, **more)
    return facts(agent=named, imds=IMDS[state, reply])


def in_docker(error: str, name: str, kind: ContainerKind = ContainerKind.DOCKER) -> Facts:
    """With a UTS namespace of its own, so that by the model the Agent finds no name."""
    return facts(
        agent=agent(provider='os', hostname=name, provider_errors={'aws': error}),
        host=host(os_hostname=name, container=container(kind), uts_namespace=UtsNamespace.OWN),
    )


def by_dns(full_name: str, os_hostname: str, error: str) -> Facts:
    seen = agent(
        provider='fqdn',
        hostname=full_name,
        provider_errors={'aws': error},
        configuration=configuration(hostname_fqdn=True),
    )
    return facts(agent=seen, host=host(os_hostname=os_hostname))


REFUSED = {"'hostname' configuration/environment": 'web-01 is a name of tomorrow'}

FAILS = {
    'a hostname is set that the Agent refuses by its own words': Row(
        by_os(configuration=configuration(hostname='web-01'), provider_errors=REFUSED),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers',
        near_miss='a hostname was set since the Agent started',
    ),
    'a hostname is set with a space at its end': Row(
        by_os(configuration=configuration(hostname='web-01 ')),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers',
        near_miss='a hostname was set since the Agent started',
    ),
    'a host with the marks of a container, which the Agent does not take for one': Row(
        in_docker(FIRMWARE, DEFAULT_NAME),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers. When the Agent started, '
        f'it said of AWS: {FIRMWARE}',
        near_miss='a host with the marks of a container, in the words of the Agent not on ECS',
    ),
    'a host with a name of its own, where the Agent takes itself for ECS': Row(
        in_docker(FIRMWARE, CUSTOM_NAME, ContainerKind.NONE),
        f"the Agent is named '{CUSTOM_NAME}' by provider os, and after a restart it would be named by its instance id: "
        f'IMDSv2 answers. When the Agent started, it said of AWS: {FIRMWARE}',
        near_miss='a host with the marks of a container, in the words of the Agent not on ECS',
    ),
    'the kernel refused the connections of the Agent, and no longer does: the check runs as the same user': Row(
        by_os(provider_errors={'aws': 'dial tcp 169.254.169.254:80: connect: permission denied'}),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers. Of its second resolution, '
        'which uses IMDSv1 alone, the Agent said: dial tcp 169.254.169.254:80: connect: permission denied',
        near_miss='IMDS still does not answer',
    ),
    'AWS timed out, and the check runs as another user': Row(
        by_os(provider_errors={'aws': FIRMWARE}, of_this_user=False),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers. When the Agent started, '
        f'it said of AWS: {FIRMWARE}',
        near_miss='IMDS still does not answer',
    ),
    'IMDSv2 answers now': Row(
        by_os(),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers',
        near_miss='IMDS still does not answer',
    ),
    'IMDSv1 was switched on again for an old Agent': Row(
        by_os('7.63.3 -', 'v1+v2', provider_errors={'aws': ERROR}),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv1 answers. '
        f'When the Agent started, it said of AWS: {ERROR}',
        near_miss='IMDSv1 is off and the Agent speaks nothing else',
    ),
    'the token reply is lost, but IMDSv1 answers': Row(
        by_os(state='v1+v2', reply='lost'),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 gives the Agent no token, and '
        'IMDSv1 answers',
        near_miss='IMDS still does not answer',
    ),
    'a default full name by DNS, on a system with a name of its own': Row(
        by_dns(f'{DEFAULT_NAME}', 'web-1', FIRMWARE),
        f"the Agent is named '{DEFAULT_NAME}' by provider fqdn, and after a restart it would be named by its instance "
        f'id: IMDSv2 answers. When the Agent started, it said of AWS: {FIRMWARE}',
        near_miss='a full name of its own by DNS, on a system with a default name',
    ),
    'a pod whose node has a default name': Row(
        situated('7.81.3 - transition', 'v2', 'arrives', 'pod', 'xen'),
        f"the Agent is named '{DEFAULT_NAME}' by provider container, and after a restart it would be named by its "
        'instance id: IMDSv2 answers',
        near_miss='a pod whose node has a name of its own',
    ),
    'the provider is inferred, but the name is none that aws gives': Row(
        by_os(source=HostnameSource.INFERRED),
        f'{BY_OS}, and after a restart it would be named by its instance id: IMDSv2 answers',
        near_miss='IMDS still does not answer',
    ),
}
PASSES = {
    'a hostname was set since the Agent started': Row(
        by_os(configuration=configuration(hostname='web-01')),
        f"{BY_OS}, and a restart would change the provider to configuration, not to aws: hostname is set to 'web-01'",
    ),
    'a full name of its own by DNS, on a system with a default name': Row(
        by_dns(CUSTOM_NAME, DEFAULT_NAME, NOT_ASKED),
        f"the Agent is named '{CUSTOM_NAME}' by provider fqdn, {UNCHANGED}: the name from the operating system, fully "
        'qualified is not a default EC2 name, so AWS is not asked',
    ),
    'a host with the marks of a container, in the words of the Agent not on ECS': Row(
        in_docker(NOT_ASKED, CUSTOM_NAME),
        f"the Agent is named '{CUSTOM_NAME}' by provider os, {UNCHANGED}: the name from the operating system is not a "
        'default EC2 name, so AWS is not asked',
    ),
    'a restart would give another name, but not the instance id': Row(
        facts(
            agent=agent(provider='container', hostname='node-1'),
            host=host(os_hostname=CUSTOM_NAME),
            imds=IMDS['v2', 'arrives'],
        ),
        "the Agent is named 'node-1' by provider container, and a restart would not change the provider: the name "
        'from the container runtime is not a default EC2 name, so AWS is not asked',
    ),
    'a name that is no longer fully qualified, on a host with a name of its own': Row(
        facts(agent=agent(provider='fqdn', hostname='web.example.com'), host=host(os_hostname='web')),
        "the Agent is named 'web.example.com' by provider fqdn, and a restart would change the provider to os, not to "
        'aws: the name from the operating system is not a default EC2 name, so AWS is not asked',
    ),
    'named by aws': Row(facts(), f"the Agent is named '{INSTANCE_ID}' by provider aws"),
    'the instance id by hostname_file': Row(
        facts(
            agent=agent(
                provider='hostnameFile',
                configuration=configuration(hostname_file='/f'),
                hostname_file=hostname_file('/f', INSTANCE_ID),
            )
        ),
        f"the Agent is named '{INSTANCE_ID}' by provider hostnameFile",
    ),
    'IMDS still does not answer': Row(
        replace(situated('7.81.3 - transition', 'v2', 'lost', 'host', 'xen')),
        f'{BY_OS}, {UNCHANGED}: IMDSv2 gives the Agent no token, and IMDSv1 does not answer; '
        'the firmware does not name an instance',
    ),
    'IMDSv1 is off and the Agent speaks nothing else': Row(
        by_os('7.63.3 -'),
        f'{BY_OS}, {UNCHANGED}: the Agent speaks only IMDSv1, which does not answer',
    ),
    'a pod whose node has a name of its own': Row(
        replace(
            situated('7.81.3 - transition', 'v2', 'arrives', 'pod', 'xen'),
            agent=agent(provider='container', hostname='node-1'),
        ),
        f"the Agent is named 'node-1' by provider container, {UNCHANGED}: the name from the "
        'container runtime is not a default EC2 name, so AWS is not asked',
    ),
    'a name of its own': Row(
        situated('7.81.3 - transition', 'v2', 'arrives', 'host-custom', 'nitro'),
        f"the Agent is named '{CUSTOM_NAME}' by provider os, {UNCHANGED}: the name from the "
        'operating system is not a default EC2 name, so AWS is not asked',
    ),
    'set by hand': Row(
        facts(agent=agent(provider='configuration', hostname='web', configuration=configuration(hostname='web'))),
        f"the Agent is named 'web' by provider configuration, {UNCHANGED}: hostname is set to 'web'",
    ),
    'os is accepted': Row(by_os(), f'{BY_OS}, which expected_hostname_provider accepts', expecting('aws', 'os')),
}
BLOCKED = (
    'Unable to determine hostname from EC2: Get "http://169.254.169.254/latest/meta-data/instance-id": dial tcp '
    '169.254.169.254:80: connect: permission denied'
)
OF_ANOTHER_USER = by_os(provider_errors={'aws': BLOCKED}, of_this_user=False)
UNKNOWN = {
    'the kernel refused the connections of the Agent, which is of another user': Row(
        OF_ANOTHER_USER,
        f'{BY_OS}; the Agent was not permitted to connect to IMDS, and this check runs as another user: it cannot be '
        'told what a restart would change',
    ),
    'packets of the Agent, which is of another user, take another way': Row(
        replace(by_os(of_this_user=False), host=host(route=route(otherwise_for_the_agent=True))),
        f'{BY_OS}; packets to IMDS take another way for the user of this check than for that of the Agent: it cannot '
        'be told what a restart would change',
    ),
    'the check asks by IPv6': Row(
        replace(by_os(), imds=replace(IMDS['v2', 'arrives'], endpoint=ImdsEndpoint('http://[fd00:ec2::254]'))),
        f'{BY_OS}; this check asks IMDS by IPv6 (http://[fd00:ec2::254]), and the Agent only 169.254.169.254: it '
        'cannot be told what a restart would change',
    ),
    'a name by hand that the settings seen here do not have, as at a terminal': Row(
        facts(agent=agent(provider='configuration', hostname='web')),
        "the Agent is named 'web' by provider configuration; as the Agent says that its name is configured, which the "
        'settings that are seen here do not say, it cannot be told what a restart would change',
    ),
    'a file that the settings seen here do not name': Row(
        facts(agent=agent(provider='hostnameFile', hostname='web')),
        "the Agent is named 'web' by provider hostnameFile; as the Agent says that its name is from a file, which the "
        'settings that are seen here do not name, it cannot be told what a restart would change',
    ),
    'a token that an Agent with these settings does not ask for': Row(
        by_os('7.63.3 -', 'v1+v2', provider_errors={'aws': TOKEN_TIMEOUT}),
        f'{BY_OS}; as the Agent says that it asked for a token, although by the settings that are seen here it does '
        'not, it cannot be told what a restart would change',
    ),
    'the Agent says that it did not ask, in spite of a default name': Row(
        facts(agent=agent(provider='os', hostname=DEFAULT_NAME, provider_errors={'aws': NOT_ASKED})),
        f"{BY_OS}; as the Agent says that it did not ask AWS, although '{DEFAULT_NAME}' is a default name of EC2, it "
        'cannot be told what a restart would change',
    ),
    'the provider is not known': Row(
        facts(agent=agent(provider=None)), "the Agent's hostname, or its provider, is not known"
    ),
    'the name is not known': Row(
        facts(agent=agent(hostname=None)), "the Agent's hostname, or its provider, is not known"
    ),
    'IMDS is throttled just now': Row(
        replace(by_os('7.63.3 prefer'), imds=replace(IMDS['v2', 'arrives'], token=answered(503))),
        f'{BY_OS}; without knowing whether IMDSv2 gives the Agent a token, it cannot be told what a restart would '
        'change',
    ),
    'the host could not be inspected': Row(replace(by_os(), host=Unobserved('no permission')), 'no permission'),
}
NOT_APPLICABLE = {
    'aws is not expected': Row(by_os(), 'expected_hostname_provider does not ask for aws', expecting('container')),
    'only the firmware would name it: IMDS comes first': Row(
        by_os(state='none'),
        f'{BY_OS}; IMDS has to be fixed first: IMDSv2 gives the Agent no token, and IMDSv1 does not answer; '
        'the firmware (DMI board_asset_tag) names the instance',
    ),
}
test_verdict = verdict_test(HOSTNAME_STALE, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    HOSTNAME_STALE,
    {
        'on a host': (by_os(), Remedy('Let the Agent resolve its hostname again', then=(RESTART,))),
        'in a pod': (
            situated('7.81.3 - transition', 'v2', 'arrives', 'pod', 'xen'),
            Remedy('Let the Agent resolve its hostname again', then=(RESTART_POD,)),
        ),
        'in a container of another kind': (
            replace(by_os(), host=host(container=container(ContainerKind.OTHER))),
            Remedy(
                'Let the Agent resolve its hostname again',
                then=(
                    Step(
                        'Restart the Agent; it resolves its hostname only at startup (with the '
                        'tool that runs its container)'
                    ),
                ),
            ),
        ),
    },
)
