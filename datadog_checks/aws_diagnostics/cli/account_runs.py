"""`check --all-accounts`: which accounts are looked at, and what is kept of each: its findings, without its facts.

The host list is left out: it is one for the whole organization (`hosts duplicates`, `hosts lingering-tags`).
"""

import json
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..collect.account_options import AccountOptions
from ..collect.aws.session import open_session
from ..collect.datadog_side import SharedDatadogSide
from ..collect.many_accounts import Accounts, OwnCredentials, Target
from ..collect.organization import MOST_CALLS, read_organization
from ..collect.run import CallBudget, Deadline, NotCollected
from ..expectations import Expectations
from ..facts import Facts, Feature, Platform, Unobserved
from ..facts.account import Account, AccountState, Organization
from ..facts.values import Arn, FilePath
from ..findings import Status
from ..text import counted
from . import Failure
from .account_state import State, assumed
from .accounts.written import FOLDER
from .all_accounts_options import Wanted
from .document import document
from .files import stem_of
from .judged import Judged, Observation, judged
from .settling import of_access

LEFT_OUT = frozenset({Feature.INVENTORY})
TO_ASK = 180.0
"""Seconds, for what Datadog answers about all accounts, and again for what AWS Organizations does."""
ELSEWHERE = Unobserved('not looked at in the account scope')
NOT_KEPT = Unobserved('judged, and not kept')


@dataclass(slots=True)
class Result:
    missing: tuple[str, ...]
    """Which accounts could not even be named, and why."""
    total: int
    reports: list[Judged] = field(default_factory=list)
    """In the order of their ids at the end."""
    documents: dict[Arn | None, bytes] = field(default_factory=dict)
    """By the role, for --json, compressed."""
    before: int = 0
    """Accounts whose facts are those of an earlier run."""

    def add(
        self, target: Target, seen: Observation, only: Collection[str], *, as_json: bool, saved_at: str = ''
    ) -> None:
        """Judges, and lets go of the facts."""
        report = replace(judged(seen, only, saved_at=saved_at), name=target.name)
        if as_json:
            self.documents[_role_of(report)] = zlib.compress(json.dumps(document(report), allow_nan=False).encode())
        self.reports.append(replace(report, observation=replace(seen, facts=_reduced(seen.facts))))

    def written(self) -> Iterator[str]:
        """The documents, one after the other."""
        for report in self.reports:
            yield zlib.decompress(self.documents[_role_of(report)]).decode()


def _role_of(report: Judged) -> Arn | None:
    """Two partitions may have an account of the same id."""
    return report.observation.expectations.of_account.assumed_role


