"""Ways to read some metrics, three hours by the minute. Each returns how many values it received."""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from tests.account.datadog_api import API_KEY, APP_KEY

START, MINUTES = 1_800_000_000, 180
REGION = 'us-east-1'
NOW = START + 60.0 * MINUTES + 3600
NAME = 'aws.elb.request_count'


def balancer(number: int) -> dict[str, str]:
    return {'LoadBalancerName': f'web-{number}'}


def query(number: int) -> dict[str, Any]:
    """As boto3 takes it."""
    dimensions = [{'Name': name, 'Value': value} for name, value in balancer(number).items()]
    metric = {'Namespace': 'AWS/ELB', 'MetricName': 'RequestCount', 'Dimensions': dimensions}
    return {'Id': f'q{number}', 'MetricStat': {'Metric': metric, 'Period': 60, 'Stat': 'Sum'}}


def ours(count: int) -> int:
    from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
    from datadog_checks.aws_diagnostics.collect.aws.metric_data import CloudWatchMetrics
    from datadog_checks.aws_diagnostics.collect.aws.session import open_session
    from datadog_checks.aws_diagnostics.collect.run import CallBudget
    from datadog_checks.aws_diagnostics.facts.metrics import Series, StatisticQuery
    from datadog_checks.aws_diagnostics.facts.values import MetricNamespace, RegionName

    budget, elb = CallBudget(10_000), MetricNamespace('AWS/ELB')
    asked = [StatisticQuery(elb, 'RequestCount', balancer(number), 'Sum', 60) for number in range(count)]
    with open_session(AccountOptions(), budget) as session:
        found = CloudWatchMetrics(session, budget, lambda: NOW).series(
            asked, RegionName(REGION), START, START + 60 * MINUTES
        )
    return sum(len(series.points) for series in found if isinstance(series, Series))


def paginator(count: int) -> int:
    import boto3

    pages = boto3.client('cloudwatch', region_name=REGION).get_paginator('get_metric_data')
    window = {'StartTime': START, 'EndTime': START + 60 * MINUTES}
    found = 0
    for first in range(0, count, 500):
        queries = [query(number) for number in range(first, min(first + 500, count))]
        for page in pages.paginate(MetricDataQueries=queries, **window):
            found += sum(len(result['Values']) for result in page['MetricDataResults'])
    return found


def one_by_one(count: int) -> int:
    """A call for each metric, as programs make that loop over their metrics."""
    import boto3

    pages = boto3.client('cloudwatch', region_name=REGION).get_paginator('get_metric_data')
    window = {'StartTime': START, 'EndTime': START + 60 * MINUTES}
    answers = (page for n in range(count) for page in pages.paginate(MetricDataQueries=[query(n)], **window))
    return sum(len(result['Values']) for page in answers for result in page['MetricDataResults'])


def datadog(count: int) -> int:
    from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
    from datadog_checks.aws_diagnostics.collect.datadog_metrics import DatadogMetrics

    api = DatadogApi(os.environ['DATADOG_URL'], api_key=API_KEY, app_key=APP_KEY, timeout=60)
    found = DatadogMetrics(api).series(_datadog_query(count), START, START + 60 * MINUTES, 60)
    return sum(len(grouped.series.points) for grouped in found)


def datadog_api_client(count: int) -> int:
    client: Any = import_module('datadog_api_client')
    models: Any = import_module('datadog_api_client.v2.models')
    api: Any = import_module('datadog_api_client.v2.api.metrics_api')
    configuration = client.Configuration(host=os.environ['DATADOG_URL'])
    configuration.api_key = {'apiKeyAuth': API_KEY, 'appKeyAuth': APP_KEY}
    metrics = models.MetricsTimeseriesQuery(
        data_source=models.MetricsDataSource.METRICS, query=_datadog_query(count), name='a'
    )
    attributes = models.TimeseriesFormulaRequestAttributes(
        _from=START * 1000,
        to=(START + 60 * MINUTES) * 1000,
        interval=60_000,
        queries=models.TimeseriesFormulaRequestQueries([metrics]),
        formulas=[models.QueryFormula(formula='a')],
    )
    type_ = models.TimeseriesFormulaRequestType.TIMESERIES_REQUEST
    data = models.TimeseriesFormulaRequest(attributes=attributes, type=type_)
    with client.ApiClient(configuration) as connected:
        answer = api.MetricsApi(connected).query_timeseries_data(body=models.TimeseriesFormulaQueryRequest(data=data))
    return sum(value is not None for row in answer.data.attributes.values.value for value in row.value)


def _datadog_query(count: int) -> str:
    """Of `count` load balancers, one series each."""
    return f'sum:{NAME}{{below_{count}:yes}} by {{loadbalancername}}.rollup(avg, 60).fill(null)'


CLOUDWATCH: dict[str, Callable[[int], int]] = {
    'this program, CloudWatch': ours,
    "boto3's paginator, 500 at once": paginator,
    "boto3's paginator, one by one": one_by_one,
}
DATADOG: dict[str, Callable[[int], int]] = {
    'this program, Datadog': datadog,
    'datadog-api-client': datadog_api_client,
}
