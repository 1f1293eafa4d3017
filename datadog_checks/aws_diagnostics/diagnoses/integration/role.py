"""Which role this is about, whether there is one to judge, and whether a judgement may come too early."""

from collections.abc import Callable
from dataclasses import replace

from ...expectations import Expectations
from ...facts import Facts, MissingFact, Unobserved
from ...facts.account import AuthKind, Caller, Integration, Role, RoleMissing
from ...findings import Failed, NotApplicable, Passed, Verdict
from ...text import one_line
from ..imds.evidence import ago

LONGEST_NAME = 64
"""By IAM's rules."""
PROPAGATION = 300.0
"""Seconds that IAM and Datadog may need after a change of a role, a policy or a trust policy (Datadog's guide)."""

Judge = Callable[[Facts, Expectations], Verdict]


def role_name(facts: Facts, expected: Expectations) -> str:
    """For evidence: as IAM has it, else as Datadog has it, else as the operator has it."""
    account = facts.of_account
    if isinstance(account.role, Role | RoleMissing):
        return one_line(account.role.name, LONGEST_NAME)
    recorded = account.integration.role_name if isinstance(account.integration, Integration) else ''
    return one_line(recorded or expected.of_account.role_name, LONGEST_NAME)


def account_id(facts: Facts) -> str | None:
    role, caller = facts.of_account.role, facts.of_account.caller
    of_the_role = role.arn.account_id if isinstance(role, Role) else None
    return of_the_role or (caller.account_id if isinstance(caller, Caller) else None)


def partition_of(facts: Facts) -> str:
    """aws where nothing tells."""
    role, caller = facts.of_account.role, facts.of_account.caller
    if isinstance(caller, Caller):
        return caller.partition
    return role.arn.partition_name if isinstance(role, Role) else 'aws'


def role_of(facts: Facts) -> Role | RoleMissing:
    """Raises MissingFact."""
    role = facts.of_account.role
    if isinstance(role, Unobserved):
        raise MissingFact(role.reason)
    return role


def uses_access_keys(facts: Facts) -> bool:
    integration = facts.of_account.integration
    return isinstance(integration, Integration) and integration.auth is AuthKind.ACCESS_KEYS


def without_role(facts: Facts) -> NotApplicable | None:
    """Why there is no role to judge; None where there is one, or where that is not known."""
    if uses_access_keys(facts):
        return NotApplicable('Datadog uses access keys for this account, not a role')
    role = facts.of_account.role
    if isinstance(role, RoleMissing):
        return NotApplicable(f"there is no role '{one_line(role.name, LONGEST_NAME)}'")
    return None


def staleness(facts: Facts, *changed_at: float | None) -> str:
    """'; the role changed 2 minutes ago ...', to be appended to evidence; '' after five minutes.

    `changed_at` are the times of the changes that the evidence depends on, None where IAM does not say.
    """
    latest = max((at for at in changed_at if at is not None), default=None)
    if latest is None or facts.observed_at - latest > PROPAGATION:
        return ''
    return f'; the role changed {ago(facts, latest)}, so this may be stale: IAM and Datadog need at least 5 minutes'


def staleness_of_permissions(facts: Facts) -> str:
    """Of the role and of each of its policies."""
    account = facts.of_account
    policies = account.policies if isinstance(account.policies, tuple) else ()
    role = (account.role.created_at, account.role.changed_at) if isinstance(account.role, Role) else ()
    return staleness(facts, *role, *(policy.changed_at for policy in policies))


def says_when_stale(judge: Judge) -> Judge:
    """Makes a judgement about the role say that it may be stale."""

    def judged(facts: Facts, expected: Expectations) -> Verdict:
        verdict, role = judge(facts, expected), facts.of_account.role
        if not isinstance(verdict, Failed | Passed) or not isinstance(role, Role):
            return verdict
        return replace(verdict, evidence=f'{verdict.evidence}{staleness(facts, role.created_at, role.changed_at)}')

    return judged
