"""Which hosts keep tags from AWS although Datadog's record says that nothing collects these hosts any more.

A diagnosis judges by it, and a gauge counts by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..facts import Unobserved, observed
from ..facts.account import Integration, Inventory, Recorded, TaggedHost, TaggedHosts

NAMESPACE = 'AWS/EC2'
NO_INTEGRATION = 'Datadog has no AWS integration'


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
        return NO_INTEGRATION
    if not tagged.account_id:
        return ''
    records = [record for record in recorded if record.account_id == tagged.account_id]
    if not records:
        return f'Datadog has no integration for account {tagged.account_id}'
    reasons = [not_collected(record, tagged.region) for record in records]
    return reasons[0] if tagged.account_id == account_id and all(reasons) else ''


SILENT = 'its Agent does not report: Datadog drops such a host by itself'
SEVERAL_ACCOUNTS = 'its tags from AWS name several accounts'
NO_ACCOUNT = 'no tag aws_account names its account'
NO_PROOF = 'nothing proves which account it belongs to'
SEVERAL_REGIONS = 'its tags from AWS name several regions'
NO_PROOF_OF_REGION = 'nothing proves which region it is in'
FILTERED = f'the integration has tag filters for {NAMESPACE}, which may leave it out'


@dataclass(frozen=True, slots=True)
class Left:
    """A host that keeps tags from AWS, as one reading of the host list and of the record shows it."""

    reason: str
    """Why nothing collects it, or why that is not known, as a clause."""
    why_not: str = ''
    """Why its tags must stay; '' where nothing in this reading speaks against removing them."""
    known: bool = True
    """Whether it is known that nothing collects it."""
    goes_away: bool | None = False
    """Whether its tags go away by themselves: only with the host. None where it may be collected."""

    @property
    def removable(self) -> bool:
        return not self.why_not


def left_behind(host: TaggedHost, recorded: Sequence[Recorded]) -> Left | None:
    """None where the integration of its account collects it."""
    if len(host.accounts) != 1:
        names = SEVERAL_ACCOUNTS if host.accounts else NO_ACCOUNT
        if not recorded:
            return Left(NO_INTEGRATION, f'{NO_PROOF}: {names}', goes_away=not host.agent_runs)
        return Left(names, NO_PROOF, known=False, goes_away=None if host.agent_runs else True)
    reason = _nothing_collects(host.account_id, host.region, recorded)
    if reason:
        return Left(reason, '' if host.agent_runs else SILENT, goes_away=not host.agent_runs)
    if host.agent_runs and any(_nothing_collects(host.account_id, region, recorded) for region in host.regions):
        return Left(SEVERAL_REGIONS, NO_PROOF_OF_REGION, known=False, goes_away=None)
    if host.agent_runs and _filters(host, recorded):
        return Left(FILTERED, 'nothing proves that they leave it out', known=False, goes_away=None)
    return None


def _filters(host: TaggedHost, recorded: Sequence[Recorded]) -> bool:
    """Whether one lets the host through is not judged: those of Datadog have wildcards and exclusions."""
    return any(
        each.tags and each.namespace == NAMESPACE
        for record in recorded
        if record.account_id == host.account_id and not isinstance(record.tag_filters, Unobserved)
        for each in record.tag_filters
    )


def _nothing_collects(account_id: str | None, region: str | None, recorded: Sequence[Recorded]) -> str:
    if not recorded:
        return NO_INTEGRATION
    records = [record for record in recorded if record.account_id == account_id]
    if not records:
        return f'Datadog has no integration for account {account_id}'
    reasons = [not_collected(record, region) for record in records]
    return reasons[0] if all(reasons) else ''


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
