"""Tags that AWS has and Datadog does not show."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose, of_scope
from datadog_checks.aws_diagnostics.diagnoses.inventory import TAGS_NOT_PROPAGATED
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Feature,
    FilterKind,
    Metrics,
    MissingTag,
    NamespaceFilters,
    ResourceTags,
    TagFilter,
)
from datadog_checks.aws_diagnostics.facts.values import Arn, MetricNamespace, RegionName
from datadog_checks.aws_diagnostics.findings import Scope
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    HOUR,
    MINUTE,
    REGION,
    account_expectations,
    account_facts,
    integration,
    policies,
    policy,
    simulated,
    simulation,
    statement,
)
from tests.builders import NOW
from tests.diagnoses.cloudwatch.records import instances
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

ID = 'i-0123456789abcdef0'
INSTANCE = Arn(f'arn:aws:ec2:{REGION}:{ACCOUNT_ID}:instance/{ID}')
BALANCER = Arn(f'arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT_ID}:loadbalancer/app/web/50dc6c495c0c9188')
LACKS = f'ec2 instance/{ID} lacks'
FOR_6_HOURS = 'in Datadog, for 6 hours or longer'


def missing(key: str = 'team', age: float = 7 * HOUR, **differences: Any) -> MissingTag:
    return replace(MissingTag(key, NOW - age), **differences)


def resource(*tags: MissingTag, arn: Arn = INSTANCE, **differences: Any) -> ResourceTags:
    """Of ten tags, watched for a month."""
    namespace = MetricNamespace('AWS/EC2' if arn == INSTANCE else 'AWS/ApplicationELB')
    healthy = ResourceTags(arn, arn.split(':')[2], REGION, namespace, 10, NOW - 30 * 24 * HOUR, tags)
    return replace(healthy, **differences)


def watched(*resources: ResourceTags, **differences: Any) -> Facts:
    return account_facts(tags=resources, **differences)


NOT_COMPARED = Unobserved("it is not in Datadog's host list of the last three hours")
LATE = watched(resource(missing()))
FAILS = {
    'for as long as Datadog may need': Row(
        watched(resource(missing(age=6 * HOUR))),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}',
        near_miss='a minute less',
    ),
    'for as long as the operator allows': Row(
        watched(resource(missing(age=HOUR))),
        f'{LACKS} 1 tag of AWS (team) in Datadog, for 1 hour or longer',
        account_expectations(tags_settle_after=HOUR),
        near_miss='a minute less',
    ),
    'with the value from before': Row(
        watched(resource(missing(other_value=True))),
        f'{LACKS} 1 tag of AWS (team with another value) {FOR_6_HOURS}',
        near_miss='a minute less',
    ),
    'only by somebody who copied it': Row(
        watched(resource(missing(other_value=True, sources=('Datadog', 'Users')), missing('env'))),
        f'{LACKS} 2 tags of AWS (team only from Datadog, Users, env) {FOR_6_HOURS}',
        near_miss='a minute less',
    ),
    'beside one that is young': Row(
        watched(resource(missing(), missing('env', age=HOUR))),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}',
        near_miss='a minute less',
    ),
    'of three resources, and one could not be compared': Row(
        watched(
            resource(missing()),
            resource(missing('a'), missing('b'), missing('c'), missing('d'), arn=BALANCER),
            resource(missing()),
            resource(compared=NOT_COMPARED),
        ),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}, elasticloadbalancing loadbalancer/app/web/50dc6c495c0c9188 lacks '
        f'4 tags of AWS (a, b, c and 1 more) {FOR_6_HOURS} and 1 more',
        near_miss='each of them is there',
    ),
    'the record leaves the region out': Row(
        watched(resource(missing()), integration=integration(regions=(RegionName('us-east-1'),))),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}; the integration does not include eu-west-1',
        near_miss='a minute less',
    ),
    'the record leaves the namespace out': Row(
        watched(
            resource(missing(), arn=BALANCER),
            integration=integration(
                namespace_filters=NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/ApplicationELB',))
            ),
        ),
        'elasticloadbalancing loadbalancer/app/web/50dc6c495c0c9188 lacks 1 tag of AWS (team) in Datadog, for 6 hours '
        'or longer; the integration excludes AWS/ApplicationELB',
        near_miss='a minute less',
    ),
    'the record filters by tags': Row(
        watched(resource(missing()), integration=integration(tag_filters=(TagFilter('AWS/EC2', ('env:prod',)),))),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}; the integration has tag filters for AWS/EC2, which may leave it '
        'out',
        near_miss='a minute less',
    ),
    'the record filters another namespace by tags': Row(
        watched(resource(missing()), integration=integration(tag_filters=(TagFilter('AWS/RDS', ('env:prod',)),))),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}',
        near_miss='a minute less',
    ),
    'no metrics are collected': Row(
        watched(resource(missing()), integration=integration(metrics_enabled=False)),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}; the integration collects no metrics',
        near_miss='a minute less',
    ),
    'it is not known what the record says': Row(
        watched(resource(missing()), integration=Unobserved('no answer')),
        f'{LACKS} 1 tag of AWS (team) {FOR_6_HOURS}',
        near_miss='a minute less',
    ),
}
PASSES = {
    'each of them is there': Row(
        watched(resource(), resource(arn=BALANCER, compared=3)),
        'Datadog shows each tag of AWS that can be compared: 13 tags of 2 resources',
    ),
    'a minute less': Row(
        watched(resource(missing(age=6 * HOUR - MINUTE))),
        'no tag of AWS is overdue: 10 tags of 1 resource; 1 tag not in Datadog yet, for less than 6 hours',
    ),
    'on the first look, and nothing is missing': Row(
        watched(resource(watched_since=NOW)),
        'Datadog shows each tag of AWS that can be compared: 10 tags of 1 resource',
    ),
}
UNKNOWN = {
    'on the first look': Row(
        watched(resource(missing(age=0.0), watched_since=NOW)),
        f'{LACKS} 1 tag of AWS (team) in Datadog; first compared just now, and Datadog can take 6 hours',
    ),
    'the third look, two hours later': Row(
        watched(resource(missing(age=2 * HOUR), watched_since=NOW - 2 * HOUR)),
        f'{LACKS} 1 tag of AWS (team) in Datadog; first compared 2 hours ago, and Datadog can take 6 hours',
    ),
    'Datadog does not show the resource': Row(
        watched(resource(compared=NOT_COMPARED), resource(compared=NOT_COMPARED, arn=BALANCER)),
        f"ec2 instance/{ID} could not be compared, and 1 more resource: it is not in Datadog's host list of the last "
        'three hours',
    ),
    'Datadog does not show an instance of a region that is left out': Row(
        watched(resource(compared=NOT_COMPARED), integration=integration(regions=(RegionName('us-east-1'),))),
        f"ec2 instance/{ID} could not be compared: it is not in Datadog's host list of the last three hours; the "
        'integration does not include eu-west-1',
    ),
    'our permission is missing': Row(
        watched(resource(), resource(compared=Unobserved('missing permission tag:GetResources'))),
        f'ec2 instance/{ID} could not be compared: missing permission tag:GetResources',
    ),
    'Datadog was not asked': Row(account_facts(tags=Unobserved('no keys')), 'no keys'),
}
NOT_APPLICABLE = {
    'nobody names a resource': Row(account_facts(), 'account.tagged_resources names no resource'),
    'the feature is off': Row(
        LATE, 'not checked: inventory is not in features', account_expectations(features=frozenset({Feature.ROLE}))
    ),
}
SUMMARY = 'Let Datadog read these tags: its record must include the resource, and its role the tags'
KEYS = '--header "DD-API-KEY: ${DD_API_KEY:?}" --header "DD-APPLICATION-KEY: ${DD_APP_KEY:?}"'
SUPPORT = (
    Step(
        'If a tag is only there from another source, such as the Agent or a user, remove it there or accept that it is '
        'not updated with AWS'
    ),
    Step(
        'If Datadog collects the resource and its role may read the tags, ask Datadog Support, with the ARN and the '
        'time since when each tag is missing'
    ),
)


def in_aws(arn: Arn) -> Step:
    command = f'aws resourcegroupstaggingapi get-resources --region {REGION} --resource-arn-list {arn}'
    return Step('See the tags that AWS has', (Command(command),))


REMEDIES: RemedyTable = {
    'an instance': (
        LATE,
        account_expectations(),
        Remedy(
            SUMMARY,
            (),
            (
                in_aws(INSTANCE),
                Step(
                    'See the tags of a host that the AWS integration has set in Datadog',
                    (
                        Command(
                            f'curl --silent --show-error --fail \\\n  {KEYS} \\\n  '
                            f"'https://api.datadoghq.com/api/v1/tags/hosts/{ID}?source=Amazon%20Web%20Services'"
                        ),
                    ),
                ),
                *SUPPORT,
            ),
        ),
    ),
    'a load balancer': (
        watched(resource(missing(), arn=BALANCER)),
        Remedy(
            SUMMARY,
            (),
            (
                in_aws(BALANCER),
                Step('See in the Metrics Explorer of Datadog which tags the metrics of the resource have'),
                *SUPPORT,
            ),
        ),
    ),
}

test_verdict = verdict_test(TAGS_NOT_PROPAGATED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(TAGS_NOT_PROPAGATED, REMEDIES)

CLOUDWATCH = statement('cloudwatch:*', 'ec2:*')
EXPLAINED = [
    pytest.param({'registered': False}, 'integration-not-registered', id='nothing is registered'),
    pytest.param({'policies': policies(policy(CLOUDWATCH))[-1:]}, 'integration-permissions-missing', id='no policy'),
    pytest.param(
        {'policies': (policy(CLOUDWATCH),)}, 'integration-permissions-missing', id='the role may not read tags'
    ),
    pytest.param(
        {'policies': (policy(statement('tag:*', 'cloudwatch:*')),)},
        'integration-permissions-missing',
        id='the role may not read instances, whose tags come with them',
    ),
    pytest.param(
        {'simulation': simulation(simulated('tag:GetResources', allowed_by_organization=False))},
        'integration-permissions-denied',
        id='the organization denies it',
    ),
    pytest.param({'integration': integration(metrics_enabled=False)}, 'metric-collection-disabled', id='no metrics'),
    pytest.param(
        {
            'integration': integration(regions=(RegionName('us-east-1'),)),
            'metrics': Metrics((instances(REGION, 3),), ()),
        },
        'region-not-collected',
        id='the region is left out',
    ),
    pytest.param({'policies': (policy(statement('tag:*', 'ec2:*')),)}, None, id='another permission is missing'),
    pytest.param(
        {
            'integration': integration(regions=(REGION,)),
            'metrics': Metrics((instances('us-east-1', 3),), ()),
        },
        None,
        id='another region is left out',
    ),
    pytest.param(
        {'simulation': simulation(simulated('cloudwatch:ListMetrics', allowed_by_organization=False))},
        None,
        id='another permission is denied',
    ),
    pytest.param({}, None, id='nothing else is wrong'),
]


@pytest.mark.parametrize(('wrong', 'cause'), EXPLAINED)
def test_the_cause_is_what_keeps_datadog_from_these_tags(wrong: dict[str, Any], cause: str | None) -> None:
    findings = diagnose(of_scope(Scope.ACCOUNT), watched(resource(missing()), **wrong), account_expectations())
    (finding,) = [f for f in findings if f.diagnosis.id == 'tags-not-propagated']
    assert (finding.failed, finding.explained_by) == (True, cause)
