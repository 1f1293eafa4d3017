"""Several accounts at a time: how many, until when, and what becomes of one that does not end."""

import threading
from collections.abc import Iterator

import pytest

from datadog_checks.aws_diagnostics.collect.many_accounts import (
    MOST_THREADS,
    NOT_BEGUN,
    NOT_ENDED,
    Target,
    several,
)
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.values import AccountId, Partition

SEEN = Unobserved('seen')


def targets(count: int) -> list[Target]:
    return [Target(AccountId(f'{number:012}'), Partition('aws')) for number in range(1, count + 1)]


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What hanging accounts wait for; set at the end of a test, so that none of them outlives it for long."""
    event = threading.Event()
    yield event
    event.set()


def test_so_many_at_a_time_and_no_more() -> None:
    together, most, lock, full = 0, 0, threading.Lock(), threading.Event()

    def look(target: Target) -> Facts | Unobserved:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
            if together == 3:
                full.set()
        full.wait(30)
        with lock:
            together -= 1
        return SEEN

    asked = targets(20)
    assert dict(several(asked, look, 3, 60, Deadline(60))) == dict.fromkeys(asked, SEEN)
    assert most == 3


def test_one_that_does_not_end_is_given_up_and_its_place_is_taken(released: threading.Event) -> None:
    first, *others = asked = targets(4)

    def look(target: Target) -> Facts | Unobserved:
        if target == first:
            released.wait(60)
        return SEEN

    found = dict(several(asked, look, 1, 0.2, Deadline(60), grace=0.1))
    assert found == {first: Unobserved(NOT_ENDED.format(0.1, 0.2)), **dict.fromkeys(others, SEEN)}


def test_an_answer_that_comes_after_it_was_given_up_is_not_a_second_one(released: threading.Event) -> None:
    first, second = asked = targets(2)
    late: list[threading.Thread] = []

    def look(target: Target) -> Facts | Unobserved:
        if target == first:
            late.append(threading.current_thread())
            released.wait(60)
        else:
            late[0].join(30)  # its answer is there before the one of this account
        return SEEN

    found = []
    for target, seen in several(asked, look, 1, 0.2, Deadline(60), grace=0.1):
        found.append((target, seen))
        released.set()
    assert found == [(first, Unobserved(NOT_ENDED.format(0.1, 0.2))), (second, SEEN)]


def test_none_begins_when_the_time_of_the_run_is_over() -> None:
    begun: list[Target] = []

    def look(target: Target) -> Facts | Unobserved:
        begun.append(target)
        return SEEN

    asked = targets(3)
    assert dict(several(asked, look, 2, 60, Deadline(0))) == dict.fromkeys(asked, Unobserved(NOT_BEGUN))
    assert begun == []


def test_however_many_hang_there_are_so_many_threads_at_most(released: threading.Event) -> None:
    asked, begun = targets(MOST_THREADS + 10), list[Target]()

    def look(target: Target) -> Facts | Unobserved:
        begun.append(target)
        released.wait(60)
        return SEEN

    found = dict(several(asked, look, 32, 0.1, Deadline(3), grace=0.1))
    assert len(begun) == MOST_THREADS
    assert [found[target] for target in asked[MOST_THREADS:]] == [Unobserved(NOT_BEGUN)] * 10
