"""Whether a statement of a trust policy admits every AWS account: whoever knows the external id, if one is demanded.

A stranger chooses what can be chosen: whether to use MFA, as which user or role of his account to call, with which
tags, in which region, under which name. He cannot choose his account, his organization, or the VPC that he calls from.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ...facts.account import Condition, TrustStatement
from ...rules.policy_language import is_pattern
from .assume_role_request import (
    ABSENT,
    ACCOUNT,
    DIRECTLY,
    EXTERNAL_ID,
    FALSE,
    NAMED,
    ORGANIZATION,
    REGIONS,
    SESSION,
    THROUGH_A_SERVICE,
    TRUE,
    Absent,
    Key,
    Like,
    Moment,
    PublicAddress,
    Request,
    Secret,
    State,
    Text,
    known,
)
from .condition_operators import NULL, all_of, any_of, can_be_met, is_met, operator_of
from .condition_values import ARN, LIKE, STRING, is_arn
from .identities import (
    account_principal,
    can_be_sent,
    conditions_on_external_id,
    demands_external_id,
    is_datadog,
    is_everyone,
    is_external_id,
)
from .trust import ANOTHER_ID, Sender, applies_to_datadog, covers_assume_role, is_of

MFA, REGION = 'aws:multifactorauthpresent', 'aws:requestedregion'
TAG = re.compile(r'[\w\s.:/=+@-]*')
"""What IAM takes in a tag: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html."""
CHOSEN: Request = {
    MFA: Key((Absent(), *TRUE.states, *FALSE.states)),
    'aws:federatedprovider': Key((Absent(), Like('?*', re.compile(r'[\w.:/-]+', re.ASCII)))),
    'aws:principaltype': Key((Text('User'), Text('AssumedRole'))),  # no others may call sts:AssumeRole
    'aws:tagkeys': Key((Absent(), Like('?*', TAG)), many=True),
    **dict.fromkeys(('aws:principaltag/', 'aws:requesttag/'), Key((Absent(), Like('*', TAG)))),
    'aws:useragent': Key((Like('*'),)),
    'aws:username': Key((Absent(), Like('?*', NAMED))),
    'sts:rolesessionname': Key((Like('??*', SESSION),)),
    'sts:sourceidentity': Key((Absent(), Like('??*', SESSION))),
}
FIXED: Request = {
    **dict.fromkeys((*DIRECTLY, *THROUGH_A_SERVICE), ABSENT),
    'aws:principalisawsservice': FALSE,
    'aws:securetransport': TRUE,
    'aws:sourceip': Key((PublicAddress(),)),
    'aws:viaawsservice': FALSE,
}


def of_his_account(partition: str) -> Request:
    """What tells accounts, organizations and their networks apart."""
    return {
        'aws:principalaccount': Key((Like('?' * 12, ACCOUNT),)),
        'aws:principalarn': Key((Like(f'arn:{partition}:iam::{"?" * 12}:*', NAMED),)),
        'aws:userid': Key((Like('AIDA?*', NAMED), Like('AROA?*:??*', NAMED))),
        'aws:principalorgid': Key((Like(f'o-{"?" * 10}*', re.compile(ORGANIZATION)),)),
        'aws:principalorgpaths': Key((Like(f'o-{"?" * 10}*/r-*/*'),), many=True),
        **dict.fromkeys(('aws:sourcevpc', 'aws:sourcevpcarn', 'aws:sourcevpce'), Key((Absent(), Like('?*')))),
    }


def strangers_request(to: Sender) -> Request:
    return {
        **of_his_account(to.partition),
        **CHOSEN,
        **FIXED,
        REGION: Key((Like('??-*-?*', re.compile(REGIONS.get(to.partition, '.+'), re.ASCII)),)),
        'aws:currenttime': Key((Moment(to.at),)),
        'aws:epochtime': Key((Moment(to.at, number=True),)),
    }


def admits_everyone(statements: Sequence[TrustStatement], to: Sender) -> list[bool | None]:
    """Of each statement; None where that is not known."""
    own, request = of_his_account(to.partition), strangers_request(to)
    denied = any_of(_denies_others(s, own, request) for s in statements if s.effect == 'Deny')
    not_denied = None if denied is None else not denied
    return [all_of((not_denied, _admits(s, own, request))) for s in statements]


def _admits(statement: TrustStatement, own: Request, request: Request) -> bool | None:
    if statement.effect != 'Allow' or not _is_for_strangers(statement):
        return False
    others = (_can_be_met(c, own, request) for c in statement.conditions if not is_external_id(c))
    return all_of((_accepts_some_external_id(conditions_on_external_id(statement)), *others))


def _accepts_some_external_id(conditions: Sequence[Condition]) -> bool | None:
    """Or none: one of those that are named, another one, or a request without."""
    named = [id for c in conditions for id in c.external_ids if can_be_sent(id)]
    states: list[State] = [Absent(), *(Secret(id) for id in (*named, ANOTHER_ID))]
    requests: list[Request] = [{EXTERNAL_ID: Key((state,))} for state in states]
    return any_of(all_of(is_met(c, request) for c in conditions) for request in requests)


def _is_for_strangers(statement: TrustStatement) -> bool:
    named, but = statement.principals, statement.not_principals
    wide = any(map(is_everyone, named)) or (bool(but) and not any(map(is_everyone, but)))
    return wide and covers_assume_role(statement)


def _can_be_met(condition: Condition, own: Request, request: Request) -> bool | None:
    met = can_be_met(condition, request)
    if met is not None:
        return met
    key, operator = condition.key.lower(), operator_of(condition.operator)
    if key in own and operator.base not in ('', NULL) and not operator.negated:
        narrows = not condition.variables and (operator.needs_the_key or Absent() not in own[key].states)
        return False if narrows and not _is_of_many(condition, key, operator.base) else None
    if key == 'aws:tagkeys' and not (operator.for_all or operator.for_any):
        return None
    chosen = known({**CHOSEN, REGION: request[REGION]}, key)
    if chosen is None or not (operator.base in (*STRING, LIKE) or key == MFA):
        return None
    values = replace(chosen, states=tuple(state for state in chosen.states if not isinstance(state, Absent)))
    return None if can_be_met(condition, {**request, key: values}) is False else True


def _is_of_many(condition: Condition, key: str, base: str) -> bool:
    """A pattern which more than one account, organization or network may match."""
    return base in (LIKE, *ARN) and any(is_pattern(_owner(value, key)) for value in condition.values)


def _owner(value: str, key: str) -> str:
    """The part of a value that tells whose it is."""
    if is_arn(value):
        return value.split(':')[4]
    end = {'aws:userid': ':', 'aws:principalorgpaths': '/'}.get(key)
    return value.partition(end)[0] if end else value


def _denies_others(deny: TrustStatement, own: Request, request: Request) -> bool | None:
    """All strangers, or all but those of certain accounts, organizations or networks."""
    return all_of((_is_for_strangers(deny), *(_hits_others(c, own, request) for c in deny.conditions)))


def _hits_others(condition: Condition, own: Request, request: Request) -> bool | None:
    """Where a stranger can choose, he escapes."""
    met = is_met(condition, request)
    if met is None and condition.key.lower() in own and operator_of(condition.operator).negated:
        return None if condition.variables else True
    return bool(met)


# Datadog itself: its accounts are shared by all customers of a site


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
