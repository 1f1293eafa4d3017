"""`python -m tools.demo.metrics reconcile` or `why`: a command of `aws-diagnostics metrics` beside local servers for
AWS and Datadog, as documents show it. The servers have a load balancer with three hours of requests, which Datadog has
as a rate, and a bucket without request metrics."""

import json
import math
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from datadog_checks.aws_diagnostics.cli import run
from tests.account import servers
from tests.account.aws_account import ROLE, SECRET
from tests.account.aws_resources import SERVICES, Resources, resources_server
from tests.account.cloudwatch_metrics import MetricData, Sampled
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.datadog_metrics import MetricStore, Stored
from tests.account.ec2_server import Account, serving
from tests.account.organization import Organization, iam_of
from tests.account.whole_run import allows, make_role, policy, statement

REGION = 'eu-west-1'
MINUTES = 240
ARGUMENTS = {
    'reconcile': ('aws.elb.request_count', '--dimension', 'LoadBalancerName=web'),
    'why': ('aws.s3.get_requests', '--dimension', 'BucketName=logs'),
}
RECORD = {
    'auth_config': {'role_name': ROLE, 'external_id': SECRET},
    'metrics_config': {
        'enabled': True,
        'collect_custom_metrics': False,
        'namespace_filters': {'exclude_only': ['AWS/SQS', 'AWS/ElasticMapReduce', 'AWS/Usage']},
        'metric_name_filters': [],
        'tag_filters': [],
    },
}
"""Of a new integration."""


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
    store = MetricStore([Stored('aws.elb.request_count', tags, points, 'rate')], namespaces=('AWS/ELB', 'AWS/S3'))
    permissions: dict[str, Sequence[str]] = {
        'standard': ['cloudwatch:Get*', 'cloudwatch:List*'],
        'resource_collection': [],
    }
    return Datadog([account(servers.MOTO_ACCOUNT, **RECORD)], permissions, metrics=store)


def serve_account(stack: ExitStack, home: str) -> None:
    """IAM with the role, EC2 with its regions, and a bucket: what `why` asks for beside CloudWatch."""
    moto = stack.enter_context(servers.moto())
    cloudwatch_url = os.environ['AWS_ENDPOINT_URL']
    resources = stack.enter_context(resources_server(Resources()))
    os.environ.update(servers.environment(moto, Path(home), region=REGION))
    make_role(policy(statement()), policy(allows('*')))
    endpoints = {
        'CLOUDWATCH': cloudwatch_url,
        'EC2': stack.enter_context(serving(Account(regions=(REGION,)))),
        'IAM': stack.enter_context(iam_of(Organization(), moto)),
        **dict.fromkeys(SERVICES, resources),
    }
    os.environ.update({f'AWS_ENDPOINT_URL_{service}': url for service, url in endpoints.items()})


@click.command(help=__doc__)
@click.argument('command', type=click.Choice(tuple(ARGUMENTS)))
@click.option('--ascii', 'encoding', flag_value='ascii', default='utf-8', help='As without Unicode.')
def main(command: str, encoding: str) -> None:
    start = (int(time.time()) - 900) // 60 * 60 - 60 * 180
    with ExitStack() as stack:
        home = stack.enter_context(TemporaryDirectory())
        aws = stack.enter_context(cloudwatch_server(cloudwatch(start)))
        api = stack.enter_context(datadog_api(datadog(start)))
        config = Path(home) / 'account.yaml'
        settings = {'api_key': API_KEY, 'app_key': APP_KEY, 'datadog_api_url': api.url}
        config.write_text(json.dumps({'instances': [{'account': settings}]}), encoding='utf-8')
        os.environ.update({'COLUMNS': '100', **servers.environment(aws, Path(home), region=REGION)})
        if command == 'why':
            serve_account(stack, home)
        arguments = ['metrics', command, *ARGUMENTS[command]]
        print(f'$ aws-diagnostics {" ".join(arguments)} --config account.yaml', flush=True)
        printed = TextIOWrapper(BytesIO(), encoding=encoding)
        with redirect_stdout(printed):
            run([*arguments, '--config', str(config)])
        printed.seek(0)
        print(printed.read().replace(f'{home}/', ''), end='')
        sys.stdout.flush()


if __name__ == '__main__':
    main(prog_name='python -m tools.demo.metrics')
