"""How EC2 offers IMDS: on running instances, and on those that will start from a launch template or with the default.

EC2 itself leaves out the instances that cannot be wrong. The filters of one request must all match, so each kind of
fault is a request of its own, and no instance matches two of them. Filters and page sizes:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html.

What a launch template leaves open the regional default decides, and then the AMI, which is not looked at:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ....facts import Unobserved
from ....facts.account import Fault, LaunchTemplate, MetadataDefaults, WrongInstance
from ....facts.values import InstanceId, LaunchTemplateId, RegionName, TemplateVersion
from ....text import clean
from ..session import Client

INSTANCES_OF_A_PAGE = 100
"""Parsing a page holds the interpreter, and with it every other check of the Agent."""
TEMPLATES_OF_A_PAGE = 50
"""Each may carry 16 KiB of user data, which EC2 cannot be asked to leave out."""

DESCRIBE_INSTANCES = 'ec2:DescribeInstances'
GET_DEFAULTS = 'ec2:GetInstanceMetadataDefaults'
DESCRIBE_TEMPLATES = 'ec2:DescribeLaunchTemplateVersions'
LONGEST_NAME = 128
"""Characters. A launch template's name may have as many, a tag's value twice that."""
LARGEST_HOP_LIMIT = 64
OTHER = 'other'

OperatorFilter = tuple[tuple[str, tuple[str, ...]], ...]

EKS = ('eks:cluster-name', 'aws:eks:cluster-name', 'kubernetes.io/cluster/*', 'alpha.eksctl.io/*')
ECS = ('AmazonECSManaged', 'aws:ecs:*')
"""Values of the EC2 filter tag-key, where * stands for any characters."""

FILTERS: Mapping[Fault, Mapping[str, tuple[str, ...]]] = {
    Fault.MISNAMED: {
        'metadata-options.http-endpoint': ('enabled',),
        'metadata-options.http-tokens': ('required',),
        'metadata-options.http-put-response-hop-limit': ('1',),
        'tag-key': (*EKS, *ECS),
    },
    Fault.IMDSV1_ALLOWED: {
        'metadata-options.http-endpoint': ('enabled',),
        'metadata-options.http-tokens': ('optional',),
    },
    Fault.ENDPOINT_DISABLED: {'metadata-options.http-endpoint': ('disabled',)},
}
"""The worst first, so that a run with a small budget sees it."""


@dataclass(frozen=True, slots=True)
class InstancePage:
    instances: tuple[WrongInstance, ...]
    next_token: str
    """'' on the last page."""


def instance_pages(
    client: Client, fault: Fault, region: RegionName, chosen: OperatorFilter, token: str = ''
) -> Iterator[InstancePage]:
    """From `token` on. Raises what botocore and the handlers of its events raise.

    An instance can change between the request and the answer: what EC2 describes counts, not what it was asked for.
    """
    arguments = {'Filters': filters_of(fault, chosen), **({'NextToken': token} if token else {})}
    paginator = client.get_paginator('describe_instances')
    for answer in paginator.paginate(**arguments, PaginationConfig={'PageSize': INSTANCES_OF_A_PAGE}):
        instances = _instances(answer, region)
        yield InstancePage(tuple(i for i in instances if i.fault is fault), str(answer.get('NextToken') or ''))


def filters_of(fault: Fault, chosen: OperatorFilter = ()) -> list[dict[str, object]]:
    ours = {'instance-state-name': ('running',), **FILTERS[fault]}
    return [{'Name': name, 'Values': list(values)} for name, values in (*ours.items(), *chosen)]


def _instances(answer: Mapping[str, Any], region: RegionName) -> Iterator[WrongInstance]:
    for reservation in answer.get('Reservations', ()):
        for instance in reservation.get('Instances', ()):
            instance_id = InstanceId.of(instance.get('InstanceId'))
            if instance_id:
                yield _instance(instance_id, instance, region)


def _instance(instance_id: InstanceId, described: Mapping[str, Any], region: RegionName) -> WrongInstance:
    options = described.get('MetadataOptions', {})
    tags = {str(tag.get('Key', '')): str(tag.get('Value', '')) for tag in described.get('Tags', ())}
    return WrongInstance(
        instance_id,
        region,
        http_tokens=tokens_of(options.get('HttpTokens')) or OTHER,
        hop_limit=hop_limit_of(options.get('HttpPutResponseHopLimit')) or 0,
        endpoint=endpoint_of(options.get('HttpEndpoint')) or OTHER,
        containers=containers_of(tags),
        name=clean(tags.get('Name', ''), LONGEST_NAME),
    )


def tokens_of(value: object) -> str:
    """'optional', 'required' or OTHER; '' where nothing is set."""
    return _one_of(value, ('optional', 'required'))


def endpoint_of(value: object) -> str:
    """'enabled', 'disabled' or OTHER; '' where nothing is set."""
    return _one_of(value, ('enabled', 'disabled'))


def _one_of(value: object, known: tuple[str, ...]) -> str:
    """'no-preference' is how a regional default is taken back."""
    if value in (None, '', 'no-preference'):
        return ''
    return next((name for name in known if value == name), OTHER)


def hop_limit_of(value: object) -> int | None:
    """1 to 64; None where nothing is set, and for what EC2 does not allow."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 1 <= value <= LARGEST_HOP_LIMIT else None


