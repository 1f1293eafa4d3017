"""What to do in AWS where a metric is only there while something is turned on: commands, their cost, the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ....facts.values import CloudWatchMetric, ResourceName
from ....remedies import Choice, Command, Remedy, Step, Variable, Word, new_file, sequence, shell
from ....rules.optional_metrics import Extra, extra_of
from .aws_remedies import MORE_POLLS, look_again
from .causes import Question

CHARGED = 'you to AWS charges'
AS_CUSTOM = 'you to AWS charges for each of these metrics'
REPLICATION, CHANGED = 'replication.before.json', 'replication.after.json'


@dataclass(frozen=True, slots=True)
class Way:
    on: tuple[Command, ...]
    off: tuple[Command, ...] = ()
    costs: str = CHARGED


def turn_on(question: Question) -> Remedy:
    return _remedy(question, f'Turn on {extra_of(question.metric.asked.name, question.metric.asked.dimensions)}')


def turn_on_if_off(question: Question) -> Remedy | None:
    """None where the metric takes nothing."""
    extra = extra_of(question.metric.asked.name, question.metric.asked.dimensions)
    return _remedy(question, f'If it is off, turn on {extra}') if extra else None


def _remedy(question: Question, summary: str) -> Remedy:
    """Without a command where it takes more than AWS's API."""
    extra = extra_of(question.metric.asked.name, question.metric.asked.dimensions)
    make = WAYS.get(extra) if extra else None
    return Remedy(summary, (_choice(make(question)),) if make else (), (look_again(question),))


def _choice(way: Way) -> Choice:
    return Choice('Turn it on', way.on, way.costs, Step('Turn it off again', way.off) if way.off else None)


def _resource(question: Question, key: str, variable: str) -> ResourceName | Variable:
    return ResourceName.of(question.metric.asked.dimensions.get(key)) or Variable(variable)


def _aws(question: Question, service: str, operation: str, *words: Word) -> Command:
    return shell('aws', service, operation, '--region', question.region, *words)


def _request_metrics(q: Question) -> Way:
    bucket = _resource(q, 'BucketName', 'BUCKET')
    words: tuple[Word, ...] = ('--id', 'EntireBucket', '--bucket', bucket)
    put, configuration = 'put-bucket-metrics-configuration', 'Id=EntireBucket'
    return Way((_aws(q, 's3api', put, *words, '--metrics-configuration', configuration),))


def _additional(q: Question) -> Way:
    distribution = _resource(q, 'DistributionId', 'DISTRIBUTION_ID')
    words: tuple[Word, ...] = ('--distribution-id', distribution, '--monitoring-subscription')
    setting = 'RealtimeMetricsSubscriptionConfig={RealtimeMetricsSubscriptionStatus=Enabled}'
    return Way((shell('aws', 'cloudfront', 'create-monitoring-subscription', *words, setting),))


def _container_insights(q: Question) -> Way:
    cluster = _resource(q, 'ClusterName', 'CLUSTER')
    words: tuple[Word, ...] = ('--cluster', cluster, '--settings', 'name=containerInsights,value=enabled')
    return Way((_aws(q, 'ecs', 'update-cluster-settings', *words),))


def _database(*words: Word) -> Callable[[Question], Way]:
    def way(q: Question) -> Way:
        database = _resource(q, 'DBInstanceIdentifier', 'DB_INSTANCE')
        return Way((_aws(q, 'rds', 'modify-db-instance', '--db-instance-identifier', database, *words),))

    return way


def _detailed_monitoring(q: Question) -> Way:
    return Way((_aws(q, 'ec2', 'monitor-instances', '--instance-ids', Variable('INSTANCE_ID')),))


def _group_metrics(q: Question) -> Way:
    """AWS charges nothing for the metrics themselves."""
    group: tuple[Word, ...] = ('--auto-scaling-group-name', _resource(q, 'AutoScalingGroupName', 'AUTO_SCALING_GROUP'))
    on = _aws(q, 'autoscaling', 'enable-metrics-collection', *group, '--granularity', '1Minute')
    return Way((on,), (_aws(q, 'autoscaling', 'disable-metrics-collection', *group),), MORE_POLLS)


def _shard_level(q: Question) -> Way:
    metric = CloudWatchMetric.of(q.metric.asked.name.metric) or Variable('METRIC_NAME')
    words: tuple[Word, ...] = ('--stream-name', _resource(q, 'StreamName', 'STREAM'), '--shard-level-metrics', metric)
    on, off = (_aws(q, 'kinesis', f'{verb}-enhanced-monitoring', *words) for verb in ('enable', 'disable'))
    return Way((on,), (off,), AS_CUSTOM)


def _monitoring_level(level: str) -> Callable[[Question], Way]:
    """An update names the version that the cluster has just then; the level before it is shown, too."""

    def way(q: Question) -> Way:
        shown = 'ClusterInfoList[].[ClusterArn, CurrentVersion, Provisioned.EnhancedMonitoring]'
        named = ('--cluster-name-filter', _resource(q, 'Cluster Name', 'CLUSTER_NAME'))
        cluster = ('--cluster-arn', Variable('CLUSTER_ARN'), '--current-version', Variable('CLUSTER_VERSION'))
        find = _aws(q, 'kafka', 'list-clusters-v2', *named, '--query', shown)
        return Way(
            (find, _aws(q, 'kafka', 'update-monitoring', *cluster, '--enhanced-monitoring', level)), (), AS_CUSTOM
        )

    return way


def _replication(q: Question) -> Way:
    """A request replaces the whole configuration of the bucket."""
    bucket: tuple[Word, ...] = ('--bucket', _resource(q, 'SourceBucket', 'BUCKET'))
    rule = _resource(q, 'RuleId', 'RULE_ID')
    put = _aws(q, 's3api', 'put-bucket-replication', *bucket, '--replication-configuration').text
    read = _aws(q, 's3api', 'get-bucket-replication', *bucket, '--query', 'ReplicationConfiguration').text
    edit = '(.Rules[] | select(.ID == $id) | .Destination.Metrics) = {Status: "Enabled"}'
    changed = shell('jq', '--arg', 'id', rule, edit, REPLICATION).text
    on = sequence(
        new_file(REPLICATION),
        Command(f'{read} > {REPLICATION}'),
        Command(f'{changed} > {CHANGED}'),
        Command(f'{put} file://{CHANGED}'),
    )
    return Way((on,), (Command(f'{put} file://{REPLICATION}'),), AS_CUSTOM)


WAYS: Mapping[Extra, Callable[[Question], Way]] = {
    Extra.S3_REQUEST_METRICS: _request_metrics,
    Extra.S3_REPLICATION: _replication,
    Extra.CLOUDFRONT_ADDITIONAL: _additional,
    Extra.CONTAINER_INSIGHTS: _container_insights,
    Extra.PERFORMANCE_INSIGHTS: _database('--enable-performance-insights'),
    Extra.RDS_ENHANCED: _database(
        '--monitoring-interval', '60', '--monitoring-role-arn', Variable('MONITORING_ROLE_ARN')
    ),
    Extra.DETAILED_MONITORING: _detailed_monitoring,
    Extra.GROUP_METRICS: _group_metrics,
    Extra.SHARD_LEVEL: _shard_level,
    Extra.MSK_PER_TOPIC: _monitoring_level('PER_TOPIC_PER_BROKER'),
    Extra.MSK_PER_PARTITION: _monitoring_level('PER_TOPIC_PER_PARTITION'),
}
