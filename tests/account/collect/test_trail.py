"""Which calls of the role CloudTrail has as denied, and what it is asked for that."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.aws.trail import (
    MOST_PAGES,
    MOST_SESSIONS,
    PACE,
    Trail,
    with_global_services,
)
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts.account import DeniedCall, DeniedCalls
from datadog_checks.aws_diagnostics.facts.values import RegionName
from tests.account import servers
from tests.account.builders import ROLE_ARN, role
from tests.account.cloudtrail_server import BY_SCP, CloudTrail, assumed, called, cloudtrail_server, listed

NOW = 1_790_000_000.0
SINCE = NOW - 3600
EU, US = RegionName('eu-west-1'), RegionName('us-east-1')
OTHER_ROLE = ROLE_ARN.replace('Datadog', 'Other')
SESSION = 'DatadogAWSIntegration'
EC2, DENIED = 'ec2.amazonaws.com', 'Client.UnauthorizedOperation'
KNOWN = assumed(ROLE_ARN, SESSION, NOW - 60)


class Reader:
    """Reads a trail as a run does, and counts the pauses."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._tmp_path, self._monkeypatch = tmp_path, monkeypatch
        self.waits: list[float] = []

    def __call__(self, trail: CloudTrail, *regions: str, seconds: float = 60) -> DeniedCalls:
        with cloudtrail_server(trail) as endpoint:
            servers.use(self._monkeypatch, servers.environment(endpoint, self._tmp_path))
            with open_session(AccountOptions()) as session:
                reading = Trail(session, role(), SINCE, Deadline(seconds), self.waits.append)
                return reading.denied(regions or (EU,), NOW)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path, monkeypatch)


def refused(name: str = 'DescribeInstances', at: float = NOW - 30, **differences: Any) -> dict[str, Any]:
    arguments = {'role_arn': ROLE_ARN, 'session': SESSION, 'source': EC2, 'code': DENIED, **differences}
    return called(name=name, at=at, **arguments)


def calls(*found: DeniedCall, **differences: Any) -> DeniedCalls:
    return DeniedCalls(SINCE, found, **{'regions': (EU,), 'sessions': 1, 'complete': True, **differences})


EVENTS = [
    pytest.param([refused()], [DeniedCall('ec2:DescribeInstances', EU, 1, NOW - 30)], id='one call'),
    pytest.param(
        [refused(), refused(at=NOW - 90)], [DeniedCall('ec2:DescribeInstances', EU, 2, NOW - 30)], id='the same twice'
    ),
    pytest.param(
        [refused('ListTopics', source='sns.amazonaws.com', code='AccessDenied')],
        [DeniedCall('sns:ListTopics', EU, 1, NOW - 30)],
        id='another code',
    ),
    pytest.param(
        [refused('ListMetrics', source='monitoring.amazonaws.com', code='AccessDenied')],
        [DeniedCall('cloudwatch:ListMetrics', EU, 1, NOW - 30)],
        id='a service that IAM names otherwise',
    ),
    pytest.param(
        [
            refused(
                'ListBuckets',
                source='s3.amazonaws.com',
                code='AccessDenied',
                message=f'User: x is not authorized to perform: s3:ListAllMyBuckets on resource: y {BY_SCP}',
            )
        ],
        [DeniedCall('s3:ListAllMyBuckets', EU, 1, NOW - 30, 'service control policy')],
        id='the message names the action and who denies it',
    ),
    pytest.param([refused(code='')], [], id='a call that succeeded'),
    pytest.param([refused(code='Client.InvalidParameterValue')], [], id='a call that failed for another reason'),
    pytest.param([refused(role_arn=OTHER_ROLE)], [], id='a session of the same name of another role'),
    pytest.param([refused(session='Somebody')], [], id='a session of another name'),
    pytest.param([refused(at=SINCE - 60)], [], id='before the time that was asked for'),
    pytest.param([refused(source='$(reboot)')], [], id='a service of no known form'),
    pytest.param([listed('[', NOW - 30, Username=[SESSION], ResourceName=[])], [], id='an event that is no JSON'),
    pytest.param([listed([1], NOW - 30, Username=[SESSION], ResourceName=[])], [], id='an event that is a list'),
]


