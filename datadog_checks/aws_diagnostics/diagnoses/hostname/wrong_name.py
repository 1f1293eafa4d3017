"""What the diagnoses of a wrong name share: by which ids the instance is known, what explains a wrong name, and whether
the Agent asks AWS for a name at all."""

from ...facts import Agent, Facts, Host
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


def own_instance_ids(facts: Facts) -> frozenset[str]:
    """Every id by which this instance is known; empty where nothing tells.

    Where IMDS and the firmware disagree, something answers in the place of one of them, and either may be right.
    """
    return frozenset(id for id in (facts.instance_id, facts.platform.instance_id) if id)


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
