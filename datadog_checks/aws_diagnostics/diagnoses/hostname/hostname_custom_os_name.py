"""The host has a name that is not one of EC2's own, so the Agent is content with it and never asks AWS."""

from ...expectations import Expectations
from ...facts import Agent, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import guide
from ..remedies import agent_setting, restart_agent
from .agent_remedies import accept, upgrade_agent
from .asking_aws import says_that_it_did_not_ask
from .names import WINDOWS_DEFAULT_PREFIX
from .resolution import Resolution, resolve
from .situation import situation_of

NAMES_FOUND = ('os', 'fqdn', 'container')
LONGEST_SAYING = 160


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if 'aws' not in expected.hostname_providers:
        return NotApplicable('expected_hostname_provider does not ask for aws')
    if agent.provider == 'aws':
        return Passed('the Agent did ask AWS: its hostname provider is aws')
    said = shown(says_that_it_did_not_ask(agent), LONGEST_SAYING)
    if agent.provider in NAMES_FOUND and said:
        return _judged(expected, agent.provider, f'the Agent is named {agent.hostname!r} and says: {said}')
    now = resolve(situation_of(facts))
    if now.aws_asked is None:
        return Unknown(f'whether the Agent asks AWS is not certain: {now.why}')
    return _by_the_model(facts, expected, agent, now)


def _by_the_model(facts: Facts, expected: Expectations, agent: Agent, now: Resolution) -> Verdict:
    if now.aws_asked:
        return Passed('the name found before does not keep the Agent from asking AWS')
    if now.provider not in NAMES_FOUND:
        return NotApplicable(f'the reason is another one: {now.why}')
    name = observed(facts.host).os_hostname if now.provider != 'container' else agent.hostname
    return _judged(
        expected, now.provider, f'the name {name!r} from {now.source} is no default EC2 name (ip-..., domu...)'
    )


def _judged(expected: Expectations, provider: str, evidence: str) -> Verdict:
    if provider in expected.hostname_providers:
        return Passed(f'{evidence}; expected_hostname_provider accepts {provider}')
    return Failed(f'{evidence}, so AWS is not asked for the instance id')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    agent = observed(facts.agent)
    provider = agent.provider if agent.provider in NAMES_FOUND else 'os'
    providers = (*expected.hostname_providers, provider)
    return Remedy(
        'Keep the name and tell this check so, or let the Agent prefer the instance id',
        (
            f'To keep the name (changes nothing in Datadog). {accept(providers=providers, hostname="any")}',
            'To be named by the instance id (the host changes its name in dashboards and monitors). '
            f'{_prefer_instance_id(facts, agent)}',
            f'After that: {restart_agent(facts)}',
        ),
    )


def _prefer_instance_id(facts: Facts, agent: Agent) -> str:
    name = (agent.hostname or '').lower()
    if name.startswith(WINDOWS_DEFAULT_PREFIX) and agent.configuration.ec2_use_windows_prefix_detection is False:
        return agent_setting(facts, 'ec2_use_windows_prefix_detection', 'true')
    setting = agent_setting(facts, 'ec2_prioritize_instance_id_as_hostname', 'true')
    if agent.configuration.ec2_prioritize_instance_id_as_hostname is None:
        return f'Upgrade the Agent first, which does not know this setting yet ({upgrade_agent(facts)}). {setting}'
    return setting


HOSTNAME_CUSTOM_OS_NAME = Diagnosis(
    id='hostname-custom-os-name',
    title='The host has a name of its own, so the Agent does not ask AWS',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.WARNING,
    tests=(
        'Outside of ECS the Agent asks AWS for the instance id only when the name found before starts with ip- or '
        'domu, as EC2 names its instances.'
    ),
    harm=(
        'With any other name the provider stays os, fqdn or container, however well IMDS answers. That is healthy '
        'where the name was chosen; it is a surprise where the instance id is expected.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
)