@pytest.mark.parametrize(('events', 'expected'), EVENTS)
def test_only_what_was_denied_to_a_session_of_the_role_counts(
    events: Sequence[dict[str, Any]], expected: list[DeniedCall], read: Reader
) -> None:
    assert read(CloudTrail({EU: [KNOWN, *events]})) == calls(*expected)


NAMES = [
    pytest.param([], 0, id='nobody assumed the role'),
    pytest.param([assumed(OTHER_ROLE, SESSION, NOW - 60)], 0, id='somebody assumed another role'),
    pytest.param([assumed(ROLE_ARN, SESSION, NOW - 60, errorCode='AccessDenied')], 0, id='it was refused'),
    pytest.param([assumed(ROLE_ARN, '$(x) y', NOW - 60)], 0, id='a name of no known form'),
    pytest.param([KNOWN, KNOWN, assumed(ROLE_ARN, 'Two', NOW - 60)], 2, id='two names, one of them twice'),
]


@pytest.mark.parametrize(('events', 'sessions'), NAMES)
def test_the_names_of_sessions_come_from_who_assumed_the_role(
    events: Sequence[dict[str, Any]], sessions: int, read: Reader
) -> None:
    assert read(CloudTrail({EU: [*events]})) == calls(sessions=sessions)


def test_a_session_is_looked_for_in_every_region_wherever_it_began(read: Reader) -> None:
    trail = CloudTrail({US: [KNOWN], EU: [refused()]})
    assert read(trail, EU, US) == calls(DeniedCall('ec2:DescribeInstances', EU, 1, NOW - 30), regions=(EU, US))
    role_in, session_in = (('ResourceName', ROLE_ARN), ('Username', SESSION))
    assert trail.asked == [(EU, *role_in), (US, *role_in), (EU, *session_in), (US, *session_in)]
    assert read.waits == [PACE] * 4


@pytest.mark.parametrize(
    ('partition', 'regions', 'read'),
    [
        ('aws', ('eu-west-1',), ('us-east-1', 'eu-west-1')),
        ('aws', ('eu-west-1', 'us-east-1'), ('eu-west-1', 'us-east-1')),
        ('aws-us-gov', ('us-gov-east-1',), ('us-gov-west-1', 'us-gov-east-1')),
        ('aws-cn', ('cn-northwest-1',), ('cn-north-1', 'cn-northwest-1')),
        ('aws-iso', ('us-iso-east-1',), ('us-iso-east-1',)),
    ],
)
def test_global_services_are_looked_up_where_they_are_recorded(
    partition: str, regions: Sequence[str], read: Sequence[str]
) -> None:
    assert with_global_services(regions, partition) == read


def test_a_region_that_refuses_costs_the_others_nothing_and_is_named(read: Reader) -> None:
    trail = CloudTrail({US: [KNOWN, refused()]}, refused={EU: 'AccessDeniedException'})
    assert read(trail, EU, US) == calls(
        DeniedCall('ec2:DescribeInstances', US, 1, NOW - 30),
        regions=(US,),
        complete=False,
        reason='missing permission cloudtrail:LookupEvents in eu-west-1 (AccessDeniedException)',
    )


def test_without_any_region_there_is_a_reason(read: Reader) -> None:
    with pytest.raises(CallFailed) as failure:
        read(CloudTrail(refused={EU: 'AccessDeniedException'}))
    assert str(failure.value) == 'missing permission cloudtrail:LookupEvents in eu-west-1 (AccessDeniedException)'


def test_more_pages_than_are_read_are_said(read: Reader) -> None:
    found = read(CloudTrail({EU: [KNOWN, *[refused()] * (MOST_PAGES + 1)]}, page=1))
    assert found == calls(DeniedCall('ec2:DescribeInstances', EU, MOST_PAGES, NOW - 30), complete=False)


def test_more_sessions_than_are_looked_for_are_said(read: Reader) -> None:
    found = read(CloudTrail({EU: [assumed(ROLE_ARN, f'session-{n}', NOW - 60) for n in range(MOST_SESSIONS + 1)]}))
    assert found == calls(sessions=MOST_SESSIONS, complete=False)


def test_no_call_begins_after_the_deadline(read: Reader) -> None:
    trail = CloudTrail({EU: [KNOWN]})
    with pytest.raises(CallFailed, match='the deadline of this run is over'):
        read(trail, seconds=0)
    assert trail.asked == []
