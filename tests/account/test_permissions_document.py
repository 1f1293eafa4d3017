"""docs/permissions.md lists every call that real runs make, and no other; its policy allows them, and nothing else."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import botocore
import pytest

from datadog_checks.aws_diagnostics.collect.account import AccountCollector
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions, Chosen
from datadog_checks.aws_diagnostics.collect.aws.caller import read_caller
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.enablement import is_enabled, registered_instances, resource_tags
from datadog_checks.aws_diagnostics.collect.aws.metric_data import CloudWatchMetrics
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.datadog_metrics import DatadogMetrics
from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.collect.organization import read_organization
from datadog_checks.aws_diagnostics.collect.run import CallBudget
from datadog_checks.aws_diagnostics.facts import Feature
from datadog_checks.aws_diagnostics.facts.account import Caller
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets, StatisticQuery
from datadog_checks.aws_diagnostics.facts.values import (
    AccountId,
    Arn,
    DatadogMetric,
    IntegrationId,
    MetricNamespace,
    Partition,
    RegionName,
)
from tests.account.aws_account import operator
from tests.account.aws_resources import SERVICES, Resources, resources_server
from tests.account.builders import SECRET
from tests.account.cloudtrail_server import CloudTrail, cloudtrail_server
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.ec2_fleet import WRONG, listed
from tests.account.ec2_server import Account, serving
from tests.account.elb_server import Classic, Elb, Group, Later, elb_server
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import (
    RESOURCE_COLLECTION,
    ROLE,
    STANDARD,
    allows,
    make_role,
    policy,
    put_metric,
    statement,
)
from tools.documents import aws_calls, least_privilege, read

INSTANCE = Arn(f'arn:aws:ec2:us-east-1:{MOTO_ACCOUNT}:instance/i-0123456789abcdef0')
DOCUMENT = read('docs/permissions.md')
LISTED = set(aws_calls(DOCUMENT))
PATHS = set(re.findall(r'^\| `(/api[^`]+)` \|', DOCUMENT, re.MULTILINE))
POLICY = least_privilege(DOCUMENT)
CONFIG = '11111111-2222-3333-4444-555555555555'
PERMISSIONS: dict[str, Sequence[str]] = {'standard': STANDARD, 'resource_collection': RESOURCE_COLLECTION}


PREFIXES = {
    **dict.fromkeys(('elastic-load-balancing', 'elastic-load-balancing-v2'), 'elasticloadbalancing'),
    'resource-groups-tagging-api': 'tag',
}
OF_THE_ORGANIZATION = ('organizations:DescribeOrganization', 'organizations:ListAccounts')
"""Only for `aws-diagnostics accounts`, where an account instance needs nothing of the kind."""
PERMISSIONS_OF = {'ListBucketMetricsConfigurations': 'GetMetricsConfiguration'}
"""Where a permission is named otherwise than the service or the operation is in botocore."""


class Recorder:
    """Every operation that any client of botocore in this process calls, while `recording`."""

    def __init__(self) -> None:
        self.recording = False
        self.operations: set[str] = set()
        self.resources: set[tuple[str, str]] = set()
        """Operation, and the name of the role or the ARN of the policy or role that it is about."""

    def watch(self, session: Any) -> None:
        session.register('before-call', self.record)

    def record(self, model: Any, params: Any, **_: object) -> None:
        if self.recording:
            service = model.service_model.service_id.hyphenize()
            operation = f'{PREFIXES.get(service, service)}:{PERMISSIONS_OF.get(model.name, model.name)}'
            self.operations.add(operation)
            body = params.get('body') or {}
            about = body if isinstance(body, dict) else {}
            for name in ('RoleName', 'PolicyArn', 'PolicySourceArn'):
                if name in about:
                    self.resources.add((operation, str(about[name])))


RECORDER = Recorder()
botocore.register_initializer(RECORDER.watch)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    RECORDER.operations, RECORDER.resources = set(), set()
    yield RECORDER
    RECORDER.recording = False


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with datadog_api(Datadog([account(MOTO_ACCOUNT)], PERMISSIONS)) as running:
        yield running


def collect(recorder: Recorder, datadog: Datadog, **options: Any) -> None:
    recorder.recording = True
    AccountCollector(AccountOptions(datadog_api_url=datadog.url, api_key=API_KEY, app_key=APP_KEY, **options)).collect()
    recorder.recording = False


BALANCERS = (
    Classic('web', ('us-east-1a', 'us-east-1b'), {'i-0123456789abcdef0': ('InService', 'N/A')}),
    Later('web', 'network', ('us-east-1a', 'us-east-1b'), [Group('web')]),
    Later('other', 'application'),
)


def runs_of_every_kind(recorder: Recorder, datadog: Datadog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The role is there and all is looked at, with metrics that are excluded; load balancers; the role is missing;
    through another role; all regions; and what was denied."""
    excluding = {'enabled': True, 'namespace_filters': {'exclude_only': ['AWS/RDS']}}
    datadog.accounts = [account(MOTO_ACCOUNT, aws_regions={'include_only': ['us-east-1']}, metrics_config=excluding)]
    put_metric('AWS/RDS')
    make_role(policy(statement()), policy(allows('ec2:Describe*')))
    fleet = Account({'us-east-1': listed(*WRONG)}, {'httpTokens': 'required'})
    with serving(fleet) as ec2, monkeypatch.context() as environment:
        environment.setenv('AWS_ENDPOINT_URL_EC2', ec2)
        collect(recorder, datadog, tagged_resources=(INSTANCE,))
    with elb_server(Elb(BALANCERS)) as elb, monkeypatch.context() as environment:
        for service in ('EC2', 'ELASTIC_LOAD_BALANCING', 'ELASTIC_LOAD_BALANCING_V2'):
            environment.setenv(f'AWS_ENDPOINT_URL_{service}', elb.url)
        chosen = Chosen(names=('web',), tags=(('team', ('web',)),))
        collect(recorder, datadog, features=frozenset({Feature.LOAD_BALANCERS}), load_balancers=chosen)
    with cloudtrail_server(CloudTrail()) as trail, monkeypatch.context() as environment:
        environment.setenv('AWS_ENDPOINT_URL_CLOUDTRAIL', trail)
        collect(recorder, datadog, denied_since=3600.0)
    collect(recorder, datadog, role_name=ROLE, assume_role_arn=f'arn:aws:iam::{MOTO_ACCOUNT}:role/{ROLE}')
    datadog.accounts = [
        account(MOTO_ACCOUNT, auth_config={'role_name': 'NoSuchRole', 'external_id': SECRET}),
    ]
    collect(recorder, datadog)


