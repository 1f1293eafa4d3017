"""What in Datadog goes by tags that hosts are about to lose: monitors, dashboards and downtimes.

Whether one turns to No Data is not claimed: other hosts may have the same tag.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved


class Use(StrEnum):
    """What a query does with a tag; the values follow the name of what has the query."""

    SELECTS = 'selects'
    """Without the tag it finds these hosts no longer."""
    GROUPS = 'groups by'
    CHOOSES = 'lets one choose by'
    """By a template variable of a dashboard."""
    LEAVES_OUT = 'leaves out'
    """Without the tag it finds these hosts, too."""


@dataclass(frozen=True, slots=True)
class TagUse:
    use: Use
    tag: str
    """As the query has it: 'region:us-*', and only the key where it groups or chooses. At most 255 characters."""
    hosts: int
    """Hosts that lose the one tag of those it stands for that most of them have; there may be more."""


@dataclass(frozen=True, slots=True)
class TagUser:
    """A monitor, a dashboard or a downtime that goes by a tag that hosts lose."""

    id: str
    title: str
    """Printable, at most 255 characters. Of a downtime, which has none, its scope."""
    uses: tuple[TagUse, ...]
    """A few, those of most hosts first."""


@dataclass(frozen=True, slots=True)
class Users:
    """Of one kind."""

    shown: tuple[TagUser, ...]
    """At most 50, those of most hosts first."""
    found: int
    """So many go by these tags."""
    looked_at: int
    not_told: int
    """So many may go by them: part of what they ask is in a language that is not read here, and names such a tag."""
    note: str = ''
    """Why others were not looked at; '' where all of them were."""

    @property
    def complete(self) -> bool:
        return not self.note and not self.not_told


@dataclass(frozen=True, slots=True)
class TagUsers:
    """`Unobserved` says which permission is missing, if that is why."""

    monitors: Users | Unobserved
    dashboards: Users | Unobserved
    downtimes: Users | Unobserved
    """Those that are active or scheduled."""
