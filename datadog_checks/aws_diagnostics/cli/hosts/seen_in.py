"""What an earlier run of a command that lists hosts printed with `--json`, for the option `--seen-in`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ...collect.foreign import Json, is_object, parsed
from ...facts.account import TaggedHost
from ...facts.values import AccountId, InstanceId
from ...rules.duplicates import Age
from .. import ExitStatus, Failure
from ..document import SCHEMA
from ..files import read_text

LINGERING_TAGS, DUPLICATES = 'hosts lingering-tags', 'hosts duplicates'
MOST_BYTES = 256 << 20
"""100,000 hosts are about 30 MiB."""


@dataclass(frozen=True, slots=True)
class SeenHost:
    name: str
    instance_id: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """By `hosts lingering-tags`."""

    time: float
    """When the list had been read, in seconds since the epoch."""
    removable: frozenset[SeenHost]

    def has(self, host: TaggedHost) -> bool:
        """The same host, in the same account, as one whose tags could be removed then."""
        return SeenHost(host.name, host.instance_id, host.account_id or '') in self.removable


def read_seen(path: Path) -> Seen:
    """Raises Failure (DAMAGED_FACTS) for a file that is something else or damaged."""
    time, _, hosts = _read(path, LINGERING_TAGS, 'hosts', _seen_host)
    return Seen(time, frozenset(host for host in hosts if isinstance(host, SeenHost)))


def _seen_host(row: Json) -> object:
    name, account_id = row.get('name'), AccountId.of(row.get('account'))
    if row.get('removable') is not True or not isinstance(name, str) or account_id is None:
        return None
    return SeenHost(name, InstanceId.of(row.get('instance_id')), account_id)


@dataclass(frozen=True, slots=True)
class Earlier:
    """By `hosts duplicates`."""

    time: float
    complete: bool
    rows: frozenset[object]
    """The instance id and the names of each."""

    def age(self, instance_id: str, names: tuple[str, ...], now: float, patience: float) -> Age:
        """`patience`: seconds that Datadog may take to merge two rows."""
        passed = now - self.time
        if (instance_id, names) in self.rows:
            return Age(lasted=passed if passed >= patience else 0.0)
        return Age(young=self.complete and 0 <= passed < patience)


def read_earlier(path: Path) -> Earlier:
    """Raises Failure (DAMAGED_FACTS)."""
    time, complete, found = _read(path, DUPLICATES, 'duplicates', lambda row: (row.get('instance_id'), _names(row)))
    return Earlier(time, complete, frozenset(each for each in found if isinstance(each, tuple)))


def _names(row: Json) -> tuple[str, ...]:
    names = row.get('names')
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def _read(path: Path, command: str, name: str, compact: Callable[[Json], object]) -> tuple[float, bool, list[object]]:
    """A row becomes what counts of it at once: all of them as objects would take several times as much memory."""

    def mapping(pairs: list[tuple[str, Any]]) -> object:
        found = dict(pairs)
        return found if 'command' in found else compact(found)

    text = read_text(path, '--seen-in', ExitStatus.DAMAGED_FACTS, MOST_BYTES)
    try:
        return _rows(parsed(text, mapping), command, name)
    except ValueError as e:
        what = f'is not what `{command} --json` prints: {e}'
        raise Failure(f'--seen-in {path}: {what}', ExitStatus.DAMAGED_FACTS) from None


def _rows(document: object, command: str, name: str) -> tuple[float, bool, list[object]]:
    """Raises ValueError."""
    if not is_object(document) or document.get('command') != command or document.get('schema') != SCHEMA:
        raise ValueError(f'allowed is "command": "{command}" with "schema": {SCHEMA}')
    rows, at = document.get(name), document.get('time')
    if not isinstance(rows, list) or not isinstance(at, str):
        raise ValueError(f'{name} or time is missing')
    time = datetime.fromisoformat(at)
    if time.tzinfo is None:
        raise ValueError('time has no offset from UTC')
    return time.timestamp(), document.get('complete') is True, rows
