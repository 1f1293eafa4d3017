"""An account is not swept with every run of a check that nobody slowed down."""

from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.collect.schedule import AtMostEvery

from ..account.builders import account, account_facts
from ..builders import facts


def numbered(observed):
    """A collector whose facts say how often it has looked."""
    looks = iter(range(1, 100))
    return lambda: replace(observed, observed_at=float(next(looks)))


@pytest.mark.parametrize(
    ('seconds', 'looks'),
    [pytest.param(3600.0, [1.0, 1.0, 1.0], id='hourly'), pytest.param(0.0, [1.0, 2.0, 3.0], id='with every run')],
)
def test_it_looks_again_only_when_it_is_due(seconds, looks):
    collector = AtMostEvery(seconds, numbered(account_facts()))
    assert [collector.collect().observed_at for _ in range(3)] == looks


def test_the_calls_of_a_run_are_counted_once():
    collector = AtMostEvery(3600.0, account_facts)
    first, again = collector.collect(), collector.collect()
    assert (first.account, again.account) == (account(api_calls=25), account(api_calls=0))


def test_a_run_that_fails_leaves_nothing_to_report_again():
    def fails():
        calls.append(1)
        raise RuntimeError('a defect')

    calls: list[int] = []
    collector = AtMostEvery(3600.0, fails)
    with pytest.raises(RuntimeError):
        collector.collect()
    with pytest.raises(RuntimeError):
        collector.collect()
    assert len(calls) == 2


def test_facts_of_a_host_pass_through():
    assert AtMostEvery(3600.0, facts).collect() == facts()
