"""How many policies the role can still have, and where those go that grant what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...expectations import Expectations
from ...facts import Facts, MissingFact
from ...facts.account import Integration, Policy, PolicyKind, PolicyQuota
from .permissions import entries_of, grantable
from .policy_documents import FRAME, NotGrantable, PolicyDocument, policy_documents
from .resolve_button import ADMINISTRATOR_ACCESS, SECURITY_AUDIT, attached, click, is_attached
from .role import partition_of

MOST_INLINE = 10_240
"""Characters of all inline policies of a role together, white space not counted
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""


def free_places(facts: Facts) -> int | None:
    """Policies that can still be attached; None where the quota or the policies are not known."""
    account = facts.of_account
    if not isinstance(account.quota, PolicyQuota) or not isinstance(account.policies, tuple):
        return None
    return max(0, account.quota.attached_per_role - len(attached(account.policies)))


def room(facts: Facts) -> int | None:
    """The same beside SecurityAudit, which is too large for an inline policy."""
    free = free_places(facts)
    return None if free is None else max(0, free - needs_security_audit(facts))


def needs_security_audit(facts: Facts) -> bool:
    account = facts.of_account
    if not isinstance(account.integration, Integration) or not isinstance(account.policies, tuple):
        return False
    has_one = any(
        is_attached(name, account.policies, partition_of(facts)) for name in (SECURITY_AUDIT, ADMINISTRATOR_ACCESS)
    )
    return account.integration.extended_collection and not has_one


def has_room(facts: Facts, more: int) -> bool:
    """Whether so many more policies can be attached; also where that is not known."""
    free = room(facts)
    return free is None or more <= free


@dataclass(frozen=True, slots=True)
class Placement:
    """Where policies go that grant what is missing."""

    attached: tuple[PolicyDocument, ...]
    inline: tuple[PolicyDocument, ...] = ()
    """Written into the role, where they do not count against the quota."""
    quota: int = 0
    """To be raised to first; 0 where the present one is enough."""


def placement(facts: Facts, documents: Sequence[PolicyDocument]) -> Placement:
    """As many as fit are attached and the smallest others inline; else all are attached, under a higher quota."""
    free = room(facts)
    if free is None or len(documents) <= free:
        return Placement(tuple(documents))
    ascending = sorted(documents, key=lambda document: document.characters)
    inline = ascending[: len(documents) - free]
    if sum(document.characters for document in inline) <= MOST_INLINE - _inline_characters(facts):
        return Placement(tuple(d for d in documents if d not in inline), tuple(d for d in documents if d in inline))
    return Placement(tuple(documents), quota=_attached_count(facts) + needs_security_audit(facts) + len(documents))


def _attached_count(facts: Facts) -> int:
    policies = facts.of_account.policies
    return len(attached(policies)) if isinstance(policies, tuple) else 0


def _inline_characters(facts: Facts) -> int:
    """At least; their resources and conditions are not known."""
    policies = facts.of_account.policies
    inline = [p for p in policies if p.kind is PolicyKind.INLINE] if isinstance(policies, tuple) else []
    return sum(_characters(policy) for policy in inline)


def _characters(policy: Policy) -> int:
    actions = [action for s in policy.statements for action in (*s.actions, *s.not_actions)]
    return FRAME + sum(len(action) + 3 for action in actions)


def own_quota(facts: Facts) -> int:
    """That the policies need which the command line would write; 0 where the present one is enough."""
    try:
        return placement(facts, policy_documents(grantable(entries_of(facts)))).quota
    except NotGrantable:
        return 0


def quota_needed(facts: Facts, expected: Expectations) -> int:
    """For our own policies, SecurityAudit and the button; 0 where the present one is enough, or is not known."""
    audit = _attached_count(facts) + 1 if needs_security_audit(facts) and free_places(facts) == 0 else 0
    if all(entry.is_held for entry in entries_of(facts)):
        return audit
    return max(audit, own_quota(facts), _quota_of_the_button(facts, expected))


def _quota_of_the_button(facts: Facts, expected: Expectations) -> int:
    try:
        after = click(facts, expected)
    except MissingFact:
        return 0
    return after.attached_then if after.attached_then > after.quota and partition_of(facts) == 'aws' else 0
