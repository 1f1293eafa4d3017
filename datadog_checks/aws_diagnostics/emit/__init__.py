"""Findings and facts out of the process, through every channel that the Agent offers."""

from collections.abc import Sequence

from ..facts import Facts
from ..findings import Finding
from ..rules import of_this_instance
from .issues import Issues
from .memory import Memory, may_ask_imds
from .outlet import Channels, Outlet
from .submissions import (
    IDENTITY_TAGS,
    account_id,
    send_change_of_name,
    send_diagnoses,
    send_metadata,
    send_samples,
    tags_of,
)
from .telemetry import SERVICE_CHECKS, Gauge, Run, ServiceCheck, gauges, service_checks

__all__ = [
    'IDENTITY_TAGS',
    'SERVICE_CHECKS',
    'Emitter',
    'Gauge',
    'Run',
    'ServiceCheck',
    'gauges',
    'service_checks',
]


class Emitter:
    """One for each instance of the check. `has_issues`: this Agent has the health platform.

    Never raises: a channel of the Agent that fails takes nothing else with it.
    """

    def __init__(self, tags: tuple[str, ...], identity_tags: tuple[str, ...], has_issues: bool) -> None:
        self._tags = tags
        self._identity_tags = identity_tags
        self._issues = Issues() if has_issues else None
        self._memory = Memory()
        self._logged: set[str] = set()

    def emit(self, check: Channels, facts: Facts, findings: Sequence[Finding], run: Run) -> None:
        outlet = Outlet(check, self._logged)
        facts = of_this_instance(facts)
        tags = tags_of(facts, self._tags, self._identity_tags)
        send_samples(outlet, facts, findings, run, tags)
        send_diagnoses(outlet, findings)
        if facts.account is None:
            send_metadata(outlet, facts)
            changed = self._memory.change_of_name(outlet, facts)
            if changed:
                send_change_of_name(outlet, facts, changed, tags)
            self._memory.remember_imds(outlet, facts)
        if self._issues:
            self._issues.send(outlet, findings, of=account_id(facts))

    def withdraw(self) -> None:
        """The Agent has unscheduled the instance. Called from any thread."""
        if self._issues:
            self._issues.withdraw()

    def may_ask_imds(self, check: Channels) -> bool:
        """False where the host scope of this Agent found that IMDS does not answer."""
        return may_ask_imds(Outlet(check, self._logged))
