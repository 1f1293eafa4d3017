"""`python -m tools.demo.account reconcile`, `why` or `remove`: a command of an account beside local servers for AWS and
Datadog, as documents show it. The servers have a load balancer with three hours of requests, which Datadog has as a
rate, a bucket without request metrics, and a few hosts with lingering tags, which `remove` takes away in two steps."""

import json
import math
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack, chdir, redirect_stdout
from datetime import UTC, datetime, timedelta
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
from tests.account.host_lists import OTHER, OURS, instance_id, left
from tests.account.organization import Organization, iam_of
from tests.account.whole_run import allows, make_role, policy, statement

REGION = 'eu-west-1'
MINUTES = 240
HOSTS = 6
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
REMOVE = 'hosts remove-lingering-tags --backup tags.jsonl --seen-in seen.json'
COMMANDS = {
    'reconcile': ('metrics reconcile aws.elb.request_count --dimension LoadBalancerName=web',),
    'why': ('metrics why aws.s3.get_requests --dimension BucketName=logs',),
    'remove': (REMOVE, f'{REMOVE} --apply --yes --max 2', f'{REMOVE} --apply --yes --max 1000'),
}


def requests(minute: int, peaks: Sequence[int] = (70, 128, 190)) -> int:
    """In each minute: a wave, and three peaks."""
    higher = sum(2600 * math.exp(-(((minute - middle) / 5) ** 2)) for middle in peaks)
    return round(4200 + 1500 * math.sin(minute / 38) + 90 * math.sin(minute * 1.7) + higher)


def cloudwatch(start: int) -> CloudWatch:
    samples = {start + 60 * minute: [1.0] * requests(minute) for minute in range(MINUTES)}
    web = Sampled('AWS/ELB', 'RequestCount', {'LoadBalancerName': 'web'}, samples, REGION)
    return CloudWatch(data=MetricData([web]))


def datadog(start: int) -> Datadog:
    tags = ('loadbalancername:web', f'region:{REGION}', f'aws_account:{OURS}')
    points = [(start + 60 * minute, requests(minute) / 60) for minute in range(MINUTES)]
    store = MetricStore([Stored('aws.elb.request_count', tags, points, 'rate')], namespaces=('AWS/ELB', 'AWS/S3'))
    permissions: dict[str, Sequence[str]] = {
        'standard': ['cloudwatch:Get*', 'cloudwatch:List*'],
        'resource_collection': [],
    }
    unproved = left(HOSTS, tags_by_source={'Amazon Web Services': ['team:web']})
    rows = [*(left(number) for number in range(1, HOSTS)), unproved]
    return Datadog([account(OURS, **RECORD)], permissions, metrics=store, hosts=rows)


def seen_yesterday() -> str:
    """What `hosts lingering-tags --json` printed then, as far as it counts."""
    hosts = [
        {'name': f'web-{number}', 'instance_id': instance_id(number), 'account': OTHER, 'removable': True}
        for number in range(1, HOSTS)
    ]
    return json.dumps({'schema': 2, 'time': (datetime.now(UTC) - timedelta(days=1)).isoformat(), 'hosts': hosts})


def serve_account(stack: ExitStack, cloudwatch_url: str, home: Path) -> None:
    """IAM with the role, EC2 with its regions, and a bucket: what `why` asks for beside CloudWatch."""
    moto = stack.enter_context(servers.moto())
    resources = stack.enter_context(resources_server(Resources()))
    os.environ.update(servers.environment(moto, home, region=REGION))
    make_role(policy(statement()), policy(allows('*')))
    endpoints = {
        'CLOUDWATCH': cloudwatch_url,
        'EC2': stack.enter_context(serving(Account(regions=(REGION,)))),
        'IAM': stack.enter_context(iam_of(Organization(), moto)),
        **dict.fromkeys(SERVICES, resources),
    }
    os.environ.update({f'AWS_ENDPOINT_URL_{service}': url for service, url in endpoints.items()})


@click.command(help=__doc__)
@click.argument('command', type=click.Choice(tuple(COMMANDS)))
@click.option('--ascii', 'encoding', flag_value='ascii', default='utf-8', help='As without Unicode.')
def main(command: str, encoding: str) -> None:
    start = (int(time.time()) - 900) // 60 * 60 - 60 * 180
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        stack.enter_context(chdir(home))
        aws = stack.enter_context(cloudwatch_server(cloudwatch(start)))
        api = stack.enter_context(datadog_api(datadog(start)))
        settings = {'api_key': API_KEY, 'app_key': APP_KEY, 'datadog_api_url': api.url}
        Path('account.yaml').write_text(json.dumps({'instances': [{'account': settings}]}), encoding='utf-8')
        Path('seen.json').write_text(seen_yesterday(), encoding='utf-8')
        os.environ.update(COLUMNS='100', TMPDIR=str(home), **servers.environment(aws, home, region=REGION))
        if command == 'why':
            serve_account(stack, aws, home)
        for line in COMMANDS[command]:
            show(f'{line} --config account.yaml', encoding)


def show(line: str, encoding: str) -> None:
    print(f'$ aws-diagnostics {line}', flush=True)
    printed = TextIOWrapper(BytesIO(), encoding=encoding)
    with redirect_stdout(printed):
        run(line.split())
    printed.seek(0)
    print(printed.read().replace(f'{Path.cwd()}/', ''), flush=True)


if __name__ == '__main__':
    main(prog_name='python -m tools.demo.account')
