"""What is asked about the chosen load balancers, and what becomes of the answers, of refusals and of limits."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions, Chosen
from datadog_checks.aws_diagnostics.collect.aws import instance_zones, load_balancers
from datadog_checks.aws_diagnostics.collect.aws.botocore_setup import ATTEMPTS
from datadog_checks.aws_diagnostics.collect.aws.load_balancers import LoadBalancerReader
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget, Deadline
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    BalancerKind,
    LoadBalancer,
    LoadBalancers,
    TargetCount,
    TargetGroup,
    TargetState,
    TargetType,
)
from datadog_checks.aws_diagnostics.facts.account.load_balancers import (
    EVERY_ZONE,
    AvailabilityZone,
    LoadBalancerName,
    TargetGroupName,
)
from datadog_checks.aws_diagnostics.facts.values import RegionName
from tests.account import servers
from tests.account.aws_account import operator
from tests.account.elb_server import Classic, Elb, Group, Later, Target, elb_server

HERE = RegionName('eu-west-1')
ZONES = ('eu-west-1a', 'eu-west-1b')
A, B = map(AvailabilityZone, ZONES)
IDS = tuple(f'i-{number:017x}' for number in range(1, 8))
EVERYTHING = Chosen(names=('*',))
IN_SERVICE = ('InService', 'N/A')
DENIED = (403, 'AccessDenied', 'User: x is not authorized to perform: y')
BY_SCP = (
    403,
    'AccessDenied',
    'User: x is not authorized to perform: y with an explicit deny in a service control policy',
)
THROTTLED = (400, 'Throttling', 'Rate exceeded')


@pytest.fixture
def elb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elb]:
    """Two instances in zone a, the others in zone b."""
    zones = {id: ZONES[0] if id in IDS[:2] else ZONES[1] for id in IDS}
    with elb_server(Elb(instances=zones)) as running:
        servers.use(monkeypatch, servers.environment(running.url, tmp_path))
        yield running


def reader(chosen: Chosen = EVERYTHING) -> LoadBalancerReader:
    return LoadBalancerReader(chosen, wait=lambda _: None)


def read(
    chosen: Chosen = EVERYTHING,
    *,
    regions: Sequence[str] = (HERE,),
    max_calls: int = 500,
    seconds: float = 60.0,
    by: LoadBalancerReader | None = None,
) -> LoadBalancers:
    budget = CallBudget(max_calls)
    with open_session(AccountOptions(regions=tuple(regions)), budget) as session:
        found = (by or reader(chosen)).read(session, regions, budget, Deadline(seconds))
    assert isinstance(found, LoadBalancers)
    return found


def counted(*counts: tuple[AvailabilityZone | None, TargetState, int]) -> tuple[TargetCount, ...]:
    return tuple(TargetCount(*each) for each in counts)


def groups_of(found: LoadBalancers) -> tuple[TargetGroup, ...]:
    """Of the only load balancer."""
    (balancer,) = found.balancers
    assert isinstance(balancer.groups, tuple)
    return balancer.groups


def counts_of(found: LoadBalancers) -> Any:
    """Of the only group."""
    (group,) = groups_of(found)
    return group.counts


def app(name: str = 'web', *targets: Target, **differences: Any) -> Later:
    return Later(name, 'application', ZONES, [Group(name, targets, **differences)])


HEALTHY, UNHEALTHY = TargetState.HEALTHY, TargetState.UNHEALTHY


def test_the_instances_of_a_classic_load_balancer(elb: Elb) -> None:
    """The guide's example, with one more instance of each other state."""
    states = [
        *[IN_SERVICE] * 5,
        ('OutOfService', 'Instance'),
        ('OutOfService', 'ELB'),
    ]
    elb.balancers = [
        Classic('web', ZONES, {**dict(zip(IDS, states, strict=True)), 'i-0123456789abcdef0': ('Unknown', 'N/A')})
    ]
    instances = TargetGroup(
        None,
        counted(
            (None, TargetState.UNKNOWN, 1),
            (A, HEALTHY, 2),
            (B, HEALTHY, 3),
            (B, TargetState.INITIAL, 1),
            (B, UNHEALTHY, 1),
        ),
        cross_zone=True,
    )
    name = LoadBalancerName('web')
    assert read() == LoadBalancers(
        (LoadBalancer(BalancerKind.CLASSIC, name, name, HERE, (A, B), (instances,)),), (HERE,)
    )


