"""What each monitor notifies of while a fleet lives: hosts are renamed, replaced and restarted, and some fail."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.expectations import ANY_HOSTNAME, Expectations
from datadog_checks.aws_diagnostics.facts import AgentConfiguration, Facts, HostnameProvider, Platform
from datadog_checks.aws_diagnostics.facts.values import AgentHostname, RegionName
from tests.account.builders import account_facts
from tests.asset_lint.test_monitors import NAMES
from tests.builders import INSTANCE_ID, agent, facts, imds
from tests.diagnoses.hostname.situations import FIRMWARE
from tests.diagnoses.imds.conversations import token_lost
from tools.asset_lint.monitor import read_monitor

from .evaluation import Reading
from .replay import EXPECTED, READINGS, Notification, monitor, replay
from .series import Sent, Span, sent_by
from .test_faults import ACCOUNTS, CANNOT_TELL, HEALTHY, HOSTS, POD
from .test_faults import FAR as FAR_PATH

Hosts = list[tuple[str, list[Span]]]
BROKEN = HOSTS['the endpoint was disabled while the Agent ran'][0]
LOST = HOSTS['the Agent started with the endpoint disabled, so without account and region'][0]
FAR = facts(imds=token_lost(identity=imds().identity, instance_id=INSTANCE_ID), path=FAR_PATH, host=POD)
SLOW = HOSTS['a token takes 400 ms'][0]
OLD = HOSTS['an old Agent that IMDSv1 gives its name'][0]
V1 = HOSTS['a healthy host where IMDSv1 answers too'][0]
UNKNOWN = facts(imds=CANNOT_TELL, path=CANNOT_TELL, agent=CANNOT_TELL)
WEB = AgentHostname('web-1')
CHOSEN = facts(
    agent=replace(agent(hostname=WEB, provider='configuration'), configuration=AgentConfiguration(hostname=WEB))
)
ANY = Expectations(hostname=ANY_HOSTNAME)
ANY_AND_CONFIGURED = replace(ANY, hostname_providers=(HostnameProvider.AWS, HostnameProvider.CONFIGURATION))
identity = imds().identity
assert identity is not None
ELSEWHERE = facts(imds=imds(identity=replace(identity, region=RegionName('us-east-1'))))
HOUR, DAY = 60, 24 * 60


def hosts(number: int, *spans: Span, name: str = 'host') -> Hosts:
    return [(f'{name}-{n}', [*spans]) for n in range(number)]


def steady(number: int, seen: Facts = HEALTHY, end: int = 4 * HOUR) -> Hosts:
    return hosts(number, Span(0, end, seen), name=f'steady-{id(seen)}')


def faulty(number: int, seen: Facts, end: int = 4 * HOUR) -> Hosts:
    """Healthy for an hour, and then with the fault under the same name."""
    return hosts(number, Span(0, HOUR, HEALTHY), Span(HOUR, end, seen), name=f'faulty-{id(seen)}')


def renamed(number: int, seen: Facts, end: int = 4 * HOUR, name: str = 'ip-10-0-0') -> Hosts:
    """Healthy for an hour under its instance id; then the Agent restarts, and the host is another one."""
    before = hosts(number, Span(0, HOUR, HEALTHY), name='i')
    return before + hosts(number, Span(HOUR + 2, end, seen), name=name)


def flapping(number: int, seen: Facts, minutes: int, end: int = 4 * HOUR) -> Hosts:
    """For so many minutes the one, for so many the other."""
    turns = range(0, end, 2 * minutes)
    spans = [s for t in turns for s in (Span(t, t + minutes, HEALTHY), Span(t + minutes, t + 2 * minutes, seen))]
    return hosts(number, *spans, name='flapping')


QUIET: dict[str, Hosts] = {
    'nothing happens': steady(12),
    'half of the hosts are scaled in': steady(6) + hosts(6, Span(0, HOUR, HEALTHY)),
    'a region is emptied': steady(6) + hosts(6, Span(0, HOUR, ELSEWHERE)),
    'every host is replaced by a new one': hosts(6, Span(0, HOUR, HEALTHY))
    + hosts(6, Span(70, 240, HEALTHY), name='new'),
    'nothing arrives any more': hosts(6, Span(0, HOUR, HEALTHY)),
    'Agents restart and need ten minutes': hosts(6, Span(0, HOUR, HEALTHY), Span(70, 240, HEALTHY)),
    'new hosts boot, and IMDS fails in their first run': steady(20)
    + hosts(2, Span(HOUR, 65, BROKEN), Span(65, 240, HEALTHY), name='new'),
    'a host gets its right name back': steady(6) + renamed(2, HEALTHY, name='i-right'),
    'names are chosen, and any is expected': steady(1) + hosts(9, Span(0, 240, CHOSEN, expected=ANY), name='chosen'),
    'names are chosen, as provider and name are expected': steady(1)
    + hosts(9, Span(0, 240, CHOSEN, expected=ANY_AND_CONFIGURED), name='chosen'),
    'a tenth of the hosts cannot tell, and they are two': steady(18) + faulty(2, UNKNOWN),
    'IMDS flaps on one host': steady(11) + flapping(1, BROKEN, 10),
    'the hop limit seems too low in every second run': steady(11) + flapping(1, FAR, 5),
}
"""No monitor says anything, at any time, however Datadog is read."""


def told(
    name: str, fleet: Hosts | Sent, reading: Reading = EXPECTED, end: int = 4 * HOUR, begin: int = 0
) -> list[Notification]:
    sent = fleet if isinstance(fleet, Sent) else sent_by(fleet)
    return replay(monitor(name), sent, end, reading, begin)


def words(found: Iterable[Notification]) -> list[str]:
    return [notification.state for notification in found]


@pytest.mark.parametrize('fleet', QUIET.values(), ids=QUIET)
def test_nobody_is_told_of_what_is_no_fault(fleet: Hosts) -> None:
    sent = sent_by(fleet)
    for read, reading in READINGS.items():
        found = {name: replay(monitor(name), sent, 4 * HOUR, reading) for name in NAMES}
        assert {name: notified for name, notified in found.items() if notified} == {}, read


RISES = ['warning', 'alert']
SHARES = {
    'many_names_lost': [
        (3, 1, []),
        (9, 2, []),
        (9, 3, RISES),
        (200, 6, ['warning']),
        (400, 3, []),
        (200, 12, RISES),
    ],
    'group_failing': [
        (3, 1, []),
        (3, 3, RISES),
        (9, 1, []),
        (9, 3, RISES),
        (100, 3, []),
        (100, 7, ['warning']),
        (200, 30, RISES),
    ],
    'cannot_tell': [(3, 1, []), (9, 2, []), (9, 3, RISES), (40, 6, ['warning'])],
}
"""Monitor -> of so many hosts so many have the fault: what is notified."""
FAULT_OF = {'many_names_lost': LOST, 'group_failing': BROKEN, 'cannot_tell': UNKNOWN}


@pytest.mark.parametrize(
    ('name', 'number', 'failing', 'expected'),
    [
        pytest.param(name, *case, id=f'{name}: {case[1]} of {case[0]}')
        for name, cases in SHARES.items()
        for case in cases
    ],
)
def test_a_share_needs_three_hosts_and_is_said_as_it_is(
    name: str, number: int, failing: int, expected: list[str]
) -> None:
    fault = FAULT_OF[name]
    broken = renamed(failing, fault) if name == 'many_names_lost' else faulty(failing, fault)
    sent = sent_by(steady(number - failing) + broken)
    for reading in (EXPECTED, Reading(looks_back=False)) if number < 100 else (EXPECTED,):
        found = told(name, sent, reading)
        assert words(found)[-1:] == expected[-1:], reading
        assert {*words(found)} <= {*expected}
        assert all(notified.value is not None and notified.value <= 100 * failing / number for notified in found)


def test_hosts_with_chosen_names_count_among_all() -> None:
    chosen = hosts(285, Span(0, 240, CHOSEN, expected=ANY), name='chosen')
    assert told('many_names_lost', chosen + steady(12) + renamed(3, LOST)) == []
    found = told('many_names_lost', chosen + steady(3) + renamed(12, LOST))
    assert words(found) == ['warning']
    assert 1 < (found[0].value or 0) <= 4


def test_a_warning_of_imds_is_not_a_host_on_which_it_fails() -> None:
    assert told('group_failing', faulty(9, SLOW)) == []


@pytest.mark.parametrize('name', ['hostname_provider', 'hostname_not_instance_id'])
def test_a_bad_image_is_one_notification_with_the_number_of_hosts(name: str) -> None:
    (found,) = told(name, steady(20) + hosts(80, Span(HOUR, 240, LOST), name='ip'))
    assert (found.state, found.about) == ('alert', ())
    later = told(name, steady(20) + hosts(80, Span(HOUR, 2 * HOUR, LOST), Span(2 * HOUR, 4 * HOUR, HEALTHY), name='ip'))
    assert words(later) == ['alert', 'ok']


FAULTS: dict[str, tuple[str, Facts]] = {
    'imdsv2_unusable': ('faulty-0', BROKEN),
    'hop_limit_too_low': ('faulty-0', FAR),
    'token_latency': ('faulty-0', SLOW),
    'name_lost_when_imdsv2_enforced': ('123456789012', OLD),
    'imdsv1_answers': ('123456789012', V1),
}


@pytest.mark.parametrize('reading', READINGS.values(), ids=READINGS)
@pytest.mark.parametrize('name', FAULTS)
def test_a_fault_alerts_within_half_an_hour_and_recovers(name: str, reading: Reading) -> None:
    about, fault = FAULTS[name]
    spans = (Span(0, HOUR, HEALTHY), Span(HOUR, 3 * HOUR, fault), Span(3 * HOUR, 5 * HOUR, HEALTHY))
    found = told(name, hosts(1, *spans, name='faulty'), reading, 6 * HOUR)
    (first,), last = (notified for notified in found if notified.state == 'alert'), found[-1]
    assert ({notified.about for notified in found}, last.state) == ({(about,)}, 'ok')
    assert HOUR < first.minute <= HOUR + 30
    assert 3 * HOUR < last.minute <= 4 * HOUR + 10


@pytest.mark.parametrize('reading', READINGS.values(), ids=READINGS)
@pytest.mark.parametrize('name', [*FAULTS, 'many_names_lost', 'group_failing', 'hostname_provider'])
def test_the_alert_about_hosts_that_were_terminated_ends_within_three_hours(name: str, reading: Reading) -> None:
    fault = FAULTS[name][1] if name in FAULTS else LOST if 'name' in name else BROKEN
    ends = hosts(4, Span(0, HOUR, HEALTHY), Span(HOUR, 3 * HOUR, fault))
    found = told(name, [*steady(4, end=7 * HOUR), *ends], reading, 7 * HOUR)
    alerts = {notified.about: notified.state for notified in found}
    assert set(words(found)) >= {'alert', 'ok'}
    assert {*alerts.values()} == {'ok'}
    assert found[-1].minute <= 6 * HOUR


def over_days(*spans: Span, number: int = 6, name: str = 'host') -> Hosts:
    return hosts(number, *spans, name=name)


FOUR_OF_TEN = over_days(Span(0, 2 * DAY, HEALTHY), number=6)
COMPARED: dict[str, tuple[str, Hosts, list[str]]] = {
    'an upgrade takes the check from four hosts of ten': (
        'check_silent',
        FOUR_OF_TEN + over_days(Span(0, DAY, HEALTHY), Span(DAY, 2 * DAY, HEALTHY, False), number=4, name='upgraded'),
        [*RISES],
    ),
    'an upgrade takes the check from every host': (
        'check_silent',
        over_days(Span(0, DAY, HEALTHY), Span(DAY, 2 * DAY, HEALTHY, False)),
        [*RISES],
    ),
    'new hosts start without the check': (
        'check_silent',
        FOUR_OF_TEN + over_days(Span(DAY, 2 * DAY, HEALTHY, False), number=4, name='new'),
        [*RISES],
    ),
    'half of the hosts are scaled in': (
        'check_silent',
        FOUR_OF_TEN + over_days(Span(0, DAY, HEALTHY), name='gone'),
        [],
    ),
    'a region is emptied': ('check_silent', FOUR_OF_TEN + over_days(Span(0, DAY, ELSEWHERE), name='gone'), []),
    'hosts lose their names': (
        'check_silent',
        FOUR_OF_TEN + over_days(Span(0, DAY, HEALTHY), name='i') + over_days(Span(DAY, 2 * DAY, LOST), name='ip'),
        [],
    ),
    'the check is installed': (
        'check_silent',
        over_days(Span(0, DAY, HEALTHY, False), Span(DAY, 2 * DAY, HEALTHY)),
        [],
    ),
    'IMDSv1 is switched on': (
        'imdsv1_back_on',
        over_days(Span(0, DAY, HEALTHY), Span(DAY, 2 * DAY, V1), number=2),
        ['alert'],
    ),
    'IMDSv1 was always on': ('imdsv1_back_on', over_days(Span(0, 2 * DAY, V1), number=2), []),
    'IMDSv1 is switched off': (
        'imdsv1_back_on',
        over_days(Span(0, DAY, V1), Span(DAY, 2 * DAY, HEALTHY), number=2),
        [],
    ),
    'a new instance has IMDSv1': ('imdsv1_back_on', over_days(Span(DAY, 2 * DAY, V1), number=2), []),
}


@pytest.mark.parametrize(('name', 'fleet', 'expected'), COMPARED.values(), ids=COMPARED)
def test_what_is_compared_with_the_day_before(name: str, fleet: Hosts, expected: list[str]) -> None:
    sent = sent_by(fleet)
    for reading in READINGS.values():
        found = words(told(name, sent, reading, DAY + 3 * HOUR, DAY - 30))
        assert found[-1:] == expected[-1:], reading
        assert {*found} <= {*expected}


def test_an_account_that_nobody_looks_at_any_more_is_no_data_after_three_hours() -> None:
    ends = hosts(1, Span(0, 6 * HOUR, account_facts()))
    (found,) = told('integration_role', ends, end=12 * HOUR)
    assert (found.state, found.about) == ('no data', ('123456789012',))
    assert 8 * HOUR <= found.minute <= 9 * HOUR


def test_a_fault_of_an_account_that_passes_in_the_next_run_alerts_nobody() -> None:
    """As new groups wait for two runs."""
    wrong = ACCOUNTS['a role that may read EC2 alone'][0]
    spans = (
        Span(0, 3 * HOUR, account_facts()),
        Span(3 * HOUR, 4 * HOUR, wrong),
        Span(4 * HOUR, 9 * HOUR, account_facts()),
    )
    assert told('permissions', hosts(1, *spans), end=9 * HOUR) == []


FORMER = {
    'zeros of healthy hosts are not sent': (
        'many_names_lost',
        'avg(last_1h):100 * avg:aws_diagnostics.finding{diagnosis:hostname-provider-mismatch,severity:critical} > 5',
        steady(300) + renamed(1, LOST),
    ),
    'a warning is a failure': (
        'group_failing',
        'avg(last_1h):100 * ( 1 - avg:aws_diagnostics.imds.ok{*} by {aws_account,region} ) > 10',
        faulty(9, SLOW),
    ),
    'one of three hosts is a group': (
        'group_failing',
        'avg(last_1h):100 * ( 1 - avg:aws_diagnostics.imds.ok{*} by {aws_account,region} ) > 10',
        steady(2) + faulty(1, BROKEN),
    ),
    'one run is enough, as nothing fills the time before it': (
        'hop_limit_too_low',
        'min(last_30m):max:aws_diagnostics.finding{diagnosis:imds-hop-limit-too-low} by {host} >= 1',
        steady(2) + hosts(1, Span(0, HOUR, HEALTHY), Span(HOUR, 75, FAR), Span(75, 240, HEALTHY)),
    ),
}
"""Queries of former monitors, and what each of them alerted on that the present one does not."""


@pytest.mark.parametrize(('name', 'query', 'fleet'), FORMER.values(), ids=FORMER)
def test_the_evaluator_finds_what_was_wrong_with_former_queries(name: str, query: str, fleet: Hosts) -> None:
    now = monitor(name)
    critical = {'critical': float(query.split()[-1])}
    options = {**now.options, 'thresholds': critical, 'new_group_delay': 0}
    former = read_monitor({**now.definition, 'query': query, 'options': options})
    sent = sent_by(fleet)
    assert 'alert' in words(replay(former, sent, 4 * HOUR))
    assert replay(now, sent, 4 * HOUR) == []


XEN = facts(
    imds=token_lost(),
    path=FAR_PATH,
    host=replace(POD, dmi=FIRMWARE['xen']),
    platform=Platform(True, 'a Xen hypervisor'),
)
"""Its firmware does not tell the instance id, and IMDS cannot: no sample has the tag `instance_id`."""


def test_a_host_that_does_not_know_its_instance_id_is_not_lost() -> None:
    fleet = steady(2) + hosts(3, Span(HOUR, 4 * HOUR, XEN), name='xen')
    assert not [s for s in sent_by(fleet[2:]).metrics if 'instance_id' in s.tags]
    found = told('hop_limit_too_low', fleet)
    assert sorted((notified.about, notified.state) for notified in found) == [
        ((f'xen-{number}',), 'alert') for number in range(3)
    ]
