"""Ways to make a trust policy demand exactly Datadog's external id, each of which keeps what others need."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import TrustStatement
from ...remedies import Choice, Remedy, Step, yaml
from ..account_remedies import run_again
from .assume_role_request import is_misspelled_external_id
from .condition_operators import any_of
from .external_ids import accepts_a_pattern, open_to_another_site, widest
from .identities import conditions_on_external_id, demands_external_id, is_account, is_datadog, is_everyone
from .trust import Reading, Sender, position_of, readings, sender
from .trust_remedies import (
    DATADOGS_ID,
    MOVE,
    SET_IT,
    Query,
    add_statement,
    at,
    change,
    closest,
    edit_by_hand,
    replace_statement,
    statements_of,
    with_condition,
    with_element,
    with_statement_for_datadog,
)

MOST_STATEMENTS = 5
LEAVE = Choice(
    'If the other external IDs are of Datadog organizations of yours that collect this account too, change nothing '
    'there; in the configuration of this check, turn this diagnosis off',
    (yaml({'instances': [{'disabled_diagnoses': ['trust-policy-external-id']}]}),),
    exposes='the external ID to changes that nobody notices',
    undo=Step('Remove the entry again'),
)
CORRECT_OURS = Choice(
    "If the external ID of the trust policy is the one that Datadog's AWS integration page shows, change nothing in "
    'AWS: correct external_id in the configuration of this check'
)
DEMANDING = (
    *('StringEquals', 'StringEqualsIgnoreCase', 'StringLike'),
    *('ForAnyValue:StringEquals', 'ForAnyValue:StringEqualsIgnoreCase', 'ForAnyValue:StringLike'),
)
"""As they are written: no other text of the document enters a command."""


def cannot_be_sent(to: Sender) -> bool:
    """What Datadog has on record holds white space, which STS refuses, whatever the trust policy says.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    return to.recorded and to.external_id is not None and to.external_id.has_stray_white_space


def correct_the_record(expected: Expectations) -> Remedy:
    """No change of the trust policy would help."""
    return Remedy(
        'Correct the external ID at Datadog: STS refuses the white space in it, whatever the trust policy says',
        then=(
            Step(
                "On Datadog's AWS integration page, choose this account and enter the external ID of the trust policy, "
                'without white space; or generate a new one there, and set it in the trust policy'
            ),
            run_again(expected),
        ),
    )


def without_external_id(read: Sequence[Reading]) -> list[Reading]:
    """Those that would admit Datadog with the external id of another customer, or without one; and the one that
    comes closest."""
    admitting = (r for r in read if r is read[0] or r.admits or r.admits_others)
    return [r for r in admitting if demands_external_id(r.statement) is False]


def perhaps_without_external_id(read: Sequence[Reading]) -> list[Reading]:
    """Those that would, if Datadog or a request without an external id meets conditions of which that is not known."""
    undecided = (r for r in read if any_of((r.admits, r.admits_others)) is not False)
    return [r for r in undecided if demands_external_id(r.statement) is not True or accepts_a_pattern(r)]


def misspelled(reading: Reading) -> str:
    """The key of a condition that is meant to demand the external id, and refuses everybody; '' without one."""
    if conditions_on_external_id(reading.statement):
        return ''
    return next((c.key for c in reading.refusing if is_misspelled_external_id(c.key)), '')


