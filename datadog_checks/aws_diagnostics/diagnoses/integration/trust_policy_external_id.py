"""The trust policy does not demand exactly the external id that Datadog sends."""

from collections.abc import Collection

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, ExternalId, Feature, Form
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...text import SHORT, one_line
from .condition_operators import is_met, operator_of
from .external_id_remedies import (
    cannot_be_sent,
    correct_the_record,
    misspelled,
    perhaps_without_external_id,
    ways_to_demand_it,
    without_external_id,
)
from .external_ids import (
    accepted_ids,
    demanded_by_deny,
    demanding,
    differs_by_case,
    differs_by_white_space,
    has_wildcard,
    kinds_of,
    open_to_another_site,
    shown_condition,
    widest,
)
from .identities import (
    conditions_on_external_id,
    demands_external_id,
    described,
    is_datadog,
    names_those_accepted,
    shown_digest,
)
from .role import says_when_stale, without_role
from .trust import Reading, Sender, name_of, readings, sender, trust_of
from .trust_remedies import GUIDE_SECTION, apply_it, statements_of


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
    if cannot_be_sent(to):
        return Failed(f'{_sent(to)}, with white space around it, which STS refuses')
    if key := misspelled(best):
        instead = f'has {one_line(key, SHORT)} in place of sts:ExternalId'
        return Failed(f'{best.name} of the trust policy {instead}: no request has that key, so it admits nobody')
    if deny := demanded_by_deny(trust_of(facts), to):
        name = name_of(deny, trust_of(facts))
        passed = Passed(f'{name} of the trust policy denies Datadog all but one external id; {_sent(to)}, the same')
        return _unless_open_to_another_site(passed, facts, to)
    without = [r.name for r in without_external_id(read)]
    if without:
        return Failed(f'{", ".join(without)} of the trust policy requires no particular external ID')
    wide = widest(read)
    perhaps = [r for r in perhaps_without_external_id(read) if r is not best]
    if perhaps and wide is best:
        return Unknown(
            f'not known whether {perhaps[0].name} of the trust policy admits Datadog without its external id'
        )
    return _unless_open_to_another_site(_form(wide, to), facts, to)


def _unless_open_to_another_site(verdict: Verdict, facts: Facts, to: Sender) -> Verdict:
    other = open_to_another_site(trust_of(facts), to) if isinstance(verdict, Passed) else None
    if other is None:
        return verdict
    who = next(described(p) for p in other.principals if is_datadog(p))
    name = name_of(other, trust_of(facts))
    return Failed(f'{name} of the trust policy admits {who} without a particular external id', Status.WARNING)


def _refused(reading: Reading, to: Sender) -> str:
    """Of the first condition that refuses what Datadog sends."""
    found = next(c for c in conditions_on_external_id(reading.statement) if is_met(c, to.request) is False)
    return f'{reading.name} of the trust policy has {shown_condition(found)}; {_sent(to)}{_difference(found, to)}'


def _sent(to: Sender) -> str:
    if to.external_id is None:
        return 'Datadog always sends one'
    known = 'Datadog has' if to.recorded else 'the configuration of this check has'
    return f'{known} {shown_digest(to.external_id)}'


def _difference(condition: Condition, to: Sender) -> str:
    sent = to.external_id
    if sent is None or operator_of(condition.operator).negated:
        return ''
    if kinds := kinds_of(condition.external_ids, to):
        return f': the trust policy has {kinds} in its place'
    if any(differs_by_white_space(accepted, sent) for accepted in condition.external_ids):
        whose = ", which Datadog's has" if sent.has_stray_white_space else ''
        return f': they differ by white space around it{whose}'
    if any(differs_by_case(accepted, sent) for accepted in condition.external_ids):
        return ': they differ by case'
    return ': its * and ? are not wildcards with this operator' if condition.wildcard else ''


def _form(reading: Reading, to: Sender) -> Verdict:
    """Whether no other external id is accepted."""
    conditions = conditions_on_external_id(reading.statement)
    demand = demanding(conditions)
    shown = demand or [c for c in conditions if names_those_accepted(c) is None][:1]
    evidence = f'{reading.name} of the trust policy has {" and ".join(map(shown_condition, shown))}'
    if not demand:
        return Unknown(f"{evidence}; not known whether it accepts Datadog's")
    if has_wildcard(demand[0]):
        return Failed(f'{evidence}, with a wildcard that accepts other external ids too', Status.WARNING)
    ids = accepted_ids(conditions)
    if sum(ids.values()) > 1:
        kinds = kinds_of(ids, to)
        others = f'{evidence}, so it accepts others than that of this Datadog organization'
        return Failed(f'{others}: {kinds}' if kinds else others, Status.WARNING)
    if len(ids) > 1:
        return Unknown(f'{evidence}; not known whether it accepts others than that of this Datadog organization')
    if demands_external_id(reading.statement) is None:
        return Unknown(f'{evidence}; not known whether a request without an external ID meets it')
    return _agreement(reading, to, evidence, ids or demand[0].external_ids)


def _agreement(reading: Reading, to: Sender, evidence: str, ids: Collection[ExternalId]) -> Verdict:
    if reading.external_id:
        return Passed(f'{evidence}; {_sent(to)}, the same')
    if to.external_id is None and (kinds := kinds_of(ids, to)):
        return Failed(f'{evidence}: {kinds}, and not an external ID that Datadog generated')
    if to.external_id is None and any(id.has_stray_white_space for id in ids):
        return Failed(f"{evidence}, with white space around it; Datadog's external ids have none")
    if to.external_id is None:
        how = 'set app_key or external_id' if to.registered else 'Datadog has no integration for this account'
        unusable = f' (the one in the configuration is {to.unusable})' if to.unusable else ''
        return Unknown(f"{evidence}; not known whether it is Datadog's: {how}{unusable}")
    return Unknown(f"{evidence}; not known whether it accepts Datadog's")


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    if cannot_be_sent(sender(facts, expected)):
        return correct_the_record(expected)
    ways = ways_to_demand_it(facts, expected)
    summary = "Demand exactly the external ID that Datadog's AWS integration page shows for this account"
    return Remedy(summary, ways, (*_revoke(facts), *apply_it(facts, expected, ways)))


def _revoke(facts: Facts) -> tuple[Step, ...]:
    """Who may read the role has had the key, and this fix does not take it back."""
    ids = (id for s in statements_of(facts) for c in s.conditions for id in c.external_ids)
    if not any(id.form is Form.KEY for id in ids):
        return ()
    return (Step('Revoke the key of Datadog that is in the trust policy, and give a new one to whoever uses it'),)


TRUST_POLICY_EXTERNAL_ID = Diagnosis(
    id='trust-policy-external-id',
    title="The trust policy does not require Datadog's external ID",
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
