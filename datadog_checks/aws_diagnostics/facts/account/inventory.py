"""What Datadog's host list (GET /api/v1/hosts) shows of EC2 instances, reduced to what can be wrong.

Datadog does not say since when a row is there: `since` is when this collector saw it first.
"""

from dataclasses import dataclass

from ..observed import Unobserved
from ..values import AccountId, HostName, InstanceId, RegionName
from .integration import NamespaceFilters


@dataclass(frozen=True, slots=True)
class DuplicatedHost:
    """An instance with two rows: one from the AWS integration only, and one from an Agent."""

    instance_id: InstanceId
    name: str
    """Of the Agent's row; printable, at most 255 characters."""
    since: float


@dataclass(frozen=True, slots=True)
class TaggedHosts:
    """Hosts of one region with a running Agent and tags from AWS, which the AWS integration itself does not report."""

    account_id: AccountId | None
    """None where the tags name no account."""
    region: RegionName | None
    """None where the tags name no region."""
    hosts: int
    names: tuple[HostName, ...]
    """A few of them; those whose names have another form are only counted."""
    since: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """What Datadog's integration with one account collects, as far as it decides about hosts."""

    account_id: AccountId
    regions: tuple[RegionName, ...] | None
    """None: all regions."""
    metrics_enabled: bool | None
    namespace_filters: NamespaceFilters | Unobserved
    extended_collection: bool


@dataclass(frozen=True, slots=True)
class Inventory:
    looked_at: int
    """Rows of the host list."""
    total: int
    """Rows that Datadog says there are."""
    watched_since: float
    """When this collector read the list for the first time."""
    duplicated: tuple[DuplicatedHost, ...] = ()
    """The oldest first; at most a thousand."""
    tagged: tuple[TaggedHosts, ...] = ()
    recorded: tuple[Recorded, ...] | Unobserved = ()
    """All accounts that Datadog has an integration with."""
    note: str = ''
    """Why the list was not read to its end; '' where it was."""

    @property
    def complete(self) -> bool:
        return not self.note
