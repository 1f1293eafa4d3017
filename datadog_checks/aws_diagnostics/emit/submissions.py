"""Sends telemetry through the Agent: every submission of the product happens here."""

from collections.abc import Callable, Sequence
from typing import Any

from ..facts import Agent, Facts, Imds, NetworkPath
from ..findings import Finding, Status
from ..remedies import outline
from .channels import Channels
from .naming import change, naming_of, remembered, to_remember
from .telemetry import Run, gauges, service_checks

NAMING_KEY = 'naming'
PLATFORM = {True: 'EC2', False: 'not EC2', None: 'not known to be EC2'}


def send_samples(check: Channels, facts: Facts, findings: Sequence[Finding], run: Run, tags: list[str]) -> None:
    for sample in service_checks(facts, findings):
        check.service_check(sample.name, int(sample.status), tags=tags, message=sample.message)
    for gauge in gauges(facts, findings, run):
        check.gauge(gauge.name, gauge.value, tags=[*tags, *gauge.tags])


def send_diagnoses(check: Channels, findings: Sequence[Finding]) -> None:
    """The rows of `agent diagnose`: every finding that applies, recorded here and nowhere else."""
    for finding in findings:
        if not finding.applicable:
            continue
        remedy = finding.remedy
        record = _recorder(check, finding)
        record(
            finding.diagnosis.id,
            finding.verdict.evidence,
            category=f'aws_diagnostics.{finding.diagnosis.service_check}',
            description=finding.diagnosis.description,
            remediation='\n'.join(outline(remedy)) if remedy else None,
        )


def _recorder(check: Channels, finding: Finding) -> Callable[..., None]:
    rows = check.diagnosis
    if finding.status is Status.CRITICAL:
        return rows.fail
    return rows.success if finding.status is Status.OK else rows.warning


def send_metadata(check: Channels, facts: Facts) -> None:
    """What `agent status` shows beside the check."""
    check.set_metadata('platform', f'{PLATFORM[facts.platform.ec2]}: {facts.platform.evidence}')
    if isinstance(facts.imds, Imds) and facts.imds.answers:
        check.set_metadata('imds.version', 'v2' if facts.imds.v2_works else 'v1' if facts.imds.v1_works else 'none')
    if isinstance(facts.path, NetworkPath) and facts.path.hop_limit is not None:
        check.set_metadata('imds.hop_limit', str(facts.path.hop_limit))
    if isinstance(facts.agent, Agent) and facts.agent.provider:
        check.set_metadata('hostname.provider', facts.agent.provider)


def send_change_of_name(check: Channels, facts: Facts, tags: list[str]) -> None:
    """An event when the hostname or its provider is not what the last run saw, across restarts of the Agent too."""
    kept = check.read_persistent_cache(NAMING_KEY)
    before, now = remembered(kept), naming_of(facts)
    changed = change(before, now)
    if changed:
        check.event(_event(changed, facts, tags))
    keep = to_remember(before, now)
    if keep != kept:
        check.write_persistent_cache(NAMING_KEY, keep)


def _event(changed: str, facts: Facts, tags: list[str]) -> dict[str, Any]:
    return {
        'timestamp': int(facts.observed_at),
        'event_type': 'aws_diagnostics.hostname_changed',
        'source_type_name': 'aws_diagnostics',
        'alert_type': 'warning',
        'msg_title': f'The Datadog Agent on {facts.instance_id or "this host"} reports under another name',
        'msg_text': f'Since the last run, {changed}.',
        'aggregation_key': f'aws_diagnostics.hostname:{facts.instance_id or ""}',
        'tags': tags,
    }
