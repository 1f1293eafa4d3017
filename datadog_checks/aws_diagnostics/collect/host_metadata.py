"""What the Agents of a few hosts say about these, as the host list has it where one asks for it.

Shape: HostMeta of https://docs.datadoghq.com/api/latest/hosts/#get-all-hosts-for-your-organization.
"""

from collections.abc import Mapping

from ..facts import Unobserved
from ..facts.account import HostMeta
from ..facts.values import InstanceId
from ..text import clean
from .datadog_api import DatadogApi, Permission, list_of, object_of
from .foreign import Json, entry_of, is_object
from .inventory_rows import row_of
from .pacing import Pace
from .run import Deadline, RequestFailed

PATH = '/api/v1/hosts?include_hosts_metadata=true&include_muted_hosts_data=false&start=0&count=20'
"""The metadata are some KiB of each row, so they are asked for by the id of an instance, which finds its rows."""
MOST_INSTANCES = 200
MOST_FAILURES = 3
"""In a row."""
MOST_BYTES = 4 << 20
LONGEST_NAME, LONGEST_WORD = 255, 60


class HostMetadata:
    """Of at most MOST_INSTANCES instances in one run."""

    def __init__(self, api: DatadogApi, deadline: Deadline) -> None:
        self._api = api
        self._pace = Pace(api, deadline)
        self._left = MOST_INSTANCES
        self._failures = 0

    def of(self, instance_id: InstanceId) -> Mapping[str, HostMeta] | Unobserved:
        """By the names of the rows. Never raises for what Datadog does."""
        if not self._left:
            return Unobserved(f'the metadata of no more than {MOST_INSTANCES} instances are asked for')
        if self._failures >= MOST_FAILURES:
            return Unobserved('Datadog did not answer several times')
        self._left -= 1
        try:
            found = self._asked(instance_id)
        except RequestFailed as e:
            self._failures += 1
            return Unobserved(str(e))
        self._failures = 0
        return found

    def _asked(self, instance_id: InstanceId) -> Mapping[str, HostMeta]:
        answer = self._pace.ask(
            lambda left: self._api.get(
                f'{PATH}&filter={instance_id}',
                with_keys=True,
                needs=Permission.HOSTS_READ,
                limit=MOST_BYTES,
                seconds=left,
            )
        )
        rows = list_of(object_of(answer).get('host_list'))
        return {row.name: _meta(entry_of(entry, 'meta')) for entry in rows if (row := row_of(entry))}


def _meta(meta: Json) -> HostMeta:
    """Under the names of the host list, which writes some with hyphens and others with underscores."""
    method = meta.get('install_method')
    return HostMeta(
        _text(meta.get('socket-hostname'), LONGEST_NAME),
        _text(meta.get('socket-fqdn'), LONGEST_NAME),
        _text(meta.get('agent_version'), LONGEST_WORD),
        _text(method.get('tool') if is_object(method) else None, LONGEST_WORD),
    )


def _text(value: object, at_most: int) -> str:
    return clean(value, at_most) if isinstance(value, str) else ''
