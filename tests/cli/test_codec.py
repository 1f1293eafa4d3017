"""Facts survive a file: nothing is lost, and what is damaged is named."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from datadog_checks.aws_diagnostics.cli.codec import Undecodable, decode, encode
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Exchange, Facts, IcmpError, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.facts.values import IpAddress

from ..builders import answered, facts, imds, path, unanswered
from .any_facts import REPEATABLE, any_expectations, any_facts


def through_json(value: object) -> Any:
    return json.loads(json.dumps(encode(value), allow_nan=False))


@REPEATABLE
@given(any_facts)
def test_any_facts_come_back_as_they_were(observed: Facts) -> None:
    assert decode(Facts, through_json(observed), 'facts') == observed


@REPEATABLE
@given(any_expectations)
def test_any_expectations_come_back_as_they_were(expected: Expectations) -> None:
    assert decode(Expectations, through_json(expected), 'expectations') == expected


@pytest.mark.parametrize(
    ('exchange', 'encoded'),
    [
        pytest.param(
            answered(401, server='x'),
            {
                'status': 401,
                'connect_seconds': 0.0002,
                'first_byte_seconds': 0.0008,
                'token_granted': False,
                'server': 'x',
                'content_type': '',
                'instance_id_given': None,
            },
            id='an answer',
        ),
        pytest.param(
            unanswered(Outcome.REJECTED, 'EHOSTUNREACH', icmp=IcmpError(4, 3, 13, IpAddress('10.0.0.1'))),
            {
                'outcome': 'rejected',
                'detail': 'EHOSTUNREACH',
                'icmp': {'version': 4, 'type': 3, 'code': 13, 'sender': '10.0.0.1'},
                'acknowledged': None,
            },
            id='an answer that never came',
        ),
        pytest.param(NotSent('the token was granted'), {'not_asked': 'the token was granted'}, id='not asked'),
    ],
)
def test_a_member_of_a_union_is_told_by_its_first_field(exchange: Exchange, encoded: object) -> None:
    document = through_json(imds(control=exchange))
    assert document['control'] == encoded
    assert decode(type(imds()), document, 'imds').control == exchange


def test_what_could_not_be_observed_is_named_so() -> None:
    assert through_json(facts(path=Unobserved('no sockets here')))['path'] == {'unobserved': 'no sockets here'}


def test_a_field_that_an_older_version_did_not_write_takes_its_default() -> None:
    document = through_json(path(note='measured'))
    del document['note']
    assert decode(type(path()), document, 'path') == replace(path(), note='')


def damaged(*keys: str, value: object) -> dict[str, Any]:
    document: dict[str, Any] = through_json(facts())
    inner = document
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return document


@pytest.mark.parametrize(
    ('document', 'message'),
    [
        pytest.param([], 'facts is [], allowed is a mapping', id='not a mapping'),
        pytest.param(
            damaged('observed_at', value='today'),
            "facts.observed_at is 'today', allowed is a number",
            id='a text where a number belongs',
        ),
        pytest.param(
            damaged('observed_at', value=True),
            'facts.observed_at is True, allowed is a number',
            id='a truth value where a number belongs',
        ),
        pytest.param(
            damaged('observed_at', value=10**400),
            f'facts.observed_at is {"1" + 76 * "0"}..., allowed is a number',
            id='a number that no float holds',
        ),
        pytest.param(
            damaged('path', 'gateways', value=1.5),
            'facts.path.gateways is 1.5, allowed is a whole number',
            id='half a gateway',
        ),
        pytest.param(
            damaged('path', 'confirmed', value=1),
            'facts.path.confirmed is 1, allowed is true or false',
            id='a number where a truth value belongs',
        ),
        pytest.param(
            damaged('path', 'gateway_addresses', value='10.0.0.1'),
            "facts.path.gateway_addresses is '10.0.0.1', allowed is a list",
            id='a text where a list belongs',
        ),
        pytest.param(
            damaged('path', 'gateway_addresses', value=['10.0.0.1', 5]),
            'facts.path.gateway_addresses[1] is 5, allowed is an IP address',
            id='a wrong item of a list',
        ),
        pytest.param(
            damaged('agent', 'version', value=[7, 60]),
            'facts.agent.version is [7, 60], allowed is a list of 3',
            id='a version of two numbers',
        ),
        pytest.param(
            damaged('agent', 'source', value='guess'),
            "facts.agent.source is 'guess', allowed is one of expvar, ipc, inferred, given",
            id='a word that is not in the list',
        ),
        pytest.param(
            damaged('agent', 'source', value=['expvar']),
            "facts.agent.source is ['expvar'], allowed is one of expvar, ipc, inferred, given",
            id='a list where a word belongs',
        ),
        pytest.param(
            damaged('imds', 'token', value={'answer': 200}),
            "facts.imds.token is {'answer': 200}, allowed is a mapping with one of status, outcome, not_asked",
            id='none of the members of a union',
        ),
        pytest.param(
            damaged('imds', 'token', value=200),
            'facts.imds.token is 200, allowed is a mapping',
            id='a number where a union belongs',
        ),
        pytest.param(
            damaged('imds', 'token', value={'status': 200, 'connect_seconds': 0.1}),
            'facts.imds.token.first_byte_seconds is missing',
            id='a field without default is missing',
        ),
        pytest.param(
            damaged('host', 'mood', value='fine'),
            'facts.host.mood is no field of this version',
            id='a field of a newer version',
        ),
    ],
)
def test_what_is_damaged_is_named_with_its_value_and_what_is_allowed(document: Any, message: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(Facts, document, 'facts')
    assert str(caught.value) == message


def test_a_value_that_no_fact_holds_is_a_defect_of_ours() -> None:
    with pytest.raises(TypeError, match='object has no JSON form'):
        encode(object())
