"""How a tag of AWS looks in Datadog, and where Datadog shows the tags of a resource.

Datadog writes a tag in lower case, replaces special characters by underscores, takes apart camel case in some of its
integrations, and keeps 200 characters; a tag starts with a letter and does not end with a colon:
https://docs.datadoghq.com/getting_started/tagging/#define-tags. So two spellings count as the same where they have the
same letters and digits: what that takes for equal by mistake is not reported, which is the safe side.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..facts.values import AccountId, Arn, DatadogMetric, InstanceId, MetricNamespace, RegionName

AWS_SOURCE = 'Amazon Web Services'
"""Datadog's name of the source of tags that the AWS integration has set."""
LONGEST = 200
"""Characters of a tag in Datadog."""
RESERVED = 'aws:'
"""Tags that AWS sets: Datadog shows some of them under names of its own, and no rule for that is published."""

Tag = tuple[str, str]
"""Key and value, as AWS has them."""


DATADOGS_OWN = frozenset({'host', 'device', 'source'})
"""Keys to which Datadog gives a meaning of its own."""


def is_comparable(tag: Tag) -> bool:
    """Datadog has no form for a tag whose value is empty, or whose key does not start with a letter."""
    key, value = tag
    named = key[:1].isalpha() and key.isascii() and not key.startswith(RESERVED) and key.lower() not in DATADOGS_OWN
    return named and any(map(str.isalnum, value))


class DatadogTags:
    """Tags of Datadog, to be compared with those of AWS."""

    def __init__(self, tags: Iterable[str]) -> None:
        self._tags: set[str] = set()
        self._keys: set[str] = set()
        for tag in tags:
            self._tags.add(_squeezed(tag))
            self._keys.update(map(_squeezed, _possible_keys(tag)))

    def has(self, tag: Tag) -> bool:
        """Of a tag that is too long for Datadog, or has letters of other scripts, only the key counts."""
        key, value = tag
        changed = len(key) + 1 + len(value) > LONGEST or not value.isascii()
        return self.has_key(key) if changed else _squeezed(f'{key}{value}') in self._tags

    def has_key(self, key: str) -> bool:
        return _squeezed(key) in self._keys


def _possible_keys(shown: str) -> Iterator[str]:
    """A colon in a key stays: `a:b:c` can be the key `a` or the key `a:b`."""
    parts = shown.split(':')
    return (':'.join(parts[:n]) for n in range(1, len(parts) + 1))


def _squeezed(text: str) -> str:
    return ''.join(character for character in text.lower() if character.isalnum())


# Resources

GET_RESOURCES = 'tag:GetResources'
OF_SERVICE = {
    'ec2': ('ec2:DescribeInstances',),
    'elasticloadbalancing': ('elasticloadbalancing:DescribeTags',),
    'rds': ('rds:ListTagsForResource',),
    'lambda': ('lambda:ListTags',),
    'dynamodb': ('dynamodb:ListTagsOfResource',),
}


def actions_for(service: str) -> tuple[str, ...]:
    """With which Datadog reads the tags of a service.

    https://docs.datadoghq.com/integrations/amazon_web_services/#aws-iam-permissions
    """
    return (GET_RESOURCES, *OF_SERVICE.get(service, ()))


GLOBAL_SERVICES = {'aws': 'us-east-1', 'aws-us-gov': 'us-gov-west-1', 'aws-cn': 'cn-north-1'}
"""By partition: where services without regions are asked, and where CloudWatch has their metrics."""
WITHOUT_REGION = frozenset({'cloudfront', 'iam', 'route53', 'globalaccelerator'})


@dataclass(frozen=True, slots=True)
class OfMetric:
    """Datadog shows the tags of such a resource on its metrics, which it scopes by a tag of its own."""

    form: str
    """Of service and resource; the group is the value of the tag."""
    namespace: MetricNamespace
    metric: DatadogMetric
    """One that CloudWatch has for as long as the resource is in use."""
    tag: str


EC2 = MetricNamespace('AWS/EC2')
SHOWN_ON = (
    OfMetric(
        r'elasticloadbalancing:loadbalancer/(app/.+)',
        MetricNamespace('AWS/ApplicationELB'),
        DatadogMetric('aws.applicationelb.request_count'),
        'loadbalancer',
    ),
    OfMetric(
        r'elasticloadbalancing:loadbalancer/(net/.+)',
        MetricNamespace('AWS/NetworkELB'),
        DatadogMetric('aws.networkelb.active_flow_count'),
        'loadbalancer',
    ),
    OfMetric(
        r'elasticloadbalancing:loadbalancer/([^/]+)',
        MetricNamespace('AWS/ELB'),
        DatadogMetric('aws.elb.healthy_host_count'),
        'loadbalancername',
    ),
    OfMetric(
        r'rds:db:(.+)', MetricNamespace('AWS/RDS'), DatadogMetric('aws.rds.cpuutilization'), 'dbinstanceidentifier'
    ),
    OfMetric(
        r'lambda:function:([^:]+).*',
        MetricNamespace('AWS/Lambda'),
        DatadogMetric('aws.lambda.invocations'),
        'functionname',
    ),
    OfMetric(
        r'dynamodb:table/([^/]+)',
        MetricNamespace('AWS/DynamoDB'),
        DatadogMetric('aws.dynamodb.consumed_read_capacity_units'),
        'tablename',
    ),
)
"""The tags are those of https://docs.datadoghq.com/integrations/amazon_web_services/#tags"""


@dataclass(frozen=True, slots=True)
class Resource:
    """What an ARN says."""

    service: str
    name: str
    """All that follows the account."""
    account_id: AccountId | None
    region: RegionName | None

    @classmethod
    def of(cls, arn: Arn) -> 'Resource':
        _, partition, service, region, _, name = arn.split(':', 5)
        home = GLOBAL_SERVICES.get(partition, '') if service in WITHOUT_REGION else ''
        return cls(service, name, arn.account_id, RegionName.of(region or home))

    @property
    def instance_id(self) -> InstanceId | None:
        return InstanceId.of(self.name.removeprefix('instance/')) if self.service == 'ec2' else None

    @property
    def shown_on(self) -> OfMetric | None:
        """None for an instance, and where it is not known."""
        return next((on for on in SHOWN_ON if self._matched(on)), None)

    def _matched(self, on: OfMetric) -> re.Match[str] | None:
        return re.fullmatch(on.form, f'{self.service}:{self.name}')

    @property
    def scope(self) -> str:
        """The tag by which Datadog scopes its metrics, in lower case as Datadog writes it; '' where none is known."""
        on = self.shown_on
        found = self._matched(on) if on else None
        return f'{on.tag}:{found[1]}'.lower() if on and found else ''

    @property
    def namespace(self) -> MetricNamespace | None:
        on = self.shown_on
        return EC2 if self.instance_id else on.namespace if on else None
