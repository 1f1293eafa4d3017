"""Whatever AWS and Datadog answer, the facts made of it can be saved and read back, and hold nothing that harms.

The answers are JSON as a server can send it: of the documented shape in the large, and of any kind in the small.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.cli.codec import decode, encode
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.policies import read_policies, read_quota
from datadog_checks.aws_diagnostics.collect.aws.role import read_role
from datadog_checks.aws_diagnostics.collect.aws.simulation import Simulations
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.foreign import parsed, whole_number
from datadog_checks.aws_diagnostics.collect.integration import read_integration
from datadog_checks.aws_diagnostics.collect.run import Deadline, attempt
from datadog_checks.aws_diagnostics.facts.account import Account, Integration, PolicyQuota
from tests.account.builders import ACCOUNT_ID, REGION, ROLE_ARN, ROLE_NAME, SECRET, account, role
from tests.account.datadog_api import account as entry

LONGEST = 8192
"""Characters of any one text that is kept."""

TEXTS = st.text(max_size=8) | st.sampled_from(
    [SECRET, '\ud800', '\x1b[2J\x00', 'x' * 100_000, '-rf', '$(id)', ROLE_NAME, ROLE_ARN, '*', 'Allow', 'eu-west-1']
)
SCALARS = st.none() | st.booleans() | st.integers() | st.just(10**4000) | st.floats() | TEXTS
ANY = st.recursive(SCALARS, lambda x: st.lists(x, max_size=3) | st.dictionaries(TEXTS, x, max_size=3), max_leaves=6)
DATES = ANY | st.datetimes(timezones=st.just(UTC)) | st.just(datetime(1, 1, 1, tzinfo=UTC))


def shaped(**entries: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of these entries."""
    return st.fixed_dictionaries({}, optional=entries)


CONDITIONS = st.dictionaries(
    st.sampled_from(['StringEquals', 'Null', SECRET]) | TEXTS,
    st.dictionaries(st.sampled_from(['sts:ExternalId', 'aws:externalid ']) | TEXTS, ANY, max_size=2) | ANY,
    max_size=2,
)
STATEMENTS = shaped(
    Effect=st.sampled_from(['Allow', 'Deny']),
    Principal=st.dictionaries(TEXTS, ANY, max_size=2) | ANY,
    Action=ANY,
    NotAction=ANY,
    Resource=ANY,
    Condition=CONDITIONS | ANY,
    Sid=ANY,
)
DOCUMENTS = st.builds(lambda found: {'Statement': found}, st.lists(STATEMENTS, min_size=1, max_size=3)) | ANY
ROLES = st.fixed_dictionaries(
    {
        'RoleName': st.just(ROLE_NAME),
        'Arn': st.just(ROLE_ARN),
        'RoleLastUsed': st.fixed_dictionaries({'LastUsedDate': DATES, 'Region': TEXTS | ANY}) | ANY,
        'AssumeRolePolicyDocument': DOCUMENTS,
    },
    optional={
        'CreateDate': DATES,
        'PermissionsBoundary': shaped(PermissionsBoundaryArn=st.just(ROLE_ARN) | ANY) | ANY,
    },
)
RESULTS = shaped(
    EvalActionName=st.sampled_from(['ec2:DescribeInstances']) | ANY,
    EvalDecision=st.sampled_from(['allowed', 'implicitDeny']) | ANY,
    OrganizationsDecisionDetail=shaped(AllowedByOrganizations=ANY) | ANY,
    PermissionsBoundaryDecisionDetail=ANY,
)
RECORDS = shaped(
    aws_regions=shaped(include_all=ANY, include_only=st.lists(TEXTS | ANY, max_size=4)) | ANY,
    auth_config=shaped(role_name=TEXTS | ANY, external_id=TEXTS | ANY, access_key_id=ANY) | ANY,
    metrics_config=shaped(enabled=ANY, namespace_filters=shaped(include_only=st.lists(ANY, max_size=3)) | ANY) | ANY,
    resources_config=ANY,
)


