"""Whom a role trusts. External ids become digests here, before anything can keep, show or compare them in clear.

Not only in `sts:ExternalId`: where somebody mistyped that key or mixed up key and value, the external id is in another
place of the document, and is as secret there.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ...facts import Unobserved
from ...facts.account import Condition, ExternalId, Form, TrustStatement
from ...text import escaped
from ..foreign import is_object
from . import policy_document as document_of
from .policy_document import NotAPolicy

EXTERNAL_ID = 'sts:externalid'
"""Condition keys are not case-sensitive."""
EXISTENCE = 'null'
"""The operator that asks whether a key is there: its values are true and false, whatever the key is."""
BOOLEANS = frozenset({'true', 'false'})
WILDCARDS = frozenset('*?')
WITH_VARIABLES = '2012-10-17'
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""
NO_SECRET = re.compile(r'[*?]*|true|false|[0-9]{12}|arn:.*', re.DOTALL | re.IGNORECASE)
"""An account id and an ARN are public, even where somebody chose one as the external id: elsewhere they stay."""


def trust_statements(document: object, known: Collection[ExternalId] = ()) -> tuple[TrustStatement, ...] | Unobserved:
    """Of an AssumeRolePolicyDocument, whatever JSON it holds. Never raises.

    `known` are external ids and keys (Form.KEY) that must not be shown wherever they are in the document.
    """
    try:
        statements = document_of.statements_in(document)
        secrets = frozenset(d for id in (*known, *_external_ids(statements)) for d in _digests(id))
        keys = frozenset(id.digest for id in known if id.form is Form.KEY)
        reader = _Reader(secrets, keys, has_variables=document_of.version_of(document) == WITH_VARIABLES)
        return tuple(reader.statement(s) for s in statements)
    except NotAPolicy as e:
        return Unobserved(f'the trust policy is not a policy document: {e}')


def looks_like_external_id(name: str) -> bool:
    """Whether a condition key or an operator is meant to be sts:ExternalId: any case, prefix, space or hyphen."""
    return 'externalid' in re.sub('[^a-z]', '', name.lower())


@dataclass(frozen=True, slots=True)
class _Reader:
    """Of one document. `secrets` are digests of texts that are not shown, `keys` those of Datadog's keys."""

    secrets: frozenset[str]
    keys: frozenset[str]
    has_variables: bool

    def statement(self, statement: Mapping[str, object]) -> TrustStatement:
        document_of.one_of_two(statement, 'Principal', 'NotPrincipal')
        document_of.one_of_two(statement, 'Action', 'NotAction')
        return TrustStatement(
            effect=document_of.effect_of(statement),
            principals=self._principals(statement, 'Principal'),
            actions=self._strings(statement, 'Action'),
            not_principals=self._principals(statement, 'NotPrincipal'),
            not_actions=self._strings(statement, 'NotAction'),
            conditions=tuple(self._condition(*found) for found in document_of.conditions_in(statement)),
            sid=self._shown(document_of.sid_of(statement)),
        )

    def _strings(self, statement: Mapping[str, object], name: str) -> tuple[str, ...]:
        return tuple(map(self._shown, document_of.strings(statement, name)))

    def _principals(self, statement: Mapping[str, object], name: str) -> tuple[str, ...]:
        principals = statement.get(name, {})
        if principals == '*':
            return ('*',)
        if not is_object(principals):
            raise NotAPolicy(f'{name} is neither * nor an object')
        return tuple(
            f'{self._shown(kind)}:{_digest(who) if looks_like_external_id(kind) else self._shown(who)}'
            for kind, value in principals.items()
            for who in document_of.texts(value, name)
        )

    def _condition(self, operator: str, key: str, values: tuple[str, ...]) -> Condition:
        shown = (self._shown(operator), self._shown(key))
        variables = self.has_variables if any('${' in value for value in values) else None
        if not _is_about_external_id(operator, key):
            return Condition(*shown, tuple(map(self._shown, values)), variables=variables)
        secrets = _secrets(operator, values)
        exact = key.lower() == EXTERNAL_ID and operator.lower() != EXISTENCE
        return Condition(
            *shown,
            values=() if exact else tuple(_digest(value) if value in secrets else value for value in values),
            external_ids=tuple(map(self._external_id, secrets)),
            wildcard=any(WILDCARDS & set(secret) for secret in secrets),
            variables=variables,
        )

    def _external_id(self, secret: str) -> ExternalId:
        found = ExternalId.of(secret)
        return replace(found, form=Form.KEY) if found.stripped_digest in self.keys else found

    def _shown(self, text: str) -> str:
        alike = {*_digests(ExternalId.of(text)), *_digests(ExternalId.of(text.strip().lower()))}
        secret = not NO_SECRET.fullmatch(text) and alike & self.secrets
        return _digest(text) if secret else escaped(text)


def _external_ids(statements: Iterable[Mapping[str, object]]) -> Iterator[ExternalId]:
    """Raises NotAPolicy."""
    for statement in statements:
        for operator, key, values in document_of.conditions_in(statement):
            if _is_about_external_id(operator, key):
                yield from map(ExternalId.of, _secrets(operator, values))


def _is_about_external_id(operator: str, key: str) -> bool:
    """Either may hold the name: people mix them up."""
    return looks_like_external_id(key) or looks_like_external_id(operator)


def _secrets(operator: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """All of the values, but not the true and false of an operator Null."""
    if operator.lower() != EXISTENCE:
        return values
    return tuple(value for value in values if value.lower() not in BOOLEANS)


def _digests(external_id: ExternalId) -> tuple[str, ...]:
    return external_id.digest, external_id.stripped_digest, external_id.folded_digest


def _digest(text: str) -> str:
    return str(ExternalId.of(text))
