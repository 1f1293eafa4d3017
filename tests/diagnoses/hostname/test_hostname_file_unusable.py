"""The Agent is told to read its name from a file, and cannot."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_file_unusable import HOSTNAME_FILE_UNUSABLE
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, HostnameFile, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, agent, configuration, container, facts, host
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import DEFAULT_NAME

PATH = '/var/lib/cloud/data/instance-id'
GONE = HostnameFile(PATH, error='no such file')


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


FAILS = {
    'the file is not there': Row(
        with_file(GONE), f"hostname_file '{PATH}' gives no name: no such file", near_miss='it holds a name'
    ),
    'the file is empty': Row(
        with_file(HostnameFile(PATH)), f"hostname_file '{PATH}' gives no name: it is empty", near_miss='it holds a name'
    ),
    'the file is not there, and IMDS gave the name': Row(
        with_file(GONE, provider='aws', hostname=INSTANCE_ID),
        Failed(
            f"hostname_file '{PATH}' gives no name: no such file; the Agent has its name from aws all the same",
            Status.WARNING,
        ),
        near_miss='it holds a name',
    ),
    'hostname is set too, but to what is no name': Row(
        with_file(GONE, set_by_hand='my_host'),
        f"hostname_file '{PATH}' gives no name: no such file",
        near_miss='it holds a name',
    ),
}
PASSES = {
    'it holds a name': Row(
        with_file(HostnameFile(PATH, INSTANCE_ID), provider='hostnameFile', hostname=INSTANCE_ID),
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

SUMMARY = 'Give the Agent a file that holds one name, or let it ask IMDS'
test_remedy = remedy_test(
    HOSTNAME_FILE_UNUSABLE,
    {
        'on a host, the file of cloud-init': (
            with_file(GONE),
            Remedy(
                SUMMARY,
                (
                    f'See what the Agent sees: sudo -u dd-agent cat {PATH}',
                    'cloud-init writes this file: cloud-init status --long tells whether it ran',
                    'Or let the Agent ask IMDS. In datadog.yaml remove the line hostname_file: ..., and '
                    'DD_HOSTNAME_FILE from the environment of the Agent',
                    'Restart the Agent: sudo systemctl restart datadog-agent',
                ),
            ),
        ),
        'on a host, another file': (
            with_file(GONE, path='/etc/name'),
            Remedy(
                SUMMARY,
                (
                    'See what the Agent sees: sudo -u dd-agent cat /etc/name',
                    'Make the file readable for dd-agent, with nothing in it but the name: letters, digits, hyphens '
                    'and dots',
                    'Or let the Agent ask IMDS. In datadog.yaml remove the line hostname_file: ..., and '
                    'DD_HOSTNAME_FILE from the environment of the Agent',
                    'Restart the Agent: sudo systemctl restart datadog-agent',
                ),
            ),
        ),
        'in a pod': (
            in_a(ContainerKind.POD),
            Remedy(
                SUMMARY,
                (
                    f'See what the Agent sees: kubectl exec AGENT_POD -c agent -- cat {PATH}',
                    f'The Helm value providers.eks.ec2.useHostnameFromFile mounts {PATH} of the node. Bottlerocket has '
                    'no such file: there, write /sys/devices/virtual/dmi/id/board_asset_tag to a file of the node '
                    'when it boots, and mount that one',
                    'Or let the Agent ask IMDS. Helm: providers.eks.ec2.useHostnameFromFile: false, and no '
                    'DD_HOSTNAME_FILE in datadog.env',
                    'Restart the Agent: kubectl rollout restart daemonset/datadog',
                ),
            ),
        ),
        'in a Docker container': (
            in_a(ContainerKind.DOCKER),
            Remedy(
                SUMMARY,
                (
                    f'See what the Agent sees: docker exec AGENT_CONTAINER cat {PATH}',
                    f'Mount {PATH} of the host read-only at {PATH}',
                    'Or let the Agent ask IMDS. Start the Agent container without DD_HOSTNAME_FILE',
                    'Restart the Agent: docker restart AGENT_CONTAINER',
                ),
            ),
        ),
    },
)
