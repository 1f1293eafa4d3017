"""Issues of the Agent's health platform, where the Agent has it. A remedy as lines, for any channel of text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any
from weakref import WeakSet

from ..findings import Finding, Status, Unknown
from ..remedies import Command, Remedy
from ..text import with_last_line
from .outlet import Outlet

SEVERITY = {Status.WARNING: 2, Status.CRITICAL: 3}
"""Agent health platform: 0 unspecified, 1 low, 2 medium, 3 high."""

_failing: dict[str, 'WeakSet[Issues]'] = {}
"""By the id of an issue, the instances of this process that see the fault now: they share the ids."""
_reports: Counter[str] = Counter()
"""How often this process reported an issue: an instance that did may be gone when another one resolves it."""
_lock = Lock()
"""Instances run in several threads."""


class Issues:
    """Reports a fault once, not with every run, and resolves it when no instance of this Agent sees it any more.

    The first run resolves what passes: an earlier process may have reported it.
    """

    def __init__(self, docs_url: str = '') -> None:
        self._docs_url = docs_url
        self._reported: dict[str, str] = {}
        """The evidence that was reported, by the id of the issue."""
        self._resolved: dict[str, int] = {}
        """How often an issue was reported when this instance resolved it."""

    def send(self, outlet: Outlet, findings: Iterable[Finding], of: str = '') -> None:
        """`of` is the account that the findings are about; one Agent may look at several."""
        for finding in findings:
            id = _issue_id(finding.diagnosis.id, of)
            if finding.failed:
                self._report(outlet, id, finding)
            elif not isinstance(finding.verdict, Unknown) and (id in _failing or id not in self._resolved):
                self._resolve(outlet, id)

    def withdraw(self) -> None:
        """This instance sees nothing any more: the Agent has unscheduled it."""
        with _lock:
            for instances in _failing.values():
                instances.discard(self)

    def _report(self, outlet: Outlet, id: str, finding: Finding) -> None:
        with _lock:
            _failing.setdefault(id, WeakSet()).add(self)
        if self._reported.get(id) == finding.verdict.evidence:
            return
        if outlet.report_issue(_issue(id, finding, finding.diagnosis.documentation(self._docs_url))):
            self._reported[id] = finding.verdict.evidence
            with _lock:
                _reports[id] += 1

    def _resolve(self, outlet: Outlet, id: str) -> None:
        reported_here = self._reported.pop(id, None) is not None
        reports = _reports[id]
        if self._seen_by_others(id, report_again=reported_here) or self._resolved.get(id) == reports:
            return
        if outlet.resolve_issue(id):
            self._resolved[id] = reports

    def _seen_by_others(self, id: str, report_again: bool) -> bool:
        """`report_again` makes them replace what this instance reported under the same id."""
        with _lock:
            instances = _failing.get(id)
            if instances is None:
                return False
            instances.discard(self)
            for other in instances if report_again else ():
                other._reported.pop(id, None)
            return len(instances) > 0


def _issue_id(diagnosis_id: str, of: str) -> str:
    return f'aws_diagnostics:{diagnosis_id}' + (f':{of}' if of else '')


def _issue(id: str, finding: Finding, link: str) -> dict[str, Any]:
    diagnosis, remedy = finding.diagnosis, finding.remedy
    steps = _steps(remedy) if remedy else ()
    return {
        'id': id,
        'issue_name': diagnosis.id,
        'issue_type': f'aws_diagnostics_{diagnosis.service_check}',
        'title': diagnosis.title,
        'description': with_last_line(f'{finding.verdict.evidence}. {diagnosis.description}', link),
        'category': 'configuration',
        'severity': SEVERITY[finding.status],
        'remediation': {
            'summary': remedy.summary if remedy else '',
            'steps': [{'order': order, 'text': text} for order, text in enumerate(steps, 1)],
        },
        'tags': [f'diagnosis:{diagnosis.id}', f'scope:{diagnosis.scope}'],
    }


def _steps(remedy: Remedy) -> tuple[str, ...]:
    """An issue numbers its steps as a sequence: the alternatives together are the one step in which one is picked."""
    picking = Remedy('', remedy.choices)
    picked = ('\n'.join(outline(picking)[1:]),) if remedy.choices else ()
    return (*picked, *('\n'.join((step.text, *(c.text for c in step.commands))) for step in remedy.then))


def outline(remedy: Remedy) -> tuple[str, ...]:
    """Lines like 'Pick one: A. ...', '1. ...', each command on lines of its own and indented by four spaces."""
    lines = [remedy.summary]
    for letter, choice in zip('ABCDEFGHIJKLMNOPQRSTUVWXYZ', remedy.choices, strict=False):
        lead = f'{letter}. ' if len(remedy.choices) > 1 else ''
        pick = 'Pick one: ' if lead == 'A. ' else ''
        exposes = f' (exposes {choice.exposes})' if choice.exposes else ''
        lines += [f'{pick}{lead}{choice.text}{exposes}', *_indented(choice.commands)]
        if choice.undo is not None:
            lines += [f'    To undo: {choice.undo.text}', *_indented(choice.undo.commands)]
    for number, step in enumerate(remedy.then, 1):
        first = 'Then: ' if number == 1 and remedy.choices else ''
        lead = f'{number}. ' if len(remedy.then) > 1 else ''
        lines += [f'{first}{lead}{step.text}', *_indented(step.commands)]
    return tuple(lines)


def _indented(commands: Sequence[Command]) -> Iterator[str]:
    for command in commands:
        yield from (f'    {line}' for line in command.text.splitlines())
