"""Findings for a person: verdict first, then the evidence, one cause, the harm and the fix."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..facts import Facts, Unobserved
from ..facts.account import Caller
from ..findings import Finding, Status, worst
from ..remedies import Remedy
from .page import BLANK, Line
from .steps import numbered

WORST_FIRST = (Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.OK)
STYLES = {
    Status.CRITICAL: 'bold red',
    Status.WARNING: 'bold yellow',
    Status.UNKNOWN: 'bold magenta',
    Status.OK: 'green',
}
PLATFORM = {True: 'EC2', False: 'not EC2', None: 'not known to be EC2'}
COLUMN = 10
"""Width of a verdict."""
INDENT = ' ' * COLUMN


def report(facts: Facts, findings: Sequence[Finding]) -> Iterator[Line]:
    """One instance of the configuration."""
    yield from _headline(facts, findings)
    ordered = sorted(findings, key=_rank)
    for finding in ordered:
        if finding.failed:
            yield BLANK
            yield from _failed(finding, findings)
    for status in (Status.UNKNOWN, Status.OK):
        rest = [f for f in ordered if f.applicable and not f.failed and f.status is status]
        yield from (
            (BLANK, *(_verdict(f.status, f'{f.diagnosis.id}: {f.verdict.evidence}') for f in rest)) if rest else ()
        )
    yield from _not_applicable([f for f in ordered if not f.applicable])


def _rank(finding: Finding) -> tuple[int, bool]:
    """Worst first; within one status a cause before what it explains."""
    return WORST_FIRST.index(finding.status), finding.explained_by is not None


def _verdict(status: Status, text: str) -> Line:
    return Line(text, status.name.ljust(COLUMN), STYLES[status])


def _headline(facts: Facts, findings: Sequence[Finding]) -> Iterator[Line]:
    failed = [f for f in findings if f.failed]
    asked = sum(f.applicable for f in findings)
    causes = sum(f.explained_by is None for f in failed)
    counted = f'{len(failed)} of {asked} diagnoses failed' if asked else 'nothing to diagnose here'
    cause = f', {causes} {"cause" if causes == 1 else "causes"}' if failed else ''
    name, looked_at = _subject(facts)
    yield _verdict(worst(f.status for f in findings), f'{name}: {counted}{cause}')
    yield Line(looked_at, INDENT)


def _subject(facts: Facts) -> tuple[str, str]:
    """What the findings are about, and how it is known."""
    if facts.account is None:
        name = facts.instance_id or 'instance id not known'
        return name, f'{PLATFORM[facts.platform.ec2]}: {facts.platform.evidence}'
    calls = f'{facts.account.api_calls} calls to AWS'
    match facts.account.caller:
        case Caller(account_id=id, arn=arn, partition=partition):
            return f'account {id}', f'partition {partition}, looked at as {arn}: {calls}'
        case Unobserved(reason):
            return 'account not known', f'{reason}: {calls}'


def _failed(finding: Finding, findings: Sequence[Finding]) -> Iterator[Line]:
    diagnosis = finding.diagnosis
    yield _verdict(finding.status, f'{diagnosis.title} ({diagnosis.id})')
    yield Line(finding.verdict.evidence, _label('evidence'))
    yield Line(diagnosis.harm, _label('harm'))
    if finding.explained_by is None:
        yield from _fix(finding.remedy or Remedy('none is known'))
    else:
        yield from _cause(finding, findings)
    yield Line(diagnosis.docs, _label('docs'), pasted=True)


def _fix(remedy: Remedy) -> Iterator[Line]:
    yield Line(remedy.summary, _label('fix'))
    yield from numbered(remedy.steps, INDENT)


def _cause(finding: Finding, findings: Iterable[Finding]) -> Iterator[Line]:
    """The steps of the cause stand with the cause; here only what this fault needs beside them."""
    titles = {f.diagnosis.id: f.diagnosis.title for f in findings}
    id = finding.explained_by or ''
    yield Line(f'{titles.get(id, id)} ({id})', _label('cause'))
    if finding.diagnosis.once_explained:
        yield Line('repair the cause, then', _label('fix'))
        yield from numbered([step.text for step in finding.diagnosis.once_explained], INDENT)
    else:
        yield Line('repair the cause', _label('fix'))


def _label(word: str) -> str:
    return word.rjust(COLUMN - 2) + '  '


def _not_applicable(findings: Iterable[Finding]) -> Iterator[Line]:
    """One line for each reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        by_reason[finding.verdict.evidence].append(finding.diagnosis.id)
    if by_reason:
        yield BLANK
    for reason, ids in by_reason.items():
        counted = ids[0] if len(ids) == 1 else f'{len(ids)} diagnoses'
        yield Line(f'{counted}: {reason}', 'N/A'.ljust(COLUMN))
