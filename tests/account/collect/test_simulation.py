"""What the simulator says, also where it says it only in part; and which actions it is asked about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.stub import Stubber

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.session import Client, open_session
from datadog_checks.aws_diagnostics.collect.aws.simulation import EXAMPLES, PACE, sentinels, simulate
from datadog_checks.aws_diagnostics.collect.required_permissions import recorded_permissions
from datadog_checks.aws_diagnostics.facts.account import Decision, RequiredPermissions, Simulated, Simulation
from datadog_checks.aws_diagnostics.rules.policy_language import is_pattern
from tests.account import servers
from tests.account.aws_account import ROLE, allow, create_role, document, operator

ARN = 'arn:aws:iam::123456789012:role/DatadogIntegrationRole'
OPERATION = 'simulate_principal_policy'
ALLOWED, IMPLICIT, EXPLICIT = Decision.ALLOWED, Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY


def evaluated(action: str, decision: str, **details: Any) -> dict[str, Any]:
    return {'EvalActionName': action, 'EvalDecision': decision, **details}


def asked(*actions: str, region: str = '') -> dict[str, Any]:
    entry = {'ContextKeyName': 'aws:RequestedRegion', 'ContextKeyValues': [region], 'ContextKeyType': 'string'}
    context = {'ContextEntries': [entry]} if region else {}
    return {'PolicySourceArn': ARN, 'ActionNames': list(actions), **context}


def allowed(*actions: str) -> dict[str, Any]:
    return {'EvaluationResults': [evaluated(action, 'allowed') for action in actions], 'IsTruncated': False}


class Waits(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def iam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    servers.use(monkeypatch, servers.environment('http://127.0.0.1:9', tmp_path))
    with open_session(AccountOptions()) as session:
        yield session.client('iam')


@contextmanager
def scripted(iam: Client) -> Iterator[Stubber]:
    """It refuses what is not expected, and every expected call has to come."""
    with Stubber(iam) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


DECISIONS = [
    pytest.param(evaluated('a:B', 'allowed'), Simulated('a:B', ALLOWED), id='allowed'),
    pytest.param(evaluated('a:B', 'implicitDeny'), Simulated('a:B', IMPLICIT), id='nothing allows it'),
    pytest.param(evaluated('a:B', 'explicitDeny'), Simulated('a:B', EXPLICIT), id='a policy denies it'),
    pytest.param(
        evaluated('a:B', 'explicitDeny', OrganizationsDecisionDetail={'AllowedByOrganizations': False}),
        Simulated('a:B', EXPLICIT, allowed_by_organization=False),
        id='the organization denies it',
    ),
    pytest.param(
        evaluated(
            'a:B',
            'implicitDeny',
            OrganizationsDecisionDetail={'AllowedByOrganizations': True},
            PermissionsBoundaryDecisionDetail={'AllowedByPermissionsBoundary': False},
        ),
        Simulated('a:B', IMPLICIT, allowed_by_organization=True, allowed_by_boundary=False),
        id='the boundary does not allow it',
    ),
]


@pytest.mark.parametrize(('evaluation', 'expected'), DECISIONS)
def test_a_decision_says_who_took_it(evaluation: dict[str, Any], expected: Simulated, iam: Client) -> None:
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, {'EvaluationResults': [evaluation]}, asked('a:B'))
        assert simulate(iam, ARN, ['a:B'], wait=Waits()) == Simulation((expected,))


def test_an_undocumented_decision_is_left_out(iam: Client) -> None:
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, {'EvaluationResults': [evaluated('a:B', 'perhaps')]}, asked('a:B'))
        assert simulate(iam, ARN, ['a:B'], wait=Waits()) == Simulation(())


def test_many_actions_are_asked_in_batches_with_a_pause_after_each(iam: Client) -> None:
    actions = [f'a:Action{number}' for number in range(30)]
    waits = Waits()
    with scripted(iam) as stubber:
        for batch in (actions[:25], actions[25:]):
            stubber.add_response(OPERATION, allowed(*batch), asked(*batch))
        found = simulate(iam, ARN, actions, wait=waits)
    assert found == Simulation(tuple(Simulated(action, ALLOWED) for action in actions))
    assert waits == [PACE, PACE]


def test_at_most_three_regions_are_asked_one_after_the_other(iam: Client) -> None:
    regions = ('eu-west-1', 'us-east-1', 'ap-south-1')
    with scripted(iam) as stubber:
        for region in regions:
            stubber.add_response(OPERATION, allowed('a:B'), asked('a:B', region=region))
        found = simulate(iam, ARN, ['a:B'], (*regions, 'sa-east-1'), wait=Waits())
    assert found == Simulation(tuple(Simulated('a:B', ALLOWED, region=region) for region in regions))


def test_an_action_that_iam_does_not_know_costs_no_other_its_result(iam: Client) -> None:
    with scripted(iam) as stubber:
        refused = {'service_error_code': 'InvalidInput', 'http_status_code': 400}
        stubber.add_client_error(OPERATION, **refused, expected_params=asked('a:B', 'a:Unknown'))
        stubber.add_response(OPERATION, allowed('a:B'), asked('a:B'))
        stubber.add_client_error(OPERATION, **refused, expected_params=asked('a:Unknown'))
        found = simulate(iam, ARN, ['a:B', 'a:Unknown'], wait=Waits())
    assert found == Simulation((Simulated('a:B', ALLOWED),))


def test_throttling_ends_it_early_and_says_so(iam: Client) -> None:
    actions = [f'a:Action{number}' for number in range(26)]
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, allowed(*actions[:25]), asked(*actions[:25]))
        stubber.add_client_error(OPERATION, 'Throttling', http_status_code=400)
        found = simulate(iam, ARN, actions, wait=Waits())
    assert found == Simulation(tuple(Simulated(action, ALLOWED) for action in actions[:25]), complete=False)


def test_a_missing_permission_of_ours_does_not_count_as_a_denial_of_the_role(iam: Client) -> None:
    with scripted(iam) as stubber:
        stubber.add_client_error(OPERATION, 'AccessDenied', http_status_code=403)
        with pytest.raises(CallFailed) as failure:
            simulate(iam, ARN, ['a:B'], wait=Waits())
    assert str(failure.value) == 'missing permission iam:SimulatePrincipalPolicy (AccessDenied)'


def test_a_real_simulator_tells_allowed_from_both_kinds_of_denied(ministack: str) -> None:
    iam = operator()
    arn = create_role(iam, f'{ROLE}-simulated')
    deny = {'Effect': 'Deny', 'Action': 'sns:ListTopics', 'Resource': '*'}
    policy = document(allow('ec2:Describe*', 'sns:List*'), deny)
    iam.put_role_policy(RoleName=f'{ROLE}-simulated', PolicyName='p', PolicyDocument=policy)
    actions = ['ec2:DescribeInstances', 'sns:ListTopics', 'rds:DescribeDBInstances']
    with open_session(AccountOptions()) as session:
        found = simulate(session.client('iam'), arn, actions, wait=Waits())
    assert found == Simulation(
        (
            Simulated('ec2:DescribeInstances', ALLOWED),
            Simulated('sns:ListTopics', EXPLICIT),
            Simulated('rds:DescribeDBInstances', IMPLICIT),
        )
    )


def required(*standard: str, resource_collection: tuple[str, ...] = ()) -> RequiredPermissions:
    return RequiredPermissions(standard, resource_collection, 'api', '2026-11-22')


CHOICES = [
    pytest.param(required('sns:Publish', 'tag:GetKeys'), ('sns:Publish', 'tag:GetKeys'), id='concrete ones'),
    pytest.param(required('a:One', 'a:Two', 'a:Three'), ('a:One', 'a:Two'), id='two of each service'),
    pytest.param(required('ec2:Describe*'), ('ec2:DescribeInstances',), id='an example of a wildcard'),
    pytest.param(required('EC2:describe*'), ('ec2:DescribeInstances',), id='whatever its case'),
    pytest.param(
        required('new:Get*', resource_collection=('new:GetThing',)),
        ('new:GetThing',),
        id='an example of the longer list',
    ),
    pytest.param(required('new:Get*'), (), id='a wildcard without an example'),
    pytest.param(required('sns:List*', 'sns:ListTopics'), ('sns:ListTopics',), id='no action twice'),
]


@pytest.mark.parametrize(('needed', 'expected'), CHOICES)
def test_a_few_actions_represent_the_list(needed: RequiredPermissions, expected: tuple[str, ...]) -> None:
    assert sentinels(needed, resource_collection=False) == expected


def test_the_longer_list_counts_only_where_it_is_needed() -> None:
    needed = required('sns:Publish', resource_collection=('glue:GetDatabases',))
    assert sentinels(needed, resource_collection=True) == ('sns:Publish', 'glue:GetDatabases')
    assert sentinels(needed, resource_collection=False) == ('sns:Publish',)


def test_no_service_of_the_recorded_lists_is_left_out() -> None:
    recorded = recorded_permissions()
    chosen = sentinels(recorded, resource_collection=True)
    services = {action.partition(':')[0] for action in (*recorded.standard, *recorded.resource_collection)}
    assert {action.partition(':')[0] for action in chosen} == services
    assert [action for action in chosen if is_pattern(action)] == []
    assert len(chosen) <= 2 * len(services)


MODELS = {
    'elasticloadbalancing': 'elbv2',
    'elasticmapreduce': 'emr',
}
"""Where botocore names a service by another word than IAM."""


@pytest.mark.parametrize('example', EXAMPLES)
def test_an_example_is_an_operation_that_exists(example: str) -> None:
    service, _, operation = example.partition(':')
    model = Loader().load_service_model(MODELS.get(service, service), 'service-2')
    assert operation in model['operations']
