"""What Datadog has on record for this AWS account and, as far as the host list needs it, for all accounts.

Shape: https://docs.datadoghq.com/api/latest/aws-integration/#list-all-aws-integrations. The external ids are returned
in clear there, and become digests here.
"""

import re
from collections.abc import Iterable, Sequence

from ..facts import Unobserved
from ..facts.account import AuthKind, ExternalId, FilterKind, Integration, NamespaceFilters, Recorded
from ..facts.values import AccountId, Partition, RegionName
from ..text import one_line
from .datadog_api import DatadogApi
from .foreign import Json, entry_of, is_object
from .run import RequestFailed

PATH = '/api/v2/integration/aws/accounts'
MOST_BYTES_OF_ALL = 4 << 20
"""An account is two or three KiB."""
OTHER_SHAPE = 'the answer of the Datadog API does not have the documented shape'
LONGEST_NAME = 1024
"""Of a role: with a path of 512 characters, or an ARN that somebody entered instead."""
MOST_REGIONS = 100
MOST_NAMESPACES = 500
"""AWS has a few hundred."""
NAMESPACE = re.compile(r'[A-Za-z0-9 ._/#:*-]{1,255}')
"""As CloudWatch has it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html"""
NO_FILTERS = Unobserved(
    "Datadog's record has no namespace filter of a documented kind (metrics_config.namespace_filters)"
)


class NotRegistered(RequestFailed):
    """Datadog answered, and has no integration for the account."""


def read_integration(api: DatadogApi, account_id: str, partition: str) -> Integration:
    """Asks for this account only, with both keys. Raises RequestFailed, and NotRegistered."""
    records = _entries(api.get(f'{PATH}?aws_account_id={account_id}', with_keys=True))
    return integration_in(records, account_id, partition)


def read_all(api: DatadogApi) -> tuple[Json, ...]:
    """The records of all accounts, with both keys; external ids are in clear in them. Raises RequestFailed."""
    return _entries(api.get(PATH, with_keys=True, limit=MOST_BYTES_OF_ALL))


def integration_in(records: Sequence[Json], account_id: str, partition: str) -> Integration:
    """Of this account; where there are several, of its partition. Raises RequestFailed, and NotRegistered only where
    every record says of which account it is."""
    found = [record for record in records if record.get('aws_account_id') == account_id]
    if len(found) > 1:
        found = [record for record in found if record.get('aws_partition') == partition]
        if len(found) != 1:
            raise RequestFailed(f'Datadog has several integrations for account {account_id}')
    if not found and all(AccountId.of(record.get('aws_account_id')) for record in records):
        raise NotRegistered(f'Datadog has no integration for account {account_id}')
    if not found:
        raise RequestFailed(OTHER_SHAPE)
    return _integration(found[0])


def recorded_in(records: Iterable[Json]) -> tuple[Recorded, ...]:
    """A record that cannot be read could be the one that collects, so then nothing is known. Raises RequestFailed."""
    return tuple(map(_recorded, records))


def _entries(answer: object) -> tuple[Json, ...]:
    entries = answer.get('data') if is_object(answer) else None
    if not isinstance(entries, list):
        raise RequestFailed(OTHER_SHAPE)
    return tuple(entry_of(entry, 'attributes') for entry in entries)


def _recorded(record: Json) -> Recorded:
    account_id = AccountId.of(record.get('aws_account_id'))
    if account_id is None:
        raise RequestFailed(OTHER_SHAPE)
    return Recorded(
        account_id,
        _regions(record)[0],
        _metrics_enabled(record),
        _namespace_filters(record),
        _collects_resources(record),
    )


def _integration(record: Json) -> Integration:
    auth, (regions, other_regions) = entry_of(record, 'auth_config'), _regions(record)
    return Integration(
        auth=AuthKind.ACCESS_KEYS if 'access_key_id' in auth else AuthKind.ROLE,
        role_name=_role_name(auth),
        external_id=_external_id(auth),
        regions=regions,
        other_regions=other_regions,
        extended_collection=_collects_resources(record),
        metrics_enabled=_metrics_enabled(record),
        namespace_filters=_namespace_filters(record),
        partition=Partition.of(record.get('aws_partition')),
    )


def _collects_resources(record: Json) -> bool:
    """What a record does not say has the default of Datadog's API: extended_collection is true, the other one false.

    AWSResourcesConfig: https://docs.datadoghq.com/api/latest/aws-integration/#create-an-aws-integration
    """
    resources = entry_of(record, 'resources_config')
    extended = resources.get('extended_collection')
    return extended is not False or resources.get('cloud_security_posture_management_collection') is True


def _role_name(auth: Json) -> str:
    """With its white space, as spaces: it may be what is wrong with it."""
    if 'access_key_id' in auth:
        return ''
    name = auth.get('role_name')
    if not isinstance(name, str):
        raise RequestFailed(OTHER_SHAPE)
    return one_line(''.join(' ' if c.isspace() else c for c in name[: LONGEST_NAME + 1]), LONGEST_NAME)


def _external_id(auth: Json) -> ExternalId | None:
    secret = auth.get('external_id')
    if not isinstance(secret, str) or not secret:
        return None
    return ExternalId.of(secret)


def _regions(record: Json) -> tuple[tuple[RegionName, ...] | None, int]:
    """None for all regions; and how many other entries there are, which are no names of regions."""
    regions = entry_of(record, 'aws_regions')
    if regions.get('include_all') is True:
        return None, 0
    listed = regions.get('include_only')
    if not isinstance(listed, list):
        raise RequestFailed(OTHER_SHAPE)
    named = dict.fromkeys(name for name in map(RegionName.of, listed) if name)
    other = sum(RegionName.of(entry) is None for entry in listed) + max(len(named) - MOST_REGIONS, 0)
    return tuple(named)[:MOST_REGIONS], other


def _metrics_enabled(record: Json) -> bool | None:
    enabled = entry_of(record, 'metrics_config').get('enabled')
    return enabled if isinstance(enabled, bool) else None


def _namespace_filters(record: Json) -> NamespaceFilters | Unobserved:
    """One of the documented kinds; anything else, or two of them, is not understood and therefore not known."""
    filters = entry_of(entry_of(record, 'metrics_config'), 'namespace_filters')
    if filters.get('include_all') is True and len(filters) == 1:
        return NamespaceFilters(FilterKind.INCLUDE_ALL)
    for kind in (FilterKind.EXCLUDE_ONLY, FilterKind.INCLUDE_ONLY):
        listed = filters.get(kind)
        if len(filters) == 1 and isinstance(listed, list) and len(listed) <= MOST_NAMESPACES:
            names = tuple(name for name in listed if isinstance(name, str) and NAMESPACE.fullmatch(name))
            return NamespaceFilters(kind, names) if len(names) == len(listed) else NO_FILTERS
    return NO_FILTERS
