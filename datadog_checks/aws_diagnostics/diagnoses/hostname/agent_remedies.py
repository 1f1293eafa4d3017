"""Remedies in the Agent itself, which only the diagnoses of the host name need."""

from ...facts import Agent, ContainerKind, Facts
from ..remedies import agent_setting, container_kind
from .aws_provider import PREFER_IMDSV2, TRANSITION
from .situation import ECS_ON_EC2, Version

LATEST_7 = 'sudo apt-get update && sudo apt-get install --only-upgrade datadog-agent (Debian, Ubuntu), or '
LATEST_7_RPM = 'sudo yum update datadog-agent (Amazon Linux, Red Hat)'


def version_text(version: Version | None) -> str:
    return '.'.join(str(part) for part in version) if version else 'of a version that is not known'


def speak_imdsv2(facts: Facts) -> tuple[str, ...]:
    """The ways that the guide names, for this Agent's version: the upgrade first, the setting second."""
    version = facts.agent.version if isinstance(facts.agent, Agent) else None
    if version is not None and version >= TRANSITION:
        return (
            'Take back the setting that switches IMDSv2 off '
            f'({agent_setting(facts, "ec2_imdsv2_transition_payload_enabled", "true")})',
            f'Or ask for IMDSv2 alone to be tried first: {agent_setting(facts, "ec2_prefer_imdsv2", "true")}',
        )
    upgrade = f'Upgrade the Agent to 7.64.0 or later, which speaks IMDSv2 by itself. {upgrade_agent(facts)}'
    if version is not None and version < PREFER_IMDSV2:
        return (upgrade,)
    return upgrade, f'Or keep the version and set: {agent_setting(facts, "ec2_prefer_imdsv2", "true")}'


def upgrade_agent(facts: Facts) -> str:
    match container_kind(facts):
        case ContainerKind.POD:
            return 'Helm: agents.image.tag: 7.64.0, or a later one'
        case ContainerKind.NONE:
            return f'{LATEST_7}{LATEST_7_RPM}'
        case kind if kind in ECS_ON_EC2:
            return 'ECS task definition: "image": "public.ecr.aws/datadog/agent:7"'
    return 'Image of the Agent container: gcr.io/datadoghq/agent:7'


def remove_setting(facts: Facts, key: str) -> str:
    variable = f'DD_{key.upper()}'
    match container_kind(facts):
        case ContainerKind.POD:
            return f'Helm: remove {variable} from datadog.env and agents.containers.agent.env'
        case ContainerKind.NONE:
            return f'In datadog.yaml remove the line {key}: ..., and {variable} from the environment of the Agent'
        case kind if kind in ECS_ON_EC2:
            return f'ECS task definition: remove {variable} from the environment of the Agent'
    return f'Start the Agent container without {variable}'


def list_setting(facts: Facts, key: str, *values: str) -> str:
    """A list is YAML in datadog.yaml and separated by spaces in the environment."""
    on_host = container_kind(facts) is ContainerKind.NONE
    return agent_setting(facts, key, f'[{", ".join(values)}]' if on_host else ' '.join(values))


def accept(*, providers: tuple[str, ...] = (), hostname: str = '') -> str:
    """How to tell this check that a name is wanted as it is."""
    options = [f'expected_hostname_provider: [{", ".join(providers)}]'] if providers else []
    options += [f'expected_hostname: {hostname}'] if hostname else []
    return f'In conf.yaml of this check: {"; ".join(options)}'