def test_the_groups_of_an_application_load_balancer(elb: Elb) -> None:
    targets = [
        Target(IDS[0]),
        Target(IDS[0], port=81),
        Target(IDS[1], 'unhealthy', 'Target.FailedHealthChecks'),
        Target(IDS[1], 'unhealthy.draining'),
        Target(IDS[2], 'initial', 'Elb.InitialHealthChecking'),
        Target(IDS[3], 'draining', 'Target.DeregistrationInProgress'),
        Target(IDS[4], 'unused', 'Target.InvalidState'),
        Target(IDS[5], 'unavailable', 'Target.HealthCheckDisabled'),
        Target(IDS[6], 'sleepy'),
    ]
    elb.balancers = [app('web', *targets)]
    group = TargetGroup(
        TargetGroupName('targetgroup/web/73e2d6bc24d8a067'),
        counted(
            (A, HEALTHY, 2),
            (A, UNHEALTHY, 1),
            (A, TargetState.UNHEALTHY_DRAINING, 1),
            (B, TargetState.DRAINING, 1),
            (B, TargetState.HEALTH_CHECKS_DISABLED, 1),
            (B, TargetState.INITIAL, 1),
            (B, TargetState.UNKNOWN, 1),
            (B, TargetState.UNUSED, 1),
        ),
        cross_zone=True,
    )
    name, dimension = map(LoadBalancerName, ('web', 'app/web/50dc6c495c0c9188'))
    assert read().balancers == (LoadBalancer(BalancerKind.APPLICATION, name, dimension, HERE, (A, B), (group,)),)
    assert 'DescribeLoadBalancerAttributes' not in elb.actions, 'it always has cross-zone load balancing'


TARGETS = [
    pytest.param(Target('10.0.0.1', zone=ZONES[0]), (A, HEALTHY), id='an address of the VPC'),
    pytest.param(Target('10.9.0.1', zone='all'), (EVERY_ZONE, HEALTHY), id='an address of a peered VPC'),
    pytest.param(Target('10.0.0.1', zone='nowhere'), (None, HEALTHY), id='a zone that is none'),
    pytest.param(Target('i-0fedcba9876543210'), (None, HEALTHY), id='an instance of another account, or long gone'),
    pytest.param(
        Target('arn:aws:lambda:eu-west-1:123456789012:function:web', 'unavailable', 'Target.HealthCheckDisabled'),
        (EVERY_ZONE, TargetState.HEALTH_CHECKS_DISABLED),
        id='a function',
    ),
    pytest.param(
        Target('10.0.0.1', 'unavailable', 'Elb.InternalError', zone=ZONES[0]),
        (A, TargetState.INTERNAL_ERROR),
        id='unavailable, as a Network Load Balancer means it',
    ),
    pytest.param(
        Target('10.0.0.1', 'unused', 'Target.NotInUse', zone='eu-west-1c'),
        (AvailabilityZone('eu-west-1c'), TargetState.ZONE_NOT_ENABLED),
        id='in a zone that is not enabled',
    ),
    pytest.param(
        Target('10.0.0.1', 'draining', zone='eu-west-1c'),
        (AvailabilityZone('eu-west-1c'), TargetState.DRAINING),
        id='draining from a zone that is not enabled any more',
    ),
]


@pytest.mark.parametrize(('target', 'place'), TARGETS)
def test_a_target_has_a_zone_and_a_state(elb: Elb, target: Target, place: Any) -> None:
    elb.balancers = [app('web', target, type='lambda' if 'lambda' in target.id else 'instance')]
    assert counts_of(read()) == counted((*place, 1))


def test_an_instance_of_a_classic_load_balancer_in_a_zone_that_is_not_enabled(elb: Elb) -> None:
    elb.balancers = [Classic('web', ZONES[:1], {IDS[0]: IN_SERVICE, IDS[5]: ('OutOfService', 'ELB')})]
    assert counts_of(read()) == counted((A, HEALTHY, 1), (B, TargetState.ZONE_NOT_ENABLED, 1))


