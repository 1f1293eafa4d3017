"""What an earlier run of a command that lists hosts printed with `--json`, for the option `--seen-in`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time as now
from typing import Any

from ...collect.foreign import Json, is_object, parsed
from ...facts.account import TaggedHost
from ...facts.values import AccountId, InstanceId
from ...rules.duplicates import Age
from .. import ExitStatus, Failure
from ..document import SCHEMA
from ..files import read_text

LINGERING_TAGS, DUPLICATES = 'hosts lingering-tags', 'hosts duplicates'
CLOCKS_APART = 300.0
"""Seconds by which the clock of another machine may be ahead."""
MOST_BYTES = 256 << 20
"""100,000 hosts are about 30 MiB."""


@dataclass(frozen=True, slots=True)
class SeenHost:
    name: str
    instance_id: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """By `hosts lingering-tags`, or by a removal, which knows of each host when it saw it first."""

    time: float
    """When the list had been read, in seconds since the epoch."""
    removable: Mapping[SeenHost, float]
    """The hosts whose tags could be removed then, and since when that is known."""

    def since(self, host: TaggedHost) -> float | None:
        """Of the same host in the same account."""
        return self.removable.get(seen_host(host))


def seen_host(host: TaggedHost) -> SeenHost:
    return SeenHost(host.name, host.instance_id, host.account_id or '')


def read_seen(path: Path, option: str = '--seen-in') -> Seen:
    """Raises Failure (DAMAGED_FACTS) for a file that is something else or damaged, or from the future."""
    time, _, found = _read(path, LINGERING_TAGS, 'hosts', _seen_host, option)
    if time > now() + CLOCKS_APART:
        raise Failure(f'{option} {path}: its time is in the future', ExitStatus.DAMAGED_FACTS)
    pairs = (pair for pair in found if isinstance(pair, tuple))
    return Seen(time, {host: time if at is None else min(at, time) for host, at in pairs})


def _seen_host(row: Json) -> object:
    name, account_id, at = row.get('name'), AccountId.of(row.get('account')), row.get('seen_at')
    if row.get('removable') is not True or not isinstance(name, str) or account_id is None:
        return None
    return SeenHost(name, InstanceId.of(row.get('instance_id')), account_id), _time(at) if at is not None else None


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


def _read(
    path: Path, command: str, name: str, compact: Callable[[Json], object], option: str = '--seen-in'
) -> tuple[float, bool, list[object]]:
    """A row becomes what counts of it at once: all of them as objects would take several times as much memory."""

    def mapping(pairs: list[tuple[str, Any]]) -> object:
        found = dict(pairs)
        return found if name in found else compact(found)

    text = read_text(path, option, ExitStatus.DAMAGED_FACTS, MOST_BYTES)
    try:
        return _rows(parsed(text, mapping), command, name)
    except ValueError as e:
        what = f'is not what `{command} --json` prints: {e}'
        raise Failure(f'{option} {path}: {what}', ExitStatus.DAMAGED_FACTS) from None


def _rows(document: object, command: str, name: str) -> tuple[float, bool, list[object]]:
    """Raises ValueError."""
    if not is_object(document) or document.get('command', command) != command or document.get('schema') != SCHEMA:
        raise ValueError(f'allowed is "command": "{command}" with "schema": {SCHEMA}')
    rows, at = document.get(name), document.get('time')
    if not isinstance(rows, list) or not isinstance(at, str):
        raise ValueError(f'{name} or time is missing')
    return _time(at), document.get('complete') is True, rows


def _time(at: object) -> float:
    """Raises ValueError."""
    time = datetime.fromisoformat(at) if isinstance(at, str) else None
    if time is None or time.tzinfo is None:
        raise ValueError('a time is not in ISO 8601 with its offset from UTC')
    return time.timestamp()
