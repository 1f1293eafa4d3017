"""What Datadog's host list shows of EC2 instances (GET /api/v1/hosts), reduced to what can be wrong.

Datadog does not tell since when a row stands in the list: `since` is when this collector saw it first.
"""

from dataclasses import dataclass

from ..observed import Unobserved
from .integration import NamespaceFilters


@dataclass(frozen=True, slots=True)
class DuplicatedHost:
    """An instance with two rows: one that the AWS integration alone knows, and one of an Agent."""

    instance_id: str
    name: str
    """Of the Agent's row."""
    since: float


@dataclass(frozen=True, slots=True)
class TaggedHosts:
    """Hosts with a running Agent and tags from AWS that the AWS integration does not report itself, of one region."""

    account_id: str
    """'' where the tags name no account."""
    region: str
    """'' where the tags name no region."""
    hosts: int
    names: tuple[str, ...]
    """A few of them."""
    since: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """What Datadog's integration of one account collects, as far as it decides about hosts."""

    account_id: str
    regions: tuple[str, ...] | None
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
    """The oldest first; of very many not all."""
    tagged: tuple[TaggedHosts, ...] = ()
    recorded: tuple[Recorded, ...] | Unobserved = ()
    """All accounts that Datadog has an integration for."""
    note: str = ''
    """Why the list was not read to its end; '' where it was."""

    @property
    def complete(self) -> bool:
        return not self.note
