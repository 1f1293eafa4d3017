"""Rows of the host list: which instance a row is, and who reports it.

Shape: https://docs.datadoghq.com/api/latest/hosts/#get-all-hosts-for-your-organization
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ..facts.values import AccountId, InstanceId, RegionName
from ..rules import instance_id_in
from ..text import clean
from .foreign import is_object, whole_number

AWS_TAGS = 'Amazon Web Services'
AWS = frozenset({'aws', 'ec2', 'amazon_web_services'})
ELSEWHERE = frozenset(
    {'gcp', 'google_cloud_platform', 'azure', 'vsphere', 'alibaba_cloud', 'oracle_cloud_infrastructure', 'nutanix'}
)
"""Apps and sources of hosts that run somewhere else."""
IDS = ('instance-id:', 'instance_id:', 'host:')
CLUSTERS = ('kube_cluster_name:', 'cluster_name:')
"""Of the Agent: https://docs.datadoghq.com/containers/kubernetes/tag/."""
ACCOUNT, REGION = 'aws_account:', 'region:'
"""That Datadog itself gives every EC2 host. A tag of EC2 can have the same key: then there are two."""
OTHER_ACCOUNTS = ('account_id:', 'aws_account_id:')
ZONES = ('availability-zone:', 'availability_zone:')
OF_ZONE = re.compile(r'([a-z]+(?:-[a-z]+)+-[0-9]+)(?:[a-z]|-[a-z0-9-]+)')
"""The region of a zone like us-east-1a, us-west-2-lax-1a or us-east-1-wl1-bos-wlz-1."""
LONGEST_NAME = 255
"""Of a host; tags, aliases and apps are bounded by it too."""
MOST_TEXTS = 1000
"""Tags, aliases, apps of one row."""

Found = TypeVar('Found')
Place = tuple[AccountId | None, RegionName | None]


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    apps: frozenset[str]
    """Who reported it lately, in lower case: 'aws', 'agent', ..."""
    sources: frozenset[str]
    instance_ids: frozenset[InstanceId]
    """From the name, the aliases and the tags that name one, or begin with one as names of EC2 and of nodes do."""
    aws_tags: tuple[str, ...]
    up: bool
    number: int = 0
    """Of Datadog; 0 where the row has none."""
    aliased: frozenset[InstanceId] = frozenset()
    """Those instance ids that are its name or an alias, by which Datadog merges rows."""
    cluster: str = ''
    """Of Kubernetes, by its tags."""
    other_tags: frozenset[str] = frozenset()
    """Of all sources but AWS."""
    reported_at: int = 0
    """Seconds since the epoch; 0 where the row does not say."""

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
        return _only(tuple(self.instance_ids))

    @property
    def place(self) -> Place:
        """Account and region, each None unless the tags from AWS name one and no other."""
        return _only(self.accounts), _only(self.regions)

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        """That the tags from AWS name, each once and Datadog's own first; none without a tag of Datadog's own, as users
        may have set the others."""
        own = _each(AccountId.of, self._values(ACCOUNT))
        return _each(AccountId.of, (*own, *self._values(*OTHER_ACCOUNTS))) if own else ()

    @property
    def regions(self) -> tuple[RegionName, ...]:
        """Like accounts; the others are those of the zones."""
        own = _each(RegionName.of, self._values(REGION))
        zones = filter(None, map(OF_ZONE.fullmatch, self._values(*ZONES)))
        return _each(RegionName.of, (*own, *(zone[1] for zone in zones))) if own else ()

    def _values(self, *prefixes: str) -> Iterator[str]:
        for prefix in prefixes:
            yield from (tag.removeprefix(prefix) for tag in self.aws_tags if tag.startswith(prefix))


def _each(of: Callable[[str], Found | None], texts: Iterable[str]) -> tuple[Found, ...]:
    return tuple(dict.fromkeys(found for found in map(of, texts) if found is not None))


def _only(found: tuple[Found, ...]) -> Found | None:
    return found[0] if len(found) == 1 else None


def row_of(entry: object) -> Row | None:
    """None where it is not a row with a name."""
    name = _text(entry.get('name')) if is_object(entry) else ''
    if not is_object(entry) or not name:
        return None
    by_source = entry.get('tags_by_source')
    tags = {source: _texts(found) for source, found in by_source.items()} if is_object(by_source) else {}
    names = (name, *(_text(entry.get(field)) for field in ('host_name', 'aws_id')), *_texts(entry.get('aliases')))
    return Row(
        name,
        apps=_lower(entry.get('apps')),
        sources=_lower(entry.get('sources')),
        instance_ids=frozenset(_each(instance_id_in, (*names, *_values(tags, IDS)))),
        aws_tags=tuple(_tags(tags, of_aws=True)),
        other_tags=frozenset(_tags(tags, of_aws=False)),
        up=entry.get('up') is True,
        number=whole_number(entry.get('id')) or 0,
        aliased=frozenset(_each(InstanceId.of, names)),
        cluster=next(_values(tags, CLUSTERS), ''),
        reported_at=whole_number(entry.get('last_reported_time')) or 0,
    )


def _tags(tags: dict[str, list[str]], *, of_aws: bool) -> Iterator[str]:
    """Labels of sources are not spelled alike everywhere, but for their case."""
    return (tag for source, found in tags.items() if (source.lower() == AWS_TAGS.lower()) is of_aws for tag in found)


def _values(tags: dict[str, list[str]], prefixes: tuple[str, ...]) -> Iterator[str]:
    """Of any source."""
    for found in tags.values():
        yield from (tag.removeprefix(prefix) for tag in found for prefix in prefixes if tag.startswith(prefix))


def _lower(value: object) -> frozenset[str]:
    return frozenset(text.lower() for text in _texts(value))


def _texts(value: object) -> list[str]:
    return [_text(item) for item in value[:MOST_TEXTS]] if isinstance(value, list) else []


def _text(value: object) -> str:
    return clean(value, LONGEST_NAME) if isinstance(value, str) else ''
