"""`hosts`: what Datadog's host list shows twice, and what it keeps of an AWS integration that is gone."""

import click

from ..options import ENDINGS
from .duplicates import duplicates
from .lingering_tags import lingering_tags
from .remove_lingering_tags import remove_lingering_tags


@click.group(epilog=f'Exit status: 0 to 3 as the help of each command says. {ENDINGS}')
def hosts() -> None:
    """Find duplicate AWS hosts in Datadog, and hosts with stale AWS tags."""


for command in (lingering_tags, duplicates, remove_lingering_tags):
    hosts.add_command(command)
