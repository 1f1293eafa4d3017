"""Puts the network path together: gateways, whether the token reply is lost, its remaining TTL, the hop limit."""

from dataclasses import replace

from ...facts import Answer, Exchange, Imds, NetworkPath, NoAnswer, Outcome
from ..run import Deadline, DeadlineExceeded
from .conversation import THROTTLED
from .exchange import Reply
from .hops import MOST_HOPS, NotAHopLimit, NotCounted, count_gateways, find_remaining_ttl, is_intercepted
from .minimum_ttl import DropCounter, Inconclusive, MinimumTtl, NotSupported
from .requests import GET_INSTANCE_ID_INVALID_TOKEN, PUT_TOKEN
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
            for step in (self._gateways, self._remaining_ttl, self._interception, self._bound, self._hop_limit):
                path = step(path)
        except DeadlineExceeded:
            self.complete = False
            return _noting(path, 'the deadline of this run ended before the whole path was measured')
        return path

    def _gateways(self, path: NetworkPath) -> NetworkPath:
        counted = count_gateways(self._address, self._deadline)
        if isinstance(counted, NotCounted):
            return _noting(path, f'the gateways could not be counted: {counted.reason}')
        path = replace(path, gateways=counted.count, gateway_addresses=counted.addresses, confirmed=counted.confirmed)
        return path if path.confirmed else _noting(path, 'a gateway does not answer, so their number is uncertain')

    def _remaining_ttl(self, path: NetworkPath) -> NetworkPath:
        if not isinstance(self._imds.token, Answer) or not self._imds.token.token_granted:
            return path if path.reply_lost else _noting(path, 'no token was granted, so no token reply was measured')
        path = replace(path, certain=self._counter.read() is not None)
        most = MOST_HOPS - (path.gateways or 0)
        try:
            ttl = find_remaining_ttl(self._token_reply(self._imds.token).arrives, path.gateways or 0)
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

    def _bound(self, path: NetworkPath) -> NetworkPath:
        """A reply that dies behind g gateways had at most g hops."""
        if not path.reply_lost or not path.confirmed:
            return path
        if path.gateways == 0:
            return _noting(path, 'there is no gateway in between, so the hop limit is not why the token reply is lost')
        return replace(path, hop_limit_at_most=path.gateways)

    def _hop_limit(self, path: NetworkPath) -> NetworkPath:
        if path.remaining_ttl is None or path.gateways is None or not path.confirmed or path.intercepted:
            return path
        path = replace(path, hop_limit=path.remaining_ttl + path.gateways)
        if not _is_usual_ttl(path) or self._other_replies_differ(path):
            return path
        return _noting(path, f'{MOST_HOPS} is also the TTL of a proxy, or of a rule that rewrites it')

    def _other_replies_differ(self, path: NetworkPath) -> bool:
        """Another answer than the token reply arrives with a larger TTL: so this one has a limit of its own."""
        assert isinstance(self._imds.token, Answer)
        assert path.remaining_ttl is not None
        control = replace(
            self._token_reply(self._imds.token), request=GET_INSTANCE_ID_INVALID_TOKEN, is_answer=_is_any_answer
        )
        try:
            return control.arrives(path.remaining_ttl + 1)
        except Inconclusive:
            return False

    def _token_reply(self, token: Answer) -> MinimumTtl:
        usual = token.first_byte_seconds
        return MinimumTtl(self._address, PUT_TOKEN, _is_granted, usual, self._deadline, self._counter)


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