def ways_to_demand_it(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    best = closest(facts, expected)
    if best is None:
        read = readings(facts, sender(facts, expected)) if statements_of(facts) else ()
        by_others = [r for r in without_external_id(read) if r.statement.not_principals]
        return _replacing(facts, expected, by_others) or (add_statement(facts, expected),)
    if misspelled(best):
        return _instead(facts, expected, best)
    to = sender(facts, expected)
    read = readings(facts, to)
    without, wide = without_external_id(read), widest(read)
    if best.external_id is False:
        ours = () if to.recorded or to.external_id is None else (CORRECT_OURS,)
        add = () if without else (add_statement(facts, expected),)
        return (*ours, *add, _correct(facts, expected, best))
    if without:
        return (_demand_one(facts, expected, without),)
    if wide.external_id is True and (other := open_to_another_site(statements_of(facts), to)):
        return _close(facts, expected, other)
    return (*_leave(wide), _correct(facts, expected, wide))


def _replacing(facts: Facts, expected: Expectations, wide: Sequence[Reading]) -> tuple[Choice, ...]:
    """A statement for everyone but some is none to which a condition is added: it admits others, too."""
    if len(wide) != 1:
        return ()
    return (replace_statement(facts, expected, position_of(wide[0].statement, statements_of(facts))),)


def _instead(facts: Facts, expected: Expectations, best: Reading) -> tuple[Choice, ...]:
    add = add_statement(facts, expected)
    if _others(best.statement, sender(facts, expected)):
        return (add,)
    return add, replace_statement(facts, expected, position_of(best.statement, statements_of(facts)))


def _close(facts: Facts, expected: Expectations, other: TrustStatement) -> tuple[Choice, ...]:
    number = position_of(other, statements_of(facts)) + 1
    organization = 'the organization that Datadog has on that site'
    by_hand = edit_by_hand(facts, expected, f'require the external ID of {organization} in statement {number}')
    if not all(map(is_datadog, other.principals)):
        return (by_hand,)
    text = f'If no organization of yours on that site collects this account, remove statement {number}'
    return by_hand, change(facts, expected, text, at(number - 1))


def _leave(best: Reading) -> tuple[Choice, ...]:
    several = any(len(set(c.external_ids)) > 1 for c in conditions_on_external_id(best.statement))
    return (LEAVE,) if several else ()


def _correct(facts: Facts, expected: Expectations, best: Reading) -> Choice:
    """In its place, where there is one condition that could demand it, and nobody else is named."""
    statement = best.statement
    if _others(statement, sender(facts, expected)):
        return _demand_one(facts, expected, (best,))
    position, conditions = position_of(statement, statements_of(facts)), conditions_on_external_id(statement)
    if len(conditions) != 1 or conditions[0].operator not in DEMANDING:
        return replace_statement(facts, expected, position)
    text = f'Accept only the right external ID in statement {position + 1}: whoever uses another one loses access'
    found = conditions[0]
    corrected = with_condition(position, statement, found.operator, found.key, DATADOGS_ID)
    return change(facts, expected, f'{text}; {SET_IT}', corrected)


def _demand_one(facts: Facts, expected: Expectations, without: Sequence[Reading]) -> Choice:
    """In each statement that names only Datadog; where others are named as well, Datadog gets a separate statement."""
    to = sender(facts, expected)
    shared = [r.statement for r in without if _others(r.statement, to)]
    if any(not _others_of_aws(s, to) for s in shared):
        return edit_by_hand(facts, expected, f'give Datadog a separate statement that requires it; {SET_IT}')
    changes = [_demanding(facts, r.statement, to) for r in without]
    names = ', '.join(r.name for r in without[:MOST_STATEMENTS])
    text = f'Demand the external ID in {names}: whoever uses it without that external ID loses access'
    if shared:
        changes.append(with_statement_for_datadog(facts, expected))
        text = f'{MOVE} from {names} to a separate statement that requires the external ID'
    return change(facts, expected, f'{text}; {SET_IT}', *changes)


def _demanding(facts: Facts, statement: TrustStatement, to: Sender) -> Query:
    position = position_of(statement, statements_of(facts))
    if not _others(statement, to):
        return with_condition(position, statement, 'StringEquals', 'sts:ExternalId', DATADOGS_ID)
    datadog = [p.removeprefix('AWS:') for p in statement.principals if is_account(p, to.account, to.partition)]
    kept = f'Statement[{position}].Principal.AWS[?{" && ".join(f"@ != {_raw(name)}" for name in datadog)}]'
    return with_element(position, 'Principal', (f'merge(Statement[{position}].Principal, {{AWS: {kept}}})',))


def _raw(name: str) -> str:
    return f"'{name}'"


def _others(statement: TrustStatement, to: Sender) -> list[str]:
    """Principals beside Datadog's account; [] where it is not named, or only as everyone."""
    if not any(is_account(p, to.account, to.partition) for p in statement.principals):
        return []
    return [p for p in statement.principals if not (is_account(p, to.account, to.partition) or is_everyone(p))]


def _others_of_aws(statement: TrustStatement, to: Sender) -> list[str]:
    return [p for p in _others(statement, to) if p.startswith('AWS:')]
