"""What is remembered in the Agent's persistent cache, across its restarts.

The name under which the host reports, as a change of it is an event; which findings failed, as their end is one sample;
and whether IMDS answers here, which the host scope tells the account scope of the same Agent: a chain of credentials
that asks a silent IMDS would only wait for it.
"""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from ..facts import Agent, Facts, HostnameSource, Imds
from ..findings import Finding, Passed, Unknown
from .outlet import Outlet
from .series import failing, of_verdict
from .telemetry import Gauge

NAMING_KEY = 'naming'
REACH_KEY = 'imds'
FAILING_KEY = 'failing'
SERIES = re.compile('diagnosis:[a-z0-9-]{1,80},severity:[a-z]{1,10},scope:[a-z]{1,10}')
OUT_OF_REACH = 'out of reach'


class SentState:
    """Of one instance. It remembers within the process too, so that a cache that cannot be read or written costs
    only what another process would have known."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self._saved: dict[str, str] = {}
        self._failed: set[str] = set()
        """Series of findings that this process saw failing."""

    def change_of_name(self, outlet: Outlet, facts: Facts) -> str | None:
        """What changed since the last run, as one sentence; None when nothing did, or it is not known."""
        before, now = remembered(self._recall(outlet, NAMING_KEY)), naming_of(facts)
        self._remember(outlet, NAMING_KEY, to_remember(before, now))
        return change(before, now)

    def remember_imds(self, outlet: Outlet, facts: Facts) -> None:
        """Nothing is remembered of an IMDS that was not asked."""
        if isinstance(facts.imds, Imds):
            reached = facts.imds.v2_works or facts.imds.v1_works is True
            self._recall(outlet, REACH_KEY)
            self._remember(outlet, REACH_KEY, '' if reached else OUT_OF_REACH)

    def cleared(self, outlet: Outlet, of: str, gauges: Sequence[Gauge], findings: Sequence[Finding]) -> frozenset[str]:
        """The series of findings that failed before and do not any more. One that could not be judged is kept in mind.

        `of` is the account, or 'host'. Another instance may have left what it saw in the cache: of that, only what
        passes here is known to have ended.
        """
        key = f'{FAILING_KEY}.{of}'
        now, before = failing(gauges), known_series(self._recall(outlet, key))
        ended = before - now
        waiting = of_verdict(ended, findings, Unknown)
        self._remember(outlet, key, json.dumps(sorted(now | waiting)) if now | waiting else '')
        self._failed |= now
        return (ended - waiting) & (self._failed | of_verdict(ended, findings, Passed))

    def _recall(self, outlet: Outlet, key: str) -> str:
        if key not in self._now:
            self._now[key] = self._saved[key] = outlet.recall(key)
        return self._now[key]

    def _remember(self, outlet: Outlet, key: str, value: str) -> None:
        self._now[key] = value
        if value != self._saved[key] and outlet.remember(key, value):
            self._saved[key] = value


def known_series(text: str) -> frozenset[str]:
    """What an earlier run kept; nothing where that is absent or damaged."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return frozenset()
    texts = kept if isinstance(kept, list) else ()
    return frozenset(each for each in texts if isinstance(each, str) and SERIES.fullmatch(each))


def may_ask_imds(outlet: Outlet) -> bool:
    """False where the host scope of this Agent found that IMDS does not answer."""
    return outlet.recall(REACH_KEY) != OUT_OF_REACH


class Naming(NamedTuple):
    """Under which name the Agent reports, and where that name comes from; None for what is not known."""

    hostname: str | None = None
    provider: str | None = None


def naming_of(facts: Facts) -> Naming:
    """A provider that is only inferred is left out: a guess that changes is no event."""
    if not isinstance(facts.agent, Agent):
        return Naming()
    certain = facts.agent.source is not HostnameSource.INFERRED
    provider = facts.agent.provider
    return Naming(facts.agent.hostname or None, provider.value if certain and provider else None)


def remembered(text: str) -> Naming:
    """What an earlier run kept; nothing where that is absent or damaged."""
    try:
        kept = json.loads(text)
        values = (kept['hostname'], kept['provider'])
    except (ValueError, TypeError, KeyError, RecursionError):
        return Naming()
    return Naming(*(value if isinstance(value, str) else None for value in values))


def to_remember(before: Naming, now: Naming) -> str:
    """What is not known now keeps its last known value."""
    return json.dumps(Naming(now.hostname or before.hostname, now.provider or before.provider)._asdict())


def change(before: Naming, now: Naming) -> str | None:
    """What changed, as one sentence; None when nothing did or one side is not known."""
    changes = [
        f'the {what} changed from {old!r} to {new!r}'
        for what, old, new in (
            ('hostname', before.hostname, now.hostname),
            ('hostname provider', before.provider, now.provider),
        )
        if old and new and old != new
    ]
    return ', '.join(changes) or None
