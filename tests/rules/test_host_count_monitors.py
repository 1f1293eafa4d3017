"""Which monitors add up the zones of a load balancer, and what they make of the sum."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts.account import CountingQuery
from datadog_checks.aws_diagnostics.facts.account.load_balancers import CountUse
from datadog_checks.aws_diagnostics.facts.metrics import Monitor
from datadog_checks.aws_diagnostics.facts.values import DatadogMetric
from datadog_checks.aws_diagnostics.rules.host_count_monitors import (
    are_inflated_alike,
    counting_queries,
    sums_zones,
)
from datadog_checks.aws_diagnostics.rules.load_balancing import HostCount, host_counts
from tests.account.balancers import ZONE_A, ZONE_C, classic, count, group, later, monitored, queries

HEALTHY, UNHEALTHY = 'sum:aws.elb.healthy_host_count', 'sum:aws.elb.un_healthy_host_count'


def only(balancer: Any) -> HostCount:
    (found,) = host_counts([balancer])
    return found


QUERIES = {
    'avg:aws.elb.healthy_host_count{*}': ('avg', 'aws.elb.healthy_host_count', (('*', ''),), ()),
    'sum:aws.applicationelb.un_healthy_host_count.maximum{loadbalancer:app/w/1, env:prod} by {name,targetgroup}': (
        'sum',
        'aws.applicationelb.un_healthy_host_count.maximum',
        (('loadbalancer', 'app/w/1'), ('env', 'prod')),
        ('name', 'targetgroup'),
    ),
}


@pytest.mark.parametrize('text', QUERIES)
def test_a_query_of_host_counts_is_read(text):
    aggregator, metric, scope, by = QUERIES[text]
    monitor = Monitor(7, 'hosts', 'query alert', f'max(last_5m):default_zero({text}) / avg:aws.elb.latency{{*}} > 3')
    assert list(counting_queries(monitor)) == [
        CountingQuery(7, 'hosts', aggregator, DatadogMetric(metric), scope, by, CountUse.OTHER)
    ]


@pytest.mark.parametrize(
    'text',
    [
        'sum:aws.elb.healthy_host_count_deduped{*}',
        'sum:aws.elb.healthy_host_count.samplecount{*}',
        'sum:aws.elb.healthy_host_count.sum{*}',
        'sum:aws.elb.request_count{*}',
        'sum:other.aws.elb.healthy_host_count{*}',
        'sum:aws.elb.healthy_host_count',
        'sum:aws.elb.healthy_host_count{' + 'a' * 5000 + '}',
        '',
    ],
)
def test_other_queries_count_no_hosts_that_cloudwatch_counts(text):
    assert list(counting_queries(Monitor(7, 'hosts', 'query alert', f'avg(last_5m):{text} > 1'))) == []


def test_a_log_monitor_that_quotes_a_count_makes_none():
    text = f'logs("avg(last_5m):{HEALTHY}{{*}} < 4").index("*").rollup("count").last("5m") > 1'
    assert list(counting_queries(Monitor(7, 'hosts', 'log alert', text))) == []


A, BY = '{*} by {name}', '{name:web}'
USES = {
    f'avg(last_5m):{HEALTHY}{A} < 4': CountUse.NUMBER,
    f'avg(last_5m):{HEALTHY}{A} <= 1': CountUse.NUMBER,
    f'avg(last_5m):{UNHEALTHY}{A} > 1': CountUse.NUMBER,
    f'avg(last_5m):{UNHEALTHY}{A} >= 2': CountUse.NUMBER,
    f'avg(last_5m):{HEALTHY}{A} == 4': CountUse.NUMBER,
    f'avg(last_5m):{HEALTHY}{A} != 1': CountUse.NUMBER,
    f'avg(last_5m):default_zero(({HEALTHY}{A}.fill(last, 5).rollup(avg, 60))) < 4': CountUse.NUMBER,
    f'change(avg(last_5m),last_1h):{HEALTHY}{A} < -2': CountUse.NUMBER,
    f'change(avg(last_5m),last_1h):{HEALTHY}{A} > 1': CountUse.NUMBER,
    f'avg(last_5m):{HEALTHY}{A} < 1': CountUse.PRESENCE,
    f'avg(last_5m):{HEALTHY}{A} <= 0': CountUse.PRESENCE,
    f'avg(last_5m):{UNHEALTHY}{A} > 0': CountUse.PRESENCE,
    f'avg(last_5m):{UNHEALTHY}{A} > 0.05': CountUse.PRESENCE,
    f'avg(last_5m):{UNHEALTHY}{A} >= 1': CountUse.PRESENCE,
    f'avg(last_5m):{HEALTHY}{A} == 0': CountUse.PRESENCE,
    f'change(avg(last_5m),last_1h):{HEALTHY}{A} < 0': CountUse.PRESENCE,
    f'change(avg(last_5m),last_1h):{HEALTHY}{A} >= 1': CountUse.PRESENCE,
    f'pct_change(avg(last_5m),last_1h):{HEALTHY}{A} < -50': CountUse.QUOTIENT,
    f'pct_change(avg(last_5m),last_1h):{HEALTHY}{A} + {UNHEALTHY}{A} < -50': CountUse.QUOTIENT,
    f'max(last_5m): ( {HEALTHY}{A} / ( {HEALTHY}{A} + {UNHEALTHY}{A} ) ) * 100 < 75': CountUse.QUOTIENT,
    f'max(last_5m):100 - {UNHEALTHY}{A} / ({HEALTHY}{A} + {UNHEALTHY}{A}) * 100 < 75': CountUse.QUOTIENT,
    f'max(last_5m):{HEALTHY}.minimum{A} / ({HEALTHY}.maximum{A} + {UNHEALTHY}.maximum{A}) < 1': CountUse.QUOTIENT,
    f'max(last_5m):{HEALTHY}{A} / {HEALTHY}{BY} < 0.5': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A} / sum:aws.applicationelb.healthy_host_count{A} < 0.5': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A} / max:aws.elb.healthy_host_count{A} > 1': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A} + {UNHEALTHY}{A} < 4': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A} / ({HEALTHY}{A} + 1) < 0.5': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A} * {HEALTHY}{A} / {HEALTHY}{A} < 4': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A} / 2 < 4': CountUse.OTHER,
    f'max(last_5m):abs({HEALTHY}{A}) < 4': CountUse.OTHER,
    f'max(last_5m):{HEALTHY}{A}.rollup(count, 60) < 4': CountUse.OTHER,
    f'avg(last_1h):anomalies({HEALTHY}{A}, "basic", 2) >= 1': CountUse.OTHER,
    f'avg(last_1h):timeshift({HEALTHY}{A}, -900) < 4': CountUse.OTHER,
    f'avg(current_1h):{HEALTHY}{A} < 4': CountUse.OTHER,
    f'avg(last_5m):{HEALTHY}{A}': CountUse.OTHER,
}


@pytest.mark.parametrize('text', USES)
def test_what_a_monitor_makes_of_a_count(text):
    assert {query.use for query in monitored(text)} == {USES[text]}


SCOPES = {
    '*': True,
    'name:web': True,
    'name:WEB': True,
    'name:we?': True,
    'name:[w]eb': False,
    'name:web-2': False,
    'loadbalancer:app/web/50dc6c495c0c9188': True,
    'loadbalancer:app/web/*': True,
    'loadbalancer:app/other/*': False,
    'targetgroup:targetgroup/web/73e2d6bc24d8a067': True,
    'targetgroup:targetgroup/api/*': False,
    'region:eu-west-1': True,
    'region:us-east-1': False,
    'availability-zone:eu-west-1a': False,
    'availability_zone:eu-west-1a': False,
    'aws_account:123456789012': True,
    'aws_account:210987654321': False,
    'env:prod': None,
    '!name:web': None,
    'name:web AND env:prod': None,
    'env:prod,name:other': False,
    'env:prod,name:web': None,
}


@pytest.mark.parametrize('scope', SCOPES)
def test_a_monitor_sums_the_zones_of_what_its_filters_name(scope):
    (query,) = queries(f'sum:aws.applicationelb.healthy_host_count{{{scope}}}')
    assert sums_zones(query, only(later()), '123456789012') is SCOPES[scope]


@pytest.mark.parametrize('tag', ['availability-zone', 'availability_zone'])
def test_what_is_grouped_by_zone_sums_none(tag):
    """Where Datadog has no such tag it does, which is not known."""
    (query,) = queries(f'sum:aws.applicationelb.healthy_host_count{{*}} by {{name,{tag}}}')
    assert sums_zones(query, only(later())) is False


def test_without_knowing_the_account_a_monitor_of_an_account_may_be_of_this_one():
    (query,) = queries('sum:aws.applicationelb.healthy_host_count{aws_account:123456789012}')
    assert sums_zones(query, only(later())) is None


TWO, THREE = classic(), classic(count(ZONE_A, 3), name='three', zones=(*classic().zones, ZONE_C))
ALIKE = {
    'one load balancer': ('{*}', (TWO,), True),
    'two of two zones': ('{*}', (TWO, classic(name='other')), True),
    'two zones and three': ('{*}', (TWO, THREE), False),
    'two zones and three, each by itself': ('{*} by {name}', (TWO, THREE), True),
    'two zones and three, of which one is asked for': ('{name:web}', (TWO, THREE), True),
    'with cross-zone load balancing and without': ('{*}', (TWO, classic(name='other', cross_zone=False)), False),
    'the setting of one is not known': ('{*}', (TWO, classic(name='other', zones=())), False),
    'one has no targets': ('{*}', (TWO, classic(name='other', groups=(group(name='x', counts=()),))), True),
}


@pytest.mark.parametrize(('tags', 'found', 'alike'), ALIKE.values(), ids=ALIKE.keys())
def test_a_quotient_is_right_where_all_of_a_group_is_as_many_times_too_large(tags, found, alike):
    (query,) = queries(f'{HEALTHY}{tags}')
    assert are_inflated_alike(query, host_counts(found)) is alike
