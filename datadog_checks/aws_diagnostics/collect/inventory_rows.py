"""Rows of the host list: which instance a row is, who reports it, and what can be wrong with it.

Shape: https://docs.datadoghq.com/api/latest/hosts/#get-all-hosts-for-your-organization
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..facts.account import Unmatched
from ..facts.values import AccountId, HostName, InstanceId, RegionName
from ..text import clean
from .foreign import Json, is_object, whole_number

AWS_TAGS = 'Amazon Web Services'
AWS = frozenset({'aws', 'ec2', 'amazon_web_services'})
ELSEWHERE = frozenset(
    {'gcp', 'google_cloud_platform', 'azure', 'vsphere', 'alibaba_cloud', 'oracle_cloud_infrastructure', 'nutanix'}
)
"""Apps and sources of hosts that run somewhere else."""
DEFAULT_NAME = re.compile(r'ip-\d{1,3}(-\d{1,3}){3}(\..*)?|ec2amaz-[a-z0-9]{7}', re.IGNORECASE)
"""That EC2 gives to Linux and Windows."""
IDS = ('instance-id:', 'instance_id:', 'host:')
ACCOUNTS = ('aws_account:', 'account_id:', 'aws_account_id:')
LONGEST_NAME = 255
"""Of a host; tags, aliases and apps are bounded by it too."""
MOST_TEXTS = 1000
"""Tags, aliases, apps of one row."""
MOST_NAMES = 3
"""Of hosts of one account and region."""
MOST_GROUPS = 500

Place = tuple[AccountId | None, RegionName | None]


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    apps: frozenset[str]
    """Who reported it lately, in lower case: 'aws', 'agent', ..."""
    sources: frozenset[str]
    instance_ids: frozenset[InstanceId]
    """From the name, the aliases and the tags that name one."""
    aws_tags: tuple[str, ...]
    up: bool
    number: int = 0
    """Of Datadog; 0 where the row has none."""

    @property
    def key(self) -> int | str:
        """The same on every page that has the row."""
        return self.number or self.name

    @property
    def has_agent(self) -> bool:
        return 'agent' in self.apps | self.sources

    @property
    def agent_runs(self) -> bool:
        return self.up and 'agent' in self.apps

    @property
    def knows_aws(self) -> bool:
        return bool(AWS & (self.apps | self.sources))

    @property
    def aws_reports(self) -> bool:
        """By `apps`, as in Datadog's own scripts: `sources` names AWS for as long as the row has tags from it."""
        return bool(AWS & self.apps)

    @property
    def is_anonymous(self) -> bool:
        """A running Agent that may be on any instance."""
        reported = self.apps | self.sources
        return self.agent_runs and not self.instance_ids and not (AWS | ELSEWHERE) & reported

    @property
    def instance_id(self) -> InstanceId | None:
        """None where the row names none, or several."""
        return next(iter(self.instance_ids)) if len(self.instance_ids) == 1 else None

    @property
    def place(self) -> Place:
        """Account and region, as far as the tags from AWS name them."""
        return next(iter(self.accounts), None), next(filter(None, map(RegionName.of, self._values('region:'))), None)

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        """That the tags from AWS name, each once."""
        return tuple(dict.fromkeys(id for id in map(AccountId.of, self._values(*ACCOUNTS)) if id))

    def _values(self, *prefixes: str) -> Iterator[str]:
        for prefix in prefixes:
            yield from (tag.removeprefix(prefix) for tag in self.aws_tags if tag.startswith(prefix))


def row_of(entry: object) -> Row | None:
    """None where it is not a row with a name."""
    name = _text(entry.get('name')) if is_object(entry) else ''
    if not is_object(entry) or not name:
        return None
    by_source = entry.get('tags_by_source')
    tags = {source: _texts(found) for source, found in by_source.items()} if is_object(by_source) else {}
    return Row(
        name,
        apps=_lower(entry.get('apps')),
        sources=_lower(entry.get('sources')),
        instance_ids=frozenset(filter(None, map(InstanceId.of, _candidates(entry, name, tags)))),
        aws_tags=tuple(tag for source, found in tags.items() if source.lower() == AWS_TAGS.lower() for tag in found),
        up=entry.get('up') is True,
        number=whole_number(entry.get('id')) or 0,
    )


def _candidates(entry: Json, name: str, tags: dict[str, list[str]]) -> Iterator[str]:
    yield name
    yield from (_text(entry.get(field)) for field in ('host_name', 'aws_id'))
    yield from _texts(entry.get('aliases'))
    for found in tags.values():
        yield from (tag.removeprefix(prefix) for tag in found for prefix in IDS if tag.startswith(prefix))


def _lower(value: object) -> frozenset[str]:
    return frozenset(text.lower() for text in _texts(value))


def _texts(value: object) -> list[str]:
    return [_text(item) for item in value[:MOST_TEXTS]] if isinstance(value, list) else []


def _text(value: object) -> str:
    return clean(value, LONGEST_NAME) if isinstance(value, str) else ''


@dataclass(slots=True)
class Group:
    hosts: int = 0
    names: list[HostName] = field(default_factory=list)

    def add(self, name: HostName | None) -> None:
        self.hosts += 1
        if name and len(self.names) < MOST_NAMES:
            self.names.append(name)


class Suspects:
    """What one reading of the list shows that can be wrong; everything else of a row is forgotten at once.

    A row that appears on two pages counts once for duplicates, twice for tags. `account_id` is the one that is looked
    at: duplicates of an instance that names another account are left to the check instance of that account. Hosts
    with tags are kept for every account: one that Datadog has no record of may have no check instance.
    """

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._of_aws: set[InstanceId] = set()
        self._merged: set[InstanceId] = set()
        self._of_agents: dict[InstanceId, str] = {}
        self._anonymous: dict[str, None] = {}
        self.groups: dict[Place, Group] = {}

    def add(self, row: Row) -> None:
        account_id = row.place[0]
        if account_id in (None, self._account_id):
            self._add_identity(row)
        if row.agent_runs and row.aws_tags and not row.aws_reports:
            self._add_tagged(row)

    def _add_identity(self, row: Row) -> None:
        """A row that both report is one that Datadog has merged."""
        if row.is_anonymous:
            self._anonymous[row.name] = None
        if row.has_agent and row.knows_aws:
            self._merged |= row.instance_ids
        elif row.has_agent:
            if row.instance_id and row.name != row.instance_id:
                self._of_agents.setdefault(row.instance_id, row.name)
        elif row.knows_aws and row.instance_id:
            self._of_aws.add(row.instance_id)

    def _add_tagged(self, row: Row) -> None:
        full = len(self.groups) >= MOST_GROUPS and row.place[0] != self._account_id
        if not full or row.place in self.groups:
            self.groups.setdefault(row.place, Group()).add(HostName.of(row.name))

    def unmatched(self) -> Unmatched | None:
        """Instances that only AWS reports, beside Agents that name no instance; None where one of both is missing."""
        instances = len(self._of_aws - self._merged - self._of_agents.keys())
        if not instances or not self._anonymous:
            return None
        names = sorted(self._anonymous, key=lambda name: not DEFAULT_NAME.fullmatch(name))
        shown = tuple(name for name in map(HostName.of, names) if name)[:MOST_NAMES]
        return Unmatched(instances, len(self._anonymous), shown)

    def pairs(self) -> Iterator[tuple[InstanceId, str]]:
        """Instance id, and the name of the Agent's row."""
        return ((id, name) for id, name in sorted(self._of_agents.items()) if id in self._of_aws)
