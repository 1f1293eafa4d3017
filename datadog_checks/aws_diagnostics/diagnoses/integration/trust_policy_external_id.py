"""The trust policy does not demand the external id that Datadog sends, and nothing but that."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, ExternalId, Feature
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from .condition_operators import operator_of
from .external_ids import (
    conditions_on_external_id,
    demands_one,
    differs_by_case,
    differs_by_white_space,
    is_met_by,
    shown_digest,
)
from .staleness import says_when_stale
from .trust import Reading, Sender, nothing_to_trust, readings, sender
from .trust_remedies import ERROR_PAGE, GUIDE_SECTION, correct_the_trust_policy

MOST_IDS = 2


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    inapplicable = nothing_to_trust(facts)
    if inapplicable:
        return inapplicable
    to = sender(facts, expected)
    read = readings(facts, to)
    if not read:
        return NotApplicable('no statement of the trust policy is meant for Datadog')
    closest = read[0]
    if closest.external_id is False:
        return Failed(_refused(closest, to))
    open_to_all = [r.name for r in read if (r.action or r is closest) and not any(map(demands_one, _conditions(r)))]
    if open_to_all:
        return Failed(f'{", ".join(open_to_all)} of the trust policy demands no certain external id')
    return _form(closest, to)


def _conditions(reading: Reading) -> tuple[Condition, ...]:
    return conditions_on_external_id(reading.statement)


def _refused(reading: Reading, to: Sender) -> str:
    """Of the first condition that refuses what Datadog sends."""
    condition = next(c for c in _conditions(reading) if is_met_by(c, to.external_id) is False)
    return f'{reading.name} of the trust policy has {_shown(condition)}; {_sent(to)}{_difference(condition, to)}'


def _shown(condition: Condition) -> str:
    ids = [shown_digest(id) for id in condition.external_ids] or list(condition.values)
    more = f' and {len(ids) - MOST_IDS} more' if len(ids) > MOST_IDS else ''
    return f'{condition.operator} sts:ExternalId {", ".join(ids[:MOST_IDS])}{more}'


def _sent(to: Sender) -> str:
    if to.external_id is None:
        return 'Datadog always sends one'
    known = 'Datadog has on record' if to.recorded else 'this check was told'
    return f'{known} {shown_digest(to.external_id)}'


def _difference(condition: Condition, to: Sender) -> str:
    sent = to.external_id
    if sent is None or operator_of(condition.operator).negated:
        return ''
    if any(differs_by_white_space(accepted, sent) for accepted in condition.external_ids):
        return ': they differ by white space around it'
    if any(differs_by_case(accepted, sent) for accepted in condition.external_ids):
        return ': they differ by case'
    return ': its * and ? are no wildcards with this operator' if condition.wildcard else ''


def _form(reading: Reading, to: Sender) -> Verdict:
    """Whether it is that one external id alone which is accepted."""
    condition = next(c for c in _conditions(reading) if demands_one(c))
    evidence = f'{reading.name} of the trust policy has {_shown(condition)}'
    if condition.wildcard and operator_of(condition.operator).base == 'stringlike':
        return Failed(f'{evidence}, with a wildcard that accepts other external ids too', Status.WARNING)
    if len(set(condition.external_ids)) > 1:
        return Failed(f'{evidence}, so others than that of Datadog are accepted too', Status.WARNING)
    return _agreement(reading, to, evidence, condition.external_ids)


def _agreement(reading: Reading, to: Sender, evidence: str, accepted: tuple[ExternalId, ...]) -> Verdict:
    if reading.external_id:
        return Passed(f'{evidence}; {_sent(to)}, the same')
    if to.external_id is None and any(id.has_stray_white_space for id in accepted):
        return Failed(f'{evidence}, with white space around it, which no external id of Datadog has')
    if to.external_id is None:
        return Unknown(f'{evidence}; which one Datadog has is not known: set app_key or external_id')
    return Unknown(f'{evidence}; whether that accepts the one of Datadog is not known')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(
        'Demand by StringEquals the one external id that Datadog shows for this account',
        (
            *correct_the_trust_policy(facts, expected),
            f'If Datadog shows no external id, let it generate one, save, and enter that. See {ERROR_PAGE}',
        ),
    )


TRUST_POLICY_EXTERNAL_ID = Diagnosis(
    id='trust-policy-external-id',
    title='The trust policy does not demand the external id of Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Compares the sts:ExternalId of the trust policy with the one that Datadog has on record, or that this '
        'check was told, by digests alone.'
    ),
    harm=(
        'With another one Datadog is not authorized to perform sts:AssumeRole; with none, with several or with a '
        'wildcard somebody else could let Datadog read this account for him.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
