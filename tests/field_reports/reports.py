"""A report, the right answer to it, and how a run of `aws-diagnostics check --json` is compared with that answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Scope: TypeAlias = Literal['host', 'account', 'network']
Document = Mapping[str, Any]
"""One of the `reports` that `aws-diagnostics check --json` prints."""


@dataclass(frozen=True, kw_only=True)
class Fix:
    """What the remedy of a finding must and must not contain, in its texts and commands."""

    has: Sequence[str] = ()
    lacks: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    causes: Sequence[str] = ()
    """The ids of all causes, the worst first. Nothing else may have failed that these do not explain."""
    exit_status: int | None = None
    """None where it does not matter: the use of a role that a test has just made is unknown."""
    findings: Mapping[str, str] = field(default_factory=dict)
    """The status of some findings: ok, warning, critical, unknown or not_applicable."""
    says: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What the evidence of a finding must contain."""
    fixes: Mapping[str, Fix] = field(default_factory=dict)
    never: Sequence[str] = ()
    """What stands nowhere in evidence, headlines and remedies."""


@dataclass(frozen=True, kw_only=True)
class Report:
    scope: Scope
    number: int
    """Its row in the collection of reports of this scope."""
    variant: str = ''
    """Of a neighbour that a report suggests but does not describe: what is different, in a few words."""
    situation: str
    """One sentence."""
    sources: Sequence[str] = ()
    """'owner/repository#number' on GitHub, or a URL."""
    right: str
    """What somebody who knows the field wants to read: one or two sentences."""
    answer: Answer

    @property
    def id(self) -> str:
        name = f'{self.scope}-{self.number:02}'
        return f'{name} {self.variant}' if self.variant else name


def faults_of(answer: Answer, document: Document, exit_status: int) -> list[str]:
    """In what a run differs from the right answer, one sentence for each difference."""
    return [
        *_different_causes(answer, document),
        *_different_findings(answer, document),
        *_different_fixes(answer, document),
        *(f'{text!r} stands in the output' for text in answer.never if text in _everything_said(document)),
        *_different_exit(answer, exit_status),
    ]


def _different_exit(answer: Answer, exit_status: int) -> Iterator[str]:
    if answer.exit_status not in (None, exit_status):
        yield f'the exit status is {exit_status}, not {answer.exit_status}'


def _different_causes(answer: Answer, document: Document) -> Iterator[str]:
    causes = [cause['id'] for cause in document['causes']]
    if causes != list(answer.causes):
        seen = {id: _finding(document, id)['evidence'] for id in causes}
        yield f'the causes are {seen}, not {list(answer.causes)}'


def _different_findings(answer: Answer, document: Document) -> Iterator[str]:
    for id in dict.fromkeys((*answer.findings, *answer.says)):
        finding = _finding(document, id)
        wanted = answer.findings.get(id, finding['status'])
        if finding['status'] != wanted:
            yield f'{id} is {finding["status"]}, not {wanted}: {finding["evidence"]}'
        for text in answer.says.get(id, ()):
            if text not in finding['evidence']:
                yield f'{id} does not say {text!r}: {finding["evidence"]}'


def _different_fixes(answer: Answer, document: Document) -> Iterator[str]:
    for id, fix in answer.fixes.items():
        remedy = '\n'.join(_texts(_finding(document, id)['remedy']))
        yield from (f'the remedy of {id} lacks {text!r}:\n{remedy}' for text in fix.has if text not in remedy)
        yield from (f'the remedy of {id} has {text!r}:\n{remedy}' for text in fix.lacks if text in remedy)


def _finding(document: Document, id: str) -> Document:
    found: Document = next(finding for finding in document['findings'] if finding['id'] == id)
    return found


def _everything_said(document: Document) -> str:
    return '\n'.join([document['verdict'], *_texts(document['causes']), *_texts(document['findings'])])


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
