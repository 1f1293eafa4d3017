"""`check`, `judge`, `list` and `explain`; `permissions` and `fleet` join them. Each returns the exit status."""

import json
import time
from pathlib import Path

import click

from ..__about__ import __version__
from . import catalogue, page, saved_facts
from .agent_options import agent_options, described_agent
from .configuration_file import read_instances
from .exit_status import MEANINGS
from .fleet import fleet
from .permissions import permissions
from .pipeline import expecting, observe, show

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
config_option = click.option('--config', metavar='conf.yaml', type=FILE, help='Without it: one instance of {}.')
json_option = click.option('--json', 'as_json', is_flag=True, help='For a program, not for a person.')
colour_option = click.option(
    '--no-color', 'colour', is_flag=True, flag_value=False, default=True, help='As with NO_COLOR: no escape sequences.'
)


@click.group(epilog=f'Exit status: {MEANINGS}')
@click.version_option(__version__, message='%(version)s')
def program() -> None:
    """Is the instance metadata service within reach, and does the Datadog Agent name this host by its instance id?"""


@program.command(epilog=f'Exit status: {MEANINGS}')
@config_option
@json_option
@click.option(
    '--save-facts', metavar='FILE', type=click.Path(path_type=Path), help='Save what was observed, for `judge`.'
)
@agent_options
@colour_option
def check(
    config: Path | None,
    as_json: bool,
    save_facts: Path | None,
    agent_hostname: str | None,
    agent_version: str | None,
    agent_provider: str | None,
    agent_config: Path | None,
    colour: bool,
) -> int:
    """Look at this host now, once for every instance of conf.yaml."""
    instances = read_instances(config)
    agent = described_agent(agent_hostname, agent_version, agent_provider, agent_config)
    if save_facts is not None:
        saved_facts.refuse_to_overwrite(save_facts)
    observations = observe(instances, agent)
    if save_facts is not None:
        saved_facts.write(save_facts, saved_facts.dumps(observations, saved_at=time.time()))
    return show(observations, as_json, colour, can_be_told=True)


@program.command(epilog=f'Exit status: {MEANINGS}')
@click.argument('facts', metavar='FACTS', type=FILE)
@config_option
@json_option
@colour_option
def judge(facts: Path, config: Path | None, as_json: bool, colour: bool) -> int:
    """Diagnose facts that `check --save-facts` saved, on any machine.

    Without --config, what the saving run expected counts. With it, the configuration's instances count in their
    order, or its only instance for all that were saved.
    """
    observations = saved_facts.read(facts)
    if config is not None:
        observations = expecting(observations, read_instances(config), config)
    return show(observations, as_json, colour)


@program.command(name='list')
@json_option
@colour_option
def list_(as_json: bool, colour: bool) -> int:
    """The catalogue: severity, id, service check and title of every diagnosis."""
    if as_json:
        click.echo(json.dumps(catalogue.listed(), indent=2))
    else:
        page.write(page.stdout(colour), catalogue.table())
    return 0


@program.command()
@click.argument('id', metavar='ID')
@colour_option
def explain(id: str, colour: bool) -> int:
    """What a diagnosis tests, what harm the fault does, and what explains it."""
    try:
        diagnosis = catalogue.find(id)
    except catalogue.NotInCatalogue as e:
        raise click.BadArgumentUsage(str(e)) from None
    page.write(page.stdout(colour), catalogue.explanation(diagnosis))
    return 0


program.add_command(permissions)
program.add_command(fleet)
