"""What Datadog has on record for an AWS account.

Shape: https://docs.datadoghq.com/api/latest/aws-integration/#list-all-aws-integrations. The external id is returned
in clear there, and becomes a digest here.
"""

import re

from ..facts import Unobserved
from ..facts.account import AuthKind, ExternalId, FilterKind, Integration, NamespaceFilters
from ..facts.values import RegionName
from .datadog_api import DatadogApi
from .deadline import RequestFailed
from .json_object import Json, entry_of, is_object, printable

PATH = '/api/v2/integration/aws/accounts?aws_account_id='
OTHER_SHAPE = 'the answer of the Datadog API has not the documented shape'
LONGEST_NAME = 128
MOST_REGIONS = 100
MOST_NAMESPACES = 500
"""AWS has a few hundred."""
NAMESPACE = re.compile(r'[A-Za-z0-9 ._/#:*-]{1,255}')
"""As CloudWatch has it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html"""
NO_FILTERS = Unobserved('the record says nothing about namespaces that is known (metrics_config.namespace_filters)')


def read_integration(api: DatadogApi, account_id: str, partition: str) -> Integration | Unobserved:
    """GET /api/v2/integration/aws/accounts with both keys. Never raises for what Datadog answers."""
    try:
        return _integration(_attributes(api.get(PATH + account_id, with_keys=True), account_id, partition))
    except RequestFailed as e:
        return Unobserved(str(e))


def _attributes(answer: object, account_id: str, partition: str) -> Json:
    """Of the one entry of this account; of several, the one of its partition. Raises RequestFailed."""
    entries = answer.get('data') if is_object(answer) else None
    if not isinstance(entries, list):
        raise RequestFailed(OTHER_SHAPE)
    found = [entry_of(entry, 'attributes') for entry in entries]
    found = [attributes for attributes in found if attributes.get('aws_account_id') == account_id]
    if len(found) > 1:
        found = [attributes for attributes in found if attributes.get('aws_partition') == partition]
        if len(found) != 1:
            raise RequestFailed(f'Datadog has several integrations for account {account_id}')
    if not found:
        raise RequestFailed(f'Datadog has no integration for account {account_id}')
    return found[0]


def _integration(attributes: Json) -> Integration:
    auth, (regions, other_regions) = entry_of(attributes, 'auth_config'), _regions(attributes)
    return Integration(
        auth=AuthKind.ACCESS_KEYS if 'access_key_id' in auth else AuthKind.ROLE,
        role_name=_role_name(auth),
        external_id=_external_id(auth),
        regions=regions,
        other_regions=other_regions,
        extended_collection=collects_resources(attributes),
        metrics_enabled=metrics_enabled_on_record(attributes),
        namespace_filters=namespace_filters_on_record(attributes),
    )


def collects_resources(attributes: Json) -> bool:
    resources = entry_of(attributes, 'resources_config')
    names = ('extended_collection', 'cloud_security_posture_management_collection')
    return any(resources.get(name) is True for name in names)


def _role_name(auth: Json) -> str:
    """With its spaces: they may be what is wrong with it."""
    if 'access_key_id' in auth:
        return ''
    name = auth.get('role_name')
    if not isinstance(name, str):
        raise RequestFailed(OTHER_SHAPE)
    return printable(name, LONGEST_NAME)


def _external_id(auth: Json) -> ExternalId | None:
    secret = auth.get('external_id')
    if not isinstance(secret, str) or not secret:
        return None
    return ExternalId.of(secret)


def regions_on_record(attributes: Json) -> tuple[RegionName, ...] | None:
    """None: all regions. Raises RequestFailed."""
    return _regions(attributes)[0]


def _regions(attributes: Json) -> tuple[tuple[RegionName, ...] | None, int]:
    """And how many other entries there are, which are no names of regions. Raises RequestFailed."""
    regions = entry_of(attributes, 'aws_regions')
    if regions.get('include_all') is True:
        return None, 0
    listed = regions.get('include_only')
    if not isinstance(listed, list):
        raise RequestFailed(OTHER_SHAPE)
    named = dict.fromkeys(name for name in map(RegionName.of, listed) if name)
    other = sum(RegionName.of(entry) is None for entry in listed) + max(len(named) - MOST_REGIONS, 0)
    return tuple(named)[:MOST_REGIONS], other


def metrics_enabled_on_record(attributes: Json) -> bool | None:
    enabled = entry_of(attributes, 'metrics_config').get('enabled')
    return enabled if isinstance(enabled, bool) else None


def namespace_filters_on_record(attributes: Json) -> NamespaceFilters | Unobserved:
    """One of the documented kinds; anything else, or two of them, is not understood and therefore not known."""
    filters = entry_of(entry_of(attributes, 'metrics_config'), 'namespace_filters')
    if filters.get('include_all') is True and len(filters) == 1:
        return NamespaceFilters(FilterKind.INCLUDE_ALL)
    for kind in (FilterKind.EXCLUDE_ONLY, FilterKind.INCLUDE_ONLY):
        listed = filters.get(kind)
        if len(filters) == 1 and isinstance(listed, list) and len(listed) <= MOST_NAMESPACES:
            names = tuple(name for name in listed if isinstance(name, str) and NAMESPACE.fullmatch(name))
            return NamespaceFilters(kind, names) if len(names) == len(listed) else NO_FILTERS
    return NO_FILTERS