class AllAccountsRun:
    """Raises Failure where nothing can be looked at: without credentials, or where no account is known."""

    def __init__(
        self, wanted: Wanted, options: AccountOptions, expected: Expectations, say: Callable[[str], None]
    ) -> None:
        self._wanted = wanted
        self._options = replace(options, assume_role_arn='', deadline=wanted.for_one)
        self._expected = expected
        self._say = say
        self._side = SharedDatadogSide(options, Deadline(TO_ASK))
        try:
            self._own = OwnCredentials(self._options)
        except NotCollected as e:
            raise _nothing(f'our own AWS credentials: {e}') from None

    def result(self, only: Collection[str], progress: Callable[[Result], None], *, as_json: bool) -> Result:
        targets, missing = self._targets()
        if not targets:
            raise _nothing('; '.join(missing) or 'no account is on record')
        found = Result(missing, len(targets))
        state = State(self._wanted.state, self._wanted.longest, self._say) if self._wanted.state else None
        with state.held() if state else nullcontext():
            left = [target for target in targets if not self._of_before(target, state, found, only, as_json=as_json)]
            found.before = len(found.reports)
            progress(found)
            for target, facts in self._accounts().look(left, Deadline(self._wanted.seconds)):
                seen = Observation(_not_looked_at(facts) if isinstance(facts, Unobserved) else facts, self._of(target))
                if state and not isinstance(facts, Unobserved):
                    state.keep(target, seen, time.time())
                found.add(target, seen, only, as_json=as_json)
                progress(found)
        found.reports.sort(key=lambda report: (report.subject, str(_role_of(report))))
        return found

    def _accounts(self) -> Accounts:
        return Accounts(self._options, self._wanted.template, self._own, self._side, self._wanted.threads)

    def _of_before(
        self, target: Target, state: State | None, found: Result, only: Collection[str], *, as_json: bool
    ) -> bool:
        saved = state.kept(target, self._of(target), time.time()) if state else None
        if saved is None:
            return False
        seen = Observation(saved.instances[0].facts, self._of(target))
        found.add(target, seen, only, as_json=as_json, saved_at=saved.saved_at)
        return True

    def _of(self, target: Target) -> Expectations:
        """Of this account. Its commands name the file that `accounts --write-config .` writes for it."""
        file = FilePath.of(str(Path(FOLDER, f'{stem_of(target.account_id, target.partition)}.yaml').absolute()))
        role = self._wanted.template.arn(target.account_id, target.partition)
        return replace(assumed(self._expected, role), config_file=file)

    def _targets(self) -> tuple[list[Target], tuple[str, ...]]:
        """Each once, in the order of the ids; and which accounts are not named, and why."""
        records, ours = self._side.records, self._own.caller.partition
        if isinstance(records, Unobserved):
            on_record, missing = [], [f'what Datadog has on record is not known: {records.reason}']
        else:
            on_record = [Target(each.account_id, each.partition or ours) for each in records.read]
            unnamed = counted(records.without_id, 'record')
            missing = [f'Datadog does not say of which account {unnamed} is'] if records.without_id else []
        if self._wanted.chosen:
            named = [target for target in on_record if target.account_id in self._wanted.chosen]
            others = set(self._wanted.chosen).difference(target.account_id for target in named)
            return _each_once([*named, *(Target(id, ours) for id in others)]), ()
        if self._wanted.of_organization:
            return self._of_organization()
        return _each_once(on_record), tuple(missing)

    def _of_organization(self) -> tuple[list[Target], tuple[str, ...]]:
        with open_session(self._options, CallBudget(MOST_CALLS, Deadline(TO_ASK))) as session:
            found: Organization = read_organization(session, self._own.caller)
        active = [a for a in found.accounts if a.state in (AccountState.ACTIVE, AccountState.UNKNOWN)]
        missing = (f'not all accounts of the organization are known: {found.not_listed}',) if found.not_listed else ()
        return _each_once(Target(each.id, found.partition, each.name) for each in active), missing


def _each_once(targets: Iterable[Target]) -> list[Target]:
    return sorted(dict.fromkeys(targets), key=lambda target: (target.account_id, target.partition))


def _nothing(why: str) -> Failure:
    hint = of_access(why.partition(': ')[2])
    return Failure(f'no account can be looked at: {why}.{f" {hint}." if hint else ""}', Status.UNKNOWN)


def _not_looked_at(why: Unobserved) -> Facts:
    groups: dict[str, Any] = {f.name: why for f in fields(Account) if f.name not in ('api_calls', 'registered')}
    return _of_account(Account(**groups), time.time())


def _reduced(facts: Facts) -> Facts:
    """What reports say of an account beside its findings."""
    account = facts.of_account
    left: dict[str, Any] = dict.fromkeys((f.name for f in fields(Account)), NOT_KEPT)
    kept = {'caller': account.caller, 'api_calls': account.api_calls, 'registered': account.registered}
    return _of_account(Account(**{**left, **kept}), facts.observed_at)


def _of_account(account: Account, observed_at: float) -> Facts:
    platform = Platform(None, 'the account scope')
    return Facts(observed_at, platform, ELSEWHERE, imds=ELSEWHERE, path=ELSEWHERE, agent=ELSEWHERE, account=account)
