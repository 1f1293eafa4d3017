"""IAM changes take time: what is judged within five minutes of a change may be judged too early.

Source: Datadog's guide, which asks to wait five minutes after a change of a role, a policy or a trust relationship.
"""

from collections.abc import Callable
from dataclasses import replace

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Role
from ...findings import Failed, Passed, Verdict
from ..imds.evidence import ago

PROPAGATION = 300.0
"""Seconds."""

Judge = Callable[[Facts, Expectations], Verdict]


def staleness(facts: Facts, *changed_at: float | None) -> str:
    """'; it changed 2 minutes ago, so this may be stale', to be appended to evidence; '' after five minutes.

    `changed_at` are the times of the changes that the evidence depends on, None where IAM does not say.
    """
    latest = max((at for at in changed_at if at is not None), default=None)
    if latest is None or facts.observed_at - latest > PROPAGATION:
        return ''
    return f'; it changed {ago(facts, latest)}, so this may be stale: IAM and Datadog need at least 5 minutes'


def role_staleness(facts: Facts) -> str:
    """The same for the role and all that hangs on it."""
    role = facts.of_account.role
    return staleness(facts, role.created_at, role.changed_at) if isinstance(role, Role) else ''


def says_when_stale(judge: Judge) -> Judge:
    """Lets a judgement of the role or of its policies say that it may be stale."""

    def judged(facts: Facts, expected: Expectations) -> Verdict:
        verdict = judge(facts, expected)
        if not isinstance(verdict, Failed | Passed):
            return verdict
        return replace(verdict, evidence=f'{verdict.evidence}{role_staleness(facts)}')

    return judged
