"""Findings of a diagnosis that exists for these tests alone."""

from dataclasses import replace
from typing import Any

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
from datadog_checks.aws_diagnostics.remedies import Remedy, Step

REMEDY = Remedy('Raise the hop limit', then=(Step('first step'), Step('second step')))


def diagnosis(id: str = 'a-fault', **differences: Any) -> Diagnosis:
    plain = Diagnosis(
        id=id,
        title='Something is wrong',
        scope=Scope.HOST,
        service_check='imds',
        severity=Status.CRITICAL,
        tests='Tests something.',
        harm='It harms.',
        docs='https://docs.example/',
        judge=lambda facts, expected: Passed('fine'),
        remedy=lambda facts, expected: REMEDY,
    )
    return replace(plain, **differences)


def finding(verdict: Verdict, explained_by: str | None = None, **of_the_diagnosis: Any) -> Finding:
    remedy = REMEDY if isinstance(verdict, Failed) else None
    return Finding(diagnosis(**of_the_diagnosis), verdict, explained_by, remedy)


def failed(evidence: str = 'seen a fault', severity: Status | None = None, **differences: Any) -> Finding:
    return finding(Failed(evidence, severity), **differences)


def passed(**differences: Any) -> Finding:
    return finding(Passed('fine'), **differences)


def unknown(**differences: Any) -> Finding:
    return finding(Unknown('could not look'), **differences)


def not_applicable(**differences: Any) -> Finding:
    return finding(NotApplicable('not asked'), **differences)
