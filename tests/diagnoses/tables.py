"""The frame of a diagnosis test: four tables of situations, and one line that turns them into tests.

    FAILS = {
        'token reply lost while nothing else answers': Row(
            facts(path=path(reply_lost=True)), 'the token reply did not arrive', near_miss='token granted'
        ),
    }
    PASSES = {'token granted': Row(facts(), 'the token reply arrives')}
    UNKNOWN = {'path not measured': Row(facts(path=Unobserved('no sockets here')), 'no sockets here')}
    NOT_APPLICABLE = {}

    test_verdict = verdict_test(IMDS_HOP_LIMIT_TOO_LOW, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
    test_remedy = remedy_test(IMDS_HOP_LIMIT_TOO_LOW, {'on a host': (facts(...), Remedy(...))})

- A key is the situation in words; it is the case id that pytest prints.
- A row holds facts, the whole verdict that they deserve (or only its evidence, for the verdict of that table), and the
  expectations where they are not the default ones.
- Every row of FAILS names its near miss: the row of PASSES that differs from it as little as can be.
- Rows run through `diagnose`, so a group that is `Unobserved` and a host that is not EC2 are judged as in production.
- Every remedy that a row produces keeps the rules for remedies (tests/remedy_rules.py).
- NOT_APPLICABLE needs no row for a host that is not EC2: test_judging.py covers that for all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.findings import (
    Diagnosis,
    Failed,
    NotApplicable,
    Passed,
    Unknown,
    Verdict,
)
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.remedy_rules import faults_of

VerdictKind = type[Failed] | type[Passed] | type[Unknown] | type[NotApplicable]


@dataclass(frozen=True)
class Row:
    facts: Facts
    verdict: Verdict | str
    """The whole verdict, or only its evidence."""
    expected: Expectations = Expectations()
    near_miss: str = ''
    """In FAILS: the key of the row of PASSES that is almost the same."""


Table = Mapping[str, Row]
RemedyTable = Mapping[str, tuple[Facts, Remedy] | tuple[Facts, Expectations, Remedy]]


def verdict_test(
    diagnosis: Diagnosis, fails: Table, passes: Table, unknown: Table, not_applicable: Table
) -> Callable[[Row, Verdict], None]:
    """One test for each row, to be assigned to a name that starts with `test_`."""
    assert_tables_are_complete(diagnosis, fails, passes, unknown)
    kinds: tuple[tuple[VerdictKind, Table], ...] = (
        (Failed, fails),
        (Passed, passes),
        (Unknown, unknown),
        (NotApplicable, not_applicable),
    )
    cases = [
        pytest.param(row, verdict_of(row, kind), id=f'{kind.__name__}: {situation}')
        for kind, table in kinds
        for situation, row in table.items()
    ]

    @pytest.mark.parametrize(('row', 'verdict'), cases)
    def test(row: Row, verdict: Verdict) -> None:
        (finding,) = diagnose((diagnosis,), row.facts, row.expected)
        assert finding.verdict == verdict
        assert finding.remedy is None or faults_of(finding.remedy) == []

    return test


def remedy_test(diagnosis: Diagnosis, remedies: RemedyTable) -> Callable[..., None]:
    """One test for each situation: the diagnosis fails there, and offers exactly this remedy."""
    cases = [pytest.param(*row[:-1], row[-1], id=situation) for situation, row in _with_expectations(remedies).items()]

    @pytest.mark.parametrize(('facts', 'expected', 'remedy'), cases)
    def test(facts: Facts, expected: Expectations, remedy: Remedy) -> None:
        (finding,) = diagnose((diagnosis,), facts, expected)
        assert finding.remedy == remedy
        assert faults_of(remedy) == []

    return test


def assert_tables_are_complete(diagnosis: Diagnosis, fails: Table, passes: Table, unknown: Table) -> None:
    for name, table in (('FAILS', fails), ('PASSES', passes), ('UNKNOWN', unknown)):
        assert table, f'{diagnosis.id}: {name} has no row'
    for situation, row in fails.items():
        assert row.near_miss in passes, f'{diagnosis.id}: the near miss of {situation!r} is not a row of PASSES'


def verdict_of(row: Row, kind: VerdictKind) -> Verdict:
    verdict = kind(row.verdict) if isinstance(row.verdict, str) else row.verdict
    assert isinstance(verdict, kind), f'{verdict} does not belong into the table of {kind.__name__}'
    return verdict


def _with_expectations(remedies: RemedyTable) -> dict[str, tuple[Facts, Expectations, Remedy]]:
    return {
        situation: row if len(row) == 3 else (row[0], Expectations(), row[1]) for situation, row in remedies.items()
    }
