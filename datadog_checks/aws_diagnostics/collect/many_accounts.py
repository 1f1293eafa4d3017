"""Many accounts in one process, several at a time: each through a role of its own, with its own deadline and budget.

One that hangs, crashes or is throttled spoils no other: nothing of AWS is shared but the credentials that roles are
assumed with. Threads are daemons, so one that still hangs at the end does not keep the process from ending.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from ..facts import Facts, Unobserved
from ..facts.account import Caller, RoleTemplate
from ..facts.values import AccountId, Arn, Partition
from .account import AccountCollector
from .account_options import AccountOptions
from .aws.botocore_setup import botocore_session, configuration, loader
from .aws.caller import read_caller
from .aws.denials import DENIED, CallFailed
from .aws.session import ANYWHERE, Session, Sessions, open_session
from .datadog_side import DatadogSide
from .run import CallBudget, Deadline, OnDefect, attempt, log_defect

GRACE = 5.0
"""Seconds after its deadline in which an account may still end: its last call began before."""
MOST_THREADS = 64
"""Those that hang included."""
CLIENTS = 96
"""Of all accounts that are looked at at the same time."""
TICK = 0.5
FROZEN_BY_PYTHON = 1000
"""More objects than Python freezes itself as it starts: 375 with 3.12.1. Whoever freezes others freezes thousands."""
NOT_ASSUMED = 'the role of the template cannot be assumed'
NOT_ENDED = 'it had not ended {:g} seconds after its deadline of {:g} seconds'
NOT_BEGUN = 'the time of the whole run was over'


@dataclass(frozen=True, slots=True)
class Target:
    account_id: AccountId
    partition: Partition
    name: str = ''
    """As the AWS organization has it; printable."""


class OwnCredentials:
    """Those of the credential chain, looked for once: sessions of all threads share them, and botocore refreshes them
    under a lock. For botocore this is a provider of credentials."""

    def __init__(self, options: AccountOptions) -> None:
        """Asks who they belong to. Raises CallFailed, and DeadlineExceeded."""
        deadline = Deadline(options.deadline)
        with open_session(options, CallBudget(options.max_api_calls, deadline)) as session:
            self.caller: Caller = read_caller(session)
            self._credentials: Any = session.credentials
            self.region = session.region
        loader()

    def load_credentials(self) -> Any:  # noqa: ANN401  (whatever botocore holds)
        return self._credentials


class RoleSessions(Sessions):
    """Of one account: a session of its role."""

    def __init__(self, options: AccountOptions, own: OwnCredentials, clients: int) -> None:
        """`clients`: how many are kept at most."""
        super().__init__(options)
        self._credentials = own
        self._clients = clients

    def open(self, budget: CallBudget, *, imds_usable: bool = True) -> Session:
        """Raises CallFailed."""
        role, caller = Arn(self._options.assume_role_arn), self._credentials.caller
        if role.partition_name != caller.partition:
            foreign, ours = role.partition_name, caller.partition
            raise CallFailed(f'{NOT_ASSUMED}: the account is in the partition {foreign}, our credentials are of {ours}')
        try:
            session = super().open(budget, imds_usable=imds_usable)
        except CallFailed as e:
            if e.code in DENIED:  # AWS gives the same answer where there is no such role
                raise CallFailed(f'{NOT_ASSUMED} ({e.code})', e.code, e.denied_by) from None
            raise
        session.most_clients = self._clients
        return session

    def _opened(self, budget: CallBudget, imds_usable: bool) -> Session:
        core = botocore_session()
        core.set_default_client_config(configuration(self._options.proxies.of(ANYWHERE)))
        core.register_component('credential_provider', self._credentials)
        return Session(core, self._credentials.region, budget, self._options.proxies)


class Accounts:
    """How each account is looked at."""

    def __init__(
        self,
        options: AccountOptions,
        template: RoleTemplate,
        own: OwnCredentials,
        side: DatadogSide,
        threads: int,
        on_defect: OnDefect = log_defect,
    ) -> None:
        self._options = options
        self._template = template
        self._own = own
        self._side = side
        self._threads = threads
        self._on_defect = on_defect

    def look(self, targets: Iterable[Target], until: Deadline) -> Iterator[tuple[Target, Facts | Unobserved]]:
        """As they end."""
        seconds, others = self._options.deadline, gc.get_freeze_count() > FROZEN_BY_PYTHON
        gc.collect()
        gc.freeze()  # what is there to stay, so that each account costs a short garbage collection only
        try:
            for target, seen in several(targets, self._facts, self._threads, seconds, until):
                yield target, seen
                del seen
                gc.collect()
        finally:
            if not others:  # whoever had frozen its own before keeps that
                gc.unfreeze()

    def _facts(self, target: Target) -> Facts | Unobserved:
        def collect() -> Facts:
            role = self._template.arn(target.account_id, target.partition)
            options = replace(self._options, assume_role_arn=str(role))
            sessions = RoleSessions(options, self._own, max(4, CLIENTS // self._threads))
            return AccountCollector(options, on_defect=self._on_defect, sessions=sessions, side=self._side).collect()

        return attempt('the account', collect, self._on_defect)


def several(
    targets: Iterable[Target],
    look: Callable[[Target], Facts | Unobserved],
    threads: int,
    seconds: float,
    until: Deadline,
    grace: float = GRACE,
) -> Iterator[tuple[Target, Facts | Unobserved]]:
    """Each once, as they end. One that has not ended `grace` after its `seconds` is given up, and none begins after
    `until`. `look` never raises."""
    waiting, ended = deque(targets), SimpleQueue[tuple[Target, Facts | Unobserved]]()
    running, given_up = dict[Target, tuple[Thread, Deadline]](), list[Thread]()
    while waiting or running:
        given_up = [thread for thread in given_up if thread.is_alive()]
        if not until.remaining():
            yield from ((target, Unobserved(NOT_BEGUN)) for target in waiting)
            waiting.clear()
        while waiting and len(running) < min(threads, MOST_THREADS - len(given_up)):
            target = waiting.popleft()
            thread = Thread(target=_look, args=(look, target, ended), name=f'account {target.account_id}', daemon=True)
            thread.start()
            running[target] = thread, Deadline(seconds + grace)
        with suppress(Empty):
            target, seen = ended.get(timeout=TICK)
            if running.pop(target, None):
                yield target, seen
            del seen
        for target in [target for target, (_, deadline) in running.items() if not deadline.remaining()]:
            given_up.append(running.pop(target)[0])
            yield target, Unobserved(NOT_ENDED.format(grace, seconds))


def _look(
    look: Callable[[Target], Facts | Unobserved],
    target: Target,
    ended: 'SimpleQueue[tuple[Target, Facts | Unobserved]]',
) -> None:
    ended.put((target, look(target)))
