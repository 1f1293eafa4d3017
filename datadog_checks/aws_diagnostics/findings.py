"""The words of a judgement: verdicts, diagnoses, findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TypeAlias

from .expectations import Expectations
from .facts import Facts, Feature
from .remedies import Remedy, Step


class Status(IntEnum):
    """The numbers are those of a Datadog service check. Compare with `worst`, never with `max`."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3

    @property
    def word(self) -> str:
        return self.name.lower()


WORST_FIRST = (Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.OK)


def worst(statuses: Iterable[Status]) -> Status:
    """CRITICAL before WARNING before UNKNOWN before OK; OK when there is none."""
    return min(statuses, key=WORST_FIRST.index, default=Status.OK)


PAGE = 'diagnoses.html'
"""Of the site that `make site` builds; it has a section for each diagnosis, whose anchor is the id."""


class Scope(StrEnum):
    HOST = 'host'
    ACCOUNT = 'account'


@dataclass(frozen=True, slots=True)
class Passed:
    evidence: str


@dataclass(frozen=True, slots=True)
class Failed:
    evidence: str
    severity: Status | None = None
    """Overrides the severity of the diagnosis, for a fault that does less harm in this situation."""
    headline: str = field(default='', compare=False)
    """The fault in a few words with its numbers, for the first line of a report: 'IMDSv2 hop limit is 1, the Agent
    needs 2'. Equal for all hosts with the same fault, so without ids and names. '' is the title of the diagnosis."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be told, and why. Never an alarm."""

    evidence: str


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not arise here, and why."""

    evidence: str


Verdict: TypeAlias = Passed | Failed | Unknown | NotApplicable


def always(_: Facts, __: str) -> bool:
    """For a diagnosis that each of its candidates can explain."""
    return True


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One named fault. `judge` and `remedy` are pure.

    `remedy` is called where `judge` says Failed, and for the catalogue with facts of which nothing was observed: it
    then names what is not known by variables.
    """

    id: str
    title: str
    """The fault as a statement: 'The IMDSv2 hop limit is too low'."""
    scope: Scope
    service_check: str
    """The service check that speaks for it: imds, hop_limit, imdsv1, hostname_provider or hostname."""
    severity: Status
    tests: str
    """What is looked at and compared: one or two sentences."""
    harm: str
    """What the fault does to the user, and why it matters: one or two sentences."""
    docs: str
    """Link to the section of Datadog's guide, or of AWS's, that this automates."""
    judge: Callable[[Facts, Expectations], Verdict]
    remedy: Callable[[Facts, Expectations], Remedy]
    feature: Feature | None = None
    """In the account scope: where this feature of the instance is off, the diagnosis does not apply."""
    after: tuple[str, ...] = ()
    """Diagnoses that may explain this one when they fail too, the most fundamental first."""
    can_explain: Callable[[Facts, str], bool] = always
    """Whether the one of `after` with this id, which failed, can be the reason of this fault on this host. Pure."""
    once_explained: tuple[Step, ...] = ()
    """Steps that this fault still needs when the fault that explains it is fixed."""
    sees_foreign_imds: bool = False
    """It is shown what IMDS answers even where that is the IMDS of another instance; for all others IMDS is then
    unobserved."""

    @property
    def description(self) -> str:
        return f'{self.tests} {self.harm}'

    def documentation(self, docs_url: str) -> str:
        """The words that link to its section of the site at that address, which ends with a slash; '' without one."""
        return f'Documentation: {docs_url}{PAGE}#{self.id}' if docs_url else ''


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnosis, its verdict, and the other diagnosis that explains it, if one does.

    A cause changes the remedy that is shown, never the verdict.
    """

    diagnosis: Diagnosis
    verdict: Verdict
    explained_by: str | None = None
    remedy: Remedy | None = None
    """None unless the verdict is Failed."""

    @property
    def applicable(self) -> bool:
        return not isinstance(self.verdict, NotApplicable)

    @property
    def failed(self) -> bool:
        return isinstance(self.verdict, Failed)

    @property
    def headline(self) -> str:
        """What the first line of a report says about a finding that failed."""
        return (isinstance(self.verdict, Failed) and self.verdict.headline) or self.diagnosis.title

    @property
    def status(self) -> Status:
        match self.verdict:
            case Failed(severity=severity):
                return self.diagnosis.severity if severity is None else severity
            case Unknown():
                return Status.UNKNOWN
        return Status.OK

    @property
    def word(self) -> str:
        """ok, warning, critical, unknown or not_applicable."""
        return self.status.word if self.applicable else 'not_applicable'


@dataclass(frozen=True, slots=True)
class Cause:
    """A failed finding that none of the other findings explains, and those that it explains."""

    finding: Finding
    explains: tuple[Finding, ...] = ()

    @property
    def status(self) -> Status:
        return worst(finding.status for finding in (self.finding, *self.explains))


def causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The worst first; within one status in the order given."""
    failed = [finding for finding in findings if finding.failed]
    ids = {finding.diagnosis.id for finding in failed}
    roots = [finding for finding in failed if finding.explained_by not in ids]
    found = [Cause(root, tuple(f for f in failed if f.explained_by == root.diagnosis.id)) for root in roots]
    return tuple(sorted(found, key=lambda cause: WORST_FIRST.index(cause.status)))


def by_reason(findings: Iterable[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    """Findings with the same evidence together, the largest group first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.verdict.evidence, []).append(finding)
    return {reason: tuple(groups[reason]) for reason in sorted(groups, key=lambda reason: -len(groups[reason]))}
