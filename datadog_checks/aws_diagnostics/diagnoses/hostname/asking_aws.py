"""Whether the Agent comes to ask AWS for the name at all."""

from ...facts import Agent, Facts, Host
from .resolution import resolve
from .situation import situation_of

AWS_NOT_QUERIED = 'not retrieving hostname from aws'


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
