from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import METRIC_MISSING
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_facts
from tests.diagnoses.cloudwatch.records import NOT_LOOKED_AT, SWITCHED_OFF, by_request, on_the_page
from tests.diagnoses.cloudwatch.watched import HOUR, NONE, asked, facts, missing, values
from tests.diagnoses.tables import Row, remedy_test, verdict_test

SHOWN = 'aws.elb.request_count{loadbalancername:web,region:eu-west-1}'
QUEUE = missing(asked('aws.sqs.number_of_messages_sent', {'QueueName': 'jobs'}))
LEFT_OUT = (
    'aws.sqs.number_of_messages_sent{queuename:jobs,region:eu-west-1} (namespace-excluded-by-default): '
    'metrics_config.namespace_filters.exclude_only has AWS/SQS, as that of a new integration'
)
THERE, UNUSED = missing(in_datadog=values(600)), missing(in_cloudwatch=NONE, sets=DimensionSets(()))
GONE = missing(asked('aws.rds.cpuutilization'), in_cloudwatch=values(5 * HOUR))
NO_QUERY = 'the application key may not query timeseries'
NOT_ASKED = 'missing permission cloudwatch:GetMetricData'

FAILS = {
    'the namespace is excluded': Row(
        facts(QUEUE), f'1 of 1 watched metric missing: {LEFT_OUT}', near_miss='the metric is there'
    ),
    'one is there, one is unused, one is excluded': Row(
        facts(THERE, UNUSED, QUEUE), f'1 of 3 watched metrics missing: {LEFT_OUT}', near_miss='it is not in use'
    ),
    'CloudWatch has it no longer': Row(
        facts(GONE),
        '1 of 1 watched metric missing: aws.rds.cpuutilization{loadbalancername:web,region:eu-west-1} (stopped): '
        'the newest value in CloudWatch is of 5 hours ago',
        near_miss='nobody queried it until now',
    ),
}
PASSES = {
    'the metric is there': Row(facts(THERE), 'Datadog has 1 of 1 watched metric'),
    'it is not in use': Row(
        facts(THERE, UNUSED),
        f'Datadog has 1 of 2 watched metrics; nothing is wrong with {SHOWN} (not-in-use): CloudWatch has no value of '
        'it within 1 day, and AWS publishes it only while the resource is used',
    ),
    'nobody queried it until now': Row(
        facts(missing(queried=False, in_cloudwatch=values(HOUR, HOUR - 300, 900))),
        f'Datadog has 0 of 1 watched metric; nothing is wrong with {SHOWN} (polled-hourly): nobody has queried it in '
        'the last 30 days, so Datadog polls it once an hour; this query ends that, and makes the polls cost more',
    ),
}
UNKNOWN = {
    'CloudWatch may not be looked at': Row(
        facts(replace(THERE, in_datadog=NONE, in_cloudwatch=Unobserved(NOT_ASKED))),
        f'{SHOWN} (not-found): emits and timing not known: {NOT_ASKED}',
    ),
    'Datadog may not be asked, and the namespace is excluded': Row(
        facts(replace(QUEUE, in_datadog=Unobserved(NO_QUERY))), NO_QUERY
    ),
    'no step fails': Row(facts(missing()), f'{SHOWN} (not-found): no step fails'),
    'AWS was not asked': Row(
        account_facts(watched=Unobserved('no AWS credentials were found')), 'no AWS credentials were found'
    ),
}
NOT_APPLICABLE = {
    'no metric is watched': Row(account_facts(), 'watched_metrics names no metric'),
    'the feature is off': Row(facts(QUEUE), SWITCHED_OFF, NOT_LOOKED_AT),
}

COSTS = 'more calls to CloudWatch, which AWS charges for'
REMEDIES = {
    'of the first that is missing': (
        facts(THERE, QUEUE, GONE),
        Remedy(
            'Let Datadog collect the namespace',
            (
                replace(on_the_page('Metric Collection, and enable AWS/SQS'), exposes=COSTS),
                replace(
                    by_request('metrics_config', '.metrics_config.namespace_filters.exclude_only -= ["AWS/SQS"]'),
                    exposes=COSTS,
                ),
            ),
        ),
    ),
}

test_verdict = verdict_test(METRIC_MISSING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(METRIC_MISSING, REMEDIES)
