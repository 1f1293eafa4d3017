"""A trust policy is read whole or not at all, and its external ids leave nothing but digests."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.collect.aws.trust_policy import trust_statements
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import Condition, ExternalId, Form, TrustStatement

DATADOG = 'arn:aws:iam::464622532012:root'
SECRET = '3f1e0c9b8a7d4e6f9a0b1c2d3e4f5a6b'


def document(**differences: Any) -> dict[str, Any]:
    """As Datadog's CloudFormation template writes it; a difference of None takes an element away."""
    statement = {
        'Effect': 'Allow',
        'Principal': {'AWS': DATADOG},
        'Action': 'sts:AssumeRole',
        'Condition': {'StringEquals': {'sts:ExternalId': SECRET}},
    }
    changed = {name: value for name, value in {**statement, **differences}.items() if value is not None}
    return {'Version': '2012-10-17', 'Statement': [changed]}


def trusted(**differences: Any) -> TrustStatement:
    values: dict[str, Any] = {
        'effect': 'Allow',
        'principals': (f'AWS:{DATADOG}',),
        'actions': ('sts:AssumeRole',),
        'conditions': (external_ids(SECRET),),
    }
    return TrustStatement(**{**values, **differences})


def external_ids(*secrets: str, operator: str = 'StringEquals', key: str = 'sts:ExternalId', wildcard: bool = False):
    return Condition(operator, key, (), tuple(ExternalId.of(secret) for secret in secrets), wildcard)


READ = [
    pytest.param(document(), (trusted(),), id='as the template of Datadog writes it'),
    pytest.param({'Statement': document()['Statement'][0]}, (trusted(),), id='one statement that is no list'),
    pytest.param(document(Sid='Datadog'), (trusted(sid='Datadog'),), id='a statement with a name'),
    pytest.param(document(Effect='Deny'), (trusted(effect='Deny'),), id='a deny'),
    pytest.param(document(Principal='*'), (trusted(principals=('*',)),), id='anybody'),
    pytest.param(document(Principal={'AWS': '*'}), (trusted(principals=('AWS:*',)),), id='anybody in AWS'),
    pytest.param(
        document(Principal={'AWS': [DATADOG, '123456789012'], 'Service': 'ec2.amazonaws.com', 'Federated': 'x'}),
        (trusted(principals=(f'AWS:{DATADOG}', 'AWS:123456789012', 'Service:ec2.amazonaws.com', 'Federated:x')),),
        id='principals of every kind',
    ),
    pytest.param(
        document(Principal=None, NotPrincipal={'AWS': DATADOG}),
        (trusted(principals=(), not_principals=(f'AWS:{DATADOG}',)),),
        id='everybody but',
    ),
    pytest.param(
        document(Action=None, NotAction=['sts:TagSession']),
        (trusted(actions=(), not_actions=('sts:TagSession',)),),
        id='every action but',
    ),
    pytest.param(
        document(Action=['sts:AssumeRole', 'sts:TagSession']),
        (trusted(actions=('sts:AssumeRole', 'sts:TagSession')),),
        id='several actions',
    ),
    pytest.param(document(Condition=None), (trusted(conditions=()),), id='no condition'),
    pytest.param(
        document(Condition={'StringEquals': {'sts:ExternalId': [SECRET, 'other']}}),
        (trusted(conditions=(external_ids(SECRET, 'other'),)),),
        id='one of several external ids',
    ),
    pytest.param(
        document(Condition={'ForAnyValue:StringLike': {'STS:externalid': f'{SECRET[:5]}*'}}),
        (
            trusted(
                conditions=(
                    external_ids(
                        f'{SECRET[:5]}*', operator='ForAnyValue:StringLike', key='STS:externalid', wildcard=True
                    ),
                )
            ),
        ),
        id='a pattern, the key in another case',
    ),
    pytest.param(
        document(Condition={'StringEquals': {'sts:ExternalId': f' {SECRET}\n'}}),
        (trusted(conditions=(external_ids(f' {SECRET}\n'),)),),
        id='white space around the external id',
    ),
    pytest.param(
        document(Condition={'StringEquals': {'sts:ExternalId': 1234}}),
        (trusted(conditions=(external_ids('1234'),)),),
        id='an external id that is a number',
    ),
    pytest.param(
        document(Condition={'Null': {'sts:ExternalId': 'false'}}),
        (trusted(conditions=(Condition('Null', 'sts:ExternalId', ('false',)),)),),
        id='only that there is an external id',
    ),
    pytest.param(
        document(Condition={'Bool': {'aws:MultiFactorAuthPresent': True}, 'IpAddress': {'aws:SourceIp': ['a', 'b']}}),
        (
            trusted(
                conditions=(
                    Condition('Bool', 'aws:MultiFactorAuthPresent', ('true',)),
                    Condition('IpAddress', 'aws:SourceIp', ('a', 'b')),
                )
            ),
        ),
        id='conditions on other keys',
    ),
    pytest.param(
        document(Principal={'AWS': 'arn:aws:iam::1:root\x1b[2J'}),
        (trusted(principals=('AWS:arn:aws:iam::1:root\\x1b[2J',)),),
        id='control characters are escaped',
    ),
]

