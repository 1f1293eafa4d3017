"""`aws-diagnostics metrics why` from end to end, in situations that people met: the number of each is its row in the
collection of public reports on metrics. Local servers stand in for AWS and Datadog."""

import json
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from datadog_checks.aws_diagnostics.cli import run
from tests.account import servers
from tests.account.aws_account import operator
from tests.account.aws_resources import SERVICES, Resources, resources_server
from tests.account.builders import SECRET
from tests.account.cloudwatch_metrics import MetricData, Sampled
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api, plain
from tests.account.datadog_metrics import MetricStore, Stored
from tests.account.ec2_fleet import Instance, instance_id, listed
from tests.account.ec2_server import Account, serving
from tests.account.organization import Organization, iam_of
from tests.account.servers import MOTO_ACCOUNT, SECRETS
from tests.account.whole_run import allows, configuration, make_role, policy, statement

SCHEMAS = Path(__file__).parents[2] / 'docs' / 'schemas'
SCHEMA, SHARED = (json.loads((SCHEMAS / f'{n}.schema.json').read_text()) for n in ('metrics-why', 'aws-diagnostics'))
REGISTRY: Registry[Any] = Registry().with_resource('aws-diagnostics.schema.json', Resource.from_contents(SHARED))
NOW = int(time.time()) // 300 * 300
MINUTE, HOUR, DAY = 60, 3600, 86400
US, EU = 'us-east-1', 'eu-west-1'
DEFAULT = {'exclude_only': ['AWS/SQS', 'AWS/ElasticMapReduce', 'AWS/Usage']}
NAMESPACES = ('AWS/SQS', 'AWS/EC2', 'AWS/ELB', 'AWS/RDS', 'AWS/S3', 'AWS/CloudFront', 'AWS/Billing')
EVERY_FIVE_MINUTES = range(10 * MINUTE, DAY - HOUR, 5 * MINUTE)
Document = Mapping[str, Any]


def at(ago: int) -> str:
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(NOW - ago))


def in_datadog(metric: str, *tags: str, ages: Sequence[int] = EVERY_FIVE_MINUTES, region: str = US) -> Stored:
    return Stored(
        metric, (*tags, f'aws_account:{MOTO_ACCOUNT}', f'region:{region}'), [(NOW - age, 1.0) for age in ages]
    )


def in_cloudwatch(
    namespace: str, metric: str, ages: Sequence[int] = EVERY_FIVE_MINUTES, region: str = US, **dimensions: str
) -> Sampled:
    return Sampled(namespace, metric, dimensions, {NOW - age: [1.0] for age in ages}, region)


def metrics_config(**differences: object) -> dict[str, object]:
    """Of a new integration."""
    new = {'enabled': True, 'collect_custom_metrics': False, 'tag_filters': [], 'metric_name_filters': []}
    return {**new, 'namespace_filters': DEFAULT, **differences}


@dataclass
class World:
    """The servers; a situation changes what they say."""

    datadog: Datadog
    cloudwatch: CloudWatch
    resources: Resources
    organization: Organization
    ec2: Account

    def forget(self) -> None:
        self.datadog.metrics = MetricStore(namespaces=NAMESPACES)
        self.datadog.instead, self.datadog.first, self.datadog.remaining = None, [], None
        self.datadog.asked.clear()
        self.cloudwatch.asked.clear()
        self.cloudwatch.data, self.cloudwatch.streams, self.cloudwatch.denied = MetricData(), {}, {}
        self.resources.__init__()  # type: ignore[misc]
        self.organization.closed = ()
        self.ec2.regions, self.ec2.instances = (EU, US), {}


@dataclass(frozen=True, kw_only=True)
class Situation:
    number: int
    situation: str
    sources: Sequence[str] = ()
    asked: Sequence[str]
    record: Mapping[str, Any] = field(default_factory=dict)
    datadog: Sequence[Stored] = ()
    cloudwatch: Sequence[Sampled] = ()
    used: Sequence[str] = ()
    """Metrics that somebody queries."""
    prepare: Callable[[World], None] = lambda _: None
    verdict: str
    cause: str
    step: str | None
    says: Sequence[str] = ()
    fix: Sequence[str] = ()
    """What the remedy contains."""
    exit_status: int = 1


