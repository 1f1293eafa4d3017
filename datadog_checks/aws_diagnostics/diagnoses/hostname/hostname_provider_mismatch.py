"""The Agent's name does not come from where it should."""

from ...expectations import Expectations
from ...facts import Agent, Facts, Host, HostnameFile, HostnameSource, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import reason, shown
from ..links import guide
from ..remedies import restart_agent
from .agent_remedies import accept
from .asking_aws import never_asks_aws
from .causes import CAUSES_OF_A_WRONG_NAME
from .names import own_instance_ids

LONGEST_ERRORS = 250
LONGEST_NOTE = 200


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if not agent.provider:
        why = shown(agent.note, LONGEST_NOTE) or 'the Agent names none'
        return Unknown(f'the hostname provider is not known: {why}')
    evidence = f'the hostname provider is {agent.provider}{_how_known(agent)}'
    if agent.provider in expected.hostname_providers:
        return Passed(evidence)
    if _file_holds_instance_id(facts, agent):
        return Passed(f'{evidence}, and hostname_file holds the instance id')
    doubt = _doubt(facts, expected, agent)
    if doubt:
        return Unknown(f'{evidence}, {doubt}')
    wanted = ' or '.join(expected.hostname_providers)
    return Failed(f'{evidence}, expected is {wanted}{_errors(agent, expected)}', _severity(facts, agent))


def _how_known(agent: Agent) -> str:
    name = f' ({agent.hostname})' if agent.hostname else ''
    return f'{name}, inferred from the name' if agent.source is HostnameSource.INFERRED else name


def _file_holds_instance_id(facts: Facts, agent: Agent) -> bool:
    """Agents before 7.37 report the file as `configuration`."""
    by_file = agent.provider == 'hostnameFile' or (
        agent.provider == 'configuration' and not agent.configuration.hostname and agent.configuration.hostname_file
    )
    content = agent.hostname_file.content if isinstance(agent.hostname_file, HostnameFile) else agent.hostname
    return bool(by_file) and content in own_instance_ids(facts)


def _doubt(facts: Facts, expected: Expectations, agent: Agent) -> str:
    """Why the provider is not certain enough to judge by, as a clause; '' where it is."""
    ids = own_instance_ids(facts)
    if agent.provider == 'os' and agent.hostname in ids and not _is_name_of_the_system(facts, agent.hostname):
        return 'but the name is the instance id, which is not the name of the system'
    if agent.source is not HostnameSource.INFERRED:
        return ''
    if agent.hostname and ids and agent.hostname not in ids and expected.hostname_providers == ('aws',):
        return ''  # the provider aws gives nothing but the instance id, so whichever it is, it is not aws
    return 'which is too weak to judge by'


def _is_name_of_the_system(facts: Facts, name: str | None) -> bool:
    return isinstance(facts.host, Host) and facts.host.os_hostname == name


def _severity(facts: Facts, agent: Agent) -> Status | None:
    """A name that someone chose, the right name by another way, and a mere inference are no more than a warning."""
    chosen = agent.provider == 'configuration' or never_asks_aws(facts)
    right = agent.hostname in own_instance_ids(facts)
    inferred = agent.source is HostnameSource.INFERRED
    return Status.WARNING if chosen or right or inferred else None


def _errors(agent: Agent, expected: Expectations) -> str:
    errors = [(provider, agent.provider_errors.get(provider)) for provider in expected.hostname_providers]
    told = '; '.join(f'{provider}: {reason(error)}' for provider, error in errors if error)
    return f'. When the Agent started: {shown(told, LONGEST_ERRORS)}' if told else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    provider = observed(facts.agent).provider or ''
    return Remedy(
        'Restart the Agent, which looks for its name only when it starts, or tell this check that the name is wanted',
        (
            restart_agent(facts),
            'If that changes nothing, see why the other providers gave no name: datadog-agent status, section Hostname',
            f'To keep the name. {accept(providers=(*expected.hostname_providers, provider))}',
        ),
    )


HOSTNAME_PROVIDER_MISMATCH = Diagnosis(
    id='hostname-provider-mismatch',
    title='The host name of the Agent does not come from the expected provider',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.CRITICAL,
    tests=(
        'Compares the provider that gave the running Agent its name with expected_hostname_provider (aws unless '
        'told otherwise; hostnameFile is right too when that file holds the instance id).'
    ),
    harm=(
        'On EC2 another provider mostly means that IMDS did not answer when the Agent started: the host then has a'
        ' second name in Datadog, without its history and without the tags of the instance.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=CAUSES_OF_A_WRONG_NAME,
)
