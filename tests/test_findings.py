import itertools

import pytest

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_UNREACHABLE
from datadog_checks.aws_diagnostics.findings import (
    Failed,
    Finding,
    NotApplicable,
    Passed,
    Status,
    Unknown,
    Verdict,
    worst,
)

WORST_FIRST = (Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.OK)


@pytest.mark.parametrize(('worse', 'better'), itertools.combinations(WORST_FIRST, 2))
def test_the_worst_is_critical_then_warning_then_unknown_then_ok(worse: Status, better: Status) -> None:
    assert worst([better, worse]) is worst([worse, better]) is worse


def test_the_worst_of_nothing_is_ok() -> None:
    assert worst([]) is Status.OK


def test_the_numbers_are_those_of_a_datadog_service_check() -> None:
    assert [int(s) for s in (Status.OK, Status.WARNING, Status.CRITICAL, Status.UNKNOWN)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ('verdict', 'status', 'word', 'failed', 'applicable'),
    [
        pytest.param(Passed('p'), Status.OK, 'ok', False, True, id='passed'),
        pytest.param(Failed('f'), Status.CRITICAL, 'critical', True, True, id='failed, as severe as the diagnosis'),
        pytest.param(Failed('f', Status.WARNING), Status.WARNING, 'warning', True, True, id='failed, less severe here'),
        pytest.param(Unknown('u'), Status.UNKNOWN, 'unknown', False, True, id='could not tell'),
        pytest.param(NotApplicable('n'), Status.OK, 'not_applicable', False, False, id='does not apply'),
    ],
)
def test_a_finding_has_the_status_of_its_verdict(
    verdict: Verdict, status: Status, word: str, failed: bool, applicable: bool
) -> None:
    finding = Finding(IMDS_UNREACHABLE, verdict)
    assert (finding.status, finding.word, finding.failed, finding.applicable) == (status, word, failed, applicable)
