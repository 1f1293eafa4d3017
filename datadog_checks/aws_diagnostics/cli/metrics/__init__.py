"""`metrics`: why a metric is late, missing or different, for one metric that a person names."""

import click

from ..options import MEANINGS
from .reconcile import reconcile
from .why import why_


@click.group(epilog=f'Exit status: {MEANINGS}')
def metrics() -> None:
    """Why is a metric of CloudWatch late, missing or different in Datadog?"""


metrics.add_command(reconcile)
metrics.add_command(why_)
