"""What the Agent says about itself in expvar, of the time when it started.

Every provider of a hostname that failed leaves its error under a name of its own, and the one that won is `provider`.
Agents since 7.64 resolve a second time with IMDSv1 alone (see `said_of_aws`), which leaves its errors in the same
place and never changes `provider`: where the two disagree, `provider` is right. Source: pkg/util/hostname of the Agent
(providers.go, common.go).
"""

from ...facts import Agent, Host, HostnameProvider, HostnameSource
from ...rules import first_label, is_default_hostname, why_unusable
from ...text import go_reason, quoted, reason
from .aws_provider import ImdsMode, imds_mode, in_transition

FOUND_BY_ITSELF = (HostnameProvider.OS, HostnameProvider.FQDN, HostnameProvider.CONTAINER)
"""The providers whose name the Agent keeps unless AWS gives it another."""
OF_THE_SYSTEM = (HostnameProvider.OS, HostnameProvider.FQDN)

AWS_NOT_QUERIED = 'not retrieving hostname from aws'
NOT_USABLE = 'hostname is not usable'
SKIPPED = 'skipping os hostname'
OF_THE_SETTING = ("'hostname' configuration/environment", 'configuration/environment')
"""The key of the setting hostname in the Agent's errors, from 7.37 on and before."""
EMPTY = 'hostname is empty'
OF_THE_CONFIGURATION = 'configuration/environment'
"""In the names of the first two providers: 'hostname' configuration/environment."""
OF_A_REQUEST = ('http://', 'status code')
NOT_PERMITTED = ('connect: permission denied', 'connect: operation not permitted')
"""EACCES, by a route or a rule of the routing policy, and EPERM, by a rule of the firewall."""
TOKEN_PATH = '/api/token'
OF_THE_FIRMWARE = ('board vendor', 'ec2_use_dmi', 'board_asset_tag', 'dmi')
"""Words of the errors with which a resolution ends that falls back to the firmware."""


def asked_aws(agent: Agent) -> bool | None:
    """Whether the Agent asked AWS for the name; None where it does not say.

    It asks or does not ask by the same rule in both resolutions, so any error but the one that says why it did not ask
    proves that it did.
    """
    if agent.provider is HostnameProvider.AWS and agent.source is not HostnameSource.INFERRED:
        return True
    error = agent.provider_errors.get('aws', '')
    return None if not error else not error.lower().startswith(AWS_NOT_QUERIED)


def says_that_it_did_not_ask(agent: Agent) -> str:
    """The Agent's own words, where it gave them for the name that it has; else ''."""
    return agent.provider_errors['aws'] if asked_aws(agent) is False else ''


def refused_when_it_started(agent: Agent) -> str:
    """Its words on the hostname that was set then; '' where none was, or where it took that one."""
    said = next((agent.provider_errors[key] for key in OF_THE_SETTING if key in agent.provider_errors), '')
    return '' if EMPTY in said else said


def why_refused(agent: Agent) -> str:
    """Why it does not take the hostname that is set now, by its rules or in its words; '' where it does."""
    name = agent.configuration.hostname
    if not name or agent.hostname == name:
        return ''
    if name != name.strip():
        return 'it begins or ends with white space'
    said = refused_when_it_started(agent)
    return why_unusable(name) or (reason(said) if said.startswith(f'{name} is ') else '')


def says_sidecar(agent: Agent) -> bool | None:
    """Whether it takes itself for a sidecar (`fargate`), which ends its search; None where it does not say."""
    if 'fargate' in agent.provider_errors:
        return False
    only_the_first_two_failed = agent.provider_errors and all(
        OF_THE_CONFIGURATION in provider for provider in agent.provider_errors
    )
    unnamed = agent.provider is None and agent.source is HostnameSource.EXPVAR and not agent.hostname
    return True if unnamed and only_the_first_two_failed else None


