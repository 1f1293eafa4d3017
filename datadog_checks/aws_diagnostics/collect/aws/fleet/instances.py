"""The running instances that can be wrong: EC2 itself leaves out all others.

Filters of one request are all to be fulfilled, so each kind of fault is a request of its own, and no instance fulfils
two of them. Filters and page sizes:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ....facts.account import WrongInstance
from ....facts.values import InstanceId
from ..session import Client
from .containers import TAG_KEYS, containers_of
from .described import shown

PAGE_SIZE = 100
"""Instances. Parsing a page holds the interpreter, and with it every other check of the Agent."""

ACTION = 'ec2:DescribeInstances'

OperatorFilter = tuple[tuple[str, tuple[str, ...]], ...]


class Fault(StrEnum):
    """What can be wrong with the metadata options of an instance; the first that fits counts."""

    ENDPOINT_DISABLED = 'the endpoint is disabled'
    IMDSV1_ALLOWED = 'IMDSv1 is allowed'
    MISNAMED = 'containers are out of reach of IMDSv2'


FILTERS: Mapping[Fault, Mapping[str, tuple[str, ...]]] = {
    Fault.MISNAMED: {
        'metadata-options.http-endpoint': ('enabled',),
        'metadata-options.http-tokens': ('required',),
        'metadata-options.http-put-response-hop-limit': ('1',),
        'tag-key': TAG_KEYS,
    },
    Fault.IMDSV1_ALLOWED: {
        'metadata-options.http-endpoint': ('enabled',),
        'metadata-options.http-tokens': ('optional',),
    },
    Fault.ENDPOINT_DISABLED: {'metadata-options.http-endpoint': ('disabled',)},
}
"""The worst first: that is what a run whose budget is small still sees."""


@dataclass(frozen=True, slots=True)
class Page:
    instances: tuple[WrongInstance, ...]
    next_token: str
    """'' on the last page."""


def pages(client: Client, fault: Fault, region: str, chosen: OperatorFilter, token: str = '') -> Iterator[Page]:
    """From `token` on. Raises what botocore raises, and what the handlers of its events do."""
    arguments = {'Filters': filters_of(fault, chosen), **({'NextToken': token} if token else {})}
    paginator = client.get_paginator('describe_instances')
    for answer in paginator.paginate(**arguments, PaginationConfig={'PageSize': PAGE_SIZE}):
        instances = _instances(answer, region)
        yield Page(tuple(i for i in instances if fault_of(i) is fault), str(answer.get('NextToken') or ''))


def filters_of(fault: Fault, chosen: OperatorFilter = ()) -> list[dict[str, object]]:
    ours = {'instance-state-name': ('running',), **FILTERS[fault]}
    return [{'Name': name, 'Values': list(values)} for name, values in (*ours.items(), *chosen)]


def fault_of(instance: WrongInstance) -> Fault | None:
    """From what EC2 described, not from what it was asked for: an instance can change meanwhile."""
    if instance.endpoint == 'disabled':
        return Fault.ENDPOINT_DISABLED
    if instance.http_tokens == 'optional':
        return Fault.IMDSV1_ALLOWED
    return Fault.MISNAMED if instance.containers and instance.hop_limit == 1 else None


def _instances(answer: Mapping[str, Any], region: str) -> Iterable[WrongInstance]:
    for reservation in answer.get('Reservations', ()):
        for instance in reservation.get('Instances', ()):
            if InstanceId.of(instance.get('InstanceId')):
                yield _instance(instance, region)


def _instance(described: Mapping[str, Any], region: str) -> WrongInstance:
    options = described.get('MetadataOptions', {})
    tags = {str(tag.get('Key', '')): str(tag.get('Value', '')) for tag in described.get('Tags', ())}
    launched = described.get('LaunchTime')
    return WrongInstance(
        instance_id=described['InstanceId'],
        region=region,
        http_tokens=shown(options.get('HttpTokens', '')),
        hop_limit=int(options.get('HttpPutResponseHopLimit', 0)),
        endpoint=shown(options.get('HttpEndpoint', '')),
        containers=containers_of(tags),
        name=shown(tags.get('Name', '')),
        launched_at=None if launched is None else launched.timestamp(),
    )
