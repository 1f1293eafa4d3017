from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_BEHIND_PROXY_SETTINGS
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Platform, ProxySettings, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import agent, configuration, container, facts, host, imds
from tests.diagnoses.remedy_parts import RESTART, RESTART_ECS, SET_BACK
from tests.diagnoses.tables import Row, remedy_test, verdict_test

FORCED: dict[str, Any] = {'http_proxy_configured': True, 'use_proxy_for_cloud_metadata': True}


OLD = (7, 25, 1)


def before_7_26(**settings: Any) -> Facts:
    seen = agent(hostname='ip-10-0-0-12', version=OLD, configuration=configuration(proxy=ProxySettings(**settings)))
    return facts(agent=seen)


def proxied(hostname: str = 'ip-10-0-0-12', kind: ContainerKind = ContainerKind.NONE, **settings: Any) -> Facts:
    proxy = ProxySettings(**settings)
    return facts(
        agent=agent(hostname=hostname, configuration=configuration(proxy=proxy)), host=host(container=container(kind))
    )


SENT = (
    'use_proxy_for_cloud_metadata is true and no_proxy does not exempt IMDS, so the Agent sends its '
    'IMDS requests to the proxy'
)

FAILS = {
    'cloud metadata goes through proxy.http, seen from a terminal': Row(
        proxied(**FORCED, environment_is_the_agents=False),
        f'proxy.http is set, {SENT}',
        near_miss='a proxy from the environment of a terminal, and the Agent exempts IMDS',
    ),
    'before 7.26 a proxy from the environment': Row(
        before_7_26(http_proxy_in_environment=True, imds_in_no_proxy=True),
        'the environment of the Agent sets a proxy (HTTP_PROXY), which it follows before 7.26, and NO_PROXY does not '
        'exempt IMDS, so the Agent sends its IMDS requests to the proxy',
        near_miss='a proxy from the environment, and the Agent exempts IMDS',
    ),
    'cloud metadata goes through proxy.http': Row(
        proxied(**FORCED), f'proxy.http is set, {SENT}', near_miss='cloud metadata would go, but no_proxy exempts it'
    ),
    'cloud metadata goes through a proxy from the environment': Row(
        proxied(http_proxy_in_environment=True, use_proxy_for_cloud_metadata=True),
        f'the environment of the Agent sets a proxy (HTTP_PROXY), {SENT}',
        near_miss='a proxy from the environment, and the Agent exempts IMDS',
    ),
    'neither the name of the Agent nor the instance is known': Row(
        facts(
            platform=Platform(True, 'DMI'),
            host=host(cloud_init_instance_id=None),
            imds=imds(instance_id=None),
            agent=agent(hostname=None, configuration=configuration(proxy=ProxySettings(**FORCED))),
        ),
        f'proxy.http is set, {SENT}',
        near_miss='cloud metadata would go, but no_proxy exempts it',
    ),
    'the Agent has its name': Row(
        proxied('i-0123456789abcdef0', **FORCED),
        Failed(f'proxy.http is set, {SENT}; its hostname is still the instance id', Status.WARNING),
        near_miss='cloud metadata would go, but no_proxy exempts it',
    ),
}
PASSES = {
    'a proxy from the environment of a terminal, and the Agent exempts IMDS': Row(
        proxied(http_proxy_in_environment=True, environment_is_the_agents=False),
        'the environment of this terminal sets a proxy (HTTP_PROXY), and use_proxy_for_cloud_metadata is false, which '
        'exempts IMDS',
    ),
    'before 7.26 NO_PROXY': Row(
        before_7_26(http_proxy_in_environment=True, imds_in_environment_no_proxy=True),
        'the environment of the Agent sets a proxy (HTTP_PROXY), but NO_PROXY exempts IMDS',
    ),
    'before 7.26 settings of the Agent do not matter': Row(
        before_7_26(**FORCED),
        'the environment sets no HTTP proxy, and before 7.26 the Agent asks IMDS through no other',
    ),
    'no proxy': Row(facts(), 'no HTTP proxy is set for the Agent'),
    'cloud metadata would go, but there is no proxy': Row(
        proxied(use_proxy_for_cloud_metadata=True), 'no HTTP proxy is set for the Agent'
    ),
    'a proxy, and the Agent exempts IMDS': Row(
        proxied(http_proxy_configured=True),
        'proxy.http is set, and use_proxy_for_cloud_metadata is false, which exempts IMDS',
    ),
    'a proxy from the environment, and the Agent exempts IMDS': Row(
        proxied(http_proxy_in_environment=True),
        'the environment of the Agent sets a proxy (HTTP_PROXY), and use_proxy_for_cloud_metadata is false, which '
        'exempts IMDS',
    ),
    'cloud metadata would go, but no_proxy exempts it': Row(
        proxied(**FORCED, imds_in_no_proxy=True),
        'proxy.http is set and use_proxy_for_cloud_metadata is true, but proxy.no_proxy exempts IMDS',
    ),
    'cloud metadata would go, but NO_PROXY exempts it': Row(
        proxied(**FORCED, imds_in_environment_no_proxy=True),
        'proxy.http is set and use_proxy_for_cloud_metadata is true, but NO_PROXY exempts IMDS',
    ),
}
UNKNOWN = {
    'before 7.26 a proxy from the environment of a terminal': Row(
        before_7_26(http_proxy_in_environment=True, environment_is_the_agents=False),
        'the environment of this terminal sets a proxy (HTTP_PROXY); before 7.26 the Agent follows its own, which is '
        'not seen from here',
    ),
    'cloud metadata would go through a proxy from the environment of a terminal': Row(
        proxied(http_proxy_in_environment=True, use_proxy_for_cloud_metadata=True, environment_is_the_agents=False),
        'the environment of this terminal sets a proxy (HTTP_PROXY) and use_proxy_for_cloud_metadata is true; the '
        'Agent follows its own environment, which is not seen from here',
    ),
    'Agent not observed': Row(facts(agent=Unobserved('no Agent here')), 'no Agent here'),
}

