"""What does not answer as it should: a budget that ends, a server that throttles, denies, resets or forgets."""

from collections.abc import Callable

import pytest

from datadog_checks.aws_diagnostics.collect.account import AccountCollector
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.fleet import FleetSweep
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget, Deadline
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import Account, Count, Feature, Fleet, MetadataDefaults, WrongInstance
from tests.account.ec2_documents import Template
from tests.account.ec2_fleet import WRONG, Instance, Instances, listed
from tests.account.ec2_server import Account as Served
from tests.account.fleet.sweeping import REGION, run, run_once

MANY = Instances(250, lambda _: Instance('optional'))
MIXED = Instances(220, lambda n: WRONG[n % 2])
TEMPLATES = tuple(Template(f'template-{n}', {'httpTokens': 'optional'}) for n in range(60))


@pytest.mark.parametrize('max_calls', [2, 5])
def test_a_small_budget_takes_more_runs_and_gives_the_same_counts(ec2: Served, max_calls: int) -> None:
    ec2.templates = TEMPLATES
    ec2.instances = {REGION: MIXED, 'eu-west-1': MANY}
    regions = (REGION, 'eu-west-1')
    at_once = run_once(*regions)
    sweep = FleetSweep(AccountOptions())
    needed = -(-at_once.calls // max_calls)
    runs = [run(sweep, *regions, max_calls=max_calls) for _ in range(needed)]
    assert [made.timeless == at_once.timeless for made in runs] == [False] * (needed - 1) + [True]
    assert all(made.calls <= max_calls for made in runs)


def test_a_run_whose_budget_ends_says_so_and_counts_what_it_saw(ec2: Served) -> None:
    ec2.instances = {REGION: MANY, 'eu-west-1': MANY}
    first, second = run(FleetSweep(AccountOptions()), REGION, 'eu-west-1', max_calls=3).fleet.regions
    why = 'the budget of 3 calls to AWS in one run is used up (max_api_calls)'
    assert (first.counts, first.complete, first.note) == ((Count('optional', 2, 'enabled', 200),), False, why)
    assert (second.counts, second.complete) == (Unobserved(why), False)


def test_a_run_without_any_call_left_asks_nothing(ec2: Served) -> None:
    region = run(FleetSweep(AccountOptions()), max_calls=0).only
    assert region.counts == Unobserved('this run has no call to AWS left (max_api_calls)')
    assert ec2.requests == []


def test_a_deadline_ends_a_run_as_a_budget_does(ec2: Served) -> None:
    assert run(FleetSweep(AccountOptions()), seconds=0.0).only.counts == Unobserved('the deadline of this run is over')


def test_while_the_next_sweep_is_under_way_the_last_whole_one_counts(ec2: Served) -> None:
    ec2.instances[REGION] = MANY
    sweep = FleetSweep(AccountOptions())
    whole = run(sweep).fleet
    ec2.instances[REGION] = listed(Instance('optional', 1))
    assert run(sweep, max_calls=1).fleet == whole
    assert run(sweep).only.counts == (Count('optional', 1, 'enabled', 1),)


def test_other_regions_begin_another_sweep(ec2: Served) -> None:
    sweep = FleetSweep(AccountOptions())
    run(sweep)
    assert [region.name for region in run(sweep, 'eu-west-1', max_calls=1).fleet.regions] == ['eu-west-1']


@pytest.mark.parametrize('max_calls', [pytest.param(3, id='in the instances'), pytest.param(7, id='in the templates')])
def test_where_aws_no_longer_knows_the_token_the_region_begins_again(ec2: Served, max_calls: int) -> None:
    ec2.instances[REGION], ec2.templates = MANY, TEMPLATES
    at_once = run_once()
    sweep = FleetSweep(AccountOptions())
    run(sweep, max_calls=max_calls)
    ec2.forget_tokens()
    assert run(sweep).timeless == at_once.timeless


def test_throttling_and_a_page_that_breaks_off_are_asked_again(ec2: Served) -> None:
    at_once = run_once()
    ec2.throttled, ec2.reset_in_the_middle = 1, 1
    again = run_once()
    assert again.timeless == at_once.timeless
    assert again.calls == at_once.calls + 2


def test_throttling_that_does_not_end_makes_the_sweep_incomplete(ec2: Served) -> None:
    ec2.throttled = 1000
    region = run_once().only
    why = 'AWS throttles ec2:DescribeInstances in us-east-1 (RequestLimitExceeded)'
    assert (region.counts, region.complete, region.note) == (Unobserved(why), False, why)


def test_a_denied_sweep_names_the_permission_and_everything_else_is_observed(ec2: Served) -> None:
    ec2.denied, ec2.templates = frozenset({'DescribeInstances'}), TEMPLATES[:1]
    region = run_once().only
    why = 'missing permission ec2:DescribeInstances in us-east-1 (UnauthorizedOperation)'
    assert (region.counts, region.complete, region.tokenless) == (Unobserved(why), False, Unobserved(why))
    assert region.defaults == MetadataDefaults('required', managed_by='account')
    assert not isinstance(region.launch_templates, Unobserved)


@pytest.mark.parametrize(
    ('action', 'group', 'permission'),
    [
        ('GetInstanceMetadataDefaults', 'defaults', 'ec2:GetInstanceMetadataDefaults'),
        ('DescribeLaunchTemplateVersions', 'launch_templates', 'ec2:DescribeLaunchTemplateVersions'),
    ],
)
def test_a_denied_action_costs_only_its_own_group(ec2: Served, action: str, group: str, permission: str) -> None:
    ec2.denied = frozenset({action})
    region = run_once().only
    why = f'missing permission {permission} in us-east-1 (UnauthorizedOperation)'
    assert (getattr(region, group), region.complete) == (Unobserved(why), True)


def test_a_region_that_is_not_enabled_is_asked_once_and_the_others_are_swept(ec2: Served) -> None:
    ec2.not_enabled = frozenset({'me-south-1'})
    swept = run_once('me-south-1', REGION)
    closed, open_ = swept.fleet.regions
    assert isinstance(closed.counts, Unobserved)
    assert 'AuthFailure' in closed.counts.reason
    assert 'not enabled' in closed.counts.reason
    assert closed.counts == closed.defaults == closed.launch_templates == closed.tokenless
    assert open_.complete
    assert swept.calls == run_once().calls + 1


def test_regions_of_any_partition_are_swept(ec2: Served) -> None:
    regions = ('us-gov-west-1', 'cn-north-1', 'eusc-de-east-1', 'ap-southeast-7')
    ec2.instances = dict.fromkeys(regions, listed(Instance('optional')))
    swept = run_once(*regions).fleet.regions
    assert {region.name: region.counts for region in swept} == dict.fromkeys(
        regions, (Count('optional', 2, 'enabled', 1),)
    )
    assert {r.region for r in ec2.requests} == set(regions)


@pytest.mark.parametrize('region', ['nowhere at all', 'http://127.0.0.1/', '-', 'eu-west-1\n', ''])
def test_an_invalid_region_name_is_not_asked(ec2: Served, region: str) -> None:
    swept = run_once(REGION, region)
    assert [found.name for found in swept.fleet.regions] == [REGION]
    assert {asked.region for asked in ec2.requests} == {REGION}


def test_without_any_region_there_is_no_fleet(ec2: Served) -> None:
    with open_session(AccountOptions()) as session:
        fleet = FleetSweep(AccountOptions()).run(session, ('nowhere',), CallBudget(10), Deadline(10))
    assert fleet == Unobserved('neither the configuration nor Datadog names a region to look at')


def crash(_: WrongInstance) -> None:
    raise LookupError('a defect of ours')


def collected(each: Callable[[WrongInstance], None]) -> tuple[Account, list[str]]:
    """Of two regions; and what was told of defects."""
    told: list[str] = []
    options = AccountOptions(regions=(REGION, 'eu-west-1'), features=frozenset({Feature.IMDS_POSTURE}))
    collector = AccountCollector(options, each=each, on_defect=lambda what, e: told.append(f'{what}: {e}'))
    return collector.collect().of_account, told


def test_a_crash_in_the_sweep_is_reported_once_and_ends_only_its_region(ec2: Served) -> None:
    ec2.instances = {REGION: MANY, 'eu-west-1': MANY}
    found, told = collected(crash)
    assert told == ['the fleet (ec2:DescribeInstances): a defect of ours']
    assert isinstance(found.fleet, Fleet)
    assert [region.counts for region in found.fleet.regions] == [
        (Count('optional', 2, 'enabled', 1),),
        (Count('optional', 2, 'enabled', 1),),
    ]
    assert [region.note for region in found.fleet.regions] == [
        f'ec2:DescribeInstances in {name} failed unexpectedly: LookupError' for name in (REGION, 'eu-west-1')
    ]


def test_a_refusal_of_ec2_is_not_reported_as_a_defect(ec2: Served) -> None:
    ec2.denied = frozenset({'DescribeInstances', 'DescribeLaunchTemplateVersions'})
    ec2.not_enabled = frozenset({'eu-west-1'})
    assert collected(lambda _: None)[1] == []
