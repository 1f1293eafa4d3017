"""What the diagnoses of a wrong name share: by which ids the instance is known, what can explain a wrong name, and
whether the Agent asks AWS for a name at all."""

import re

from ...expectations import Expectations
from ...facts import Agent, ContainerKind, Facts, Host, HostnameFile, HostnameProvider, Imds, UtsNamespace
from ...facts.exchange import is_status
from ...facts.values import AgentHostname
from ...remedies import Choice
from ...rules import instance_id_in, instance_id_of, why_shared
from ..agent_remedies import accept
from ..imds.fault import Fault, fault_of
from .agent_words import asked_aws, asked_imds, doubt_of
from .aws_provider import ImdsMode, imds_mode
from .resolution import resolve
from .situation import situation_of

LOST_TOKENS = ('imdsv2-not-supported', 'imds-hop-limit-too-low')
"""Faults that an Agent which speaks only IMDSv1 does not notice."""

IMDS_FAULTS = (
    'imds-of-another-instance',
    'imds-endpoint-disabled',
    'imds-behind-gateway',
    'imds-unreachable',
    'imds-intercepted',
    'imdsv2-not-supported',
    'imds-behind-proxy-settings',
    'imds-hop-limit-too-low',
    'imds-throttled',
    'imds-slower-than-agent-timeout',
)

CAUSES_OF_A_WRONG_NAME = (
    'hostname-not-unique',
    'hostname-of-another-instance',
    'hostname-configured-by-hand',
    'hostname-file-unusable',
    'hostname-stale',
    'hostname-custom-os-name',
    'aws-metadata-disabled',
    'agent-cannot-use-imdsv2',
    *IMDS_FAULTS,
)
"""In the order in which they are looked at: first what gives the Agent another name, keeps it from asking AWS, or says
that asking again would do. A fault of IMDS explains a wrong name only where none of these does.

The diagnoses that name these need no steps of their own once they are explained: the remedy of each cause ends with the
restart without which the Agent keeps its name.
"""

OF_A_CONTAINER = re.compile('[0-9a-f]{12}')

BEFORE_THE_FILE = (HostnameProvider.CONFIGURATION,)
BEFORE_AWS = (
    *BEFORE_THE_FILE,
    HostnameProvider.HOSTNAME_FILE,
    HostnameProvider.FARGATE,
    HostnameProvider.GCE,
    HostnameProvider.AZURE,
)
"""Providers that end the Agent's search: it never comes to AWS. Source: `stopIfSuccessful` in pkg/util/hostname."""

OF_OTHER_CLOUDS = (HostnameProvider.GCE, HostnameProvider.AZURE)
"""They ask the address of IMDS too, where on EC2 only something that answers in its place gives them a name."""


def can_explain(facts: Facts, cause: str) -> bool:
    """Whether this one of CAUSES_OF_A_WRONG_NAME, which failed, can be why the Agent has another name."""
    provider = facts.agent.provider if isinstance(facts.agent, Agent) else None
    match cause:
        case 'hostname-configured-by-hand':
            return provider in (None, HostnameProvider.CONFIGURATION)
        case 'hostname-file-unusable':
            return provider not in BEFORE_AWS or _gave_the_name(facts)
        case 'hostname-custom-os-name':
            return provider not in (*BEFORE_AWS, HostnameProvider.AWS)
        case 'aws-metadata-disabled':
            return _aws_failed(facts) and not (isinstance(facts.agent, Agent) and asked_imds(facts.agent))
        case 'agent-cannot-use-imdsv2':
            return _aws_failed(facts) and can_explain_a_loss(facts, cause)
        case lost if lost in LOST_TOKENS:
            return _aws_failed(facts) and not _speaks_only_v1(facts)
        case 'imds-intercepted':
            return _aws_failed(facts) or (provider in OF_OTHER_CLOUDS and _another_answers(facts))
        case fault if fault in IMDS_FAULTS:
            return _aws_failed(facts)
    return True


def _another_answers(facts: Facts) -> bool:
    return isinstance(facts.imds, Imds) and fault_of(facts.imds) in (Fault.FOREIGN, Fault.NAMELESS)


def _gave_the_name(facts: Facts) -> bool:
    """hostname_file did, so that what is wrong with the name in it is wrong with the name of the Agent."""
    agent = facts.agent
    if not isinstance(agent, Agent) or agent.provider is not HostnameProvider.HOSTNAME_FILE:
        return False
    return isinstance(agent.hostname_file, HostnameFile) and agent.hostname_file.content == agent.hostname


def can_explain_a_loss(facts: Facts, cause: str) -> bool:
    """Whether this cause can keep an Agent that asks AWS from getting the instance id without IMDSv1."""
    if cause == 'agent-cannot-use-imdsv2':
        return isinstance(facts.imds, Imds) and _answers_about_tokens(facts.imds)
    return True


def _answers_about_tokens(imds: Imds) -> bool:
    """IMDS answers now, so that another way of asking it would help. An upgrade repairs no silence and no 403."""
    return imds.v2_works or is_status(imds.control, 401)


def _speaks_only_v1(facts: Facts) -> bool:
    agent = facts.agent
    if not isinstance(agent, Agent) or agent.version is None:
        return False
    return imds_mode(agent.configuration, agent.version) is ImdsMode.V1_ONLY


def _aws_failed(facts: Facts) -> bool:
    """The Agent came to ask AWS, as far as is known, and got no name."""
    if not isinstance(facts.agent, Agent):
        return True
    named_otherwise = facts.agent.provider in (*BEFORE_AWS, HostnameProvider.AWS)
    return not named_otherwise and asked_aws(facts.agent) is not False and not never_asks_aws(facts)


def names_this_instance(facts: Facts, name: str | None) -> bool:
    """The name is the instance id, or begins with it as EC2 and the Agent write it. False where the id is not known."""
    id = instance_id_of(facts)
    return id is not None and instance_id_in(name or '') == id


def is_or_holds(name: str) -> str:
    """To be followed by 'the id' of something."""
    return 'is' if name == instance_id_in(name) else 'holds'


def keep_the_name(
    facts: Facts,
    expected: Expectations,
    *,
    provider: HostnameProvider | None = None,
    hostname: AgentHostname | None = None,
) -> tuple[Choice, ...]:
    """The choice to tell this check that the name is wanted; none for a name that many machines have, or that a
    container takes with it when it is replaced."""
    name = facts.agent.hostname if isinstance(facts.agent, Agent) else None
    if name and (why_shared(name) or _is_of_a_container(facts, name)):
        return ()
    return (accept(expected, provider=provider, hostname=hostname),)


def _is_of_a_container(facts: Facts, name: str) -> bool:
    """The name of a pod, or the first digits of the id of a container, as Docker and ECS name the system in it."""
    host = facts.host
    if not isinstance(host, Host) or host.uts_namespace is not UtsNamespace.OWN:
        return False
    kind = host.container.kind
    by_id = kind is not ContainerKind.NONE and OF_A_CONTAINER.fullmatch(name) is not None
    return by_id or (kind is ContainerKind.POD and name == host.os_hostname)


def never_asks_aws(facts: Facts) -> bool:
    """For certain: the Agent says so, or the model does where the Agent does not deny it."""
    if not isinstance(facts.agent, Agent) or doubt_of(facts.agent):
        return False
    said = asked_aws(facts.agent)
    if said is not None:
        return not said
    return isinstance(facts.host, Host) and resolve(situation_of(facts)).aws_asked is False