def without_instances(_: World) -> None:
    listener = {'Protocol': 'HTTP', 'LoadBalancerPort': 80, 'InstancePort': 80}
    operator('elb', US).create_load_balancer(
        LoadBalancerName='empty', Listeners=[listener], AvailabilityZones=['us-east-1a']
    )


def tagged(world: World) -> None:
    world.resources.tags = {
        f'arn:aws:ec2:{US}:{MOTO_ACCOUNT}:instance/i-0123456789abcdef0': {'Name': 'web', 'env': 'dev'}
    }


def streaming(**contents: object) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.cloudwatch.streams, world.cloudwatch.contents = {US: ['running']}, {'datadog-0': contents}
        world.cloudwatch.stream_name = 'datadog'

    return prepare


def closed(world: World) -> None:
    world.organization.closed = (EU,)


def not_enabled(world: World) -> None:
    world.ec2.regions = (US,)


QUEUE = in_cloudwatch('AWS/SQS', 'NumberOfMessagesSent', QueueName='jobs')
SQS = ('AWS/SQS', 'NumberOfMessagesSent', '--dimension', 'QueueName=jobs', '--region', US)
RDS = ('aws.rds.cpuutilization', '--dimension', 'DBInstanceIdentifier=orders', '--region', US)
DATABASE = in_cloudwatch('AWS/RDS', 'CPUUtilization', DBInstanceIdentifier='orders')
OLD = {'modified_at': at(300 * DAY)}

