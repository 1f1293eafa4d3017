"""How a tag of AWS is found among those of Datadog, and what an ARN says of a resource."""

import pytest

from datadog_checks.aws_diagnostics.facts.values import Arn
from datadog_checks.aws_diagnostics.rules.aws_tags import DatadogTags, Resource, Tag, is_comparable

LONG = 'x' * 195
SAME = [
    pytest.param(('team', 'web'), 'team:web', id='as it is'),
    pytest.param(('Team', 'Web'), 'team:web', id='in lower case'),
    pytest.param(('CostCenter', '42'), 'cost_center:42', id='camel case, taken apart'),
    pytest.param(('CostCenter', '42'), 'costcenter:42', id='camel case, not taken apart'),
    pytest.param(('cost center', 'R&D (EU)'), 'cost_center:r_d__eu_', id='special characters'),
    pytest.param(('owner', 'a@b.example'), 'owner:a_b.example', id='an address'),
    pytest.param(('app:tier', 'front'), 'app:tier:front', id='a colon in the key'),
    pytest.param(('app:tier', 'front'), 'app_tier:front', id='a colon in the key, replaced'),
    pytest.param(('url', 'https://a.example/b'), 'url:https://a.example/b', id='colons in the value'),
    pytest.param(('size', 'Übergroß'), 'size:übergroß', id='letters of other scripts'),
    pytest.param(('size', 'Übergroß'), 'size:_bergro_', id='letters of other scripts, replaced'),
    pytest.param(('note', LONG), 'note:' + 'x' * 195, id='as long as Datadog keeps'),
    pytest.param(('notes', LONG), 'notes:' + 'x' * 194, id='longer, and cut'),
    pytest.param(('notes', LONG), 'notes:something', id='longer, and not comparable'),
]
OTHER = [
    pytest.param(('team', 'web'), 'team:db', id='another value'),
    pytest.param(('team', 'web'), 'teams:web', id='another key'),
    pytest.param(('team', 'web'), 'web', id='without its key'),
    pytest.param(('team', 'web'), 'team', id='without its value'),
    pytest.param(('note', LONG), 'note:' + 'x' * 194, id='cut although it is short enough'),
    pytest.param(('notes', LONG), 'note:' + LONG, id='longer, under another key'),
]


@pytest.mark.parametrize(('tag', 'shown'), SAME)
def test_a_tag_is_found_however_datadog_spells_it(tag: Tag, shown: str) -> None:
    assert (DatadogTags(['region:eu-west-1', shown]).has(tag), is_comparable(tag)) == (True, True)


@pytest.mark.parametrize(('tag', 'shown'), OTHER)
def test_another_tag_is_not_taken_for_it(tag: Tag, shown: str) -> None:
    assert not DatadogTags([shown]).has(tag)


def test_a_key_is_found_whatever_its_value_is() -> None:
    shown = DatadogTags(['team:db', 'app:tier:front', 'bare'])
    keys = ('Team', 'app', 'app:tier', 'app_tier', 'bare', 'db', 'tea')
    assert [key for key in keys if shown.has_key(key)] == ['Team', 'app', 'app:tier', 'app_tier', 'bare']


@pytest.mark.parametrize(
    'tag',
    [
        pytest.param(('aws:cloudformation:stack-name', 'web'), id='a tag that AWS sets'),
        pytest.param(('team', ''), id='an empty value'),
        pytest.param(('team', '--'), id='a value without a letter or digit'),
        pytest.param(('1st', 'web'), id='a key that starts with a digit'),
        pytest.param(('', 'web'), id='no key'),
        pytest.param(('größe', 'web'), id='a key in another script'),
        pytest.param(('Host', 'web'), id='a key that means something to Datadog'),
    ],
)
def test_what_datadog_has_no_known_form_for_is_not_compared(tag: Tag) -> None:
    assert not is_comparable(tag)


EC2, ELB = 'arn:aws:ec2:eu-west-1:123456789012', 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'
RESOURCES = [
    pytest.param(f'{EC2}:instance/i-0123456789abcdef0', 'eu-west-1', 'AWS/EC2', '', id='an instance'),
    pytest.param(f'{EC2}:volume/vol-0123456789abcdef0', 'eu-west-1', None, '', id='a volume'),
    pytest.param(f'{EC2}:instance/web', 'eu-west-1', None, '', id='no instance'),
    pytest.param(
        f'{ELB}:loadbalancer/app/Web/50dc6c495c0c9188',
        'eu-west-1',
        'AWS/ApplicationELB',
        'loadbalancer:app/web/50dc6c495c0c9188',
        id='an application load balancer',
    ),
    pytest.param(
        f'{ELB}:loadbalancer/net/web/50dc6c495c0c9188',
        'eu-west-1',
        'AWS/NetworkELB',
        'loadbalancer:net/web/50dc6c495c0c9188',
        id='a network load balancer',
    ),
    pytest.param(f'{ELB}:loadbalancer/web', 'eu-west-1', 'AWS/ELB', 'loadbalancername:web', id='a classic one'),
    pytest.param(f'{ELB}:loadbalancer/gwy/web/50dc6c495c0c9188', 'eu-west-1', None, '', id='a gateway load balancer'),
    pytest.param(f'{ELB}:targetgroup/web/50dc6c495c0c9188', 'eu-west-1', None, '', id='a target group'),
    pytest.param(
        'arn:aws-us-gov:rds:us-gov-west-1:123456789012:db:Orders',
        'us-gov-west-1',
        'AWS/RDS',
        'dbinstanceidentifier:orders',
        id='a database',
    ),
    pytest.param(
        'arn:aws:rds:eu-west-1:123456789012:cluster:orders', 'eu-west-1', None, '', id='a cluster of databases'
    ),
    pytest.param(
        'arn:aws:lambda:eu-west-1:123456789012:function:resize:live',
        'eu-west-1',
        'AWS/Lambda',
        'functionname:resize',
        id='a function and its alias',
    ),
    pytest.param(
        'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
        'eu-west-1',
        'AWS/DynamoDB',
        'tablename:orders',
        id='a table',
    ),
    pytest.param('arn:aws:cloudfront::123456789012:distribution/EDFDVBD6', 'us-east-1', None, '', id='CloudFront'),
    pytest.param('arn:aws-us-gov:iam::123456789012:role/web', 'us-gov-west-1', None, '', id='a role in GovCloud'),
    pytest.param('arn:aws:s3:::a-bucket', None, None, '', id='a bucket, whose ARN names no region'),
]


@pytest.mark.parametrize(('arn', 'region', 'namespace', 'scope'), RESOURCES)
def test_an_arn_says_where_aws_and_datadog_have_the_tags(
    arn: str, region: str | None, namespace: str | None, scope: str
) -> None:
    resource = Resource.of(Arn(arn))
    assert (resource.region, resource.namespace, resource.scope) == (region, namespace, scope)
