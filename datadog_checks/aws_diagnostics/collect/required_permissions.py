"""The permissions that Datadog requires: its public list, else what was kept of it, else the list of this package."""

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from ..facts.account import RequiredPermissions
from .datadog_api import DatadogApi
from .foreign import parsed, read_text
from .run import RequestFailed

PATH = '/api/v2/integration/aws/iam_permissions/'
STANDARD, RESOURCE_COLLECTION = 'standard', 'resource_collection'
RECORDED_ON = '2025-09-17'
"""When the lists of data/iam_permissions were recorded from the endpoint."""
PACKAGE = 'datadog_checks.aws_diagnostics'
ACTION = re.compile(r'[a-z0-9-]{1,64}:[A-Za-z0-9*?]{1,128}')
MOST_ACTIONS = 5000
LARGEST_FILE = 1 << 20
"""Bytes of what was kept."""
DATE = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}')

Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    as_of: str
    """ISO date."""
    lists: Mapping[str, object]
    """By name; anything may be in a file."""


class PermissionCache:
    """The lists on disk: whole or not at all, readable by nobody else, and with their date."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def kept(self) -> Kept | None:
        """None where there is no file, or one of another form."""
        try:
            document = parsed(read_text(self._path, LARGEST_FILE))
        except (OSError, ValueError):
            return None
        if not isinstance(document, dict) or not DATE.fullmatch(str(document.get('as_of'))):
            return None
        return Kept(document['as_of'], document)

    def keep(self, lists: Mapping[str, Sequence[str]], as_of: str) -> None:
        """Replaces the file at once. Does nothing where the directory cannot be written: the next run asks again."""
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix='.iam_permissions')
            try:
                with os.fdopen(descriptor, 'w', encoding='utf-8') as file:
                    json.dump({'as_of': as_of, **lists}, file)
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise


def read_required_permissions(api: DatadogApi, site: str, cache_directory: str) -> RequiredPermissions:
    """Asks without keys: the endpoint is public. Never raises for what the network or the disk does."""
    cache = PermissionCache(Path(cache_directory) / _file_name(site)) if cache_directory else None
    try:
        fetched = {name: _fetched(api, name) for name in (STANDARD, RESOURCE_COLLECTION)}
    except RequestFailed:
        return _kept(cache) or recorded_permissions()
    today = datetime.now(UTC).date().isoformat()
    if cache:
        cache.keep(fetched, today)
    return _required(fetched, 'api', today)


def recorded_permissions() -> RequiredPermissions:
    return _required({name: _recorded(name) for name in (STANDARD, RESOURCE_COLLECTION)}, 'recorded', RECORDED_ON)


def actions_in(listed: object) -> tuple[str, ...] | None:
    """The actions of a list of 'service:Action'; None where it is anything else or empty."""
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_ACTIONS:
        return None
    if not all(isinstance(action, str) and ACTION.fullmatch(action) for action in listed):
        return None
    return tuple(dict.fromkeys(listed))


def _fetched(api: DatadogApi, name: str) -> tuple[str, ...]:
    answer = api.get(PATH + name)
    for key in ('data', 'attributes', 'permissions'):
        answer = answer.get(key) if isinstance(answer, dict) else None
    actions = actions_in(answer)
    if actions is None:
        raise RequestFailed('the list of permissions does not have the documented shape')
    return actions


def _kept(cache: PermissionCache | None) -> RequiredPermissions | None:
    kept = cache.kept() if cache else None
    if kept is None:
        return None
    lists = {name: actions_in(kept.lists.get(name)) for name in (STANDARD, RESOURCE_COLLECTION)}
    whole = {name: actions for name, actions in lists.items() if actions is not None}
    return _required(whole, 'cache', kept.as_of) if len(whole) == len(lists) else None


def _required(lists: Lists, source: str, as_of: str) -> RequiredPermissions:
    return RequiredPermissions(lists[STANDARD], lists[RESOURCE_COLLECTION], source, as_of)


def _recorded(name: str) -> tuple[str, ...]:
    file = resources.files(PACKAGE) / 'data' / 'iam_permissions' / f'{name}_{RECORDED_ON}.json'
    return tuple(json.loads(file.read_text(encoding='utf-8')))


def _file_name(site: str) -> str:
    """Each site has a list of its own."""
    return f'iam_permissions_{re.sub("[^a-z0-9.-]", "_", site.lower())}.json'
