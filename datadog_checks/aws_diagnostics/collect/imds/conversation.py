"""Which requests one run makes, and what is kept from run to run."""

import time
from contextlib import ExitStack
from dataclasses import replace

from ...facts import Answer, Exchange, Identity, Imds, NoAnswer, NotSent, Outcome
from ...facts.exchange import throttles
from ...facts.values import ImdsEndpoint, InstanceId
from ...log import LOG
from ..run import Deadline, DeadlineExceeded
from ..schedule import Interval
from .exchange import OutOfTime, Reply, reach_out
from .requests import (
    GET_INSTANCE_ID_INVALID_TOKEN,
    GET_INSTANCE_ID_TOKENLESS,
    INSTANCE_ID_PATH,
    PUT_TOKEN,
    Request,
    Token,
    get_identity,
    get_instance_id,
    identity,
    instance_id,
    usable_token,
)
from .rounds import NOT_NEEDED, Run
from .tcp import Address

IDENTITY_RETRY_SECONDS = 3600.0
TOKENLESS_RETRY_SECONDS = 300.0
"""Least time between two GETs without a token where what IMDS answers changes."""


class Conversation:
    """Talks to one IMDS endpoint. Remembers between runs what need not be asked again, but never a token."""

    def __init__(self, address: Address, endpoint: ImdsEndpoint, timeout: float, imdsv1_probe_interval: float) -> None:
        self._address = address
        self._endpoint = endpoint
        self._timeout = timeout
        self._tokenless: Exchange = NotSent('IMDS has not answered yet')
        self._tokenless_interval = Interval(imdsv1_probe_interval, zero_is_never=True)
        self._tokenless_retry = Interval(TOKENLESS_RETRY_SECONDS)
        self._state_of_tokenless: object = None
        self._instance_id: InstanceId | None = None
        self._identity: Identity | None = None
        self._identity_of: InstanceId | None = None
        self._identity_retry = Interval(IDENTITY_RETRY_SECONDS)

    def hold(self, deadline: Deadline, now: float) -> Imds:
        """Makes the requests of one run. One that the deadline leaves no time for is NotSent."""
        run = Run(deadline, now, self._timeout)
        with run.stack:
            while not run.settled:
                time.sleep(min(run.pause * self._timeout, deadline.remaining()))
                self._round(run)
        run.conclude()
        run.control = NOT_NEEDED if run.works else run.control
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
            rounds=run.rounds,
            steady=run.is_certain or run.works,
            tokenless_holds=isinstance(run.tokenless, Answer | NoAnswer) and self._state_of_tokenless == run.state,
        )

    def _round(self, run: Run) -> None:
        run.rounds += 1
        self._with_token(run)
        if not run.works:
            run.heard_of_control(self._control(run))

    def _with_token(self, run: Run) -> None:
        asked, reply = self._ask(run, PUT_TOKEN)
        if reply is None:
            asked, reply = self._look_again(run, asked)
        run.heard_of_token(asked)
        token = usable_token(reply.response) if reply else None
        if token is None:
            return
        asked, reply = self._ask(run, get_instance_id(token))
        run.heard_of_metadata(asked)
        if reply and run.works:
            self._recognise(reply)
            self._look_up_identity(run, token)

    def _look_again(self, run: Run, asked: Exchange) -> tuple[Exchange, Reply | None]:
        """An answer that is slower than our patience has come meanwhile to the request before: slow is not lost."""
        for question in run.late[:-1]:
            late = question.answer()
            if isinstance(late, Reply):
                return late.answered, late
        return asked, None

    def _look_up_identity(self, run: Run, token: Token) -> None:
        """The document cannot change while the instance id does not."""
        changed = self._instance_id != self._identity_of
        if not changed and (self._identity is not None or not self._identity_retry.due(run.now)):
            return
        _, reply = self._ask(run, get_identity(token))
        self._identity = identity(reply.response) if reply else None
        self._identity_of = self._instance_id
        self._identity_retry.done(run.now)

    def _control(self, run: Run) -> Exchange:
        match run.token:
            case NoAnswer(outcome=Outcome.NO_ROUTE | Outcome.CONNECT_FAILED as outcome):
                return NotSent(f'nothing can be sent to IMDS: {outcome}')
            case NotSent():
                return run.token
        if throttles(*run.asked):
            return NotSent('IMDS throttles, and more requests would prolong that')
        asked, _ = self._ask(run, GET_INSTANCE_ID_INVALID_TOKEN)
        return asked

    def _without_token(self, run: Run) -> Exchange:
        """What is known of IMDSv1, from now or from an earlier run; nothing where IMDS is silent now.

        An answer of earlier may not fit what IMDS answers now, so it is asked again when that changes.
        """
        if self._tokenless_interval.never:
            return NotSent('turned off by imdsv1_probe_interval')
        if not any(isinstance(e, Answer) for e in run.asked):
            return NotSent('IMDS answered no other request')
        changed = run.state != self._state_of_tokenless and self._tokenless_retry.due(run.now)
        if (changed or self._tokenless_interval.due(run.now)) and not run.throttled:
            asked, reply = self._ask(run, GET_INSTANCE_ID_TOKENLESS)
            if isinstance(asked, NotSent):
                return asked
            self._tokenless, self._state_of_tokenless = asked, run.state
            self._tokenless_interval.done(run.now)
            self._tokenless_retry.done(run.now)
            if reply:
                self._recognise(reply)
        return self._tokenless

    def _recognise(self, reply: Reply) -> None:
        self._instance_id = instance_id(reply.response) or self._instance_id

    def _ask(self, run: Run, request: Request) -> tuple[Exchange, Reply | None]:
        try:
            result = self._exchange(run, request)
        except OutOfTime as e:
            if run.rounds == 1:
                return NotSent(str(e)), None
            # Connected, and no more: that much was proved.
            result = NoAnswer(Outcome.LOST, 'connected, and no time was left to ask')
        except DeadlineExceeded as e:
            return NotSent(str(e)), None
        outcome = result.answered if isinstance(result, Reply) else result
        LOG.debug('IMDS %s %s%s: %s', request.method, self._endpoint, request.path, outcome)
        if isinstance(result, Reply):
            run.requests += 1
            return _looked_at(request, result), result
        run.requests += isinstance(result, NoAnswer) and result.connected
        return result, None

    def _exchange(self, run: Run, request: Request) -> Reply | NoAnswer:
        timeout = run.patience * self._timeout
        question = reach_out(self._address, timeout, run.deadline, run.syn_interval)
        if isinstance(question, NoAnswer):
            return question
        with ExitStack() as stack:
            stack.enter_context(question)
            result = question.ask(request.encode(self._address.host_header))
            if request is PUT_TOKEN and isinstance(result, NoAnswer) and result.outcome is Outcome.LOST:
                run.late.append(question)
                run.stack.push(stack.pop_all())
        return result


def _looked_at(request: Request, reply: Reply) -> Answer:
    """What its body is, where that matters: a 200 proves nothing."""
    if request.path != INSTANCE_ID_PATH or reply.answered.status != 200:
        return reply.answered
    return replace(reply.answered, instance_id_given=instance_id(reply.response) is not None)