CROSS_ZONE = [
    pytest.param('application', False, 'use_load_balancer_configuration', True, id='of an Application Load Balancer'),
    pytest.param('application', False, 'false', False, id='turned off by the group of an Application Load Balancer'),
    pytest.param('network', False, 'use_load_balancer_configuration', False, id='of a Network Load Balancer'),
    pytest.param('network', True, 'use_load_balancer_configuration', True, id='turned on for a Network Load Balancer'),
    pytest.param('network', True, 'false', False, id='turned off by one group of a Network Load Balancer'),
    pytest.param('network', False, 'true', True, id='turned on by one group of a Network Load Balancer'),
    pytest.param('gateway', False, 'use_load_balancer_configuration', False, id='of a Gateway Load Balancer'),
    pytest.param('gateway', True, 'use_load_balancer_configuration', True, id='turned on for a Gateway Load Balancer'),
]


@pytest.mark.parametrize(('type_', 'of_the_balancer', 'of_the_group', 'in_force'), CROSS_ZONE)
def test_the_setting_of_the_group_counts_before_that_of_the_load_balancer(
    elb: Elb, type_: str, of_the_balancer: bool, of_the_group: str, in_force: bool
) -> None:
    group = Group('web', cross_zone=of_the_group)
    elb.balancers = [Later('web', type_, ZONES, [group], cross_zone=of_the_balancer)]
    assert [found.cross_zone for found in groups_of(read())] == [in_force]


@pytest.mark.parametrize('enabled', [True, False])
def test_the_setting_of_a_classic_load_balancer(elb: Elb, enabled: bool) -> None:
    elb.balancers = [Classic('web', ZONES, {IDS[0]: IN_SERVICE}, cross_zone=enabled)]
    assert [found.cross_zone for found in groups_of(read())] == [enabled]


def test_the_kind_of_targets_and_whether_they_are_checked(elb: Elb) -> None:
    groups = [Group(kind, type=kind, health_checks=kind != 'lambda') for kind in ('alb', 'ip', 'lambda', 'new')]
    elb.balancers = [Later('web', 'network', ZONES, groups)]
    assert [(found.target_type, found.health_checks) for found in groups_of(read())] == [
        (TargetType.ALB, True),
        (TargetType.IP, True),
        (TargetType.LAMBDA, False),
        (TargetType.OTHER, True),
    ]


def test_a_classic_load_balancer_without_instances_is_not_asked_for_their_health(elb: Elb) -> None:
    """Situation 18: it is listed, and CloudWatch has nothing of it."""
    elb.balancers = [Classic('empty', ZONES)]
    assert counts_of(read()) == ()
    assert elb.actions == ['DescribeLoadBalancers', 'DescribeLoadBalancers', 'DescribeLoadBalancerAttributes']


TEAM = {'team': 'platform', 'env': 'prod'}
CHOICES = [
    pytest.param(Chosen(names=('web-*',)), ['app/web-1', 'web-2'], 0, id='names with *'),
    pytest.param(Chosen(names=('api-?',)), ['app/api-3'], 0, id='names with ?'),
    pytest.param(Chosen(names=('web',)), [], 0, id='a part of a name is none'),
    pytest.param(Chosen(tags=(('team', ('platform',)),)), ['app/api-3', 'web-2'], 2, id='a tag'),
    pytest.param(Chosen(tags=(('team', ('data', 'plat*')), ('env', ('prod',)))), ['app/api-3'], 2, id='all of several'),
    pytest.param(Chosen(tags=(('team', ('[p]latform',)),)), [], 2, id='brackets are no wildcards'),
    pytest.param(Chosen(tags=(('TEAM', ('*',)),)), [], 2, id='keys go by case'),
    pytest.param(
        Chosen(names=('web-1',), tags=(('team', ('*',)),)), ['app/api-3', 'app/web-1', 'web-2'], 2, id='a name or a tag'
    ),
]


