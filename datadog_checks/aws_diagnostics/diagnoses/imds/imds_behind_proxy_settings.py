"""The Agent's own settings send its IMDS requests to a proxy."""

from ...expectations import Expectations
from ...facts import Agent, ContainerKind, Facts, ProxySettings, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, yaml
from ...rules import at_least, instance_id_of
from ..agent_remedies import (
    SET_BACK,
    agent_setting,
    container_kind,
    place_of_settings,
    set_in_agent,
)
from ..applying import restart_with_settings
from ..links import AGENT_PROXY
from .blocking import IMDS_IPV4

FORCED = 'use_proxy_for_cloud_metadata is true'
IN_THE_ENVIRONMENT = {
    True: 'the environment of the Agent sets a proxy (HTTP_PROXY)',
    False: 'the environment of this terminal sets a proxy (HTTP_PROXY)',
}
NOT_SEEN = 'which is not seen from here'
PROXY_OF_THE_AGENT = 26
"""The minor version of Agent 7. Before, requests to IMDS followed the proxy of the process (HTTP_PROXY, NO_PROXY) and
no setting of the Agent. Source: pull request 7042 of DataDog/datadog-agent."""


def follows_the_environment(agent: Agent) -> bool:
    return agent.version is not None and not at_least(agent.version, PROXY_OF_THE_AGENT)


def is_proxied(agent: Agent) -> bool:
    """The Agent sends its requests to IMDS to a proxy, by the rules of its version."""
    proxy = agent.configuration.proxy
    if follows_the_environment(agent):
        set_for_it = proxy.http_proxy_in_environment and proxy.environment_is_the_agents
        return set_for_it and not proxy.imds_in_environment_no_proxy
    exempt = proxy.imds_in_no_proxy or proxy.imds_in_environment_no_proxy
    configured = proxy.http_proxy_configured or (proxy.http_proxy_in_environment and proxy.environment_is_the_agents)
    return proxy.use_proxy_for_cloud_metadata and configured and not exempt


def judge(facts: Facts, _: Expectations) -> Verdict:
    """Rule: unless `use_proxy_for_cloud_metadata` is true, the Agent itself adds 169.254.169.254 to proxy.no_proxy."""
    agent = observed(facts.agent)
    if follows_the_environment(agent):
        return _by_the_environment(facts, agent)
    match agent.configuration.proxy:
        case ProxySettings(http_proxy_configured=False, http_proxy_in_environment=False):
            return Passed('no HTTP proxy is set for the Agent')
        case ProxySettings(use_proxy_for_cloud_metadata=False) as proxy:
            return Passed(f'{_proxy(proxy)}, and use_proxy_for_cloud_metadata is false, which exempts IMDS')
        case ProxySettings(imds_in_no_proxy=True) as proxy:
            return Passed(f'{_proxy(proxy)} and {FORCED}, but proxy.no_proxy exempts IMDS')
        case ProxySettings(imds_in_environment_no_proxy=True) as proxy:
            return Passed(f'{_proxy(proxy)} and {FORCED}, but NO_PROXY exempts IMDS')
        case ProxySettings(http_proxy_configured=False, environment_is_the_agents=False) as proxy:
            return Unknown(f'{_proxy(proxy)} and {FORCED}; the Agent follows its own environment, {NOT_SEEN}')
        case proxy:
            why = f'{_proxy(proxy)}, {FORCED} and no_proxy does not exempt IMDS'
            return _sent_to_the_proxy(facts, agent, why)


def _by_the_environment(facts: Facts, agent: Agent) -> Verdict:
    proxy = agent.configuration.proxy
    if not proxy.http_proxy_in_environment:
        return Passed('the environment sets no HTTP proxy, and before 7.26 the Agent asks IMDS through no other')
    if proxy.imds_in_environment_no_proxy:
        return Passed(f'{IN_THE_ENVIRONMENT[proxy.environment_is_the_agents]}, but NO_PROXY exempts IMDS')
    if not proxy.environment_is_the_agents:
        return Unknown(f'{IN_THE_ENVIRONMENT[False]}; before 7.26 the Agent follows its own, {NOT_SEEN}')
    why = 'the environment of the Agent sets a proxy (HTTP_PROXY), which it follows before 7.26, and NO_PROXY does not'
    return _sent_to_the_proxy(facts, agent, f'{why} exempt IMDS')


def _sent_to_the_proxy(facts: Facts, agent: Agent, why: str) -> Verdict:
    evidence = f'{why}, so the Agent sends its IMDS requests to the proxy'
    if agent.hostname and agent.hostname == str(instance_id_of(facts)):
        return Failed(f'{evidence}; its hostname is still the instance id', Status.WARNING)
    return Failed(evidence)


def _proxy(proxy: ProxySettings) -> str:
    """Which setting names the proxy. The proxy itself is not shown: its address may hold a password."""
    if proxy.http_proxy_configured:
        return 'proxy.http is set'
    return IN_THE_ENVIRONMENT[proxy.environment_is_the_agents]


def remedy(facts: Facts, _: Expectations) -> Remedy:
    if isinstance(facts.agent, Agent) and follows_the_environment(facts.agent):
        text = f'Add {IMDS_IPV4} to NO_PROXY in the environment of the Agent, or upgrade it to 7.26.0 or later'
        return Remedy('Let the Agent ask IMDS directly', then=(Step(text), *restart_with_settings(facts)))
    exempt = set_in_agent(facts, 'Let the Agent exempt IMDS from its proxy', 'use_proxy_for_cloud_metadata', False)
    return Remedy(
        'Let the Agent ask IMDS directly',
        (exempt, _add_to_no_proxy(facts)),
        restart_with_settings(facts),
    )


def _add_to_no_proxy(facts: Facts) -> Choice:
    kind = container_kind(facts)
    if kind is not ContainerKind.NONE:
        text = f'Keep that setting, and add {IMDS_IPV4} to DD_PROXY_NO_PROXY, {place_of_settings(kind)}'
        return Choice(text, (agent_setting(facts, 'proxy_no_proxy', IMDS_IPV4),), undo=SET_BACK)
    return Choice(
        f'Keep that setting, and add {IMDS_IPV4} to proxy.no_proxy in datadog.yaml, or to NO_PROXY where the '
        'environment of the Agent sets the proxy',
        (yaml({'proxy': {'no_proxy': [IMDS_IPV4]}}),),
        undo=SET_BACK,
    )


IMDS_BEHIND_PROXY_SETTINGS = Diagnosis(
    id='imds-behind-proxy-settings',
    title='The Agent sends its IMDS requests to a proxy',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        "Reads the Agent's proxy settings. By default the Agent exempts IMDS from its proxy; "
        'use_proxy_for_cloud_metadata removes that exemption.'
    ),
    harm=(
        "A proxy on another machine cannot reach this instance's IMDS, so the Agent gets no metadata, or the metadata "
        'of the machine that runs the proxy.'
    ),
    docs=AGENT_PROXY,
    judge=judge,
    remedy=remedy,
)
