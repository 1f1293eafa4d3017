"""An Agent as unkind as a real one: it refuses text that its C code cannot take, and each of its channels can fail.

The stubs of datadog_checks.base take everything. Seen in the Agent's own embedding of Python (rtloader): text with NUL
is a ValueError and half a surrogate pair a UnicodeEncodeError, a tag is cut at NUL or dropped, and the persistent cache
and the health platform raise RuntimeError where Go returns an error.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from datadog_checks.base.stubs import aggregator, datadog_agent

UNREADABLE = RuntimeError('failed to read data: open /opt/datadog-agent/run/aws_diagnostics: permission denied')
UNWRITABLE = RuntimeError('open /opt/datadog-agent/run/aws_diagnostics: read-only file system')
REFUSED = RuntimeError('health platform: issue refused')
BROKEN = RuntimeError('broken')

CHANNELS: dict[str, tuple[Any, str, Exception]] = {
    'gauge': (aggregator, 'submit_metric', BROKEN),
    'service check': (aggregator, 'submit_service_check', BROKEN),
    'event': (aggregator, 'submit_event', BROKEN),
    'metadata': (datadog_agent, 'set_check_metadata', BROKEN),
    'reading the cache': (datadog_agent, 'read_persistent_cache', UNREADABLE),
    'writing the cache': (datadog_agent, 'write_persistent_cache', UNWRITABLE),
    'reporting an issue': (datadog_agent, 'report_issue', REFUSED),
    'resolving an issue': (datadog_agent, 'resolve_issue', REFUSED),
}


@dataclass
class StrictAgent:
    """In place of the stubs until `monkeypatch` ends. `fail` makes a channel fail, `repair` work again."""

    monkeypatch: pytest.MonkeyPatch
    failing: set[str] = field(default_factory=set)
    received: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """What was taken: the channel and the arguments, with tags as they arrive in Go."""
    refused: list[str] = field(default_factory=list)
    """The channel of each call that was given what C does not take, and of each tag that was cut or dropped."""

    def __post_init__(self) -> None:
        for channel, (stub, method, error) in CHANNELS.items():
            kind = getattr(type(stub), method)
            self.monkeypatch.setattr(type(stub), method, self._wrapped(channel, kind, error))

    def fail(self, *channels: str) -> None:
        assert set(channels) <= set(CHANNELS)
        self.failing |= set(channels)

    def repair(self, *channels: str) -> None:
        self.failing -= set(channels)

    def taken(self, without: str = '') -> list[tuple[str, tuple[Any, ...]]]:
        return [(channel, arguments) for channel, arguments in self.received if channel != without]

    def _wrapped(self, channel: str, kind: Callable[..., Any], error: Exception) -> Callable[..., Any]:
        def call(stub: object, *arguments: Any) -> Any:
            if channel in self.failing:
                raise type(error)(*error.args)  # a new one: a traceback keeps alive whoever called
            passed = [self._as_in_go(channel, argument) for argument in arguments]
            self.received.append((channel, tuple(a for a in passed if isinstance(a, int | float | str | list | dict))))
            return kind(stub, *passed)

        return call

    def _as_in_go(self, channel: str, value: Any) -> Any:
        if isinstance(value, str):
            self._check(channel, value)
        if isinstance(value, dict):
            return {key: self._as_in_go(channel, item) for key, item in value.items()}
        return list(self._tags(channel, value)) if isinstance(value, list) else value

    def _check(self, channel: str, text: str) -> None:
        try:
            text.encode()
            if '\0' in text:
                raise ValueError('embedded null character')
        except ValueError:
            self.refused.append(channel)
            raise

    def _tags(self, channel: str, tags: list[str]) -> Iterator[str]:
        for tag in tags:
            if tag.isprintable():
                yield tag
                continue
            self.refused.append(f'{channel}: a tag')
            if '\0' in tag:
                yield tag.partition('\0')[0]
