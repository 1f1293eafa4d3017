"""What `permissions --policy-json` prints where the role has no room for the policies that it wrote."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli.judged import Observation
from datadog_checks.aws_diagnostics.cli.permission_difference import difference
from datadog_checks.aws_diagnostics.cli.permissions import told_policies
from datadog_checks.aws_diagnostics.diagnoses.integration.policy_documents import policy_documents
from datadog_checks.aws_diagnostics.facts.account import PolicyKind
from tests.account.builders import account_expectations, account_facts, integration, policy, statement
from tests.account.permission_lists import RECORDED

RAISE = (
    'aws service-quotas request-service-quota-increase --region us-east-1 --service-code iam --quota-code L-0DA4ABF3 '
    '--desired-value'
)
CREATED = 'aws iam create-policy'


def printed(attached: int) -> list[str]:
    """Of a role that may nothing of both lists: four policies, with more characters than inline ones may have."""
    own = tuple(policy(statement('x:Y'), name=f'own-{n}', kind=PolicyKind.CUSTOMER) for n in range(attached))
    collecting = integration(extended_collection=True)
    facts = account_facts(required=RECORDED, policies=own, integration=collecting)
    observation = Observation(facts, account_expectations())
    found = difference(observation)
    written = [(Path(f'{document.name}.json'), document) for document in policy_documents(found.grantable)]
    return [line.text for line in told_policies(found, observation, written)]


@pytest.mark.parametrize(
    ('attached', 'quota', 'applied'),
    [
        pytest.param(5, 0, 4, id='4 policies and SecurityAudit fit'),
        pytest.param(6, 0, 3, id='the smallest becomes an inline policy'),
        pytest.param(9, 14, 4, id='too large for inline policies: the quota first'),
    ],
)
def test_the_commands_fit_into_the_quota_that_is_named(attached: int, quota: int, applied: int) -> None:
    lines = printed(attached)
    assert [line for line in lines if line.startswith(RAISE)] == ([f'{RAISE} {quota}'] if quota else [])
    assert sum(line.startswith(CREATED) for line in lines) == applied
    assert sum(line.startswith('aws iam put-role-policy') for line in lines) == 4 - applied


def test_beyond_the_highest_quota_no_command_is_printed() -> None:
    lines = printed(17)
    assert 'AWS raises the quota to 20 at most: merge policies of the role first.' in lines
    assert [line for line in lines if line.startswith('aws ')] == []
