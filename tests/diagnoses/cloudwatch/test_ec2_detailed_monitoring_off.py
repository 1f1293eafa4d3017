from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import EC2_DETAILED_MONITORING_OFF
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import MetricLag
from datadog_checks.aws_diagnostics.facts.values import RegionName
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import REGION, account_facts
from tests.account.lag_builders import CPU, every_minute, lag_facts, metric_lag, series, watched
from tests.diagnoses.cloudwatch.records import NOT_LOOKED_AT, SWITCHED_OFF
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ID, OTHER_ID = 'i-0123456789abcdef0', 'i-0fedcba9876543210'
NAME = f'{CPU} ({ID}, eu-west-1)'
FIVES = series(*range(10, 185, 5))
DENIED = Unobserved('missing permission ec2:DescribeInstances in eu-west-1 (UnauthorizedOperation)')
NONE = 'no metric of an EC2 instance that detailed monitoring changes is in watched_metrics'


def of_instance(
    name: str = CPU,
    id: str = ID,
    *,
    region: RegionName = REGION,
    detailed: bool | Unobserved | None = False,
    **rest: object,
) -> MetricLag:
    return metric_lag(watched=watched(name, region, InstanceId=id), cloudwatch=FIVES, detailed=detailed, **rest)


FAILS = {
    'off, and the values show it': Row(
        lag_facts(of_instance()),
        f'{NAME}: detailed monitoring is off, and its values arrive every five minutes',
        near_miss='on',
    ),
    'off, and there are no values': Row(
        lag_facts(metric_lag(watched=watched(CPU, InstanceId=ID), cloudwatch=series(), detailed=False)),
        f'{NAME}: detailed monitoring is off',
        near_miss='on',
    ),
    'only the values can be seen': Row(
        lag_facts(of_instance(detailed=DENIED)), f'{NAME}: CloudWatch has one value in five minutes', near_miss='on'
    ),
    'of two instances one has it': Row(
        lag_facts(of_instance(id=OTHER_ID, detailed=True), of_instance()),
        f'{NAME}: detailed monitoring is off, and its values arrive every five minutes',
        near_miss='on',
    ),
}
PASSES = {
    'on': Row(lag_facts(of_instance(detailed=True)), f'{NAME}: detailed monitoring is on'),
}
UNKNOWN = {
    'our permission is missing, and the values come every minute': Row(
        lag_facts(metric_lag(watched=watched(CPU, InstanceId=ID), cloudwatch=every_minute(), detailed=DENIED)),
        f'{NAME}: {DENIED.reason}',
    ),
    'the instance is gone': Row(
        lag_facts(of_instance(detailed=None)), f'{NAME}: there is no such instance in eu-west-1'
    ),
}
NOT_APPLICABLE = {
    'nothing is watched': Row(account_facts(), NONE),
    'a load balancer is watched': Row(lag_facts(metric_lag(cloudwatch=FIVES, detailed=False)), NONE),
    'a metric of a group of instances': Row(
        lag_facts(metric_lag(watched=watched(CPU, AutoScalingGroupName='web'), cloudwatch=FIVES)), NONE
    ),
    'credits, which come every five minutes whatever is paid': Row(
        lag_facts(of_instance('aws.ec2.cpucredit_balance')), NONE
    ),
    'status checks, which cost nothing': Row(lag_facts(of_instance('aws.ec2.status_check_failed')), NONE),
    'a metric that Datadog does not take from CloudWatch': Row(lag_facts(of_instance('aws.ec2.host_ok')), NONE),
    'the feature is off': Row(lag_facts(of_instance()), SWITCHED_OFF, NOT_LOOKED_AT),
}


def remedy(names: str, region: str, ids: str) -> Remedy:
    return Remedy(
        f'Decide whether one value in five minutes is enough for {names}',
        (
            Choice(
                'Install the Datadog Agent on the instance: its system metrics have a value every 15 seconds, without '
                'CloudWatch'
            ),
            Choice(
                'Turn on detailed monitoring',
                (Command(f'aws ec2 monitor-instances --region {region} --instance-ids {ids}'),),
                exposes='you to AWS charges for seven more metrics of each instance, about $2.10 a month',
                undo=Step(
                    'Turn it off again',
                    (Command(f'aws ec2 unmonitor-instances --region {region} --instance-ids {ids}'),),
                ),
            ),
            Choice(
                'If five minutes are enough, tell this check in its conf.yaml',
                (Command('disabled_diagnoses: [ec2-detailed-monitoring-off]', Language.YAML),),
                undo=Step('Remove it from the list'),
            ),
        ),
        (
            Step(
                'What creates the instances has to ask for it too: Monitoring.Enabled in a launch template, monitoring '
                '= true of aws_instance in Terraform',
                for_new_instances=True,
            ),
            Step(
                'Wait 15 minutes, then run the check again',
                (Command('aws-diagnostics check --config conf.yaml'),),
            ),
        ),
    )


REMEDIES = {
    'two metrics of one instance, and another instance': (
        lag_facts(of_instance(), of_instance('aws.ec2.network_in'), of_instance(id=OTHER_ID)),
        remedy(f'{ID}, {OTHER_ID}', 'eu-west-1', f'{ID} {OTHER_ID}'),
    ),
    'two regions: the first one first': (
        lag_facts(
            of_instance(id=OTHER_ID, detailed=True),
            of_instance(),
            of_instance(id=OTHER_ID, region=RegionName('us-east-1')),
        ),
        remedy(ID, 'eu-west-1', ID),
    ),
}

test_verdict = verdict_test(EC2_DETAILED_MONITORING_OFF, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(EC2_DETAILED_MONITORING_OFF, REMEDIES)
