"""Whether the Agent takes itself for an Agent on ECS, where it asks AWS for its name whatever other name it found."""

from ...facts import Agent, ContainerKind, Ecs, Host
from ...facts.host import ECS
from ...rules import at_least
from .agent_words import asked_aws, has_default_name, keeps_the_name_of_the_system

ECS_BY_ENVIRONMENT = 43
"""A minor version of Agent 7, as all of these. Before, the Agent was on ECS where the introspection endpoint of the ECS
agent answered. About this version: pull request 14978."""
MANAGED_INSTANCES = 73
"""The first version that tells ECS Managed Instances from ECS on EC2; see MANAGED_DAEMON."""
MANAGED_DAEMON = 77
"""The first version whose daemon asks AWS there: pull request 46932."""


def on_ecs(agent: Agent, host: Host) -> bool | None:
    """By what the Agent says of the name that it has, else by the rules of its version."""
    said = asked_aws(agent)
    if said is False:
        return False  # on ECS it would have asked
    by_setting = agent.configuration.ec2_prioritize_instance_id_as_hostname
    by_name = has_default_name(agent, host) is not False
    if said and not by_setting and not by_name and keeps_the_name_of_the_system(agent, host):
        return True  # nothing else makes it ask
    return _on_ecs_by_version(agent, host)


def _on_ecs_by_version(agent: Agent, host: Host) -> bool | None:
    """Source: pkg/config/env (IsECS, detectAWSEnvironments); before 7.43, pkg/util/ecs."""
    kind, version = host.container.kind, agent.version
    ecs = agent.ecs or (Ecs.EC2 if kind in ECS else Ecs.NONE)  # older facts do not tell
    reaches_the_ecs_agent = True if kind in (ContainerKind.ECS_BRIDGE, ContainerKind.ECS_HOST) else None
    if ecs is Ecs.NONE:
        return False
    if version is None:
        return reaches_the_ecs_agent if ecs is Ecs.EC2 else None
    if not at_least(version, ECS_BY_ENVIRONMENT):
        return reaches_the_ecs_agent
    if ecs is Ecs.MANAGED_INSTANCES and at_least(version, MANAGED_INSTANCES):
        return at_least(version, MANAGED_DAEMON)
    return True
