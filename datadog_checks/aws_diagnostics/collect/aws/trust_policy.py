"""Whom a role trusts. External ids become digests here, before anything can keep, show or compare them in clear."""

from collections.abc import Iterator, Mapping

from ...facts import Unobserved
from ...facts.account import Condition, TrustStatement
from ..external_id import external_id_of
from ..json_object import is_object
from . import policy_document as document_of
from .policy_document import NotAPolicy

EXTERNAL_ID = 'sts:externalid'
"""Condition keys are not case-sensitive."""
EXISTENCE = 'null'
"""The operator that asks whether a key is there: its values are true and false, whatever the key is."""
WILDCARDS = frozenset('*?')


def trust_statements(document: object) -> tuple[TrustStatement, ...] | Unobserved:
    """Of an AssumeRolePolicyDocument, whatever JSON it holds. Never raises."""
    try:
        return tuple(_statement(s) for s in document_of.statements_in(document))
    except NotAPolicy as e:
        return Unobserved(f'the trust policy is not a policy document: {e}')


def _statement(statement: Mapping[str, object]) -> TrustStatement:
    document_of.one_of_two(statement, 'Principal', 'NotPrincipal')
    document_of.one_of_two(statement, 'Action', 'NotAction')
    return TrustStatement(
        effect=document_of.effect_of(statement),
        principals=_principals(statement, 'Principal'),
        actions=document_of.strings(statement, 'Action'),
        not_principals=_principals(statement, 'NotPrincipal'),
        not_actions=document_of.strings(statement, 'NotAction'),
        conditions=tuple(_conditions(statement.get('Condition', {}))),
        sid=document_of.sid_of(statement),
    )


def _principals(statement: Mapping[str, object], name: str) -> tuple[str, ...]:
    principals = statement.get(name, {})
    if principals == '*':
        return ('*',)
    if not is_object(principals):
        raise NotAPolicy(f'{name} is neither * nor an object')
    return tuple(
        f'{document_of.visible(kind)}:{who}'
        for kind, value in principals.items()
        for who in document_of.texts(value, name)
    )


def _conditions(block: object) -> Iterator[Condition]:
    if not is_object(block):
        raise NotAPolicy('Condition is no object')
    for operator, keys in block.items():
        if not is_object(keys):
            raise NotAPolicy('an operator of Condition has no keys')
        for key, values in keys.items():
            yield _condition(document_of.visible(operator), document_of.visible(key), _as_strings(values))


def _condition(operator: str, key: str, values: object) -> Condition:
    if key.lower() != EXTERNAL_ID or operator.lower() == EXISTENCE:
        return Condition(operator, key, document_of.texts(values, 'a condition'))
    secrets = document_of.unaltered(values, 'a condition')
    return Condition(
        operator,
        key,
        values=(),
        external_ids=tuple(external_id_of(secret) for secret in secrets),
        wildcard=any(WILDCARDS & set(secret) for secret in secrets),
    )


def _as_strings(values: object) -> object:
    """IAM also takes numbers and booleans, and reads them as text."""
    if isinstance(values, list):
        return [_as_string(value) for value in values]
    return _as_string(values)


def _as_string(value: object) -> object:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return str(value) if isinstance(value, int | float) else value
