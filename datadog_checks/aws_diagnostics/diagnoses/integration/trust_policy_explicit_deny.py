"""A Deny statement of the trust policy applies to Datadog, whatever the other statements allow."""

import json
from collections.abc import Sequence
from dataclasses import replace

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, Feature, TrustStatement
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...text import one_line
from ..account_remedies import joined
from .everyone import admits_everyone
from .identities import described, is_everyone, is_external_id, is_in_account
from .role import says_when_stale, without_role
from .trust import Sender, applies_to_datadog, name_of, position_of, sender, trust_of
from .trust_policy_extra_conditions import condition_words
from .trust_remedies import (
    GUIDE_SECTION,
    REPLACE,
    SET_IT,
    Query,
    apply_it,
    at,
    change,
    datadogs_account,
    edit_by_hand,
    replace_statement,
    statement_for_datadog,
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
        found = [s for s, hit in hits if hit is wanted]
        if found:
            does = 'denies Datadog' if wanted else 'may deny Datadog'
            first, *more = (name_of(s, statements) for s in found)
            too = f'; so does {", ".join(more)}' if more else ''
            return verdict(f'{first} of the trust policy {does}: {_quoted(found[0], to)}{too}')
    if not denials:
        return Passed('the trust policy has no Deny statement')
    return Passed(f'no Deny statement of the trust policy ({len(denials)}) applies to Datadog')


def _quoted(statement: TrustStatement, to: Sender) -> str:
    """Of several principals, the one that means Datadog."""
    besides = 'everyone but ' if statement.not_principals else ''
    named = statement.not_principals or sorted(
        statement.principals, key=lambda p: not (is_everyone(p) or is_in_account(p, to.account))
    )
    who = ', '.join(described(p) for p in named[:MOST_QUOTED])
    conditions = [_condition_words(c) for c in statement.conditions[:MOST_QUOTED]]
    sid = f" (Sid '{one_line(statement.sid, LONGEST_SID)}')" if statement.sid else ''
    return f'Deny {besides}{who}{" if " + " and ".join(conditions) if conditions else ""}{sid}'


def _condition_words(condition: Condition) -> str:
    return f'{condition.operator} sts:ExternalId' if is_external_id(condition) else condition_words(condition)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    to = sender(facts, expected)
    denials = [s for s in statements_of(facts) if s.effect == 'Deny' and applies_to_datadog(s, to)]
    own = [s for s in denials if not s.not_principals and all(is_in_account(p, to.account) for p in s.principals)]
    shared = [s for s in denials if s not in own]
    if not denials:
        choices: tuple[Choice, ...] = (
            edit_by_hand(facts, expected, 'except Datadog from the Deny statement that applies to it'),
        )
    elif not shared:
        choices = (_without(facts, expected, own),)
    else:
        choices = (_excepting(facts, expected, shared, own), *_without_all(facts, expected, denials))
    return Remedy('Stop denying Datadog: no Allow overrides a Deny', choices, apply_it(facts, expected, choices))


def _excepting(
    facts: Facts, expected: Expectations, shared: Sequence[TrustStatement], own: Sequence[TrustStatement]
) -> Choice:
    """By one more condition: that the caller is not in Datadog's account. Those that deny only Datadog are removed."""
    text = f'Except Datadog from {_names(shared, facts)}, which still denies everybody else'
    also = f', and remove {_names(own, facts)}' if own else ''
    queries = (_exception(s, facts, expected) for s in shared)
    return change(facts, expected, f'{text}{also}', *queries, *_removals(own, facts))


def _exception(deny: TrustStatement, facts: Facts, expected: Expectations) -> Query:
    position = position_of(deny, statements_of(facts))
    key = _key_on_record(deny)
    accounts = joined("['", datadogs_account(sender(facts, expected), expected), "']")
    if key:
        present = f'Statement[{position}].Condition.{OTHER_THAN}.{json.dumps(key)}'
        accounts = joined(f'[{present}, ', *accounts, '][]')
    return with_condition(position, deny, OTHER_THAN, key or ACCOUNT_KEY, accounts)


def _names(statements: Sequence[TrustStatement], facts: Facts) -> str:
    return ', '.join(name_of(s, statements_of(facts)) for s in statements)


def _removals(statements: Sequence[TrustStatement], facts: Facts) -> list[Query]:
    """The last first, so that the positions of the others stay."""
    return [at(n) for n in sorted((position_of(s, statements_of(facts)) for s in statements), reverse=True)]


def _key_on_record(deny: TrustStatement) -> str:
    """The key as it is written, where the statement has such a condition already; else ''."""
    keys = (c.key for c in deny.conditions if c.operator == OTHER_THAN and c.key.lower() == ACCOUNT_KEY.lower())
    return next(keys, '')


def _without_all(facts: Facts, expected: Expectations, denials: Sequence[TrustStatement]) -> tuple[Choice, ...]:
    """Not where the Deny is what keeps everyone out."""
    rest = [s for s in statements_of(facts) if s not in denials]
    if any(admits is not False for admits in admits_everyone(rest, sender(facts, expected))):
        return ()
    return (replace(_without(facts, expected, denials), exposes='the role to everybody else whom this denies'),)


def _without(facts: Facts, expected: Expectations, denials: Sequence[TrustStatement]) -> Choice:
    removals = _removals(denials, facts)
    if len(removals) == len(statements_of(facts)):  # a document without a statement is not allowed
        return _only_for_datadog(facts, expected, removals[:-1])
    return change(facts, expected, f'Remove {_names(denials, facts)}, which then denies nobody', *removals)


def _only_for_datadog(facts: Facts, expected: Expectations, removals: Sequence[Query]) -> Choice:
    if not removals:
        return replace_statement(facts, expected, 0)
    text = f'{REPLACE} 1 and remove the others, which deny Datadog; {SET_IT}'
    return change(facts, expected, text, *removals, at(0, statement_for_datadog(facts, expected)))


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
