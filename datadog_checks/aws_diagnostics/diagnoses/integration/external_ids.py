"""Which external ids a trust policy demands of Datadog, and who of Datadog comes in without one.

Datadog's accounts are shared by all customers of a site: another one reaches the role through Datadog unless exactly
one external id is accepted (AWS's IAM user guide, The confused deputy problem).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...facts.account import Condition, ExternalId, TrustStatement
from ...rules.datadog_role import ACCOUNTS
from ...text import SHORT, one_line
from .condition_operators import all_of, is_met, operator_of
from .condition_values import LIKE
from .identities import (
    NOT_DATADOGS,
    account_principal,
    all_met,
    conditions_on_external_id,
    demands_external_id,
    is_datadog,
    is_external_id,
    named_ids,
    names_those_accepted,
    needs_one,
    shown_digest,
)
from .trust import Reading, Sender, applies_to_datadog, covers_assume_role, is_of

MOST_IDS = 2
DATADOGS = dict.fromkeys(
    (id for accounts in ACCOUNTS.values() for id in accounts.values()), "the id of Datadog's own AWS account"
)


def demanding(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Which demand a certain external id: of those that name what they accept the narrowest; and where that one does
    not need the key, one that does."""
    naming = [c for c in conditions if names_those_accepted(c)]
    narrow = sorted(naming, key=lambda c: (has_wildcard(c), len(set(c.external_ids)), not needs_one(c)))[:1]
    needing = [c for c in (*narrow, *conditions) if needs_one(c)][:1]
    return tuple(dict.fromkeys((*narrow, *needing))) if narrow else ()


def has_wildcard(condition: Condition) -> bool:
    """One that is read as such."""
    return condition.wildcard and operator_of(condition.operator).base == LIKE


def accepts_a_pattern(reading: Reading) -> bool:
    """Of external ids, and not only certain ones."""
    return any(map(has_wildcard, demanding(conditions_on_external_id(reading.statement))[:1]))


def widest(read: Sequence[Reading]) -> Reading:
    """One that admits Datadog by a pattern; else the one that comes closest to admitting it."""
    return next((r for r in read if r.admits_some and accepts_a_pattern(r)), read[0])


def accepted_ids(conditions: Sequence[Condition]) -> dict[ExternalId, bool]:
    """Of those that are named, whatever no condition refuses; False where that is not known: one that holds a
    variable, and one that a pattern may refuse."""
    met = {id: all_met(conditions, id) for id in named_ids(conditions)}
    return {id: accepted is True for id, accepted in met.items() if accepted is not False}


def differs_by_case(one: ExternalId, other: ExternalId) -> bool:
    return one.digest != other.digest and one.folded_digest == other.folded_digest != ''


def differs_by_white_space(one: ExternalId, other: ExternalId) -> bool:
    return one.digest != other.digest and one.stripped_digest == other.stripped_digest


def kinds_of(ids: Iterable[ExternalId], to: Sender) -> str:
    """What the wrong external ids are, where their form or their digest says so; '' for others."""
    kinds = dict.fromkeys(_kind(id, to) for id in ids)
    return ' and '.join(list(filter(None, kinds))[:MOST_IDS])


def _kind(id: ExternalId, to: Sender) -> str:
    return _ids_of_accounts(to).get(id.stripped_digest) or NOT_DATADOGS.get(id.form, '')


def _ids_of_accounts(to: Sender) -> dict[str, str]:
    """By their digests."""
    own = {to.role_account: 'the id of this AWS account', to.role_name: 'the name of the role'}
    return {ExternalId.of(text).digest: words for text, words in {**own, **DATADOGS}.items() if text}


def shown_condition(condition: Condition) -> str:
    """On the external id."""
    ids = [shown_digest(id) for id in condition.external_ids] or [one_line(value, SHORT) for value in condition.values]
    more = f' and {len(ids) - MOST_IDS} more' if len(ids) > MOST_IDS else ''
    return f'{one_line(condition.operator, SHORT)} sts:ExternalId {", ".join(ids[:MOST_IDS])}{more}'


def demanded_by_deny(statements: Sequence[TrustStatement], to: Sender) -> TrustStatement | None:
    """A Deny of all that Datadog sends but the one right external id: as good as a condition of each Allow."""
    denials = (s for s in statements if s.effect == 'Deny' and covers_assume_role(s) and is_of(s, to))
    return next((s for s in denials if _spares_only(s, to)), None)


def _spares_only(deny: TrustStatement, to: Sender) -> bool:
    if len(deny.conditions) != 1 or not is_external_id(deny.conditions[0]):
        return False
    (condition,) = deny.conditions
    operator = operator_of(condition.operator)
    exact = operator.negated and operator.base == 'stringequals' and operator.is_met_without_the_key is True
    return exact and condition.external_ids == (to.external_id,) and not condition.variables


def open_to_another_site(statements: Sequence[TrustStatement], to: Sender) -> TrustStatement | None:
    """One that admits Datadog's account of another site without an external id: all customers of that site share it."""
    allowing = (s for s in statements if s.effect == 'Allow' and covers_assume_role(s))
    denials = [s for s in statements if s.effect == 'Deny']
    return next((s for s in allowing if demands_external_id(s) is False and _admits_another_site(s, denials, to)), None)


def _admits_another_site(statement: TrustStatement, denials: Sequence[TrustStatement], to: Sender) -> bool:
    found = (account_principal(p) for p in statement.principals if is_datadog(p))
    accounts = {p.account for p in found if p is not None and p.whole} - {to.account}
    others = [replace(to, account=account, external_id=None) for account in accounts]
    return any(
        all_of(is_met(c, other.request) for c in statement.conditions)
        and all(applies_to_datadog(deny, other) is False for deny in denials)
        for other in others
    )
