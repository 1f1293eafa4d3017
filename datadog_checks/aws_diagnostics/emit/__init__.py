"""Findings and facts out of the process, through every channel that the Agent offers."""

from collections.abc import Sequence

from ..facts import Agent, Facts, Identity, Imds, NetworkPath, Unobserved
from ..findings import Finding, Status
from ..rules import identity_of, instance_id_of, of_this_instance
from ..text import with_last_line
from .issues import Issues, outline
from .memory import SentState, may_ask_imds
from .outlet import Channels, DiagnosisRow, Outlet
from .series import Metrics, chosen
from .telemetry import SERVICE_CHECKS, Gauge, RunStats, ServiceCheck, gauges, service_checks, telemetry

__all__ = [
    'IDENTITY_TAGS',
    'SERVICE_CHECKS',
    'Emitter',
    'Gauge',
    'Metrics',
    'RunStats',
    'ServiceCheck',
    'gauges',
    'service_checks',
    'tags_of',
]

PLATFORM = {True: 'EC2', False: 'not EC2', None: 'not known to be EC2'}
RESULT = {Status.OK: 'success', Status.WARNING: 'warning', Status.UNKNOWN: 'warning', Status.CRITICAL: 'fail'}

IDENTITY_TAGS = {
    'region': 'region',
    'availability_zone': 'availability-zone',
    'account_id': 'aws_account',
    'image_id': 'image',
    'instance_type': 'instance-type',
}
"""Field of the identity document -> the tag that Datadog's AWS integration uses for it, so that both can be joined."""


class Emitter:
    """One for each instance of the check. `has_issues`: this Agent has the health platform.

    Never raises: a channel of the Agent that fails takes nothing else with it.
    """

    def __init__(
        self,
        tags: tuple[str, ...],
        identity_tags: tuple[str, ...],
        has_issues: bool,
        metrics: Metrics = Metrics.STANDARD,
        docs_url: str = '',
    ) -> None:
        self._tags = tags
        self._metrics = metrics
        self._identity_tags = identity_tags
        self._docs_url = docs_url
        self._issues = Issues(docs_url) if has_issues else None
        self._memory = SentState()
        self._logged: set[str] = set()

    def emit(self, check: Channels, facts: Facts, findings: Sequence[Finding], run: RunStats) -> None:
        outlet = Outlet(check, self._logged)
        facts = of_this_instance(facts)
        tags = tags_of(facts, self._tags, self._identity_tags)
        self._send_samples(outlet, facts, findings, run, tags)
        if facts.account is None:
            send_metadata(outlet, facts)
            changed = self._memory.change_of_name(outlet, facts)
            if changed:
                send_change_of_name(outlet, facts, changed, tags)
            self._memory.remember_imds(outlet, facts)
        if self._issues:
            self._issues.send(outlet, findings, of=account_id(facts))

    def _send_samples(
        self, outlet: Outlet, facts: Facts, findings: Sequence[Finding], run: RunStats, tags: list[str]
    ) -> None:
        checks, measured = telemetry(facts, findings, run, self._docs_url)
        for check in checks:
            outlet.service_check(check.name, int(check.status), tags, check.message)
        of = 'host' if facts.account is None else account_id(facts)
        known = bool(of) and (facts.account is not None or facts.platform.ec2 is not None)
        cleared = self._memory.cleared(outlet, of, measured, findings) if known else frozenset[str]()
        for gauge in chosen(measured, self._metrics, cleared):
            outlet.gauge(gauge.name, gauge.value, [*tags, *gauge.tags])

    def send_diagnoses(self, check: Channels, findings: Sequence[Finding]) -> None:
        """The rows of `agent diagnose`: every finding that applies."""
        outlet = Outlet(check, self._logged)
        for finding in findings:
            if finding.applicable:
                outlet.diagnosis(_row(finding, self._docs_url))

    def withdraw(self) -> None:
        """The Agent has unscheduled the instance. Called from any thread."""
        if self._issues:
            self._issues.withdraw()

    def may_ask_imds(self, check: Channels) -> bool:
        """False where the host scope of this Agent found that IMDS does not answer."""
        return may_ask_imds(Outlet(check, self._logged))


def tags_of(facts: Facts, own: tuple[str, ...], identity_tags: tuple[str, ...]) -> list[str]:
    """The operator's tags, the instance id (the fault that we watch renames the host), and the identity asked for:
    both only where they are certain to be this instance's.

    In the account scope: the operator's tags and the account.
    """
    tags = list(own)
    if facts.account is not None:
        account = account_id(facts)
        return [*tags, f'aws_account:{account}'] if account else tags
    instance_id = instance_id_of(facts)
    if instance_id:
        tags.append(f'instance_id:{instance_id}')
    identity = identity_of(facts)
    return tags if identity is None else tags + _identity(identity, identity_tags)


def account_id(facts: Facts) -> str:
    """Of the account that an account run looked at; '' where it is not known, and in the host scope."""
    caller = Unobserved('') if facts.account is None else facts.account.caller
    return '' if isinstance(caller, Unobserved) else caller.account_id


def _identity(identity: Identity, wanted: tuple[str, ...]) -> list[str]:
    values = {name: getattr(identity, name) for name in wanted}
    return [f'{IDENTITY_TAGS[name]}:{value}' for name, value in values.items() if value]


def _row(finding: Finding, docs_url: str) -> DiagnosisRow:
    fix = '\n'.join(outline(finding.remedy)) if finding.remedy else ''
    return DiagnosisRow(
        RESULT[finding.status],
        finding.diagnosis.id,
        finding.verdict.evidence,
        category=f'aws_diagnostics.{finding.diagnosis.service_check}',
        description=finding.diagnosis.description,
        remediation=with_last_line(fix, finding.diagnosis.documentation(docs_url)) if fix else None,
    )


def send_metadata(outlet: Outlet, facts: Facts) -> None:
    """What `agent status` shows beside the check."""
    outlet.metadata('platform', f'{PLATFORM[facts.platform.ec2]}: {facts.platform.evidence}')
    if isinstance(facts.imds, Imds) and facts.imds.answers:
        outlet.metadata('imds.version', 'v2' if facts.imds.v2_works else 'v1' if facts.imds.v1_works else 'none')
    if isinstance(facts.path, NetworkPath) and facts.path.hop_limit is not None:
        outlet.metadata('imds.hop_limit', str(facts.path.hop_limit))
    if isinstance(facts.agent, Agent) and facts.agent.provider:
        outlet.metadata('hostname.provider', facts.agent.provider)


def send_change_of_name(outlet: Outlet, facts: Facts, changed: str, tags: list[str]) -> None:
    """The event that says: this host reports under another name than before."""
    instance_id = instance_id_of(facts)
    outlet.event(
        {
            'timestamp': int(facts.observed_at),
            'event_type': 'aws_diagnostics.hostname_changed',
            'source_type_name': 'aws_diagnostics',
            'alert_type': 'warning',
            'msg_title': f'The Datadog Agent on {instance_id or "this host"} reports under another name',
            'msg_text': f'Since the last run, {changed}.',
            'aggregation_key': f'aws_diagnostics.hostname:{instance_id or ""}',
            'tags': tags,
        }
    )
