"""What one reading of the host list shows that can be wrong; everything else of a row is forgotten at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..facts.account import HostRow, Unmatched
from ..facts.values import HostName, InstanceId
from ..rules.duplicates import duplicate, stopped
from .inventory_rows import Place, Row

DEFAULT_NAME = re.compile(r'ip-\d{1,3}(-\d{1,3}){3}(\..*)?|ec2amaz-[a-z0-9]{7}', re.IGNORECASE)
"""That EC2 gives to Linux and Windows."""
MOST_NAMES = 3
"""Of hosts of one account and region."""
MOST_GROUPS = 500
MOST_SHARED = 1000
"""Rows that name several instances."""


@dataclass(slots=True)
class Group:
    hosts: int = 0
    names: list[HostName] = field(default_factory=list)

    def add(self, name: HostName | None) -> None:
        self.hosts += 1
        if name and len(self.names) < MOST_NAMES:
            self.names.append(name)


class AgentRow(NamedTuple):
    """As little as possible: there is one for each host."""

    name: str
    knows_aws: bool
    up: bool
    reported_at: int

    def of(self, id: InstanceId) -> HostRow:
        return HostRow(
            self.name, (id,), has_agent=True, knows_aws=self.knows_aws, up=self.up, reported_at=self.reported_at
        )


class Suspects:
    """For one account. A row that appears on two pages counts once for duplicates, twice for tags.

    `account_id` is the one that is looked at: duplicates of an instance that names another account are left to the
    check instance of that account, and two Agents whose rows name none count in each. Hosts with tags are kept for
    every account: one that Datadog has no record of may have no check instance.
    """

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._reported_at = 0
        self._of_aws: dict[InstanceId, bool] = {}
        """Whether such a row is still reported."""
        self._merged: set[InstanceId] = set()
        """By rows that name several."""
        self._of_agents: dict[InstanceId, tuple[AgentRow, ...]] = {}
        self._anonymous: dict[str, None] = {}
        self.groups: dict[Place, Group] = {}

    def add(self, row: Row) -> None:
        self._reported_at = max(self._reported_at, row.reported_at)
        if not row.accounts or row.accounts[0] == self._account_id:
            self._add_identity(row)
        if row.agent_runs and row.aws_tags and not row.aws_reports:
            self._add_tagged(row)

    def _add_identity(self, row: Row) -> None:
        """A row that both report is one that Datadog has merged."""
        id = row.instance_id
        if row.is_anonymous:
            self._anonymous[row.name] = None
        if row.has_agent and id:
            self._add_agent(id, row)
        elif row.has_agent and row.knows_aws:
            self._merged |= row.instance_ids
        elif row.knows_aws and id:
            self._of_aws[id] = self._of_aws.get(id, False) or row.up or row.aws_reports

    def _add_agent(self, id: InstanceId, row: Row) -> None:
        known = self._of_agents.get(id, ())
        if all(row.name != other.name for other in known):
            name = id if row.name == id else row.name  # one text, not two
            self._of_agents[id] = (*known, AgentRow(name, row.knows_aws, row.up, row.reported_at))

    def _add_tagged(self, row: Row) -> None:
        full = len(self.groups) >= MOST_GROUPS and row.place[0] != self._account_id
        if not full or row.place in self.groups:
            self.groups.setdefault(row.place, Group()).add(HostName.of(row.name))

    def unmatched(self) -> Unmatched | None:
        """Instances that only AWS reports, beside Agents that name no instance; None where one of both is missing."""
        instances = len(self._of_aws.keys() - self._merged - self._of_agents.keys())
        if not instances or not self._anonymous:
            return None
        names = sorted(self._anonymous, key=lambda name: not DEFAULT_NAME.fullmatch(name))
        shown = tuple(name for name in map(HostName.of, names) if name)[:MOST_NAMES]
        return Unmatched(instances, len(self._anonymous), shown)

    def pairs(self) -> Iterator[tuple[InstanceId, tuple[str, ...]]]:
        """Instance id, and the names of the Agent's row or of those of two Agents: what `hosts duplicates` lists, but
        for what goes away by itself."""
        for id, agents in sorted(self._of_agents.items()):
            rows = self._rows(id, agents)
            found = duplicate(id, rows, {}, at=self._reported_at) if len(rows) > 1 else None
            if found is not None and not found.why.goes_away:
                running = (row.name for row in rows if row.has_agent and not stopped(row, self._reported_at))
                yield id, tuple(sorted(running)[:2])

    def _rows(self, id: InstanceId, agents: tuple[AgentRow, ...]) -> list[HostRow]:
        rows = [agent.of(id) for agent in agents]
        if id not in self._of_aws:
            return rows
        return [*rows, HostRow(id, (id,), knows_aws=True, aws_reports=self._of_aws[id], up=self._of_aws[id])]


class HostRows:
    """For all accounts: every row that names an instance, as only two of them show that there are two. To be added once
    each."""

    def __init__(self) -> None:
        self._by_id: dict[InstanceId, tuple[HostRow, ...]] = {}
        self._shared: list[HostRow] = []
        self._places: dict[tuple[Place, str], tuple[Place, str]] = {}
        self.reported_at = 0
        """When any host reported last, in seconds since the epoch."""
        self._agents = 0
        self._names: tuple[list[HostName], list[HostName]] = ([], [])
        """Of Agents that name no instance: names that EC2 gives by default, and others."""

    def add(self, row: Row) -> None:
        self.reported_at = max(self.reported_at, row.reported_at)
        if row.instance_id:
            self._by_id[row.instance_id] = (*self._by_id.get(row.instance_id, ()), self._host_row(row))
        elif row.instance_ids and row.has_agent and len(self._shared) < MOST_SHARED:
            self._shared.append(self._host_row(row))
        elif row.is_anonymous:
            self._add_anonymous(row.name)

    def _host_row(self, row: Row) -> HostRow:
        place = (row.place, row.cluster)
        (account_id, region), cluster = self._places.setdefault(place, place)  # texts of many rows are kept once
        return HostRow(
            row.name if row.name != row.instance_id else row.instance_id,
            tuple(sorted(row.instance_ids)),
            account_id,
            region,
            has_agent=row.has_agent,
            knows_aws=row.knows_aws,
            aws_reports=row.aws_reports,
            up=row.up,
            by_alias=bool(row.aliased),
            cluster=cluster,
            reported_at=row.reported_at,
        )

    def _add_anonymous(self, text: str) -> None:
        self._agents += 1
        name, names = HostName.of(text), self._names[not DEFAULT_NAME.fullmatch(text)]
        if name and len(names) < MOST_NAMES:
            names.append(name)

    def several(self) -> Iterator[tuple[InstanceId, tuple[HostRow, ...]]]:
        """Instances with several rows."""
        return ((id, rows) for id, rows in sorted(self._by_id.items()) if len(rows) > 1)

    def shared(self) -> Iterator[tuple[HostRow, tuple[HostRow, ...]]]:
        """Rows of an Agent that name several instances, each with the rows of these."""
        for row in self._shared:
            yield row, tuple(other for id in row.instance_ids for other in self._by_id.get(id, ()))

    def unmatched(self) -> Unmatched | None:
        """Instances that only AWS reports, beside Agents that name no instance; None where one of both is missing."""
        named = {id for row in self._shared for id in row.instance_ids}
        alone = (id for id, rows in self._by_id.items() if not any(row.has_agent for row in rows))
        instances = sum(id not in named for id in alone)
        if not instances or not self._agents:
            return None
        return Unmatched(instances, self._agents, tuple((*self._names[0], *self._names[1])[:MOST_NAMES]))
