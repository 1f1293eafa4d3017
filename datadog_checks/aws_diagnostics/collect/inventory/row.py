"""One row of the host list, as far as it tells which instance it is and who reports it.

Shape: https://docs.datadoghq.com/api/latest/hosts/#get-all-hosts-for-your-organization
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ...facts.values import InstanceId
from ..json_object import Json, is_object

AWS_TAGS = 'Amazon Web Services'
AWS = frozenset({'aws', 'ec2', 'amazon_web_services'})
IDS = ('instance-id:', 'instance_id:', 'host:')
ACCOUNTS = ('aws_account:', 'account_id:', 'aws_account_id:')
LONGEST_NAME = 255
"""Of a host name; so long are the others, too."""
MOST_TEXTS = 1000
"""Tags, aliases, apps of one row."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    apps: frozenset[str]
    """Who has reported it lately, in lower case: 'aws', 'agent', ..."""
    sources: frozenset[str]
    instance_ids: frozenset[str]
    """Of the name, the aliases and the tags that name one."""
    aws_tags: tuple[str, ...]
    up: bool

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
        """Datadog's own scripts ask the same of `apps`; `sources` names AWS as long as there are tags of it."""
        return bool(AWS & self.apps)

    @property
    def instance_id(self) -> str:
        """'' where the row claims none, or several."""
        return next(iter(self.instance_ids)) if len(self.instance_ids) == 1 else ''

    @property
    def account_id(self) -> str:
        return next((a for a in self._values(*ACCOUNTS) if len(a) == 12 and a.isascii() and a.isdecimal()), '')

    @property
    def region(self) -> str:
        return next(self._values('region:'), '')

    def _values(self, *prefixes: str) -> Iterator[str]:
        for prefix in prefixes:
            yield from (tag.removeprefix(prefix) for tag in self.aws_tags if tag.startswith(prefix))


def row_of(entry: object) -> Row | None:
    """None where it is no row with a name."""
    name = _text(entry.get('name')) if is_object(entry) else ''
    if not is_object(entry) or not name:
        return None
    by_source = entry.get('tags_by_source')
    tags = {source: _texts(found) for source, found in by_source.items()} if is_object(by_source) else {}
    return Row(
        name,
        apps=_lower(entry.get('apps')),
        sources=_lower(entry.get('sources')),
        instance_ids=frozenset(filter(InstanceId.of, _candidates(entry, name, tags))),
        aws_tags=tuple(tag for source, found in tags.items() if source.lower() == AWS_TAGS.lower() for tag in found),
        up=entry.get('up') is True,
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
    """What is not printable must not reach a message or a terminal."""
    return ''.join(filter(str.isprintable, value[:LONGEST_NAME])) if isinstance(value, str) else ''
