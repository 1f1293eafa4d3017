"""The Agent's hostname does not come from the expected provider."""

from ...expectations import Expectations
from ...facts import Agent, Facts, Host, HostnameFile, HostnameProvider, HostnameSource, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step
from ...rules import instance_id_in, instance_id_of, may_be_of_another_instance
from ...text import LONGEST_NAME, clean, go_reason
from ..agent_remedies import agent_status, remove_setting, restart_agent, setting_of_the_name
from ..applying import restart_with_settings
from ..links import guide
from .agent_words import said_of_aws, why_refused
from .imds_for_the_agent import why_it_tells_nothing
from .resolution import resolve
from .situation import situation_of
from .wrong_name import (
    CAUSES_OF_A_WRONG_NAME,
    can_explain,
    is_or_holds,
    keep_the_name,
    names_this_instance,
    never_asks_aws,
)

LONGEST_ERRORS = 300
LONGEST_NOTE = 200
WHICH_INSTANCE = Step(
    'First compare the id that IMDS gives with that of this machine in the EC2 console: a restart takes the one of IMDS'
)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if not agent.provider:
        why = clean(agent.note, LONGEST_NOTE) or 'the Agent does not name one'
        return Unknown(f'the hostname provider is not known: {why}')
    evidence = f'the hostname provider is {agent.provider}{_how_known(agent)}'
    if agent.provider in expected.hostname_providers and not _only_looks_like_aws(facts, agent):
        return Passed(evidence)
    if names_this_instance(facts, _name_in_the_file(agent)):
        return Passed(f'{evidence}, and hostname_file holds the instance id')
    if HostnameProvider.AWS in expected.hostname_providers and names_this_instance(facts, agent.hostname):
        return Passed(f'{evidence}, and that name {is_or_holds(agent.hostname or "")} the instance id')
    doubt = _doubt(facts, expected, agent)
    if doubt:
        return Unknown(f'{evidence}, {doubt}')
    wanted = ' or '.join(expected.hostname_providers)
    return Failed(f'{evidence}; expected: {wanted}{_errors(agent, expected)}', _severity(facts, agent))


def _only_looks_like_aws(facts: Facts, agent: Agent) -> bool:
    """A name in the form of an instance id is no evidence for where it comes from, unless it is the id."""
    guessed = agent.source is HostnameSource.INFERRED and agent.provider is HostnameProvider.AWS
    return guessed and not names_this_instance(facts, agent.hostname)


def _how_known(agent: Agent) -> str:
    name = f' ({clean(agent.hostname, LONGEST_NAME)})' if agent.hostname else ''
    return f'{name}, inferred from the name' if agent.source is HostnameSource.INFERRED else name


def _name_in_the_file(agent: Agent) -> str:
    """Where it gave the Agent its name, else ''. Agents before 7.37 report the file as `configuration`."""
    by_file = agent.provider == 'hostnameFile' or (
        agent.provider == 'configuration' and not _is_set_by_hand(agent) and agent.configuration.hostname_file
    )
    content = agent.hostname_file.content if isinstance(agent.hostname_file, HostnameFile) else agent.hostname
    return content or '' if by_file else ''


def _is_set_by_hand(agent: Agent) -> bool:
    return bool(agent.configuration.hostname) and not why_refused(agent)


def _doubt(facts: Facts, expected: Expectations, agent: Agent) -> str:
    """Why the provider is not certain enough to judge by, as a clause; '' where it is."""
    id = instance_id_of(facts)
    if id is None and instance_id_in(_name_in_the_file(agent)):
        return 'and hostname_file holds an instance id, but the id of this instance is not known'
    named_by_id = id is not None and agent.hostname == str(id)
    if agent.provider is HostnameProvider.OS and named_by_id and not _is_name_of_the_system(facts, agent.hostname):
        return 'but the hostname is the instance id, which is not the name of the operating system'
    if agent.source is not HostnameSource.INFERRED:
        return ''
    named_otherwise = agent.hostname and id and not named_by_id
    if named_otherwise and expected.hostname_providers == (HostnameProvider.AWS,):
        return ''  # the provider aws gives nothing but the instance id, so whichever it is, it is not aws
    return 'which is not certain enough to judge'


def _is_name_of_the_system(facts: Facts, name: str | None) -> bool:
    return isinstance(facts.host, Host) and facts.host.os_hostname == name


