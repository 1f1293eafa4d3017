"""What the diagnoses of a wrong name share: by which ids the instance is known, what explains a wrong name, and whether
the Agent asks AWS for a name at all."""

from ...facts import Agent, Facts, Host
from ...rules import instance_id_in, instance_id_of
from .resolution import resolve
from .situation import situation_of

IMDS_FAULTS = (
    'imds-endpoint-disabled',
    'imds-unreachable',
    'imds-intercepted',
    'imdsv2-not-supported',
    'imds-behind-proxy-settings',
    'imds-hop-limit-too-low',
    'imds-throttled',
    'imds-slower-than-agent-timeout',
)

CAUSES_OF_A_WRONG_NAME = (
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

AWS_NOT_QUERIED = 'not retrieving hostname from aws'


def names_this_instance(facts: Facts, name: str | None) -> bool:
    """The name is the instance id, or begins with it as EC2 and the Agent write it. False where the id is not known."""
    id = instance_id_of(facts)
    return id is not None and instance_id_in(name or '') == id


def is_or_holds(name: str) -> str:
    """To be followed by 'the id' of something."""
    return 'is' if name == instance_id_in(name) else 'holds'


def says_that_it_did_not_ask(agent: Agent) -> str:
    """The Agent's own words, where it gave them for the name that it has; else ''."""
    error = agent.provider_errors.get('aws', '')
    return error if agent.provider != 'aws' and error.lower().startswith(AWS_NOT_QUERIED) else ''


def never_asks_aws(facts: Facts) -> bool:
    """For certain: the Agent says so, or the model does."""
    if not isinstance(facts.agent, Agent):
        return False
    if says_that_it_did_not_ask(facts.agent):
        return True
    return isinstance(facts.host, Host) and resolve(situation_of(facts)).aws_asked is False