REMEDIES = {
    'before 7.26': (
        before_7_26(http_proxy_in_environment=True),
        Remedy(
            'Let the Agent ask IMDS directly',
            then=(
                Step(
                    'Add 169.254.169.254 to NO_PROXY in the environment of the Agent, or upgrade it to 7.26.0 or later'
                ),
                RESTART,
            ),
        ),
    ),
    'on a host': (
        proxied(**FORCED),
        Remedy(
            'Let the Agent ask IMDS directly',
            (
                Choice(
                    'Let the Agent exempt IMDS from its proxy, in datadog.yaml',
                    (Command('use_proxy_for_cloud_metadata: false', Language.YAML),),
                    undo=SET_BACK,
                ),
                Choice(
                    (
                        'Keep that setting, and add 169.254.169.254 to proxy.no_proxy in '
                        'datadog.yaml, or to NO_PROXY where the environment of the Agent sets the '
                        'proxy'
                    ),
                    (Command('proxy:\n  no_proxy: ["169.254.169.254"]', Language.YAML),),
                    undo=SET_BACK,
                ),
            ),
            then=(RESTART,),
        ),
    ),
    'in an ECS task': (
        proxied(**FORCED, kind=ContainerKind.ECS_AWSVPC),
        Remedy(
            'Let the Agent ask IMDS directly',
            (
                Choice(
                    'Let the Agent exempt IMDS from its proxy, in a new revision of the task definition',
                    (
                        Command(
                            (
                                '{\n  "containerDefinitions": [\n    {\n      "name": '
                                '"datadog-agent",\n      "environment": [\n        {\n          '
                                '"name": "DD_USE_PROXY_FOR_CLOUD_METADATA",\n          "value": '
                                '"false"\n        }\n      ]\n    }\n  ]\n'
                                '}'
                            ),
                            Language.JSON,
                        ),
                    ),
                    undo=SET_BACK,
                ),
                Choice(
                    (
                        'Keep that setting, and add 169.254.169.254 to DD_PROXY_NO_PROXY, in a new '
                        'revision of the task definition'
                    ),
                    (
                        Command(
                            (
                                '{\n  "containerDefinitions": [\n    {\n      "name": '
                                '"datadog-agent",\n      "environment": [\n        {\n          '
                                '"name": "DD_PROXY_NO_PROXY",\n          "value": '
                                '"169.254.169.254"\n        }\n      ]\n    }\n  ]\n'
                                '}'
                            ),
                            Language.JSON,
                        ),
                    ),
                    undo=SET_BACK,
                ),
            ),
            then=(RESTART_ECS,),
        ),
    ),
}

test_verdict = verdict_test(IMDS_BEHIND_PROXY_SETTINGS, FAILS, PASSES, UNKNOWN, {})
test_remedy = remedy_test(IMDS_BEHIND_PROXY_SETTINGS, REMEDIES)
