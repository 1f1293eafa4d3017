"""What findings and facts become as telemetry: the one place that names metrics and service checks. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ..facts import Answer, Facts, Imds, NetworkPath, Unobserved
from ..findings import Finding, Passed, Scope, Status, worst
from ..remedies import Remedy
from ..text import one_line

OF_A_HOST = ('imds', 'hop_limit', 'imdsv1', 'hostname_provider', 'hostname')
OF_AN_ACCOUNT = ('integration_role', 'permissions', 'imds_fleet', 'metric_collection', 'load_balancers', 'inventory')
SERVICE_CHECKS = (*OF_A_HOST, *OF_AN_ACCOUNT)
READINESS = 'hostname-lost-when-imdsv2-enforced'
LONGEST_MESSAGE = 500


class Gauge(NamedTuple):
    """One sample."""

    name: str
    """Without the namespace."""
    value: float
    tags: tuple[str, ...] = ()


class ServiceCheck(NamedTuple):
    name: str
    status: Status
    message: str
    """'' when the status is OK."""


class RunStats(NamedTuple):
    """What the run itself cost."""

    duration: float
    """Seconds."""


def telemetry(
    facts: Facts, findings: Sequence[Finding], run: RunStats, docs_url: str = ''
) -> tuple[tuple[ServiceCheck, ...], tuple[Gauge, ...]]:
    """Every service check and gauge of one run. Where a host is not known to be EC2, only what the run cost."""
    checks = service_checks(facts, findings, docs_url)
    return checks, (Gauge('run.duration', run.duration), *_gauges(facts, findings, checks))


def gauges(facts: Facts, findings: Sequence[Finding], run: RunStats) -> tuple[Gauge, ...]:
    return telemetry(facts, findings, run)[1]


def service_checks(facts: Facts, findings: Sequence[Finding], docs_url: str = '') -> tuple[ServiceCheck, ...]:
    """One for each name of the scope, speaking for the worst of its diagnoses.

    None at all where a host is not known to be EC2, and for an account none about what it was not asked to look at.
    """
    if facts.account is None and facts.platform.ec2 is not True:
        return ()
    applicable: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.applicable:
            applicable.setdefault(finding.diagnosis.service_check, []).append(finding)
    names = OF_A_HOST if facts.account is None else [name for name in OF_AN_ACCOUNT if name in applicable]
    return tuple(_service_check(name, applicable.get(name, ()), docs_url) for name in names)


def _service_check(name: str, findings: Sequence[Finding], docs_url: str) -> ServiceCheck:
    """Of those that apply."""
    status = worst(f.status for f in findings)
    told = [f for f in findings if f.status is status] if status is not Status.OK else []
    return ServiceCheck(name, status, _message(told, docs_url) if told else '')


def _message(findings: Sequence[Finding], docs_url: str) -> str:
    """The evidence and the first step of the remedy of the first finding, and which others there are.

    A text with all of that is worth more than a link. Where it must be cut, the link leads to what is lost.
    """
    first, *others = sorted(findings, key=lambda f: f.explained_by is not None)
    parts = [f'{first.diagnosis.id}: {first.verdict.evidence}.']
    if others:
        parts.append(f'Also {", ".join(f.diagnosis.id for f in others)}.')
    if first.remedy:
        parts.append(' '.join((f'{first.remedy.summary}.', *_first_step(first.remedy))))
    text, link = ' '.join(parts), first.diagnosis.documentation(docs_url)
    room = LONGEST_MESSAGE - len(link) - 1
    if not link or room < len(text) <= LONGEST_MESSAGE:
        return one_line(text, LONGEST_MESSAGE)
    return f'{one_line(text, room)} {link}'


def _first_step(remedy: Remedy) -> tuple[str, ...]:
    """In words, and the first command where it is one line: a message has no room for more."""
    if remedy.first is None:
        return ()
    commands = [command.text for command in remedy.first.commands[:1] if '\n' not in command.text]
    return (': '.join((remedy.first.text, *commands)),)


def _gauges(facts: Facts, findings: Sequence[Finding], checks: Iterable[ServiceCheck]) -> Iterator[Gauge]:
    if facts.account is None and facts.platform.ec2 is not True:
        return
    yield from _twins(checks)
    yield from _findings(findings)
    if facts.account is not None:
        from .account import account_gauges  # a host instance does not load it

        yield from account_gauges(facts.account)
        return
    yield from _readiness(findings)
    yield from _transition(facts.imds, findings)
    if not isinstance(facts.imds, Unobserved):
        yield from _imds(facts.imds, facts.observed_at)
    if not isinstance(facts.path, Unobserved):
        yield from _path(facts.path)


def _twins(checks: Iterable[ServiceCheck]) -> Iterator[Gauge]:
    """1 is OK, 0 is WARNING or CRITICAL; nothing is sent for what could not be told."""
    for check in checks:
        if check.status is not Status.UNKNOWN:
            yield Gauge(f'{check.name}.ok', float(check.status is Status.OK))


def _findings(findings: Iterable[Finding]) -> Iterator[Gauge]:
    for finding in findings:
        failed = finding.failed
        if failed or isinstance(finding.verdict, Passed):
            diagnosis = finding.diagnosis
            severity = finding.status if failed else diagnosis.severity
            yield Gauge('finding', float(failed), _tags(diagnosis.id, severity, diagnosis.scope))


@cache
def _tags(id: str, severity: Status, scope: Scope) -> tuple[str, ...]:
    """Each is made once: there are no more than diagnoses, with two severities each."""
    return f'diagnosis:{id}', f'severity:{severity.word}', f'scope:{scope}'


def _readiness(findings: Iterable[Finding]) -> Iterator[Gauge]:
    for finding in findings:
        if finding.diagnosis.id == READINESS and (finding.failed or isinstance(finding.verdict, Passed)):
            yield Gauge('ready_for_imdsv2', float(not finding.failed))


def _transition(imds: Imds | Unobserved, findings: Iterable[Finding]) -> Iterator[Gauge]:
    """How far this host is on the way to IMDSv2; nothing where it is not known whether IMDSv1 answers."""
    if isinstance(imds, Unobserved) or imds.v1_works is None:
        return
    loses_nothing = any(
        isinstance(finding.verdict, Passed) or not finding.applicable
        for finding in findings
        if finding.diagnosis.id == READINESS
    )
    state = 'required' if not imds.v1_works else 'ready' if loses_nothing else 'optional'
    yield Gauge('imdsv2.transition', 1.0, (f'state:{state}',))


def _imds(imds: Imds, now: float) -> Iterator[Gauge]:
    for request, exchange in (('token', imds.token), ('metadata', imds.metadata)):
        if isinstance(exchange, Answer) and imds.requests:
            latency = exchange.connect_seconds + exchange.first_byte_seconds
            yield Gauge('imds.latency', latency, (f'request:{request}',))
    if imds.v1_works is not None:
        yield Gauge('imds.imdsv1_enabled', float(imds.v1_works))
    yield Gauge('run.imds_requests', float(imds.requests))
    yield Gauge('run.age', max(0.0, now - imds.observed_at))


def _path(path: NetworkPath) -> Iterator[Gauge]:
    """Only what was measured: where the way back is not like the way there, no number is certain."""
    certain = path.confirmed and path.gateways_back in (None, path.gateways)
    measured = {
        'imds.hop_limit': path.hop_limit,
        'imds.gateways': path.gateways if certain else None,
        'imds.hop_limit_needed': path.hop_limit_needed if certain else None,
    }
    yield from (Gauge(name, float(value)) for name, value in measured.items() if value is not None)
