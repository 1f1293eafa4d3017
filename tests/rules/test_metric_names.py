"""Names of metrics: the table, and the rule for what is not in it."""

import pytest

from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.metrics import MetricName, MetricType, NameSource, PerSecond, Previewed
from datadog_checks.aws_diagnostics.facts.values import DatadogMetric, MetricNamespace
from datadog_checks.aws_diagnostics.rules.metric_names import alike, corrected, guessed, main_of, statistic_of


def test_a_row_of_the_table_says_everything_about_a_name():
    assert metric_names().of_datadog('aws.elb.request_count') == MetricName(
        DatadogMetric('aws.elb.request_count'),
        MetricNamespace('AWS/ELB'),
        'RequestCount',
        'Sum',
        MetricType.RATE,
        'request',
        PerSecond.YES,
        NameSource.TABLE,
    )


def test_each_name_of_datadog_is_in_the_table_once():
    names = [name.datadog for name in metric_names().table]
    assert len(names) == len(set(names)) == 223


def test_the_rule_fits_all_names_of_the_table_but_seven():
    wrong = {
        name.datadog
        for name in metric_names().table
        if name.metric
        and (guess := guessed(name.namespace, name.metric))
        and name.datadog != guess.datadog
        and not name.datadog.startswith(f'{guess.datadog}.')
    }
    assert wrong == {
        'aws.applicationelb.elb_auth_error',
        'aws.applicationelb.jwt_validation_failure_count',
        'aws.cloudfront.503_error_rate',
        'aws.ecs.cluster.cpuutilization',
        'aws.ecs.service.cpuutilization',
        'ecs.containerinsights.cpu_utilized',
        'ecs.containerinsights.running_task_count',
    }


@pytest.mark.parametrize(
    ('namespace', 'metric', 'name'),
    [
        ('AWS/EC2', 'CPUUtilization', 'aws.ec2.cpuutilization'),
        ('AWS/NetworkELB', 'IPv6ProcessedBytes', 'aws.networkelb.ipv_6processed_bytes'),
        ('AWS/ApplicationELB', 'HTTPCode_ELB_502_Count', 'aws.applicationelb.httpcode_elb_5_0_2'),
        ('AWS/NetworkELB', 'TCP_ELB_Reset_Count', 'aws.networkelb.tcpelbreset_count'),
        ('AWS/RDS', 'EBSIOBalance%', 'aws.rds.ebsiobalance'),
        ('AWS/ApiGateway', '5XXError', 'aws.apigateway.5xxerror'),
        ('AWS/Bedrock/Guardrails', 'Invocations', 'aws.bedrock.guardrails.invocations'),
        pytest.param('MyTeam/Shop', 'OrdersPlaced', 'myteam.shop.OrdersPlaced', id='a namespace of a customer'),
    ],
)
def test_the_rule_writes_a_name_as_datadog_does_and_says_that_it_is_a_guess(namespace, metric, name):
    guess = guessed(namespace, metric)
    assert guess and (guess.datadog, guess.statistic, guess.source) == (name, '', NameSource.GUESSED)


@pytest.mark.parametrize('metric', ['', 'Größe', 'a b', 'x' * 300, '../x'])
def test_a_metric_of_which_no_name_results_is_not_guessed(metric):
    assert guessed('AWS/EC2', metric) is None


@pytest.mark.parametrize(
    ('name', 'statistic'),
    [
        ('aws.elb.latency.maximum', 'Maximum'),
        ('aws.elb.latency.max', 'Maximum'),
        ('aws.elb.latency.p95', 'p95'),
        ('aws.s3.first_byte_latency.p99.99', 'p99.99'),
        ('aws.elb.latency', ''),
        ('aws.rds.load.15', ''),
    ],
)
def test_the_end_of_a_name_says_the_statistic_and_a_bare_name_says_none(name, statistic):
    assert statistic_of(name) == statistic


def test_what_the_table_says_about_a_statistic_is_what_the_end_of_the_name_says():
    wrong = [n for n in metric_names().table if statistic_of(n.datadog) not in ('', n.statistic)]
    assert wrong == []


def test_a_name_that_is_nearly_right_has_near_ones():
    assert metric_names().nearest('aws.elb.requestcount')[0] == 'aws.elb.request_count'
    assert metric_names().nearest('aws.nothing.like.it') == ()


@pytest.mark.parametrize(
    ('namespace', 'metric', 'main'),
    [
        ('AWS/ELB', 'Latency', 'aws.elb.latency'),
        ('AWS/ApplicationELB', 'TargetResponseTime', 'aws.applicationelb.target_response_time.average'),
        ('AWS/S3', 'TotalRequestLatency', 'aws.s3.total_request_latency.p95'),
    ],
)
def test_the_main_name_is_the_bare_one_or_no_percentile(namespace, metric, main):
    assert main_of(metric_names().of_cloudwatch(namespace, metric)).datadog == main


# What Datadog says of the account

GUESS = guessed('AWS/Bedrock', 'InvocationLatency')
ACTIVE = frozenset({'aws.bedrock.invocation_latency', 'aws.bedrock.invocation_latency.sum', 'aws.bedrock.other'})
OWN = Previewed(
    MetricNamespace('AWS/Bedrock'),
    'InvocationLatency',
    ((DatadogMetric('aws.bedrock.latency.p90'), False), (DatadogMetric('aws.bedrock.latency'), True)),
)


def test_a_guess_gives_way_to_the_preview():
    assert GUESS
    found = corrected(GUESS, OWN, ACTIVE)
    assert (found.datadog, found.statistic, found.source) == ('aws.bedrock.latency', '', NameSource.PREVIEW)


def test_a_guess_stays_where_the_preview_says_nothing():
    assert GUESS
    assert corrected(GUESS, None, ACTIVE) == corrected(GUESS, Unobserved('x'), Unobserved('x')) == GUESS


def test_a_name_of_the_table_is_not_corrected():
    name = metric_names().of_datadog('aws.elb.latency')
    assert name and corrected(name, OWN, frozenset()) == name


def test_a_custom_metric_can_have_its_other_spelling():
    custom = guessed('Shop', 'OrderCount')
    assert custom and custom.datadog == 'shop.OrderCount'
    assert corrected(custom, None, frozenset({'shop.order_count'})).datadog == 'shop.order_count'
    assert corrected(custom, None, frozenset({'shop.OrderCount', 'shop.order_count'})) == custom


def test_alike_are_the_statistics_of_the_same_metric():
    name = metric_names().of_datadog('aws.elb.latency.p95')
    assert name
    active = frozenset({'aws.elb.latency', 'aws.elb.latency.p95', 'aws.elb.latency.p99', 'aws.elb.latency_other'})
    assert alike(name, active) == ('aws.elb.latency.p95', 'aws.elb.latency', 'aws.elb.latency.p99')
    assert alike(name, Unobserved('not asked')) == Unobserved('not asked')
