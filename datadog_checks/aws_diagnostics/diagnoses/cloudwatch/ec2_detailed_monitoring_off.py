"""A watched metric of an EC2 instance has one value in five minutes, as detailed monitoring is off.

A setting with a price, so a hint and never more than a warning, and only for instances that the operator watches: most
have no need of it. Metrics that EC2 publishes every five minutes whatever is paid for (CPU credits), or every minute
without it (status checks), say nothing.
"""

from collections.abc import Iterable

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...facts.account.lag import MetricLag
from ...facts.observed import Unobserved
from ...facts.values import InstanceId, RegionName
from ...findings import Diagnosis, NotApplicable, Scope, Status, Verdict
from ...remedies import Choice, Command, Remedy, Step, Variable, shell, yaml
from ...rules.lag import FIVE_MINUTES, cadence
from ...text import listed
from ..links import ec2_user_guide
from .lags import Outcomes, again, known_lags, named, watched_lags, why_not

ID = 'ec2-detailed-monitoring-off'
NAMESPACE = 'AWS/EC2'
WHATEVER_IS_PAID = ('CPUCredit', 'CPUSurplusCredit', 'StatusCheckFailed')
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html"""
NO_INSTANCE = NotApplicable('no metric of an EC2 instance that detailed monitoring changes is in watched_metrics')
LONGEST_ID = 20


def judge(facts: Facts, expected: Expectations) -> Verdict:
    lags = [lag for lag in watched_lags(facts) if _instance(lag)]
    if not lags:
        return NO_INSTANCE
    return Outcomes.of(lags, _add).verdict()


def _add(outcomes: Outcomes, lag: MetricLag) -> None:
    metric = named(lag.watched)
    if lag.detailed is True:
        outcomes.right.append(f'{metric}: detailed monitoring is on')
    elif lag.detailed is None:
        outcomes.open.append(f'{metric}: there is no such instance in {lag.watched.region}')
    elif lag.detailed is False:
        seen = ', and its values arrive every five minutes' if _every_five_minutes(lag) else ''
        outcomes.wrong.append(f'{metric}: detailed monitoring is off{seen}')
    elif _every_five_minutes(lag):
        outcomes.wrong.append(f'{metric}: CloudWatch has one value in five minutes')
    else:
        outcomes.open.append(f'{metric}: {why_not(lag.detailed)}')


def _every_five_minutes(lag: MetricLag) -> bool:
    return not isinstance(lag.cloudwatch, Unobserved) and cadence(lag.cloudwatch) == FIVE_MINUTES


def _instance(lag: MetricLag) -> InstanceId | None:
    """None where detailed monitoring changes nothing."""
    name = lag.watched.name
    if name.namespace != NAMESPACE or not name.metric or name.metric.startswith(WHATEVER_IS_PAID):
        return None
    return InstanceId.of(lag.watched.dimensions.get('InstanceId'))


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    region, ids = _wrong(known_lags(facts))
    names = listed((id for id in ids if isinstance(id, str)), longest=LONGEST_ID) or 'the instance'
    return Remedy(
        f'Decide whether one value in five minutes is enough for {names}',
        (
            Choice(
                'Install the Datadog Agent on the instance: its system metrics have a value every 15 seconds, without '
                'CloudWatch'
            ),
            Choice(
                'Turn on detailed monitoring',
                (_monitor('monitor-instances', region, ids),),
                exposes='you to AWS charges for seven more metrics of each instance, about $2.10 a month',
                undo=Step('Turn it off again', (_monitor('unmonitor-instances', region, ids),)),
            ),
            Choice(
                'If five minutes are enough, tell this check in its conf.yaml',
                (yaml({'disabled_diagnoses': [ID]}),),
                undo=Step('Remove it from the list'),
            ),
        ),
        (
            Step(
                'What creates the instances has to ask for it too: Monitoring.Enabled in a launch template, monitoring '
                '= true of aws_instance in Terraform',
                for_new_instances=True,
            ),
            again(expected, 'Wait 15 minutes, then run the check again'),
        ),
    )


def _monitor(operation: str, region: RegionName | Variable, ids: tuple[InstanceId | Variable, ...]) -> Command:
    return shell('aws', 'ec2', operation, '--region', region, '--instance-ids', *ids)


def _wrong(lags: Iterable[MetricLag]) -> tuple[RegionName | Variable, tuple[InstanceId | Variable, ...]]:
    """The instances of the first region with one."""
    found: dict[RegionName, list[InstanceId | Variable]] = {}
    for lag in lags:
        instance_id = _instance(lag)
        if instance_id and Outcomes.of([lag], _add).wrong:
            ids = found.setdefault(lag.watched.region, [])
            ids += [instance_id] if instance_id not in ids else []
    region = next(iter(found), None)
    return (region, tuple(found[region])) if region else (Variable('AWS_REGION'), (Variable('INSTANCE_ID'),))


EC2_DETAILED_MONITORING_OFF = Diagnosis(
    id=ID,
    title='A watched EC2 instance has no detailed monitoring',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Asks EC2 whether detailed monitoring is on for the instances of `watched_metrics`, and looks at how far apart '
        'their values are in CloudWatch. Other instances, and metrics that it does not affect, are ignored.'
    ),
    harm=(
        'CloudWatch has one value in five minutes, so Datadog has it 15 to 25 minutes later instead of 10 to 12. If '
        'that is enough, add this diagnosis to disabled_diagnoses.'
    ),
    docs=ec2_user_guide('manage-detailed-monitoring.html'),
    judge=judge,
    remedy=remedy,
)
