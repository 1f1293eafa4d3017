"""The launch templates whose default version would start the next instance wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ....facts import Unobserved
from ....facts.account import LaunchTemplate, MetadataDefaults
from ..session import Client
from .containers import containers_of
from .described import shown

PAGE_SIZE = 50
"""Each may carry 16 KiB of user data, which EC2 cannot be asked to leave out."""

ACTION = 'ec2:DescribeLaunchTemplateVersions'


@dataclass(frozen=True, slots=True)
class Page:
    templates: tuple[LaunchTemplate, ...]
    """Those that would start an instance wrong."""
    next_token: str


def pages(client: Client, region: str, defaults: MetadataDefaults | Unobserved, token: str = '') -> Iterator[Page]:
    """The default versions of all templates of the region, from `token` on. Raises what botocore raises."""
    arguments = {'Versions': ['$Default'], **({'NextToken': token} if token else {})}
    paginator = client.get_paginator('describe_launch_template_versions')
    for answer in paginator.paginate(**arguments, PaginationConfig={'PageSize': PAGE_SIZE}):
        described = (_template(v, region, defaults) for v in answer.get('LaunchTemplateVersions', ()))
        yield Page(tuple(filter(starts_wrong, described)), str(answer.get('NextToken') or ''))


def starts_wrong(template: LaunchTemplate) -> bool:
    if template.http_tokens == 'optional':
        return True
    return template.http_tokens == 'required' and template.hop_limit == 1 and bool(template.containers)


def _template(version: Mapping[str, Any], region: str, defaults: MetadataDefaults | Unobserved) -> LaunchTemplate:
    """What a template leaves open, the regional default decides, and then the AMI, which is not looked at.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
    """
    data = version.get('LaunchTemplateData', {})
    options = data.get('MetadataOptions', {})
    fallback = defaults if isinstance(defaults, MetadataDefaults) else MetadataDefaults()
    specified = (s for s in data.get('TagSpecifications', ()) if s.get('ResourceType') == 'instance')
    hop_limit = options.get('HttpPutResponseHopLimit') or fallback.hop_limit
    return LaunchTemplate(
        template_id=shown(version.get('LaunchTemplateId')),
        name=shown(version.get('LaunchTemplateName')),
        region=region,
        http_tokens=shown(options.get('HttpTokens') or fallback.http_tokens),
        hop_limit=None if hop_limit is None else int(hop_limit),
        containers=containers_of(str(tag.get('Key', '')) for s in specified for tag in s.get('Tags', ())),
        version=shown(version.get('VersionNumber')),
    )