def containers_of(tag_keys: Iterable[str]) -> str:
    """'eks', 'ecs' or '', as far as the tags show it.

    A Kubernetes cluster of another kind than EKS counts as 'eks': its tags are the same. An ECS container instance
    without a tag of ECS is not recognized: EC2 does not know of its containers.
    """
    keys = tuple(tag_keys)
    if any(_fits(key, EKS) for key in keys):
        return 'eks'
    return 'ecs' if any(_fits(key, ECS) for key in keys) else ''


def _fits(key: str, patterns: Iterable[str]) -> bool:
    return any(key.startswith(p[:-1]) if p.endswith('*') else key == p for p in patterns)


def metadata_defaults(client: Client) -> MetadataDefaults:
    """What EC2 gives a new instance that asks for nothing else: one call. Raises what botocore raises.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceMetadataDefaults.html
    """
    level = client.get_instance_metadata_defaults().get('AccountLevel') or {}
    return MetadataDefaults(
        http_tokens=tokens_of(level.get('HttpTokens')),
        http_tokens_enforced=endpoint_of(level.get('HttpTokensEnforced')),
        hop_limit=hop_limit_of(level.get('HttpPutResponseHopLimit')),
        endpoint=endpoint_of(level.get('HttpEndpoint')),
        managed_by=clean(str(level.get('ManagedBy') or '')),
    )


@dataclass(frozen=True, slots=True)
class TemplatePage:
    templates: tuple[LaunchTemplate, ...]
    """Those that would start an instance wrong."""
    next_token: str


def template_pages(
    client: Client, region: RegionName, defaults: MetadataDefaults | Unobserved, token: str = ''
) -> Iterator[TemplatePage]:
    """The default versions of all templates of the region, from `token` on. Raises what botocore raises."""
    arguments = {'Versions': ['$Default'], **({'NextToken': token} if token else {})}
    fallback = defaults if isinstance(defaults, MetadataDefaults) else MetadataDefaults()
    paginator = client.get_paginator('describe_launch_template_versions')
    for answer in paginator.paginate(**arguments, PaginationConfig={'PageSize': TEMPLATES_OF_A_PAGE}):
        described = (_template(v, region, fallback) for v in answer.get('LaunchTemplateVersions', ()))
        yield TemplatePage(tuple(t for t in described if t and t.fault), str(answer.get('NextToken') or ''))


def _template(version: Mapping[str, Any], region: RegionName, fallback: MetadataDefaults) -> LaunchTemplate | None:
    """None where what is described has no launch template's id."""
    template_id, data = LaunchTemplateId.of(version.get('LaunchTemplateId')), version.get('LaunchTemplateData', {})
    if template_id is None:
        return None
    options = data.get('MetadataOptions', {})
    specified = (s for s in data.get('TagSpecifications', ()) if s.get('ResourceType') == 'instance')
    return LaunchTemplate(
        template_id=template_id,
        name=clean(str(version.get('LaunchTemplateName') or ''), LONGEST_NAME),
        region=region,
        http_tokens=tokens_of(options.get('HttpTokens')) or fallback.http_tokens,
        hop_limit=hop_limit_of(options.get('HttpPutResponseHopLimit')) or fallback.hop_limit,
        containers=containers_of(str(tag.get('Key', '')) for s in specified for tag in s.get('Tags', ())),
        version=TemplateVersion.of(str(version.get('VersionNumber'))),
        endpoint=endpoint_of(options.get('HttpEndpoint')) or fallback.endpoint,
    )
