"""The guide's "Duplicated hosts": a name that someone wrote into the Agent's configuration."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_configured_by_hand import HOSTNAME_CONFIGURED_BY_HAND
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy
from tests.builders import INSTANCE_ID, agent, configuration, container, expecting, facts, host, imds
from tests.diagnoses.remedy_parts import (
    APPLY_COMPOSE,
    APPLY_HELM,
    RESTART,
    RESTART_DOCKER,
    RESTART_ECS,
    RESTART_POD,
    keep_the_name,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test


def named(name: str, **differences: object) -> Facts:
    return facts(
        agent=agent(hostname=name, provider='configuration', configuration=configuration(hostname=name)), **differences
    )


FAILS = {
    'a default name of EC2, which Datadog does not take as canonical': Row(
        named('ip-10-0-0-12'),
        "hostname is set to 'ip-10-0-0-12', which looks like a default EC2 name: Datadog does not use it as the "
        'canonical hostname unless hostname_force_config_as_canonical is true',
        expected=expecting('aws', 'configuration'),
        near_miss='a default name of EC2 that is forced to be canonical',
    ),
    'another name than the instance id': Row(
        named('web-01'),
        f"hostname is set to 'web-01', and the instance id is {INSTANCE_ID}",
        near_miss='the instance id, set by hand',
    ),
    'another name, any name expected, by aws': Row(
        named('web-01'),
        f"hostname is set to 'web-01', and the instance id is {INSTANCE_ID}",
        expecting(hostname='any'),
        near_miss='the provider configuration is expected',
    ),
    'a name that the Agent uses although it should not take it': Row(
        named('my_host'),
        f"hostname is set to 'my_host', and the instance id is {INSTANCE_ID}",
        near_miss='the instance id, set by hand',
    ),
}
PASSES = {
    'a default name of EC2 that is forced to be canonical': Row(
        facts(
            agent=agent(
                provider='configuration',
                hostname='ip-10-0-0-12',
                configuration=configuration(hostname='ip-10-0-0-12', hostname_force_config_as_canonical=True),
            )
        ),
        "hostname is set to 'ip-10-0-0-12', as the configuration of this check expects",
        expected=expecting('aws', 'configuration'),
    ),
    'nothing is set': Row(facts(), "hostname is not set in the Agent's configuration"),
    'the instance id, set by hand': Row(
        named(INSTANCE_ID), f"hostname is set to '{INSTANCE_ID}', which is the instance id"
    ),
    'the provider configuration is expected': Row(
        named('web-01'),
        "hostname is set to 'web-01', as the configuration of this check expects",
        expecting('aws', 'configuration'),
    ),
    'this very name is expected': Row(
        named('web-01'),
        "hostname is set to 'web-01', as the configuration of this check expects",
        expecting(hostname='web-01'),
    ),
    'expected, where the instance id is not known': Row(
        named('web-01', imds=Unobserved('no sockets here'), platform=Platform(True, 'uuid'), host=Unobserved('no')),
        "hostname is set to 'web-01', as the configuration of this check expects",
        expecting('configuration'),
    ),
}
UNKNOWN = {
    'the instance id is not known': Row(
        named(
            'web-01',
            imds=imds(instance_id=None),
            platform=Platform(True, 'uuid'),
            host=host(cloud_init_instance_id=None),
        ),
        "hostname is set to 'web-01', and the instance id is not known",
    ),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'a name with a space at its end, which the Agent does not have': Row(
        facts(agent=agent(configuration=configuration(hostname='web-01 '))),
        "hostname is set to 'web-01 ', which the Agent does not accept: it begins or ends with white space",
    ),
    'a name that the Agent refuses by its own words': Row(
        facts(
            agent=agent(
                configuration=configuration(hostname='web-01'),
                provider_errors={"'hostname' configuration/environment": 'web-01 is a name of tomorrow'},
            )
        ),
        "hostname is set to 'web-01', which the Agent does not accept: web-01 is a name of tomorrow",
    ),
    'a name that the Agent does not take': Row(
        facts(agent=agent(configuration=configuration(hostname='my_host'))),
        "hostname is set to 'my_host', which the Agent does not accept: it is not a host name by RFC 1123",
    ),
}
test_verdict = verdict_test(HOSTNAME_CONFIGURED_BY_HAND, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    HOSTNAME_CONFIGURED_BY_HAND,
    {
        'on a host': (
            named('web-01'),
            Remedy(
                'Keep the name and tell this check so, or let the Agent use the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, configuration]', 'expected_hostname: web-01'),
                    Choice(
                        (
                            'Remove hostname from datadog.yaml, and DD_HOSTNAME from the '
                            'environment of the Agent; the host gets a new name in dashboards and '
                            'monitors'
                        ),
                        (
                            Command(
                                "sudo grep -nsE '^ *(hostname:|DD_HOSTNAME=)' "
                                '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
                            ),
                        ),
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'in a pod': (
            named('web-01', host=host(container=container(ContainerKind.POD))),
            Remedy(
                'Keep the name and tell this check so, or let the Agent use the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, configuration]', 'expected_hostname: web-01'),
                    Choice(
                        (
                            'Remove DD_HOSTNAME from datadog.env and agents.containers.agent.env in '
                            'the Helm values (the first command lists every RELEASE and its '
                            'NAMESPACE); leave an empty list as []; the host gets a new name in dashboards and monitors'
                        ),
                        (
                            Command('helm list --all-namespaces'),
                            Command(
                                'helm get values "${RELEASE:?}" --namespace "${NAMESPACE:?}" | grep -A 1 DD_HOSTNAME'
                            ),
                        ),
                    ),
                ),
                then=(APPLY_HELM, RESTART_POD),
            ),
        ),
        'on ECS': (
            named('web-01', host=host(container=container(ContainerKind.ECS_BRIDGE))),
            Remedy(
                'Keep the name and tell this check so, or let the Agent use the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, configuration]', 'expected_hostname: web-01'),
                    Choice(
                        "Remove DD_HOSTNAME from the Agent's container, in a new revision of "
                        'the task definition; the host gets a new name in dashboards and '
                        'monitors'
                    ),
                ),
                then=(RESTART_ECS,),
            ),
        ),
        'in a Docker container': (
            named('web-01', host=host(container=container(ContainerKind.DOCKER))),
            Remedy(
                'Keep the name and tell this check so, or let the Agent use the instance id',
                (
                    keep_the_name('expected_hostname_provider: [aws, configuration]', 'expected_hostname: web-01'),
                    Choice(
                        "Remove DD_HOSTNAME from the environment of the Agent's container; the "
                        'host gets a new name in dashboards and monitors'
                    ),
                ),
                then=(APPLY_COMPOSE, RESTART_DOCKER),
            ),
        ),
    },
)


def test_it_is_no_more_than_a_warning() -> None:
    assert HOSTNAME_CONFIGURED_BY_HAND.severity.word == 'warning'