NOT_READ = [
    pytest.param(None, 'it is null, not an object', id='null'),
    pytest.param('%7B', 'it is a string, not an object', id='text that is no JSON'),
    pytest.param([], 'it is a list, not an object', id='a list'),
    pytest.param(5, 'it is a single value, not an object', id='a number'),
    pytest.param({}, 'it has no Statement', id='an empty object'),
    pytest.param({'Statement': []}, 'it has no Statement', id='no statements'),
    pytest.param({'Statement': ['Allow']}, 'a statement is not an object', id='a statement that is text'),
    pytest.param(
        document(Effect='allow'), 'a statement has no Effect that is Allow or Deny', id='effect in lower case'
    ),
    pytest.param(document(Principal=None), 'a statement has neither Principal nor NotPrincipal', id='no principal'),
    pytest.param(
        document(NotPrincipal='*'), 'a statement has both Principal and NotPrincipal', id='both kinds of principal'
    ),
    pytest.param(document(Action=None), 'a statement has neither Action nor NotAction', id='no action'),
    pytest.param(
        document(Action=[1]), 'Action is neither a string nor a list of strings', id='an action that is a number'
    ),
    pytest.param(document(Principal=DATADOG), 'Principal is neither * nor an object', id='a principal without a kind'),
    pytest.param(document(Condition=[]), 'Condition is not an object', id='a condition that is a list'),
    pytest.param(
        document(Condition={'StringEquals': SECRET}),
        'an operator of Condition has no keys',
        id='an operator without keys',
    ),
    pytest.param(
        document(Condition={'StringEquals': {'sts:ExternalId': {}}}),
        'a condition is neither a string nor a list of strings',
        id='an external id that is an object',
    ),
    pytest.param(document(Action='a' * 2049), 'it is larger than IAM allows', id='an endless action'),
    pytest.param(
        document(Condition={'StringEquals': {'k' * 2049: 'v'}}), 'it is larger than IAM allows', id='an endless key'
    ),
    pytest.param(
        document(Condition={'NumericEquals': {'aws:EpochTime': 10**5000}}),
        'it is larger than IAM allows',
        id='an endless number',
    ),
    pytest.param(
        document(Action=['sts:AssumeRole'] * 20_000), 'it is larger than IAM allows', id='more actions than fit'
    ),
    pytest.param(
        {'Statement': document()['Statement'] * 1001}, 'it has more than 1000 statements', id='endless statements'
    ),
]


@pytest.mark.parametrize(('written', 'expected'), READ)
def test_a_trust_policy_becomes_statements(written: object, expected: tuple[TrustStatement, ...]) -> None:
    assert trust_statements(written) == expected


@pytest.mark.parametrize(('written', 'reason'), NOT_READ)
def test_a_document_that_is_not_a_trust_policy_is_unobserved(written: object, reason: str) -> None:
    assert trust_statements(written) == Unobserved(f'the trust policy is not a policy document: {reason}')


@pytest.mark.parametrize(('written', '_'), READ + NOT_READ)
def test_every_external_id_becomes_a_digest(written: object, _: object) -> None:
    assert SECRET[:5] not in repr(trust_statements(written))


OTHER = 'c3d1e2f4a5b6479893a1b2c3d4e5f6a7'
DIGEST = str(ExternalId.of(SECRET))


def lookalike(operator: str, key: str, value: str = SECRET, wildcard: bool = False) -> Condition:
    return Condition(operator, key, (str(ExternalId.of(value)),), (ExternalId.of(value),), wildcard)


