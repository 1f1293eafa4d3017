"""Since when something is there survives the process, within bounds, and a damaged cache costs only that."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.agent import EmbeddedAgent
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.first_seen import MOST_KEPT, FirstSeen
from datadog_checks.aws_diagnostics.collect.inventory import HostList
from datadog_checks.aws_diagnostics.collect.memory import LONGEST
from datadog_checks.aws_diagnostics.collect.run import Deadline
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, ec2_host, host
from tests.account.host_lists import OURS, instance_id, left
from tests.strict_agent import StrictAgent

HOUR, DAY = 3600.0, 86400.0


@dataclass
class Cache:
    """What a process leaves to the next one."""

    kept: dict[str, str] = field(default_factory=dict)

    def recall(self, key: str) -> str:
        return self.kept.get(key, '')

    def remember(self, key: str, value: str) -> None:
        self.kept[key] = value


class Unusable(Cache):
    def recall(self, key: str) -> str:
        raise RuntimeError('permission denied')

    def remember(self, key: str, value: str) -> None:
        raise RuntimeError('no space left')


def seen_by(cache: Cache, now: float, *things: str, complete: bool = True) -> FirstSeen:
    """By a process of its own."""
    seen = FirstSeen(cache, 'hosts')
    seen.saw(things, now, complete=complete)
    return seen


def test_another_process_knows_since_when() -> None:
    cache = Cache()
    seen_by(cache, HOUR, 'a')
    seen = seen_by(cache, 2 * HOUR, 'a', 'b')
    assert (seen.since('a'), seen.since('b'), seen.started(2 * HOUR)) == (HOUR, 2 * HOUR, HOUR)


def test_another_process_forgets_what_a_whole_list_is_without() -> None:
    cache = Cache()
    seen_by(cache, HOUR, 'a', 'b')
    seen_by(cache, 2 * HOUR, 'a', complete=False)
    seen_by(cache, 3 * HOUR, 'b')
    seen = seen_by(cache, 4 * HOUR, 'a', 'b')
    assert (seen.since('a'), seen.since('b')) == (4 * HOUR, HOUR)


@pytest.mark.parametrize(('gap', 'since'), [(DAY, HOUR), (DAY + 1, HOUR + DAY + 1)], ids=['a day', 'longer'])
def test_after_a_long_gap_nothing_is_known(gap: float, since: float) -> None:
    cache = Cache()
    seen_by(cache, HOUR, 'a')
    assert seen_by(cache, HOUR + gap, 'a').since('a') == since


def test_after_a_clock_was_set_back_nothing_is_known() -> None:
    cache = Cache()
    seen_by(cache, 2 * HOUR, 'a')
    seen = seen_by(cache, HOUR, 'a')
    assert (seen.since('a'), seen.started(HOUR)) == (HOUR, HOUR)


def test_a_cache_that_cannot_be_used_costs_only_what_it_knew() -> None:
    seen = seen_by(Unusable(), HOUR, 'a')
    seen.saw(['a'], 2 * HOUR, complete=True)
    assert (seen.since('a'), seen.started(2 * HOUR)) == (HOUR, HOUR)


# In an Agent


TWICE = [ec2_host(instance_id(1), OURS), host('web-1', id=2, aliases=[instance_id(1)]), left(3, name='db-1')]


def since(now: float, rows: Sequence[dict[str, Any]] = TWICE) -> tuple[list[float], list[float], float]:
    """Of duplicates and of lingering tags, and since when the list is watched: as a process of the Agent sees it that
    has just started."""
    with datadog_api(Datadog(hosts=list(rows))) as datadog:
        deadline = Deadline(60)

        def ask() -> DatadogApi:
            return DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY, timeout=deadline.timeout(30.0))

        found = HostList(EmbeddedAgent()).read(ask, OURS, deadline, now)
    return [pair.since for pair in found.duplicated], [group.since for group in found.tagged], found.watched_since


@pytest.fixture
def agent(datadog_agent: Any, monkeypatch: pytest.MonkeyPatch) -> StrictAgent:
    """The stub's cache is empty at first."""
    return StrictAgent(monkeypatch)


def test_a_restart_of_the_agent_forgets_no_time(agent: StrictAgent) -> None:
    assert since(HOUR) == ([HOUR], [HOUR], HOUR)
    assert since(3 * HOUR) == ([HOUR], [HOUR], HOUR)
    assert agent.refused == []


@pytest.mark.parametrize('channel', ['reading the cache', 'writing the cache'])
def test_an_agent_whose_cache_fails_begins_anew(channel: str, agent: StrictAgent) -> None:
    agent.fail(channel)
    assert since(HOUR) == ([HOUR], [HOUR], HOUR)
    assert since(3 * HOUR) == ([3 * HOUR], [3 * HOUR], 3 * HOUR)


def test_another_account_has_times_of_its_own(agent: StrictAgent) -> None:
    since(HOUR)
    written = [key for channel, (key, *_) in agent.received if channel == 'writing the cache']
    assert [key.endswith(f'hosts_{OURS}') for key in written] == [True]


WHOLE = {'started': 3600, 'last': 3600, 'since': {}}
DAMAGED = [
    pytest.param('{', id='cut off'),
    pytest.param('[]', id='a list'),
    pytest.param('x' * (LONGEST + 1), id='too long'),
    pytest.param(json.dumps({**WHOLE, 'started': 'x'}), id='no time of the first reading'),
    pytest.param(json.dumps({**WHOLE, 'last': 1e99}), id='no time of the last reading'),
    pytest.param(json.dumps({**WHOLE, 'started': 7200}), id='the first after the last'),
]


@pytest.mark.parametrize('text', DAMAGED)
def test_a_damaged_cache_costs_only_what_it_knew(text: str) -> None:
    seen = seen_by(Cache({'hosts': text}), 2 * HOUR, 'a')
    assert (seen.since('a'), seen.started(2 * HOUR)) == (2 * HOUR, 2 * HOUR)


@pytest.mark.parametrize('time', [-1, 0, 3599, 3601, 'x', None, True, 1.5])
def test_a_damaged_time_is_left_out(time: object) -> None:
    cache = Cache()
    seen_by(cache, HOUR, 'a')
    kept = json.loads(cache.kept['hosts'])
    cache.kept['hosts'] = json.dumps({**kept, 'since': dict.fromkeys(kept['since'], time)})
    assert seen_by(cache, 2 * HOUR, 'a').since('a') == 2 * HOUR


def test_the_cache_is_bounded_and_keeps_the_oldest_under_digests() -> None:
    cache = Cache()
    seen_by(cache, 1.7e9, 'web-old')
    seen_by(cache, 1.7e9 + HOUR, 'web-old', *(f'web-{n}' for n in range(2 * MOST_KEPT)))
    assert len(cache.kept['hosts']) <= LONGEST
    assert 'web' not in cache.kept['hosts']
    seen = seen_by(cache, 1.7e9 + 2 * HOUR, 'web-old')
    assert seen.since('web-old') == 1.7e9
