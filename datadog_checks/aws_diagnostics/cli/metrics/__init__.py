"""`metrics`: why a metric is late, missing or different, for one metric that a person names."""

import click

from ..options import ENDINGS
from .reconcile import reconcile
from .why import why_


@click.group(epilog=f'Exit status: 0 to 3 as the help of each command says. {ENDINGS}')
def metrics() -> None:
    """Why is a metric of CloudWatch late, missing or different in Datadog?"""


metrics.add_command(reconcile)
metrics.add_command(why_)
