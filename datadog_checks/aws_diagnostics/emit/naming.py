"""The event that says: this host reports under another name than before. Pure."""

import json
from dataclasses import asdict, dataclass

from ..facts import Agent, Facts, HostnameSource


@dataclass(frozen=True, slots=True)
class Naming:
    """Under which name the Agent reports, and where that name comes from; None for what is not known."""

    hostname: str | None = None
    provider: str | None = None


def naming_of(facts: Facts) -> Naming:
    """A provider that is only inferred is left out: a guess that changes is no event."""
    if not isinstance(facts.agent, Agent):
        return Naming()
    certain = facts.agent.source is not HostnameSource.INFERRED
    return Naming(facts.agent.hostname or None, facts.agent.provider if certain else None)


def remembered(text: str) -> Naming:
    """What an earlier run kept; nothing where that is absent or damaged."""
    try:
        kept = json.loads(text)
        values = (kept['hostname'], kept['provider'])
    except (ValueError, TypeError, KeyError):
        return Naming()
    return Naming(*(value if isinstance(value, str) else None for value in values))


def to_remember(before: Naming, now: Naming) -> str:
    """What is not known now keeps its last known value."""
    return json.dumps(asdict(Naming(now.hostname or before.hostname, now.provider or before.provider)))


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
