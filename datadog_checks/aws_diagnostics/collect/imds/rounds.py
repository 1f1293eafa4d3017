"""What one run has heard of IMDS so far, and whether it asks once more.

One unlucky sample is no verdict: a packet is lost, a server restarts, a token is not known everywhere yet, an answer
takes longer than usual. So what did not come is asked for again, with another patience than that of the kernel's own
repetitions, and a run remembers what any of its samples proved.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from ...facts import Answer, Exchange, NoAnswer, NotSent, Outcome
from ...facts.exchange import is_status, works
from ..run import Deadline
from .exchange import Question

THROTTLED = (429, 503)

MOST_ROUNDS = 4
PAUSES = (0.0, 0.1, 0.3, 0.6)
"""Before each round, in multiples of the timeout, where the round before failed without any wait."""
LONGEST_PAUSE = PAUSES[-1]
"""After an ICMP error, which is asked for twice only: routers send few, and then they are silent."""
PATIENCE = 1.8
"""From the second round on, in multiples of the timeout: enough for the SYN that the kernel repeats after a second, and
for an answer that is slow but comes."""
SYN_INTERVAL = 0.3
"""Seconds between fresh SYNs where one got no answer."""

NOT_REACHED = NotSent('not reached')
WITHOUT_TOKEN = NotSent('no token was granted')
NOT_NEEDED = NotSent('the token was granted and metadata came')

SILENCE = (Outcome.SILENT, Outcome.LOST, Outcome.INCOMPLETE)
"""These took the whole patience: a run has time for two or three of them, of different patience."""
PATIENT = 1.8
"""Seconds. Who lets each request wait as long needs no second sample of a silence; a run may have no time for it."""
FOR_GOOD = (Outcome.NO_ROUTE, Outcome.CONNECT_FAILED)
"""This system itself refuses to send."""


@dataclass(slots=True)
class Run:
    deadline: Deadline
    now: float
    timeout: float
    rounds: int = 0
    samples: int = 0
    """How often in a row the request for a token has ended as it did last."""
    token: Exchange = NOT_REACHED
    metadata: Exchange = WITHOUT_TOKEN
    control: Exchange = NOT_NEEDED
    tokenless: Exchange = NOT_REACHED
    requests: int = 0
    steady: bool = True
    throttling: Answer | None = None
    """The first 429 or 503 to a request for a token after one whose answer was lost: a throttled IMDS refuses with an
    answer that has no hop limit, so it must not hide that tokens are lost."""
    late: list[Question] = field(default_factory=list)
    """Requests for a token without an answer so far; another look may find one."""
    stack: ExitStack = field(default_factory=ExitStack)
    """Closes their connections."""

    @property
    def asked(self) -> tuple[Exchange, ...]:
        return self.token, self.metadata, self.control

    @property
    def state(self) -> tuple[object, ...]:
        """A change of this is a change of what IMDS answers."""
        return tuple(map(kind, self.asked))

    @property
    def throttled(self) -> bool:
        return any(is_status(e, *THROTTLED) for e in self.asked)

    @property
    def works(self) -> bool:
        return works(self.token, self.metadata)

    @property
    def patience(self) -> float:
        """In multiples of the timeout."""
        return 1.0 if self.rounds == 1 else PATIENCE

    @property
    def syn_interval(self) -> float | None:
        """The first SYN of a run is alone, so that a healthy IMDS never sees two."""
        first = self.rounds == 1 and self.token is NOT_REACHED
        return None if first else SYN_INTERVAL

    def heard_of_token(self, now: Exchange) -> None:
        if self.throttling is None and isinstance(now, Answer) and _is_refused_after_a_loss(self.token, now):
            self.throttling = now
            return
        self.steady = self.steady and _alike(self.token, now)
        if not isinstance(now, NotSent):
            self.samples = self.samples + 1 if kind(now) == kind(self.token) else 1
        self.token = _together(self.token, now)

    def conclude(self) -> None:
        """What throttles is the fault where the loss beside it was not seen often enough."""
        if self.throttling is not None and not (self.works or self.is_certain):
            self.token, self.samples = self.throttling, 1

    @property
    def is_certain(self) -> bool:
        """The request for a token ended alike each time, and a silence was seen often enough."""
        return self.steady and self.samples >= self._samples_needed

    @property
    def _samples_needed(self) -> int:
        """A lost acknowledgement, of one packet, looks like a request that never arrived."""
        match self.token:
            case NoAnswer(outcome=Outcome.LOST, acknowledged=False) if self.timeout < PATIENT:
                return 3
            case NoAnswer(outcome=outcome) if outcome in SILENCE:
                return 1 if self.timeout >= PATIENT else 2
        return 1

    def heard_of_metadata(self, now: Exchange) -> None:
        self.steady = self.steady and (self.metadata is WITHOUT_TOKEN or _alike(self.metadata, now))
        self.metadata = now if not isinstance(now, NotSent) or self.metadata is WITHOUT_TOKEN else self.metadata

    def heard_of_control(self, now: Exchange) -> None:
        throttled = isinstance(self.control, Answer) and _is_refused_after_a_loss(self.token, now)
        self.control = self.control if throttled else _together(self.control, now)

    @property
    def settled(self) -> bool:
        """Another round would tell nothing new, or there is no time for one that would."""
        if self.rounds == 0:
            return False
        if self.works or self.throttled or self.rounds == MOST_ROUNDS:
            return True
        match self.token:
            case NotSent():
                return True
            case NoAnswer(outcome=outcome) if outcome in SILENCE:
                return self.samples >= self._samples_needed
            case NoAnswer(outcome=outcome, icmp=icmp):
                return self.rounds >= (1 if outcome in FOR_GOOD else 2 if icmp else MOST_ROUNDS)
            case Answer(token_granted=True):
                return isinstance(self.metadata, NotSent)
        return self._refused_by_answers

    @property
    def _refused_by_answers(self) -> bool:
        """Two requests of one round were answered alike, or each of two rounds was answered."""
        if not all(isinstance(e, Answer) and e.status < 500 for e in (self.token, self.control)):
            return False
        return self.rounds > 1 or kind(self.token) == kind(self.control)

    @property
    def pause(self) -> float:
        """Before the next round, in multiples of the timeout; none after a wait."""
        if any(isinstance(e, NoAnswer) and e.outcome in SILENCE for e in self.asked):
            return 0.0
        rejected = isinstance(self.token, NoAnswer) and self.token.icmp
        return LONGEST_PAUSE if rejected else PAUSES[self.rounds]


def kind(exchange: Exchange) -> object:
    """How a request ended, as far as two endings are compared."""
    match exchange:
        case Answer(status=status, token_granted=granted):
            return status, granted
        case NoAnswer(outcome=outcome) as failed:
            return outcome if failed.connected else 'no connection'
    return None


def _is_refused_after_a_loss(before: Exchange, now: Exchange) -> bool:
    return isinstance(before, NoAnswer) and before.outcome is Outcome.LOST and is_status(now, *THROTTLED)


def _alike(before: Exchange, now: Exchange) -> bool:
    """An answer after silence, or a connection after a SYN that got no answer, is news and no contradiction; everything
    else that differs is one."""
    match before, now:
        case (NotSent(), _) | (_, NotSent()) | (NoAnswer(), Answer()):
            return True
        case NoAnswer(outcome=Outcome.SILENT), NoAnswer(connected=True):
            return True
    return kind(before) == kind(now)


def _together(before: Exchange, now: Exchange) -> Exchange:
    """What two samples of one request prove: an answer outweighs silence, a router that rejects has not gone when it
    says so no more, and an acknowledgement stays one."""
    match before, now:
        case (Answer() | NoAnswer(), NotSent()) | (Answer(), NoAnswer()):
            return before
        case NoAnswer(icmp=icmp), NoAnswer(outcome=Outcome.SILENT) if icmp:
            return before
        case NoAnswer(acknowledged=True), NoAnswer(outcome=Outcome.LOST):
            return replace(now, acknowledged=True)
    return now
