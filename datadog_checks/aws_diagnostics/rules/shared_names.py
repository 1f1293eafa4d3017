"""One name of several EC2 instances in Datadog's host list."""

from collections.abc import Sequence

from ..facts.account import HostRow
from ..text import listed, quoted
from .duplicates import Cause, Duplicate, Why, duplicate_of, stopped
from .hostnames import is_default_hostname

AWS_STOPPED_AFTER = 1800
"""Seconds: the integration asks AWS every ten minutes or so."""


def shared(row: HostRow, others: Sequence[HostRow], at: int = 0) -> Duplicate | None:
    """Only where AWS reports each instance at present: one that was replaced under the same name, or whose address
    another one got, keeps its row for two hours, and the name its id for longer. `at` as for `duplicate`."""
    latest = max(at, row.reported_at, *(other.reported_at for other in others))
    reported = [other for other in others if other.aws_reports and not stopped(other, latest, AWS_STOPPED_AFTER)]
    if stopped(row, latest) or not {id for other in reported for id in other.instance_ids}.issuperset(row.instance_ids):
        return None
    what = f'{quoted(row.name)} names {listed(row.instance_ids)}, and AWS reports each of them'
    return duplicate_of(None, (row, *others), _why(row.name, what))


def _why(name: str, what: str) -> Why:
    """A name that EC2 gives is not one that several share by their configuration, and goes with its address."""
    if is_default_hostname(name, windows_prefix=True):
        return Why(Cause.DEFAULT_NAME, what)
    return Why(Cause.SHARED_NAME, what, goes_away=False)
