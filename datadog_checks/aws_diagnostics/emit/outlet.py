"""The one way from the product into the Agent.

All text is made sendable here, so that no fact has to be: the Agent raises for text with NUL or half a surrogate pair,
and cuts or drops a tag that holds them. And each channel of the Agent can fail: its cache may not be readable (after
one `datadog-agent check` as root, for example), its health platform may refuse. A channel that fails loses
what it would have carried and nothing else. The log says so once, not in every run.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from ..log import LOG
from ..text import one_line, several_lines

LONGEST_TAG = 200
"""Characters; Datadog cuts a longer one."""
WITH_LINES = frozenset({'remediation', 'description', 'text'})
"""What may have several lines: commands do."""


class DiagnosisRows(Protocol):
    @property
    def success(self) -> Callable[..., None]: ...
    @property
    def warning(self) -> Callable[..., None]: ...
    @property
    def fail(self) -> Callable[..., None]: ...


class Channels(Protocol):
    """The part of AgentCheck that is used to send; the last two are there only where the Agent has the platform."""

    @property
    def diagnosis(self) -> DiagnosisRows: ...

    def gauge(self, name: str, value: float, tags: list[str] | None = None) -> None: ...
    @property
    def service_check(self) -> Callable[..., None]: ...
    def event(self, event: dict[str, Any]) -> None: ...
    def set_metadata(self, name: str, value: str) -> None: ...
    def read_persistent_cache(self, key: str) -> str: ...
    def write_persistent_cache(self, key: str, value: str) -> None: ...
    @property
    def report_issue(self) -> Callable[..., None]: ...
    @property
    def resolve_issue(self) -> Callable[[str], None]: ...


class DiagnosisRow(NamedTuple):
    """Of `agent diagnose`."""

    result: str
    """success, warning or fail"""
    name: str
    evidence: str
    category: str
    description: str
    """The same in every run."""
    remediation: str | None


class Outlet:
    """Never raises. `logged` has the channels whose failure the log has: keep it for as long as the instance lives."""

    def __init__(self, check: Channels, logged: set[str]) -> None:
        self._check = check
        self._logged = logged

    def gauge(self, name: str, value: float, tags: list[str]) -> None:
        self._send('sending a gauge', lambda: self._check.gauge(name, value, tags=_tags(tags)))

    def service_check(self, name: str, status: int, tags: list[str], message: str) -> None:
        text = one_line(message)
        self._send(
            'sending a service check', lambda: self._check.service_check(name, status, tags=_tags(tags), message=text)
        )

    def diagnosis(self, row: DiagnosisRow) -> None:
        self._send('adding a row to `agent diagnose`', lambda: self._add(row))

    def _add(self, row: DiagnosisRow) -> None:
        getattr(self._check.diagnosis, row.result)(
            row.name,
            one_line(row.evidence),
            category=row.category,
            description=_constant(row.description),
            remediation=row.remediation and several_lines(row.remediation),
        )

    def metadata(self, name: str, value: str) -> None:
        self._send('setting metadata', lambda: self._check.set_metadata(name, one_line(value)))

    def event(self, event: Mapping[str, object]) -> None:
        self._send('sending an event', lambda: self._check.event(_sendable(event)))

    def recall(self, key: str) -> str:
        """What `remember` kept, also in another process; '' where nothing is kept or it cannot be read."""
        kept = ['']
        self._send('reading the persistent cache', lambda: kept.append(self._check.read_persistent_cache(key)))
        return kept[-1] or ''

    def remember(self, key: str, value: str) -> bool:
        text = one_line(value)
        return self._send('writing the persistent cache', lambda: self._check.write_persistent_cache(key, text))

    def report_issue(self, issue: Mapping[str, object]) -> bool:
        """Whether the health platform took it."""
        return self._send('reporting an issue', lambda: self._check.report_issue(**_sendable(issue)))

    def resolve_issue(self, id: str) -> bool:
        return self._send('resolving an issue', lambda: self._check.resolve_issue(one_line(id)))

    def _send(self, channel: str, send: Callable[[], object]) -> bool:
        try:
            send()
        except Exception as e:  # noqa: BLE001  (the Agent raises whatever its C or Go code makes of an error)
            if channel not in self._logged:
                LOG.warning('the Agent failed at %s: %s', channel, _told(e))
            self._logged.add(channel)
            return False
        return True


def _told(error: Exception) -> str:
    """Its type, and its message unless making that raises too."""
    name = type(error).__name__
    try:
        return f'{name}: {one_line(str(error), 200)}'
    except Exception:  # noqa: BLE001
        return name


def _sendable(value: Any, lines: bool = False) -> Any:  # noqa: ANN401  (what an issue or event holds, at any depth)
    if isinstance(value, str):
        return several_lines(value) if lines else one_line(value)
    if isinstance(value, Mapping):
        return {
            key: _tags(item) if key == 'tags' else _sendable(item, key in WITH_LINES) for key, item in value.items()
        }
    return [_sendable(item) for item in value] if isinstance(value, list | tuple) else value


def _tags(tags: list[str]) -> list[str]:
    return [_tag(tag) for tag in tags]


@lru_cache(maxsize=128)
def _constant(text: str) -> str:
    """There are a few dozen of them, and each is sent with every run."""
    return several_lines(text)


@lru_cache(maxsize=256)
def _tag(tag: str) -> str:
    """Few are new in a run, and each is on dozens of samples."""
    return one_line(tag, LONGEST_TAG)
