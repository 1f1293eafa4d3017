"""The host list as a stream of the hosts that have tags from AWS and that the AWS integration does not report."""

from collections.abc import Iterator

from ..facts.account import TaggedHost
from .inventory import Listing
from .inventory_rows import Row, row_of


def tagged_hosts(listing: Listing) -> Iterator[TaggedHost]:
    """Each once, however often it stands on the pages: between two of them Datadog's list may move.

    One number or name of each host that has been read stays in memory, and nothing else. Raises like `Listing`.
    """
    seen = set[int | str]()
    for row in filter(None, map(row_of, listing.entries())):
        if row.aws_tags and row.has_agent and not row.aws_reports and (row.number or row.name) not in seen:
            seen.add(row.number or row.name)
            yield tagged_host(row)


def tagged_host(row: Row) -> TaggedHost:
    return TaggedHost(
        row.number, row.name, row.instance_id, row.accounts, row.place[1], len(row.aws_tags), row.agent_runs
    )
