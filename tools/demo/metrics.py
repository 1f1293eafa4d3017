"""`python -m tools.demo.metrics reconcile`: a command of `aws-diagnostics metrics` beside local servers for AWS and
Datadog, as documents show it. The servers have a load balancer with three hours of requests, which Datadog has as a
rate."""

import json
import math
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from datadog_checks.aws_diagnostics.cli import run
from tests.account import servers
from tests.account.cloudwatch_metrics import MetricData, Sampled
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api
from tests.account.datadog_metrics import MetricStore, Stored

REGION = 'eu-west-1'
MINUTES = 240
ARGUMENTS = {
    'reconcile': ('aws.elb.request_count', '--dimension', 'LoadBalancerName=web'),
}


def requests(minute: int) -> int:
    """In each minute: a wave, and three peaks."""
    peaks = sum(2600 * math.exp(-(((minute - middle) / 5) ** 2)) for middle in (70, 128, 190))
    return round(4200 + 1500 * math.sin(minute / 38) + 90 * math.sin(minute * 1.7) + peaks)


def cloudwatch(start: int) -> CloudWatch:
    samples = {start + 60 * minute: [1.0] * requests(minute) for minute in range(MINUTES)}
    web = Sampled('AWS/ELB', 'RequestCount', {'LoadBalancerName': 'web'}, samples, REGION)
    return CloudWatch(data=MetricData([web]))


def datadog(start: int) -> Datadog:
    tags = ('loadbalancername:web', f'region:{REGION}', 'aws_account:123456789012')
    points = [(start + 60 * minute, requests(minute) / 60) for minute in range(MINUTES)]
    return Datadog(metrics=MetricStore([Stored('aws.elb.request_count', tags, points, 'rate')]))


@click.command(help=__doc__)
@click.argument('command', type=click.Choice(tuple(ARGUMENTS)))
def main(command: str) -> None:
    start = (int(time.time()) - 900) // 60 * 60 - 60 * 180
    with TemporaryDirectory() as home, cloudwatch_server(cloudwatch(start)) as aws, datadog_api(datadog(start)) as api:
        config = Path(home) / 'account.yaml'
        account = {'api_key': API_KEY, 'app_key': APP_KEY, 'datadog_api_url': api.url}
        config.write_text(json.dumps({'instances': [{'account': account}]}), encoding='utf-8')
        os.environ.update({'COLUMNS': '100', **servers.environment(aws, Path(home), region=REGION)})
        arguments = ['metrics', command, *ARGUMENTS[command]]
        print(f'$ aws-diagnostics {" ".join(arguments)} --config account.yaml', flush=True)
        run([*arguments, '--config', str(config)])
        sys.stdout.flush()


if __name__ == '__main__':
    main(prog_name='python -m tools.demo.metrics')
