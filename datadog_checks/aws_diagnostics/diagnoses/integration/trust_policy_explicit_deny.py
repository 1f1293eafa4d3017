"""A Deny of the trust policy hits Datadog, whatever the rest of it allows."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, Feature, TrustStatement
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from .condition_operators import is_met
from .external_ids import is_external_id, is_met_by
from .principals import described, is_account, is_in_account
from .staleness import says_when_stale
from .trust import Sender, all_of, covers_assume_role, is_everyone, name_of, nothing_to_trust, sender, trust_of
from .trust_policy_extra_conditions import condition_words
from .trust_remedies import GUIDE_SECTION, correct_the_trust_policy

MOST_QUOTED = 1
LONGEST_SID = 20


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    inapplicable = nothing_to_trust(facts)
    if inapplicable:
        return inapplicable
    statements, to = trust_of(facts), sender(facts, expected)
    denials = [s for s in statements if s.effect == 'Deny']
    hits = [(s, hits_datadog(s, to)) for s in denials]
    for verdict, wanted in ((Failed, True), (Unknown, None)):
        for statement in (s for s, hit in hits if hit is wanted):
            does = 'denies Datadog' if wanted else 'may deny Datadog'
            return verdict(f'{name_of(statement, statements)} of the trust policy {does}: {_quoted(statement)}')
    return Passed(f'none of the {len(denials)} Deny statements hits Datadog' if denials else 'there is no Deny')


def hits_datadog(statement: TrustStatement, to: Sender) -> bool | None:
    if not covers_assume_role(statement):
        return False
    conditions = [
        is_met_by(c, to.external_id) if is_external_id(c) else is_met(c, to.request) for c in statement.conditions
    ]
    return all_of((_is_of(statement, to), *conditions))


def _is_of(statement: TrustStatement, to: Sender) -> bool | None:
    """Whether its principals include Datadog. NotPrincipal is everyone but those."""
    if statement.not_principals:
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
    sid = f" (Sid '{shown(statement.sid, LONGEST_SID)}')" if statement.sid else ''
    return f'Deny {besides}{who}{" if " + " and ".join(conditions) if conditions else ""}{sid}'


def _condition_words(condition: Condition) -> str:
    return f'{condition.operator} sts:ExternalId' if is_external_id(condition) else condition_words(condition)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(
        'Take the Deny statement out of the trust policy, or except Datadog from it: what is not allowed is denied '
        'anyway',
        correct_the_trust_policy(facts, expected),
    )


TRUST_POLICY_EXPLICIT_DENY = Diagnosis(
    id='trust-policy-explicit-deny',
    title='The trust policy denies Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Looks for Deny statements of the trust policy that cover sts:AssumeRole and hit the account of Datadog, '
        'by principal or by everyone but somebody else, with conditions that its request meets.'
    ),
    harm=('A Deny wins over every Allow, and Datadog is not authorized to perform sts:AssumeRole.'),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
