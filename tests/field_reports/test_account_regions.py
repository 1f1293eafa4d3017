"""Regions that the organization denies, and of how many of them the check knows."""

from tests.account.ec2_server import Account
from tests.account.organization import Organization
from tests.account.whole_run import allows, make_role, policy, statement
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer, Fix

DENIED = 'integration-permissions-denied'
OPEN = ('eu-central-1', 'eu-west-1')
CLOSED = ('ap-northeast-1', 'sa-east-1', 'us-east-1', 'us-west-2')
ALL = tuple(sorted((*OPEN, *CLOSED)))
FOUR = ALL[:4]
PERMISSIONS_ONLY = {'features': ['permissions'], 'regions': 'integration'}


def a_role() -> None:
    make_role(policy(statement()), policy(allows('*')))


REPORTS = (
    AccountReport(
        number=3,
        situation='The organization denies all regions but two (Control Tower region deny), and Datadog collects all.',
        sources=(
            'elastic/cloudbeat#3014',
            'DataDog/documentation#13509',
            'awslabs/aws-well-architected-labs#854',
        ),
        right='All regions are asked. Those that are denied are named, and are to be excluded in Datadog.',
        prepare=a_role,
        fleet=Account(regions=ALL),
        organization=Organization(closed=CLOSED),
        options=PERMISSIONS_ONLY,
        answer=Answer(
            causes=(DENIED,),
            findings={DENIED: 'warning'},
            says={DENIED: ("the organization's policies may deny", 'mostly in ap-northeast-1', 'and 1 more')},
            fixes={DENIED: Fix(has=('deselect', *CLOSED, 'include_only: ["eu-central-1", "eu-west-1"]'))},
        ),
    ),
    AccountReport(
        number=3,
        variant='no region is denied',
        situation='The organization denies nothing, and Datadog collects all regions.',
        sources=('DataDog/documentation#13509',),
        right='Passed, and it says in how many regions that was asked: in all.',
        prepare=a_role,
        fleet=Account(regions=ALL),
        organization=Organization(),
        options=PERMISSIONS_ONLY,
        answer=Answer(findings={DENIED: 'ok'}, says={DENIED: (f'in {len(ALL)} regions',)}),
    ),
    AccountReport(
        number=3,
        variant='IAM throttles',
        situation='IAM throttles the simulator before all regions were asked.',
        sources=('cloud-custodian/cloud-custodian#7641',),
        right='No verdict: it says how many regions were not asked yet, and the next run goes on.',
        prepare=a_role,
        fleet=Account(regions=ALL),
        organization=Organization(closed=CLOSED[-1:], throttled_after=6),
        options=PERMISSIONS_ONLY,
        answer=Answer(findings={DENIED: 'unknown'}, says={DENIED: ('not asked yet in', f'of {len(ALL)} regions')}),
    ),
    AccountReport(
        number=3,
        variant='the regions may not be listed',
        situation='Datadog collects all regions, and this check may not ask which are enabled.',
        sources=('DataDog/documentation#13509',),
        right='No verdict beyond the region that was asked, and the missing permission is named.',
        prepare=a_role,
        fleet=Account(regions=ALL, denied=frozenset({'DescribeRegions'})),
        organization=Organization(closed=CLOSED[1:]),
        options={'features': ['permissions'], 'regions': ['eu-west-1']},
        answer=Answer(
            findings={DENIED: 'unknown'},
            says={DENIED: ('in eu-west-1 so far', 'not known for other regions', 'ec2:DescribeRegions')},
        ),
    ),
    AccountReport(
        number=4,
        situation='Datadog has five regions on record, and the organization denies the last one.',
        sources=('DataDog/documentation#13509',),
        right='All five are asked, the denied one is named, and the fix keeps the other four.',
        prepare=a_role,
        record={'aws_regions': {'include_only': [*FOUR, 'us-west-2']}},
        organization=Organization(closed=['us-west-2']),
        options=PERMISSIONS_ONLY,
        answer=Answer(
            causes=(DENIED,),
            findings={DENIED: 'warning'},
            says={DENIED: ('mostly in us-west-2, not in the other regions',)},
            fixes={DENIED: Fix(has=('deselect', 'us-west-2'), lacks=('ap-south-1',))},
        ),
    ),
    AccountReport(
        number=4,
        variant='the region is not on record',
        situation='The organization denies a region that Datadog does not collect.',
        sources=('DataDog/documentation#13509',),
        right='That is how it should be: Passed.',
        prepare=a_role,
        record={'aws_regions': {'include_only': [*FOUR]}},
        organization=Organization(closed=['us-west-2']),
        options=PERMISSIONS_ONLY,
        answer=Answer(findings={DENIED: 'ok'}, says={DENIED: ('in 4 regions',)}),
    ),
    AccountReport(
        number=4,
        variant='one service is denied everywhere',
        situation='The organization denies sns:ListTopics in all regions.',
        sources=('DataDog/documentation#13509',),
        right='The action is named; no region is to be excluded for it.',
        prepare=a_role,
        record={'aws_regions': {'include_only': [*FOUR]}},
        organization=Organization(denied=['sns:ListTopics']),
        options=PERMISSIONS_ONLY,
        answer=Answer(
            causes=(DENIED,),
            findings={DENIED: 'warning'},
            says={DENIED: ('(sns:ListTopics)',)},
            fixes={DENIED: Fix(has=('administrators',), lacks=('deselect',))},
        ),
    ),
)

test_report = account_test(REPORTS)
