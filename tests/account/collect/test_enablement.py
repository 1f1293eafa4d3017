"""What AWS says of the resource of a metric: its tags, and whether what the metric takes is on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.enablement import (
    is_enabled,
    is_listed,
    registered_instances,
    resource_tags,
)
from datadog_checks.aws_diagnostics.collect.aws.session import Session, open_session
from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.facts import MissingFact
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets
from datadog_checks.aws_diagnostics.facts.values import RegionName
from datadog_checks.aws_diagnostics.rules.metric_names import guessed
from tests.account.aws_account import operator
from tests.account.aws_resources import SERVICES, Resources, resources_server
from tests.account.builders import ACCOUNT_ID, caller
from tests.account.whole_run import put_metric

US = RegionName('us-east-1')
NONE = DimensionSets(())


@contextmanager
def session_with(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    with resources_server(resources) as url, open_session(AccountOptions()) as session:
        for service in SERVICES:
            monkeypatch.setenv(f'AWS_ENDPOINT_URL_{service}', url)
        yield session


def enabled(session: Session, name: str, sets: DimensionSets = NONE, **dimensions: str) -> bool:
    metric = metric_names().of_datadog(name)
    assert metric
    return is_enabled(session, metric, dimensions, US, sets)


def test_request_metrics_are_on_where_the_bucket_has_a_configuration(moto, monkeypatch):
    with session_with(Resources(buckets={'logs': ['EntireBucket']}), monkeypatch) as session:
        assert enabled(session, 'aws.s3.get_requests', BucketName='logs')
        assert not enabled(session, 'aws.s3.get_requests', BucketName='other')


def test_additional_metrics_are_on_where_the_distribution_has_a_subscription(moto, monkeypatch):
    with session_with(Resources(distributions=['E1']), monkeypatch) as session:
        assert enabled(session, 'aws.cloudfront.origin_latency', DistributionId='E1')
        assert not enabled(session, 'aws.cloudfront.origin_latency', DistributionId='E2')


def test_what_may_not_be_read_is_not_off(moto, monkeypatch):
    with session_with(Resources(denied=True), monkeypatch) as session:
        with pytest.raises(CallFailed, match='missing permission s3:GetMetricsConfiguration in us-east-1'):
            enabled(session, 'aws.s3.get_requests', BucketName='logs')
        with pytest.raises(CallFailed, match='missing permission cloudfront:GetMonitoringSubscription'):
            enabled(session, 'aws.cloudfront.origin_latency', DistributionId='E1')
        with pytest.raises(CallFailed, match='missing permission tag:GetResources in us-east-1'):
            resource_tags(session, caller(), 'AWS/SQS', {'QueueName': 'jobs'}, US)


@pytest.mark.parametrize('state', ['enabled', 'disabled'])
def test_container_insights_are_a_setting_of_the_cluster(state, moto, monkeypatch):
    settings: Any = [{'name': 'containerInsights', 'value': state}]
    operator('ecs', US).create_cluster(clusterName='web', settings=settings)
    with session_with(Resources(), monkeypatch) as session:
        on = enabled(session, 'ecs.containerinsights.cpu_utilized', ClusterName='web')
    assert on is (state == 'enabled')


@pytest.mark.parametrize('seconds', [0, 60])
def test_enhanced_monitoring_is_an_interval_of_the_database(seconds, moto, monkeypatch):
    role = {'MonitoringRoleArn': f'arn:aws:iam::{ACCOUNT_ID}:role/rds'} if seconds else {}
    made = {'DBInstanceIdentifier': 'orders', 'DBInstanceClass': 'db.t3.micro', 'Engine': 'postgres', **role}
    operator('rds', US).create_db_instance(**made, MonitoringInterval=seconds)
    with session_with(Resources(), monkeypatch) as session:
        assert enabled(session, 'aws.rds.load.15', DBInstanceIdentifier='orders') is (seconds > 0)
        with pytest.raises(CallFailed, match='DBInstanceNotFound'):
            enabled(session, 'aws.rds.load.15', DBInstanceIdentifier='other')


def test_billing_alerts_are_on_where_cloudwatch_lists_a_charge(moto, monkeypatch):
    metric = guessed('AWS/Billing', 'EstimatedCharges')
    assert metric
    with session_with(Resources(), monkeypatch) as session:
        assert is_enabled(session, metric, {}, US, DimensionSets(({'Currency': 'USD'},)))
        assert not is_enabled(session, metric, {}, US, NONE)


@pytest.mark.parametrize(
    ('name', 'dimensions', 'reason'),
    [
        ('aws.elb.latency', {}, 'nothing has to be turned on'),
        ('aws.s3.get_requests', {}, 'no dimension BucketName was named'),
    ],
)
def test_nothing_is_asked_where_nothing_can_be(name, dimensions, reason, moto, monkeypatch):
    with session_with(Resources(), monkeypatch) as session, pytest.raises(MissingFact, match=reason):
        enabled(session, name, **dimensions)


def test_tags_are_those_of_the_resource_that_the_dimensions_name(moto, monkeypatch):
    arn = f'arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT_ID}:loadbalancer/app/web/0123456789abcdef'
    with session_with(Resources(tags={arn: {'env': 'prod', 'Name': 'web'}}), monkeypatch) as session:
        asked = {'LoadBalancer': 'app/web/0123456789abcdef'}
        assert resource_tags(session, caller(), 'AWS/ApplicationELB', asked, US) == ('env:prod', 'Name:web')
        assert resource_tags(session, caller(), 'AWS/ApplicationELB', {'LoadBalancer': 'app/other/0'}, US) == ()
        with pytest.raises(MissingFact, match='no dimension names the resource of AWS/ApplicationELB'):
            resource_tags(session, caller(), 'AWS/ApplicationELB', {'TargetGroup': 'x'}, US)


def test_instances_of_a_classic_load_balancer_are_counted(moto, monkeypatch):
    elb = operator('elb', US)
    listener = {'Protocol': 'HTTP', 'LoadBalancerPort': 80, 'InstancePort': 80}
    elb.create_load_balancer(LoadBalancerName='web', Listeners=[listener], AvailabilityZones=['us-east-1a'])
    with session_with(Resources(), monkeypatch) as session:
        assert registered_instances(session, 'AWS/ELB', {'LoadBalancerName': 'web'}, US) == 0
        instances = [{'InstanceId': 'i-0123456789abcdef0'}, {'InstanceId': 'i-0123456789abcdef1'}]
        elb.register_instances_with_load_balancer(LoadBalancerName='web', Instances=instances)
        assert registered_instances(session, 'AWS/ELB', {'LoadBalancerName': 'web'}, US) == 2
        with pytest.raises(CallFailed, match='LoadBalancerNotFound'):
            registered_instances(session, 'AWS/ELB', {'LoadBalancerName': 'other'}, US)
        with pytest.raises(MissingFact, match='no classic load balancer is named'):
            registered_instances(session, 'AWS/ApplicationELB', {'LoadBalancer': 'app/web/0'}, US)


def test_a_resource_is_listed_where_it_has_any_metric(moto, monkeypatch):
    put_metric('AWS/SQS', 'SentMessageSize', QueueName='jobs')
    with session_with(Resources(), monkeypatch) as session:
        assert is_listed(session, 'AWS/SQS', {'QueueName': 'jobs'}, US)
        assert not is_listed(session, 'AWS/SQS', {'QueueName': 'other'}, US)
        with pytest.raises(MissingFact, match='no dimension was named'):
            is_listed(session, 'AWS/SQS', {}, US)
