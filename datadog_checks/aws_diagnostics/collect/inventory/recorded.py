"""All AWS accounts that Datadog has an integration for, as far as it decides whether their hosts are collected."""

from ...facts.account import Recorded
from ..datadog_api import DatadogApi
from ..deadline import RequestFailed
from ..integration import (
    OTHER_SHAPE,
    collects_resources,
    metrics_enabled_on_record,
    namespace_filters_on_record,
    regions_on_record,
)
from ..json_object import Json, entry_of, is_object

PATH = '/api/v2/integration/aws/accounts'
MOST_BYTES = 4 << 20
"""An account is two or three KiB."""


def read_recorded(api: DatadogApi) -> tuple[Recorded, ...]:
    """GET /api/v2/integration/aws/accounts with both keys. Raises RequestFailed."""
    answer = api.get(PATH, with_keys=True, limit=MOST_BYTES)
    entries = answer.get('data') if is_object(answer) else None
    if not isinstance(entries, list):
        raise RequestFailed(OTHER_SHAPE)
    return tuple(_recorded(entry_of(entry, 'attributes')) for entry in entries)


def _recorded(attributes: Json) -> Recorded:
    """An entry that cannot be read could be the one that collects: it spoils the whole. Raises RequestFailed."""
    account_id = attributes.get('aws_account_id')
    if not isinstance(account_id, str):
        raise RequestFailed(OTHER_SHAPE)
    return Recorded(
        account_id,
        regions_on_record(attributes),
        metrics_enabled_on_record(attributes),
        namespace_filters_on_record(attributes),
        collects_resources(attributes),
    )
