"""`metrics why` of a metric that AWS publishes only where it is told to, which no call of this check tells."""

from collections.abc import Mapping
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing.causes import MissingCause, Result, Step
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing.remedies import remedy_of
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import WatchedMetric
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy
from datadog_checks.aws_diagnostics.remedies import Step as Then
from tests.diagnoses.cloudwatch.watched import ALL_DAY, NONE, asked, explained, missing, named
from tests.remedy_rules import faults_of

NO_CALL = Unobserved('no call of AWS tells')
GROUP = ('AWS/AutoScaling', 'GroupInServiceInstances', {'AutoScalingGroupName': 'web'})
SHARD = ('AWS/Kinesis', 'IncomingBytes', {'StreamName': 's', 'ShardId': 'shardId-000000000000'})
TOPIC = ('AWS/Kafka', 'MessagesInPerSec', {'Cluster Name': 'k', 'Broker ID': '1', 'Topic': 't'})
PARTITION = ('AWS/Kafka', 'OffsetLag', {'Cluster Name': 'k', 'Consumer Group': 'g', 'Topic': 't', 'Partition': '0'})
RULE = ('AWS/S3', 'BytesPendingReplication', {'SourceBucket': 'a', 'DestinationBucket': 'b', 'RuleId': 'r'})
PER_METRIC = 'you to AWS charges for each of these metrics'
LEVEL = (
    "aws kafka list-clusters-v2 --region eu-west-1 --cluster-name-filter k --query 'ClusterInfoList[].[ClusterArn, "
    "CurrentVersion, Provisioned.EnhancedMonitoring]'",
    'aws kafka update-monitoring --region eu-west-1 --cluster-arn "${CLUSTER_ARN:?}" --current-version '
    '"${CLUSTER_VERSION:?}" --enhanced-monitoring ',
)
REPLICATION = r"""{ [ ! -s replication.before.json ] || { echo 'replication.before.json exists: move it away first, it may be your only backup'; false; }; } &&
aws s3api get-bucket-replication --region eu-west-1 --bucket a --query ReplicationConfiguration > replication.before.json &&
jq --arg id r '(.Rules[] | select(.ID == $id) | .Destination.Metrics) = {Status: "Enabled"}' replication.before.json > replication.after.json &&
aws s3api put-bucket-replication --region eu-west-1 --bucket a --replication-configuration file://replication.after.json"""  # noqa: E501


def on(costs: str, *commands: str, off: str = '') -> Choice:
    undo = Then('Turn it off again', (Command(off),)) if off else None
    return Choice('Turn it on', tuple(map(Command, commands)), costs, undo)


METRICS = {
    'of an Auto Scaling group': (
        GROUP,
        'group metrics of the Auto Scaling group',
        on(
            'more calls to CloudWatch, which AWS charges for',
            'aws autoscaling enable-metrics-collection --region eu-west-1 --auto-scaling-group-name web --granularity '
            '1Minute',
            off='aws autoscaling disable-metrics-collection --region eu-west-1 --auto-scaling-group-name web',
        ),
    ),
    'of a shard': (
        SHARD,
        'enhanced shard-level metrics of the stream',
        on(
            PER_METRIC,
            'aws kinesis enable-enhanced-monitoring --region eu-west-1 --stream-name s --shard-level-metrics '
            'IncomingBytes',
            off='aws kinesis disable-enhanced-monitoring --region eu-west-1 --stream-name s --shard-level-metrics '
            'IncomingBytes',
        ),
    ),
    'of a topic': (
        TOPIC,
        'the monitoring level PER_TOPIC_PER_BROKER of the cluster',
        on(PER_METRIC, LEVEL[0], f'{LEVEL[1]}PER_TOPIC_PER_BROKER'),
    ),
    'of a partition': (
        PARTITION,
        'the monitoring level PER_TOPIC_PER_PARTITION of the cluster',
        on(PER_METRIC, LEVEL[0], f'{LEVEL[1]}PER_TOPIC_PER_PARTITION'),
    ),
    'of a replication': (
        RULE,
        'replication metrics of the rule',
        on(
            PER_METRIC,
            REPLICATION,
            off='aws s3api put-bucket-replication --region eu-west-1 --bucket a --replication-configuration '
            'file://replication.before.json',
        ),
    ),
}


def quiet(namespace: str, metric: str, dimensions: Mapping[str, str], **differences: Any) -> WatchedMetric:
    """CloudWatch has forgotten the resource, or never heard of it."""
    nothing = {'in_cloudwatch': NONE, 'sets': DimensionSets(()), 'listed': False, 'enabled': NO_CALL}
    return missing(asked(named(namespace, metric), dimensions), **{**nothing, **differences})


@pytest.mark.parametrize(('metric', 'takes', 'choice'), METRICS.values(), ids=METRICS)
def test_what_may_be_off_is_a_possibility_and_no_fault(metric, takes, choice):
    found = explained(quiet(*metric))
    assert (found.cause, found.evidence) == (
        MissingCause.NOT_FOUND,
        'emits not known: CloudWatch has no value of it within 1 day; AWS publishes it only where something is turned '
        f'on, see the next step, enablement not known: requires {takes}; whether that is on is not known: no call of '
        'AWS tells',
    )
    remedy = remedy_of(found)
    assert remedy is not None and faults_of(remedy) == []
    assert remedy == Remedy(f'If it is off, turn on {takes}', (choice,), remedy.then)


@pytest.mark.parametrize(('metric', 'takes', 'choice'), METRICS.values(), ids=METRICS)
def test_what_cloudwatch_had_is_on(metric, takes, choice):
    found = explained(quiet(*metric, in_cloudwatch=ALL_DAY))
    assert dict(found.steps)[Step.EMITS].result is dict(found.steps)[Step.ENABLEMENT].result is Result.OK
    assert remedy_of(found) is None


def test_a_stream_without_metrics_of_its_shards_does_not_lack_the_dimension():
    """CloudWatch lists the same metric for the stream."""
    found = explained(quiet(*SHARD, sets=DimensionSets(({'StreamName': 's'},))))
    assert found.cause is MissingCause.NOT_FOUND
    wrong = ('AWS/Kinesis', 'IncomingBytes', {'StreamName': 's', 'Consumer': 'c'})
    found = explained(quiet(*wrong, sets=DimensionSets(({'StreamName': 's'},))))
    assert found.cause is MissingCause.WRONG_DIMENSION


ALWAYS = {
    'of a stream': ('AWS/Kinesis', 'IncomingBytes', {'StreamName': 's'}),
    'bytes of a topic': ('AWS/Kafka', 'BytesInPerSec', {'Cluster Name': 'k', 'Broker ID': '1', 'Topic': 't'}),
    'of a broker': ('AWS/Kafka', 'MessagesInPerSec', {'Cluster Name': 'k', 'Broker ID': '1'}),
    'lag of a group': ('AWS/Kafka', 'MaxOffsetLag', {'Cluster Name': 'k', 'Consumer Group': 'g', 'Topic': 't'}),
    'size of a bucket': ('AWS/S3', 'BucketSizeBytes', {'BucketName': 'a', 'StorageType': 'StandardStorage'}),
}


@pytest.mark.parametrize('metric', ALWAYS.values(), ids=ALWAYS)
def test_nothing_is_to_be_turned_on_for_what_aws_publishes_by_itself(metric):
    answer = dict(explained(quiet(*metric, in_cloudwatch=ALL_DAY)).steps)[Step.ENABLEMENT]
    assert answer.result is Result.NOT_APPLICABLE
