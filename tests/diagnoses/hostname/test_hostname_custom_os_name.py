"""A name that is not EC2's own keeps the Agent from asking AWS."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_custom_os_name import HOSTNAME_CUSTOM_OS_NAME
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Ecs, Facts, Unobserved, UtsNamespace
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.builders import INSTANCE_ID, agent, configuration, container, expecting, facts, host, imds
from tests.diagnoses.remedy_parts import (
    APPLY_HELM,
    RESTART,
    RESTART_POD,
    SET_BACK,
    keep_the_name,
    upgrade_by_apt,
    upgrade_by_yum,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import CUSTOM_NAME, DEFAULT_NAME, LOST, NOT_SENT

SAID = (
    'not retrieving hostname from AWS: the host is not an ECS instance and other providers already retrieve '
    'non-default hostnames'
)


def named(name: str, *, provider: str = 'os', errors: dict[str, str] | None = None, **settings: object) -> Facts:
    """A host whose system has the name that the Agent has."""
    return facts(
        agent=agent(
            hostname=name,
            provider=provider,
            provider_errors=errors or {},
            configuration=configuration(**settings),
        ),
        host=host(os_hostname=name),
    )


def by_dns(full_name: str, os_hostname: str, error: str = '', provider: str = 'fqdn', **settings: Any) -> Facts:
    """`hostname_fqdn` is set, and the Agent has the full name."""
    seen = named(full_name, provider=provider, errors={'aws': error} if error else {}, hostname_fqdn=True, **settings)
    return replace(seen, host=host(os_hostname=os_hostname))


def in_a_pod(name: str | None, provider: str | None) -> Facts:
    return facts(
        agent=agent(hostname=name, provider=provider),
        host=host(os_hostname='agent-x7k2p', container=container(ContainerKind.POD), uts_namespace=UtsNamespace.OWN),
    )


def in_ecs(error: str) -> Facts:
    """Named by a system that the Agent is told to trust."""
    task = host(
        os_hostname='f00dfeed0123', container=container(ContainerKind.ECS_BRIDGE), uts_namespace=UtsNamespace.OWN
    )
    return replace(
        named('f00dfeed0123', errors={'aws': error}, hostname_trust_uts_namespace=True, hostname_fqdn=False), host=task
    )


NODE_NAME = 'worker-1.eu-west-1.compute.internal'
FAILS = {
    'a host with a name of its own, in the words of the Agent': Row(
        named(CUSTOM_NAME, errors={'aws': SAID}),
        f"the Agent is named '{CUSTOM_NAME}' and says: {SAID}, so AWS is not asked for the instance id",
        near_miss='a default name, while IMDS does not answer',
    ),
    'a task of ECS that says that it did not ask': Row(
        in_ecs(SAID),
        f"the Agent is named 'f00dfeed0123' and says: {SAID}, so AWS is not asked for the instance id",
        near_miss='a task of ECS that asked',
    ),
    'in the words of the Agent, where the host could not be inspected': Row(
        replace(named(CUSTOM_NAME, errors={'aws': SAID}), host=Unobserved('no permission')),
        f"the Agent is named '{CUSTOM_NAME}' and says: {SAID}, so AWS is not asked for the instance id",
        near_miss='a default name, while IMDS does not answer',
    ),
    'a host with a name of its own, by the model': Row(
        named(CUSTOM_NAME),
        f"the name '{CUSTOM_NAME}' from the operating system is not a default EC2 name (ip-*, domu*), so AWS is not "
        'asked for the instance id',
        near_miss='a default name, while IMDS does not answer',
    ),
    'a pod on a node that Kubernetes knows by a name of its own': Row(
        in_a_pod(NODE_NAME, 'container'),
        f"the name '{NODE_NAME}' from the container runtime is not a default EC2 name (ip-*, domu*), so AWS is not "
        'asked for the instance id',
        near_miss='a pod on a node with a default name',
    ),
    'a full name of its own by DNS, in the words of the Agent': Row(
        by_dns(CUSTOM_NAME, DEFAULT_NAME, SAID),
        f"the Agent is named '{CUSTOM_NAME}' and says: {SAID}, so AWS is not asked for the instance id",
        near_miss='a default full name by DNS, on a system with a name of its own',
    ),
    'a full name of its own by DNS, by the model': Row(
        by_dns(CUSTOM_NAME, DEFAULT_NAME),
        f"the name '{CUSTOM_NAME}' from the operating system, fully qualified is not a default EC2 name (ip-*, domu*), "
        'so AWS is not asked for the instance id',
        near_miss='a default full name by DNS, on a system with a name of its own',
    ),
    'a Windows name without prefix detection': Row(
        named('EC2AMAZ-AB12CD'),
        "the name 'EC2AMAZ-AB12CD' from the operating system is not a default EC2 name (ip-*, domu*), so AWS is not "
        'asked for the instance id',
        near_miss='a Windows name with prefix detection',
    ),
}
PASSES = {
    'the Agent is named by aws': Row(facts(), 'the Agent asked AWS: its hostname provider is aws'),
    'the name of the system is the instance id': Row(
        named(INSTANCE_ID, errors={'aws': SAID}),
        f"the name '{INSTANCE_ID}' is the instance id, whether AWS is asked or not",
    ),
    'a pod on a node that Kubernetes knows by its id, with the cluster appended': Row(
        in_a_pod(f'{INSTANCE_ID}-production', 'container'),
        f"the name '{INSTANCE_ID}-production' holds the instance id, whether AWS is asked or not",
    ),
    'a default name, while IMDS does not answer': Row(
        named(DEFAULT_NAME, errors={'aws': 'Unable to determine hostname from EC2: status code 401'}),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'a task of ECS that asked': Row(
        in_ecs('Unable to determine hostname from EC2: context deadline exceeded'),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'a custom name when it started, and a default one now': Row(
        replace(named(CUSTOM_NAME, errors={'aws': SAID}), host=host()),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'a pod on a node with a default name': Row(
        in_a_pod(DEFAULT_NAME, 'container'),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'a default full name by DNS, on a system with a name of its own': Row(
        by_dns(DEFAULT_NAME, 'web-1'), 'the name found first does not keep the Agent from asking AWS'
    ),
    'a full name of its own by DNS, of an Agent that asked, as it does on ECS': Row(
        by_dns(CUSTOM_NAME, DEFAULT_NAME, 'Unable to determine hostname from EC2: context deadline exceeded'),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'a Windows name with prefix detection': Row(
        named('EC2AMAZ-AB12CD', ec2_use_windows_prefix_detection=True),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'the instance id comes first by setting': Row(
        named(CUSTOM_NAME, ec2_prioritize_instance_id_as_hostname=True),
        'the name found first does not keep the Agent from asking AWS',
    ),
    'the operator accepts the name of the system': Row(
        named(CUSTOM_NAME),
        f"the name '{CUSTOM_NAME}' from the operating system is not a default EC2 name (ip-*, domu*); "
        'expected_hostname_provider accepts os',
        expecting('aws', 'os'),
    ),
}
UNKNOWN = {
    'a full name by DNS that nobody has seen': Row(
        by_dns('web-1', 'web-1', provider='os'),
        'without knowing whether the full name of the system, which DNS gives, is a default EC2 name, it cannot be '
        'told whether the Agent asks AWS',
    ),
    'a pod whose Agent could not be asked for its provider': Row(
        in_a_pod(None, None),
        'without knowing which name the container runtime gives, it cannot be told whether the Agent asks AWS',
    ),
    'words that do not fit the name': Row(
        named(DEFAULT_NAME, errors={'aws': SAID}),
        f"as the Agent says that it did not ask AWS, although '{DEFAULT_NAME}' is a default name of EC2, it cannot be "
        'told whether the Agent asks AWS',
    ),
    'the host could not be inspected': Row(
        facts(agent=agent(provider='os', hostname=CUSTOM_NAME), host=Unobserved('no permission')), 'no permission'
    ),
}
NOT_APPLICABLE = {
    'aws is not expected': Row(
        named(CUSTOM_NAME),
        'expected_hostname_provider does not ask for aws',
        expecting('os'),
    ),
    'the name is set by hand': Row(
        named(CUSTOM_NAME, provider='configuration', hostname=CUSTOM_NAME),
        f"there is another reason: hostname is set to '{CUSTOM_NAME}'",
    ),
    'a container that finds no name at all': Row(
        facts(
            agent=agent(hostname='', provider=None, provider_errors={'container': 'none'}),
            host=host(container=container(ContainerKind.DOCKER), uts_namespace=UtsNamespace.OWN),
        ),
        'there is another reason: no name is found, so AWS is not asked',
    ),
}
test_verdict = verdict_test(HOSTNAME_CUSTOM_OS_NAME, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)


def test_a_fault_of_imds_does_not_hide_it() -> None:
    broken = imds(token=LOST, metadata=NOT_SENT, control=LOST, tokenless=NOT_SENT, tokenless_at=None)
    known = facts(agent=agent(hostname=CUSTOM_NAME, provider='os'), host=host(os_hostname=CUSTOM_NAME), imds=broken)
    assert HOSTNAME_CUSTOM_OS_NAME.judge(known, Expectations()) == HOSTNAME_CUSTOM_OS_NAME.judge(
        named(CUSTOM_NAME), Expectations()
    )


NEW_NAME = 'the host gets a new name in dashboards and monitors'
THEN = f', and then let the Agent use the instance id, in datadog.yaml ({NEW_NAME})'
PRIORITIZE = (Command('ec2_prioritize_instance_id_as_hostname: true', Language.YAML),)

test_remedy = remedy_test(
    HOSTNAME_CUSTOM_OS_NAME,
    {
        'on a host': (
            named(CUSTOM_NAME),
            Remedy(
                'Keep the name and tell this check so, or let the Agent prefer the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, os]', 'expected_hostname: any'),
                    Choice(
                        f'Let the Agent use the instance id, in datadog.yaml ({NEW_NAME})',
                        (Command('ec2_prioritize_instance_id_as_hostname: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'on a host with an Agent that does not know the setting': (
            named(CUSTOM_NAME, ec2_prioritize_instance_id_as_hostname=None),
            Remedy(
                'Keep the name and tell this check so, or let the Agent prefer the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, os]', 'expected_hostname: any'),
                    upgrade_by_apt('7.81.3', THEN, PRIORITIZE),
                    upgrade_by_yum('7.81.3', THEN, PRIORITIZE),
                ),
                then=(RESTART,),
            ),
        ),
        'on Windows': (
            named('EC2AMAZ-AB12CD'),
            Remedy(
                'Keep the name and tell this check so, or let the Agent prefer the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, os]', 'expected_hostname: any'),
                    Choice(
                        f'Let the Agent use the instance id, in datadog.yaml ({NEW_NAME})',
                        (Command('ec2_use_windows_prefix_detection: true', Language.YAML),),
                        undo=SET_BACK,
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'in a pod': (
            in_a_pod(NODE_NAME, 'container'),
            Remedy(
                'Keep the name and tell this check so, or let the Agent prefer the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, container]', 'expected_hostname: any'),
                    Choice(
                        f'Let the Agent use the instance id, in the Helm values ({NEW_NAME})',
                        (
                            Command(
                                (
                                    'datadog:\n  env:\n    - name: '
                                    'DD_EC2_PRIORITIZE_INSTANCE_ID_AS_HOSTNAME\n      value: "true"'
                                ),
                                Language.HELM,
                            ),
                        ),
                        undo=SET_BACK,
                    ),
                ),
                then=(APPLY_HELM, RESTART_POD),
            ),
        ),
    },
)


def daemon(version: tuple[int, int, int] | None, ecs: Ecs = Ecs.MANAGED_INSTANCES) -> Facts:
    seen = agent(hostname='f00dfeed0123', provider='os', provider_errors={'aws': SAID}, version=version, ecs=ecs)
    return facts(agent=seen, host=host(os_hostname='f00dfeed0123', container=container(ContainerKind.ECS_MANAGED)))


@pytest.mark.parametrize(
    ('known', 'told'),
    [
        pytest.param(daemon((7, 76, 3)), True, id='before it asks by itself'),
        pytest.param(daemon((7, 77, 0)), False, id='it asks by itself'),
        pytest.param(daemon(None), False, id='the version is not known'),
        pytest.param(daemon((7, 76, 3), Ecs.EC2), False, id='on EC2 every version asks'),
    ],
)
def test_the_daemon_of_managed_instances_is_told_of_the_version_that_asks(known: Facts, told: bool) -> None:
    offered = HOSTNAME_CUSTOM_OS_NAME.remedy(known, Expectations()).choices
    upgrade = 'Upgrade the Agent to 7.77.0 or later, in a new revision of the task definition'
    assert (upgrade in [choice.text for choice in offered]) is told
