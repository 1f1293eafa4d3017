"""A Deny statement of the trust policy applies to Datadog, whatever the other statements allow."""

import json

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, Feature, TrustStatement
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...text import one_line
from ..account_remedies import joined
from .condition_operators import all_of, is_met
from .identities import described, is_account, is_everyone, is_external_id, is_in_account
from .role import says_when_stale, without_role
from .trust import Sender, covers_assume_role, name_of, position_of, sender, trust_of
from .trust_policy_extra_conditions import condition_words
from .trust_remedies import (
    GUIDE_SECTION,
    apply_it,
    at,
    change,
    datadogs_account,
    edit_by_hand,
    replace_statement,
    statements_of,
    with_condition,
)

MOST_QUOTED = 1
LONGEST_SID = 20
OTHER_THAN, ACCOUNT_KEY = 'StringNotEquals', 'aws:PrincipalAccount'


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    statements, to = trust_of(facts), sender(facts, expected)
    denials = [s for s in statements if s.effect == 'Deny']
    hits = [(s, applies_to_datadog(s, to)) for s in denials]
    for verdict, wanted in ((Failed, True), (Unknown, None)):
        for statement in (s for s, hit in hits if hit is wanted):
            does = 'denies Datadog' if wanted else 'may deny Datadog'
            return verdict(f'{name_of(statement, statements)} of the trust policy {does}: {_quoted(statement)}')
    if not denials:
        return Passed('the trust policy has no Deny statement')
    return Passed(f'no Deny statement of the trust policy ({len(denials)}) applies to Datadog')


def applies_to_datadog(statement: TrustStatement, to: Sender) -> bool | None:
    if not covers_assume_role(statement):
        return False
    request = to.request
    return all_of((is_of(statement, to), *(is_met(c, request) for c in statement.conditions)))


def is_of(statement: TrustStatement, to: Sender) -> bool | None:
    """Whether its principals include Datadog. NotPrincipal is everyone but those."""
    if statement.not_principals:
        if any(map(is_everyone, statement.not_principals)):
            return False
        return None if any(_may_be(p, to) for p in statement.not_principals) else True
    if any(is_everyone(p) or is_account(p, to.account, to.partition) for p in statement.principals):
        return True
    return None if any(_may_be(p, to) for p in statement.principals) else False


def _may_be(principal: str, to: Sender) -> bool:
    """Somebody in Datadog's account: whether Datadog comes as that one is not known."""
    return is_in_account(principal, to.account)


def _quoted(statement: TrustStatement) -> str:
    besides = 'everyone but ' if statement.not_principals else ''
    who = ', '.join(described(p) for p in (statement.not_principals or statement.principals)[:MOST_QUOTED])
    conditions = [_condition_words(c) for c in statement.conditions[:MOST_QUOTED]]
    sid = f" (Sid '{one_line(statement.sid, LONGEST_SID)}')" if statement.sid else ''
    return f'Deny {besides}{who}{" if " + " and ".join(conditions) if conditions else ""}{sid}'


def _condition_words(condition: Condition) -> str:
    return f'{condition.operator} sts:ExternalId' if is_external_id(condition) else condition_words(condition)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    to = sender(facts, expected)
    deny = next((s for s in statements_of(facts) if s.effect == 'Deny' and applies_to_datadog(s, to)), None)
    if deny is None:
        choices: tuple[Choice, ...] = (
            edit_by_hand(facts, expected, 'except Datadog from the Deny statement that applies to it'),
        )
    elif not deny.not_principals and all(is_in_account(p, to.account) for p in deny.principals):
        choices = (_without(facts, expected, deny),)
    else:
        choices = (_excepting(facts, expected, deny), _without(facts, expected, deny))
    return Remedy('Stop denying Datadog: no Allow overrides a Deny', choices, apply_it(facts, expected, choices))


def _excepting(facts: Facts, expected: Expectations, deny: TrustStatement) -> Choice:
    """By one more condition: that the caller is not in Datadog's account."""
    position = position_of(deny, statements_of(facts))
    key = _key_on_record(deny)
    accounts = joined("['", datadogs_account(sender(facts, expected), expected), "']")
    if key:
        present = f'Statement[{position}].Condition.{OTHER_THAN}.{json.dumps(key)}'
        accounts = joined(f'[{present}, ', *accounts, '][]')
    text = f'Except Datadog from statement {position + 1}, which still denies everybody else'
    changed = with_condition(position, deny, OTHER_THAN, key or ACCOUNT_KEY, accounts)
    return change(facts, expected, text, changed)


def _key_on_record(deny: TrustStatement) -> str:
    """The key as it is written, where the statement has such a condition already; else ''."""
    keys = (c.key for c in deny.conditions if c.operator == OTHER_THAN and c.key.lower() == ACCOUNT_KEY.lower())
    return next(keys, '')


def _without(facts: Facts, expected: Expectations, deny: TrustStatement) -> Choice:
    statements = statements_of(facts)
    position = position_of(deny, statements)
    if len(statements) == 1:  # a document without a statement is not allowed
        return replace_statement(facts, expected, position)
    return change(facts, expected, f'Remove statement {position + 1}, which then denies nobody', at(position))


TRUST_POLICY_EXPLICIT_DENY = Diagnosis(
    id='trust-policy-explicit-deny',
    title='The trust policy denies Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        "Looks for Deny statements of the trust policy that cover sts:AssumeRole, apply to Datadog's account by "
        'Principal or NotPrincipal, and have only conditions that its request meets.'
    ),
    harm='A Deny overrides every Allow: Datadog is not authorized to perform sts:AssumeRole.',
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
