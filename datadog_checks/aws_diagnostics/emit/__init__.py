"""Findings and facts out of the process, through every channel that the Agent offers."""

from collections.abc import Sequence

from ..facts import Facts
from ..findings import Finding
from .channels import Channels
from .gauge import Gauge
from .imds_reach import may_ask_imds, remember_imds
from .issues import Issues
from .submissions import send_change_of_name, send_diagnoses, send_metadata, send_samples
from .tags import IDENTITY_TAGS, account_id, tags_of
from .telemetry import SERVICE_CHECKS, Run, ServiceCheck, gauges, service_checks

__all__ = [
    'IDENTITY_TAGS',
    'SERVICE_CHECKS',
    'Emitter',
    'Gauge',
    'Run',
    'ServiceCheck',
    'gauges',
    'may_ask_imds',
    'service_checks',
]


class Emitter:
    """One for each instance of the check. `has_issues`: this Agent has the health platform."""

    def __init__(self, tags: tuple[str, ...], identity_tags: tuple[str, ...], has_issues: bool) -> None:
        self._tags = tags
        self._identity_tags = identity_tags
        self._issues = Issues() if has_issues else None

    def emit(self, check: Channels, facts: Facts, findings: Sequence[Finding], run: Run) -> None:
        tags = tags_of(facts, self._tags, self._identity_tags)
        send_samples(check, facts, findings, run, tags)
        send_diagnoses(check, findings)
        if facts.account is None:
            send_metadata(check, facts)
            send_change_of_name(check, facts, tags)
            remember_imds(check, facts)
        if self._issues:
            self._issues.send(check, findings, of=account_id(facts))
