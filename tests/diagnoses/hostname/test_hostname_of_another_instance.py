"""The Agent reports under the name of another instance."""

from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_of_another_instance import (
    HOSTNAME_OF_ANOTHER_INSTANCE,
)
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Platform, Unobserved, UtsNamespace
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.builders import (
    INSTANCE_ID,
    OTHER_INSTANCE_ID,
    agent,
    configuration,
    container,
    expecting,
    facts,
    host,
    hostname_file,
    imds,
)
from tests.diagnoses.remedy_parts import APPLY_COMPOSE, RESTART, RESTART_DOCKER, only_new
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import CUSTOM_NAME, DEFAULT_NAME

BUILDER = 'ip-10-9-9-9.eu-west-1.compute.internal'
PATH = '/var/lib/cloud/data/instance-id'


def by_hand(name: str, **differences: object) -> Facts:
    settings = configuration(hostname=name)
    return facts(agent=agent(hostname=name, provider='configuration', configuration=settings), **differences)


def by_file(content: str, path: str = PATH) -> Facts:
    return facts(
        agent=agent(
            hostname=content,
            provider='hostnameFile',
            configuration=configuration(hostname_file=path),
            hostname_file=hostname_file(path, content),
        )
    )


def by_os(name: str, system: str = DEFAULT_NAME) -> Facts:
    return facts(agent=agent(hostname=name, provider='os'), host=host(os_hostname=system))


