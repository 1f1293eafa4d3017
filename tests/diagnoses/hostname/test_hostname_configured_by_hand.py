"""The guide's "Duplicated hosts": a name that someone wrote into the Agent's configuration."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_configured_by_hand import HOSTNAME_CONFIGURED_BY_HAND
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, agent, configuration, container, facts, host, imds
from tests.diagnoses.tables import Row, remedy_test, verdict_test


def named(name: str, **differences: object) -> Facts:
    return facts(
        agent=agent(hostname=name, provider='configuration', configuration=configuration(hostname=name)), **differences
    )


FAILS = {
    'another name than the instance id': Row(
        named('web-01'),
        f"hostname is set to 'web-01', and the instance id is {INSTANCE_ID}",
        near_miss='the instance id, set by hand',
    ),
    'another name, any name expected, by aws': Row(
        named('web-01'),
        f"hostname is set to 'web-01', and the instance id is {INSTANCE_ID}",
        Expectations(hostname='any'),
        near_miss='the provider configuration is expected',
    ),
    'a name that the Agent uses although it should not take it': Row(
        named('my_host'),
        f"hostname is set to 'my_host', and the instance id is {INSTANCE_ID}",
        near_miss='the instance id, set by hand',
    ),
}
PASSES = {
    'nothing is set': Row(facts(), "hostname is not set in the Agent's configuration"),
    'the instance id, set by hand': Row(
        named(INSTANCE_ID), f"hostname is set to '{INSTANCE_ID}', which is the instance id"
    ),
    'the provider configuration is expected': Row(
        named('web-01'),
        "hostname is set to 'web-01', as this check is told to expect",
        Expectations(hostname_providers=('aws', 'configuration')),
    ),
    'this very name is expected': Row(
        named('web-01'),
        "hostname is set to 'web-01', as this check is told to expect",
        Expectations(hostname='web-01'),
    ),
    'expected, where the instance id is not known': Row(
        named('web-01', imds=Unobserved('no sockets here'), platform=Platform(True, 'uuid'), host=Unobserved('no')),
        "hostname is set to 'web-01', as this check is told to expect",
        Expectations(hostname_providers=('configuration',)),
    ),
}
UNKNOWN = {
    'the instance id is not known': Row(
        named(
            'web-01',
            imds=imds(instance_id=None),
            platform=Platform(True, 'uuid'),
            host=host(cloud_init_instance_id=''),
        ),
        "hostname is set to 'web-01', and the instance id is not known",
    ),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'a name that the Agent does not take': Row(
        facts(agent=agent(configuration=configuration(hostname='my_host'))),
        "hostname is set to 'my_host', which the Agent does not take: it is no host name by RFC 1123",
    ),
}
test_verdict = verdict_test(HOSTNAME_CONFIGURED_BY_HAND, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

SUMMARY = (
    'Keep the name and tell this check so, or let the Agent find the instance id; a duplicate of the host in Datadog '
    'disappears within hours and does not affect billing'
)
KEEP = (
    'To keep the name (changes nothing in Datadog). In conf.yaml of this check: '
    'expected_hostname_provider: [aws, configuration]; expected_hostname: web-01'
)
RENAMED = 'To be named by the instance id (the host changes its name in dashboards and monitors). '
test_remedy = remedy_test(
    HOSTNAME_CONFIGURED_BY_HAND,
    {
        'on a host': (
            named('web-01'),
            Remedy(
                SUMMARY,
                (
                    KEEP,
                    f'{RENAMED}In datadog.yaml remove the line hostname: ..., and DD_HOSTNAME from the environment of '
                    'the Agent',
                    'After that: Restart the Agent: sudo systemctl restart datadog-agent',
                ),
            ),
        ),
        'in a pod': (
            named('web-01', host=host(container=container(ContainerKind.POD))),
            Remedy(
                SUMMARY,
                (
                    KEEP,
                    f'{RENAMED}Helm: remove DD_HOSTNAME from datadog.env and agents.containers.agent.env',
                    'After that: Restart the Agent: kubectl rollout restart daemonset/datadog',
                ),
            ),
        ),
        'on ECS': (
            named('web-01', host=host(container=container(ContainerKind.ECS_BRIDGE))),
            Remedy(
                SUMMARY,
                (
                    KEEP,
                    f'{RENAMED}ECS task definition: remove DD_HOSTNAME from the environment of the Agent',
                    'After that: Restart the Agent: aws ecs update-service --force-new-deployment --cluster CLUSTER '
                    '--service SERVICE',
                ),
            ),
        ),
        'in a Docker container': (
            named('web-01', host=host(container=container(ContainerKind.DOCKER))),
            Remedy(
                SUMMARY,
                (
                    KEEP,
                    f'{RENAMED}Start the Agent container without DD_HOSTNAME',
                    'After that: Restart the Agent: docker restart AGENT_CONTAINER',
                ),
            ),
        ),
    },
)


def test_it_is_no_more_than_a_warning() -> None:
    assert HOSTNAME_CONFIGURED_BY_HAND.severity.word == 'warning'