@pytest.mark.parametrize(('chosen', 'found', 'calls'), CHOICES)
def test_load_balancers_are_chosen_by_name_or_by_tag(elb: Elb, chosen: Chosen, found: list[str], calls: int) -> None:
    elb.balancers = [
        Classic('web-2', ZONES, tags={'team': 'platform'}),
        Later('web-1', 'application', ZONES),
        Later('api-3', 'application', ZONES, tags=TEAM),
        Later('api-10', 'application', ZONES, tags={'team': 'nobody', 'env': 'prod'} if not chosen.names else {}),
    ]
    names = sorted(balancer.dimension.removesuffix('/50dc6c495c0c9188') for balancer in read(chosen).balancers)
    assert (names, elb.actions.count('DescribeTags')) == (found, calls)


def test_every_page_is_read(elb: Elb) -> None:
    elb.page = 2
    groups = [Group(f'g{number}', [Target(IDS[0])]) for number in range(5)]
    elb.balancers = [
        *(Classic(f'c{number}', ZONES) for number in range(3)),
        *(Later(f'l{number}', 'application', ZONES) for number in range(4)),
        Later('many', 'application', ZONES, groups),
    ]
    found = read()
    assert [balancer.name for balancer in found.balancers] == ['c0', 'c1', 'c2', 'l0', 'l1', 'l2', 'l3', 'many']
    assert found.gaps == ()
    many = found.balancers[-1].groups
    assert isinstance(many, tuple)
    assert [group.name for group in many] == [f'targetgroup/g{number}/73e2d6bc24d8a067' for number in range(5)]


def test_instances_are_asked_for_in_batches_and_only_once(elb: Elb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_zones, 'INSTANCES_OF_A_CALL', 3)
    elb.balancers = [app('web', *map(Target, IDS)), app('web-2', *map(Target, IDS))]
    again = reader()
    first, second = read(by=again), read(by=again)
    assert first == second
    assert elb.actions.count('DescribeInstances') == 3


def test_an_instance_that_is_not_known_is_asked_for_again(elb: Elb) -> None:
    elb.balancers = [app('web', Target('i-0fedcba9876543210'))]
    again = reader()
    assert counts_of(read(by=again)) == counted((None, HEALTHY, 1))
    elb.instances = {'i-0fedcba9876543210': ZONES[0]}
    assert counts_of(read(by=again)) == counted((A, HEALTHY, 1))


DENIALS = [
    pytest.param('DescribeTargetHealth', 'elasticloadbalancing', id='the health of targets'),
    pytest.param('DescribeTargetGroups', 'elasticloadbalancing', id='the groups'),
    pytest.param('DescribeTargetGroupAttributes', 'elasticloadbalancing', id='the setting of a group'),
    pytest.param('DescribeLoadBalancerAttributes', 'elasticloadbalancing', id='the setting of a load balancer'),
    pytest.param('DescribeInstanceHealth', 'elasticloadbalancing', id='the health of instances'),
    pytest.param('DescribeLoadBalancers', 'elasticloadbalancing', id='the list'),
    pytest.param('DescribeInstances', 'ec2', id='the zones of instances'),
    pytest.param('DescribeTags', 'elasticloadbalancing', id='tags'),
]
WITH_TAGS = Chosen(names=('web',), tags=(('team', ('*',)),))


def reasons(value: Any) -> Iterator[str]:
    """Of everything in it that could not be observed."""
    if isinstance(value, Unobserved):
        yield value.reason
    elif isinstance(value, tuple):
        for item in value:
            yield from reasons(item)
    elif hasattr(value, '__dataclass_fields__'):
        for name in value.__dataclass_fields__:
            yield from reasons(getattr(value, name)) if name != 'queries' else ()


@pytest.mark.parametrize(('action', 'service'), DENIALS)
def test_a_missing_permission_is_named_and_costs_only_what_needs_it(elb: Elb, action: str, service: str) -> None:
    network = Later('web', 'network', ZONES, [Group('web', [Target(IDS[0])])])
    elb.balancers = [Classic('web', ZONES, {IDS[0]: IN_SERVICE}), network, Classic('other', ZONES)]
    whole = read(WITH_TAGS)
    elb.errors = {action: DENIED}
    found = read(WITH_TAGS)
    said = list(dict.fromkeys(reasons(found)))
    code = 'AccessDenied'
    assert said, found
    assert {f'missing permission {service}:{action} in eu-west-1 ({code})' in reason for reason in said} == {True}
    assert list(reasons(whole)) == []
    kept = 0 if action == 'DescribeLoadBalancers' else 2
    assert len(found.balancers) == kept