MISPLACED = [
    pytest.param({'StringEquals': {'aws:ExternalId': SECRET}}, lookalike('StringEquals', 'aws:ExternalId'), id='aws:'),
    pytest.param({'StringEquals': {'ExternalId': SECRET}}, lookalike('StringEquals', 'ExternalId'), id='no prefix'),
    pytest.param(
        {'StringEquals': {'sts:external-id': SECRET}}, lookalike('StringEquals', 'sts:external-id'), id='a hyphen'
    ),
    pytest.param(
        {'StringEquals': {' sts:ExternalId ': SECRET}}, lookalike('StringEquals', ' sts:ExternalId '), id='spaces'
    ),
    pytest.param({'Null': {'sts:ExternalId': SECRET}}, lookalike('Null', 'sts:ExternalId'), id='the operator Null'),
    pytest.param(
        {'sts:ExternalId': {'StringEquals': SECRET}},
        lookalike('sts:ExternalId', 'StringEquals'),
        id='key and operator mixed up',
    ),
    pytest.param(
        {'StringLike': {'aws:externalid': f'{SECRET}*'}},
        lookalike('StringLike', 'aws:externalid', f'{SECRET}*', wildcard=True),
        id='a pattern',
    ),
    pytest.param(
        {'StringEquals': {'aws:PrincipalTag/id': SECRET}},
        Condition('StringEquals', 'aws:PrincipalTag/id', (DIGEST,)),
        id='another key, where the external id is known',
    ),
    pytest.param(
        {'StringEquals': {'aws:PrincipalTag/id': f' {SECRET.upper()}'}},
        Condition('StringEquals', 'aws:PrincipalTag/id', (str(ExternalId.of(f' {SECRET.upper()}')),)),
        id='another key, and white space or case differ',
    ),
    pytest.param({'StringEquals': {SECRET: 'x'}}, Condition('StringEquals', DIGEST, ('x',)), id='in place of the key'),
    pytest.param({SECRET: {'aws:x': 'x'}}, Condition(DIGEST, 'aws:x', ('x',)), id='in place of the operator'),
]


@pytest.mark.parametrize(('condition', 'expected'), MISPLACED)
def test_an_external_id_in_a_wrong_place_becomes_a_digest(condition: dict[str, Any], expected: Condition) -> None:
    found = trust_statements(document(Condition=condition), [ExternalId.of(SECRET)])
    assert found == (trusted(conditions=(expected,)),)
    assert SECRET not in repr(found) and SECRET.upper() not in repr(found)


def test_an_external_id_that_one_statement_names_becomes_a_digest_in_every_statement() -> None:
    tagged = {'StringEquals': {'aws:PrincipalTag/id': SECRET}}
    statements = [*document(Condition=tagged, Sid=SECRET)['Statement'], *document()['Statement']]
    found = trust_statements({'Statement': statements})
    assert found == (
        trusted(conditions=(Condition('StringEquals', 'aws:PrincipalTag/id', (DIGEST,)),), sid=DIGEST),
        trusted(),
    )


PUBLIC = [
    pytest.param('123456789012', {'AWS': '123456789012'}, 'AWS:123456789012', id='the id of an account'),
    pytest.param(DATADOG, {'AWS': DATADOG}, f'AWS:{DATADOG}', id='an ARN'),
    pytest.param('*', {'AWS': '*'}, 'AWS:*', id='a wildcard'),
]


@pytest.mark.parametrize(('external_id', 'principal', 'shown'), PUBLIC)
def test_a_public_text_that_somebody_chose_as_the_external_id_is_still_read_where_it_belongs(
    external_id: str, principal: dict[str, str], shown: str
) -> None:
    condition = {'StringEquals': {'sts:ExternalId': external_id}}
    found = trust_statements(document(Principal=principal, Condition=condition))
    assert isinstance(found, tuple)
    assert found[0].principals == (shown,)
    assert found[0].conditions[0].external_ids == (ExternalId.of(external_id),)


