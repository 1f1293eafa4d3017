"""Puts the network path together: gateways, whether the token reply is lost, its remaining TTL, the hop limit."""

from collections.abc import Callable
from dataclasses import replace

from ...facts import Answer, Exchange, Imds, NetworkPath, NoAnswer, Outcome
from ...text import counted
from ..run import Deadline, DeadlineExceeded
from .exchange import Reply
from .hops import (
    MOST_HOPS,
    NotAHopLimit,
    NotCounted,
    count_gateways,
    count_gateways_back,
    find_remaining_ttl,
    is_intercepted,
    varies,
)
from .minimum_ttl import DropCounter, Inconclusive, MinimumTtl, NotSupported
from .requests import GET_INSTANCE_ID_INVALID_TOKEN, PUT_TOKEN, Request
from .rounds import THROTTLED
from .tcp import Address

DISABLED = 403


def is_reply_lost(imds: Imds) -> bool:
    """IMDS has the request and answers others, and only the token reply does not arrive.

    Half an answer is no lost reply. Nor is the silence of an IMDS that is disabled (403) or throttles: other causes
    explain that one.
    """
    match imds.token, imds.control:
        case NoAnswer(outcome=Outcome.LOST, acknowledged=True), Answer(status=status):
            return status < 500 and status not in (DISABLED, *THROTTLED)
    return False