def says_system_usable(agent: Agent) -> bool | None:
    """Whether it takes the name of the system for that of the host; None where it does not say."""
    if agent.provider in OF_THE_SYSTEM and agent.source is not HostnameSource.INFERRED:
        return True
    error = agent.provider_errors.get('os', '').lower()
    if NOT_USABLE in error or NOT_USABLE in agent.provider_errors.get('fqdn', '').lower():
        return False
    return True if error.startswith(SKIPPED) else None


def asked_imds(agent: Agent) -> bool:
    """It says that it sent a request to IMDS, and what became of that."""
    error = agent.provider_errors.get('aws', '').lower()
    return any(word in error for word in OF_A_REQUEST)


def was_not_permitted(agent: Agent) -> bool:
    """The kernel refused its connection to AWS, by a rule that may look at the user."""
    return agent.provider_errors.get('aws', '').lower().endswith(NOT_PERMITTED)


def asked_for_a_token(agent: Agent) -> bool:
    return TOKEN_PATH in agent.provider_errors.get('aws', '').lower()


def doubt_of(agent: Agent) -> str:
    """Why its words cannot be true, as a clause; '' where they can.

    At a terminal this check may see other settings than the Agent: those of a variable of its process or container.
    """
    name, settings = agent.hostname or '', agent.configuration
    if agent.source is HostnameSource.INFERRED:
        return ''
    if agent.provider in FOUND_BY_ITSELF and asked_aws(agent) is False and is_default_hostname(name):
        return f'as the Agent says that it did not ask AWS, although {quoted(name)} is a default name of EC2'
    if agent.provider is HostnameProvider.CONFIGURATION and not settings.hostname and not settings.hostname_file:
        return 'as the Agent says that its name is configured, which the settings that are seen here do not say'
    if agent.provider is HostnameProvider.HOSTNAME_FILE and not settings.hostname_file:
        return 'as the Agent says that its name is from a file, which the settings that are seen here do not name'
    if asked_for_a_token(agent) and agent.version and imds_mode(settings, agent.version) is ImdsMode.V1_ONLY:
        return 'as the Agent says that it asked for a token, although by the settings that are seen here it does not'
    return ''


def name_of_the_system(agent: Agent, host: Host) -> str | None:
    """As the Agent finds it when it starts; None for a full name (`hostname_fqdn`) that it does not have."""
    if not agent.configuration.hostname_fqdn:
        return host.os_hostname
    return agent.hostname or None if agent.provider is HostnameProvider.FQDN else None


def keeps_the_name_of_the_system(agent: Agent, host: Host) -> bool:
    """It is named by the system, which has had no other name since."""
    named = agent.provider in OF_THE_SYSTEM and agent.source is not HostnameSource.INFERRED
    now = name_of_the_system(agent, host) or host.os_hostname
    return named and bool(agent.hostname) and first_label(agent.hostname or '') == first_label(now)


def has_default_name(agent: Agent, host: Host) -> bool | None:
    """The system, by EC2; None where the name is not seen, as DNS need not begin a full name like the short one."""
    name = name_of_the_system(agent, host)
    return None if name is None else is_default(agent, name)


def is_default(agent: Agent, name: str) -> bool:
    return is_default_hostname(name, agent.configuration.ec2_use_windows_prefix_detection is True)


def said_of_aws(agent: Agent) -> str:
    """A sentence that quotes why AWS gave no name; '' where the Agent does not say, or where AWS did give it."""
    error = agent.provider_errors.get('aws', '')
    if not error or agent.provider is HostnameProvider.AWS:
        return ''
    if _of_the_second_resolution(agent, error.lower()):
        return f'Of its second resolution, which uses IMDSv1 alone, the Agent said: {go_reason(error)}'
    return f'When the Agent started, it said of AWS: {go_reason(error)}'


def _of_the_second_resolution(agent: Agent, error: str) -> bool:
    """The first one ends with an error about the firmware, the second has overwritten that with one about IMDSv1."""
    if agent.version is None or TOKEN_PATH in error or not in_transition(agent.configuration, agent.version):
        return False
    prefers = agent.configuration.ec2_prefer_imdsv2 is True
    return not prefers and not error.startswith(AWS_NOT_QUERIED) and not any(w in error for w in OF_THE_FIRMWARE)
