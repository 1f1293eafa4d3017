"""Which hosts keep tags from AWS although Datadog's record says that nothing collects these hosts any more.

A diagnosis judges by it, and a gauge counts by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..facts import Unobserved, observed
from ..facts.account import Integration, Inventory, Recorded, TaggedHosts

NAMESPACE = 'AWS/EC2'


@dataclass(frozen=True, slots=True)
class Lingering:
    tagged: TaggedHosts
    why: str
    """Why nothing collects these hosts, as a clause."""


def lingering(inventory: Inventory, account_id: str) -> tuple[Lingering, ...]:
    """Of this account, of accounts that Datadog has no record of, and of hosts whose tags name no account.

    Raises MissingFact where there are such hosts and the record could not be read.
    """
    if not inventory.tagged:
        return ()
    recorded = observed(inventory.recorded)
    found = (Lingering(tagged, _why(tagged, recorded, account_id)) for tagged in inventory.tagged)
    return tuple(hosts for hosts in found if hosts.why)


def _why(tagged: TaggedHosts, recorded: Sequence[Recorded], account_id: str) -> str:
    """'' where they are collected, where nothing tells, and where it is for the instance of another account to say."""
    if not recorded:
        return 'Datadog has no AWS integration'
    if not tagged.account_id:
        return ''
    records = [record for record in recorded if record.account_id == tagged.account_id]
    if not records:
        return f'Datadog has no integration for account {tagged.account_id}'
    reasons = [not_collected(record, tagged.region) for record in records]
    return reasons[0] if tagged.account_id == account_id and all(reasons) else ''


def not_collected(record: Recorded | Integration, region: str | None, namespace: str = NAMESPACE) -> str:
    """Why Datadog does not collect what is in this region, and in this namespace of CloudWatch; '' where it does.

    Where resources are collected, nothing documents that hosts and tags are not: they count as collected.
    """
    if region and record.regions is not None and region not in record.regions:
        return f'the integration does not include {region}'
    if record.extended_collection:
        return ''
    if record.metrics_enabled is False:
        return 'the integration collects no metrics'
    filters = record.namespace_filters
    excluded = not isinstance(filters, Unobserved) and filters.excludes(namespace)
    return f'the integration excludes {namespace}' if excluded else ''
