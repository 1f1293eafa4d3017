"""What Datadog has on record for this AWS account and, as far as the host list needs it, for all accounts.

Shape: https://docs.datadoghq.com/api/latest/aws-integration/#list-all-aws-integrations. The external ids are returned
in clear there, and become digests here.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from ..facts import Unobserved
from ..facts.account import (
    AuthKind,
    ExternalId,
    Integration,
    OnRecord,
    Recorded,
    Records,
)
from ..facts.values import AccountId, IntegrationId, Partition, RegionName
from ..text import one_line
from .datadog_api import OTHER_SHAPE, DatadogApi
from .foreign import Json, entry_of, is_object
from .metrics_config import metric_name_filters, namespace_filters, switch, tag_filters
from .run import RequestFailed, or_why

PATH = '/api/v2/integration/aws/accounts'
MOST_BYTES_OF_ALL = 4 << 20
"""An account is two or three KiB."""
LONGEST_NAME = 1024
"""Of a role: with a path of 512 characters, or an ARN that somebody entered instead."""
MOST_REGIONS = 100


class NotRegistered(RequestFailed):
    """Datadog answered, and has no integration for the account."""


def read_integration(api: DatadogApi, account_id: str, partition: str) -> Integration:
    """Asks for this account only, with both keys. Raises RequestFailed, and NotRegistered."""
    records = _entries(api.get(f'{PATH}?aws_account_id={account_id}', with_keys=True))
    return integration_in(records, account_id, partition)


def read_all(api: DatadogApi, limit: int = MOST_BYTES_OF_ALL) -> tuple[Json, ...]:
    """The records of all accounts, with both keys; external ids are in clear in them. Raises RequestFailed."""
    return _entries(api.get(PATH, with_keys=True, limit=limit))


def integration_in(records: Sequence[Json], account_id: str, partition: str) -> Integration:
    """Of this account. Raises like `integration_of`."""
    of_account = [record for record in records if AccountId.of(record.get('aws_account_id')) in (None, account_id)]
    return integration_of(records_in(of_account), account_id, partition)


def integration_of(records: Records, account_id: str, partition: str) -> Integration:
    """Of this account; where there are several, of its partition. Raises RequestFailed, and NotRegistered only where
    every record says of which account it is."""
    found = [record for record in records.read if record.account_id == account_id]
    if len(found) > 1:
        found = [record for record in found if record.partition == partition]
        if len(found) != 1:
            raise RequestFailed(f'Datadog has several integrations for account {account_id}')
    if not found and not records.without_id:
        raise NotRegistered(f'Datadog has no integration for account {account_id}')
    if not found:
        raise RequestFailed(OTHER_SHAPE)
    integration = found[0].integration
    if isinstance(integration, Unobserved):
        raise RequestFailed(integration.reason)
    return integration


def recorded_in(records: Iterable[Json]) -> tuple[Recorded, ...]:
    """A record that cannot be read could be the one that collects, so then nothing is known. Raises RequestFailed."""
    return tuple(map(_recorded, records))


def records_in(records: Iterable[Json]) -> Records:
    """Each by itself: one that cannot be read says so, and spoils no other."""
    found, without_id = [], 0
    for record in records:
        account_id = AccountId.of(record.get('aws_account_id'))
        if account_id is None:
            without_id += 1
        else:
            read = or_why(partial(_integration, record))
            found.append(OnRecord(account_id, Partition.of(record.get('aws_partition')), read))
    return Records(tuple(found), without_id)


def _entries(answer: object) -> tuple[Json, ...]:
    entries = answer.get('data') if is_object(answer) else None
    if not isinstance(entries, list):
        raise RequestFailed(OTHER_SHAPE)
    return tuple({**entry_of(entry, 'attributes'), **_id(entry)} for entry in entries)


def _id(entry: object) -> Json:
    """Of the record itself, beside its attributes."""
    return {'id': entry.get('id')} if is_object(entry) else {}


def _recorded(record: Json) -> Recorded:
    account_id = AccountId.of(record.get('aws_account_id'))
    if account_id is None:
        raise RequestFailed(OTHER_SHAPE)
    return Recorded(
        account_id,
        _regions(record)[0],
        switch(record, 'enabled'),
        namespace_filters(record),
        _collects_resources(record),
        tag_filters(record),
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
        metrics_enabled=switch(record, 'enabled'),
        namespace_filters=namespace_filters(record),
        partition=Partition.of(record.get('aws_partition')),
        config_id=IntegrationId.of(record.get('id')),
        collect_custom_metrics=switch(record, 'collect_custom_metrics'),
        metric_name_filters=metric_name_filters(record),
        tag_filters=tag_filters(record),
        modified_at=_time(record.get('modified_at')),
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


def _time(value: object) -> float | None:
    """Of ISO 8601, in UTC where it names no offset. The year 1 stands for a time that is not set."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        seconds = 0.0 if time is None else (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None
