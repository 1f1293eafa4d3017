"""Which actions the simulator is asked about, of the whole list and of one region."""

import pytest
from botocore.loaders import Loader

from datadog_checks.aws_diagnostics.collect.aws.sentinels import EXAMPLES, GLOBAL, MOST_REGIONAL, regional, sentinels
from datadog_checks.aws_diagnostics.collect.required_permissions import recorded_permissions
from datadog_checks.aws_diagnostics.facts.account import RequiredPermissions
from datadog_checks.aws_diagnostics.rules.policy_language import is_pattern, service_of


def required(*standard: str, resource_collection: tuple[str, ...] = ()) -> RequiredPermissions:
    return RequiredPermissions(standard, resource_collection, 'api', '2026-11-22')


CHOICES = [
    pytest.param(required('sns:Publish', 'tag:GetKeys'), ('sns:Publish', 'tag:GetKeys'), id='concrete ones'),
    pytest.param(required('a:One', 'a:Two', 'a:Three'), ('a:One', 'a:Two'), id='two of each service'),
    pytest.param(required('ec2:Describe*'), ('ec2:DescribeInstances',), id='an example of a wildcard'),
    pytest.param(required('EC2:describe*'), ('ec2:DescribeInstances',), id='whatever its case'),
    pytest.param(
        required('new:Get*', resource_collection=('new:GetThing',)),
        ('new:GetThing',),
        id='an example of the longer list',
    ),
    pytest.param(required('new:Get*'), (), id='a wildcard without an example'),
    pytest.param(required('sns:List*', 'sns:ListTopics'), ('sns:ListTopics',), id='no action twice'),
]


@pytest.mark.parametrize(('needed', 'expected'), CHOICES)
def test_a_few_actions_represent_the_list(needed: RequiredPermissions, expected: tuple[str, ...]) -> None:
    assert sentinels(needed, resource_collection=False) == expected


def test_the_longer_list_counts_only_where_it_is_needed() -> None:
    needed = required('sns:Publish', resource_collection=('glue:GetDatabases',))
    assert sentinels(needed, resource_collection=True) == ('sns:Publish', 'glue:GetDatabases')
    assert sentinels(needed, resource_collection=False) == ('sns:Publish',)


def test_no_service_of_the_recorded_lists_is_left_out() -> None:
    recorded = recorded_permissions()
    chosen = sentinels(recorded, resource_collection=True)
    services = {action.partition(':')[0] for action in (*recorded.standard, *recorded.resource_collection)}
    assert {action.partition(':')[0] for action in chosen} == services
    assert [action for action in chosen if is_pattern(action)] == []
    assert len(chosen) <= 2 * len(services)


MODELS = {
    'elasticloadbalancing': 'elbv2',
    'elasticmapreduce': 'emr',
}
"""Where botocore names a service by another word than IAM."""


@pytest.mark.parametrize('example', EXAMPLES)
def test_an_example_is_an_operation_that_exists(example: str) -> None:
    service, _, operation = example.partition(':')
    model = Loader().load_service_model(MODELS.get(service, service), 'service-2')
    assert operation in model['operations']


def test_of_a_region_the_core_services_are_asked_first_and_global_ones_never() -> None:
    found = regional(
        ('iam:GetRole', 'sns:ListTopics', 's3:ListAllMyBuckets', 'tag:GetResources', 'ec2:DescribeInstances')
    )
    assert found == ('tag:GetResources', 'ec2:DescribeInstances', 'sns:ListTopics')


@pytest.mark.parametrize('resource_collection', [False, True])
def test_one_call_is_enough_for_a_region(resource_collection: bool) -> None:
    found = regional(sentinels(recorded_permissions(), resource_collection=resource_collection))
    assert len(found) == MOST_REGIONAL
    assert {'ec2', 'cloudwatch', 'tag'} <= set(map(service_of, found))
    assert GLOBAL.isdisjoint(map(service_of, found))
