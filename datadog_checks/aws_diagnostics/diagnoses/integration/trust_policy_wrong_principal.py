"""The trust policy names another principal than the AWS account of this Datadog site, or everyone."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature, TrustStatement
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from .condition_operators import operator_of
from .principals import account_principal, described, is_account, is_in_account, named
from .staleness import says_when_stale
from .trust import Sender, covers_assume_role, is_everyone, name_of, nothing_to_trust, sender, trust_of
from .trust_remedies import GUIDE_SECTION, correct_the_trust_policy

MOST_PRINCIPALS = 2
NARROWING = ('aws:principalaccount', 'aws:principalarn', 'aws:principalorgid', 'aws:principalorgpaths', 'aws:userid')
"""Keys that say who may come, where the principal does not."""


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    inapplicable = nothing_to_trust(facts)
    if inapplicable:
        return inapplicable
    statements, to = trust_of(facts), sender(facts, expected)
    for statement in statements:
        if admits_everyone(statement):
            return Failed(f'{name_of(statement, statements)} of the trust policy admits every AWS account: {_who(to)}')
    if to.account is None:
        return Unknown(f'no AWS account is known from which Datadog assumes roles for {_place(to)}')
    principals = [p for s in statements if s.effect == 'Allow' for p in s.principals]
    if any(is_account(p, to.account, to.partition) or is_everyone(p) for p in principals):
        return Passed(f'the trust policy names {to.account}, the account of Datadog for {_place(to)}')
    return Failed(f'the trust policy admits {_seen(principals, to)}; {_who(to)}')


def admits_everyone(statement: TrustStatement) -> bool:
    if statement.effect != 'Allow' or not covers_assume_role(statement):
        return False
    wide = any(map(is_everyone, statement.principals)) or bool(statement.not_principals)
    return wide and not any(_narrows(c.operator, c.key) for c in statement.conditions)


def _narrows(operator: str, key: str) -> bool:
    read = operator_of(operator)
    return key.lower() in NARROWING and read.needs_the_key and not read.negated and read.base != 'null'


def _seen(principals: list[str], to: Sender) -> str:
    if not principals:
        return 'nobody'
    words = [_why_not(p, to) or described(p) for p in principals[:MOST_PRINCIPALS]]
    more = len(principals) - MOST_PRINCIPALS
    return ', '.join([*words, *([f'{more} more'] if more > 0 else [])])


def _why_not(principal: str, to: Sender) -> str:
    """What is wrong with one of the right account; '' for any other."""
    found = account_principal(principal)
    if found is None or not is_in_account(principal, to.account):
        return ''
    if found.partition not in (None, to.partition):
        return f'{named(principal)}, which is of the partition {found.partition} instead of {to.partition}'
    return f'{named(principal)} alone instead of the whole account'


def _who(to: Sender) -> str:
    if to.account is None:
        return f'Datadog has no account for {_place(to)}'
    return f'Datadog comes from arn:{to.partition}:iam::{to.account}:root for {_place(to)}'


def _place(to: Sender) -> str:
    return f'the site {to.site} in the partition {to.partition}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    to = sender(facts, expected)
    whom = f'arn:{to.partition}:iam::{to.account}:root' if to.account else f'the account of Datadog for {to.site}'
    return Remedy(
        f'Trust {whom} and nobody else; if that is the wrong site, correct datadog_site in conf.yaml of this check',
        correct_the_trust_policy(facts, expected),
    )


TRUST_POLICY_WRONG_PRINCIPAL = Diagnosis(
    id='trust-policy-wrong-principal',
    title="The trust policy does not name Datadog's account",
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Compares the principals of the trust policy with the AWS account from which Datadog comes for this site '
        'and partition.'
    ),
    harm=('With another account Datadog is not authorized to perform sts:AssumeRole; with * anybody on AWS may try.'),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
