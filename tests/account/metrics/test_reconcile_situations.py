"""Situations that people reported, each with the sources in its docstring, and what `metrics reconcile` answers: the
numbers are those of the list of acceptance situations for metrics."""

import time
from random import Random

import pytest

from tests.account.metrics.both_sides import END, MINUTES, NOW, START, WEB, Both, Samples, minutes, points, requests

ALB = {'LoadBalancer': 'app/web/0123456789abcdef'}
GROUP = {**ALB, 'TargetGroup': 'targetgroup/web/0123456789abcdef'}
BYTES = 180_000_000.0
REQUESTS = ('aws.elb.request_count', '--dimension', 'LoadBalancerName=web')


def answered(document: dict[str, object]) -> tuple[object, ...]:
    return tuple(document[key] for key in ('verdict', 'factor', 'statistic', 'shift_minutes', 'exit'))


def hosts(seed: int = 1) -> dict[int, list[float]]:
    """A count of hosts that deployments change all the time; two nodes of the load balancer report it."""
    random = Random(seed)
    steps = [float(random.randint(2, 40)) for _ in range(100)]
    return {t: [steps[n // 3]] * 2 for n, t in enumerate(sorted(requests()))}


def test_3_two_zones_of_a_cross_zone_load_balancer_count_every_host_twice(both: Both) -> None:
    """Datadog's guide; prometheus/cloudwatch_exporter#287."""
    samples = hosts()
    both.sampled('AWS/ELB', 'HealthyHostCount', WEB, samples)
    for zone in ('eu-west-1a', 'eu-west-1b'):
        both.sampled('AWS/ELB', 'HealthyHostCount', {**WEB, 'AvailabilityZone': zone}, samples)
        tags = ('loadbalancername:web', f'availability-zone:{zone}')
        both.stored('aws.elb.healthy_host_count', points(samples, 'Average'), *tags)
    asked = ('aws.elb.healthy_host_count', '--dimension', 'LoadBalancerName=web', '--aggregator', 'sum')
    found = both.json(*asked)
    assert answered(found) == ('other_dimensions', 0.5, 'Average', 0, 0)
    assert 'Datadog is the sum of 2 series (2 by AvailabilityZone)' in found['evidence']
    ours = {time: value for time, value, _ in found['samples'] if START < time < END and value is not None}
    assert both.of_query(found['datadog_query']) == ours
    assert both.json(*asked[:-2])['verdict'] == 'equal'


def test_3_hosts_that_never_change_get_no_verdict_but_the_number_of_series(both: Both) -> None:
    samples = {t: [5.0] for t in requests()}
    both.sampled('AWS/ELB', 'HealthyHostCount', WEB, samples)
    for zone in ('eu-west-1a', 'eu-west-1b'):
        tags = ('loadbalancername:web', f'availability-zone:{zone}')
        both.stored('aws.elb.healthy_host_count', points(samples, 'Average'), *tags)
    asked = ('aws.elb.healthy_host_count', '--dimension', 'LoadBalancerName=web', '--aggregator', 'sum')
    found = both.json(*asked)
    assert answered(found)[0] == 'unknown'
    assert found['exit'] == 3
    assert 'CloudWatch has the same value, 5, in all 180 intervals' in found['evidence']
    assert 'the scope has 2 series, which sum combines' in found['evidence']
    assert '5 in CloudWatch and 10 in Datadog' in found['evidence']


def test_4_a_rate_is_the_sum_divided_by_60(both: Both) -> None:
    """Datadog's guide; its guide on application load balancers."""
    samples = requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    both.stored('aws.elb.request_count', points(samples, 'Sum', 1 / 60), 'loadbalancername:web', type='rate')
    found = both.json(*REQUESTS)
    assert answered(found) == ('per_second', 60, 'Sum', 0, 0)
    ours = {time: value for time, value, _ in found['samples']}
    assert both.of_query(found['datadog_query']) == pytest.approx(ours)


def test_5_a_count_of_an_application_load_balancer_is_not_divided(both: Both) -> None:
    """https://docs.datadoghq.com/metrics/custom_metrics/type_modifiers/"""
    samples = requests()
    both.sampled('AWS/ApplicationELB', 'RequestCount', ALB, samples)
    tag = 'loadbalancer:app/web/0123456789abcdef'
    both.stored('aws.applicationelb.request_count', points(samples, 'Sum'), tag, type='count')
    found = both.json('aws.applicationelb.request_count', '--dimension', f'LoadBalancer={ALB["LoadBalancer"]}')
    assert answered(found) == ('equal', 1, 'Sum', 0, 0)
    assert found['datadog_query'].endswith('.as_count().rollup(sum, 60).fill(null)')


def test_6_the_old_name_of_an_application_load_balancer_is_not_divided_either(both: Both) -> None:
    """Datadog's guide on the namespace of application load balancers: 60 times too high where it is read as a rate."""
    samples = requests()
    both.sampled('AWS/ApplicationELB', 'HTTPCode_ELB_5XX_Count', ALB, samples)
    tag = 'loadbalancer:app/web/0123456789abcdef'
    both.stored('aws.elb.httpcode_elb_5xx', points(samples, 'Sum'), tag, type='rate')
    found = both.json('aws.elb.httpcode_elb_5xx', '--dimension', f'LoadBalancer={ALB["LoadBalancer"]}')
    assert answered(found) == ('equal', 1, 'Sum', 0, 0)
    assert found['metric']['namespace'] == 'AWS/ApplicationELB'
    assert 'take aws.applicationelb.httpcode_elb_5xx' in found['evidence']


def test_7_the_average_of_a_count_is_always_1(both: Both) -> None:
    """AWS's documentation of classic load balancers; ike-dai/zaws#4, elastic/integrations#8906."""
    samples = requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    both.stored('aws.elb.request_count', points(samples, 'Sum', 1 / 60), 'loadbalancername:web', type='rate')
    found = both.json(*REQUESTS, '--statistic', 'average')
    assert (found['verdict'], found['factor'], found['exit']) == ('other_statistic', 60, 0)
    assert 'Sum' in found['evidence'].split(';')[0]
    assert (
        'Average, Minimum and Maximum are 1 in each period, as each sample is 1: only Sum counts' in found['evidence']
    )


def test_8_bytes_of_a_period_are_no_bytes_per_second(both: Both) -> None:
    """https://www.datadoghq.com/blog/ of 2014-02-18: NetworkIn and the Agent's system.net.bytes_rcvd."""
    samples = minutes(lambda random, _: [BYTES * random.uniform(0.9, 1.1)], every=5)
    both.sampled('AWS/EC2', 'NetworkIn', {'InstanceId': 'i-0123456789abcdef0'}, samples)
    tag = 'instance-id:i-0123456789abcdef0'
    both.stored('aws.ec2.network_in', points(samples, 'Average'), tag)
    found = both.json('aws.ec2.network_in', '--dimension', 'InstanceId=i-0123456789abcdef0')
    assert answered(found) == ('five_minute_source', 1, 'Average', 0, 0)
    assert 'the values are bytes in each report, not bytes per second as the Agent counts them' in found['evidence']


def test_9_values_are_doubled_while_a_new_stream_and_the_polls_overlap(both: Both) -> None:
    """DataDog/documentation#35352; Datadog's guide on metric streams."""
    samples = requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    begin, end = END - 60 * 90, END - 60 * 70
    shown = [(t, v * (2 if begin <= t <= end else 1)) for t, v in points(samples, 'Sum', 1 / 60)]
    both.stored('aws.elb.request_count', shown, 'loadbalancername:web', type='rate')
    found = both.json(*REQUESTS)
    assert answered(found) == ('doubled', None, 'Sum', 0, 0)
    assert 'no metric stream that runs now carries it' in found['evidence']
    both.cloudwatch.streams = {'eu-west-1': ['running', 'stopped']}
    both.cloudwatch.contents = {'s-0': {'IncludeFilters': [{'Namespace': 'AWS/ELB'}]}}
    found = both.json(*REQUESTS)
    assert 'of the metric streams that run now s-0 carry it' in found['evidence']
    assert 'do not change the configuration' in found['remedy']['summary']


def test_11_the_newest_minutes_are_never_compared(both: Both) -> None:
    """nerdswords/yet-another-cloudwatch-exporter#35, grafana/alloy#3929, Netflix/atlas#1300."""
    now = int(time.time()) // 60 * 60
    samples: Samples = {now - 60 * n: [1.0] * (50 + n * 37 % 90) for n in range(240)}
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    shown = [(t, v / 2 if t > now - 780 else v) for t, v in points(samples, 'Sum', 1 / 60)]
    both.stored('aws.elb.request_count', shown, 'loadbalancername:web', type='rate')
    found = both.json(*REQUESTS, NOW)
    assert answered(found) == ('per_second', 60, 'Sum', 0, 0)
    assert found['points_compared'] == MINUTES
    assert max(time for time, _, _ in found['samples']) <= now - 840
    status, _, error = both.run(*REQUESTS, '--end', '2099-01-01T00:00Z')
    assert (status, '--end 2099-01-01T00:00:00+00:00 is in the future: allowed is at most' in error) == (64, True)


def test_12_a_metric_with_holes_in_its_minutes_is_sparse_and_not_missing(both: Both) -> None:
    """influxdata/telegraf#6911, elastic/beats#30915, argoproj/argo-rollouts#4147: RDS at 60 s has holes, 300 s none."""
    samples = minutes(lambda random, n: [random.uniform(1, 90)] if n % 5 in (1, 3) else [])
    database = {'DBInstanceIdentifier': 'orders'}
    both.sampled('AWS/RDS', 'CPUUtilization', database, samples)
    both.stored('aws.rds.cpuutilization', points(samples, 'Average', period=300), 'dbinstanceidentifier:orders')
    found = both.json('aws.rds.cpuutilization', '--dimension', 'DBInstanceIdentifier=orders')
    assert answered(found) == ('sparse', 1, 'Average', 0, 0)


def test_13_a_gateway_and_its_attachments_are_exactly_twice_the_gateway(both: Both) -> None:
    """elastic/beats#34733, elastic/integrations#5458."""
    one, other = (minutes(lambda r, _: [r.uniform(1e3, 9e6)], seed) for seed in (1, 2))
    whole: Samples = {t: [one[t][0] + other[t][0]] for t in one}
    gateway = {'TransitGateway': 'tgw-0123456789abcdef0'}
    tags = [(), ('transitgatewayattachment:tgw-attach-a',), ('transitgatewayattachment:tgw-attach-b',)]
    dimensions = [gateway, *({**gateway, 'TransitGatewayAttachment': f'tgw-attach-{x}'} for x in 'ab')]
    for samples, more, named in zip([whole, one, other], tags, dimensions, strict=True):
        both.sampled('AWS/TransitGateway', 'BytesIn', named, samples)
        tag = 'transitgateway:tgw-0123456789abcdef0'
        both.stored('aws.transitgateway.bytes_in', points(samples, 'Sum'), tag, *more, type='count')
    asked = ('AWS/TransitGateway', 'BytesIn', '--dimension', 'TransitGateway=tgw-0123456789abcdef0')
    found = both.json(*asked, '--statistic', 'Sum')
    assert answered(found) == ('other_dimensions', 0.5, 'Sum', 0, 0)
    ours = {time: value for time, value, _ in found['samples']}
    assert both.of_query(found['datadog_query']) == pytest.approx(ours)


def test_14_a_table_does_not_hold_the_capacity_of_its_indexes(both: Both) -> None:
    """README of prometheus/cloudwatch_exporter."""
    table, index = (minutes(lambda r, _: [r.uniform(1, 500)], seed) for seed in (1, 2))
    named = {'TableName': 'orders'}
    both.sampled('AWS/DynamoDB', 'ConsumedReadCapacityUnits', named, table)
    both.sampled('AWS/DynamoDB', 'ConsumedReadCapacityUnits', {**named, 'GlobalSecondaryIndexName': 'day'}, index)
    name = 'aws.dynamodb.consumed_read_capacity_units'
    both.stored(name, points(table, 'Sum', 1 / 60), 'tablename:orders')
    both.stored(name, points(index, 'Sum', 1 / 60), 'tablename:orders', 'globalsecondaryindexname:day')
    asked = (name, '--dimension', 'TableName=orders')
    found = both.json(*asked, '--aggregator', 'sum')
    assert answered(found) == ('other_dimensions', None, 'Sum', 0, 0)
    assert 'the asked series and 1 by GlobalSecondaryIndexName' in found['evidence']
    assert '!globalsecondaryindexname:*' in found['datadog_query']


def test_15_values_that_still_grow_are_told_from_values_that_differ(both: Both) -> None:
    """prometheus/cloudwatch_exporter#761: CloudFront."""
    samples = requests()
    named = {'DistributionId': 'E2EXAMPLE', 'Region': 'Global'}
    both.sampled('AWS/CloudFront', 'Requests', named, samples, region='us-east-1')
    late = END - 60 * 45
    shown = [(t, v if t < late else v * 0.83) for t, v in points(samples, 'Sum')]
    both.stored('aws.cloudfront.requests', shown, 'distributionid:e2example', type='count', region='global')
    arguments = [word for name, value in named.items() for word in ('--dimension', f'{name}={value}')]
    found = both.json('aws.cloudfront.requests', *arguments, region='us-east-1')
    assert (found['verdict'], found['exit']) == ('unknown', 3)
    assert 'only the newest 45 minutes differ' in found['evidence']
    assert 'ask again' in found['evidence']


def test_a_load_balancer_that_routes_without_a_healthy_host_fails_open(both: Both) -> None:
    """AWS's documentation of target groups: with no healthy target, requests go to all of them."""
    samples = minutes(lambda random, n: [0.0 if n % 20 < 5 else float(random.randint(1, 90))])
    routed = {t: [5.0] for t, values in samples.items() if not values[0]}
    both.sampled('AWS/ApplicationELB', 'HealthyHostCount', GROUP, samples)
    both.sampled('AWS/ApplicationELB', 'UnhealthyRoutingRequestCount', GROUP, routed)
    tags = ('loadbalancer:app/web/0123456789abcdef', 'targetgroup:targetgroup/web/0123456789abcdef')
    both.stored('aws.applicationelb.healthy_host_count', points(samples, 'Average'), *tags)
    arguments = [word for name, value in GROUP.items() for word in ('--dimension', f'{name}={value}')]
    found = both.json('aws.applicationelb.healthy_host_count', *arguments)
    assert answered(found) == ('equal', 1, 'Average', 0, 0)
    assert 'the load balancer fails open, to all targets' in found['evidence']


def test_25_nodes_that_see_different_hosts_make_the_average_no_count(both: Both) -> None:
    """AWS's example: a node that sees 1 to 5 hosts, and one that sees 2 to 10."""
    samples = minutes(lambda random, _: [random.uniform(1, 5), random.uniform(2, 10)])
    both.sampled('AWS/ApplicationELB', 'HealthyHostCount', GROUP, samples)
    tags = ('loadbalancer:app/web/0123456789abcdef', 'targetgroup:targetgroup/web/0123456789abcdef')
    both.stored('aws.applicationelb.healthy_host_count', points(samples, 'Average'), *tags)
    arguments = [word for name, value in GROUP.items() for word in ('--dimension', f'{name}={value}')]
    found = both.json('aws.applicationelb.healthy_host_count', *arguments)
    assert answered(found) == ('equal', 1, 'Average', 0, 0)
    assert 'Average is over their reports and no count of hosts, Maximum and Minimum are' in found['evidence']
