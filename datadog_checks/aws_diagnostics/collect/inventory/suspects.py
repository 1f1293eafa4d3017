"""What of a host list can be wrong: the rest of a row is forgotten as soon as it was looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .row import Row

MOST_NAMES = 3
"""Of hosts of one account and region."""
MOST_GROUPS = 500
LONGEST_REGION = 40


@dataclass(slots=True)
class Group:
    hosts: int = 0
    names: list[str] = field(default_factory=list)


class Suspects:
    """Of one reading of the list. A row that two pages show counts once for duplicates, twice for tags.

    `account_id` is the one that is looked at: two rows of an instance that names another are left to its own runner.
    Hosts with tags are kept for every account: of one that Datadog has no record of, nobody else may be told.
    """

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._of_aws: set[str] = set()
        self._of_agents: dict[str, str] = {}
        self.groups: dict[tuple[str, str], Group] = {}

    def add(self, row: Row) -> None:
        if row.account_id in ('', self._account_id):
            self._add_identity(row)
        if row.agent_runs and row.aws_tags and not row.aws_reports:
            self._add_tagged(row)

    def _add_identity(self, row: Row) -> None:
        """A row that both report is what Datadog has merged."""
        if row.has_agent and not row.knows_aws:
            if row.instance_id and row.name != row.instance_id:
                self._of_agents.setdefault(row.instance_id, row.name)
        elif row.knows_aws and not row.has_agent and row.instance_id:
            self._of_aws.add(row.instance_id)

    def _add_tagged(self, row: Row) -> None:
        key = (row.account_id, row.region[:LONGEST_REGION])
        full = len(self.groups) >= MOST_GROUPS and row.account_id != self._account_id
        if full and key not in self.groups:
            return
        group = self.groups.setdefault(key, Group())
        group.hosts += 1
        if len(group.names) < MOST_NAMES:
            group.names.append(row.name)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Instance id, and the name of the Agent's row."""
        return ((id, name) for id, name in sorted(self._of_agents.items()) if id in self._of_aws)
