"""Load balancers whose hosts somebody counts once for each zone."""

from collections.abc import Sequence
from typing import Any

from tests.account.elb_server import Classic, Elb, Group, Later, Target
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer, Fix

INFLATED = 'elb-cross-zone-counts-inflated'
GUIDE = 'https://docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/#wrong-count-of-awselbhealthy_host_count'
A, B, C = ZONES = ('us-east-1a', 'us-east-1b', 'us-east-1c')
CHOSEN = {'features': ['load_balancers'], 'load_balancers': {'names': ['web*']}, 'regions': ['us-east-1']}


def instances(*by_zone: tuple[str, int]) -> dict[str, str]:
    """The zone of each."""
    zones = [zone for zone, number in by_zone for _ in range(number)]
    return {f'i-{number:017x}': zone for number, zone in enumerate(zones)}


TWO_AND_THREE, FOUR_THREE_THREE = instances((A, 2), (B, 3)), instances((A, 4), (B, 3), (C, 3))


def classic(placed: dict[str, str], zones: Sequence[str], state: str = 'InService', **differences: Any) -> Elb:
    reason = 'N/A' if state == 'InService' else 'Instance'
    return Elb([Classic('web', zones, dict.fromkeys(placed, (state, reason)), **differences)], placed)


def later(placed: dict[str, str], type_: str = 'application', state: str = 'healthy', **differences: Any) -> Elb:
    group = Group('web', [Target(id, state) for id in placed])
    return Elb([Later('web', type_, ZONES[:2], [group], **differences)], placed)


def report(number: int, balancers: Elb, monitors: Sequence[str], answer: Answer, **texts: Any) -> AccountReport:
    return AccountReport(number=number, balancers=balancers, monitors=monitors, answer=answer, options=CHOSEN, **texts)


