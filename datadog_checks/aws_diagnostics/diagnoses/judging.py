"""Facts and expectations in, findings out."""

from collections.abc import Iterable, Mapping

from ..expectations import Expectations
from ..facts import Facts, MissingFact
from ..findings import Diagnosis, Failed, Finding, NotApplicable, Remedy, Scope, Unknown, Verdict


def diagnose(
    diagnoses: Iterable[Diagnosis], facts: Facts, expected: Expectations = Expectations()
) -> tuple[Finding, ...]:
    """One finding for each diagnosis of the scope that the facts are of, in the order given.

    Never raises: a diagnosis that crashes is Unknown.
    """
    scope = Scope.HOST if facts.account is None else Scope.ACCOUNT
    verdicts = {d.id: (d, _judge(d, facts, expected)) for d in diagnoses if d.scope is scope}
    return tuple(_finding(d, verdict, verdicts, facts, expected) for d, verdict in verdicts.values())


def _judge(diagnosis: Diagnosis, facts: Facts, expected: Expectations) -> Verdict:
    if diagnosis.id in expected.disabled_diagnoses:
        return NotApplicable('switched off by disabled_diagnoses')
    if diagnosis.scope is Scope.HOST and facts.platform.ec2 is not True:
        known = 'this is not EC2' if facts.platform.ec2 is False else 'not known to be EC2'
        return NotApplicable(f'{known}: {facts.platform.evidence}')
    try:
        return diagnosis.judge(facts, expected)
    except MissingFact as e:
        return Unknown(str(e))
    except Exception as e:  # a defect of ours must neither alarm anyone nor take the other diagnoses with it
        return Unknown(f'defect in this diagnosis, please report it: {type(e).__name__}')


Verdicts = Mapping[str, tuple[Diagnosis, Verdict]]


def _finding(
    diagnosis: Diagnosis, verdict: Verdict, verdicts: Verdicts, facts: Facts, expected: Expectations
) -> Finding:
    if not isinstance(verdict, Failed):
        return Finding(diagnosis, verdict)
    cause = _cause(diagnosis, verdicts)
    if cause is None:
        return Finding(diagnosis, verdict, remedy=_remedy(diagnosis, facts, expected))
    first = _remedy(cause, facts, expected)
    remedy = Remedy(f'First repair {cause.id}: {first.summary}', (*first.steps, *diagnosis.once_explained))
    return Finding(diagnosis, verdict, explained_by=cause.id, remedy=remedy)


def _cause(diagnosis: Diagnosis, verdicts: Verdicts) -> Diagnosis | None:
    """The root of the chain of failed diagnoses that explain this one; None where nothing explains it."""
    for id in diagnosis.after:
        cause, verdict = verdicts.get(id, (None, None))
        if cause is not None and isinstance(verdict, Failed):
            return _cause(cause, verdicts) or cause
    return None


def _remedy(diagnosis: Diagnosis, facts: Facts, expected: Expectations) -> Remedy:
    try:
        return diagnosis.remedy(facts, expected)
    except Exception as e:
        return Remedy(f'defect in the remedy of {diagnosis.id}, please report it: {type(e).__name__}')
