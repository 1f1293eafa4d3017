"""CloudWatch is asked for few instances, rarely, and what it does not say is not known."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.cloudwatch import tokenless_use
from datadog_checks.aws_diagnostics.collect.aws.fleet import FleetSweep
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import TokenlessUse
from datadog_checks.aws_diagnostics.facts.values import InstanceId
from tests.account.aws_account import operator
from tests.account.ec2_fleet import Instance, Instances, instance_id, listed
from tests.account.ec2_server import Account
from tests.account.fleet.sweeping import REGION, run, run_once

ONE_DAY_AGO = timedelta(days=1)


@pytest.fixture
def cloudwatch(moto: str, ec2: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """CloudWatch of moto beside our EC2."""
    monkeypatch.setenv('AWS_ENDPOINT_URL_CLOUDWATCH', moto)
    yield ec2


def put(instance: str, metric: str, *values: float, ago: timedelta = ONE_DAY_AGO) -> None:
    operator('cloudwatch', REGION).put_metric_data(
        Namespace='AWS/EC2',
        MetricData=[
            {
                'MetricName': metric,
                'Dimensions': [{'Name': 'InstanceId', 'Value': instance}],
                'Timestamp': datetime.now(UTC) - ago,
                'Value': value,
                'Unit': 'Count',
            }
            for value in values
        ],
    )


def test_uses_are_added_up_and_an_instance_without_values_is_left_out(cloudwatch: Account) -> None:
    cloudwatch.instances[REGION] = listed(*[Instance('optional')] * 3)
    put(instance_id(0), 'MetadataNoToken', 3.0, 4.0)
    put(instance_id(0), 'MetadataNoToken', 5.0, ago=timedelta(days=9))
    put(instance_id(1), 'MetadataNoToken', 0.0)
    put(instance_id(2), 'MetadataNoTokenRejected', 2.0)
    assert run_once().only.tokenless == (used(0, 12.0), used(1, 0.0))


def used(number: int, no_token: float) -> TokenlessUse:
    return TokenlessUse(InstanceId(instance_id(number)), REGION, no_token, 14)


@pytest.mark.parametrize('value', ['NaN', 'Infinity', '-1.0'])
def test_a_value_that_is_no_count_makes_the_use_unknown(value: str) -> None:
    """CloudWatch's JSON and CBOR can both hold such numbers."""
    answer = {'MetricDataResults': [{'Id': 'm0', 'Values': [3.0, float(value)]}, {'Id': 'm1', 'Values': [4.0]}]}
    ids = [InstanceId(instance_id(number)) for number in range(2)]
    assert tokenless_use(Answering(answer), REGION, ids, now=0.0) == (used(1, 4.0),)


class Answering:
    """A client whose paginators have one page."""

    def __init__(self, page: object) -> None:
        self._page = page

    def __getattr__(self, operation: str, /) -> Callable[..., Any]:
        assert operation == 'get_paginator', operation
        return lambda _: SimpleNamespace(paginate=lambda **_: [self._page])


def test_use_before_the_days_that_are_looked_at_does_not_count(cloudwatch: Account) -> None:
    cloudwatch.instances[REGION] = listed(Instance('optional'))
    put(instance_id(0), 'MetadataNoToken', 3.0, ago=timedelta(days=20))
    assert run_once().only.tokenless == ()


def test_an_instance_that_requires_tokens_is_not_asked_for(cloudwatch: Account) -> None:
    cloudwatch.instances[REGION] = listed(Instance(endpoint='disabled'))
    put(instance_id(0), 'MetadataNoToken', 3.0)
    without = run_once()
    cloudwatch.instances[REGION] = listed(Instance('optional'))
    assert (without.only.tokenless, run_once().calls) == ((), without.calls + 1)


def test_a_bounded_number_is_asked_for_in_calls_of_500_metrics(cloudwatch: Account) -> None:
    cloudwatch.instances[REGION] = Instances(510, lambda _: Instance('optional'))
    pages = 6 + 1 + 1
    defaults_and_templates = 2
    assert run_once().calls == pages + defaults_and_templates + 1


def test_cloudwatch_is_asked_once_a_day_as_it_charges(cloudwatch: Account) -> None:
    cloudwatch.instances[REGION] = listed(Instance('optional'))
    put(instance_id(0), 'MetadataNoToken', 3.0)
    sweep = FleetSweep(AccountOptions())
    first, second = run(sweep), run(sweep)
    assert first.only.tokenless == second.only.tokenless == (used(0, 3.0),)
    assert second.calls == first.calls - 1


def test_a_budget_that_ends_before_cloudwatch_leaves_the_instances_complete(cloudwatch: Account) -> None:
    cloudwatch.instances[REGION] = listed(Instance('optional'))
    sweep = FleetSweep(AccountOptions())
    region = run(sweep, max_calls=5).only
    assert (region.complete, region.tokenless) == (True, Unobserved('not asked yet'))
    assert run(sweep).only.tokenless == ()


def test_a_server_that_does_not_know_the_filters_makes_the_fleet_unobserved(moto: str) -> None:
    operator('ec2', REGION).run_instances(ImageId='ami-12c6146b', MinCount=1, MaxCount=1)
    region = run_once().only
    assert isinstance(region.counts, Unobserved)
    assert 'ec2:DescribeInstances' in region.counts.reason
