"""What holds for all diagnoses, shown with diagnoses of its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Feature, Platform, Unobserved, observed
from datadog_checks.aws_diagnostics.findings import (
    Diagnosis,
    Failed,
    Finding,
    NotApplicable,
    Passed,
    Scope,
    Status,
    Unknown,
    Verdict,
)
from datadog_checks.aws_diagnostics.remedies import Choice, Remedy, Step
from tests.account.builders import account_expectations, account_facts
from tests.builders import container, facts, host
from tests.diagnoses.imds.conversations import disabled
from tests.remedy_rules import faults_of

FAILED = Failed('broken', Status.WARNING)
NOT_EC2 = facts(platform=Platform(False, "DMI names another vendor: 'QEMU'"), imds=disabled())
SIDECAR = facts(platform=NOT_EC2.platform, host=host(container=container(ContainerKind.SIDECAR)))
NOT_KNOWN = facts(platform=Platform(None, 'nothing says which platform this is'), imds=disabled())


def diagnosis(
    id: str,
    verdict: Verdict = FAILED,
    after: tuple[str, ...] = (),
    once_explained: tuple[Step, ...] = (),
    scope: Scope = Scope.HOST,
    feature: Feature | None = None,
) -> Diagnosis:
    return Diagnosis(
        id=id,
        title=id,
        scope=scope,
        service_check='imds',
        severity=Status.CRITICAL,
        tests=id,
        harm=id,
        docs='https://docs.example',
        judge=lambda facts, expected: verdict,
        remedy=lambda facts, expected: Remedy(f'fix {id}', (Choice(f'one way to fix {id}'),), (Step(f'then {id}'),)),
        after=after,
        feature=feature,
        once_explained=once_explained,
    )


def crashing(id: str, judge: bool = False, remedy: bool = False) -> Diagnosis:
    def crash(_: Facts, __: Expectations) -> NoReturn:
        raise LookupError('a secret that was in the data')

    sound = diagnosis(id)
    return Diagnosis(
        id=id,
        title=id,
        scope=Scope.HOST,
        service_check='imds',
        severity=Status.CRITICAL,
        tests=id,
        harm=id,
        docs='',
        judge=crash if judge else sound.judge,
        remedy=crash if remedy else sound.remedy,
    )


def explained_by(*able: str) -> Callable[[Facts, str], bool]:
    return lambda facts, id: id in able


def test_a_candidate_that_cannot_explain_a_fault_is_passed_over() -> None:
    effect = replace(diagnosis('c', after=('a', 'b')), can_explain=explained_by('b'))
    assert diagnose((diagnosis('a'), diagnosis('b'), effect), facts())[-1].explained_by == 'b'


def test_a_fault_that_nothing_can_explain_keeps_its_own_remedy() -> None:
    effect = replace(diagnosis('b', after=('a',)), can_explain=explained_by())
    found = diagnose((diagnosis('a'), effect), facts())[-1]
    assert found.explained_by is None
    assert found.remedy == effect.remedy(facts(), Expectations())


def test_the_root_of_a_chain_must_itself_be_able_to_explain_the_end() -> None:
    middle = diagnosis('b', after=('a',))
    effect = replace(diagnosis('c', after=('a', 'b')), can_explain=explained_by('b'))
    assert diagnose((diagnosis('a'), middle, effect), facts())[-1].explained_by == 'b'


def test_what_cannot_be_told_explains_nothing_and_a_crash_is_reported() -> None:
    told: list[str] = []
    unseen = replace(diagnosis('b', after=('a',)), can_explain=lambda facts, id: bool(observed(Unobserved('unseen'))))
    crashes = replace(diagnosis('c', after=('a',)), can_explain=lambda facts, id: bool(1 // 0))
    found = diagnose((diagnosis('a'), unseen, crashes), facts(), on_defect=lambda id, e: told.append(id))
    assert [f.explained_by for f in found] == [None, None, None]
    assert told == ['c']


def test_a_failed_diagnosis_without_a_cause_keeps_its_own_remedy() -> None:
    only = diagnosis('a')
    assert diagnose((only,), facts()) == (
        Finding(
            only, FAILED, explained_by=None, remedy=Remedy('fix a', (Choice('one way to fix a'),), (Step('then a'),))
        ),
    )


def test_a_cause_changes_the_remedy_and_not_the_verdict() -> None:
    cause, effect = diagnosis('cause'), diagnosis('effect', after=('cause',), once_explained=(Step('restart'),))
    _, finding = diagnose((cause, effect), facts())
    assert finding == Finding(
        effect,
        FAILED,
        explained_by='cause',
        remedy=Remedy(
            'First fix cause: fix cause', (Choice('one way to fix cause'),), (Step('then cause'), Step('restart'))
        ),
    )


def test_a_chain_of_causes_leads_to_its_root() -> None:
    root, middle, end = diagnosis('root'), diagnosis('middle', after=('root',)), diagnosis('end', after=('middle',))
    assert [f.explained_by for f in diagnose((root, middle, end), facts())] == [None, 'root', 'root']


@pytest.mark.parametrize('verdict', [Passed('fine'), Unknown('could not look'), NotApplicable('not here')])
def test_only_what_failed_explains_anything(verdict: Verdict) -> None:
    cause, effect = diagnosis('cause', verdict), diagnosis('effect', after=('cause',))
    assert [f.explained_by for f in diagnose((cause, effect), facts())] == [None, None]


def test_the_first_failed_cause_explains() -> None:
    fine, second, third = diagnosis('fine', Passed('fine')), diagnosis('second'), diagnosis('third')
    effect = diagnosis('effect', after=('fine', 'second', 'third'))
    assert diagnose((fine, second, third, effect), facts())[-1].explained_by == 'second'


def test_a_cause_that_is_not_in_the_catalogue_explains_nothing() -> None:
    (finding,) = diagnose((diagnosis('effect', after=('unheard-of',)),), facts())
    assert finding.explained_by is None


@pytest.mark.parametrize('verdict', [Passed('fine'), Unknown('could not look'), NotApplicable('not here')])
def test_what_did_not_fail_has_neither_cause_nor_remedy(verdict: Verdict) -> None:
    cause, sound = diagnosis('cause'), diagnosis('sound', verdict, after=('cause',))
    assert diagnose((cause, sound), facts())[1] == Finding(sound, verdict)


def test_evidence_is_one_short_line_in_which_spaces_stay_as_they_are() -> None:
    names = "'two  spaces' and 'one\nbreak'"
    quoting, long = diagnose((diagnosis('a', Failed(names)), diagnosis('b', Failed('x' * 401))), facts())
    assert quoting.verdict.evidence == names.replace('\n', '\N{REPLACEMENT CHARACTER}')
    assert long.verdict.evidence == 'x' * 397 + '...'


def test_a_crashing_judge_is_unknown_and_leaves_the_others_alone() -> None:
    crashed, other = diagnose((crashing('a', judge=True), diagnosis('b')), facts())
    assert crashed.verdict == Unknown('defect in this diagnosis, please report it: LookupError')
    assert other.verdict == FAILED


def test_a_crashing_remedy_leaves_the_verdict_alone() -> None:
    (finding,) = diagnose((crashing('a', remedy=True),), facts())
    assert finding.verdict == FAILED
    assert finding.remedy == Remedy('defect in the remedy of a, please report it: LookupError')


def test_a_disabled_diagnosis_is_not_applicable_and_explains_nothing() -> None:
    cause, effect = diagnosis('cause'), diagnosis('effect', after=('cause',))
    first, second = diagnose((cause, effect), facts(), Expectations(disabled_diagnoses=frozenset({'cause'})))
    assert first.verdict == NotApplicable('turned off by disabled_diagnoses')
    assert second.explained_by is None


def test_what_was_not_observed_is_unknown_with_the_reason() -> None:
    def judge(facts: Facts, _: Expectations) -> Verdict:
        return Passed(observed(facts.imds).endpoint)

    asks = replace(diagnosis('a'), judge=judge)
    assert diagnose((asks,), facts(imds=Unobserved('no sockets here')))[0].verdict == Unknown('no sockets here')
    assert diagnose((asks,), facts())[0].verdict == Passed('http://169.254.169.254')


@pytest.mark.parametrize(
    ('elsewhere', 'evidence'),
    [
        pytest.param(NOT_EC2, "this is not EC2: DMI names another vendor: 'QEMU'", id='not EC2'),
        pytest.param(SIDECAR, "there is no host to judge: DMI names another vendor: 'QEMU'", id='a sidecar'),
        pytest.param(NOT_KNOWN, 'not known to be EC2: nothing says which platform this is', id='not known to be EC2'),
    ],
)
def test_no_host_diagnosis_applies_where_this_is_not_known_to_be_ec2(elsewhere: Facts, evidence: str) -> None:
    findings = diagnose(DIAGNOSES, elsewhere)
    assert {f.verdict for f in findings} == {NotApplicable(evidence)}
    assert [d for d in DIAGNOSES if d.scope is Scope.HOST] == [f.diagnosis for f in findings]


def test_the_same_facts_alarm_on_ec2() -> None:
    assert any(f.failed for f in diagnose(DIAGNOSES, facts(imds=disabled())))


OF_EACH_SCOPE = tuple(diagnosis(scope.value, scope=scope) for scope in Scope)


@pytest.mark.parametrize(
    ('observed_facts', 'judged'),
    [
        pytest.param(facts(), ['host'], id='a run on a host'),
        pytest.param(NOT_EC2, ['host'], id='a run on a host that is not EC2'),
        pytest.param(account_facts(), ['account'], id='a run of an account, wherever it is'),
        pytest.param(replace(account_facts(), platform=NOT_EC2.platform), ['account'], id='... and not on EC2'),
    ],
)
def test_a_run_is_judged_by_the_diagnoses_of_its_scope_alone(observed_facts: Facts, judged: list[str]) -> None:
    assert [f.diagnosis.id for f in diagnose(OF_EACH_SCOPE, observed_facts)] == judged


def test_an_account_is_judged_whatever_the_platform_is() -> None:
    elsewhere = replace(account_facts(), platform=NOT_EC2.platform)
    assert diagnose(OF_EACH_SCOPE, elsewhere)[0].verdict == FAILED


@pytest.mark.parametrize('scope', Scope)
def test_findings_come_in_the_order_of_the_catalogue(scope: Scope) -> None:
    observed_facts = {Scope.HOST: facts(), Scope.ACCOUNT: account_facts()}[scope]
    catalogue = [d for d in DIAGNOSES if d.scope is scope]
    assert [f.diagnosis for f in diagnose(DIAGNOSES, observed_facts, account_expectations())] == catalogue


ONLY_ROLE = account_expectations(features=frozenset({Feature.ROLE}))


@pytest.mark.parametrize(
    ('feature', 'verdict'),
    [
        pytest.param(Feature.ROLE, FAILED, id='its feature is on'),
        pytest.param(None, FAILED, id='it belongs to no feature'),
        pytest.param(
            Feature.PERMISSIONS, NotApplicable('not checked: permissions is not in features'), id='its feature is off'
        ),
    ],
)
def test_a_diagnosis_applies_only_where_its_feature_is_on(feature: Feature | None, verdict: Verdict) -> None:
    of_feature = diagnosis('a', scope=Scope.ACCOUNT, feature=feature)
    assert [f.verdict for f in diagnose((of_feature,), account_facts(), ONLY_ROLE)] == [verdict]


@pytest.mark.parametrize('part', ['judge', 'remedy'])
def test_whoever_asks_is_told_of_a_crash_with_its_id(part: str) -> None:
    told: list[tuple[str, str]] = []
    crashed = crashing('a', **{part: True})
    diagnose((crashed, diagnosis('b')), facts(), on_defect=lambda id, e: told.append((id, type(e).__name__)))
    assert told == [('a', 'LookupError')]


@pytest.mark.parametrize('id', [d.id for d in DIAGNOSES])
def test_the_fix_of_every_diagnosis_can_be_told_where_nothing_is_known(id: str) -> None:
    (of_catalogue,) = (d for d in DIAGNOSES if d.id == id)
    remedy = generic_remedy(of_catalogue)
    assert remedy.first is not None
    assert faults_of(remedy) == []
