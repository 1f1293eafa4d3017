"""What starts the next instance wrong: the regional default, and the default versions of launch templates.

What a template leaves open the regional default decides, and then the AMI, which is not looked at:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ....facts import Unobserved
from ....facts.account import LaunchTemplate, MetadataDefaults
from ....facts.values import LaunchTemplateId, RegionName, TemplateVersion
from ....text import clean
from ..session import Client
from .instances import LONGEST_NAME, containers_of, endpoint_of, hop_limit_of, tokens_of

PAGE_SIZE = 50
"""Each may carry 16 KiB of user data, which EC2 cannot be asked to leave out."""

DEFAULTS_ACTION = 'ec2:GetInstanceMetadataDefaults'
ACTION = 'ec2:DescribeLaunchTemplateVersions'


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
class Page:
    templates: tuple[LaunchTemplate, ...]
    """Those that would start an instance wrong."""
    next_token: str


def pages(
    client: Client, region: RegionName, defaults: MetadataDefaults | Unobserved, token: str = ''
) -> Iterator[Page]:
    """The default versions of all templates of the region, from `token` on. Raises what botocore raises."""
    arguments = {'Versions': ['$Default'], **({'NextToken': token} if token else {})}
    fallback = defaults if isinstance(defaults, MetadataDefaults) else MetadataDefaults()
    paginator = client.get_paginator('describe_launch_template_versions')
    for answer in paginator.paginate(**arguments, PaginationConfig={'PageSize': PAGE_SIZE}):
        described = (_template(v, region, fallback) for v in answer.get('LaunchTemplateVersions', ()))
        yield Page(tuple(t for t in described if t and t.fault), str(answer.get('NextToken') or ''))


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
