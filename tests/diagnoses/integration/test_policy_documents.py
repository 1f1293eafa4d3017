"""Policies that close a difference: exactly it, each small enough for IAM, always the same."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.diagnoses.integration.policy_documents import (
    LARGEST,
    NotGrantable,
    PolicyDocument,
    policy_documents,
)
from datadog_checks.aws_diagnostics.rules.policy_language import covers, service_of
from tests.account.permission_lists import RECORDED

REPEATABLE = settings(max_examples=60, deadline=None, derandomize=True, database=None)
SERVICES = st.sampled_from(['ec2', 's3', 'cloudwatch', 'a-very-long-name-of-a-service'])
NAMES = st.from_regex(r'[A-Z][A-Za-z0-9]{1,60}\*?', fullmatch=True)
ACTIONS = st.lists(st.builds('{}:{}'.format, SERVICES, NAMES), max_size=200)
ALL_RECORDED = (*RECORDED.standard, *RECORDED.resource_collection)


def counted_by_iam(document: PolicyDocument) -> int:
    return len(re.sub(r'\s', '', json.dumps(document.content, indent=2)))


@REPEATABLE
@given(actions=ACTIONS)
def test_documents_are_never_larger_than_iam_allows_and_count_their_size_as_iam_does(actions: list[str]) -> None:
    for document in policy_documents(actions):
        assert document.characters == counted_by_iam(document)
        assert document.characters <= LARGEST


@REPEATABLE
@given(actions=ACTIONS)
def test_documents_together_grant_exactly_the_difference(actions: list[str]) -> None:
    written = [action for document in policy_documents(actions) for action in document.actions]
    assert set(written) <= set(actions)
    assert len(written) == len(set(written))
    assert all(any(covers(granted, action) for granted in written) for action in actions)


@REPEATABLE
@given(actions=ACTIONS)
def test_the_same_actions_give_the_same_documents_in_whatever_order(actions: list[str]) -> None:
    assert policy_documents(actions) == policy_documents(list(reversed(actions)))


def test_all_recorded_permissions_fit_into_fewer_policies_than_datadogs_button_attaches() -> None:
    documents = policy_documents(ALL_RECORDED)
    assert len(documents) == 4
    assert all(counted_by_iam(document) <= LARGEST for document in documents)


def test_the_actions_of_a_service_stay_in_one_document() -> None:
    places = [(service_of(action), d.name) for d in policy_documents(ALL_RECORDED) for action in d.actions]
    assert len(set(places)) == len({service for service, _ in places})


def test_a_service_that_is_too_large_for_one_document_is_split() -> None:
    documents = policy_documents(f'ec2:Describe{number:0100}' for number in range(120))
    assert [len(document.actions) for document in documents] == [52, 52, 16]


@pytest.mark.parametrize(
    ('length', 'sizes'),
    [pytest.param(86, [LARGEST], id='as large as allowed'), pytest.param(87, [6050, 205], id='one character more')],
)
def test_a_document_is_filled_to_the_last_character(length: int, sizes: list[int]) -> None:
    others = [f'ec2:A{number:0100}' for number in range(55)]
    documents = policy_documents([*others, f'ec2:Z{"z" * length}'])
    assert [counted_by_iam(document) for document in documents] == sizes


def test_the_name_of_a_document_tells_its_contents_apart() -> None:
    (ec2,), (s3,) = policy_documents(['ec2:Describe*']), policy_documents(['s3:ListAllMyBuckets'])
    assert ec2.name != s3.name
    assert re.fullmatch(r'datadog-integration-missing-permissions-[0-9a-f]{8}-1', ec2.name)


def test_what_a_wildcard_stands_for_is_not_written_beside_it() -> None:
    (document,) = policy_documents(['ec2:DescribeInstances', 'EC2:DESCRIBE*'.replace('EC2', 'ec2'), 'ec2:Describe*'])
    assert document.actions == ('ec2:DESCRIBE*',)


def test_nothing_missing_needs_no_document() -> None:
    assert policy_documents([]) == ()


@pytest.mark.parametrize(
    'entry',
    [
        pytest.param('*', id='everything'),
        pytest.param('iam:*', id='a whole service'),
        pytest.param('*:Describe*', id='every service'),
        pytest.param('ec2:D*Instances', id='a wildcard in the middle'),
        pytest.param('ec2', id='no action'),
        pytest.param('ec2:Describe*\n', id='a line break'),
        pytest.param('ec2:Describe"],"Resource":"', id='a quotation mark'),
        pytest.param('ec2:' + 'A' * 200, id='longer than an action can be'),
        pytest.param('ec2:Beschreibé', id='a letter that no action has'),
    ],
)
def test_an_entry_that_is_no_plain_action_never_becomes_a_policy(entry: str) -> None:
    with pytest.raises(NotGrantable, match='is not an action that may be granted unseen'):
        policy_documents(['ec2:DescribeInstances', entry])
