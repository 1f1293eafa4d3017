"""Counts hops: the IP gateways between this process and IMDS, and what is left of the TTL of the token reply.

Gateways are counted as traceroute does it, with TTLs that are too small. A connection whose packets carry TTL n dies at
gateway n, which says so by ICMP "time exceeded". The first n that connects is the number of gateways plus one.
EHOSTUNREACH is not enough: firewalls cause it too.

The TTL with which the token reply arrives is found by asking "does it still arrive when k is demanded?". How that
question is put is another matter (minimum_ttl.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ...facts import NoAnswer, Outcome
from ...facts.values import IpAddress
from ..run import Deadline
from .kernel import is_time_exceeded
from .tcp import Address, Connection, connect

MOST_GATEWAYS = 8
SILENCE_SECONDS = 0.15
"""A gateway answers within a millisecond; TCP repeats its SYN only after a second."""
MOST_SILENT = 4
"""A path with more silent gateways than this is a filter that drops packets with a small TTL."""


@dataclass(frozen=True, slots=True)
class Gateways:
    addresses: tuple[IpAddress | None, ...]
    """Nearest first; None for one that stays silent."""

    @property
    def count(self) -> int:
        return len(self.addresses)

    @property
    def confirmed(self) -> bool:
        """A silent gateway could also be a packet that was lost twice; one that answers twice takes two from the TTL,
        or the packets take more than one way."""
        return None not in self.addresses and len(set(self.addresses)) == self.count


@dataclass(frozen=True, slots=True)
class NotCounted:
    reason: str


def count_gateways(address: Address, deadline: Deadline) -> Gateways | NotCounted:
    """Raises DeadlineExceeded."""
    found: list[IpAddress | None] = []
    while len(found) <= MOST_GATEWAYS and found.count(None) <= MOST_SILENT:
        hops = len(found) + 1
        failure = _reach(address, hops, deadline)
        if failure is None:
            return _counted_again(address, tuple(found), deadline)
        if failure.icmp and is_time_exceeded(failure.icmp):
            found.append(failure.icmp.sender)
        elif failure.outcome is Outcome.SILENT:
            found.append(None)
        else:
            return NotCounted(f'connecting with TTL {hops} failed: {failure.outcome}, {failure.detail}')
    return NotCounted(f'no connection with a TTL up to {len(found)}')


def _counted_again(address: Address, found: tuple[IpAddress | None, ...], deadline: Deadline) -> Gateways | NotCounted:
    """Packets that take more than one way, or whose TTL varies, give another count now."""
    count = len(found)
    if count and (reach(address, count, deadline) is None or _reach(address, count + 1, deadline) is not None):
        return NotCounted(f'{count} gateways at first, and another number right after')
    return Gateways(found)


def _reach(address: Address, hops: int, deadline: Deadline) -> NoAnswer | None:
    """One silence can be a lost packet, and one rejection passing trouble, so it asks again."""
    failure = reach(address, hops, deadline)
    if failure is not None and not is_time_exceeded(failure.icmp):
        return reach(address, hops, deadline)
    return failure


def reach(address: Address, hops: int, deadline: Deadline) -> NoAnswer | None:
    """Connects with this TTL. None once there was a handshake, however the connection ended."""
    result = connect(address, deadline.patience(SILENCE_SECONDS), hops)
    if isinstance(result, Connection):
        with result:
            return None
    return None if result.connected else result


OTHER_PORT = 81


def is_intercepted(address: Address, gateways: int, deadline: Deadline) -> bool | None:
    """Does a proxy on the way answer in place of IMDS?

    A gateway that diverts only IMDS's port to a proxy forwards packets to any other port of that address. So with the
    smallest TTL that reaches whatever answers, a connection to another port expires there, unless that is IMDS.

    None where the other port is silent, or something in between forbids it. Raises DeadlineExceeded.
    """
    port = OTHER_PORT if address.port != OTHER_PORT else OTHER_PORT + 1
    failure = reach(address.at_port(port), gateways + 1, deadline)
    if failure is None or failure.outcome is Outcome.REFUSED:
        return False
    return True if is_time_exceeded(failure.icmp) else None


MOST_HOPS = 64
"""The largest hop limit that can be set, and the TTL with which most systems send."""
USUAL = (2, 3, 4)
"""What is left of the hop limits 1 to 3, the usual ones, is found with at most three questions."""

Arrives: TypeAlias = Callable[[int], bool]


class NotAHopLimit(Exception):
    """The reply arrives with more than any hop limit could leave.

    A proxy sent it, or this kernel takes the demand for a minimum TTL and ignores it.
    """


def find_remaining_ttl(arrives: Arrives, gateways: int) -> int:
    """From 1 to 64 - `gateways`, with at most 13 questions; four for the usual limits. Raises NotAHopLimit, and
    whatever `arrives` raises."""
    for ttl in USUAL:
        if not arrives(ttl):
            return ttl - 1
    most = MOST_HOPS - gateways
    if arrives(most + 1):
        raise NotAHopLimit
    if arrives(most):
        return most
    return _between(arrives, USUAL[-1], most)


TIMES_CONFIRMED = 5


def varies(arrives: Arrives, ttl: int) -> bool:
    """The same questions have other answers now: `ttl` does not arrive each time, or more than that does. Raises
    whatever `arrives` raises."""
    return any((ttl > 1 and not arrives(ttl)) or arrives(ttl + 1) for _ in range(TIMES_CONFIRMED))


INITIAL_TTLS = (64, 128, 255)
"""What systems send with (Linux, Windows, routers)."""
LONGEST_WAY_BACK = 12
"""More gateways than this are no way back, but another initial TTL."""


def count_gateways_back(arrives: Arrives, expected: int) -> int | None:
    """How many gateways take one from the TTL of an answer, which was sent with one of INITIAL_TTLS: so as many as its
    TTL is below the next of these. None where the result would be a guess. `expected` is asked first: two questions.
    """
    initial = next((ttl for ttl in INITIAL_TTLS if ttl == 255 or not arrives(ttl + 1)), 255)
    if arrives(initial - expected):
        return _fewer(arrives, initial, expected)
    return next((n for n in range(expected + 1, LONGEST_WAY_BACK + 1) if arrives(initial - n)), None)


def _fewer(arrives: Arrives, initial: int, most: int) -> int:
    while most and arrives(initial - most + 1):
        most -= 1
    return most


def _between(arrives: Arrives, enough: int, too_much: int) -> int:
    """The last TTL that arrives: small ones are likely, so it doubles first and halves then."""
    while 2 * enough < too_much:
        if not arrives(2 * enough):
            too_much = 2 * enough
            break
        enough *= 2
    while too_much - enough > 1:
        middle = (enough + too_much) // 2
        if arrives(middle):
            enough = middle
        else:
            too_much = middle
    return enough
