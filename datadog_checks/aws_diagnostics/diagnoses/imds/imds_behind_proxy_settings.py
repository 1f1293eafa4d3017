"""The Agent's own settings send its IMDS requests to a proxy."""

from ...expectations import Expectations
from ...facts import Agent, Facts, ProxySettings, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import AGENT_PROXY
from ..remedies import agent_setting, restart_agent

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
    evidence = f'{_proxy(proxy)}, {FORCED} and no_proxy does not exempt IMDS, so the Agent asks the proxy for IMDS'
    if facts.instance_id is not None and agent.hostname == facts.instance_id:
        return Failed(f'{evidence}; it has the name of this instance all the same', Status.WARNING)
    return Failed(evidence)


def _proxy(proxy: ProxySettings) -> str:
    """Which setting names the proxy. The proxy itself is not shown: its address may hold a password."""
    if proxy.http_proxy_configured:
        return 'proxy.http is set'
    return 'the environment of the Agent sets a proxy (HTTP_PROXY)'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    setting = agent_setting(facts, 'use_proxy_for_cloud_metadata', 'false')
    return Remedy(
        'Let the Agent ask IMDS directly: a proxy on another machine answers for that machine, or not at all',
        (
            f'Let the Agent exempt IMDS from its proxy by itself (exposes nothing). {setting}',
            'Or keep that setting and add 169.254.169.254 to proxy.no_proxy of the Agent (NO_PROXY where the proxy is '
            'set in the environment)',
            restart_agent(facts),
        ),
    )


IMDS_BEHIND_PROXY_SETTINGS = Diagnosis(
    id='imds-behind-proxy-settings',
    title='The Agent sends its IMDS requests to a proxy',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Reads the proxy settings that the Agent follows: by default it exempts IMDS from its proxy, and '
        'use_proxy_for_cloud_metadata takes that exemption away.'
    ),
    harm=(
        'A proxy cannot reach the IMDS of this instance, so the Agent gets no metadata, or that of the machine on '
        'which the proxy runs.'
    ),
    docs=AGENT_PROXY,
    judge=judge,
    remedy=remedy,
)
