"""Trust policies in words, as documents, read as the collector reads them: which diagnoses fail, and no other."""

import pytest

from datadog_checks.aws_diagnostics.collect.aws.trust_policy import trust_statements
from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.findings import Finding, Passed, Unknown
from tests.account.builders import SECRET, account_expectations, account_facts, role

from .trust_policies import OTHER_SECRET, TRUST_POLICIES, TrustPolicy

CASES = [pytest.param(policy, id=policy.words) for policy in TRUST_POLICIES]


def trusting(policy: TrustPolicy) -> Facts:
    return account_facts(role=role(trust=trust_statements(policy.document)))


def of_the_trust_policy(facts: Facts) -> tuple[Finding, ...]:
    findings = diagnose(DIAGNOSES, facts, account_expectations())
    return tuple(f for f in findings if f.diagnosis.id.startswith('trust-policy-'))


def test_there_are_enough_of_them_and_each_is_another() -> None:
    assert len(TRUST_POLICIES) >= 25
    assert len({str(policy.document) for policy in TRUST_POLICIES}) == len(TRUST_POLICIES)


@pytest.mark.parametrize('policy', CASES)
def test_what_is_wrong_fails_and_nothing_else(policy: TrustPolicy) -> None:
    findings = of_the_trust_policy(trusting(policy))
    assert tuple(f.diagnosis.id for f in findings if f.failed) == policy.failed
    assert [f for f in findings if isinstance(f.verdict, Unknown)] == []


@pytest.mark.parametrize('policy', CASES)
def test_no_more_is_claimed_than_that_the_policy_is_consistent(policy: TrustPolicy) -> None:
    for finding in of_the_trust_policy(trusting(policy)):
        if isinstance(finding.verdict, Passed):
            assert 'works' not in finding.verdict.evidence


@pytest.mark.parametrize('policy', CASES)
def test_whatever_keeps_datadog_out_fails(policy: TrustPolicy) -> None:
    assert policy.admits or policy.failed


@pytest.mark.parametrize('policy', CASES)
def test_no_external_id_is_said(policy: TrustPolicy) -> None:
    said = str([(f.verdict, f.remedy) for f in of_the_trust_policy(trusting(policy))]).lower()
    assert SECRET not in said
    assert OTHER_SECRET not in said
