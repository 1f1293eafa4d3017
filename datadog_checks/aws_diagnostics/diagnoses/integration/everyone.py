"""Whether a statement of a trust policy admits every AWS account: whoever knows the external id, if one is demanded.

A stranger chooses what can be chosen: whether to use MFA, as which user or role of his account to call, with which
tags, in which region, under which name. He cannot choose his account, his organization, or the VPC that he calls from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...facts.account import Condition, TrustStatement
from ...rules.policy_language import ANY, ONE, is_pattern
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
    Text,
    known,
)
from .condition_operators import NULL, all_of, any_of, can_be_met, is_met, operator_of
from .condition_values import ARN, LIKE, STRING, is_arn, matches
from .identities import (
    accept_a_request,
    is_everyone,
)
from .trust import Sender, covers_assume_role

MFA, REGION, USER_NAME = 'aws:multifactorauthpresent', 'aws:requestedregion', 'aws:username'
TAG = re.compile(r'[\w\s.:/=+@-]*')
"""What IAM takes in a tag: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html."""
CHOSEN: Request = {
    MFA: Key((Absent(), *TRUE.states, *FALSE.states)),
    'aws:federatedprovider': Key((Absent(), Like('?*', re.compile(r'[\w.:/-]+', re.ASCII)))),
    'aws:tagkeys': Key((Absent(), Like('?*', TAG)), many=True),
    **dict.fromkeys(('aws:principaltag/', 'aws:requesttag/'), Key((Absent(), Like('*', TAG)))),
    'aws:useragent': Key((Like('*'),)),
    'sts:rolesessionname': Key((Like('??*', SESSION),)),
    'sts:sourceidentity': Key((Absent(), Like('??*', SESSION))),
}
SOMEBODY_ELSES = ('another', 'eu-another-1', 'us-gov-another-1', 'cn-another-1')
"""Names, and regions of each partition, that no policy has."""
FIXED: Request = {
    **dict.fromkeys((*DIRECTLY, *THROUGH_A_SERVICE), ABSENT),
    'aws:principalisawsservice': FALSE,
    'aws:securetransport': TRUE,
    'aws:sourceip': Key((PublicAddress(),)),
    'aws:viaawsservice': FALSE,
}


AS_A_USER: Request = {
    'aws:federatedprovider': ABSENT,
    'aws:principaltype': Key((Text('User'),)),
    USER_NAME: Key((Like('?*', NAMED),)),
}
AS_A_ROLE: Request = {
    MFA: Key((*TRUE.states, *FALSE.states)),  # which temporary credentials always have
    'aws:principaltype': Key((Text('AssumedRole'),)),  # no others may call sts:AssumeRole
    USER_NAME: ABSENT,
}
"""What differs between the two: AWS's IAM user guide, the table Principal key values."""


def of_his_account(partition: str, kind: str, id: str) -> Request:
    """What tells accounts, organizations and their networks apart. `kind` is user or role."""
    return {
        'aws:principalaccount': Key((Like('?' * 12, ACCOUNT),)),
        'aws:principalarn': Key((Like(f'arn:{partition}:iam::{"?" * 12}:{kind}/?*', NAMED),)),
        'aws:userid': Key((Like(id, NAMED),)),
        'aws:principalorgid': Key((Like(f'o-{"?" * 10}*', re.compile(ORGANIZATION)),)),
        'aws:principalorgpaths': Key((Like(f'o-{"?" * 10}*/r-*/*'),), many=True),
        **dict.fromkeys(('aws:sourcevpc', 'aws:sourcevpcarn', 'aws:sourcevpce'), Key((Absent(), Like('?*')))),
    }


def strangers_request(to: Sender, own: Request, caller: Request) -> Request:
    return {
        **own,
        **CHOSEN,
        **caller,
        **FIXED,
        REGION: Key((Like('??-*-?*', re.compile(REGIONS.get(to.partition, '.+'), re.ASCII)),)),
        'aws:currenttime': Key((Moment(to.at),)),
        'aws:epochtime': Key((Moment(to.at, number=True),)),
    }


