"""Why an instance has several rows: the cause is what the rows prove, and one reading does not tell what stays."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import HostMeta, HostRow
from datadog_checks.aws_diagnostics.facts.values import AccountId, InstanceId, RegionName
from datadog_checks.aws_diagnostics.rules.duplicates import Age, Cause, Why, duplicate, names_of
from datadog_checks.aws_diagnostics.rules.shared_names import shared

ID, OTHER_ID = InstanceId('i-0123456789abcdef0'), InstanceId('i-0fedcba9876543210')
ACCOUNT, REGION = AccountId('123456789012'), RegionName('eu-west-1')
NOW = 1_800_000_000
HOUR = 3600


def aws(instance_id: InstanceId = ID, name: str = '', **differences: Any) -> HostRow:
    """The row of the AWS integration."""
    usual = {'knows_aws': True, 'aws_reports': True, 'up': True, 'reported_at': NOW - 600}
    return HostRow(name or instance_id, (instance_id,), ACCOUNT, REGION, **{**usual, **differences})


def agent(name: str = 'web-1', **differences: Any) -> HostRow:
    usual = {'has_agent': True, 'up': True, 'by_alias': True, 'reported_at': NOW}
    return HostRow(name, (ID,), **{**usual, **differences})


def meta(os: str, **differences: str) -> HostMeta:
    return HostMeta(os, **differences)


GUIDE = 'Datadog: such rows disappear a few hours after the Agent was installed, and do not affect the bill'
BY_HAND = (
    "the Agent reports 'web-1', and its operating system is named 'ip-10-0-0-12', so its configuration sets the name. "
    f'{GUIDE}'
)
NODE = 'ip-10-0-1-56.us-west-2.compute.internal'
RESOURCE_NAME = f'{ID}.ec2.internal'
CAUSES = [
    pytest.param(
        [aws(), agent()],
        {'web-1': meta('ip-10-0-0-12', installer='install_script')},
        Why(Cause.SET_BY_HAND, BY_HAND),
        id='the hostname was set by hand (the guide; datadog-agent#3210)',
    ),
    pytest.param(
        [aws(), agent()],
        {'web-1': meta('WEB-1')},
        Why(Cause.OS_NAME, "'web-1' is the hostname of its operating system, and no default name of EC2"),
        id='the operating system has a name of its own (mozilla-services/autopush#931)',
    ),
    pytest.param(
        [aws(), agent('web-1.example.com')],
        {'web-1.example.com': meta('web-1', socket_fqdn='web-1.example.com')},
        Why(Cause.OS_NAME, "'web-1.example.com' is the hostname of its operating system, and no default name of EC2"),
        id='the Agent reports the whole name of its host (hostname_fqdn)',
    ),
    pytest.param(
        [aws(), agent(RESOURCE_NAME)],
        {RESOURCE_NAME: meta(RESOURCE_NAME)},
        Why(
            Cause.OS_NAME, f"'{RESOURCE_NAME}' is the hostname of its operating system, and begins with the instance id"
        ),
        id='EC2 names it by its instance id (resource-based naming)',
    ),
    pytest.param(
        [aws(), agent(f'{NODE}-prod', cluster='prod')],
        {},
        Why(Cause.NODE_NAME, f"'{NODE}-prod' is the name of a node, with that of its cluster 'prod'"),
        id='a node of Kubernetes, with its cluster (datadog-agent#5990)',
    ),
    pytest.param(
        [aws(), agent(NODE)],
        {},
        Why(
            Cause.DEFAULT_NAME,
            f"'{NODE}' is a default name of EC2, for which an Agent takes the instance id where it can read it",
        ),
        id='a default name: the Agent could not read the instance id (helm-charts#419)',
    ),
    pytest.param(
        [aws(), agent('EC2AMAZ-1A2B3C4')],
        {'EC2AMAZ-1A2B3C4': meta('EC2AMAZ-1A2B3C4')},
        Why(
            Cause.WINDOWS_NAME,
            "'EC2AMAZ-1A2B3C4' is a default name of Windows on EC2, which an Agent keeps unless "
            'ec2_use_windows_prefix_detection is true',
        ),
        id='a default name of Windows (datadog-agent#4148)',
    ),
    pytest.param(
        [aws(), agent('domU-12-31-39-0A-0B-0C.compute-1.internal')],
        {},
        Why(
            Cause.DEFAULT_NAME,
            "'domU-12-31-39-0A-0B-0C.compute-1.internal' is a default name of EC2, for which an Agent takes the "
            'instance id where it can read it',
        ),
        id='a default name of an old instance',
    ),
    pytest.param(
        [aws(), agent(up=False)],
        {},
        Why(Cause.STOPPED, "the Agent of 'web-1' does not report any more", goes_away=True),
        id='the Agent was removed',
    ),
    pytest.param(
        [aws(up=False, aws_reports=False), agent()],
        {},
        Why(Cause.AWS_ROW_LEFT, 'the AWS integration does not report its row any more', goes_away=True),
        id='the integration was removed',
    ),
    pytest.param(
        [agent('old', reported_at=NOW - HOUR), agent('new')],
        {},
        Why(Cause.RENAMED, "old does not report any more, and 'new' does", goes_away=True),
        id='renamed an hour ago, and Datadog still calls the old row up (datadog-agent#1410)',
    ),
    pytest.param(
        [agent('old', up=False), agent(ID, knows_aws=True, aws_reports=True)],
        {},
        Why(Cause.RENAMED, f"old does not report any more, and '{ID}' does", goes_away=True),
        id='now under its instance id, which is merged',
    ),
    pytest.param(
        [agent('host'), agent('datadog-x7k2p')],
        {'host': meta('host', agent_version='7.60.0', installer='dpkg'), 'datadog-x7k2p': meta('x')},
        Why(Cause.TWO_AGENTS, "2 Agents report this instance: 'datadog-x7k2p' and 'host' (Agent 7.60.0, dpkg)", False),
        id='an Agent on the host and one in a container (dd-agent#2006, datadog-agent#8606)',
    ),
    pytest.param(
        [agent('a', reported_at=0), agent('b', reported_at=0)],
        {},
        Why(Cause.NOT_KNOWN, 'the rows do not say when their Agents reported last'),
        id='two Agents, and no time',
    ),
    pytest.param(
        [aws(), agent()],
        {},
        Why(Cause.NOT_KNOWN, "nothing is known of the Agent of 'web-1': Datadog has no metadata of it"),
        id='no metadata',
    ),
    pytest.param(
        [aws(), agent()],
        Unobserved('Datadog throttles its API (429)'),
        Why(Cause.NOT_KNOWN, "nothing is known of the Agent of 'web-1': Datadog throttles its API (429)"),
        id='metadata that could not be read',
    ),
    pytest.param(
        [aws(), agent()],
        {'web-1': meta('')},
        Why(Cause.NOT_KNOWN, "Datadog does not know the hostname of the operating system of 'web-1'"),
        id='metadata without the hostname',
    ),
]
IN_A_CONTAINER = [
    pytest.param(agent(), meta('datadog-z4m6g', installer='helm'), id='by Helm (datadog-agent#11000)'),
    pytest.param(agent(), meta('3f2a9c0d1e4b'), id='by Docker'),
    pytest.param(agent(cluster='prod'), meta('datadog-z4m6g'), id='by tags of Kubernetes'),
    pytest.param(agent(), meta('x', installer='kubernetes sample manifests'), id='by manifests'),
]
"""Its operating system has the name of the container, so nothing tells who named the host (helm-charts#778)."""


@pytest.mark.parametrize(('rows', 'about', 'why'), CAUSES)
def test_the_cause_is_what_the_rows_prove(rows: Sequence[HostRow], about: Any, why: Why) -> None:
    found = duplicate(ID, rows, about)
    assert found is not None
    assert found.why == why
    assert duplicate(ID, rows[::-1], about) == found


@pytest.mark.parametrize(('row', 'about'), IN_A_CONTAINER)
def test_a_name_in_a_container_is_not_called_set_by_hand(row: HostRow, about: HostMeta) -> None:
    found = duplicate(ID, [aws(), row], {'web-1': about})
    assert found is not None
    said = f"the Agent of 'web-1' runs in a container, which is named '{about.socket_hostname}'"
    assert found.why == Why(Cause.NOT_KNOWN, said)


MERGED = [
    pytest.param([aws()], id='no Agent'),
    pytest.param([agent()], id='an Agent that AWS does not know'),
    pytest.param([agent(ID, knows_aws=True)], id='one row by both'),
    pytest.param([aws(), agent(knows_aws=True)], id='beside a row that is merged already'),
    pytest.param([aws(name='web'), agent(ID)], id='the Agent has the instance id'),
    pytest.param([aws(), aws(name='web')], id='two rows of AWS'),
]


@pytest.mark.parametrize('rows', MERGED)
def test_what_is_merged_is_no_duplicate(rows: Sequence[HostRow]) -> None:
    assert duplicate(ID, rows, {}) is None


LATER: Sequence[tuple[Age, bool | None]] = ((Age(), None), (Age(lasted=6 * HOUR), False), (Age(young=True), True))


@pytest.mark.parametrize(('age', 'goes_away'), LATER, ids=['one reading', 'there for hours', 'new'])
def test_only_a_second_reading_tells_whether_the_guide_s_case_goes_away(age: Age, goes_away: bool | None) -> None:
    found = duplicate(ID, [aws(), agent()], {'web-1': meta('ip-10-0-0-12')}, age)
    assert found is not None
    assert found.why.goes_away is goes_away


def test_what_stays_says_for_how_long_it_was_seen() -> None:
    found = duplicate(ID, [aws(), agent(NODE)], {}, Age(lasted=7.5 * HOUR))
    assert found is not None
    assert found.why.evidence.endswith('; both are there for 7 hours or longer')


def test_a_new_pair_of_another_cause_need_not_go_away() -> None:
    """What the guide says is about names that were set by hand."""
    found = duplicate(ID, [aws(), agent(NODE)], {}, Age(young=True))
    assert found is not None
    assert found.why.goes_away is None


def test_account_and_region_are_those_of_the_row_that_has_them() -> None:
    found = duplicate(ID, [agent(), aws()], {})
    assert found is not None
    assert (found.instance_id, found.account_id, found.region, found.names) == (ID, ACCOUNT, REGION, ('web-1', ID))


def test_names_are_in_the_same_order_however_the_list_is() -> None:
    assert names_of([aws(), agent('b'), agent('a')]) == names_of([agent('a'), aws(), agent('b')]) == ('a', 'b', ID)


def test_two_agents_that_both_fell_silent_are_not_called_running() -> None:
    """An instance that was terminated an hour ago: Datadog calls its rows up for one hour more."""
    found = duplicate(ID, [agent('a'), agent('b')], {}, at=NOW + HOUR)
    assert found is not None
    assert found.why == Why(Cause.STOPPED, 'a, b do not report any more', goes_away=True)


def test_an_agent_that_fell_silent_an_hour_ago_has_stopped() -> None:
    found = duplicate(ID, [aws(), agent(NODE)], {}, at=NOW + HOUR)
    assert found is not None
    assert found.why.cause is Cause.STOPPED


def test_an_agent_whose_row_has_no_time_has_not_stopped_for_that() -> None:
    found = duplicate(ID, [aws(), agent(NODE, reported_at=0)], {}, at=NOW)
    assert found is not None
    assert found.why.cause is Cause.DEFAULT_NAME


# One name of several instances


def golden(name: str = 'golden', **differences: Any) -> HostRow:
    """Of an image that was made with a hostname (dd-agent#1190, documentation#1928)."""
    usual = {'has_agent': True, 'up': True, 'by_alias': True, 'reported_at': NOW}
    return HostRow(name, (ID, OTHER_ID), **{**usual, **differences})


def test_one_name_of_several_instances_that_aws_reports_is_found() -> None:
    found = shared(golden(), [aws(), aws(OTHER_ID)])
    assert found is not None
    said = f"'golden' names {ID}, {OTHER_ID}, and AWS reports each of them"
    assert (found.instance_id, found.why) == (None, Why(Cause.SHARED_NAME, said, goes_away=False))
    assert found.names == ('golden', ID, OTHER_ID)


@pytest.mark.parametrize('late', [0, 20 * 60], ids=['now', 'as late as the integration may be'])
def test_rows_that_aws_reports_may_be_some_minutes_old(late: int) -> None:
    found = shared(golden(), [aws(), aws(OTHER_ID, reported_at=NOW - late)], at=NOW)
    assert found is not None
    assert found.why.cause is Cause.SHARED_NAME


@pytest.mark.parametrize('name', [NODE, 'EC2AMAZ-1A2B3C4'])
def test_a_default_name_of_several_instances_is_set_by_nobody(name: str) -> None:
    """So nothing in datadog.yaml is to be removed, and an address that is used again explains it for a while."""
    found = shared(golden(name), [aws(), aws(OTHER_ID)])
    assert found is not None
    said = f"'{name}' names {ID}, {OTHER_ID}, and AWS reports each of them"
    assert found.why == Why(Cause.DEFAULT_NAME, said, goes_away=None)


REPLACED: Mapping[str, tuple[HostRow, Sequence[HostRow]]] = {
    'the old instance is gone': (golden(), [aws()]),
    'the old instance is not reported any more': (golden(), [aws(), aws(OTHER_ID, aws_reports=False)]),
    'the old instance was terminated': (golden(), [aws(), aws(OTHER_ID, up=False)]),
    'AWS has not reported the old instance for an hour and a half': (
        golden(),
        [aws(), aws(OTHER_ID, reported_at=NOW - 90 * 60)],
    ),
    'and the address of the old instance is used again': (
        golden(name=NODE),
        [aws(), aws(OTHER_ID, reported_at=NOW - 90 * 60)],
    ),
    'the Agent does not report': (golden(up=False), [aws(), aws(OTHER_ID)]),
    'the Agent has not reported for an hour': (golden(reported_at=NOW - HOUR), [aws(), aws(OTHER_ID)]),
}


@pytest.mark.parametrize('situation', REPLACED)
def test_a_host_that_was_replaced_under_its_name_is_not(situation: str) -> None:
    assert shared(*REPLACED[situation]) is None
