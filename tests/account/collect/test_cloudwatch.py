"""CloudWatch is asked only for what Datadog has on record as excluded, one page each, within a share of the budget."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.cloudwatch import read_metrics
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    NAMESPACES,
    FilterKind,
    Metrics,
    NamespaceFilters,
    RecentlyActive,
)
from datadog_checks.aws_diagnostics.facts.values import MetricNamespace, RegionName
from tests.account import servers
from tests.account.builders import integration
from tests.account.cloudwatch_server import BY_SCP, CloudWatch, cloudwatch_server

HERE, THERE, ELSEWHERE = map(RegionName, ('eu-west-1', 'sa-east-1', 'ap-south-1'))
EXCLUDED = 'explicit deny in a service control policy'


@pytest.fixture
def cloudwatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudWatch]:
    running = CloudWatch()
    with cloudwatch_server(running) as endpoint:
        servers.use(monkeypatch, servers.environment(endpoint, tmp_path))
        yield running


def read(*regions: str, max_calls: int = 500, **recorded: Any) -> Metrics:
    """With the regions of the operator; none asks EC2 for those that are enabled."""
    options = AccountOptions(regions=regions or None)
    budget = CallBudget(max_calls)
    with open_session(options, budget) as session:
        return read_metrics(session, integration(**recorded), options, budget)


def filters(*namespaces: str, kind: FilterKind = FilterKind.EXCLUDE_ONLY) -> NamespaceFilters:
    return NamespaceFilters(kind, namespaces)


def active(namespace: str, region: RegionName, found: int | Unobserved, **differences: Any) -> RecentlyActive:
    return RecentlyActive(MetricNamespace(namespace), region, found, **differences)


NOTHING_EXCLUDED = [
    pytest.param({}, id='as a new integration has it'),
    pytest.param({'namespace_filters': filters(kind=FilterKind.INCLUDE_ALL)}, id='everything is included'),
    pytest.param(
        {'namespace_filters': filters(*NAMESPACES, kind=FilterKind.INCLUDE_ONLY)}, id='what matters is included'
    ),
    pytest.param({'metrics_enabled': False, 'regions': (HERE,)}, id='nothing is collected at all'),
]


@pytest.mark.parametrize('recorded', NOTHING_EXCLUDED)
def test_what_is_not_excluded_costs_no_call(cloudwatch: CloudWatch, recorded: dict[str, Any]) -> None:
    assert read(HERE, THERE, **recorded) == Metrics((), ())
    assert cloudwatch.asked == []


def test_an_excluded_region_is_asked_only_for_its_instances(cloudwatch: CloudWatch) -> None:
    cloudwatch.metrics = {(THERE, 'AWS/EC2'): 3, (HERE, 'AWS/EC2'): 7}
    assert read(HERE, THERE, regions=(HERE,)) == Metrics((active('AWS/EC2', THERE, 3),), ())
    arguments = {
        'Namespace': 'AWS/EC2',
        'MetricName': 'CPUUtilization',
        'Dimensions': [{'Name': 'InstanceId'}],
        'RecentlyActive': 'PT3H',
    }
    assert cloudwatch.asked == [(THERE, 'ListMetrics', arguments), (THERE, 'ListMetricStreams', {})]


def test_an_excluded_namespace_is_asked_for_in_the_regions_that_are_collected(cloudwatch: CloudWatch) -> None:
    cloudwatch.metrics = {(HERE, 'AWS/RDS'): 2}
    found = read(HERE, THERE, regions=(HERE,), namespace_filters=filters('AWS/RDS', 'AWS/Lambda', 'AWS/SQS'))
    assert found.excluded_namespaces == (active('AWS/RDS', HERE, 2), active('AWS/Lambda', HERE, 0))
    assert {arguments.get('RecentlyActive', 'PT3H') for _, _, arguments in cloudwatch.asked} == {'PT3H'}


def test_one_page_is_enough_and_says_that_there_are_more(cloudwatch: CloudWatch) -> None:
    cloudwatch.metrics = {(THERE, 'AWS/EC2'): 501}
    assert read(THERE, regions=(HERE,)).excluded_regions == (active('AWS/EC2', THERE, 500, more=True),)


def test_only_streams_that_run_count_and_are_asked_for_once_in_a_region(cloudwatch: CloudWatch) -> None:
    cloudwatch.metrics = {(HERE, 'AWS/RDS'): 2, (HERE, 'AWS/ELB'): 4}
    cloudwatch.streams = {HERE: ['running', 'stopped']}
    found = read(HERE, namespace_filters=filters('AWS/ELB', 'AWS/RDS'))
    assert found.excluded_namespaces == (
        active('AWS/ELB', HERE, 4, streams=1),
        active('AWS/RDS', HERE, 2, streams=1),
    )
    assert [operation for _, operation, _ in cloudwatch.asked].count('ListMetricStreams') == 1


def test_a_missing_permission_is_named_and_stops_no_other_region(cloudwatch: CloudWatch) -> None:
    cloudwatch.metrics = {(THERE, 'AWS/EC2'): 1}
    cloudwatch.denied = {('ap-south-1', 'ListMetrics'): 'no', (THERE, 'ListMetricStreams'): 'no'}
    missing = 'missing permission cloudwatch:{} in {} (AccessDeniedException)'
    assert read('ap-south-1', THERE, regions=(HERE,)).excluded_regions == (
        active('AWS/EC2', ELSEWHERE, Unobserved(missing.format('ListMetrics', 'ap-south-1'))),
        active('AWS/EC2', THERE, 1, streams=Unobserved(missing.format('ListMetricStreams', THERE))),
    )


def test_a_region_that_the_organization_closes_is_known_to_be_closed(cloudwatch: CloudWatch) -> None:
    cloudwatch.denied = {(THERE, 'ListMetrics'): BY_SCP}
    why = Unobserved(f'missing permission cloudwatch:ListMetrics in {THERE} (AccessDeniedException, {EXCLUDED})')
    assert read(THERE, regions=(HERE,)).excluded_regions == (active('AWS/EC2', THERE, why, closed=True),)


def test_no_more_than_half_of_the_calls_that_are_left_are_spent(cloudwatch: CloudWatch) -> None:
    found = read(HERE, max_calls=4, namespace_filters=filters(*NAMESPACES))
    spent = Unobserved('this run has made all 2 calls that it may make to CloudWatch')
    assert found.excluded_namespaces == tuple(
        RecentlyActive(namespace, HERE, 0 if number < 2 else spent) for number, namespace in enumerate(NAMESPACES)
    )
    assert len(cloudwatch.asked) == 2


def test_filters_that_are_not_known_hide_no_region(cloudwatch: CloudWatch) -> None:
    unknown = Unobserved('a filter of another kind')
    found = read(HERE, THERE, regions=(HERE,), namespace_filters=unknown)
    assert found == Metrics((active('AWS/EC2', THERE, 0),), unknown)


def test_without_regions_of_the_operator_all_that_are_enabled_are_looked_at(
    cloudwatch: CloudWatch, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('AWS_ENDPOINT_URL_CLOUDWATCH', cloudwatch.url)
    found = read(regions=(HERE, RegionName('eu-west-9')))
    assert isinstance(found.excluded_regions, tuple)
    looked_at = {entry.region for entry in found.excluded_regions}
    assert (THERE in looked_at, HERE in looked_at) == (True, False)
    assert found.not_enabled == ('eu-west-9',)


def test_regions_that_may_not_be_listed_leave_both_unknown(
    cloudwatch: CloudWatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', 'http://127.0.0.1:9')
    unreachable = Unobserved('the AWS endpoint could not be reached (ec2:DescribeRegions)')
    assert read(regions=(HERE,)) == Metrics(unreachable, unreachable)
