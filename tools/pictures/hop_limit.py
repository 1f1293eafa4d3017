"""How far the token response gets. What is drawn of each case is in templates/hop_limit.svg.j2."""

from dataclasses import dataclass

from datadog_checks.aws_diagnostics.facts import NetworkPath
from tools.pages import rendered


@dataclass(frozen=True, slots=True)
class Case:
    place: str
    gateways: tuple[str, ...]
    """From IMDS to the Agent, the way of the reply."""
    hop_limit: int

    @property
    def ttls(self) -> tuple[int, ...]:
        """Of the token reply on each link that it travels: every gateway takes one, and drops it where 0 is left."""
        return tuple(ttl for n in range(len(self.gateways) + 1) if (ttl := self.hop_limit - n) > 0)

    @property
    def dropped_by(self) -> int | None:
        """The number of the gateway that drops it, from 0; None where the reply arrives."""
        return len(self.ttls) - 1 if len(self.ttls) <= len(self.gateways) else None

    @property
    def needed(self) -> int | None:
        """The least hop limit with which the reply arrives, as the check itself concludes it."""
        return NetworkPath(measured_at=0.0, gateways=len(self.gateways)).hop_limit_needed

    @property
    def result(self) -> str:
        if self.dropped_by is None:
            return f'arrives with TTL {self.ttls[-1]}'
        return f'is dropped: needs a hop limit of {self.needed}'


BRIDGE, INNER = 'bridge of the host', 'bridge inside'
CASES = (
    Case('Agent on the host', (), 1),
    Case('Agent in a container behind a bridge', (BRIDGE,), 1),
    Case('Agent in a container behind a bridge', (BRIDGE,), 2),
    Case('Agent in a container of a container', (BRIDGE, INNER), 2),
)


def drawing(cases: tuple[Case, ...] = CASES) -> str:
    """One row for each case, in their order."""
    return rendered('hop_limit.svg.j2', cases=cases)
