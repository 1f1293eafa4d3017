"""The Agent is told to read its name from a file, and cannot."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_file_unusable import HOSTNAME_FILE_UNUSABLE
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, HostnameFile, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.builders import INSTANCE_ID, agent, configuration, container, facts, host, hostname_file
from tests.diagnoses.remedy_parts import (
    APPLY_COMPOSE,
    APPLY_HELM,
    CLOUD_INIT_IN_A_POD,
    CLOUD_INIT_IN_DOCKER,
    REMOVE_AGAIN,
    RESTART,
    RESTART_DOCKER,
    RESTART_POD,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import DEFAULT_NAME

PATH = '/var/lib/cloud/data/instance-id'
GONE = hostname_file(PATH, error='no such file')


def with_file(
    file: HostnameFile | Unobserved, *, set_by_hand: str = '', path: str = PATH, **differences: object
) -> Facts:
    settings = configuration(hostname_file=path, hostname=set_by_hand)
    named = {'provider': 'container', 'hostname': DEFAULT_NAME, **differences}
    return facts(agent=agent(configuration=settings, hostname_file=file, **named))


def in_a(kind: ContainerKind) -> Facts:
    settings = configuration(hostname_file=PATH)
    return facts(
        agent=agent(configuration=settings, hostname_file=GONE, provider='container', hostname=DEFAULT_NAME),
        host=host(container=container(kind)),
    )


OF_THE_FILE = "'hostname_file' configuration/environment"
DENIED = f'Could not read hostname from {PATH}: permission denied'
FAILS = {
    'the file is not there': Row(
        with_file(GONE), f"hostname_file '{PATH}' gives no name: no such file", near_miss='it holds a name'
    ),
    'the file is empty': Row(
        with_file(hostname_file(PATH)),
        f"hostname_file '{PATH}' gives no name: it is empty",
        near_miss='it holds a name',
    ),
    'the file is not there, and IMDS gave the name': Row(
        with_file(GONE, provider='aws', hostname=INSTANCE_ID),
        Failed(
            f"hostname_file '{PATH}' gives no name: no such file; the Agent has its hostname from aws",
            Status.WARNING,
        ),
        near_miss='it holds a name',
    ),
    'the Agent says that it has its name from it': Row(
        with_file(GONE, provider='hostnameFile', hostname=INSTANCE_ID),
        Failed(
            f"hostname_file '{PATH}' gives no name: no such file; the Agent has its hostname from it, so it is gone "
            'since, or cannot be seen from here',
            Status.WARNING,
        ),
        near_miss='it holds a name',
    ),
    'hostname is set too, but to what is no name': Row(
        with_file(GONE, set_by_hand='my_host'),
        f"hostname_file '{PATH}' gives no name: no such file",
        near_miss='it holds a name',
    ),
    'it holds what cloud-init writes where it finds no instance id': Row(
        with_file(hostname_file(PATH, 'iid-datasource-none'), provider='hostnameFile', hostname='iid-datasource-none'),
        f"hostname_file '{PATH}' holds 'iid-datasource-none', which is no name of its own: cloud-init gives it to "
        'every machine for which it finds no instance id',
        near_miss='it holds a name',
    ),
    'it holds a default name of EC2, which Datadog does not take as canonical': Row(
        with_file(hostname_file(PATH, 'ip-10-0-0-12'), provider='hostnameFile', hostname='ip-10-0-0-12'),
        Failed(
            f"hostname_file '{PATH}' holds 'ip-10-0-0-12', which looks like a default EC2 name: Datadog does not use "
            'it as the canonical hostname',
            Status.WARNING,
        ),
        near_miss='it holds a name',
    ),
    'the Agent may not read it, but this check may': Row(
        with_file(hostname_file(PATH, INSTANCE_ID), provider_errors={OF_THE_FILE: DENIED}),
        f"hostname_file '{PATH}' gave the Agent no name: {DENIED}",
        near_miss='it holds a name, which the Agent has',
    ),
}
PASSES = {
    'it holds a name, which the Agent has': Row(
        with_file(
            hostname_file(PATH, INSTANCE_ID),
            provider='hostnameFile',
            hostname=INSTANCE_ID,
            provider_errors={OF_THE_FILE: DENIED},
        ),
        f"hostname_file '{PATH}' holds '{INSTANCE_ID}'",
    ),
    'it was set since the Agent started': Row(
        with_file(
            hostname_file(PATH, INSTANCE_ID),
            provider_errors={OF_THE_FILE: "'hostname_file' configuration is not enabled"},
        ),
        f"hostname_file '{PATH}' holds '{INSTANCE_ID}'",
    ),
    'it holds a name': Row(
        with_file(hostname_file(PATH, INSTANCE_ID), provider='hostnameFile', hostname=INSTANCE_ID),
        f"hostname_file '{PATH}' holds '{INSTANCE_ID}'",
    ),
}
UNKNOWN = {
    'it could not be looked at': Row(with_file(Unobserved('the deadline is over')), 'the deadline is over'),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'no file is set': Row(facts(), 'hostname_file is not set'),
    'the name that is set by hand comes first': Row(
        with_file(GONE, set_by_hand='web-01', provider='configuration'),
        'hostname is set too, so the Agent does not read hostname_file',
    ),
}
test_verdict = verdict_test(HOSTNAME_FILE_UNUSABLE, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    HOSTNAME_FILE_UNUSABLE,
    {
        'on a host, the file of cloud-init': (
            with_file(GONE),
            Remedy(
                'Give the Agent a file that holds only its hostname, or let it ask IMDS',
                (
                    Choice(
                        (
                            'Find out why cloud-init did not write the file, which the first '
                            'command shows as the Agent sees it'
                        ),
                        (
                            Command('sudo -u dd-agent cat /var/lib/cloud/data/instance-id'),
                            Command('cloud-init status --long'),
                        ),
                    ),
                    Choice(
                        (
                            'Let the Agent ask IMDS: remove hostname_file from datadog.yaml, and '
                            'DD_HOSTNAME_FILE from the environment of the Agent'
                        ),
                        (
                            Command(
                                "sudo grep -nsE '^ *(hostname_file:|DD_HOSTNAME_FILE=)' "
                                '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
                            ),
                        ),
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'on a host, another file': (
            with_file(GONE, path='/etc/name'),
            Remedy(
                'Give the Agent a file that holds only its hostname, or let it ask IMDS',
                (
                    Choice(
                        (
                            'Make the file readable for dd-agent, and leave only the hostname in it '
                            '(letters, digits, hyphens and dots); the command shows it as the Agent '
                            'sees it'
                        ),
                        (Command('sudo -u dd-agent cat /etc/name'),),
                    ),
                    Choice(
                        (
                            'Let the Agent ask IMDS: remove hostname_file from datadog.yaml, and '
                            'DD_HOSTNAME_FILE from the environment of the Agent'
                        ),
                        (
                            Command(
                                "sudo grep -nsE '^ *(hostname_file:|DD_HOSTNAME_FILE=)' "
                                '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
                            ),
                        ),
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'in a pod': (
            in_a(ContainerKind.POD),
            Remedy(
                'Give the Agent a file that holds only its hostname, or let it ask IMDS',
                (
                    Choice(
                        f'{CLOUD_INIT_IN_A_POD.text}; the first two commands show the file as the Agent sees it now',
                        (
                            Command('kubectl get pods --all-namespaces'),
                            Command(
                                'kubectl exec --namespace "${NAMESPACE:?}" "${AGENT_POD:?}" -c '
                                'agent -- cat /var/lib/cloud/data/instance-id'
                            ),
                            Command('providers:\n  eks:\n    ec2:\n      useHostnameFromFile: true', Language.HELM),
                        ),
                        exposes='one read-only file',
                        undo=REMOVE_AGAIN,
                    ),
                    Choice(
                        (
                            'Let the Agent ask IMDS: remove DD_HOSTNAME_FILE from datadog.env and '
                            'agents.containers.agent.env in the Helm values (the first command '
                            'lists every RELEASE and its NAMESPACE); leave an empty list as []'
                        ),
                        (
                            Command('helm list --all-namespaces'),
                            Command(
                                'helm get values "${RELEASE:?}" --namespace "${NAMESPACE:?}" | '
                                'grep -A 1 DD_HOSTNAME_FILE'
                            ),
                        ),
                    ),
                ),
                then=(APPLY_HELM, RESTART_POD),
            ),
        ),
        'in a Docker container': (
            in_a(ContainerKind.DOCKER),
            Remedy(
                'Give the Agent a file that holds only its hostname, or let it ask IMDS',
                (
                    Choice(
                        f'{CLOUD_INIT_IN_DOCKER.text}; the first two commands show the file as the Agent sees it now',
                        (
                            Command('docker ps'),
                            Command('docker exec "${AGENT_CONTAINER:?}" cat /var/lib/cloud/data/instance-id'),
                            Command(
                                (
                                    'services:\n  datadog-agent:\n    volumes: '
                                    '["/var/lib/cloud/data/instance-id:/etc/instance-id:ro"]\n    '
                                    'environment:\n      DD_HOSTNAME_FILE: /etc/instance-id'
                                ),
                                Language.YAML,
                            ),
                        ),
                        exposes='one read-only file',
                        undo=REMOVE_AGAIN,
                    ),
                    Choice(
                        "Let the Agent ask IMDS: remove DD_HOSTNAME_FILE from the environment of the Agent's container"
                    ),
                ),
                then=(APPLY_COMPOSE, RESTART_DOCKER),
            ),
        ),
    },
)
