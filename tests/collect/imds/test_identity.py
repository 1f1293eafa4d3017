"""Only values that have exactly the form that AWS gives them become facts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.collect.imds.http import Response
from datadog_checks.aws_diagnostics.collect.imds.requests import FORMS, identity, instance_id
from datadog_checks.aws_diagnostics.facts import Identity
from datadog_checks.aws_diagnostics.facts.values import RegionName
from tests.builders import ACCOUNT, REGION

DOCUMENT = {
    'accountId': '123456789012',
    'architecture': 'x86_64',
    'availabilityZone': 'eu-west-1a',
    'billingProducts': None,
    'imageId': 'ami-0abcdef1234567890',
    'instanceType': 'm7i.large',
    'region': 'eu-west-1',
    'version': '2017-09-30',
}


def ok(body: bytes) -> Response:
    return Response(200, {}, body)


INSTANCE_IDS = [
    pytest.param(b'i-0123456789abcdef0', 'i-0123456789abcdef0', id='17 digits'),
    pytest.param(b'i-0123abcd', 'i-0123abcd', id='8 digits, as before 2016'),
    pytest.param(b'i-0123456789abcdef0\n', 'i-0123456789abcdef0', id='line feed after it'),
    pytest.param(b'i-0123456789abcdef', None, id='16 digits'),
    pytest.param(b'i-0123456789ABCDEF0', None, id='capital letters'),
    pytest.param(b'mi-0123456789abcdef0', None, id='a managed instance of Systems Manager'),
    pytest.param(b'i-0123456789abcdef0; reboot', None, id='a command behind it'),
    pytest.param(b'<html>i-0123456789abcdef0</html>', None, id='in a page'),
    pytest.param(b'\xff\xfe', None, id='not text'),
    pytest.param(b'', None, id='nothing'),
]


@pytest.mark.parametrize(('body', 'expected'), INSTANCE_IDS)
def test_an_instance_id_has_its_form_or_is_none(body: bytes, expected: str | None) -> None:
    assert instance_id(ok(body)) == expected


def test_an_instance_id_in_an_error_page_is_none() -> None:
    assert instance_id(Response(404, {}, b'i-0123456789abcdef0')) is None


def test_the_identity_document_says_where_and_what_this_instance_is() -> None:
    expected = Identity(REGION, ACCOUNT, 'ami-0abcdef1234567890', 'm7i.large', 'eu-west-1a')
    assert identity(ok(json.dumps(DOCUMENT).encode())) == expected


@pytest.mark.parametrize(
    ('region', 'zone', 'kind'),
    [
        ('us-gov-west-1', 'us-gov-west-1a', 'u-6tb1.metal'),
        ('us-west-2', 'us-west-2-lax-1a', 'mac2-m2pro.metal'),
        ('us-east-1', 'us-east-1-wl1-bos-wlz-1', 't3.nano'),
        ('us-isob-east-1', 'us-isob-east-1a', 'p5.48xlarge'),
        ('eusc-de-east-1', 'eusc-de-east-1a', 'u7in-32tb.224xlarge'),
    ],
)
def test_every_partition_zone_and_family_has_the_form(region: str, zone: str, kind: str) -> None:
    document = DOCUMENT | {'region': region, 'availabilityZone': zone, 'instanceType': kind}
    expected = Identity(RegionName(region), ACCOUNT, 'ami-0abcdef1234567890', kind, zone)
    assert identity(ok(json.dumps(document).encode())) == expected


@pytest.mark.parametrize(
    'value',
    [
        pytest.param('eu-west-1; reboot', id='a command'),
        pytest.param('$(reboot)', id='a substitution'),
        pytest.param('eu-west-1\n', id='a line feed'),
        pytest.param('eu-' + 'a' * 400, id='too long'),
        pytest.param(1, id='a number'),
        pytest.param(['eu-west-1'], id='a list'),
        pytest.param(None, id='null'),
    ],
)
def test_a_field_without_its_form_is_not_kept_and_the_others_are(value: object) -> None:
    expected = Identity(None, ACCOUNT, 'ami-0abcdef1234567890', 'm7i.large', 'eu-west-1a')
    assert identity(ok(json.dumps(DOCUMENT | {'region': value}).encode())) == expected


@pytest.mark.parametrize(
    'body',
    [
        pytest.param(b'', id='nothing'),
        pytest.param(b'{', id='cut off'),
        pytest.param(b'[' * 60_000, id='nested deeply'),
        pytest.param(b'\xff\xfe\x00', id='not text'),
        pytest.param(b'"eu-west-1"', id='not an object'),
        pytest.param(b'{}', id='no field'),
        pytest.param(b'<html>', id='a page'),
        pytest.param(b'9' * 60_000, id='a very long number'),
    ],
)
def test_what_is_no_identity_document_gives_none(body: bytes) -> None:
    assert identity(ok(body)) is None


@given(st.dictionaries(st.sampled_from(list(FORMS)), st.text(max_size=60) | st.integers() | st.none()))
def test_no_document_brings_a_character_that_a_shell_would_act_on(document: dict[str, object]) -> None:
    found = identity(ok(json.dumps(document).encode()))
    if found is not None:
        values = (found.region, found.account_id, found.image_id, found.instance_type, found.availability_zone)
        assert set(''.join(values)) <= set('abcdefghijklmnopqrstuvwxyz0123456789.-')