SITUATIONS = (
    Situation(
        number=1,
        situation='aws.sqs.* is absent. The role is fine, the queue is busy, nobody has changed the configuration.',
        sources=('scribd/terraform-aws-datadog#74',),
        asked=SQS,
        record={'metrics_config': metrics_config()},
        cloudwatch=(QUEUE,),
        verdict='configuration',
        cause='namespace-excluded-by-default',
        step='configuration',
        says=('exclude_only has AWS/SQS', 'new integration'),
        fix=('exclude_only -= ["AWS/SQS"]', 'AWS charges for'),
    ),
    Situation(
        number=2,
        situation='After `terraform apply` all optional namespaces have vanished.',
        sources=('DataDog/terraform-provider-datadog#1895',),
        asked=RDS,
        record={
            'metrics_config': metrics_config(namespace_filters={'include_only': ['AWS/EC2', 'AWS/Lambda']}),
            'modified_at': at(4 * HOUR),
        },
        datadog=(in_datadog('aws.rds.cpuutilization', 'dbinstanceidentifier:orders', ages=range(4 * HOUR, DAY, 300)),),
        cloudwatch=(DATABASE,),
        verdict='configuration',
        cause='namespace-excluded',
        step='configuration',
        says=('include_only does not have AWS/RDS', 'last changed 4 hours ago'),
        fix=('include_only += ["AWS/RDS"]',),
    ),
    Situation(
        number=6,
        situation='aws.elb.httpcode_elb_5xx is queried for an application load balancer.',
        sources=('https://docs.datadoghq.com/integrations/amazon_elb/',),
        asked=('aws.elb.httpcode_elb_5xx', '--tag', 'loadbalancer:app/web/0123456789abcdef', '--region', US),
        datadog=(in_datadog('aws.elb.httpcode_elb_5xx', 'loadbalancername:old'),),
        verdict='configuration',
        cause='other-load-balancer',
        step='name',
        says=('aws.applicationelb',),
    ),
    Situation(
        number=9,
        situation='All values are doubled for minutes, after a metric stream was started.',
        sources=('DataDog/documentation#35349',),
        asked=RDS,
        datadog=(in_datadog('aws.rds.cpuutilization', 'dbinstanceidentifier:orders'),),
        cloudwatch=(DATABASE,),
        prepare=streaming(),
        verdict='present',
        cause='present',
        step=None,
        exit_status=0,
    ),
    Situation(
        number=10,
        situation='A metric stream runs, and the size of a bucket does not come by it.',
        sources=(
            'https://docs.datadoghq.com/integrations/guide/aws-cloudwatch-metric-streams-with-kinesis-data-firehose/',
        ),
        asked=(
            *('aws.s3.bucket_size_bytes', '--region', US, '--dimension', 'BucketName=logs'),
            *('--dimension', 'StorageType=StandardStorage'),
        ),
        record=OLD,
        cloudwatch=(
            in_cloudwatch('AWS/S3', 'BucketSizeBytes', (DAY,), BucketName='logs', StorageType='StandardStorage'),
        ),
        prepare=streaming(),
        verdict='timing',
        cause='published-daily',
        step='timing',
        says=('once a day',),
    ),
    Situation(
        number=12,
        situation='An RDS metric is there at a period of 300 seconds, and empty at 60.',
        sources=('argoproj/argo-rollouts#4147',),
        asked=RDS,
        datadog=(in_datadog('aws.rds.cpuutilization', 'dbinstanceidentifier:orders'),),
        cloudwatch=(DATABASE,),
        verdict='present',
        cause='present',
        step=None,
        exit_status=0,
    ),
    Situation(
        number=15,
        situation='CloudFront has the last minutes, and Datadog has not.',
        sources=('prometheus/cloudwatch_exporter#761',),
        asked=('aws.cloudfront.requests', '--dimension', 'DistributionId=E1', '--since', '5m'),
        record=OLD,
        datadog=(in_datadog('aws.cloudfront.requests', 'distributionid:E1'.lower(), ages=range(900, DAY, 300)),),
        cloudwatch=(in_cloudwatch('AWS/CloudFront', 'Requests', range(0, DAY - HOUR, 300), DistributionId='E1'),),
        used=('aws.cloudfront.requests',),
        verdict='timing',
        cause='usual-delay',
        step='timing',
        says=('polled metrics are that late',),
    ),
    Situation(
        number=16,
        situation='The metric is there once an hour only, and opening a dashboard repairs it.',
        sources=('DataDog/documentation#37854',),
        asked=(*RDS, '--since', '20m'),
        record=OLD,
        datadog=(in_datadog('aws.rds.cpuutilization', 'dbinstanceidentifier:orders', ages=range(3000, DAY, 300)),),
        cloudwatch=(DATABASE,),
        verdict='timing',
        cause='polled-hourly',
        step='timing',
        says=('nobody has queried it', 'once an hour'),
    ),
    Situation(
        number=17,
        situation='A namespace never shows, whatever is included.',
        sources=('DataDog/terraform-provider-datadog#3961',),
        asked=('AWS/Bedrock/Guardrails', 'Invocations', '--region', US),
        record={'metrics_config': metrics_config()},
        cloudwatch=(in_cloudwatch('AWS/Bedrock/Guardrails', 'Invocations', Guardrail='g'),),
        verdict='configuration',
        cause='custom-metrics-off',
        step='configuration',
        says=('no integration for AWS/Bedrock/Guardrails', 'collect_custom_metrics is false'),
        fix=('.metrics_config.collect_custom_metrics = true',),
    ),
    Situation(
        number=18,
        situation='A load balancer is listed in the console, and has no metrics anywhere.',
        sources=('prometheus-community/yet-another-cloudwatch-exporter#146',),
        asked=('aws.elb.request_count', '--dimension', 'LoadBalancerName=empty', '--region', US),
        prepare=without_instances,
        verdict='expected',
        cause='no-registered-instances',
        step='emits',
        says=('the load balancer has no instances',),
        exit_status=0,
    ),
    Situation(
        number=19,
        situation='One EC2 host is missing, the others are there.',
        sources=('algorand/go-algorand#1221',),
        asked=('aws.ec2.network_in', '--dimension', 'InstanceId=i-0123456789abcdef0', '--region', US),
        record={'metrics_config': metrics_config(tag_filters=[{'namespace': 'AWS/EC2', 'tags': ['env:prod*']}])},
        cloudwatch=(in_cloudwatch('AWS/EC2', 'NetworkIn', InstanceId='i-0123456789abcdef0'),),
        prepare=tagged,
        verdict='configuration',
        cause='tag-filtered',
        step='configuration',
        says=('wants env:prod*', 'has Name:web, env:dev', 'does not import the host'),
        fix=('.tags) += [$name]',),
    ),
    Situation(
        number=20,
        situation='Request metrics of S3 are missing, storage metrics are there.',
        sources=('DataDog/documentation#1165',),
        asked=('aws.s3.get_requests', '--dimension', 'BucketName=logs', '--region', US),
        verdict='configuration',
        cause='not-enabled-in-aws',
        step='enablement',
        says=('requires request metrics of the bucket: off',),
        fix=('put-bucket-metrics-configuration', '--bucket logs'),
    ),
    Situation(
        number=21,
        situation='aws.billing.* is missing.',
        sources=('DataDog/documentation#1169', 'DataDog/documentation#1706'),
        asked=('AWS/Billing', 'EstimatedCharges', '--dimension', 'Currency=USD'),
        verdict='configuration',
        cause='not-enabled-in-aws',
        step='enablement',
        says=('billing alerts',),
    ),
    Situation(
        number=23,
        situation='The region is not selected in Datadog.',
        sources=('DataDog/documentation#8265',),
        asked=(*RDS[:-1], EU),
        record={'aws_regions': {'include_only': [US]}},
        cloudwatch=(replace(DATABASE, region=EU),),
        verdict='configuration',
        cause='region-not-collected',
        step='region',
        says=('include_only has us-east-1, not eu-west-1',),
        fix=('include_only += ["eu-west-1"]',),
    ),
    Situation(
        number=23,
        situation='The account has not opted in to the region.',
        asked=(*RDS[:-1], EU),
        prepare=not_enabled,
        verdict='aws',
        cause='region-not-enabled',
        step='region',
        fix=('aws account enable-region --region-name eu-west-1',),
    ),
    Situation(
        number=23,
        situation='A service control policy denies the region.',
        asked=(*RDS[:-1], EU),
        record={'aws_regions': {'include_only': [EU, US]}, **OLD},
        cloudwatch=(replace(DATABASE, region=EU),),
        used=('aws.rds.cpuutilization',),
        prepare=closed,
        verdict='permission',
        cause='scp-denies',
        step='scp',
        says=("the organization's policies may deny cloudwatch:", 'eu-west-1'),
    ),
    Situation(
        number=24,
        situation='p95 is absent after moving to metric streams.',
        asked=('aws.elb.latency.p95', '--dimension', 'LoadBalancerName=web', '--region', US),
        datadog=(in_datadog('aws.elb.latency', 'loadbalancername:web'),),
        cloudwatch=(in_cloudwatch('AWS/ELB', 'Latency', LoadBalancerName='web'),),
        used=('aws.elb.latency.p95',),
        prepare=streaming(),
        verdict='configuration',
        cause='stream-statistic',
        step='timing',
        says=('without p95',),
    ),
    Situation(
        number=26,
        situation='The query has a tag of a public dashboard, which does not exist.',
        asked=('aws.rds.cpuutilization', '--tag', 'dbinstance-identifier:orders', '--region', US),
        datadog=(in_datadog('aws.rds.cpuutilization', 'dbinstanceidentifier:orders'),),
        verdict='present',
        cause='wrong-tag-key',
        step='name',
        says=('the nearest is dbinstanceidentifier',),
        exit_status=0,
    ),
    Situation(
        number=26,
        situation='The query has the name of a queue in upper case.',
        asked=('aws.sqs.number_of_messages_sent', '--tag', 'queuename:Jobs', '--region', US),
        datadog=(in_datadog('aws.sqs.number_of_messages_sent', 'queuename:jobs'),),
        verdict='present',
        cause='wrong-tag-value',
        step='name',
        says=('queuename:jobs, as Datadog keeps values in lower case',),
        exit_status=0,
    ),
    Situation(
        number=26,
        situation='The dimension is that of another kind of load balancer.',
        asked=('aws.elb.latency', '--dimension', 'LoadBalancer=web', '--region', US),
        cloudwatch=(in_cloudwatch('AWS/ELB', 'Latency', LoadBalancerName='web'),),
        verdict='configuration',
        cause='wrong-dimension',
        step='emits',
        says=('the nearest is LoadBalancerName',),
        fix=('aws cloudwatch list-metrics',),
    ),
)


