"""One judged instance: its status, what it is about, its verdict as one sentence and what would settle what is unknown.

Every command says the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..diagnoses import DIAGNOSES, diagnose
from ..expectations import Expectations
from ..facts import Agent, Facts, Host
from ..facts.account import Caller
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
        """What was looked at: an instance id, a host name, 'account 123456789012'."""
        facts = self.facts
        if facts.account is not None:
            caller = facts.account.caller
            return f'account {caller.account_id}' if isinstance(caller, Caller) else 'the account'
        return instance_id_of(facts) or _name_of_the_host(facts) or 'host'

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
    findings = diagnose(DIAGNOSES, observation.facts, observation.expectations)
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


OF_AWS = (
    ('no AWS credentials were found', 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
    ('the AWS credentials are incomplete', 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
    ('the AWS credentials could not be loaded', 'Log in again, for example with `aws sso login`'),
    ('our AWS credentials have expired', 'Renew them, for example with `aws sso login`'),
    ('AWS does not accept our credentials', 'See whose they are with `aws sts get-caller-identity`'),
    ('the AWS profile does not exist', 'Set AWS_PROFILE to one that `aws configure list-profiles` shows'),
    ('no valid AWS region is configured', 'Set AWS_REGION'),
    ('AWS did not answer in time', 'Check the network to AWS and HTTPS_PROXY'),
    ('the proxy on the way to AWS could not be reached', 'Check HTTPS_PROXY and NO_PROXY'),
    ('the AWS endpoint could not be reached', 'Check the network to AWS and HTTPS_PROXY'),
    ('AWS throttles', 'Run this again in a few minutes'),
    ('missing permission', "Grant it to the identity that runs this: see 'docs/permissions.md'"),
    ('Datadog was not asked: it needs both an API key and an application key', 'Set DD_API_KEY and DD_APP_KEY'),
)
"""How the collectors begin a reason -> what to do about it. A test holds the beginnings to the collectors' words."""

OF_THE_AGENT = ('hostname', 'hostname_provider')
"""Service checks of the diagnoses that judge what the Agent says."""


def of_access(reason: str) -> str:
    """What lets AWS and Datadog be asked, as a sentence without its full stop; '' where nobody knows."""
    return next((hint for beginning, hint in OF_AWS if reason.startswith(beginning)), '')


def settling(reason: str, findings: Sequence[Finding], facts: Facts) -> str:
    """A sentence without its full stop; '' where there is nothing better than the reason."""
    if of_access(reason):
        return of_access(reason)
    if all(f.diagnosis.scope is Scope.ACCOUNT for f in findings):
        return ''
    if facts.platform.ec2 is None:
        return 'If this is EC2, set `ec2: always` in conf.yaml'
    if any(f.diagnosis.service_check in OF_THE_AGENT for f in findings):
        options = missing_options(facts)
        return f'Pass {" and ".join(options)}' if options else ''
    return ''


def missing_options(facts: Facts) -> tuple[str, ...]:
    """The options of `check` that tell what is not known of the Agent."""
    agent = facts.agent
    missing = (
        ('--agent-hostname', not isinstance(agent, Agent) or agent.hostname is None),
        ('--agent-version', not isinstance(agent, Agent) or agent.version is None),
        ('--agent-provider', not isinstance(agent, Agent) or agent.provider is None),
    )
    return tuple(option for option, is_missing in missing if is_missing)
