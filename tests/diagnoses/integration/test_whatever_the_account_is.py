"""What holds for every diagnosis of the integration, whatever was observed of the account."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.emit.issues import outline
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    AuthKind,
    Condition,
    ExternalId,
    LastUsed,
    ReportedError,
    RoleMissing,
    TrustingRole,
)
from datadog_checks.aws_diagnostics.facts.values import AccountId, Arn, Partition, RegionName, RoleName
from datadog_checks.aws_diagnostics.findings import Diagnosis, NotApplicable, Unknown
from tests.account.builders import (
    DATADOG_PRINCIPAL,
    EXTERNAL_ID,
    OTHER_EXTERNAL_ID,
    account_expectations,
    account_facts,
    caller,
    integration,
    role,
    trust,
)
from tests.builders import NOW
from tests.remedy_rules import faults_of

OURS = (
    *('integration-role', 'integration-not', 'trust-policy', 'integration-uses', 'permissions-boundary'),
    'datadog-reports',
)
LONGEST_EVIDENCE = 400
REPEATABLE = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
ANY_TEXT = st.text(max_size=40)
LONG = st.text(st.characters(codec='ascii', exclude_categories=['C']), min_size=100, max_size=200)
PRINCIPALS = st.sampled_from(
    [
        '*',
        'AWS:*',
        DATADOG_PRINCIPAL,
        'AWS:464622532012',
        'AWS:arn:aws:iam::417141415827:root',
        'AWS:AIDAQ3EGTTQ6EXAMPLE',
    ]
)
IDS = st.sampled_from([EXTERNAL_ID, OTHER_EXTERNAL_ID, ExternalId.of(' x '), ExternalId('', '')])
OPERATORS = st.sampled_from(
    [
        *('StringEquals', 'StringLike', 'StringNotEquals', 'StringEqualsIgnoreCase', 'ForAllValues:StringEquals'),
        *(
            'StringEqualsIfExists',
            'Null',
            'Bool',
            'IpAddress',
            'NotIpAddress',
            'ArnLike',
            'DateLessThan',
            'NumericEquals',
        ),
    ]
)
KEYS = st.sampled_from(
    [
        *('aws:SourceIp', 'aws:PrincipalOrgID', 'aws:MultiFactorAuthPresent', 'aws:PrincipalArn', 'aws:CurrentTime'),
        *('aws:PrincipalAccount', 'aws:RequestTag/x', 'sts:RoleSessionName', 'aws:SourceVpc'),
    ]
)
VALUES = st.lists(
    st.sampled_from(['true', '*', '0.0.0.0/0', '464622532012', '2030-01-01', '1' * 400, '9999-12-31T23:59:59+00:00'])
    | ANY_TEXT,
    max_size=4,
).map(tuple)
CONDITIONS = st.builds(Condition, OPERATORS | ANY_TEXT, KEYS | ANY_TEXT | LONG, VALUES) | st.builds(
    Condition,
    OPERATORS,
    st.sampled_from(['sts:ExternalId', 'STS:EXTERNALID']),
    st.just(()),
    st.lists(IDS, max_size=4).map(tuple),
    st.booleans(),
)
ACTIONS = st.lists(st.sampled_from(['sts:AssumeRole', 'sts:*', '*', 'sts:TagSession']) | ANY_TEXT, max_size=4).map(
    tuple
)
STATEMENTS = st.builds(
    trust,
    effect=st.sampled_from(['Allow', 'Deny']),
    principals=st.lists(PRINCIPALS | ANY_TEXT | LONG, max_size=4).map(tuple),
    not_principals=st.just(()) | st.lists(PRINCIPALS | ANY_TEXT, max_size=3).map(tuple),
    actions=ACTIONS,
    not_actions=st.just(()) | ACTIONS,
    conditions=st.lists(CONDITIONS, max_size=4).map(tuple),
    sid=ANY_TEXT,
)
NAMES = st.from_regex(RoleName.FORM, fullmatch=True).map(RoleName)
TIMES = st.sampled_from([NOW + 5, NOW, NOW - 200, NOW - 4000, NOW - 9e7])
NOT_SEEN = st.builds(Unobserved, st.sampled_from(['missing permission iam:GetRole', 'no application key']))
ROLES = st.builds(
    role,
    name=NAMES,
    trust=NOT_SEEN | st.lists(STATEMENTS, max_size=4).map(tuple),
    created_at=TIMES,
    changed_at=st.none() | TIMES,
    last_used=st.builds(LastUsed, st.none() | TIMES, st.sampled_from(['', 'eu-west-1'])),
    boundary=st.none() | st.from_regex(Arn.FORM, fullmatch=True).map(Arn),
)
INTEGRATIONS = st.builds(
    integration,
    auth=st.sampled_from(AuthKind),
    role_name=ANY_TEXT,
    external_id=st.none() | IDS,
    metrics_enabled=st.booleans(),
)
ARNS = st.sampled_from(['role/a', 'role/very/long/path/' + 'x' * 60, 'user/alice']).map(
    lambda resource: Arn(f'arn:aws:iam::123456789012:{resource}')
)
TRUSTING = st.builds(TrustingRole, ARNS, st.just((AccountId('464622532012'),)), st.lists(IDS, max_size=2).map(tuple))
MISSING = st.builds(
    RoleMissing,
    ANY_TEXT,
    st.lists(NAMES, max_size=5).map(tuple),
    NOT_SEEN | st.lists(TRUSTING, max_size=5).map(tuple),
)
REPORTED = st.builds(
    ReportedError,
    st.sampled_from(['', 'sts:AssumeRole', 'cloudwatch:ListMetrics', 'iam:X' + 'x' * 120]),
    st.lists(st.sampled_from(['eu-west-1', 'us-east-1']).map(RegionName), max_size=2).map(tuple),
    st.booleans(),
    st.none() | st.sampled_from([-5.0, 60.0, 9e9]),
    ANY_TEXT,
)
FACTS = st.builds(
    account_facts,
    caller=NOT_SEEN | st.builds(caller, partition=st.sampled_from(['aws', 'aws-us-gov', 'aws-cn']).map(Partition)),
    integration=NOT_SEEN | INTEGRATIONS,
    role=NOT_SEEN | MISSING | ROLES | ROLES,
    registered=st.none() | st.booleans(),
    errors=NOT_SEEN | st.lists(REPORTED, max_size=5).map(tuple),
)
EXPECTATIONS = st.just(Expectations()) | st.builds(
    account_expectations,
    site=st.sampled_from(['datadoghq.com', 'ap1.datadoghq.com', 'ddog-gov.com', 'no.such.site']),
    external_id=st.none() | IDS,
)
MINE = tuple(d for d in DIAGNOSES if d.id.startswith(OURS))


@REPEATABLE
@given(facts=FACTS, expected=EXPECTATIONS)
def test_a_judgement_never_raises_and_says_one_short_line(facts: Facts, expected: Expectations) -> None:
    for finding in diagnose(MINE, facts, expected):
        evidence = finding.verdict.evidence
        assert 'defect in' not in evidence, finding.diagnosis.id
        assert evidence.isprintable(), finding.diagnosis.id
        assert evidence.strip() == evidence != '', finding.diagnosis.id
        assert len(evidence) <= LONGEST_EVIDENCE, f'{finding.diagnosis.id}: {len(evidence)}'


@REPEATABLE
@given(facts=FACTS, expected=EXPECTATIONS)
def test_what_failed_has_a_remedy_of_steps_on_one_line_each(facts: Facts, expected: Expectations) -> None:
    for finding in filter(lambda f: f.failed, diagnose(MINE, facts, expected)):
        assert finding.remedy is not None
        assert 'defect in' not in finding.remedy.summary, finding.diagnosis.id
        assert finding.remedy.choices or finding.remedy.then, finding.diagnosis.id
        assert all(line.isprintable() for line in outline(finding.remedy)), finding.diagnosis.id


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_the_catalogue_shows_how_to_fix_it_with_variables(diagnosis: Diagnosis) -> None:
    remedy = generic_remedy(diagnosis)
    assert faults_of(remedy) == []
    assert remedy.choices or remedy.then
    shown = '\n'.join(outline(remedy))
    assert not re.search(r'\d{12}|DatadogIntegrationRole|arn:aws:', shown), shown


def test_nothing_fails_where_nothing_could_be_observed() -> None:
    blind = Unobserved('missing permission iam:GetRole')
    groups = ('caller', 'integration', 'role', 'policies', 'required', 'simulation', 'quota', 'fleet', 'errors')
    facts = account_facts(registered=None, **dict.fromkeys(groups, blind))
    verdicts = {type(f.verdict) for f in diagnose(DIAGNOSES, facts, account_expectations())}
    assert verdicts <= {Unknown, NotApplicable}
