"""What Datadog says of the account, beside what this check sees of it."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DATADOG_REPORTS_ERRORS, DIAGNOSES
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import ReportedError, Role, TrustStatement
from datadog_checks.aws_diagnostics.facts.values import RegionName
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Status
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.account.builders import (
    DAY,
    HOUR,
    MINUTE,
    OTHER_EXTERNAL_ID,
    account_expectations,
    account_facts,
    condition,
    external_id_condition,
    policy,
    role,
    statement,
    trust,
)
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT

EU, BRAZIL, BAHRAIN = RegionName('eu-west-1'), RegionName('sa-east-1'), RegionName('me-south-1')
NONE = 'Datadog reports no error for this account'


def error(action: str = 'sts:AssumeRole', age: float | None = 14 * MINUTE, *regions: RegionName) -> ReportedError:
    return ReportedError(action, regions, not regions, age)


def reporting(*errors: ReportedError, **differences: Any) -> Facts:
    return account_facts(errors=errors, **differences)


ASSUME, ASSUME_IN_EU = error(), error('sts:AssumeRole', 14 * MINUTE, EU)
ASSUME_IN_BOTH = error('sts:AssumeRole', 14 * MINUTE, EU, BRAZIL)


def in_region(operator: str, *regions: str) -> TrustStatement:
    """For Datadog, with a condition on the region."""
    return trust(conditions=(external_id_condition(), condition(operator, 'aws:RequestedRegion', *regions)))


def denied(operator: str, *regions: str) -> Role:
    on_region = condition(operator, 'aws:RequestedRegion', *regions)
    return role(trust(), trust(effect='Deny', principals=('*',), conditions=(on_region,)))


US_STATEMENT = in_region('StringEquals', 'us-east-1')
US_ONLY = role(US_STATEMENT)
FOREIGN, OTHERS = "StringEquals aws:RequestedRegion 'us-east-1'", "StringNotEquals aws:RequestedRegion 'us-east-1'"
DENIED_ELSEWHERE = denied('StringNotEquals', 'us-east-1')
IN_BOTH = 'Datadog reports 1 error: sts:AssumeRole in eu-west-1, sa-east-1 (14 minutes ago)'
REFUSES_BOTH = 'of the trust policy refuses that in eu-west-1, sa-east-1'
LIST_METRICS, TOPICS = error('cloudwatch:ListMetrics'), error('sns:ListTopics')
FAILS = {
    'the role cannot be assumed anywhere': Row(
        reporting(ASSUME),
        Failed('Datadog reports 1 error: sts:AssumeRole in every region (14 minutes ago)', Status.CRITICAL),
        near_miss='no error',
    ),
    'the role cannot be assumed in one region': Row(
        reporting(ASSUME_IN_EU),
        'Datadog reports 1 error: sts:AssumeRole in eu-west-1 (14 minutes ago)',
        near_miss='no error',
    ),
    'the statement for Datadog is for another region': Row(
        reporting(ASSUME_IN_BOTH, role=US_ONLY),
        f'{IN_BOTH}; statement 1 {REFUSES_BOTH}: {FOREIGN}',
        near_miss='no error',
    ),
    'a statement denies all other regions': Row(
        reporting(ASSUME_IN_BOTH, role=DENIED_ELSEWHERE),
        f'{IN_BOTH}; statement 2 {REFUSES_BOTH}: {OTHERS}',
        near_miss='no error',
    ),
    'a condition admits the region': Row(
        reporting(ASSUME_IN_EU, role=role(in_region('StringLike', 'eu-*'))),
        'Datadog reports 1 error: sts:AssumeRole in eu-west-1 (14 minutes ago)',
        near_miss='no error',
    ),
    'what the condition refuses another statement admits': Row(
        reporting(ASSUME_IN_EU, role=role(US_STATEMENT, trust())),
        'Datadog reports 1 error: sts:AssumeRole in eu-west-1 (14 minutes ago)',
        near_miss='no error',
    ),
    'the trust policy could not be read': Row(
        reporting(ASSUME_IN_EU, role=role(trust=Unobserved('iam:GetRole denied'))),
        'Datadog reports 1 error: sts:AssumeRole in eu-west-1 (14 minutes ago)',
        near_miss='no error',
    ),
    'all metrics are refused': Row(
        reporting(LIST_METRICS),
        Failed('Datadog reports 1 error: cloudwatch:ListMetrics in every region (14 minutes ago)', Status.CRITICAL),
        near_miss='no error',
    ),
    'one service is refused, beside an old error': Row(
        reporting(TOPICS, error(age=3 * DAY)),
        'Datadog reports 1 error: sns:ListTopics in every region (14 minutes ago)',
        near_miss='the last error is days old',
    ),
    'it says neither where nor what kind of error': Row(
        reporting(ReportedError('', age=60.0, text='Rate exceeded')),
        "Datadog reports 1 error: 'Rate exceeded' (1 minute ago)",
        near_miss='no error',
    ),
}
PASSES = {
    'no error': Row(reporting(), NONE),
    'the last error is days old': Row(
        reporting(error(age=3 * DAY), error('sns:ListTopics', 9 * DAY)),
        'Datadog saw the last of 2 errors 3 days ago: sts:AssumeRole in every region (3 days ago), sns:ListTopics in '
        'every region (9 days ago)',
    ),
}
UNKNOWN = {
    'the list could not be read': Row(
        account_facts(errors=Unobserved('Datadog was not asked: it needs both keys')),
        'Datadog was not asked: it needs both keys',
    ),
    'saved by a version that did not ask': Row(account_facts(errors=Unobserved('not asked')), 'not asked'),
    'the role changed since': Row(
        reporting(error(age=HOUR), role=role(changed_at=NOW - 10 * MINUTE)),
        'Datadog reports sts:AssumeRole in every region (1 hour ago); the role changed since, 10 minutes ago: look '
        'whether it comes again',
    ),
    'it does not say when': Row(
        reporting(error(age=None)),
        'Datadog reports sts:AssumeRole in every region, and not when that was seen',
    ),
}
test_verdict = verdict_test(DATADOG_REPORTS_ERRORS, FAILS, PASSES, UNKNOWN, {})

IN_SOME_REGIONS = (
    'sts:AssumeRole is refused in some regions only: exclude them in Datadog, or have the organization allow them'
)
ADMIT, OR = 'of the trust policy no longer refuse', 'or exclude them in Datadog'
ADMIT_BOTH = f'{ADMIT} eu-west-1, sa-east-1'
FIND = 'Find what refuses the calls that Datadog names'
DENIED_CALLS = (
    Step(
        'See which required permissions the role lacks',
        (Command('aws-diagnostics permissions --config conf.yaml --diff'),),
    ),
    Step(
        'See which calls of the role CloudTrail recorded as denied, and by which kind of policy',
        (Command('aws-diagnostics permissions --config conf.yaml --denied-since 24h'),),
    ),
)
test_remedy = remedy_test(
    DATADOG_REPORTS_ERRORS,
    {
        'the role': (
            reporting(ASSUME),
            Remedy(
                FIND,
                then=(
                    Step(
                        'sts:AssumeRole is refused: compare the role name and the external ID on the AWS integration '
                        "page in Datadog with the role's, and ask for resource control policies of the organization"
                    ),
                    WAIT,
                ),
            ),
        ),
        'the role in one region, and a permission': (
            reporting(ASSUME_IN_EU, TOPICS),
            Remedy(
                FIND,
                then=(
                    Step(f'{IN_SOME_REGIONS} (eu-west-1)'),
                    *DENIED_CALLS,
                    WAIT,
                ),
            ),
        ),
        'a region that the account may not have enabled': (
            reporting(error('sts:AssumeRole', MINUTE, EU, BAHRAIN)),
            Remedy(
                FIND,
                then=(
                    Step(
                        f'{IN_SOME_REGIONS} (eu-west-1, me-south-1); if the account has not enabled me-south-1, enable '
                        'it'
                    ),
                    WAIT,
                ),
            ),
        ),
        'the statement for Datadog is for another region': (
            reporting(ASSUME_IN_BOTH, role=US_ONLY),
            Remedy(FIND, then=(Step(f'Have statement 1 {ADMIT_BOTH} ({FOREIGN}), {OR}'), WAIT)),
        ),
        'a statement denies all other regions': (
            reporting(ASSUME_IN_BOTH, role=DENIED_ELSEWHERE),
            Remedy(FIND, then=(Step(f'Have statement 2 {ADMIT_BOTH} ({OTHERS}), {OR}'), WAIT)),
        ),
        'a statement denies one of the regions': (
            reporting(ASSUME_IN_BOTH, role=denied('StringEquals', 'sa-east-1')),
            Remedy(
                FIND,
                then=(
                    Step(f"Have statement 2 {ADMIT} sa-east-1 (StringEquals aws:RequestedRegion 'sa-east-1'), {OR}"),
                    Step(f'{IN_SOME_REGIONS} (eu-west-1)'),
                    WAIT,
                ),
            ),
        ),
    },
)


def findings(facts: Facts) -> dict[str, Finding]:
    return {finding.diagnosis.id: finding for finding in diagnose(DIAGNOSES, facts, account_expectations())}


def words(facts: Facts, *ids: str) -> list[str]:
    found = findings(facts)
    return [found[id].word for id in ids]


TRUST = ('trust-policy-external-id', 'trust-policy-wrong-principal', 'integration-role-unused')
MAY = ('integration-permissions-denied', 'integration-permissions-missing')
WRONG_ID = role(trust(conditions=(external_id_condition(external_ids=(OTHER_EXTERNAL_ID,)),)))
CONTRADICTIONS = [
    pytest.param(reporting(), ['ok'] * 5, id='Datadog reports nothing'),
    pytest.param(reporting(ASSUME), ['unknown'] * 3 + ['ok'] * 2, id='Datadog cannot assume the role'),
    pytest.param(reporting(ASSUME_IN_EU), ['ok'] * 5, id='in one region: nothing of the trust policy is about that'),
    pytest.param(reporting(error(age=2 * DAY)), ['ok'] * 5, id='days ago'),
    pytest.param(
        reporting(error(age=HOUR), role=role(changed_at=NOW - MINUTE)), ['ok'] * 5, id='before the role changed'
    ),
    pytest.param(reporting(LIST_METRICS), ['ok'] * 3 + ['unknown'] * 2, id='Datadog may not do what the list requires'),
    pytest.param(reporting(TOPICS), ['ok'] * 5, id='Datadog may not do what no list requires'),
    pytest.param(
        reporting(ASSUME, role=WRONG_ID), ['critical', 'ok', 'ok', 'ok', 'ok'], id='the wrong external id explains it'
    ),
    pytest.param(
        reporting(LIST_METRICS, policies=(policy(statement('ec2:*', 'tag:*')),)),
        ['ok', 'ok', 'ok', 'ok', 'critical'],
        id='the missing permission explains it',
    ),
]


@pytest.mark.parametrize(('facts', 'expected'), CONTRADICTIONS)
def test_what_datadog_contradicts_is_not_passed(facts: Facts, expected: list[str]) -> None:
    assert words(facts, *TRUST, *MAY) == expected


def test_a_contradiction_says_what_both_sides_see() -> None:
    evidence = findings(reporting(ASSUME))['integration-role-unused'].verdict.evidence
    assert evidence == (
        'the role was used 5 minutes ago in eu-west-1, IAM does not say by whom; but Datadog reports sts:AssumeRole in '
        'every region (14 minutes ago)'
    )


CAUSES = [
    pytest.param(reporting(ASSUME, role=WRONG_ID), 'trust-policy-external-id', id='of the role'),
    pytest.param(
        reporting(LIST_METRICS, policies=(policy(statement('ec2:*', 'tag:*')),)),
        'integration-permissions-missing',
        id='of a permission',
    ),
    pytest.param(reporting(LIST_METRICS, role=WRONG_ID), None, id='a trust policy explains no missing permission'),
    pytest.param(
        reporting(ASSUME, policies=(policy(statement('ec2:*')),)), None, id='no permission explains a refused role'
    ),
    pytest.param(
        reporting(error('tag:GetResources'), policies=(policy(statement('ec2:*', 'tag:*')),)),
        None,
        id='another permission is missing',
    ),
]


@pytest.mark.parametrize(('facts', 'cause'), CAUSES)
def test_only_what_can_explain_the_error_is_its_cause(facts: Facts, cause: str | None) -> None:
    assert findings(facts)['datadog-reports-errors'].explained_by == cause
