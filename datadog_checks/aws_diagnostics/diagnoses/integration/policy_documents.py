"""Policies that grant what is missing, each small enough for IAM."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from ...rules.policy_language import ANY, service_of

LARGEST = 6144
"""Characters of a managed policy, white space not counted
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""

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
    for action in (wanted := sorted(set(actions), key=_order)):
        if not GRANTABLE.fullmatch(action):
            raise NotGrantable(f'{action[:LONGEST_ACTION]!r} is not an action that may be granted unseen')
    needed = _without_repetition(wanted)
    name = f'{NAME_PREFIX}-{hashlib.sha256(" ".join(needed).encode()).hexdigest()[:8]}'
    return tuple(PolicyDocument(f'{name}-{n}', tuple(part)) for n, part in enumerate(_packed(needed), 1))


def _without_repetition(actions: Sequence[str]) -> list[str]:
    """Without what another entry stands for; of two that stand for the same, the first stays. All are GRANTABLE."""
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
