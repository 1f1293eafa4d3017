"""`make iam-differential` sees what it is for; and the part of it that needs no npm holds on a sample."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.diagnoses.integration.trust_policies import DATADOG, MINE, allow, and_also, deny
from tests.iam_differential.__main__ import Case, Differences, contradiction, contradictions, judged
from tests.iam_differential.callers import Caller, datadog, others
from tests.iam_differential.documents import Document, random_document
from tests.iam_differential.others import (
    WRONG_ABOUT,
    iam_simulate_is_wrong_about,
    ministack,
    ministack_is_wrong_about,
)

SAMPLE = 200


def document(*statements: Document) -> Document:
    return {'Version': '2012-10-17', 'Statement': list(statements)}


def callers() -> tuple[Caller, ...]:
    return (*datadog(Random(4)), *others(Random(4), 1))


RIGHT = document(allow())
IN, OUT = True, False
SEEN = [
    pytest.param(RIGHT, (IN, IN, OUT, OUT), '', id='both agree'),
    pytest.param(RIGHT, (IN, OUT, OUT, OUT), 'false OK: Datadog is refused', id='a role session is refused'),
    pytest.param(RIGHT, (IN, IN, IN, OUT), 'false OK: somebody else is admitted', id='another customer is admitted'),
    pytest.param(RIGHT, (IN, IN, OUT, IN), 'false OK: somebody else is admitted', id='a stranger is admitted'),
    pytest.param(
        document(and_also('Bool', 'aws:SecureTransport', 'false')),
        (IN, OUT, OUT, OUT),
        'false alarm: trust-policy-extra-conditions',
        id='a user is admitted',
    ),
    pytest.param(
        document(allow(), deny('*')), (IN, IN, OUT, OUT), 'false alarm: trust-policy-explicit-deny', id='no denial'
    ),
    pytest.param(
        document(allow('*')),
        (IN, IN, OUT, OUT),
        'false alarm of exposure: trust-policy-wrong-principal, and nobody else is admitted',
        id='everyone is nobody',
    ),
    pytest.param(document(allow('*')), (IN, IN, OUT, IN), '', id='everyone is a stranger'),
    pytest.param(
        document(and_also('StringEquals', 'aws:RequestedRegion', 'eu-west-1')), (IN, OUT, OUT, OUT), '', id='not known'
    ),
]


@pytest.mark.parametrize(('policy', 'decisions', 'found'), SEEN)
def test_a_contradiction_iscontradictions(policy: Document, decisions: tuple[bool, ...], found: str) -> None:
    assert contradiction(judged(policy), (policy, callers()), decisions) == found


def test_datadog_without_an_external_id_is_nobody_who_comes() -> None:
    policy = document(allow(), allow(condition={'Null': {'sts:ExternalId': 'true'}}))
    without = tuple(replace(caller, external_id=None) for caller in callers()[2:3])
    assert contradiction(judged(policy), (policy, (*callers()[:2], *without)), (IN, IN, IN)) == ''


def test_another_evaluator_that_is_wrong_by_the_documentation_is_counted_and_not_held_against_ours() -> None:
    differences, case = Differences(), (RIGHT, callers())
    differences.add('other', 'false OK: Datadog is refused', judged(RIGHT), case, ['variables'])
    assert differences.shown == []
    differences.add('other', 'false OK: Datadog is refused', judged(RIGHT), case, [])
    assert len(differences.shown) == 1
    assert 'trust-policy-external-id: Passed' in differences.shown[0]


WRONG: list[Any] = [
    ('StringEquals', 'aws:PrincipalAccount', '${aws:PrincipalAccount}', [], ['variables']),
    ('ArnLike', 'aws:PrincipalArn', '*:*:*:*:*:*', [], ['ARNs part by part']),
    ('ArnLike', 'aws:PrincipalArn', 'a:b', ['the first part of ARNs'], ['ARNs part by part']),
    ('IpAddress', 'aws:SourceIp', '0.0.0.0/0', ['the range 0.0.0.0/0'], []),
    ('DateLessThan', 'aws:CurrentTime', '4070908800', ['dates as numbers'], []),
    ('DateLessThan', 'aws:CurrentTime', '2099-01-01', [], []),
]


@pytest.mark.parametrize(('operator', 'key', 'value', 'iam_simulate', 'stack'), WRONG)
def test_what_others_read_differently_is_listed_with_the_page_of_aws(
    operator: str, key: str, value: str, iam_simulate: list[str], stack: list[str]
) -> None:
    policy = document(and_also(operator, key, value))
    assert list(iam_simulate_is_wrong_about(policy)) == iam_simulate
    assert list(ministack_is_wrong_about(policy)) == stack
    assert {*iam_simulate, *stack} <= set(WRONG_ABOUT)


def test_strangers_who_choose_their_names_try_to_come_in() -> None:
    policy = document(allow('*', {**MINE, 'ForAnyValue:StringNotLike': {'aws:username': ['datadog', 'd*']}}), allow())
    case = (policy, (*datadog(Random(0)), *others(Random(0), 2)))
    assert [f.diagnosis.id for f in judged(policy) if f.failed] == ['trust-policy-wrong-principal']
    assert list(contradictions([judged(policy)], [case], ministack)) == []


def test_random_documents_are_judged_as_ministack_enforces_them() -> None:
    random = Random(7)
    cases: list[Case] = [(random_document(random), (*datadog(random), *others(random, 2))) for _ in range(SAMPLE)]
    found = contradictions([judged(policy) for policy, _ in cases], cases, ministack)
    assert [(text, case[0]) for _, case, text in found if not list(ministack_is_wrong_about(case[0]))] == []


def test_random_documents_are_of_every_kind() -> None:
    random = Random(7)
    cases = [random_document(random) for _ in range(SAMPLE)]
    admitted = [decided[0] for decided in ministack([(policy, callers()) for policy in cases])]
    assert min(admitted.count(True), admitted.count(False)) > SAMPLE // 10
    assert DATADOG in str(cases)
    assert str(MINE) in str(cases)
