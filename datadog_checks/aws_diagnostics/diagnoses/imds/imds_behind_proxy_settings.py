"""The Agent's own settings send its IMDS requests to a proxy."""

from ...expectations import Expectations
from ...facts import Agent, ContainerKind, Facts, ProxySettings, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Choice, Remedy, yaml
from ...rules import instance_id_of
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


def judge(facts: Facts, _: Expectations) -> Verdict:
    """Rule: unless `use_proxy_for_cloud_metadata` is true, the Agent itself adds 169.254.169.254 to proxy.no_proxy."""
    agent = observed(facts.agent)
    match agent.configuration.proxy:
        case ProxySettings(http_proxy_configured=False, http_proxy_in_environment=False):
            return Passed('no HTTP proxy is set for the Agent')
        case ProxySettings(use_proxy_for_cloud_metadata=False) as proxy:
            return Passed(f'{_proxy(proxy)}, and use_proxy_for_cloud_metadata is false, which exempts IMDS')
        case ProxySettings(imds_in_no_proxy=True) as proxy:
            return Passed(f'{_proxy(proxy)} and {FORCED}, but proxy.no_proxy exempts IMDS')
        case ProxySettings(imds_in_environment_no_proxy=True) as proxy:
            return Passed(f'{_proxy(proxy)} and {FORCED}, but NO_PROXY exempts IMDS')
        case proxy:
            return _sent_to_the_proxy(facts, agent, proxy)


def _sent_to_the_proxy(facts: Facts, agent: Agent, proxy: ProxySettings) -> Verdict:
    why = f'{_proxy(proxy)}, {FORCED} and no_proxy does not exempt IMDS'
    evidence = f'{why}, so the Agent sends its IMDS requests to the proxy'
    if agent.hostname and agent.hostname == str(instance_id_of(facts)):
        return Failed(f'{evidence}; its hostname is still the instance id', Status.WARNING)
    return Failed(evidence)


def _proxy(proxy: ProxySettings) -> str:
    """Which setting names the proxy. The proxy itself is not shown: its address may hold a password."""
    if proxy.http_proxy_configured:
        return 'proxy.http is set'
    return 'the environment of the Agent sets a proxy (HTTP_PROXY)'


def remedy(facts: Facts, _: Expectations) -> Remedy:
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
