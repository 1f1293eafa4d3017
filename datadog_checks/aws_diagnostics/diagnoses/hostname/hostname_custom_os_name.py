"""The host has a name that is not one of EC2's defaults, so the Agent keeps it and never asks AWS."""

from ...expectations import ANY_HOSTNAME, Expectations
from ...facts import Agent, AgentConfiguration, Ecs, Facts, Host, HostnameProvider, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...rules import at_least
from ...rules.hostnames import WINDOWS_DEFAULT_PREFIX
from ...text import clean, quoted
from ..agent_remedies import set_in_agent
from ..applying import restart_with_settings
from ..links import guide
from .agent_versions import prefer_instance_id, upgrades
from .agent_words import FOUND_BY_ITSELF, says_that_it_did_not_ask
from .on_ecs import MANAGED_DAEMON
from .resolution import Resolution, resolve
from .situation import situation_of
from .wrong_name import is_or_holds, keep_the_name, names_this_instance

LONGEST_SAYING = 160


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if 'aws' not in expected.hostname_providers:
        return NotApplicable('expected_hostname_provider does not ask for aws')
    if agent.provider == 'aws':
        return Passed('the Agent asked AWS: its hostname provider is aws')
    if names_this_instance(facts, agent.hostname):
        name = agent.hostname or ''
        return Passed(f'the name {quoted(name)} {is_or_holds(name)} the instance id, whether AWS is asked or not')
    said = says_that_it_did_not_ask(agent) if agent.provider in FOUND_BY_ITSELF else ''
    if said and not isinstance(facts.host, Host):
        return _by_its_words(expected, agent, said)
    now = resolve(situation_of(facts))
    if said and now.aws_asked is False:
        return _by_its_words(expected, agent, said)
    if now.aws_asked is None:
        return Unknown(f'{now.why}, it cannot be told whether the Agent asks AWS')
    return _by_the_model(facts, expected, agent, now)


def _by_its_words(expected: Expectations, agent: Agent, said: str) -> Verdict:
    named = f'is named {quoted(agent.hostname)} and ' if agent.hostname else ''
    evidence = f'the Agent {named}says: {clean(said, LONGEST_SAYING)}'
    return _judged(expected, agent.provider or HostnameProvider.OS, evidence)


def _by_the_model(facts: Facts, expected: Expectations, agent: Agent, now: Resolution) -> Verdict:
    if now.aws_asked:
        return Passed('the name found first does not keep the Agent from asking AWS')
    provider = HostnameProvider.of(now.provider)
    if provider not in FOUND_BY_ITSELF:
        return NotApplicable(f'there is another reason: {now.why}')
    name = observed(facts.host).os_hostname if provider is HostnameProvider.OS else agent.hostname
    return _judged(
        expected, provider, f'the name {quoted(name or "")} from {now.source} is not a default EC2 name (ip-*, domu*)'
    )


def _judged(expected: Expectations, provider: HostnameProvider, evidence: str) -> Verdict:
    if provider in expected.hostname_providers:
        return Passed(f'{evidence}; expected_hostname_provider accepts {provider}')
    return Failed(f'{evidence}, so AWS is not asked for the instance id')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    provider = facts.agent.provider if isinstance(facts.agent, Agent) else None
    found = provider if provider in FOUND_BY_ITSELF else HostnameProvider.OS
    keep = keep_the_name(facts, expected, provider=found, hostname=ANY_HOSTNAME)
    prefer = 'et the Agent prefer the instance id'
    return Remedy(
        f'Keep the name and tell this check so, or l{prefer}' if keep else f'L{prefer}',
        (*keep, *_prefer_instance_id(facts), *_ask_by_itself(facts)),
        restart_with_settings(facts),
    )


def _prefer_instance_id(facts: Facts) -> tuple[Choice, ...]:
    configuration = facts.agent.configuration if isinstance(facts.agent, Agent) else AgentConfiguration()
    name = ((facts.agent.hostname if isinstance(facts.agent, Agent) else None) or '').lower()
    effect = 'the host gets a new name in dashboards and monitors'
    if name.startswith(WINDOWS_DEFAULT_PREFIX) and configuration.ec2_use_windows_prefix_detection is False:
        text = 'Let the Agent use the instance id'
        return (set_in_agent(facts, text, 'ec2_use_windows_prefix_detection', True, effect),)
    return prefer_instance_id(facts, effect)


def _ask_by_itself(facts: Facts) -> tuple[Choice, ...]:
    """The daemon on ECS Managed Instances asks AWS from 7.77 on, whatever name it found."""
    agent = facts.agent
    if not isinstance(agent, Agent) or agent.ecs is not Ecs.MANAGED_INSTANCES or agent.version is None:
        return ()
    return upgrades(facts, least=MANAGED_DAEMON) if not at_least(agent.version, MANAGED_DAEMON) else ()


HOSTNAME_CUSTOM_OS_NAME = Diagnosis(
    id='hostname-custom-os-name',
    title='The host has a custom OS hostname, so the Agent does not ask AWS',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.WARNING,
    tests=(
        'Outside of ECS, the Agent asks AWS for the instance id only when the name that it found first starts with ip- '
        'or domu, as the default names of EC2 do.'
    ),
    harm=(
        'With any other name the provider stays os, fqdn or container, however well IMDS works. That is fine where the '
        'name was chosen on purpose, and surprising where the instance id is expected.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=('hostname-not-unique', 'hostname-of-another-instance'),
)
