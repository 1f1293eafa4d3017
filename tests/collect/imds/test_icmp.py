"""What an ICMP error says about a connection."""

import pytest

from datadog_checks.aws_diagnostics.collect.imds.kernel import is_time_exceeded, outcome_of
from datadog_checks.aws_diagnostics.facts import IcmpError, Outcome
from datadog_checks.aws_diagnostics.facts.values import IpAddress

ERRORS = [
    pytest.param((4, 3, 0), Outcome.UNREACHABLE, id='network unreachable: no route there, or a rule that says so'),
    pytest.param((4, 3, 1), Outcome.UNREACHABLE, id='host unreachable'),
    pytest.param((4, 3, 2), Outcome.REJECTED, id='protocol unreachable'),
    pytest.param((4, 3, 3), Outcome.REJECTED, id='port unreachable'),
    pytest.param((4, 3, 9), Outcome.REJECTED, id='network prohibited'),
    pytest.param((4, 3, 10), Outcome.REJECTED, id='host prohibited'),
    pytest.param((4, 3, 13), Outcome.REJECTED, id='communication prohibited'),
    pytest.param((4, 11, 0), Outcome.UNREACHABLE, id='time exceeded: a routing loop'),
    pytest.param((4, 12, 0), Outcome.CONNECT_FAILED, id='parameter problem'),
    pytest.param((6, 1, 0), Outcome.UNREACHABLE, id='v6: no route'),
    pytest.param((6, 1, 1), Outcome.REJECTED, id='v6: prohibited'),
    pytest.param((6, 1, 3), Outcome.UNREACHABLE, id='v6: address unreachable'),
    pytest.param((6, 1, 4), Outcome.REJECTED, id='v6: port unreachable'),
    pytest.param((6, 1, 5), Outcome.REJECTED, id='v6: failed policy'),
    pytest.param((6, 1, 6), Outcome.REJECTED, id='v6: reject route'),
    pytest.param((6, 3, 0), Outcome.UNREACHABLE, id='v6: time exceeded'),
    pytest.param((6, 4, 0), Outcome.CONNECT_FAILED, id='v6: parameter problem'),
]


@pytest.mark.parametrize(('error', 'outcome'), ERRORS)
def test_a_rule_that_rejects_is_told_apart_from_a_way_that_ends(error: tuple[int, int, int], outcome: Outcome) -> None:
    assert outcome_of(IcmpError(*error, sender=IpAddress('10.0.0.1'))) is outcome


@pytest.mark.parametrize(
    ('error', 'gateway'),
    [((4, 11, 0), True), ((6, 3, 0), True), ((4, 3, 1), False), ((6, 11, 0), False), ((4, 3, 13), False)],
)
def test_only_time_exceeded_shows_a_gateway(error: tuple[int, int, int], gateway: bool) -> None:
    assert is_time_exceeded(IcmpError(*error, sender=IpAddress('10.0.0.1'))) is gateway