REPORTS = (
    report(
        31,
        classic(TWO_AND_THREE, (A, B)),
        ['sum(last_5m):sum:aws.elb.healthy_host_count{name:web} < 4'],
        Answer(
            causes=(INFLATED,),
            says={INFLATED: ('shows 10 where 5 are healthy (2 in us-east-1a, 3 in us-east-1b)', 'monitor 1')},
            fixes={INFLATED: Fix(has=['sum:aws.elb.healthy_host_count_deduped{name:web}'], lacks=['equal'])},
        ),
        situation='A Classic Load Balancer with cross-zone load balancing has two instances in one zone and three in '
        'another, each zone shows five, and a monitor that adds them up sees ten.',
        sources=(GUIDE,),
        right='The monitor is named, with 10 instead of 5 and two and three by zone, and with the query that is right. '
        'Cross-zone load balancing stays on.',
    ),
    report(
        31,
        classic(TWO_AND_THREE, (A, B), cross_zone=False),
        ['sum(last_5m):sum:aws.elb.healthy_host_count{name:web} < 4'],
        Answer(findings={INFLATED: 'ok'}, says={INFLATED: ('counts each target of 1 target group once',)}),
        variant='without cross-zone load balancing',
        situation='The same, and each zone shows its own instances.',
        right='Nothing is wrong with the monitor.',
    ),
    report(
        31,
        classic(TWO_AND_THREE, (A, B)),
        ['avg(last_5m):sum:aws.elb.healthy_host_count{*} by {loadbalancername} < 4'],
        Answer(
            causes=(INFLATED,),
            fixes={
                INFLATED: Fix(
                    has=['sum:aws.elb.healthy_host_count_deduped{*} by {loadbalancername}'],
                    lacks=['{loadbalancername:web'],
                )
            },
        ),
        variant='a monitor of all load balancers',
        situation='One monitor is for each load balancer that there is, of which one is chosen here.',
        right='The query that is right is still for all of them: no other load balancer stops being watched.',
    ),
    report(
        31,
        classic(TWO_AND_THREE, (A, B)),
        [
            'max(last_5m): ( sum:aws.elb.healthy_host_count{*} by {region,loadbalancername} / ( '
            'sum:aws.elb.healthy_host_count{*} by {region,loadbalancername} + sum:aws.elb.un_healthy_host_count{*} by '
            '{region,loadbalancername} ) ) * 100 < 75',
            'pct_change(avg(last_5m),last_1h):sum:aws.elb.healthy_host_count{name:web} < -50',
        ],
        Answer(
            findings={INFLATED: 'ok'},
            says={
                INFLATED: ('shows 10 where 5 are healthy', 'no monitor makes this sum where it would change the result')
            },
        ),
        variant='a share of healthy hosts',
        situation='A monitor of a Terraform module compares the percentage of hosts that are healthy, and another one '
        'how many percent were lost.',
        right='Both sums of the quotient are twice as large, so the percentage is right, and nothing is to be changed: '
        'with another count in one of them it would be 50 percent.',
    ),
    report(
        32,
        classic(FOUR_THREE_THREE, ZONES, 'OutOfService'),
        ['avg(last_5m):sum:aws.elb.un_healthy_host_count{*} > 9'],
        Answer(causes=(INFLATED,), says={INFLATED: ('shows 30 where 10 are unhealthy',)}),
        situation='Ten unhealthy instances of a Classic Load Balancer show as ten in each of three zones, '
        'and as thirty in a sum.',
        sources=('prometheus/cloudwatch_exporter#287',),
        right='Thirty is ten, counted once for each zone.',
    ),
    report(
        33,
        later(TWO_AND_THREE),
        ['min(last_5m):max:aws.applicationelb.healthy_host_count{name:web} < 2'],
        Answer(
            findings={INFLATED: 'ok'},
            says={INFLATED: ('no monitor makes this sum', 'as AWS documents for Classic Load Balancers')},
        ),
        variant='nobody adds up zones',
        situation='An Application Load Balancer in two zones, with cross-zone load balancing, as they all have it.',
        right='No alarm, as nothing makes the sum; what a sum would show is told, and that AWS documents it '
        'for Classic Load Balancers alone.',
    ),
    report(
        33,
        later(TWO_AND_THREE, 'network', cross_zone=True),
        ['min(last_5m):sum:aws.networkelb.healthy_host_count{name:web} by {name,targetgroup} <= 1'],
        Answer(
            causes=(INFLATED,),
            fixes={
                INFLATED: Fix(has=['Datadog has no deduped count'], lacks=['networkelb.healthy_host_count_deduped'])
            },
        ),
        variant='a Network Load Balancer',
        situation='A monitor adds up the zones of a Network Load Balancer with cross-zone load balancing.',
        right='The sum is too large. Datadog has no deduped count for this kind, so none is proposed.',
    ),
    report(
        33,
        later(TWO_AND_THREE, 'network', cross_zone=True),
        [
            'min(last_5m):sum:aws.networkelb.healthy_host_count{name:web} by {name,targetgroup} <= 0',
            'min(last_5m):sum:aws.networkelb.un_healthy_host_count{name:web} > 0.05',
        ],
        Answer(
            findings={INFLATED: 'ok'}, says={INFLATED: ('no monitor makes this sum where it would change the result',)}
        ),
        variant='is any left',
        situation='The same sum, of which monitors only ask whether it is none.',
        right='Twice none is none: the monitors are right, although the sum is too large.',
    ),
    report(
        34,
        classic({}, (A, B)),
        ['min(last_5m):sum:aws.elb.healthy_host_count{name:web} < 1'],
        Answer(findings={INFLATED: 'ok'}, says={INFLATED: ('without targets, and so without host counts', 'web')}),
        situation='A load balancer is listed in the console, and has no metrics: it has no instances.',
        sources=(GUIDE, 'prometheus-community/yet-another-cloudwatch-exporter#146'),
        right='It has no targets, and CloudWatch publishes nothing of it: that is expected.',
    ),
    report(
        34,
        later(TWO_AND_THREE, state='unhealthy'),
        [],
        Answer(findings={INFLATED: 'ok'}, says={INFLATED: ('requests go to all (fail open)',)}),
        variant='no healthy target, and requests are served',
        situation='All targets of an Application Load Balancer are unhealthy, and requests are still answered.',
        right='It fails open: without a healthy target it sends requests to all of them.',
    ),
)

test_report = account_test(REPORTS)
