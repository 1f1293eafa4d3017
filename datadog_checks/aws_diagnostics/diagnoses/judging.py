"""Facts and expectations in, findings out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from ..expectations import Expectations
from ..facts import ContainerKind, Facts, Host, MissingFact, Platform, Unobserved
from ..findings import Diagnosis, Failed, Finding, NotApplicable, Scope, Unknown, Verdict
from ..remedies import Remedy
from ..rules import of_this_instance
from ..text import clean, lower_first, one_line

OnDefect: TypeAlias = Callable[[str, Exception], None]
"""Told the id of a diagnosis and what its `judge` or `remedy` raised: a defect of ours, which somebody should log."""

FOREIGN_IMDS = 'imds-of-another-instance'

LONGEST_EVIDENCE = 400
"""Characters."""
LONGEST_REASON = 300
"""Characters; facts from a file may hold any reason."""


def ignore(_: str, __: Exception) -> None:
    """Nobody is told."""


def diagnose(
    diagnoses: Iterable[Diagnosis],
    facts: Facts,
    expected: Expectations = Expectations(),
    on_defect: OnDefect = ignore,
) -> tuple[Finding, ...]:
    """One finding for each diagnosis of the scope that the facts are of, in the order given.

    Never raises: a diagnosis that crashes is Unknown, and `on_defect` is told.
    """
    scope = Scope.HOST if facts.account is None else Scope.ACCOUNT
    own = of_this_instance(facts)
    shown = {True: facts, False: own}
    verdicts = {
        d.id: (d, _judge(d, facts, shown[d.sees_foreign_imds], expected, on_defect))
        for d in diagnoses
        if d.scope is scope
    }
    remedy_of = partial(_remedy, facts=facts, own=own, expected=expected, on_defect=on_defect)
    explains = partial(_explains, facts=facts, on_defect=on_defect)
    return tuple(_finding(d, verdict, verdicts, explains, remedy_of) for d, verdict in verdicts.values())


def generic_remedy(diagnosis: Diagnosis) -> Remedy:
    """The fix for a reader of the catalogue: nothing is known of the host or account, so variables stand for it."""
    return diagnosis.remedy(_nothing_observed(diagnosis.scope), Expectations())


def _judge(diagnosis: Diagnosis, facts: Facts, shown: Facts, expected: Expectations, on_defect: OnDefect) -> Verdict:
    not_judged = _not_judged(diagnosis, facts, expected)
    if not_judged is not None:
        return not_judged
    try:
        return _in_one_line(diagnosis.judge(shown, expected))
    except MissingFact as e:
        return Unknown(clean(str(e), LONGEST_REASON))
    except Exception as e:  # a defect of ours must neither alarm anyone nor take the other diagnoses with it
        on_defect(diagnosis.id, e)
        return Unknown(f'defect in this diagnosis, please report it: {type(e).__name__}')


def _in_one_line(verdict: Verdict) -> Verdict:
    """Whatever foreign text a judgement quotes, its evidence is one short line in every channel."""
    evidence = verdict.evidence
    if len(evidence) <= LONGEST_EVIDENCE and evidence.isprintable():
        return verdict
    return replace(verdict, evidence=one_line(evidence, LONGEST_EVIDENCE))


def _not_judged(diagnosis: Diagnosis, facts: Facts, expected: Expectations) -> NotApplicable | None:
    """The one gate: what the operator turned off, and hosts that are not EC2."""
    if diagnosis.id in expected.disabled_diagnoses:
        return NotApplicable('turned off by disabled_diagnoses')
    if diagnosis.feature is not None and diagnosis.feature not in expected.of_account.features:
        return NotApplicable(f'not checked: {diagnosis.feature} is not in features')
    if diagnosis.scope is Scope.HOST and facts.platform.ec2 is not True:
        known = 'this is not EC2' if facts.platform.ec2 is False else 'not known to be EC2'
        if isinstance(facts.host, Host) and facts.host.container.kind is ContainerKind.SIDECAR:
            known = 'there is no host to judge'
        return NotApplicable(f'{known}: {clean(facts.platform.evidence, LONGEST_REASON)}')
    return None


Verdicts: TypeAlias = Mapping[str, tuple[Diagnosis, Verdict]]
Explains: TypeAlias = Callable[[Diagnosis, Diagnosis], bool]
"""(the cause, what it may explain)"""


def _finding(
    diagnosis: Diagnosis,
    verdict: Verdict,
    verdicts: Verdicts,
    explains: Explains,
    remedy_of: Callable[[Diagnosis], Remedy],
) -> Finding:
    if not isinstance(verdict, Failed):
        return Finding(diagnosis, verdict)
    cause = _cause(diagnosis, verdicts, explains)
    if cause is None:
        return Finding(diagnosis, verdict, remedy=remedy_of(diagnosis))
    first = remedy_of(cause)
    remedy = Remedy(f'First fix {cause.id}: {first.summary}', first.choices, (*first.then, *diagnosis.once_explained))
    return Finding(diagnosis, verdict, explained_by=cause.id, remedy=remedy)


def _cause(diagnosis: Diagnosis, verdicts: Verdicts, explains: Explains) -> Diagnosis | None:
    """The root of the chain of failed diagnoses that explain this one; None where nothing explains it.

    A root further up must itself be able to explain the fault at the end of the chain, where that names it.
    """
    for id in diagnosis.after:
        cause, verdict = verdicts.get(id, (None, None))
        if cause is not None and isinstance(verdict, Failed) and explains(cause, diagnosis):
            root = _cause(cause, verdicts, explains)
            return root if root and (root.id not in diagnosis.after or explains(root, diagnosis)) else cause
    return None


def _explains(cause: Diagnosis, effect: Diagnosis, facts: Facts, on_defect: OnDefect) -> bool:
    """False where the facts to tell it are missing: a fault without a cause keeps its own remedy."""
    try:
        return effect.can_explain(facts, cause.id)
    except MissingFact:
        return False
    except Exception as e:
        on_defect(effect.id, e)
        return False


def _remedy(diagnosis: Diagnosis, facts: Facts, own: Facts, expected: Expectations, on_defect: OnDefect) -> Remedy:
    try:
        shown = facts if diagnosis.sees_foreign_imds else own
        found = diagnosis.remedy(shown, expected)
        return found if shown is facts else _after_fixing_foreign_imds(found)
    except Exception as e:
        on_defect(diagnosis.id, e)
        return Remedy(f'defect in the remedy of {diagnosis.id}, please report it: {type(e).__name__}')


def _after_fixing_foreign_imds(remedy: Remedy) -> Remedy:
    """Any restart before that lets the Agent take the name of the other instance."""
    first = f'First fix {FOREIGN_IMDS}, or the Agent takes the name of that instance when it starts'
    return replace(remedy, summary=f'{first}. Then: {lower_first(remedy.summary)}')


def _nothing_observed(scope: Scope) -> Facts:
    unknown = Unobserved('not observed')
    facts = Facts(0.0, Platform(None, ''), unknown, unknown, unknown, unknown)
    if scope is Scope.HOST:
        return facts
    from ..facts.account import Account  # a host instance never comes here, and does not load it

    account = Account(
        caller=unknown,
        integration=unknown,
        role=unknown,
        policies=unknown,
        required=unknown,
        simulation=unknown,
        quota=unknown,
        fleet=unknown,
    )
    return replace(facts, account=account)
