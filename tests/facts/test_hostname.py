"""The Agent's own rule for a host name."""

import pytest

from datadog_checks.aws_diagnostics.facts import why_unusable
from tests.builders import INSTANCE_ID


@pytest.mark.parametrize(
    ('name', 'why'),
    [
        ('', 'it is empty'),
        ('LocalHost', 'it names every machine itself'),
        ('a' * 256, 'it is longer than 255 characters'),
        ('my_host', 'it is no host name by RFC 1123'),
        ('web-01\n', 'it is no host name by RFC 1123'),
        ('-web', 'it is no host name by RFC 1123'),
        ('web-01.example.com', ''),
        ('a' * 255, ''),
        (INSTANCE_ID, ''),
    ],
)
def test_the_agent_takes_a_name_by_rfc_1123(name: str, why: str) -> None:
    assert why_unusable(name) == why