@pytest.mark.parametrize(
    ('version', 'has_variables'),
    [
        pytest.param({'Version': '2012-10-17'}, True, id='since 2012'),
        pytest.param({'Version': '2008-10-17'}, False, id='before'),
        pytest.param({}, False, id='no version, which is the oldest'),
        pytest.param({'Version': 2012}, False, id='no text'),
    ],
)
def test_the_version_says_whether_a_policy_has_variables(version: dict[str, object], has_variables: bool) -> None:
    condition = {'StringEquals': {'aws:PrincipalAccount': '${aws:PrincipalAccount}', 'aws:SourceVpc': 'vpc-$1'}}
    found = trust_statements({'Statement': document(Condition=condition)['Statement'], **version})
    assert isinstance(found, tuple)
    assert [c.variables for c in found[0].conditions] == [has_variables, None]


def test_an_external_id_that_is_a_key_of_datadog_is_told_from_others() -> None:
    key = replace(ExternalId.of(OTHER), form=Form.KEY)
    condition = {'StringEquals': {'sts:ExternalId': [SECRET, OTHER, f' {OTHER}']}}
    found = trust_statements(document(Condition=condition, Sid=OTHER), [key])
    assert isinstance(found, tuple)
    assert [id.form for id in found[0].conditions[0].external_ids] == [Form.OTHER, Form.KEY, Form.KEY]
    assert OTHER not in repr(found)


FORMS = {
    '': Form.EMPTY,
    ' \n': Form.EMPTY,
    SECRET: Form.OTHER,
    SECRET.upper(): Form.OTHER,
    'd2719bd1-55a6-4aa5-8b1e-3f4c2d1e0f9a': Form.OTHER,
    'acme-prod-7f3a': Form.OTHER,
    '${aws:PrincipalAccount}': Form.VARIABLE,
    '${external_id}': Form.PLACEHOLDER,
    f'{SECRET[:5]}*': Form.PATTERN,
    'your-id-?': Form.PATTERN,
    DATADOG: Form.ARN,
    '123456789012': Form.ACCOUNT,
    '1234567890123': Form.OTHER,
    'a' * 40: Form.APPLICATION_KEY,
    'a' * 39: Form.OTHER,
    'XXXX': Form.PLACEHOLDER,
    'AWS External ID': Form.PLACEHOLDER,
    'test': Form.PLACEHOLDER,
    'latest': Form.OTHER,
}


@pytest.mark.parametrize(('secret', 'form'), FORMS.items())
def test_the_form_of_an_external_id_says_what_it_may_be(secret: str, form: Form) -> None:
    assert ExternalId.of(secret).form is form


NOT_MEANT = ['aws:SourceIp', 'sts:RoleSessionName', 'aws:PrincipalOrgID', 'aws:ExternalAccount', 'sts:SourceIdentity']


@pytest.mark.parametrize('key', NOT_MEANT)
def test_another_key_keeps_its_values(key: str) -> None:
    found = trust_statements(document(Condition={'StringEquals': {key: OTHER}}), [ExternalId.of(SECRET)])
    assert found == (trusted(conditions=(Condition('StringEquals', key, (OTHER,)),)),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ELEMENTS = st.sampled_from(['Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Condition', 'Sid'])
KEYS = st.sampled_from(['sts:ExternalId', 'StringEquals', 'Null', 'AWS', 'Allow', '*', '\ud800'])
CONDITIONS = st.dictionaries(KEYS, st.dictionaries(KEYS, KEYS | JSON, max_size=2) | JSON, max_size=2)
STATEMENTS = st.dictionaries(ELEMENTS, KEYS | CONDITIONS | JSON, max_size=6)


SPELLINGS = st.sampled_from(['sts:ExternalId', 'AWS:EXTERNALID', 'ExternalId', ' sts:externalId', 'sts:External_Id'])
OPERATORS = st.sampled_from(['StringEquals', 'StringLike', 'Null', 'ForAllValues:StringEquals', 'Bool', 'Nonsense'])


@given(OPERATORS, SPELLINGS, st.sampled_from([SECRET, [SECRET], ['true', SECRET], f'{SECRET}*', f' {SECRET}']))
def test_every_spelling_of_key_and_operator_makes_the_external_id_a_digest(
    operator: str, key: str, value: object
) -> None:
    found = trust_statements(document(Condition={operator: {key: value}}))
    assert isinstance(found, tuple)
    assert SECRET not in repr(found)


@given(st.one_of(JSON, st.builds(lambda found: {'Statement': found}, st.lists(STATEMENTS, max_size=3))))
def test_any_json_is_either_read_or_not(written: object) -> None:
    found = trust_statements(written)
    assert isinstance(found, tuple | Unobserved)