class Aws:
    """A client whose every operation gives one answer, as botocore would have parsed it."""

    def __init__(self, **answers: object) -> None:
        self._answers = answers

    def __getattr__(self, operation: str) -> Any:
        return lambda **_: self._answers[operation]

    def get_paginator(self, operation: str) -> Any:
        page = self._answers[operation]
        return type('Paginator', (), {'paginate': lambda self, **_: [page]})()


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for item in (*value, *value.values()) for text in texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in texts(item))


def assert_comes_back(found: Account) -> None:
    """As bytes of strict JSON in UTF-8, equal, printable and bounded."""
    saved = json.dumps(encode(found), allow_nan=False, ensure_ascii=False).encode('utf-8')
    assert decode(Account, parsed(saved), 'account') == found  # type: ignore[arg-type]
    kept = tuple(texts(json.loads(saved)))
    assert [text[:80] for text in kept if not text.isprintable() or len(text) > LONGEST] == []


@given(ROLES)
def test_a_role(answer: dict[str, Any]) -> None:
    try:
        found = read_role(Aws(get_role={'Role': answer}), ROLE_NAME)
    except CallFailed as e:
        assert str(e) == 'IAM returned a name or an ARN of an undocumented form (iam:GetRole)'
    else:
        assert_comes_back(account(role=found))


@given(ANY, ANY)
def test_a_role_with_an_invalid_name_or_arn_is_refused(name: object, arn: object) -> None:
    with pytest.raises(CallFailed):
        read_role(Aws(get_role={'Role': {'RoleName': name, 'Arn': arn}}), ROLE_NAME)


@given(DOCUMENTS, DATES, TEXTS)
def test_policies(document: object, date: object, version: str) -> None:
    iam = Aws(
        list_role_policies={'PolicyNames': ['inline']},
        get_role_policy={'PolicyDocument': document},
        list_attached_role_policies={'AttachedPolicies': [{'PolicyArn': ROLE_ARN}]},
        get_policy={'Policy': {'PolicyName': 'attached', 'DefaultVersionId': version}},
        get_policy_version={'PolicyVersion': {'Document': document, 'CreateDate': date}},
    )
    try:
        found = read_policies(iam, role())
    except CallFailed as e:
        assert str(e).startswith('the policy inline is not a policy document: ')
    else:
        assert_comes_back(account(policies=found))


@given(st.lists(RESULTS, max_size=3))
def test_a_simulation(results: list[Any]) -> None:
    iam = Aws(simulate_principal_policy={'EvaluationResults': results})
    regions = (REGION,)
    simulations = Simulations(wait=lambda _: None)
    found = simulations.run(iam, ROLE_ARN, ['ec2:DescribeInstances'], regions, Deadline(60), regions)
    assert_comes_back(account(simulation=found))


class Recorded(DatadogApi):
    """Datadog, with this answer."""

    def __init__(self, answer: object) -> None:
        super().__init__('http://127.0.0.1:9')
        self._given = answer

    def get(self, *_: object, **__: object) -> object:
        return self._given


@given(RECORDS)
def test_the_record_of_datadog(record: dict[str, Any]) -> None:
    answer = {'data': [entry(ACCOUNT_ID, **record)]}
    found = attempt('the integration', lambda: read_integration(Recorded(answer), ACCOUNT_ID, 'aws'))
    assert_comes_back(account(integration=found))
    if isinstance(found, Integration):
        assert_comes_back(account(integration=replace(found, external_id=None)))


NO_WHOLE_NUMBERS = [True, False, 1.0, -1, '5', None, float('nan'), float('inf'), 2**53 + 1, [], {}]


@pytest.mark.parametrize('value', NO_WHOLE_NUMBERS, ids=repr)
def test_values_that_are_not_whole_numbers_are_refused(value: object) -> None:
    assert whole_number(value) is None
    found = read_quota(Aws(get_account_summary={'SummaryMap': {'AttachedPoliciesPerRoleQuota': value}}))
    assert found == PolicyQuota(10, default=True)


@pytest.mark.parametrize('text', ['NaN', '[Infinity]', '{"a": -Infinity}', '[' * 100_000, ''], ids=lambda t: t[:20])
def test_constants_that_json_does_not_have_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)