def test_zones_are_not_asked_for_again_in_a_run_that_may_not_ask(elb: Elb) -> None:
    elb.balancers = [app('web', Target(IDS[0])), app('web-2', Target(IDS[1]))]
    elb.errors = {'DescribeInstances': DENIED}
    again = reader()
    assert counts_of_all(read(by=again)) == [counted((None, HEALTHY, 1))] * 2
    assert elb.actions.count('DescribeInstances') == 1
    elb.errors = {}
    assert read(by=again).gaps == ()


def counts_of_all(found: LoadBalancers) -> list[Any]:
    return [
        group.counts for balancer in found.balancers if isinstance(balancer.groups, tuple) for group in balancer.groups
    ]


def test_a_region_that_the_organization_closes_says_so(elb: Elb) -> None:
    elb.errors = {'DescribeLoadBalancers': BY_SCP}
    why = (
        'missing permission elasticloadbalancing:DescribeLoadBalancers in eu-west-1 (AccessDenied, explicit deny in a '
    )
    assert read() == LoadBalancers((), (HERE,), (Unobserved(f'{why}service control policy)'),))


def test_a_region_that_throttles_is_asked_nothing_more(elb: Elb) -> None:
    elb.balancers = [Classic(f'web-{number}', ZONES, {IDS[0]: IN_SERVICE}) for number in range(4)]
    elb.errors = {'DescribeInstanceHealth': THROTTLED}
    found = read()
    why = 'AWS throttles elasticloadbalancing:DescribeInstanceHealth in eu-west-1 (Throttling)'
    assert found.gaps == (Unobserved(f'3 chosen load balancers of eu-west-1 not looked at: {why}'),)
    assert set(reasons(found.balancers)) == {why}
    assert elb.actions == [*['DescribeLoadBalancers'] * 2, *['DescribeInstanceHealth'] * ATTEMPTS]


def test_another_region_is_still_asked(elb: Elb) -> None:
    elb.balancers = [app('web', Target(IDS[0]))]
    found = read(regions=('eu-west-1', 'us-east-1', 'eu-west-1', 'nowhere'))
    assert found.regions == ('eu-west-1', 'us-east-1')
    assert [balancer.region for balancer in found.balancers] == ['eu-west-1', 'us-east-1']


def test_what_no_call_is_left_for_is_counted(elb: Elb) -> None:
    elb.balancers = [app(f'web-{number}', Target(IDS[0])) for number in range(9)]
    found = read(max_calls=20)
    why = 'this run has made all 10 calls that it may make for load balancers'
    assert found.gaps == (Unobserved(f'6 chosen load balancers of eu-west-1 not looked at: {why}'),)
    assert len(elb.asked) == 10


def test_the_next_run_begins_with_what_this_one_left_out(elb: Elb) -> None:
    elb.balancers = [app(f'web-{number}', Target(IDS[0])) for number in range(9)]
    reader = LoadBalancerReader(EVERYTHING, wait=lambda _: None)
    runs = [[balancer.name for balancer in read(max_calls=20, by=reader).balancers] for _ in range(4)]
    assert runs[0] == ['web-0', 'web-1', 'web-2']
    assert {name for names in runs for name in names} == {f'web-{number}' for number in range(9)}


def test_what_was_left_out_and_is_gone_is_not_waited_for(elb: Elb) -> None:
    elb.balancers = [app(f'web-{number}', Target(IDS[0])) for number in range(9)]
    reader = LoadBalancerReader(EVERYTHING, wait=lambda _: None)
    read(max_calls=20, by=reader)
    del elb.balancers[3]
    assert next(balancer.name for balancer in read(max_calls=20, by=reader).balancers) == 'web-0'