class PathMeasurement:
    """One measurement, after a conversation has shown what IMDS answers.

    Each step takes the path as known so far and returns it with what the step has found. `complete` is False where
    another measurement may find what this one missed: after packet loss, throttling, or the end of the deadline.
    """

    def __init__(self, address: Address, imds: Imds, deadline: Deadline, counter: DropCounter | None = None) -> None:
        self._address = address
        self._imds = imds
        self._deadline = deadline
        self._counter = counter or DropCounter()
        self.complete = True

    def measure(self) -> NetworkPath:
        """What is not known has a note. When the deadline ends, what is known so far is the result."""
        path = NetworkPath(measured_at=self._imds.observed_at, gateways=None, reply_lost=is_reply_lost(self._imds))
        if not _connected(self._imds):
            return _noting(
                path, f'no connection to IMDS succeeds ({_why(self._imds.token)}), so the path cannot be measured'
            )
        try:
            for step in (self._gateways, self._remaining_ttl, self._interception, self._way_back):
                path = step(path)
            return self._hop_limit(self._bound(path))
        except DeadlineExceeded:
            self.complete = False
            return _noting(path, 'the deadline of this run ended before the whole path was measured')

    def _gateways(self, path: NetworkPath) -> NetworkPath:
        found = count_gateways(self._address, self._deadline)
        if isinstance(found, NotCounted):
            self.complete = False
            return _noting(path, f'the gateways could not be counted: {found.reason}')
        path = replace(path, gateways=found.count, gateway_addresses=found.addresses, confirmed=found.confirmed)
        if path.confirmed:
            return path
        self.complete = False
        why = 'does not answer' if None in path.gateway_addresses else 'answers for more than one hop'
        return _noting(path, f'a gateway {why}, so their number is uncertain')

    def _remaining_ttl(self, path: NetworkPath) -> NetworkPath:
        if not isinstance(self._imds.token, Answer) or not self._imds.token.token_granted:
            return path if path.reply_lost else _noting(path, 'no token was granted, so no token reply was measured')
        path = replace(path, certain=self._counter.read() is not None)
        most = MOST_HOPS - (path.gateways or 0)
        arrives = self._asking(PUT_TOKEN, _is_granted, self._imds.token).arrives
        try:
            ttl = find_remaining_ttl(arrives, path.gateways or 0)
            if varies(arrives, ttl):
                self.complete = False
                return _noting(path, 'the token reply arrives with more than one TTL')
        except NotAHopLimit:
            return _noting(
                path, f'the TTL of the token reply is above {most}: a proxy sends it, or this kernel ignores IP_MINTTL'
            )
        except NotSupported:
            return _noting(path, 'this system does not support IP_MINTTL, so the TTL was not measured')
        except Inconclusive:
            self.complete = False
            return _noting(path, 'the remaining TTL could not be measured: packets were lost, or IMDS throttles')
        return replace(path, remaining_ttl=ttl)

    def _interception(self, path: NetworkPath) -> NetworkPath:
        """A reply whose TTL only IMDS would set needs no further proof."""
        if path.gateways is None:
            return path
        if path.remaining_ttl is not None and not _is_usual_ttl(path):
            return replace(path, intercepted=False)
        intercepted = is_intercepted(self._address, path.gateways, self._deadline)
        path = replace(path, intercepted=intercepted)
        if not intercepted:
            return path
        # Whoever loses the reply is not IMDS then, and no hop limit follows from it.
        return _noting(replace(path, reply_lost=False), "a proxy on the way answers in IMDS's place")

    def _way_back(self, path: NetworkPath) -> NetworkPath:
        """By the TTL of answers that carry no hop limit: the token reply may take another way than the request."""
        answer = next((e for e in (self._imds.metadata, self._imds.control) if isinstance(e, Answer)), None)
        if path.gateways is None or path.intercepted or answer is None:
            return path
        if not path.reply_lost and path.remaining_ttl is None:
            return path
        control = self._asking(GET_INSTANCE_ID_INVALID_TOKEN, _is_any_answer, answer)
        try:
            return replace(path, gateways_back=count_gateways_back(control.arrives, path.gateways))
        except NotSupported:
            return path
        except Inconclusive:
            self.complete = False
            return path

    def _bound(self, path: NetworkPath) -> NetworkPath:
        """A reply that dies behind g gateways had at most g hops."""
        if not path.reply_lost or not path.confirmed or path.gateways is None:
            return path
        most = max(path.gateways, path.gateways_back or 0)
        if most == 0:
            return _noting(path, 'there is no gateway in between, so the hop limit is not why the token reply is lost')
        return replace(path, hop_limit_at_most=most)

    def _hop_limit(self, path: NetworkPath) -> NetworkPath:
        """A number only where nothing is inferred: the way back is as long as the way there, and the token reply has a
        limit of its own, which other answers do not have."""
        if path.remaining_ttl is None or path.gateways is None or not path.confirmed or path.intercepted:
            return path
        if path.gateways_back != path.gateways:
            return _noting(path, _other_way_back(path))
        if not _is_usual_ttl(path) or self._other_replies_differ(path):
            return replace(path, hop_limit=path.remaining_ttl + path.gateways)
        return _noting(path, f'it is {MOST_HOPS}, or a proxy or a rule on the way gives every answer that TTL')

    def _other_replies_differ(self, path: NetworkPath) -> bool:
        """Another answer than the token reply arrives with a larger TTL: so this one has a limit of its own."""
        assert isinstance(self._imds.token, Answer)
        assert path.remaining_ttl is not None
        control = self._asking(GET_INSTANCE_ID_INVALID_TOKEN, _is_any_answer, self._imds.token)
        try:
            return control.arrives(path.remaining_ttl + 1)
        except Inconclusive:
            return False

    def _asking(self, request: Request, is_answer: Callable[[Reply], bool], like: Answer) -> MinimumTtl:
        return MinimumTtl(self._address, request, is_answer, like.first_byte_seconds, self._deadline, self._counter)


def _other_way_back(path: NetworkPath) -> str:
    if path.gateways_back is None:
        return 'the TTL of other answers does not tell how many gateways lie on the way back'
    back, there = counted(path.gateways_back, 'gateway'), path.gateways
    return (
        f'requests pass {there}, and other answers seem to pass {back}: '
        'the way back is another one, or something rewrites the TTL'
    )


def _is_granted(reply: Reply) -> bool:
    return reply.answered.token_granted


def _is_any_answer(reply: Reply) -> bool:
    return True


def _is_usual_ttl(path: NetworkPath) -> bool:
    """With this TTL the reply tells nothing: it is what systems send with, and the largest hop limit as well."""
    return path.remaining_ttl is not None and path.remaining_ttl + (path.gateways or 0) == MOST_HOPS


def _connected(imds: Imds) -> bool:
    return any(isinstance(e, Answer) or (isinstance(e, NoAnswer) and e.connected) for e in (imds.token, imds.control))


def _why(exchange: Exchange) -> str:
    return f'{exchange.outcome}: {exchange.detail}' if isinstance(exchange, NoAnswer) else 'not asked'


def _noting(path: NetworkPath, note: str) -> NetworkPath:
    return replace(path, note=f'{path.note}; {note}' if path.note else note)
