"""What the Agent makes of a hostname."""

import pytest

from datadog_checks.aws_diagnostics.rules import instance_id_in, is_default_hostname, why_shared, why_unusable
from tests.builders import INSTANCE_ID


@pytest.mark.parametrize(
    ('name', 'why'),
    [
        ('', 'it is empty'),
        ('LocalHost', 'every machine calls itself that'),
        ('a' * 256, 'it is longer than 255 characters'),
        ('my_host', 'it is not a host name by RFC 1123'),
        ('web-01\n', 'it is not a host name by RFC 1123'),
        ('-web', 'it is not a host name by RFC 1123'),
        ('web-01.example.com', ''),
        ('a' * 255, ''),
        (INSTANCE_ID, ''),
    ],
)
def test_the_agent_takes_a_name_by_rfc_1123(name: str, why: str) -> None:
    assert why_unusable(name) == why


@pytest.mark.parametrize('name', ['ip-10-0-0-12', 'IP-10-0-0-12.ec2.internal', 'domU-12-31-39-00-00-01'])
def test_a_name_that_ec2_gives_is_a_default_one(name: str) -> None:
    assert is_default_hostname(name)


@pytest.mark.parametrize('name', ['', 'web-01', 'ip10', 'my-ip-10-0-0-12', f'{INSTANCE_ID}.ec2.internal'])
def test_any_other_name_is_none_and_neither_is_no_name(name: str) -> None:
    assert not is_default_hostname(name)


def test_a_windows_name_is_a_default_one_only_by_the_setting() -> None:
    assert (is_default_hostname('EC2AMAZ-AB12CD'), is_default_hostname('EC2AMAZ-AB12CD', True)) == (False, True)


@pytest.mark.parametrize(
    ('name', 'id'),
    [
        (INSTANCE_ID, INSTANCE_ID),
        ('i-0a1b2c3d', 'i-0a1b2c3d'),
        (f'{INSTANCE_ID}.eu-west-1.compute.internal', INSTANCE_ID),
        ('I-0A1B2C3D', 'i-0a1b2c3d'),
        ('i-0a1b2c3', None),
        ('i-0a1b2c3de', None),
        ('i-am-a-host', None),
        (f'{INSTANCE_ID}-my-cluster', INSTANCE_ID),
        (f'{INSTANCE_ID}-my_cluster', None),
        (f'{INSTANCE_ID}-', None),
        ('i-0a1b2c3d-web', None),
        ('s.i-0123456789abcdef0', 's.i-0123456789abcdef0'),
        ('s.i-0123456789abcdef0.example.com', 's.i-0123456789abcdef0'),
        (f'web.{INSTANCE_ID}', None),
        (f'x{INSTANCE_ID}', None),
        ('', None),
    ],
)
def test_a_name_may_begin_with_an_instance_id_of_8_or_17_hexadecimal_digits(name: str, id: str | None) -> None:
    assert instance_id_in(name) == id


EVERY_MACHINE = 'every machine calls itself that'
FOR_WANT_OF_AN_ID = 'cloud-init gives it to every machine for which it finds no instance id'


@pytest.mark.parametrize(
    ('name', 'why'),
    [
        ('localhost', EVERY_MACHINE),
        ('LOCALHOST.localdomain', EVERY_MACHINE),
        ('localhost.ec2.internal', EVERY_MACHINE),
        ('localhost6.localdomain6', EVERY_MACHINE),
        ('ip6-localhost', EVERY_MACHINE),
        ('iid-datasource-none', FOR_WANT_OF_AN_ID),
        ('iid-datasource', FOR_WANT_OF_AN_ID),
        ('iid-dsovf', FOR_WANT_OF_AN_ID),
        ('iid-local01', FOR_WANT_OF_AN_ID),
        ('nocloud', FOR_WANT_OF_AN_ID),
        ('iid-web-01', ''),
        ('nocloud-7', ''),
        ('localhost-7', ''),
        ('web.localhost', ''),
        ('ip-10-0-0-12', ''),
        (INSTANCE_ID, ''),
        ('', ''),
    ],
)
def test_a_name_that_machines_have_before_anybody_named_them_is_shared(name: str, why: str) -> None:
    assert why_shared(name) == why