def test_never_more_calls_than_the_share_of_one_run(elb: Elb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_balancers, 'MOST_CALLS', 6)
    elb.balancers = [app(f'web-{number}', Target(IDS[0])) for number in range(9)]
    assert len(read().balancers) < 9
    assert len(elb.asked) == 6


def test_without_time_nothing_is_asked(elb: Elb) -> None:
    assert read(seconds=0.0).gaps == (Unobserved('the time that this run may take for load balancers is over'),)
    assert elb.asked == []


def test_calls_are_paced_within_the_time_that_is_left(elb: Elb) -> None:
    waits: list[float] = []
    elb.balancers = [app('web', Target(IDS[0]))]
    read(by=LoadBalancerReader(EVERYTHING, wait=waits.append))
    assert len(waits) == len(elb.asked)
    assert all(0.1 <= wait <= 0.3 for wait in waits)
    assert len(set(waits)) > 1, 'agents that start together do not stay together'


@pytest.mark.parametrize(
    'balancer',
    [
        pytest.param(Classic('$(touch x)', ZONES), id='a name that no load balancer has'),
        pytest.param(Later('a b', 'application', ZONES), id='an ARN that none has'),
    ],
)
def test_what_has_no_name_of_a_load_balancer_is_left_out(elb: Elb, balancer: Classic | Later) -> None:
    elb.balancers = [balancer]
    assert read().balancers == ()


def test_zones_that_are_none_are_left_out(elb: Elb) -> None:
    elb.balancers = [Classic('web', ('eu-west-1a', '; rm -rf', 'eu-west-1-lax-1a'))]
    assert read().balancers[0].zones == ('eu-west-1-lax-1a', 'eu-west-1a')


def test_moto_agrees_on_classic_and_application_load_balancers(moto: str) -> None:
    """It derives health from the state of instances: two in one zone and three in another, one of them stopped."""
    region = 'us-east-1'
    ec2, elb, elbv2 = (operator(service, region) for service in ('ec2', 'elb', 'elbv2'))
    subnets = {s['AvailabilityZone']: s for s in ec2.describe_subnets()['Subnets']}
    zones = ('us-east-1a', 'us-east-1b')
    ids = [id for zone, number in zip(zones, (2, 3), strict=True) for id in started(ec2, subnets[zone], number)]
    elb.create_load_balancer(
        LoadBalancerName='classic',
        Listeners=[{'Protocol': 'http', 'LoadBalancerPort': 80, 'InstancePort': 80}],
        AvailabilityZones=list(zones),
    )
    elb.register_instances_with_load_balancer(LoadBalancerName='classic', Instances=[{'InstanceId': id} for id in ids])
    made = elbv2.create_load_balancer(Name='web', Subnets=[subnets[zone]['SubnetId'] for zone in zones])
    vpc = subnets[zones[0]]['VpcId']
    group = elbv2.create_target_group(Name='web', Protocol='HTTP', Port=80, VpcId=vpc)['TargetGroups'][0]
    arn = made['LoadBalancers'][0]['LoadBalancerArn']
    forward = [{'Type': 'forward', 'TargetGroupArn': group['TargetGroupArn']}]
    elbv2.create_listener(LoadBalancerArn=arn, Protocol='HTTP', Port=80, DefaultActions=forward)
    elbv2.register_targets(TargetGroupArn=group['TargetGroupArn'], Targets=[{'Id': id} for id in ids])
    ec2.stop_instances(InstanceIds=[ids[4]])
    a, b = map(AvailabilityZone, zones)
    healthy = ((a, HEALTHY, 2), (b, HEALTHY, 2))
    found = read(regions=(region,))
    assert found.gaps == ()
    assert counts_of_all(found) == [
        counted(*healthy, (b, UNHEALTHY, 1)),
        counted(*healthy, (b, TargetState.UNUSED, 1)),
    ]
    assert [balancer.zones for balancer in found.balancers] == [(a, b), (a, b)]


def started(ec2: Any, subnet: Any, number: int) -> list[str]:
    made = ec2.run_instances(ImageId='ami-12c6146b', SubnetId=subnet['SubnetId'], MinCount=number, MaxCount=number)
    return [instance['InstanceId'] for instance in made['Instances']]