@pytest.fixture(scope='module')
def world(moto_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """All servers, and a role that may do everything."""
    own = World(Datadog(), CloudWatch(), Resources(), Organization(), Account())
    own.datadog.permissions = {'standard': ['cloudwatch:Get*'], 'resource_collection': []}
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        servers.use(environment, servers.environment(moto_endpoint, tmp_path_factory.mktemp('home')))
        environment.setenv('DD_API_KEY', API_KEY)
        environment.setenv('DD_APP_KEY', APP_KEY)
        make_role(policy(statement()), policy(allows('*')))
        stack.enter_context(datadog_api(own.datadog))
        resources = stack.enter_context(resources_server(own.resources))
        endpoints = {
            'CLOUDWATCH': stack.enter_context(cloudwatch_server(own.cloudwatch)),
            'EC2': stack.enter_context(serving(own.ec2)),
            'IAM': stack.enter_context(iam_of(own.organization, moto_endpoint)),
            **dict.fromkeys(SERVICES, resources),
        }
        for service, endpoint in endpoints.items():
            environment.setenv(f'AWS_ENDPOINT_URL_{service}', endpoint)
        yield own


@pytest.fixture
def fresh(world: World) -> World:
    world.forget()
    return world


def bring_up_to_date(world: World) -> None:
    """The ages of values are those from when the tests were loaded, which may be many minutes ago."""
    move = int(time.time()) // 300 * 300 - NOW
    store, data = world.datadog.metrics, world.cloudwatch.data
    store.stored = [replace(s, points=[(at + move, value) for at, value in s.points]) for s in store.stored]
    data.sampled = [replace(s, samples={at + move: v for at, v in s.samples.items()}) for s in data.sampled]


def why(world: World, tmp_path: Path, *arguments: str, record: Mapping[str, Any] | None = None, **options: Any) -> int:
    bring_up_to_date(world)
    world.datadog.accounts = [account(MOTO_ACCOUNT, **{'metrics_config': metrics_config(), **(record or {})})]
    config = configuration(tmp_path, world.datadog.url, **options)
    return run(['metrics', 'why', *arguments, '--config', str(config)])


def printed(capsys: pytest.CaptureFixture[str]) -> Document:
    text = capsys.readouterr().out
    document: Document = json.loads(text)
    Draft202012Validator(SCHEMA, registry=REGISTRY).validate(document)
    assert not [secret for secret in (*SECRETS, SECRET, API_KEY, APP_KEY) if secret in text]
    return document


@pytest.mark.parametrize('each', [pytest.param(s, id=f'{s.number}: {s.situation}') for s in SITUATIONS])
def test_the_situation_has_this_answer(each, fresh, tmp_path, capsys):
    fresh.datadog.metrics = MetricStore(list(each.datadog), queried=set(each.used), namespaces=NAMESPACES)
    fresh.cloudwatch.data = MetricData(list(each.cloudwatch))
    each.prepare(fresh)
    record = {'metrics_config': metrics_config(namespace_filters={'exclude_only': []}), **each.record}
    exit_status = why(fresh, tmp_path, *each.asked, '--json', record=record)
    found = printed(capsys)
    assert (found['verdict'], found['cause'], found['step']) == (each.verdict, each.cause, each.step), found
    assert exit_status == each.exit_status
    assert [text for text in each.says if text not in found['evidence']] == [], found['evidence']
    assert [text for text in each.fix if text not in json.dumps(found['remedy']).replace('\\"', '"')] == []


CPU = ('aws.ec2.cpuutilization', '--dimension', f'InstanceId={instance_id(0)}', '--region', US, '--json')
ENDED = in_cloudwatch('AWS/EC2', 'CPUUtilization', range(5 * HOUR, DAY - HOUR, 300), InstanceId=instance_id(0))


@pytest.mark.parametrize(
    ('instances', 'cause', 'exit_status'),
    [
        pytest.param([Instance(state='stopped')], 'resource-stopped', 0, id='stopped'),
        pytest.param([Instance()], 'stopped', 1, id='running'),
        pytest.param([], 'stopped', 1, id='gone'),
    ],
)
def test_a_stopped_instance_is_no_fault(instances, cause, exit_status, fresh, tmp_path, capsys):
    fresh.cloudwatch.data = MetricData([ENDED])
    fresh.ec2.instances = {US: listed(*instances)}
    assert why(fresh, tmp_path, *CPU) == exit_status
    assert printed(capsys)['cause'] == cause


def test_group_metrics_of_an_auto_scaling_group_may_be_off(fresh, tmp_path, capsys):
    fresh.datadog.metrics = MetricStore([], namespaces=(*NAMESPACES, 'AWS/AutoScaling'))
    group = ('--dimension', 'AutoScalingGroupName=web', '--region', US)
    assert why(fresh, tmp_path, 'AWS/AutoScaling', 'GroupInServiceInstances', *group, '--json') == 3
    found = printed(capsys)
    assert (found['verdict'], found['cause']) == ('unknown', 'not-found')
    assert found['remedy']['summary'] == 'If it is off, turn on group metrics of the Auto Scaling group'


# Bad input


def test_a_guessed_name_gives_way_to_the_one_that_datadog_says(fresh, tmp_path, capsys):
    metric = {'cw_name': 'NumberOfThings', 'dd_names': [{'name': 'aws.sqs.things.sum', 'filtered': False}]}
    fresh.datadog.metrics = MetricStore(
        [in_datadog('aws.sqs.things.sum', 'queuename:jobs')],
        preview={
            '11111111-2222-3333-4444-555555555555': [{'namespace': 'AWS/SQS', 'filters': [], 'metrics': [metric]}]
        },
    )
    arguments = ('AWS/SQS', 'NumberOfThings', '--dimension', 'QueueName=Jobs', '--region', US, '--json')
    assert why(fresh, tmp_path, *arguments) == 0
    found = printed(capsys)
    assert (found['metric']['datadog'], found['verdict']) == ('aws.sqs.things.sum', 'present')


@pytest.mark.parametrize(
    ('broken', 'reason'),
    [
        pytest.param(plain(200, '{"data": '), 'not from the Datadog API: it is not JSON', id='half a document'),
        pytest.param(plain(200, '<html>maintenance'), 'it is HTML', id='a page for people'),
        pytest.param(plain(200, '[]'), 'documented shape', id='another shape'),
        pytest.param(plain(403, '{"errors": ["Forbidden"]}'), '403', id='keys that are not accepted'),
        pytest.param(plain(500, ''), 'status 500', id='a failure of Datadog'),
        pytest.param(plain(200, '{"data": []}')[:-5], 'broke the connection', id='half an answer'),
    ],
)
def test_a_datadog_that_fails_is_unknown_and_the_search_goes_on(broken, reason, fresh, tmp_path, capsys):
    fresh.datadog.instead = broken
    fresh.cloudwatch.data = MetricData([in_cloudwatch('AWS/SQS', 'SentMessageSize', QueueName='jobs')])
    assert why(fresh, tmp_path, *SQS, '--json') == 0
    found = printed(capsys)
    steps = {each['step']: each for each in found['steps']}
    assert (found['verdict'], found['cause']) == ('expected', 'queue-inactive')
    assert {steps[name]['result'] for name in ('name', 'configuration')} == {'unknown'}
    assert reason in steps['name']['evidence']


def test_a_cloudwatch_that_refuses_is_unknown_with_the_permission(fresh, tmp_path, capsys):
    refused = 'User: x is not authorized to perform: y'
    fresh.cloudwatch.denied = {(US, operation): refused for operation in ('ListMetrics', 'GetMetricData')}
    record = {'metrics_config': metrics_config(namespace_filters={'exclude_only': []})}
    assert why(fresh, tmp_path, *SQS, '--json', record=record) == 3
    found = printed(capsys)
    assert (found['verdict'], found['step'], found['remedy']) == ('unknown', None, None)
    assert 'missing permission cloudwatch:ListMetrics in us-east-1' in found['evidence']


def test_a_datadog_that_throttles_for_longer_than_the_run_is_unknown(fresh, tmp_path, capsys):
    fresh.datadog.metrics.stored = [in_datadog('aws.sqs.number_of_messages_sent', 'queuename:jobs')]
    fresh.datadog.remaining, fresh.datadog.reset = 0, 100_000
    why(fresh, tmp_path, *SQS, '--json')
    name, *_ = printed(capsys)['steps']
    assert name['result'] == 'unknown'
    assert 'rate limit' in name['evidence'] or 'throttles' in name['evidence']


@pytest.mark.parametrize(
    ('arguments', 'error'),
    [
        pytest.param(('aws.elb.request_cuont',), 'the nearest are aws.elb.request_count', id='a name of Datadog'),
        pytest.param(('AWS ELB', 'RequestCount'), "NAMESPACE 'AWS ELB': allowed is a namespace", id='a namespace'),
        pytest.param((*SQS, '--since', '2999-01-01T00:00Z'), 'in the past', id='a time in the future'),
        pytest.param((*SQS, '--since', '0m'), 'it must be like 30m', id='no time at all'),
        pytest.param((*SQS, '--tag', 'a b:c'), 'it must be like team:web', id='a tag with a space'),
        pytest.param((*SQS, '--tag', 'a:b} by {c'), 'it must be like team:web', id='a part of a query'),
        pytest.param((*SQS, '--dimension', 'QueueName'), 'it must be like LoadBalancerName=web', id='half a dimension'),
        pytest.param((*SQS, '--dimension', 'QueueName=b'), 'given twice', id='a dimension twice'),
        pytest.param((*SQS, '--region', 'Ireland'), 'it must be like eu-west-1', id='a region'),
        pytest.param((*SQS, '--json', '-q'), 'exclude each other', id='two forms of output'),
    ],
)
def test_what_is_not_allowed_is_said_before_anything_is_asked(arguments, error, fresh, tmp_path, capsys):
    assert why(fresh, tmp_path, *arguments) == 64
    assert error in capsys.readouterr().err
    assert fresh.datadog.asked == []


def test_a_metric_that_is_there_costs_few_requests(fresh, tmp_path, capsys):
    fresh.datadog.metrics.stored = [in_datadog('aws.sqs.number_of_messages_sent', 'queuename:jobs')]
    assert why(fresh, tmp_path, *SQS, '-q') == 0
    out = capsys.readouterr().out
    assert out.startswith(
        'PRESENT aws.sqs.number_of_messages_sent{queuename:jobs,region:us-east-1}: Datadog has values'
    )
    assert out.count('\n') == 1
    asked_about = [path for path in fresh.datadog.asked if '/metrics' in path or '/query' in path]
    assert len(asked_about) == 3
    assert fresh.cloudwatch.asked == []


def test_the_use_of_the_metric_is_asked_for_before_its_values(fresh, tmp_path):
    """To ask for the values counts as use."""
    why(fresh, tmp_path, *SQS, '-q')
    paths = [path.partition('?')[0] for path in fresh.datadog.asked]
    assert paths.index('/api/v2/metrics/aws.sqs.number_of_messages_sent/active-configurations') < paths.index(
        '/api/v2/query/timeseries'
    )


def test_a_person_reads_the_verdict_the_steps_and_the_fix(fresh, tmp_path, capsys):
    fresh.cloudwatch.data = MetricData([QUEUE])
    assert why(fresh, tmp_path, *SQS, record=OLD) == 1
    read = capsys.readouterr()
    lines = read.out.splitlines()
    assert lines[0].startswith(
        'CONFIGURATION aws.sqs.number_of_messages_sent{queuename:jobs,region:us-east-1}: Datadog'
    )
    assert lines[0].endswith('(namespace-excluded-by-default)')
    steps = [line.split()[:2] for line in lines if line[:1].islower()]
    assert steps[:4] == [['name', 'ok'], ['permission', 'ok'], ['region', 'ok'], ['configuration', 'fails']]
    assert 'emits, enablement, timing, scp: skipped: the reason is already known' in lines
    assert 'fix  Let Datadog collect the namespace. Pick one:' in lines
    assert 'every 10 minutes instead of hourly' in read.err


@pytest.mark.parametrize(
    ('own', 'name', 'region'),
    [
        ('eu-west-1', 'aws.rds.cpuutilization', 'eu-west-1'),
        ('eu-west-1', 'aws.cloudfront.requests', 'us-east-1'),
        ('us-gov-east-1', 'aws.cloudfront.requests', 'us-gov-west-1'),
    ],
)
def test_without_a_region_it_is_that_of_the_session_or_of_the_global_service(
    own, name, region, fresh, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv('AWS_DEFAULT_REGION', own)
    why(fresh, tmp_path, name, '--json')
    assert printed(capsys)['metric']['region'] == region


def test_without_credentials_nothing_is_said_but_how_to_give_some(fresh, tmp_path, monkeypatch, capsys):
    for name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'):
        monkeypatch.delenv(name)
    assert why(fresh, tmp_path, *SQS) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('UNKNOWN aws.sqs.number_of_messages_sent{queuename:jobs,region:us-east-1}: ')
    assert lines[-1] == 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'


def test_a_tag_of_the_operator_counts_more_than_the_table(fresh, tmp_path, capsys):
    fresh.datadog.metrics.stored = [in_datadog('aws.sqs.number_of_messages_sent', 'queue:jobs')]
    assert why(fresh, tmp_path, *SQS, '--dimension-tag', 'QueueName=queue', '--json') == 0
    assert printed(capsys)['metric']['tags'] == ['queue:jobs', 'region:us-east-1']


@pytest.mark.parametrize(
    'name',
    [
        pytest.param(('aws.rds.cpuutilization',), id='a name that the table has'),
        pytest.param(('AWS/RDS', 'ThingsLost'), id='a guessed name, which the command does not take'),
    ],
)
def test_the_command_that_looks_again_asks_about_the_same_metric(name, fresh, tmp_path, capsys):
    scope = ('--dimension', 'DBInstanceIdentifier=orders', '--region', EU, '--tag', 'team:web')
    why(fresh, tmp_path, *name, *scope, '--json')
    first = printed(capsys)
    assert first['cause'] == 'not-emitted'
    (command,) = first['remedy']['then'][-1]['commands']
    program, *words = shlex.split(command['text'])
    assert program == 'aws-diagnostics'
    run([*words, '--json'])
    assert printed(capsys)['metric'] == first['metric']


def test_a_watched_metric_is_judged_in_every_run_of_the_check(fresh, tmp_path, capsys):
    """And the tags of `dimension_tags` are those of the run."""
    fresh.datadog.metrics.stored = [in_datadog('aws.elb.latency', 'balancer:web')]
    watched = [
        {'name': 'aws.elb.latency', 'region': US, 'dimensions': {'LoadBalancerName': 'web'}},
        {'name': 'AWS/SQS NumberOfMessagesSent', 'region': US, 'dimensions': {'QueueName': 'jobs'}},
    ]
    fresh.datadog.accounts = [account(MOTO_ACCOUNT, metrics_config=metrics_config())]
    options = {'watched_metrics': watched, 'dimension_tags': {'LoadBalancerName': 'balancer'}, 'features': ['metrics']}
    config = configuration(tmp_path, fresh.datadog.url, **options)
    run(['check', '--json', '--only', 'metric-missing', '--config', str(config)])
    (report,) = json.loads(capsys.readouterr().out)['reports']
    (finding,) = report['findings']
    assert finding['status'] == 'warning'
    assert finding['evidence'].startswith(
        '1 of 2 watched metrics missing: aws.sqs.number_of_messages_sent{queuename:jobs,region:us-east-1} '
        '(namespace-excluded-by-default)'
    )
    assert 'not among the regions' not in report['facts']['account']['watched']