def metrics_of_every_kind(recorder: Recorder, datadog: Datadog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that the clients of metrics can ask AWS and Datadog."""
    metric, api = DatadogMetric('aws.elb.latency'), DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY)
    theirs = DatadogMetrics(api)
    theirs.series(f'avg:{metric}{{*}}', 0, 600, 60)
    theirs.metadata(metric), theirs.active([], 0), theirs.tags(metric), theirs.queried(metric), theirs.monitors()
    theirs.preview(IntegrationId(CONFIG)), theirs.available_namespaces()
    budget, query = CallBudget(10), StatisticQuery(MetricNamespace('AWS/ELB'), 'Latency', {}, 'Sum', 60)
    server, region = CloudWatch(streams={'us-east-1': ['running']}), RegionName('us-east-1')
    with cloudwatch_server(server) as endpoint, monkeypatch.context() as environment:
        environment.setenv('AWS_ENDPOINT_URL_CLOUDWATCH', endpoint)
        recorder.recording = True
        with open_session(AccountOptions(), budget) as session:
            ours = CloudWatchMetrics(session, budget, lambda: 600.0)
            ours.dimension_sets(query.namespace, query.metric, region)
            ours.series([query], region, 0, 600)
            ours.streams(region)
        recorder.recording = False


def what_metrics_depend_on(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else that is asked of AWS for a metric that is missing."""
    asked = {
        'aws.s3.get_requests': {'BucketName': 'logs'},
        'aws.cloudfront.origin_latency': {'DistributionId': 'E1'},
        'ecs.containerinsights.cpu_utilized': {'ClusterName': 'web'},
        'aws.rds.dbload': {'DBInstanceIdentifier': 'orders'},
        'aws.ec2.network_in': {'ImageId': 'ami-0123456789abcdef0'},
    }
    region, budget = RegionName('us-east-1'), CallBudget(100)
    caller = Caller(AccountId(MOTO_ACCOUNT), 'arn:aws:iam::123456789012:user/x', Partition('aws'))
    with resources_server(Resources()) as url, monkeypatch.context() as environment:
        for service in SERVICES:
            environment.setenv(f'AWS_ENDPOINT_URL_{service}', url)
        recorder.recording = True
        with open_session(AccountOptions(), budget) as session:
            resource_tags(session, caller, 'AWS/SQS', {'QueueName': 'jobs'}, region)
            for name, dimensions in asked.items():
                metric = metric_names().of_datadog(name)
                assert metric
                with suppress(CallFailed):  # the emulator has no such resource
                    is_enabled(session, metric, dimensions, region, DimensionSets(()))
            with suppress(CallFailed):
                registered_instances(session, 'AWS/ELB', {'LoadBalancerName': 'web'}, region)
        recorder.recording = False


def accounts_of_the_organization(recorder: Recorder) -> None:
    operator('organizations').create_organization(FeatureSet='ALL')
    recorder.recording = True
    with open_session(AccountOptions(), CallBudget(10)) as session:
        read_organization(session, read_caller(session))
    recorder.recording = False


def path_of(target: str) -> str:
    return urlsplit(target).path.replace('aws.elb.latency', 'METRIC').replace(CONFIG, 'ID')


def allowed_by(document: Any, action: str) -> list[str]:
    """The resources on which an IAM policy allows an action."""
    return [
        resource
        for entry in document['Statement']
        if entry['Effect'] == 'Allow' and action in entry['Action']
        for resource in entry['Resource']
    ]


def test_the_document_lists_exactly_the_calls_that_real_runs_make(moto, recorder, datadog, monkeypatch):
    runs_of_every_kind(recorder, datadog, monkeypatch)
    metrics_of_every_kind(recorder, datadog, monkeypatch)
    what_metrics_depend_on(recorder, monkeypatch)
    accounts_of_the_organization(recorder)
    assert recorder.operations == LISTED
    assert set(map(path_of, datadog.asked)) == PATHS


def test_the_policy_allows_every_call_on_what_it_is_about(moto, recorder, datadog, monkeypatch):
    make_role(policy(statement()), policy(allows('ec2:Describe*')))
    collect(recorder, datadog, regions=('us-east-1',))
    refused = [
        (operation, about)
        for operation, about in sorted(recorder.resources)
        if not any(
            fnmatchcase(about if about.startswith('arn:') else f'arn:aws:iam::{MOTO_ACCOUNT}:role/{about}', resource)
            for resource in allowed_by(POLICY, operation)
        )
    ]
    assert refused == []
    assert ('iam:SimulatePrincipalPolicy', f'arn:aws:iam::{MOTO_ACCOUNT}:role/{ROLE}') in recorder.resources


def test_the_policy_allows_nothing_that_is_not_listed():
    without_policy = {'sts:GetCallerIdentity', 'sts:AssumeRole', *OF_THE_ORGANIZATION}
    document: Any = POLICY
    allowed = [action for entry in document['Statement'] for action in entry['Action']]
    assert sorted(allowed) == sorted(LISTED - without_policy)
    assert [action for action in allowed if '*' in action] == []


def test_the_policy_in_the_document_is_that_policy_and_fits_into_one_managed_policy():
    shown = re.search(r'```json\n(.*?)\n```', DOCUMENT, re.DOTALL)
    assert shown
    assert json.loads(shown[1]) == json.loads(json.dumps(POLICY))
    assert len(re.sub(r'\s', '', shown[1])) <= 6144


@pytest.mark.parametrize('operation', sorted(LISTED))
def test_no_call_writes(operation):
    verb = operation.partition(':')[2]
    assert verb.startswith(('Get', 'List', 'Describe', 'Lookup', 'Simulate')) or verb == 'AssumeRole'
