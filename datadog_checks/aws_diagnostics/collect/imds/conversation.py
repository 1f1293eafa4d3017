"""Which requests one run makes, and what is kept from run to run."""

from dataclasses import dataclass

from ...facts import Answer, Exchange, Identity, Imds, NoAnswer, NotSent, Outcome
from ...facts.imds import is_granted, is_status
from ...facts.values import ImdsEndpoint, InstanceId
from ...log import LOG
from ..run import Deadline, DeadlineExceeded
from ..schedule import Interval
from .exchange import Reply, exchange
from .requests import (
    GET_INSTANCE_ID_INVALID_TOKEN,
    GET_INSTANCE_ID_TOKENLESS,
    PUT_TOKEN,
    Request,
    Token,
    get_identity,
    get_instance_id,
    granted_token,
    identity,
    instance_id,
)
from .tcp import Address

IDENTITY_RETRY_SECONDS = 3600.0
THROTTLED = (429, 503)

NOT_REACHED = NotSent('not reached')
WITHOUT_TOKEN = NotSent('no token was granted')
NOT_NEEDED = NotSent('the token was granted and metadata came')


@dataclass(slots=True)
class _Run:
    """One run: what was asked so far."""

    deadline: Deadline
    now: float
    token: Exchange = NOT_REACHED
    metadata: Exchange = WITHOUT_TOKEN
    control: Exchange = NOT_NEEDED
    tokenless: Exchange = NOT_REACHED
    requests: int = 0

    @property
    def asked(self) -> tuple[Exchange, ...]:
        return self.token, self.metadata, self.control

    @property
    def throttled(self) -> bool:
        return any(is_status(e, *THROTTLED) for e in self.asked)


class Conversation:
    """Talks to one IMDS endpoint. Remembers between runs what need not be asked again, but never a token."""

    def __init__(self, address: Address, endpoint: ImdsEndpoint, timeout: float, imdsv1_probe_interval: float) -> None:
        self._address = address
        self._endpoint = endpoint
        self._timeout = timeout
        self._tokenless: Exchange = NotSent('IMDS has not answered yet')
        self._tokenless_interval = Interval(imdsv1_probe_interval, zero_is_never=True)
        self._instance_id: InstanceId | None = None
        self._identity: Identity | None = None
        self._identity_of: InstanceId | None = None
        self._identity_retry = Interval(IDENTITY_RETRY_SECONDS)

    def hold(self, deadline: Deadline, now: float) -> Imds:
        """Makes the requests of one run. One that the deadline leaves no time for is NotSent."""
        run = _Run(deadline, now)
        self._with_token(run)
        if not (is_granted(run.token) and is_status(run.metadata, 200)):
            run.control = self._control(run)
        run.tokenless = self._without_token(run)
        return Imds(
            endpoint=self._endpoint,
            observed_at=now,
            token=run.token,
            metadata=run.metadata,
            control=run.control,
            tokenless=run.tokenless,
            tokenless_at=self._tokenless_interval.last,
            instance_id=self._instance_id,
            identity=self._identity,
            requests=run.requests,
        )

    def _with_token(self, run: _Run) -> None:
        run.token, reply = self._ask(run, PUT_TOKEN)
        token = granted_token(reply.response) if reply else None
        if token is None:
            return
        run.metadata, reply = self._ask(run, get_instance_id(token))
        if reply and is_status(run.metadata, 200):
            self._recognise(reply)
            self._look_up_identity(run, token)

    def _look_up_identity(self, run: _Run, token: Token) -> None:
        """The document cannot change while the instance id does not."""
        changed = self._instance_id != self._identity_of
        if not changed and (self._identity is not None or not self._identity_retry.due(run.now)):
            return
        _, reply = self._ask(run, get_identity(token))
        self._identity = identity(reply.response) if reply else None
        self._identity_of = self._instance_id
        self._identity_retry.done(run.now)

    def _control(self, run: _Run) -> Exchange:
        match run.token:
            case NoAnswer(outcome=Outcome.NO_ROUTE | Outcome.CONNECT_FAILED as outcome):
                return NotSent(f'nothing can be sent to IMDS: {outcome}')
            case NotSent():
                return run.token
        if run.throttled:
            return NotSent('IMDS throttles, and more requests would prolong that')
        exchange, _ = self._ask(run, GET_INSTANCE_ID_INVALID_TOKEN)
        return exchange

    def _without_token(self, run: _Run) -> Exchange:
        """What is known of IMDSv1, from now or from an earlier run; nothing where IMDS is silent now."""
        if self._tokenless_interval.never:
            return NotSent('turned off by imdsv1_probe_interval')
        if not any(isinstance(e, Answer) for e in run.asked):
            return NotSent('IMDS answered no other request')
        if self._tokenless_interval.due(run.now) and not run.throttled:
            asked, reply = self._ask(run, GET_INSTANCE_ID_TOKENLESS)
            if isinstance(asked, NotSent):
                return asked
            self._tokenless = asked
            self._tokenless_interval.done(run.now)
            if reply:
                self._recognise(reply)
        return self._tokenless

    def _recognise(self, reply: Reply) -> None:
        self._instance_id = instance_id(reply.response) or self._instance_id

    def _ask(self, run: _Run, request: Request) -> tuple[Exchange, Reply | None]:
        try:
            result = exchange(self._address, request, self._timeout, run.deadline)
        except DeadlineExceeded as e:
            return NotSent(str(e)), None
        outcome = result if isinstance(result, NoAnswer) else result.answered
        LOG.debug('IMDS %s %s%s: %s', request.method, self._endpoint, request.path, outcome)
        if isinstance(result, NoAnswer):
            run.requests += result.connected
            return result, None
        run.requests += 1
        return result.answered, result


def is_throttled(imds: Imds) -> bool:
    return any(is_status(e, *THROTTLED) for e in (imds.token, imds.metadata, imds.control))
