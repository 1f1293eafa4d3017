"""What a person can tell about the Agent where the program does not run inside it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from ..collect.agent import DescribedAgent
from ..collect.agent.settings import parse_version
from ..configuration import PROVIDERS
from ..facts import Agent, Facts
from ..findings import Finding, Status
from .configuration_file import read_mapping

Command = TypeVar('Command', bound=Callable[..., object])


def version_number(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and parse_version(value) is None:
        raise click.BadParameter(f'{value!r} is not allowed, it must be like 7.60.0')
    return value


def agent_options(command: Command) -> Command:
    """The options that describe an Agent."""
    options = (
        click.option('--agent-hostname', metavar='NAME', help='Name under which the Agent reports this host.'),
        click.option('--agent-version', metavar='X.Y.Z', callback=version_number, help='Version of the Agent.'),
        click.option(
            '--agent-provider', type=click.Choice(PROVIDERS), help='Hostname provider that `agent status` shows.'
        ),
        click.option(
            '--agent-config',
            metavar='datadog.yaml',
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="The Agent's own configuration. Without it, the defaults of the Agent's version are assumed.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def described_agent(
    hostname: str | None, version: str | None, provider: str | None, config: Path | None
) -> DescribedAgent:
    """Raises Failure (CONFIGURATION) for a datadog.yaml that cannot be used."""
    configuration = {} if config is None else read_mapping(config, '--agent-config')
    return DescribedAgent(
        hostname, version or '', configuration, os.environ, provider=provider, configuration_file=config
    )


def options_that_would_tell(facts: Facts, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The options that are missing where something about the Agent could not be told."""
    if facts.platform.ec2 is not True or all(f.status is not Status.UNKNOWN for f in findings):
        return ()
    agent = facts.agent
    missing = (
        ('--agent-hostname', not isinstance(agent, Agent) or agent.hostname is None),
        ('--agent-version', not isinstance(agent, Agent) or agent.version is None),
        ('--agent-provider', not isinstance(agent, Agent) or agent.provider is None),
    )
    return tuple(option for option, is_missing in missing if is_missing)
