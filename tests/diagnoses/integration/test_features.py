"""A feature that is turned off takes its diagnoses with it, and nothing else."""

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Feature, RoleMissing
from datadog_checks.aws_diagnostics.findings import Finding, NotApplicable, Status, worst
from tests.account.builders import account_expectations, account_facts, role, trust

ROLE = {
    'integration-uses-access-keys',
    'datadog-reports-errors',
    'integration-not-registered',
    'integration-role-missing',
    'integration-role-unused',
    'permissions-boundary-present',
    'trust-policy-wrong-principal',
    'trust-policy-action-missing',
    'trust-policy-explicit-deny',
    'trust-policy-external-id',
    'trust-policy-extra-conditions',
}
PERMISSIONS = {
    'integration-permissions-denied',
    'integration-permissions-missing',
    'integration-policy-quota',
    'security-audit-not-attached',
}
WRONG = account_facts(role=role(trust(principals=('*',), conditions=())), policies=())


def found(facts: Facts, *features: Feature) -> dict[str, Finding]:
    expected = account_expectations(features=frozenset(features))
    return {finding.diagnosis.id: finding for finding in diagnose(DIAGNOSES, facts, expected)}


def speaking(findings: dict[str, Finding], service_check: str) -> list[Finding]:
    return [f for f in findings.values() if f.diagnosis.service_check == service_check and f.applicable]


@pytest.mark.parametrize(
    ('feature', 'ids'),
    [pytest.param(Feature.ROLE, ROLE, id='role'), pytest.param(Feature.PERMISSIONS, PERMISSIONS, id='permissions')],
)
def test_each_diagnosis_belongs_to_its_feature(feature: Feature, ids: set[str]) -> None:
    assert {d.id for d in DIAGNOSES if d.feature is feature} == ids


def test_with_permissions_only_nothing_is_said_about_the_role() -> None:
    findings = found(WRONG, Feature.PERMISSIONS)
    assert {id: findings[id].verdict for id in ROLE} == dict.fromkeys(
        ROLE, NotApplicable('not checked: role is not in features')
    )
    assert speaking(findings, 'integration_role') == []
    assert worst(f.status for f in speaking(findings, 'permissions')) is Status.CRITICAL


def test_with_permissions_only_a_role_that_does_not_exist_is_no_alarm() -> None:
    findings = found(account_facts(role=RoleMissing('DatadogIntegrationRole')), Feature.PERMISSIONS)
    assert [f.diagnosis.id for f in findings.values() if f.applicable] == []


def test_with_the_role_only_a_role_that_could_not_be_read_is_unknown() -> None:
    findings = found(account_facts(role=Unobserved('missing permission iam:GetRole')), Feature.ROLE)
    assert worst(f.status for f in speaking(findings, 'integration_role')) is Status.UNKNOWN


def test_with_the_role_only_nothing_is_said_about_permissions_or_the_fleet() -> None:
    findings = found(WRONG, Feature.ROLE)
    assert speaking(findings, 'permissions') == []
    assert {f.diagnosis.feature for f in findings.values() if f.applicable} == {Feature.ROLE}
    assert findings['trust-policy-external-id'].failed
