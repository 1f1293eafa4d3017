"""One judged instance: its status, what it is about, its verdict as one sentence and what would settle what is unknown.

Every command says the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..diagnoses import diagnose, of_scope
from ..expectations import Expectations
from ..facts import Agent, Facts, Host
from ..facts.account import Caller
from ..facts.values import AccountId
from ..findings import Cause, Finding, NotApplicable, Scope, Status, Unknown, by_reason, causes, worst
from ..rules import instance_id_in, instance_id_of


@dataclass(frozen=True, slots=True)
class Observation:
    """One instance of the configuration: what was observed, and what the configuration expected."""

    facts: Facts
    expectations: Expectations


@dataclass(frozen=True, slots=True)
class Judged:
    observation: Observation
    findings: tuple[Finding, ...]
    saved_at: str = ''
    """ISO 8601, UTC, when the facts were saved; '' for facts of this run."""
    source: str = ''
    """The file that they were read from."""
    name: str = ''
    """Of the account, where its organization says it."""

    @property
    def facts(self) -> Facts:
        return self.observation.facts

    @property
    def scope(self) -> Scope:
        return Scope.HOST if self.facts.account is None else Scope.ACCOUNT

    @property
    def causes(self) -> tuple[Cause, ...]:
        return causes(self.findings)

    @property
    def status(self) -> Status:
        """OK only for what was judged and is fine, and for a host that is known not to be EC2."""
        if self.not_ec2 or any(f.applicable for f in self.findings):
            return worst(finding.status for finding in self.findings)
        return Status.UNKNOWN

    @property
    def not_ec2(self) -> bool:
        return self.scope is Scope.HOST and self.facts.platform.ec2 is False

    @property
    def not_judged(self) -> Mapping[str, tuple[Finding, ...]]:
        """The reason -> the findings that are unknown for it."""
        return by_reason(f for f in self.findings if isinstance(f.verdict, Unknown))

    @property
    def subject(self) -> str:
        """What was looked at: an instance id, a host name, 'account 123456789012 (its name)'."""
        facts = self.facts
        if facts.account is not None:
            known = self.account_id
            return f'account {known}{f" ({self.name})" if self.name else ""}' if known else 'the account'
        return instance_id_of(facts) or _name_of_the_host(facts) or 'host'

    @property
    def account_id(self) -> AccountId | None:
        """Where not even the caller is known, that of the role that was to be assumed."""
        caller, role = self.facts.of_account.caller, self.observation.expectations.of_account.assumed_role
        if isinstance(caller, Caller):
            return caller.account_id
        return role.account_id if role else None

    @property
    def known(self) -> bool:
        """Whether the host or account could be looked at, with whatever result."""
        return self.facts.account is None or isinstance(self.facts.account.caller, Caller)

    @property
    def sentence(self) -> str:
        """The verdict with its cause, without the status and the subject."""
        if self.causes:
            return self._caused
        if not any(f.applicable for f in self.findings):
            return self._nothing_judged
        if self.not_judged:
            return self._unknown
        return f'no problem found ({counted_others(self.findings)})'

    @property
    def _caused(self) -> str:
        first, *more = self.causes
        failed = plural(sum(f.failed for f in self.findings), 'finding')
        if not more:
            return f'{first.finding.headline} ({failed}, 1 cause)'
        return f'{first.finding.headline}; {plural(len(more), "other cause")} ({failed})'

    @property
    def _unknown(self) -> str:
        reasons = self.not_judged
        first, *more = reasons
        others = f', and {plural(len(more), "other reason")}' if more else ''
        count = sum(map(len, reasons.values()))
        rest = counted_others(f for f in self.findings if f.status is not Status.UNKNOWN)
        return f'{count} not judged: {first}{others}{f" ({rest})" if rest else ""}'

    @property
    def _nothing_judged(self) -> str:
        platform = self.facts.platform
        if self.scope is Scope.HOST and platform.ec2 is not True:
            return f'{"not EC2" if self.not_ec2 else "not known to be EC2"}: {platform.evidence}'
        reasons = by_reason(self.findings)
        return f'nothing was judged: {next(iter(reasons), "no diagnosis was chosen")}'


def _name_of_the_host(facts: Facts) -> str:
    """The Agent's name for it, unless that is an instance id which nothing confirms; '' where nothing names it."""
    named = facts.agent.hostname if isinstance(facts.agent, Agent) else None
    if named and not instance_id_in(named):
        return named
    return facts.host.os_hostname if isinstance(facts.host, Host) else ''


def judged(observation: Observation, only: Collection[str] = (), *, saved_at: str = '', source: str = '') -> Judged:
    """`only` are ids of diagnoses: other findings are left out, and may still be named as causes."""
    facts = observation.facts
    known = of_scope(Scope.HOST if facts.account is None else Scope.ACCOUNT)
    findings = diagnose(known, facts, observation.expectations)
    chosen = tuple(f for f in findings if not only or f.diagnosis.id in only)
    return Judged(observation, chosen, saved_at, source)


def overall(reports: Sequence[Judged], skipped: int = 0) -> Status:
    """The worst of all. Nothing is known of what a skipped file would have told, so it counts as UNKNOWN."""
    return worst((*(report.status for report in reports), *([Status.UNKNOWN] if skipped else [])))


def counted_others(findings: Iterable[Finding]) -> str:
    """Like '17 OK, 3 N/A': what neither failed nor is unknown; '' where there is none."""
    others = [f for f in findings if not f.failed and f.status is Status.OK]
    skipped = sum(isinstance(f.verdict, NotApplicable) for f in others)
    counts = ((len(others) - skipped, 'OK'), (skipped, 'N/A'))
    return ', '.join(f'{count} {word}' for count, word in counts if count)


def plural(count: int, noun: str) -> str:
    return f'{count} {noun if count == 1 else f"{noun}s"}'
