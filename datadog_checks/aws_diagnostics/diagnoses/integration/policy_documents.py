"""Policies that grant what is missing, each small enough for IAM, and where they go within the quota of the role."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from ...facts import Facts
from ...facts.account import Integration, Policy, PolicyKind, PolicyQuota
from ...rules.policy_language import ANY, service_of
from .resolve_button import ADMINISTRATOR_ACCESS, SECURITY_AUDIT, allow_everything, attached, is_attached
from .role import partition_of

LARGEST = 6144
"""Characters of a managed policy, white space not counted
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
MOST_INLINE = 10_240
"""Characters of all inline policies of a role together, counted in the same way."""

VERSION = '2012-10-17'
SID = 'DatadogIntegration'
FRAME = len(f'{{"Version":"{VERSION}","Statement":[{{"Sid":"{SID}","Effect":"Allow","Action":[],"Resource":"*"}}]}}')
NAME_PREFIX = 'datadog-integration-missing-permissions'
"""Not the prefix of Datadog's own policies, which its Resolve button deletes."""

LONGEST_ACTION = 128
GRANTABLE = re.compile(rf'(?=.{{1,{LONGEST_ACTION}}}\Z)[a-z0-9-]+:[A-Z][A-Za-z0-9]+\*?', re.ASCII)


class NotGrantable(ValueError):
    """A required entry that must not be granted unseen. `str()` quotes it."""


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    name: str
    actions: tuple[str, ...]

    @property
    def characters(self) -> int:
        """As IAM counts them."""
        return FRAME + sum(map(_cost, self.actions)) - 1

    @property
    def content(self) -> Mapping[str, object]:
        """The document, to be written as JSON."""
        statement = {'Sid': SID, 'Effect': 'Allow', 'Action': list(self.actions), 'Resource': '*'}
        return {'Version': VERSION, 'Statement': [statement]}


def policy_documents(actions: Iterable[str]) -> tuple[PolicyDocument, ...]:
    """Documents that together grant exactly these actions; the same actions always give the same documents.

    The actions of a service stay together unless they are too many for one document. Raises NotGrantable for an entry
    that is not `service:Action` with at most a `*` at its end: the list comes from the network, and `*` or `iam:*` on
    it must never become a policy.
    """
    wanted = sorted(set(actions), key=_order)
    for action in wanted:
        if not GRANTABLE.fullmatch(action):
            raise NotGrantable(f'{action[:LONGEST_ACTION]!r} is not an action that may be granted unseen')
    needed = _without_repetition(wanted)
    name = f'{NAME_PREFIX}-{hashlib.sha256(" ".join(needed).encode()).hexdigest()[:8]}'
    return tuple(PolicyDocument(f'{name}-{n}', tuple(part)) for n, part in enumerate(_packed(needed), 1))


def _without_repetition(actions: Sequence[str]) -> list[str]:
    """Without entries that another one covers; of two that are the same, the first stays. All are GRANTABLE."""
    kept = {action.lower(): action for action in reversed(actions)}
    stems = {action.removesuffix(ANY) for action in kept if action.endswith(ANY)}
    return [action for action in actions if kept[action.lower()] == action and not _covered(action.lower(), stems)]


def _covered(action: str, stems: Set[str]) -> bool:
    """By a wildcard that begins as the action does, and is another."""
    longest = len(action) - 2 if action.endswith(ANY) else len(action)
    return any(action[:length] in stems for length in range(longest + 1))


def _order(action: str) -> tuple[str, str, str]:
    return service_of(action), action.lower(), action


def _cost(action: str) -> int:
    """Characters of an action in the list: its quotation marks and a comma."""
    return len(action) + 3


def _packed(actions: Sequence[str]) -> Iterator[list[str]]:
    room = LARGEST - FRAME + 1
    part: list[str] = []
    for portion in _portions(actions, room):
        if sum(map(_cost, (*part, *portion))) > room:
            yield part
            part = []
        part += portion
    if part:
        yield part


def _portions(actions: Sequence[str], room: int) -> Iterator[list[str]]:
    """The actions of each service, in pieces that fit."""
    for _, group in groupby(actions, key=service_of):
        piece: list[str] = []
        for action in group:
            if sum(map(_cost, piece)) + _cost(action) > room:
                yield piece
                piece = []
            piece.append(action)
        yield piece


# Where they go


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
    return account.integration.extended_collection and not has_one and not allow_everything(account.policies)


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
    return Placement(tuple(documents), quota=attached_count(facts) + needs_security_audit(facts) + len(documents))


def attached_count(facts: Facts) -> int:
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