def _severity(facts: Facts, agent: Agent) -> Status | None:
    """Only a warning for a name that someone chose, for the right name from another provider, and for an inference."""
    chosen = agent.provider == 'configuration' or never_asks_aws(facts)
    right = names_this_instance(facts, agent.hostname)
    inferred = agent.source is HostnameSource.INFERRED
    return Status.WARNING if chosen or right or inferred else None


def _errors(agent: Agent, expected: Expectations) -> str:
    """What the Agent says of the expected providers; of AWS first, since that takes a sentence of its own."""
    others = [(p, agent.provider_errors.get(p)) for p in expected.hostname_providers if p is not HostnameProvider.AWS]
    of_aws = said_of_aws(agent) if HostnameProvider.AWS in expected.hostname_providers else ''
    told = '; '.join(f'{provider}: {go_reason(error)}' for provider, error in others if error)
    sentences = (of_aws, f'When the Agent started: {told}' if told else '')
    return clean(''.join(f'. {sentence}' for sentence in sentences if sentence), LONGEST_ERRORS)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    provider = facts.agent.provider if isinstance(facts.agent, Agent) else None
    keep = keep_the_name(facts, expected, provider=provider) if provider else ()
    setting = setting_of_the_name(facts)
    if setting:
        return _without_the_setting(facts, setting, keep)
    restart = restart_agent(facts)
    again = () if _restart_is_no_help(facts, expected) else (restart,)
    settle = (*((WHICH_INSTANCE,) if may_be_of_another_instance(facts) else ()), *_ask_as_the_agent(facts))
    why = Step(
        f'{"If the provider stays the same, look" if again else "Look"} in the section Hostname for why the other '
        'providers gave no name',
        agent_status(facts),
    )
    summary = (
        'Let the Agent resolve its hostname again' if again else 'Find out why the expected provider gives no name'
    )
    if not keep:
        return Remedy(summary, then=(*settle, *again, why))
    ways = tuple(Choice(step.text, step.commands) for step in again)
    return Remedy(f'{summary}, or tell this check that the name is wanted', (*ways, *keep), (*settle, why))


def _without_the_setting(facts: Facts, setting: str, keep: tuple[Choice, ...]) -> Remedy:
    """It ends the search of the Agent, so that no other provider was asked."""
    found = remove_setting(facts, setting)
    remove = Choice(f'{found.text}; the Agent then looks for another name, which the host gets', found.commands)
    return Remedy(
        f'Let the Agent look for a name without {setting}, which ends its search, or tell this check that it is wanted',
        (*keep, remove),
        restart_with_settings(facts),
    )


def _restart_is_no_help(facts: Facts, expected: Expectations) -> bool:
    """Or gives the name of another instance. By the model, where it is certain: `hostname-stale` says the same."""
    if not isinstance(facts.agent, Agent) or not isinstance(facts.host, Host):
        return False
    if may_be_of_another_instance(facts):
        return True
    now = resolve(situation_of(facts))
    return bool(_ask_as_the_agent(facts)) or (now.certain and now.provider not in expected.hostname_providers)


def _ask_as_the_agent(facts: Facts) -> tuple[Step, ...]:
    """The Agent asked AWS, and what it gets cannot be told from what this check gets."""
    agent = facts.agent
    if not isinstance(agent, Agent) or not isinstance(facts.host, Host):
        return ()
    why, now = why_it_tells_nothing(facts, agent), resolve(situation_of(facts))
    if not why or not now.aws_asked:
        return ()
    how = 'remove imds_endpoint from its conf.yaml' if agent.of_this_user else 'run it as the user of the Agent'
    return (Step(f'Let this check ask IMDS as the Agent does, and see what it finds then: {how} ({why})'),)


HOSTNAME_PROVIDER_MISMATCH = Diagnosis(
    id='hostname-provider-mismatch',
    title="The Agent's hostname does not come from the expected provider",
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.CRITICAL,
    tests=(
        'Compares the hostname provider of the running Agent with expected_hostname_provider, by default aws; '
        'hostnameFile is right too when that file holds the instance id.'
    ),
    harm=(
        'On EC2 another provider usually means that IMDS did not answer when the Agent started. The host then has a '
        'second name in Datadog, without its history and without the instance tags.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=CAUSES_OF_A_WRONG_NAME,
    can_explain=can_explain,
)
