"""Which tag of Datadog a dimension becomes, and what a person may have meant."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.facts.metrics import MetricTags
from datadog_checks.aws_diagnostics.rules.dimension_tags import (
    MOST_VALUES,
    TAG_KEYS,
    as_tag,
    narrowed,
    nearest,
    scope_of,
    tag_key,
    tags_of,
)


@pytest.mark.parametrize(
    ('namespace', 'dimension', 'key'),
    [
        ('AWS/ELB', 'LoadBalancerName', 'loadbalancername'),
        ('AWS/ELB', 'AvailabilityZone', 'availability-zone'),
        ('AWS/ApplicationELB', 'TargetGroup', 'targetgroup'),
        ('AWS/EC2', 'InstanceId', 'instance-id'),
        ('AWS/RDS', 'DBInstanceIdentifier', 'dbinstanceidentifier'),
        ('AWS/VPN', 'TunnelIpAddress', 'tunnelipaddress'),
        pytest.param('AWS/MWAA', 'Environment_Name', 'environmentname', id='by the rule'),
        pytest.param('Shop', 'AvailabilityZone', 'availabilityzone', id='the table is of one namespace'),
    ],
)
def test_a_dimension_becomes_this_tag(namespace, dimension, key):
    assert tag_key(namespace, dimension) == key


def test_the_rule_fits_the_table_but_for_the_names_of_hosts_and_zones():
    others = {
        key
        for dimensions in TAG_KEYS.values()
        for dimension, key in dimensions.items()
        if key != re.sub('[^a-z0-9]', '', dimension.lower())
    }
    assert others == {'availability-zone', 'instance-id', 'autoscaling_group', 'image', 'instance-type'}


def test_what_the_operator_says_counts_more_than_the_table():
    given_by_hand = {'LoadBalancerName': 'name'}
    assert tags_of('AWS/ELB', {'LoadBalancerName': 'Web', 'AvailabilityZone': 'eu-west-1a'}, given_by_hand) == (
        'name:web',
        'availability-zone:eu-west-1a',
    )


@settings(derandomize=True, max_examples=200)
@given(st.text(min_size=1, max_size=20), st.text(max_size=300))
def test_a_value_never_leaves_the_braces_of_a_query(key, value):
    tag = as_tag(key, value)
    assert len(tag) <= 200
    assert not re.search(r'[{},*\s"!]', tag)
    assert scope_of((tag, tag)) == f'{tag},{tag}'


def test_a_scope_without_tags_is_everything():
    assert scope_of(()) == '*'


@pytest.mark.parametrize(
    ('word', 'words', 'meant'),
    [
        ('dbinstance-identifier', ('dbinstanceidentifier', 'name'), 'dbinstanceidentifier'),
        ('target_group', ('targetgroup', 'loadbalancer'), 'targetgroup'),
        ('Jobs', ('jobs', 'jobs-dead'), 'jobs'),
        ('team', ('loadbalancername', 'name'), ''),
        ('web', (), ''),
    ],
)
def test_the_nearest_is_what_somebody_may_have_meant(word, words, meant):
    assert nearest(word, words) == meant


def test_of_many_tags_those_of_the_scope_stay():
    many = {f'queuename:q{n}' for n in range(500)} | {f'team:t{n}' for n in range(500)}
    kept = narrowed(MetricTags(frozenset(many), frozenset({'a:b', 'a:c'})), ('queuename:q499',))
    assert 'queuename:q499' in kept.indexed
    assert len(kept.values('queuename')) == MOST_VALUES
    assert len(kept.values('team')) == 1
    assert (len(kept.dropped), kept.complete) == (1, False)


def test_of_few_tags_nothing_is_lost_of_the_scope():
    tags = MetricTags(frozenset({'queuename:a', 'queuename:b'}))
    assert narrowed(tags, ('queuename:a',)) == tags
