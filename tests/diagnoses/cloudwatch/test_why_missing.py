"""The order of `metrics why`: for each cause a situation, and one that differs little and has another answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings

from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing import NOT_REACHED, ORDER
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing.causes import MissingCause, Outcome, Result, Step
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing.meanings import MEANINGS
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing.remedies import REMEDIES, remedy_of
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Decision,
    FilterKind,
    MetricNameFilter,
    NamespaceFilters,
    ResourceState,
    TagFilter,
    WatchedMetric,
)
from datadog_checks.aws_diagnostics.facts.metric_streams import Selected, StreamContents
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets, MetricTags, Previewed
from datadog_checks.aws_diagnostics.facts.values import DatadogMetric, MetricNamespace, RegionName
from tests.account.builders import REGION, policies, policy, role, simulated, simulation, statement, trust
from tests.builders import NOW
from tests.cli.any_facts import values_of
from tests.diagnoses.cloudwatch.records import excluding, including
from tests.diagnoses.cloudwatch.watched import (
    ALL_DAY,
    DAY,
    HOUR,
    MINUTE,
    NONE,
    WEB,
    active,
    asked,
    explained,
    missing,
    named,
    stream,
    values,
)
from tests.remedy_rules import faults_of

C = MissingCause
NOTHING = 'no step fails'
DENIED = Unobserved('missing permission cloudwatch:ListMetrics in eu-west-1 (AccessDenied)')


@dataclass(frozen=True)
class Case:
    metric: WatchedMetric
    cause: MissingCause
    evidence: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def case(cause: MissingCause, evidence: str, metric: WatchedMetric | None = None, **facts: Any) -> Case:
    return Case(metric or missing(), cause, evidence, facts)


def quiet(watched: Any = None, **differences: Any) -> WatchedMetric:
    """CloudWatch has nothing of it."""
    return missing(watched, **{'in_cloudwatch': NONE, 'sets': DimensionSets(()), **differences})


def sets(*dimensions: Mapping[str, str], complete: bool = True) -> DimensionSets:
    return DimensionSets(dimensions, complete)


SQS = asked('aws.sqs.number_of_messages_sent', {'QueueName': 'jobs'})
RDS = asked('aws.rds.cpuutilization', {'DBInstanceIdentifier': 'orders'})
CPU = asked('aws.ec2.network_in', {'InstanceId': 'i-0123456789abcdef0'})
CUSTOM = asked(named('Shop', 'Orders'), {'Shop': 'web'})
BEDROCK = asked(replace(named('AWS/Bedrock/Guardrails', 'Invocations'), statistic=''), {'Guardrail': 'g'})
CLOUDFRONT = asked('aws.cloudfront.origin_latency', {'DistributionId': 'E1', 'Region': 'Global'}, 'us-east-1')
STORAGE = asked('aws.s3.bucket_size_bytes', {'BucketName': 'logs', 'StorageType': 'StandardStorage'})
REQUESTS = asked('aws.s3.get_requests', {'BucketName': 'logs', 'FilterId': 'all'})
P95 = asked('aws.elb.latency.p95')
FAULTS = asked('aws.elb.httpcode_elb_5xx')
PREVIEW = Previewed(MetricNamespace('AWS/ELB'), 'RequestCount', ((DatadogMetric('aws.elb.request_count'), True),))
OTHERS = 'in CloudWatch the metric has no dimension'
ELSEWHERE = Unobserved('aws.ec2.host_ok does not come from CloudWatch')
FILTER = TagFilter('AWS/EC2', ('datadog:monitored', 'env:prod*', '!env:prod-test'))
WANTS = 'metrics_config.tag_filters of AWS/EC2 wants datadog:monitored, env:prod*, !env:prod-test'
HAD = values(HOUR * 5)
LAMBDA = asked('aws.lambda.errors', {'FunctionName': 'f'})
CREDITS = asked(named('AWS/EC2', 'CPUCreditBalance'), CPU.dimensions)
ACCELERATOR = asked(named('AWS/GlobalAccelerator', 'NewFlowCount'), {'Accelerator': 'a'}, 'us-west-2')
ALL_NAMESPACES = {'namespace_filters': NamespaceFilters(FilterKind.EXCLUDE_ONLY, ())}
NOTHING_LISTED = (
    'CloudWatch has no value of it within 1 day, and lists no metric with these dimensions: there is no such resource, '
    'or nobody uses it'
)

CASES: dict[str, Case] = {
    'it is there': case(
        C.PRESENT,
        'Datadog has aws.elb.request_count{loadbalancername:web,region:eu-west-1}: 2 values, the newest of 10 minutes '
        'ago',
        missing(in_datadog=values(600, 900)),
    ),
    'a guess, and Datadog has statistics of it': case(
        C.OTHER_NAME,
        'aws.bedrock.guardrails.invocations is not among the active metrics of the account in eu-west-1, but '
        'aws.bedrock.guardrails.invocations.sum',
        missing(BEDROCK, alike=('aws.bedrock.guardrails.invocations.sum',)),
    ),
    'a key of a public dashboard': case(
        C.WRONG_TAG_KEY,
        "the metric has no tag 'dbinstance-identifier'; the nearest is dbinstanceidentifier",
        active(
            asked('aws.rds.cpuutilization', {}, tags=('dbinstance-identifier:orders',)), 'dbinstanceidentifier:orders'
        ),
    ),
    'a key that resembles none': case(
        C.WRONG_TAG_KEY,
        "the metric has no tag 'team'; it has loadbalancername, name",
        active(asked(tags=('team:web',), dimensions={}), 'name:web', 'loadbalancername:web'),
    ),
    'a value in upper case': case(
        C.WRONG_TAG_VALUE,
        "the metric has no 'queuename:Jobs'; the nearest is queuename:jobs, as Datadog keeps values in lower case",
        active(asked('aws.sqs.number_of_messages_sent', {}, tags=('queuename:Jobs',)), 'queuename:jobs'),
    ),
    'a value with a typing error': case(
        C.WRONG_TAG_VALUE,
        "the metric has no 'loadbalancername:wbe-front'; the nearest is loadbalancername:web-front",
        active(
            asked(dimensions={'LoadBalancerName': 'wbe-front'}),
            'loadbalancername:web-front',
            sets=sets(),
            listed=False,
        ),
    ),
    'Metrics without Limits drops the tag': case(
        C.TAG_NOT_INDEXED,
        'loadbalancername is ingested with the metric and not indexed',
        missing(
            alike=('aws.elb.request_count',),
            tags=MetricTags(frozenset({'name:web'}), frozenset({'loadbalancername:web'})),
        ),
    ),
    'an application load balancer under aws.elb': case(
        C.OTHER_LOAD_BALANCER,
        'loadbalancer:app/... is a load balancer whose metrics begin with aws.applicationelb, and '
        'aws.elb.httpcode_elb_5xx is of classic ones',
        missing(asked('aws.elb.httpcode_elb_5xx', {'LoadBalancer': 'app/web/0123456789abcdef'})),
    ),
    'Datadog does not know the account': case(
        C.ACCOUNT_NOT_INTEGRATED, 'Datadog has no integration for this account', registered=False
    ),
    'the role trusts another account': case(
        C.ROLE_NOT_ASSUMABLE,
        '',
        role=role(trust(principals=('AWS:arn:aws:iam::111111111111:root',))),
    ),
    'the role may not read CloudWatch': case(
        C.PERMISSION_MISSING,
        'the policies of the role do not grant cloudwatch:GetMetricData (the values of all CloudWatch metrics), '
        'cloudwatch:ListMetrics (finding new CloudWatch metrics)',
        policies=policies()[1:],
    ),
    'a boundary keeps the role from it': case(
        C.PERMISSION_DENIED,
        'the permissions boundary keeps the role from cloudwatch:GetMetricData in eu-west-1',
        simulation=simulation(simulated('cloudwatch:GetMetricData', Decision.IMPLICIT_DENY, allowed_by_boundary=False)),
    ),
    'CloudFront in Europe': case(
        C.GLOBAL_SERVICE,
        'CloudWatch has AWS/CloudFront in us-east-1 only',
        missing(replace(CLOUDFRONT, region=REGION)),
    ),
    'the region is not collected': case(
        C.REGION_NOT_COLLECTED,
        'aws_regions.include_only has us-east-1, not eu-west-1',
        record={'regions': (RegionName('us-east-1'),)},
    ),
    'Global Accelerator, which is at home in another region than CloudFront': case(
        C.GLOBAL_SERVICE,
        'CloudWatch has AWS/GlobalAccelerator in us-west-2 only',
        missing(replace(ACCELERATOR, region=RegionName('us-east-1'))),
    ),
    'the region takes an opt-in': case(
        C.REGION_NOT_ENABLED,
        'eu-west-1 is not enabled in this account',
        missing(region_enabled=False),
    ),
    'metric collection is off': case(
        C.METRICS_DISABLED,
        'metric collection is disabled (metrics_config.enabled is false)',
        record={'metrics_enabled': False},
    ),
    'a busy queue of a new integration': case(
        C.NAMESPACE_EXCLUDED_BY_DEFAULT,
        'metrics_config.namespace_filters.exclude_only has AWS/SQS, as that of a new integration',
        missing(SQS),
    ),
    'terraform apply has reset the filters': case(
        C.NAMESPACE_EXCLUDED,
        'metrics_config.namespace_filters.include_only does not have AWS/ELB; the record was last changed 2 hours ago',
        missing(in_datadog=values(HOUR * 4)),
        record={'namespace_filters': including('AWS/EC2'), 'modified_at': NOW - 2 * HOUR},
    ),
    'the preview says that it is filtered': case(
        C.METRIC_NAME_FILTERED,
        "by Datadog's preview the name filters leave out aws.elb.request_count",
        missing(previewed=PREVIEW),
        record={'metric_name_filters': (MetricNameFilter('AWS/ELB', FilterKind.EXCLUDE_ONLY, ('aws.elb.*',)),)},
    ),
    'a pattern leaves it out': case(
        C.METRIC_NAME_FILTERED,
        'metrics_config.metric_name_filters.exclude_only of AWS/ELB has a pattern for aws.elb.request_count: '
        'aws.elb.latency, aws.elb.request_*',
        record={
            'metric_name_filters': (
                MetricNameFilter('AWS/ELB', FilterKind.EXCLUDE_ONLY, ('aws.elb.latency', 'aws.elb.request_*')),
            )
        },
    ),
    'no pattern includes it': case(
        C.METRIC_NAME_FILTERED,
        'metrics_config.metric_name_filters.include_only of AWS/ELB does not have a pattern for '
        'aws.elb.request_count: aws.elb.latency*',
        record={'metric_name_filters': (MetricNameFilter('AWS/ELB', FilterKind.INCLUDE_ONLY, ('aws.elb.latency*',)),)},
    ),
    'the instance has none of the tags': case(
        C.TAG_FILTERED,
        f'{WANTS}, and the resource has Name:web, env:dev, so Datadog does not import the host either',
        missing(CPU, resource_tags=('Name:web', 'env:dev')),
        record={'tag_filters': (FILTER,)},
    ),
    'the instance has a tag that is excluded': case(
        C.TAG_FILTERED,
        f'{WANTS}, and the resource has env:prod-test, so Datadog does not import the host either',
        missing(CPU, resource_tags=('env:prod-test',)),
        record={'tag_filters': (FILTER,)},
    ),
    'a namespace that Datadog has no integration for': case(
        C.CUSTOM_METRICS_OFF,
        'Datadog has no integration for AWS/Bedrock/Guardrails, and metrics_config.collect_custom_metrics is false',
        missing(BEDROCK, offered=False),
    ),
    'the sum of a custom metric': case(
        C.CUSTOM_STATISTIC,
        'Datadog has no integration for Shop, and of custom metrics it collects Average only, not Sum',
        missing(replace(CUSTOM, name=replace(CUSTOM.name, statistic='Sum')), offered=False),
        record={'collect_custom_metrics': True},
    ),
    'a dimension of another kind of load balancer': case(
        C.WRONG_DIMENSION,
        f"{OTHERS} 'LoadBalancer'; the nearest is LoadBalancerName",
        quiet(asked(dimensions={'LoadBalancer': 'web'}), sets=sets(WEB)),
    ),
    'a dimension that resembles none': case(
        C.WRONG_DIMENSION,
        f"{OTHERS} 'Team'; it has AvailabilityZone, LoadBalancerName",
        quiet(asked(dimensions={'Team': 'web'}), sets=sets({**WEB, 'AvailabilityZone': 'eu-west-1a'})),
    ),
    'a value of a dimension with a typing error': case(
        C.WRONG_DIMENSION_VALUE,
        "CloudWatch has no LoadBalancerName 'webfrnt' for it; the nearest is 'web-front'",
        quiet(
            asked(dimensions={'LoadBalancerName': 'webfrnt'}),
            sets=sets({'LoadBalancerName': 'web-front'}),
            listed=False,
        ),
    ),
    'two dimensions that are never published together': case(
        C.DIMENSIONS_NOT_PUBLISHED,
        'LoadBalancerName=web+AvailabilityZone=eu-west-1a is no set of it, but LoadBalancerName=web, '
        'AvailabilityZone=eu-west-1a',
        quiet(
            asked(dimensions={**WEB, 'AvailabilityZone': 'eu-west-1a'}),
            sets=sets(WEB, {'AvailabilityZone': 'eu-west-1a'}),
        ),
    ),
    'a load balancer without instances': case(
        C.NO_REGISTERED_INSTANCES,
        'CloudWatch has no value of it within 1 day, and the load balancer has no instances',
        quiet(asked('aws.elb.healthy_host_count'), registered=0),
    ),
    'no request has failed': case(
        C.NO_EVENTS,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only in a minute in which the event happens',
        quiet(FAULTS, registered=2),
    ),
    'nobody uses the load balancer': case(
        C.NOT_IN_USE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the resource is used',
        quiet(),
    ),
    'a queue that nobody uses': case(
        C.QUEUE_INACTIVE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the queue is active, with up to '
        '15 minutes until the first value',
        quiet(SQS),
        record={'namespace_filters': excluding()},
    ),
    'CloudWatch does not have it': case(C.NOT_EMITTED, 'CloudWatch has no value of it within 1 day', quiet(RDS)),
    'CloudWatch has it no longer': case(
        C.STOPPED,
        'the newest value in CloudWatch is of 5 hours ago',
        missing(RDS, in_cloudwatch=values(HOUR * 6, HOUR * 5)),
    ),
    'an instance that is stopped': case(
        C.RESOURCE_STOPPED,
        'the newest value in CloudWatch is of 5 hours ago, and the resource is stopped',
        missing(CPU, in_cloudwatch=HAD, state=ResourceState.STOPPED),
    ),
    'a bucket without a filter for request metrics': case(
        C.NOT_ENABLED_IN_AWS,
        'requires request metrics of the bucket: off',
        quiet(REQUESTS, enabled=False),
    ),
    'CloudFront without additional metrics': case(
        C.NOT_ENABLED_IN_AWS,
        'requires additional metrics of the distribution: off',
        quiet(CLOUDFRONT, enabled=False),
    ),
    'billing without alerts': case(
        C.NOT_ENABLED_IN_AWS,
        'requires billing alerts of the account: off',
        quiet(asked(named('AWS/Billing', 'EstimatedCharges'), {'Currency': 'USD'}, 'us-east-1'), enabled=False),
    ),
    'Enhanced Monitoring, which CloudWatch does not have': case(
        C.NOT_ENABLED_IN_AWS,
        'requires Enhanced Monitoring of the database: off',
        missing(
            asked('aws.rds.load.15', RDS.dimensions),
            in_cloudwatch=Unobserved('aws.rds.load.15 does not come from CloudWatch'),
            sets=Unobserved('aws.rds.load.15 does not come from CloudWatch'),
            enabled=False,
        ),
    ),
    'a stream of Datadog in another format': case(
        C.STREAM_FORMAT,
        "the metric stream 'datadog-metrics' has the format json, Datadog takes opentelemetry0.7",
        missing(streams=(stream(output_format='json'),)),
    ),
    'percentiles after the switch to a stream': case(
        C.STREAM_STATISTIC,
        "the metric stream 'datadog-metrics' carries the metric without p95 (StatisticsConfigurations)",
        missing(P95, streams=(stream(contents=StreamContents(statistics=(('AWS/ELB', 'Latency', ('p99',)),))),)),
    ),
    'the stream was stopped': case(
        C.STREAM_STOPPED,
        "the metric stream 'datadog-metrics' is stopped, and Datadog's newest value is of 5 hours ago",
        missing(in_datadog=HAD, streams=(stream(running=False, contents=Unobserved('the stream does not run')),)),
    ),
    'the integration was made just now': case(
        C.RECORD_CHANGED,
        'the integration was changed 5 minutes ago, and Datadog polls every 10 minutes; what is older than the '
        'integration is not filled in',
        record={'modified_at': NOW - 5 * MINUTE},
    ),
    'the metric is new': case(
        C.NEW_METRIC,
        'the first value in CloudWatch is of 10 minutes ago: it takes up to 15 minutes until AWS lists a new metric',
        missing(in_cloudwatch=values(600, 300)),
    ),
    'nobody queries it': case(
        C.POLLED_HOURLY,
        'nobody has queried it in the last 30 days, so Datadog polls it once an hour; this query ends that, and makes '
        'the polls cost more',
        missing(queried=False, in_datadog=values(50 * MINUTE), since=NOW - 30 * MINUTE),
    ),
    'a few minutes late': case(
        C.USUAL_DELAY,
        'the newest value in Datadog is of 20 minutes ago: polled metrics are that late',
        missing(in_datadog=values(20 * MINUTE), since=NOW - 10 * MINUTE),
    ),
    'the size of a bucket, with a stream': case(
        C.PUBLISHED_DAILY,
        'AWS publishes it once a day, for the day before; the newest in CloudWatch is of 1 day ago',
        missing(STORAGE, in_cloudwatch=values(DAY, interval=DAY), streams=(stream(),)),
    ),
    'the organization closes the region': case(
        C.SCP_DENIES,
        "by IAM's simulator the organization's policies may deny cloudwatch:ListMetrics for the role in eu-west-1",
        simulation=simulation(
            simulated('cloudwatch:ListMetrics', Decision.EXPLICIT_DENY, allowed_by_organization=False)
        ),
    ),
    'everything is right': case(C.NOT_FOUND, NOTHING),
    'CloudWatch may not be looked at': case(
        C.NOT_FOUND,
        f'emits and timing not known: {DENIED.reason}',
        missing(in_cloudwatch=DENIED, sets=DENIED, in_datadog=HAD),
    ),
}
NEAR_MISSES: dict[str, Case] = {
    'a value of before the time that was asked about': case(C.NOT_FOUND, NOTHING, missing(in_datadog=HAD)),
    'a tag of the host is none of the metric': case(
        C.NOT_FOUND, NOTHING, active(asked('aws.ec2.network_in', CPU.dimensions), 'name:web')
    ),
    'not all tags were listed': case(
        C.NOT_FOUND,
        "name not known: Datadog did not list all tags of the metric, so 'loadbalancername' may be one",
        missing(alike=('aws.elb.request_count',), tags=MetricTags(frozenset({'a:b'}), complete=False)),
    ),
    'a similar value, but CloudWatch has this one': case(
        C.NOT_FOUND,
        NOTHING,
        active(asked(dimensions={'LoadBalancerName': 'web-2'}), 'loadbalancername:web-1', 'loadbalancername:web-3'),
    ),
    'a neighbour with another number is another resource': case(
        C.NOT_FOUND,
        f'emits not known: {NOTHING_LISTED}',
        quiet(
            asked(dimensions={'LoadBalancerName': 'web-3'}),
            sets=sets({'LoadBalancerName': 'web-1'}, {'LoadBalancerName': 'web-2'}),
            listed=False,
        ),
    ),
    'a similar name, but this load balancer has other metrics': case(
        C.NOT_IN_USE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the resource is used',
        quiet(asked(dimensions={'LoadBalancerName': 'webfrnt'}), sets=sets({'LoadBalancerName': 'web-front'})),
    ),
    'CloudWatch has it already and does not list it yet': case(
        C.NOT_FOUND, NOTHING, missing(asked(dimensions={'Team': 'web'}), sets=sets(WEB))
    ),
    'a metric that Datadog makes itself': case(
        C.NOT_FOUND,
        NOTHING,
        missing(asked('aws.ec2.host_ok', {}), in_cloudwatch=ELSEWHERE, sets=ELSEWHERE),
    ),
    'the tag is indexed, with other values dropped': case(
        C.NOT_FOUND,
        NOTHING,
        missing(
            alike=('aws.elb.request_count',),
            tags=MetricTags(frozenset({'loadbalancername:web'}), frozenset({'loadbalancername:old'})),
        ),
    ),
    'a permission for the service is missing': case(
        C.NOT_FOUND,
        'permission not known: the role may not rds:DescribeDBInstances (RDS instances), which may be why',
        missing(RDS),
        policies=policies(),
    ),
    'a permission under a condition': case(
        C.NOT_FOUND,
        'permission not known: cloudwatch:GetMetricData, cloudwatch:ListMetrics: granted only under a condition, on '
        'some resources or in part',
        policies=(policy(statement('*', conditional=True)),),
    ),
    'the organization denies another region': case(
        C.NOT_FOUND,
        "scp not known: IAM's simulator was not asked about CloudWatch in eu-west-1",
        simulation=simulation(
            simulated(
                'cloudwatch:ListMetrics', Decision.EXPLICIT_DENY, allowed_by_organization=False, region='sa-east-1'
            )
        ),
    ),
    'what is on record as a region is not known': case(
        C.NOT_FOUND,
        "region not known: not all entries of the record's list of regions are known, so eu-west-1 may be one",
        record={'regions': (RegionName('us-east-1'),), 'other_regions': 1},
    ),
    'a stream may deliver what is excluded': case(
        C.NOT_FOUND,
        'configuration not known: metrics_config.namespace_filters.exclude_only excludes AWS/ELB, but the metric '
        "stream 'datadog-metrics' may deliver it",
        missing(streams=(stream(),)),
        record={'namespace_filters': NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/ELB',))},
    ),
    'the home of a global service is not collected': case(
        C.NOT_FOUND,
        'region not known: aws_regions.include_only has eu-west-1, not us-east-1, where CloudWatch has AWS/CloudFront; '
        'the guide of Datadog says that global metrics come whatever the regions are, scp not known: '
        "IAM's simulator was not asked about CloudWatch in us-east-1",
        missing(CLOUDFRONT),
        record={'regions': (REGION,)},
    ),
    'Global Accelerator at home': case(
        C.NOT_FOUND,
        "scp not known: IAM's simulator was not asked about CloudWatch in us-west-2",
        missing(ACCELERATOR),
    ),
    'a stream may deliver what is of another region': case(
        C.NOT_FOUND,
        "region not known: aws_regions.include_only does not have eu-west-1, but the metric stream 'datadog-metrics' "
        'may deliver it',
        missing(streams=(stream(),)),
        record={'regions': (RegionName('us-east-1'),)},
    ),
    'a stream may deliver what is not polled': case(
        C.NOT_FOUND,
        "configuration not known: metrics_config.enabled is false, but the metric stream 'datadog-metrics' may deliver "
        'it',
        missing(streams=(stream(),)),
        record={'metrics_enabled': False},
    ),
    'a stream may deliver a custom metric': case(
        C.NOT_FOUND,
        "configuration not known: Datadog has no integration for Shop, but the metric stream 'datadog-metrics' may "
        'deliver it',
        missing(CUSTOM, offered=False, streams=(stream(),)),
    ),
    'a stream that carries another namespace': case(
        C.NAMESPACE_EXCLUDED,
        'metrics_config.namespace_filters.exclude_only has AWS/ELB',
        missing(streams=(stream(contents=StreamContents(include=(Selected('AWS/EC2'),))),)),
        record={'namespace_filters': NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/ELB',))},
    ),
    'a name that no filter can remove': case(
        C.NOT_FOUND,
        NOTHING,
        missing(asked('aws.ec2.cpuutilization', CPU.dimensions)),
        record={'metric_name_filters': (MetricNameFilter('AWS/EC2', FilterKind.EXCLUDE_ONLY, ('aws.ec2.*',)),)},
    ),
    'a name filter of another namespace': case(
        C.NOT_FOUND,
        NOTHING,
        record={'metric_name_filters': (MetricNameFilter('AWS/EC2', FilterKind.EXCLUDE_ONLY, ('aws.*',)),)},
    ),
    'the tags fit': case(
        C.NOT_FOUND, NOTHING, missing(CPU, resource_tags=('Env:Production',)), record={'tag_filters': (FILTER,)}
    ),
    'a filter by the name of the group that Datadog gives a host': case(
        C.NOT_FOUND,
        'configuration not known: metrics_config.tag_filters of AWS/EC2 wants autoscaling_group:web, of which '
        'autoscaling_group:web is no tag of AWS',
        missing(CPU, resource_tags=('aws:autoscaling:groupName:web',)),
        record={'tag_filters': (TagFilter('AWS/EC2', ('autoscaling_group:web',)),)},
    ),
    'a filter as Datadog writes tags': case(
        C.NOT_FOUND,
        'configuration not known: metrics_config.tag_filters of AWS/EC2 wants team:web_ops, and the resource has '
        'Team:Web Ops, which Datadog may take for the same',
        missing(CPU, resource_tags=('Team:Web Ops',)),
        record={'tag_filters': (TagFilter('AWS/EC2', ('team:web_ops',)),)},
    ),
    'the tags may not be read': case(
        C.NOT_FOUND,
        f'configuration not known: {WANTS}; the tags of the resource are not known: missing permission '
        'tag:GetResources',
        missing(CPU, resource_tags=Unobserved('missing permission tag:GetResources')),
        record={'tag_filters': (FILTER,)},
    ),
    'custom metrics are collected': case(
        C.NOT_FOUND, NOTHING, missing(BEDROCK, offered=False), record={'collect_custom_metrics': True}
    ),
    'the size of a bucket that Datadog never had': case(
        C.NOT_FOUND, NOTHING, missing(STORAGE, in_cloudwatch=values(DAY, 2 * DAY, 3 * DAY + HOUR, interval=DAY))
    ),
    'the filter is about what Datadog knows of a host itself': case(
        C.NOT_FOUND,
        'configuration not known: metrics_config.tag_filters of AWS/EC2 wants instance-type:c1.*, of which '
        'instance-type:c1.* is no tag of AWS',
        missing(CPU, resource_tags=('Name:web',)),
        record={'tag_filters': (TagFilter('AWS/EC2', ('instance-type:c1.*',)),)},
    ),
    'a load balancer that may be there, unused for two weeks': case(
        C.NOT_FOUND, f'emits not known: {NOTHING_LISTED}', quiet(listed=False)
    ),
    'a function that CloudWatch has forgotten after two quiet weeks': case(
        C.NOT_FOUND, f'emits not known: {NOTHING_LISTED}', quiet(LAMBDA, listed=False)
    ),
    'a queue that CloudWatch has forgotten after two quiet weeks': case(
        C.NOT_FOUND, f'emits not known: {NOTHING_LISTED}', quiet(SQS, listed=False), record=ALL_NAMESPACES
    ),
    'a function that was quiet for a day': case(
        C.NOT_IN_USE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the resource is used',
        quiet(LAMBDA),
    ),
    'a database that nobody knows, whose metrics AWS always publishes': case(
        C.NOT_EMITTED, NOTHING_LISTED, quiet(RDS, listed=False)
    ),
    'a load balancer that there is not': case(
        C.NOT_EMITTED,
        'CloudWatch has no value of it within 1 day, and there is no such resource',
        quiet(listed=False, state=ResourceState.GONE),
    ),
    'an instance that was terminated': case(
        C.STOPPED,
        'the newest value in CloudWatch is of 5 hours ago, and there is no such resource',
        missing(CPU, in_cloudwatch=HAD, state=ResourceState.GONE),
    ),
    'an instance that runs': case(
        C.STOPPED,
        'the newest value in CloudWatch is of 5 hours ago',
        missing(CPU, in_cloudwatch=HAD, state=ResourceState.THERE),
    ),
    'an instance of which CloudWatch has forgotten everything, and that runs': case(
        C.NOT_EMITTED,
        'CloudWatch has no value of it within 1 day',
        quiet(CPU, listed=False, state=ResourceState.THERE),
    ),
    'a database that has been stopped for two weeks': case(
        C.RESOURCE_STOPPED,
        'CloudWatch has no value of it within 1 day, and the resource is stopped',
        quiet(RDS, listed=False, state=ResourceState.STOPPED),
    ),
    'a stopped instance that CloudWatch had values of until now': case(
        C.NOT_FOUND, NOTHING, missing(CPU, state=ResourceState.STOPPED)
    ),
    'the credits of an instance that may have none': case(
        C.NOT_FOUND,
        'emits not known: CloudWatch has no value of it within 1 day; AWS publishes it only for burstable instance '
        'types, like t3',
        quiet(CREDITS),
    ),
    'the credits of an instance that had some': case(
        C.STOPPED,
        'the newest value in CloudWatch is of 5 hours ago',
        missing(CREDITS, in_cloudwatch=HAD, state=ResourceState.THERE),
    ),
    'a load balancer that nobody has used for two weeks': case(
        C.NOT_IN_USE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the resource is used',
        quiet(listed=False, registered=2),
    ),
    'the region was not simulated': case(
        C.NOT_FOUND,
        "scp not known: IAM's simulator was not asked about CloudWatch in eu-west-1",
        simulation=simulation(simulated('ec2:DescribeInstances')),
    ),
    'CloudWatch lists more than was read': case(
        C.NOT_IN_USE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the resource is used',
        quiet(asked(dimensions={'LoadBalancer': 'web'}), sets=sets(WEB, complete=False)),
    ),
    'whether the bucket has a filter is not known': case(
        C.NOT_FOUND,
        'emits not known: CloudWatch has no value of it within 1 day; AWS publishes it only where something is turned '
        'on, see the next step, enablement not known: requires request metrics of the bucket; whether that is on is '
        'not known: missing permission s3:GetMetricsConfiguration',
        quiet(REQUESTS, enabled=Unobserved('missing permission s3:GetMetricsConfiguration')),
    ),
    'the bucket has a filter, and no requests': case(
        C.NOT_IN_USE,
        'CloudWatch has no value of it within 1 day, and AWS publishes it only while the resource is used',
        quiet(REQUESTS, enabled=True),
    ),
    'a stream of somebody else in another format': case(
        C.NOT_FOUND, NOTHING, missing(streams=(stream('to-s3', output_format='json'),))
    ),
    'the stream carries the percentile': case(
        C.NOT_FOUND,
        NOTHING,
        missing(P95, streams=(stream(contents=StreamContents(statistics=(('AWS/ELB', 'Latency', ('p95',)),))),)),
    ),
    'a stopped stream that has brought nothing': case(
        C.NOT_FOUND,
        "timing not known: the metric stream 'datadog-metrics' is stopped, and whether it carried the metric is not "
        'known',
        missing(streams=(stream(running=False, contents=Unobserved('the stream does not run')),)),
    ),
    'a percentile, and the stream of another vendor that takes the same format': case(
        C.NOT_FOUND,
        "timing not known: the metric stream 'to-newrelic' carries the metric without p95 (StatisticsConfigurations), "
        'and whether it ends at Datadog is not known',
        missing(P95, streams=(stream('to-newrelic'),)),
    ),
    'errors of the shop, of which there were none': case(
        C.NOT_FOUND,
        'emits not known: CloudWatch has no value of it within 1 day; how often its source sends it is not known',
        quiet(CUSTOM),
        record={'collect_custom_metrics': True},
    ),
    'Container Insights of EKS, which ECS knows nothing of': case(
        C.NOT_FOUND,
        'emits not known: CloudWatch has no value of it within 1 day; AWS publishes it only where something is turned '
        'on, see the next step, enablement not known: requires Container Insights, by an agent in the cluster; whether '
        'that is on is not known: no call of AWS tells',
        quiet(
            asked(named('ContainerInsights', 'node_cpu_utilization'), {'ClusterName': 'web'}),
            enabled=Unobserved('no call of AWS tells'),
        ),
    ),
    'nobody queries it, for longer than an hourly poll explains': case(
        C.NOT_FOUND, NOTHING, missing(queried=False, in_datadog=HAD)
    ),
}


@pytest.mark.parametrize('row', [pytest.param(row, id=situation) for situation, row in (CASES | NEAR_MISSES).items()])
def test_the_answer(row):
    found = explained(row.metric, **row.facts)
    assert found.cause is row.cause, found
    assert found.evidence.startswith(row.evidence) if not row.evidence else found.evidence == row.evidence
    remedy = remedy_of(found)
    suspected = dict(found.steps)[Step.ENABLEMENT].result is Result.UNKNOWN
    assert (remedy is not None) is (row.cause in REMEDIES or suspected)
    assert remedy is None or faults_of(remedy) == []


IDLE = (
    ('AWS/ApplicationELB', 'NewConnectionCount'),
    ('AWS/ApplicationELB', 'ActiveConnectionCount'),
    ('AWS/ApplicationELB', 'IPv6RequestCount'),
    ('AWS/DynamoDB', 'ConsumedReadCapacityUnits'),
    ('AWS/EBS', 'VolumeReadOps'),
    ('AWS/ELB', 'EstimatedALBNewConnectionCount'),
    ('AWS/Kinesis', 'IncomingRecords'),
    ('AWS/Lambda', 'ConcurrentExecutions'),
    ('AWS/NetworkELB', 'ActiveFlowCount_TLS'),
    ('AWS/S3', 'ReplicationLatency'),
    ('AWS/WAFV2', 'BlockedRequests'),
)


@pytest.mark.parametrize(('namespace', 'metric'), IDLE)
def test_a_quiet_night_of_a_metric_that_takes_use_is_no_fault(namespace, metric):
    watched = asked(named(namespace, metric), {'Resource': 'web'})
    found = explained(missing(watched, in_cloudwatch=values(HOUR * 9)))
    assert (found.cause, found.outcome) == (C.NOT_IN_USE, Outcome.EXPECTED)


@pytest.mark.parametrize(
    ('namespace', 'metric'),
    [
        ('AWS/ApplicationELB', 'RequestCount'),
        ('AWS/ApplicationELB', 'ProcessedBytes'),
        ('AWS/DynamoDB', 'ProvisionedReadCapacityUnits'),
        ('AWS/EC2', 'CPUUtilization'),
        ('AWS/NetworkELB', 'ActiveFlowCount'),
        ('AWS/NetworkELB', 'ProcessedBytes'),
        ('AWS/RDS', 'CPUUtilization'),
    ],
)
def test_what_aws_always_publishes_has_stopped(namespace, metric):
    watched = asked(named(namespace, metric), {'Resource': 'web'})
    assert explained(missing(watched, in_cloudwatch=values(HOUR * 9))).cause is C.STOPPED


def test_only_a_stream_of_datadog_is_started_again():
    streams = (stream('audit-to-splunk', running=False), stream(running=False))
    found = explained(missing(in_datadog=HAD, streams=streams))
    assert found.cause is C.STREAM_STOPPED
    remedy = remedy_of(found)
    assert remedy is not None
    (choice,) = remedy.choices
    commands = [command.text for command in choice.commands]
    assert commands == ['aws cloudwatch start-metric-streams --region eu-west-1 --names datadog-metrics']
    assert choice.exposes.startswith('you to AWS charges for every update of every metric')


def test_a_resource_that_a_tag_excludes_is_not_told_to_take_another_one():
    metric = missing(CPU, resource_tags=('env:prod-test', 'datadog:monitored'))
    found = explained(metric, record={'tag_filters': (FILTER,)})
    assert found.cause is C.TAG_FILTERED
    remedy = remedy_of(found)
    assert remedy is not None
    (choice,) = remedy.choices
    assert choice.text.endswith('Limit metric collection to specific resources, and remove !env:prod-test')


def test_no_request_is_printed_that_would_change_nothing():
    filters = (MetricNameFilter('AWS/ELB', FilterKind.EXCLUDE_ONLY, ('aws.elb.latency',)),)
    remedy = remedy_of(explained(missing(previewed=PREVIEW), record={'metric_name_filters': filters}))
    assert remedy is not None
    assert [choice.commands for choice in remedy.choices] == [()]


@pytest.mark.parametrize(
    ('hours', 'given'), [pytest.param(3, '', id='as usual'), pytest.param(48, ' --since 2880m', id='as asked')]
)
def test_the_next_look_expects_a_value_from_the_same_time(hours, given):
    zone = {**WEB, 'AvailabilityZone': 'eu-west-1a'}
    metric = quiet(asked(dimensions=zone), sets=sets({'AvailabilityZone': 'eu-west-1a'}), since=NOW - hours * HOUR)
    remedy = remedy_of(explained(metric))
    assert remedy is not None
    (command,) = remedy.then[-1].commands
    assert command.text.partition(' --config')[0].endswith(f'--dimension AvailabilityZone=eu-west-1a{given}')


def test_the_tags_of_the_metric_are_shown_where_another_one_was_asked_for():
    remedy = remedy_of(explained(active(asked(tags=('team:web',), dimensions={}), 'name:web')))
    assert remedy is not None
    (step,) = remedy.then
    assert '/api/v2/metrics/aws.elb.request_count/all-tags' in step.commands[0].text


def test_every_cause_has_a_situation_a_meaning_and_a_remedy_where_something_is_wrong():
    assert {row.cause for row in CASES.values()} == set(MissingCause) == set(MEANINGS)
    quiet_causes = {C.NO_REGISTERED_INSTANCES, C.NO_EVENTS, C.NOT_IN_USE, C.QUEUE_INACTIVE, C.RESOURCE_STOPPED}
    assert set(MissingCause) - set(REMEDIES) == {C.PRESENT, C.NOT_FOUND, *quiet_causes}


@pytest.mark.parametrize('row', [pytest.param(row, id=situation) for situation, row in CASES.items()])
def test_the_steps_are_those_of_the_guide_and_end_with_the_one_that_fails(row):
    found = explained(row.metric, **row.facts)
    assert [step for step, _ in found.steps] == [step for step, _ in ORDER] == list(Step)
    reached = [(step, answer) for step, answer in found.steps if answer != NOT_REACHED]
    failing = [step for step, answer in reached if answer.result is Result.FAILS]
    assert failing == ([found.step] if found.step else [])
    assert (found.outcome is Outcome.UNKNOWN) is (row.cause is C.NOT_FOUND)
    assert found.step is None or reached[-1][0] is found.step


def test_what_could_not_be_looked_at_hides_no_later_reason():
    nothing = Unobserved('missing permission everything')
    metric = quiet(RDS, alike=nothing, tags=nothing, offered=nothing, region_enabled=nothing, streams=nothing)
    found = explained(metric, policies=nothing, role=nothing, simulation=nothing)
    assert (found.cause, found.step) == (C.NOT_EMITTED, Step.EMITS)
    unknown = [step for step, answer in found.steps if answer.result is Result.UNKNOWN]
    assert unknown == [Step.NAME, Step.PERMISSION, Step.REGION, Step.CONFIGURATION]


def test_nothing_is_said_where_nothing_could_be_looked_at():
    metric = WatchedMetric.not_observed(asked(), NOW - HOUR, (), Unobserved('no AWS credentials were found'))
    nothing = Unobserved('no AWS credentials were found')
    found = explained(metric, integration=nothing, registered=None, role=nothing, policies=nothing, simulation=nothing)
    assert found.cause is C.NOT_FOUND
    assert found.evidence == (
        'name and permission and region and configuration and emits and timing and scp not known: '
        'no AWS credentials were found'
    )


def test_a_later_reason_never_counts_before_an_earlier_one():
    """All at once: the earliest of the order is told."""
    metric = quiet(SQS, region_enabled=False, in_cloudwatch=ALL_DAY)
    told = []
    for record in ({'metrics_enabled': False, 'regions': (RegionName('us-east-1'),)}, {'metrics_enabled': False}, {}):
        told.append(explained(metric, record=record).cause)
    assert told == [C.REGION_NOT_COLLECTED, C.REGION_NOT_ENABLED, C.REGION_NOT_ENABLED]
    assert explained(replace(metric, region_enabled=True)).cause is C.NAMESPACE_EXCLUDED_BY_DEFAULT


@settings(derandomize=True, max_examples=150, deadline=None)
@given(values_of(WatchedMetric))
def test_any_facts_have_an_answer(metric):
    found = explained(metric)
    assert found.evidence.isprintable() and 0 < len(found.evidence) <= 700
    assert len(found.steps) == len(ORDER)
    suspected = dict(found.steps)[Step.ENABLEMENT].result is Result.UNKNOWN
    has_remedy = remedy_of(found) is not None
    assert has_remedy if found.cause in REMEDIES else (suspected or not has_remedy)
