"""The trust policy does not name the AWS account of this Datadog site, or it names everyone."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature, TrustStatement
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ..account_remedies import joined
from .everyone import admits_everyone
from .identities import (
    account_principal,
    demands_external_id,
    described,
    is_account,
    is_everyone,
    is_in_account,
    named,
)
from .role import says_when_stale, without_role
from .trust import Sender, position_of, sender, trust_of
from .trust_remedies import (
    GUIDE_SECTION,
    SET_IT,
    Query,
    add_statement,
    apply_it,
    at,
    change,
    closest,
    datadogs_root,
    is_only_for_datadog,
    replace_statement,
    statement_for_datadog,
    statements_of,
    with_element,
)

MOST_PRINCIPALS = 2


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    statements, to = trust_of(facts), sender(facts, expected)
    everyone = admits_everyone(statements, to)
    if True in everyone:
        numbers = [n for n, admits in enumerate(everyone) if admits]
        whom = 'every AWS account'
        if all(demands_external_id(statements[n]) for n in numbers):
            whom += ' that sends its external ID'
        names = _and([n + 1 for n in numbers])
        return Failed(f'statement {names} of the trust policy admits {whom}: {_who(to)}')
    if None in everyone:
        name = f'statement {everyone.index(None) + 1}'
        return Unknown(f'not known whether {name} of the trust policy admits every AWS account')
    if to.account is None:
        return Unknown(f'{_who(to)}: it documents access keys there')
    allowing = [s for s in statements if s.effect == 'Allow']
    principals = [p for s in allowing for p in s.principals]
    who = f"{to.account}, Datadog's account for {_place(to)}"
    if any(is_account(p, to.account, to.partition) for p in principals):
        return Passed(f'the trust policy names {who}')
    if any(map(is_everyone, principals)):
        return Passed(f'the trust policy names everyone under conditions, and so {who}')
    if any(s.not_principals for s in allowing):
        return Unknown(f'the trust policy names only whom it does not admit; not known whether it admits {who}')
    return Failed(f'the trust policy admits {_seen(principals, to)}; {_who(to)}')


def _seen(principals: list[str], to: Sender) -> str:
    if not principals:
        return 'nobody'
    words = [_why_not(p, to) or described(p) for p in principals[:MOST_PRINCIPALS]]
    more = len(principals) - MOST_PRINCIPALS
    return ', '.join([*words, *([f'{more} more'] if more > 0 else [])])


def _why_not(principal: str, to: Sender) -> str:
    """What is wrong with a principal of the right account; '' for any other."""
    found = account_principal(principal)
    if found is None or not is_in_account(principal, to.account):
        return ''
    if found.partition not in (None, to.partition):
        return f'{named(principal)}, in the partition {found.partition} instead of {to.partition}'
    return f'only {named(principal)} instead of the whole account'


def _who(to: Sender) -> str:
    if to.account is None:
        return f'Datadog publishes no AWS account for {_place(to)}'
    return f'Datadog calls from arn:{to.partition}:iam::{to.account}:root for {_place(to)}'


def _place(to: Sender) -> str:
    return f'the site {to.site} in the partition {to.partition}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    statements, to = statements_of(facts), sender(facts, expected)
    everyone = [s for s, admits in zip(statements, admits_everyone(statements, to), strict=True) if admits]
    choices = (_narrow(facts, expected, everyone),) if everyone else _ways_to_add(facts, expected)
    return Remedy(
        "Trust Datadog's account; if the site is wrong, correct datadog_site in the configuration of this check",
        choices,
        apply_it(facts, expected, choices),
    )


def _ways_to_add(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    meant, to = closest(facts, expected), sender(facts, expected)
    add = add_statement(facts, expected)
    if meant is None or not is_only_for_datadog(meant.statement, to):
        return (add,)
    return add, replace_statement(facts, expected, position_of(meant.statement, statements_of(facts)))


def _narrow(facts: Facts, expected: Expectations, everyone: Sequence[TrustStatement]) -> Choice:
    statements = statements_of(facts)
    numbers = [position_of(s, statements) + 1 for s in everyone]
    by_name = any(s.not_principals for s in everyone)  # JMESPath removes no key
    if by_name and len(everyone) == 1:
        return replace_statement(facts, expected, numbers[0] - 1)
    text = f"Name only Datadog's account in statement {_and(numbers)}: every other account loses access"
    queries = (_narrowed(s, number - 1, facts, expected) for s, number in zip(everyone, numbers, strict=True))
    return change(facts, expected, f'{text}; {SET_IT}' if by_name else text, *queries)


def _narrowed(statement: TrustStatement, position: int, facts: Facts, expected: Expectations) -> Query:
    if statement.not_principals:
        return at(position, statement_for_datadog(facts, expected))
    return with_element(position, 'Principal', joined("{AWS: '", *datadogs_root(facts, expected), "'}"))


def _and(numbers: Sequence[int]) -> str:
    return ' and '.join(map(str, numbers))


TRUST_POLICY_WRONG_PRINCIPAL = Diagnosis(
    id='trust-policy-wrong-principal',
    title="The trust policy does not name Datadog's account",
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Compares the principals of the trust policy with the AWS account that Datadog uses for this site and '
        'partition.'
    ),
    harm=(
        'With another account, Datadog is not authorized to perform sts:AssumeRole. With *, every AWS account can try '
        'to assume the role.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
