"""The trust policy does not demand exactly the external id that Datadog sends."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, ExternalId, Feature, TrustStatement
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ..imds.evidence import shown
from .condition_operators import operator_of
from .identities import (
    conditions_on_external_id,
    demands_one,
    differs_by_case,
    differs_by_white_space,
    is_account,
    is_everyone,
    is_met_by,
    shown_digest,
)
from .role import says_when_stale, without_role
from .trust import Reading, Sender, position_of, readings, sender
from .trust_remedies import (
    DATADOGS_ID,
    GUIDE_SECTION,
    SET_IT,
    Query,
    add_statement,
    apply_it,
    change,
    closest,
    edit_by_hand,
    replace_statement,
    statement_in_terraform,
    statements_of,
    with_condition,
    with_element,
    with_statement_for_datadog,
)

MOST_IDS = 2
MOST_STATEMENTS = 5


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    to = sender(facts, expected)
    read = readings(facts, to)
    if not read:
        return NotApplicable('no statement of the trust policy is meant for Datadog')
    best = read[0]
    if best.external_id is False:
        return Failed(_refused(best, to))
    without = [r.name for r in without_external_id(read)]
    if without:
        return Failed(f'{", ".join(without)} of the trust policy demands no particular external id')
    return _form(best, to)


def without_external_id(read: Sequence[Reading]) -> list[Reading]:
    """Those that would admit Datadog's account with any external id, or without one."""
    return [r for r in read if (r.action or r is read[0]) and not any(map(demands_one, _conditions(r)))]


def _conditions(reading: Reading) -> tuple[Condition, ...]:
    return conditions_on_external_id(reading.statement)


def _refused(reading: Reading, to: Sender) -> str:
    """Of the first condition that refuses what Datadog sends."""
    condition = next(c for c in _conditions(reading) if is_met_by(c, to.external_id) is False)
    return f'{reading.name} of the trust policy has {_shown(condition)}; {_sent(to)}{_difference(condition, to)}'


def _shown(condition: Condition) -> str:
    ids = [shown_digest(id) for id in condition.external_ids] or [shown(value) for value in condition.values]
    more = f' and {len(ids) - MOST_IDS} more' if len(ids) > MOST_IDS else ''
    return f'{shown(condition.operator)} sts:ExternalId {", ".join(ids[:MOST_IDS])}{more}'


def _sent(to: Sender) -> str:
    if to.external_id is None:
        return 'Datadog always sends one'
    known = 'Datadog has' if to.recorded else 'the configuration of this check has'
    return f'{known} {shown_digest(to.external_id)}'


def _difference(condition: Condition, to: Sender) -> str:
    sent = to.external_id
    if sent is None or operator_of(condition.operator).negated:
        return ''
    if any(differs_by_white_space(accepted, sent) for accepted in condition.external_ids):
        return ': they differ by white space around it'
    if any(differs_by_case(accepted, sent) for accepted in condition.external_ids):
        return ': they differ by case'
    return ': its * and ? are not wildcards with this operator' if condition.wildcard else ''


def _form(reading: Reading, to: Sender) -> Verdict:
    """Whether no other external id is accepted."""
    condition = next(c for c in _conditions(reading) if demands_one(c))
    evidence = f'{reading.name} of the trust policy has {_shown(condition)}'
    if condition.wildcard and operator_of(condition.operator).base == 'stringlike':
        return Failed(f'{evidence}, with a wildcard that accepts other external ids too', Status.WARNING)
    if len(set(condition.external_ids)) > 1:
        return Failed(f"{evidence}, so it accepts external ids that are not Datadog's", Status.WARNING)
    return _agreement(reading, to, evidence, condition.external_ids)


def _agreement(reading: Reading, to: Sender, evidence: str, accepted: tuple[ExternalId, ...]) -> Verdict:
    if reading.external_id:
        return Passed(f'{evidence}; {_sent(to)}, the same')
    if to.external_id is None and any(id.has_stray_white_space for id in accepted):
        return Failed(f"{evidence}, with white space around it; Datadog's external ids have none")
    if to.external_id is None:
        return Unknown(f"{evidence}; not known whether it is Datadog's: set app_key or external_id")
    return Unknown(f"{evidence}; not known whether it accepts Datadog's")


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(
        "Demand exactly the external ID that Datadog's AWS integration page shows for this account",
        _ways(facts, expected),
        apply_it(facts, expected, statement_in_terraform(facts, expected)),
    )


def _ways(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    best = closest(facts, expected)
    if best is None:
        return (add_statement(facts, expected),)
    without = without_external_id(readings(facts, sender(facts, expected)))
    if best.external_id is False:
        add = () if without else (add_statement(facts, expected),)
        return (*add, _correct(facts, expected, best.statement))
    return (_demand_one(facts, expected, without),) if without else (_correct(facts, expected, best.statement),)


def _correct(facts: Facts, expected: Expectations, statement: TrustStatement) -> Choice:
    """In its place, where there is one condition that could demand it."""
    position, conditions = position_of(statement, statements_of(facts)), conditions_on_external_id(statement)
    if len(conditions) != 1 or not demands_one(conditions[0]):
        return replace_statement(facts, expected, position)
    text = f'Accept only the right external ID in statement {position + 1}: whoever uses another one loses access'
    found = conditions[0]
    corrected = with_condition(position, statement, found.operator, found.key, DATADOGS_ID)
    return change(facts, expected, f'{text}; {SET_IT}', corrected)


def _demand_one(facts: Facts, expected: Expectations, without: Sequence[Reading]) -> Choice:
    """In each statement that names Datadog; one that names others as well loses Datadog to a statement of its own."""
    to = sender(facts, expected)
    shared = [r.statement for r in without if _others(r.statement, to)]
    if any(not _others_of_aws(s, to) for s in shared):
        return edit_by_hand(facts, expected, f'give Datadog a statement of its own that demands it; {SET_IT}')
    changes = [_demanding(facts, r.statement, to) for r in without]
    names = ', '.join(r.name for r in without[:MOST_STATEMENTS])
    text = f'Demand the external ID in {names}: whoever uses it without that external ID loses access'
    if shared:
        changes.append(with_statement_for_datadog(facts, expected))
        text = f'Move Datadog from {names} to a statement of its own that demands the external ID'
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


TRUST_POLICY_EXTERNAL_ID = Diagnosis(
    id='trust-policy-external-id',
    title="The trust policy does not demand Datadog's external ID",
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Compares the sts:ExternalId of the trust policy with the one on record at Datadog or in the configuration of '
        'this check. Only digests are kept and shown.'
    ),
    harm=(
        'With a different external ID, Datadog is not authorized to perform sts:AssumeRole. With none, several or a '
        'wildcard, another Datadog customer could reach this account through Datadog (confused deputy).'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