OF_ANOTHER = f"the name '{OTHER_INSTANCE_ID}' is the id of another instance, this one is {INSTANCE_ID}"
BAKED = (
    f"the name '{BUILDER}' is a default EC2 name, but the operating system is called '{DEFAULT_NAME}': either the name "
    'was written into the image, or the Agent started before cloud-init had named the system'
)
FAILS = {
    'the id of another instance in hostname': Row(
        by_hand(OTHER_INSTANCE_ID), OF_ANOTHER, near_miss='the id of this instance in hostname'
    ),
    'the id of another instance in hostname_file': Row(
        by_file(OTHER_INSTANCE_ID), OF_ANOTHER, near_miss='the id of this instance in hostname_file'
    ),
    'the resource name of another instance': Row(
        by_os(f'{OTHER_INSTANCE_ID}.ec2.internal'),
        f"the name '{OTHER_INSTANCE_ID}.ec2.internal' holds the id of another instance, this one is {INSTANCE_ID}",
        near_miss='the resource name of this instance',
    ),
    'the node name of another instance, with the cluster appended': Row(
        by_os(f'{OTHER_INSTANCE_ID}-production'),
        f"the name '{OTHER_INSTANCE_ID}-production' holds the id of another instance, this one is {INSTANCE_ID}",
        near_miss='the node name of this instance, to which the Agent has appended the cluster',
    ),
    'a default name in hostname that is not the name of the system': Row(
        by_hand(BUILDER, host=host(os_hostname=DEFAULT_NAME)),
        Failed(BAKED, Status.WARNING),
        near_miss='the name of the system',
    ),
    'a name taken before cloud-init had named the system': Row(
        by_os(BUILDER), Failed(BAKED, Status.WARNING), near_miss='the name of the system'
    ),
    'a default name by hand, in a container that sees the name of the host': Row(
        by_hand(BUILDER, host=host(os_hostname=DEFAULT_NAME, container=container(ContainerKind.DOCKER))),
        Failed(BAKED, Status.WARNING),
        near_miss='a name by hand, in a container that does not see the name of the host',
    ),
    'a default name by hand, where the namespaces cannot be compared': Row(
        by_hand(BUILDER, host=host(os_hostname=DEFAULT_NAME, uts_namespace=UtsNamespace.UNKNOWN)),
        Failed(BAKED, Status.WARNING),
        near_miss='the name of the system',
    ),
}
PASSES = {
    'named by aws': Row(facts(), f"the name '{INSTANCE_ID}' is the id of this instance"),
    'the id of this instance in hostname': Row(
        by_hand(INSTANCE_ID), f"the name '{INSTANCE_ID}' is the id of this instance"
    ),
    'the id of this instance in hostname_file': Row(
        by_file(INSTANCE_ID), f"the name '{INSTANCE_ID}' is the id of this instance"
    ),
    'the resource name of this instance': Row(
        by_os(f'{INSTANCE_ID}.ec2.internal'), f"the name '{INSTANCE_ID}.ec2.internal' holds the id of this instance"
    ),
    'the node name of this instance, to which the Agent has appended the cluster': Row(
        by_os(f'{INSTANCE_ID}-production'), f"the name '{INSTANCE_ID}-production' holds the id of this instance"
    ),
    'a word behind 8 hexadecimal digits': Row(
        by_os('i-decade00-web'), "the name 'i-decade00-web' is not an instance id"
    ),
    'the name of the system': Row(
        by_os(DEFAULT_NAME), "the name 'ip-10-0-0-12.eu-west-1.compute.internal' is that of the operating system"
    ),
    'the name of the system without its domain': Row(
        by_os(DEFAULT_NAME.partition('.')[0]), "the name 'ip-10-0-0-12' is that of the operating system"
    ),
    'a name that someone chose': Row(by_hand(CUSTOM_NAME), f"the name '{CUSTOM_NAME}' is not an instance id"),
    'a name that only looks like an id': Row(by_hand('i-am-web-01'), "the name 'i-am-web-01' is not an instance id"),
    'a default name, while the system was given one of its own': Row(
        by_hand(BUILDER, host=host(os_hostname=CUSTOM_NAME)), f"the name '{BUILDER}' is not an instance id"
    ),
    'the name of the node, in a pod with a name of its own': Row(
        facts(
            agent=agent(hostname=BUILDER, provider='container'),
            host=host(os_hostname='ip-tables-x7k2p', container=container(ContainerKind.POD)),
        ),
        f"the name '{BUILDER}' is not an instance id",
    ),
    'a name by hand, in a container that does not see the name of the host': Row(
        by_hand(
            BUILDER,
            host=host(os_hostname='ip-f00d', container=container(ContainerKind.DOCKER), uts_namespace=UtsNamespace.OWN),
        ),
        f"the name '{BUILDER}' is not an instance id",
    ),
    'the very name that is expected': Row(
        by_hand(OTHER_INSTANCE_ID),
        f"the name '{OTHER_INSTANCE_ID}' is the expected_hostname",
        expecting(hostname=OTHER_INSTANCE_ID),
    ),
    'the host could not be inspected': Row(
        facts(agent=agent(hostname=BUILDER, provider='os'), host=Unobserved('no permission')),
        f"the name '{BUILDER}' is not an instance id",
    ),
}
UNKNOWN = {
    'the name is not known': Row(facts(agent=agent(hostname=None)), "the Agent's hostname is not known"),
    'the id of this instance is not known': Row(
        by_hand(
            OTHER_INSTANCE_ID,
            imds=imds(instance_id=None),
            platform=Platform(True, 'uuid'),
            host=host(cloud_init_instance_id=None),
        ),
        f"the name '{OTHER_INSTANCE_ID}' holds the id of an instance, and the instance id is not known",
    ),
    "only cloud-init's file tells the id, which is the file that gives the name": Row(
        replace(
            by_file(OTHER_INSTANCE_ID),
            imds=imds(instance_id=None),
            platform=Platform(True, 'uuid'),
            host=host(cloud_init_instance_id=OTHER_INSTANCE_ID),
        ),
        f"the name '{OTHER_INSTANCE_ID}' holds the id of an instance, and the instance id is not certain: only "
        f"cloud-init's file says {OTHER_INSTANCE_ID}",
    ),
    'IMDS and the firmware disagree': Row(
        facts(agent=agent(hostname=OTHER_INSTANCE_ID), imds=imds(instance_id=OTHER_INSTANCE_ID)),
        f"the name '{OTHER_INSTANCE_ID}' holds the id of an instance, and the instance id is not known: IMDS may be "
        'that of another instance',
    ),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {'the Agent has no name': Row(facts(agent=agent(hostname='')), 'the Agent has no hostname')}
test_verdict = verdict_test(HOSTNAME_OF_ANOTHER_INSTANCE, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

REBUILD = (
    'Rebuild the image: leave hostname and hostname_file unset in it, install the Agent with DD_INSTALL_ONLY=true and '
    'do not start it while the image is built'
)

test_remedy = remedy_test(
    HOSTNAME_OF_ANOTHER_INSTANCE,
    {
        'set by hand': (
            by_hand(OTHER_INSTANCE_ID),
            Remedy(
                'Remove the name of the other instance, here and in the image',
                then=(
                    Step(
                        'Remove hostname from datadog.yaml, and DD_HOSTNAME from the environment of the Agent',
                        (
                            Command(
                                "sudo grep -nsE '^ *(hostname:|DD_HOSTNAME=)' "
                                '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
                            ),
                        ),
                    ),
                    RESTART,
                    Step(REBUILD),
                ),
            ),
        ),
        'by the file of cloud-init': (
            by_file(OTHER_INSTANCE_ID),
            Remedy(
                'Remove the name of the other instance, here and in the image',
                then=(
                    Step(
                        'Remove hostname_file from datadog.yaml, and DD_HOSTNAME_FILE from the environment of '
                        'the Agent',
                        (
                            Command(
                                "sudo grep -nsE '^ *(hostname_file:|DD_HOSTNAME_FILE=)' "
                                '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
                            ),
                        ),
                    ),
                    Step(
                        "Find out why cloud-init did not write this instance's ID to its file; do not write it by "
                        'hand, or cloud-init treats this instance as already set up',
                        (Command('cloud-init status --long'),),
                    ),
                    RESTART,
                    Step(
                        f"{REBUILD}; the command removes cloud-init's state; run it last on the machine that the "
                        'image is taken from',
                        (Command('sudo cloud-init clean'),),
                    ),
                ),
            ),
        ),
        'by another file': (
            by_file(OTHER_INSTANCE_ID, '/etc/instance-id'),
            Remedy(
                'Remove the name of the other instance, here and in the image',
                then=(
                    Step(
                        "Write the id of this instance into '/etc/instance-id', after saving the file",
                        (
                            Command(
                                f'{only_new("/etc/instance-id.before")} &&\n'
                                'sudo cp /etc/instance-id /etc/instance-id.before &&\n'
                                f"printf '%s\\n' {INSTANCE_ID} | sudo tee /etc/instance-id"
                            ),
                        ),
                    ),
                    RESTART,
                    Step(
                        f"{REBUILD}; the command removes cloud-init's state; run it last on the machine that the "
                        'image is taken from',
                        (Command('sudo cloud-init clean'),),
                    ),
                ),
            ),
        ),
        'by a file, in a container': (
            replace(by_file(OTHER_INSTANCE_ID), host=host(container=container(ContainerKind.DOCKER))),
            Remedy(
                'Remove the name of the other instance, here and in the image',
                then=(
                    Step("Remove DD_HOSTNAME_FILE from the environment of the Agent's container"),
                    APPLY_COMPOSE,
                    RESTART_DOCKER,
                    Step(
                        f"{REBUILD}; the command removes cloud-init's state; run it last on the machine that the "
                        'image is taken from',
                        (Command('sudo cloud-init clean'),),
                    ),
                ),
            ),
        ),
        'by the operating system, which still has that name': (
            by_os(OTHER_INSTANCE_ID, OTHER_INSTANCE_ID),
            Remedy(
                'Remove the name of the other instance, here and in the image',
                then=(
                    Step(
                        'Name the system by the id of this instance; to undo this, set the name that it had',
                        (Command(f'sudo hostnamectl set-hostname {INSTANCE_ID}'),),
                    ),
                    RESTART,
                    Step(REBUILD),
                ),
            ),
        ),
        'taken before cloud-init': (
            by_os(BUILDER),
            Remedy(
                'Remove the name of the other instance, here and in the image',
                then=(
                    RESTART,
                    Step(REBUILD),
                ),
            ),
        ),
    },
)


def test_where_the_name_comes_from_an_unknown_place_every_place_is_looked_at_before_the_restart() -> None:
    steps = generic_remedy(HOSTNAME_OF_ANOTHER_INSTANCE).then
    assert [step.text for step in steps[:3]] == [
        'Remove hostname from datadog.yaml, and DD_HOSTNAME from the environment of the Agent',
        'Remove hostname_file from datadog.yaml, and DD_HOSTNAME_FILE from the environment of the Agent',
        RESTART.text,
    ]