def admits_everyone(statements: Sequence[TrustStatement], to: Sender) -> list[bool | None]:
    """Of each statement; None where that is not known."""
    user, role = of_his_account(to.partition, 'user', 'AIDA?*'), of_his_account(to.partition, 'role', 'AROA?*:??*')
    as_user = _admits_all(statements, user, strangers_request(to, user, AS_A_USER))
    as_role = _admits_all(statements, role, strangers_request(to, role, AS_A_ROLE))
    return [any_of(either) for either in zip(as_user, as_role, strict=True)]


def _admits_all(statements: Sequence[TrustStatement], own: Request, request: Request) -> list[bool | None]:
    denied = any_of(_denies_others(s, own, request) for s in statements if s.effect == 'Deny')
    not_denied = None if denied is None else not denied
    return [all_of((not_denied, _admits(s, own, request))) for s in statements]


def _admits(statement: TrustStatement, own: Request, request: Request) -> bool | None:
    if statement.effect != 'Allow' or not _is_for_strangers(statement):
        return False
    by_key: dict[str, list[Condition]] = {}
    for condition in statement.conditions:
        by_key.setdefault(condition.key.lower(), []).append(condition)
    external_id = accept_a_request(by_key.pop(EXTERNAL_ID, ()))
    return all_of((external_id, *(_can_all_be_met(found, key, own, request) for key, found in by_key.items())))


def _is_for_strangers(statement: TrustStatement) -> bool:
    named, but = statement.principals, statement.not_principals
    wide = any(map(is_everyone, named)) or (bool(but) and not any(map(is_everyone, but)))
    return wide and covers_assume_role(statement)


def _can_all_be_met(conditions: Sequence[Condition], key: str, own: Request, request: Request) -> bool | None:
    """On one key: with one value of it, or without it."""
    found = known(request, key)
    if len(conditions) == 1 or found is None:
        return all_of(_can_be_met(c, own, request) for c in conditions)
    alone = {state: {key: replace(found, states=(state,))} for state in (*found.states, *_examples(conditions, found))}
    if any(all(is_met(c, {**request, **state}) for c in conditions) for state in alone.values()):
        return True
    narrowed = [({**own, **alone[state]} if key in own else own, {**request, **alone[state]}) for state in found.states]
    possible = any_of(all_of(_can_be_met(c, *requests) for c in conditions) for requests in narrowed)
    return False if possible is False else None


def _examples(conditions: Sequence[Condition], key: Key) -> Iterator[Text]:
    """What may stand under the key: what the conditions name, and somebody else's."""
    named = [value.replace(ONE, 'x') for c in conditions for value in c.values if _is_chosen(c.key.lower())]
    for text in (*SOMEBODY_ELSES, *(value.replace(ANY, instead) for value in named for instead in ('', 'x'))):
        if any(isinstance(form, Like) and matches(STRING[0], text, form) is not False for form in key.states):
            yield Text(text)


def _is_chosen(key: str) -> bool:
    return key in (REGION, USER_NAME) or known(CHOSEN, key) is not None


def _can_be_met(condition: Condition, own: Request, request: Request) -> bool | None:
    met = can_be_met(condition, request)
    if met is not None:
        return met
    key, operator = condition.key.lower(), operator_of(condition.operator)
    if key in own and operator.base not in ('', NULL) and not operator.negated:
        narrows = not condition.variables and (
            operator.is_met_without_the_key is False or Absent() not in own[key].states
        )
        return False if narrows and not _is_of_many(condition, key, operator.base) else None
    if key == 'aws:tagkeys' and not (operator.for_all or operator.for_any):
        return None
    chosen = known(request, key) if _is_chosen(key) else None
    if chosen is None or operator.base not in (*STRING, LIKE):
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
