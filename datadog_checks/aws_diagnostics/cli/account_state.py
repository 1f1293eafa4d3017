"""`check --all-accounts --state DIR`: the facts of each account in a file of its own, as `judge` takes them.

A file is written when its account ends, whole or not at all. The same command goes on with those that are missing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..collect.many_accounts import Target
from ..expectations import Expectations
from ..facts.account import Caller
from ..facts.values import Arn
from . import Failure, saved_facts
from .files import stem_of
from .judged import Observation
from .locks import locked
from .saved_facts import SavedFacts

OPTION = '--state'
LOCK = '.lock'
CLOCKS_DIFFER = 60.0
"""Seconds that the time in a file may be in the future."""


@dataclass(slots=True)
class State:
    directory: Path
    longest: float
    """Seconds; older facts are collected again."""
    say: Callable[[str], None]
    not_kept: str = ''
    """Why facts could not be kept."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """By this process only. Raises Failure (CANNOT_WRITE)."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise saved_facts.private_file(self.directory, OPTION).cannot_be_written(str(e.strerror)) from None
        with locked(self.directory / LOCK, f'another run of this command uses {OPTION} {self.directory}'):
            for unfinished in self.directory.glob('.*.json.*'):  # of a run that was killed
                with suppress(OSError):
                    unfinished.unlink()
            yield

    def kept(self, target: Target, expected: Expectations, now: float) -> SavedFacts | None:
        """What needs no second look: judged, recent, and collected as this run would. Says what is damaged."""
        path = self._path(target)
        if not path.exists():
            return None
        try:
            saved = saved_facts.read(path, OPTION)
        except Failure as e:
            self.say(f'{e}: the account is looked at again')
            return None
        (seen, *more) = saved.instances
        age = now - datetime.fromisoformat(saved.saved_at).timestamp()
        if more or saved.redacted or not -CLOCKS_DIFFER <= age <= self.longest:
            return None
        return saved if _is_of(seen, target) and _alike(seen.expectations, expected) else None

    def keep(self, target: Target, seen: Observation, now: float) -> None:
        """Says once where it cannot: the run goes on."""
        try:
            with saved_facts.private_file(self._path(target), OPTION).replacing() as file:
                file.write(saved_facts.dumps([seen], now))
        except Failure as e:
            if not self.not_kept:
                self.say(f'{e}. The run goes on, and what could not be kept is collected again next time.')
            self.not_kept = str(e)

    def _path(self, target: Target) -> Path:
        return self.directory / f'{stem_of(target.account_id, target.partition)}.json'


def _is_of(seen: Observation, target: Target) -> bool:
    account = seen.facts.account
    if account is None or not isinstance(account.caller, Caller):
        return False
    return (account.caller.account_id, account.caller.partition) == (target.account_id, target.partition)


def _alike(saved: Expectations, now: Expectations) -> bool:
    return replace(saved, config_file=None) == replace(now, config_file=None)


def assumed(expected: Expectations, role: Arn) -> Expectations:
    """The same, of the account of that role."""
    return replace(expected, account=replace(expected.of_account, assumed_role=role))
