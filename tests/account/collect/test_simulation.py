"""What the simulator says of each region that Datadog collects, also where one run is not enough."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.session import Client, open_session
from datadog_checks.aws_diagnostics.collect.aws.simulation import PACE, Simulations
from datadog_checks.aws_diagnostics.collect.run import Deadline, NotCollected
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import Decision, Simulated, Simulation
from datadog_checks.aws_diagnostics.facts.values import RegionName
from tests.account import servers
from tests.account.aws_account import ROLE, allow, create_role, document, operator

ARN = 'arn:aws:iam::123456789012:role/DatadogIntegrationRole'
OPERATION = 'simulate_principal_policy'
ALLOWED, IMPLICIT, EXPLICIT = Decision.ALLOWED, Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY


HOME, OTHER, THIRD = RegionName('eu-west-1'), RegionName('us-east-1'), RegionName('ap-south-1')
ALL = (HOME, OTHER, THIRD)


def evaluated(action: str, decision: str, **details: Any) -> dict[str, Any]:
    return {'EvalActionName': action, 'EvalDecision': decision, **details}


def asked(*actions: str, region: str = HOME) -> dict[str, Any]:
    """A call of Datadog: in this region, and over TLS."""
    entries = [
        {'ContextKeyName': 'aws:RequestedRegion', 'ContextKeyValues': [region], 'ContextKeyType': 'string'},
        {'ContextKeyName': 'aws:securetransport', 'ContextKeyValues': ['true'], 'ContextKeyType': 'boolean'},
    ]
    return {'PolicySourceArn': ARN, 'ActionNames': list(actions), 'ContextEntries': entries}


def allowed(*actions: str) -> dict[str, Any]:
    return {'EvaluationResults': [evaluated(action, 'allowed') for action in actions], 'IsTruncated': False}


def said(*actions: str, region: str = HOME) -> tuple[Simulated, ...]:
    return tuple(Simulated(action, ALLOWED, region=region) for action in actions)


def simulate(
    iam: Client,
    actions: Sequence[str],
    *regions: RegionName,
    simulations: Simulations | None = None,
    seconds: float = 60,
    arn: str = ARN,
) -> Simulation:
    regions = regions or (HOME,)
    return (simulations or Simulations(Waits())).run(iam, arn, actions, regions, Deadline(seconds), regions)


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
    pytest.param(evaluated('a:B', 'allowed'), Simulated('a:B', ALLOWED, region=HOME), id='allowed'),
    pytest.param(evaluated('a:B', 'implicitDeny'), Simulated('a:B', IMPLICIT, region=HOME), id='nothing allows it'),
    pytest.param(evaluated('a:B', 'explicitDeny'), Simulated('a:B', EXPLICIT, region=HOME), id='a policy denies it'),
    pytest.param(
        evaluated('a:B', 'explicitDeny', OrganizationsDecisionDetail={'AllowedByOrganizations': False}),
        Simulated('a:B', EXPLICIT, allowed_by_organization=False, region=HOME),
        id='the organization denies it',
    ),
    pytest.param(
        evaluated(
            'a:B',
            'implicitDeny',
            OrganizationsDecisionDetail={'AllowedByOrganizations': True},
            PermissionsBoundaryDecisionDetail={'AllowedByPermissionsBoundary': False},
        ),
        Simulated('a:B', IMPLICIT, allowed_by_organization=True, allowed_by_boundary=False, region=HOME),
        id='the boundary does not allow it',
    ),
]


@pytest.mark.parametrize(('evaluation', 'expected'), DECISIONS)
def test_a_decision_says_who_took_it(evaluation: dict[str, Any], expected: Simulated, iam: Client) -> None:
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, {'EvaluationResults': [evaluation]}, asked('a:B'))
        assert simulate(iam, ['a:B']) == Simulation((expected,), regions=(HOME,))


def test_an_undocumented_decision_is_left_out(iam: Client) -> None:
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, {'EvaluationResults': [evaluated('a:B', 'perhaps')]}, asked('a:B'))
        assert simulate(iam, ['a:B']) == Simulation((), regions=(HOME,))


def test_many_actions_are_asked_in_batches_with_a_pause_after_each(iam: Client) -> None:
    actions = [f'a:Action{number}' for number in range(30)]
    waits = Waits()
    with scripted(iam) as stubber:
        for batch in (actions[:25], actions[25:]):
            stubber.add_response(OPERATION, allowed(*batch), asked(*batch))
        found = simulate(iam, actions, simulations=Simulations(waits))
    assert found == Simulation(said(*actions), regions=(HOME,))
    assert waits == [PACE, PACE]


def test_every_region_is_asked_and_only_the_first_of_them_about_global_services(iam: Client) -> None:
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, allowed('iam:Get', 'sns:Get'), asked('iam:Get', 'sns:Get'))
        for region in (OTHER, THIRD):
            stubber.add_response(OPERATION, allowed('sns:Get'), asked('sns:Get', region=region))
        found = simulate(iam, ['iam:Get', 'sns:Get'], *ALL)
    everything = (*said('iam:Get', 'sns:Get'), *said('sns:Get', region=OTHER), *said('sns:Get', region=THIRD))
    assert found == Simulation(everything, regions=ALL)


def test_an_action_that_iam_does_not_know_costs_no_other_its_result(iam: Client) -> None:
    with scripted(iam) as stubber:
        refused = {'service_error_code': 'InvalidInput', 'http_status_code': 400}
        stubber.add_client_error(OPERATION, **refused, expected_params=asked('a:B', 'a:Unknown'))
        stubber.add_response(OPERATION, allowed('a:B'), asked('a:B'))
        stubber.add_client_error(OPERATION, **refused, expected_params=asked('a:Unknown'))
        found = simulate(iam, ['a:B', 'a:Unknown'])
    assert found == Simulation(said('a:B'), regions=(HOME,))


def test_throttling_ends_it_early_and_says_so(iam: Client) -> None:
    actions = [f'a:Action{number}' for number in range(26)]
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, allowed(*actions[:25]), asked(*actions[:25]))
        stubber.add_client_error(OPERATION, 'Throttling', http_status_code=400)
        found = simulate(iam, actions)
    assert found == Simulation(said(*actions[:25]), complete=False, regions=(HOME,))


def test_the_next_run_goes_on_where_this_one_ended_and_then_asks_the_oldest_again(iam: Client) -> None:
    simulations = Simulations(Waits())
    throttled = {'service_error_code': 'Throttling', 'http_status_code': 400}
    denied = {'EvaluationResults': [evaluated('a:B', 'explicitDeny')]}
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, allowed('a:B'), asked('a:B'))
        stubber.add_client_error(OPERATION, **throttled)
        first = simulate(iam, ['a:B'], *ALL, simulations=simulations)
        for region in (OTHER, THIRD):
            stubber.add_response(OPERATION, allowed('a:B'), asked('a:B', region=region))
        stubber.add_client_error(OPERATION, **throttled, expected_params=asked('a:B'))
        second = simulate(iam, ['a:B'], *ALL, simulations=simulations)
        stubber.add_response(OPERATION, denied, asked('a:B'))
        stubber.add_client_error(OPERATION, **throttled, expected_params=asked('a:B', region=OTHER))
        third = simulate(iam, ['a:B'], *ALL, simulations=simulations)
    others = (*said('a:B', region=OTHER), *said('a:B', region=THIRD))
    assert first == Simulation(said('a:B'), complete=False, regions=ALL)
    assert second == Simulation(others, complete=False, regions=ALL)
    assert third == Simulation((Simulated('a:B', EXPLICIT, region=HOME), *others[1:]), complete=False, regions=ALL)


def test_what_was_said_of_another_role_or_a_region_that_is_gone_is_forgotten(iam: Client) -> None:
    simulations = Simulations(Waits())
    other = ARN.replace('Datadog', 'Other')
    with scripted(iam) as stubber:
        for region in (HOME, OTHER):
            stubber.add_response(OPERATION, allowed('a:B'), asked('a:B', region=region))
        simulate(iam, ['a:B'], HOME, OTHER, simulations=simulations)
        stubber.add_response(OPERATION, allowed('a:B'), asked('a:B'))
        assert simulate(iam, ['a:B'], HOME, simulations=simulations).results == said('a:B')
        stubber.add_response(OPERATION, allowed('c:D'), {**asked('c:D'), 'PolicySourceArn': other})
        assert simulate(iam, ['c:D'], HOME, simulations=simulations, arn=other).results == said('c:D')


def test_without_an_answer_in_this_run_nothing_is_known_whatever_an_earlier_one_said(iam: Client) -> None:
    simulations = Simulations(Waits())
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, allowed('a:B'), asked('a:B'))
        simulate(iam, ['a:B'], simulations=simulations)
        stubber.add_client_error(OPERATION, 'AccessDenied', http_status_code=403)
        with pytest.raises(CallFailed) as failure:
            simulate(iam, ['a:B'], simulations=simulations)
    assert str(failure.value) == 'missing permission iam:SimulatePrincipalPolicy (AccessDenied)'


def test_no_call_begins_after_the_deadline(iam: Client) -> None:
    with scripted(iam), pytest.raises(NotCollected):
        simulate(iam, ['a:B'], seconds=0)


def test_which_regions_datadog_collects_may_not_be_known(iam: Client) -> None:
    unknown = Unobserved('no application key')
    with scripted(iam) as stubber:
        stubber.add_response(OPERATION, allowed('a:B'), asked('a:B'))
        found = Simulations(Waits()).run(iam, ARN, ['a:B'], ['eu-west-1'], Deadline(60), unknown)
    assert found == Simulation(said('a:B'), regions=unknown)


def test_a_real_simulator_tells_allowed_from_both_kinds_of_denied(ministack: str) -> None:
    iam = operator()
    arn = create_role(iam, f'{ROLE}-simulated')
    deny = {'Effect': 'Deny', 'Action': 'sns:ListTopics', 'Resource': '*'}
    policy = document(allow('ec2:Describe*', 'sns:List*'), deny)
    iam.put_role_policy(RoleName=f'{ROLE}-simulated', PolicyName='p', PolicyDocument=policy)
    actions = ['ec2:DescribeInstances', 'sns:ListTopics', 'rds:DescribeDBInstances']
    with open_session(AccountOptions()) as session:
        found = simulate(session.client('iam'), actions, arn=arn)
    assert found == Simulation(
        (
            Simulated('ec2:DescribeInstances', ALLOWED, region=HOME),
            Simulated('sns:ListTopics', EXPLICIT, region=HOME),
            Simulated('rds:DescribeDBInstances', IMPLICIT, region=HOME),
        ),
        regions=(HOME,),
    )
