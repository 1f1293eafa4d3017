"""Datadog's API on loopback, with the shapes that Datadog publishes, and the ways in which it can fail."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.account import datadog_hosts
from tests.account.datadog_addresses import answered
from tests.account.datadog_hosts import HostStore, Lost
from tests.account.datadog_metrics import MetricStore
from tests.served import served

API_KEY, APP_KEY = 'a' * 20 + '0123456789ab', 'b' * 28 + '0123456789ab'
ACCOUNTS = '/api/v2/integration/aws/accounts'
HOSTS = '/api/v1/hosts'
INTEGRATIONS = '/api/v1/integration/aws'
"""The older list, which has the errors."""
PERMISSIONS = '/api/v2/integration/aws/iam_permissions/'
FORBIDDEN = json.dumps({'errors': ['Forbidden']})


@dataclass
class Datadog:
    """What the API answers with; a test changes it."""

    accounts: list[dict[str, Any]] = field(default_factory=list)
    permissions: dict[str, Sequence[str]] = field(default_factory=dict)
    """By the last part of the path: standard, resource_collection."""
    errors: Any = field(default_factory=list)
    """Of every account, in the older list; or by account id."""
    errors_instead: bytes | None = None
    """The whole answer to every request for the older list."""
    hosts: list[dict[str, Any]] = field(default_factory=list)
    """The rows of the host list."""
    hosts_first: list[bytes] = field(default_factory=list)
    """Whole answers to the first requests for the host list."""
    instead: bytes | None = None
    """The whole answer to every request, head included; b'' for silence."""
    metrics: MetricStore = field(default_factory=MetricStore)
    about_hosts: HostStore = field(default_factory=HostStore)
    """Its rows are `hosts`."""
    denied: set[str] = field(default_factory=set)
    """Permissions that the application key does not have, like 'hosts_read'."""
    first: list[bytes] = field(default_factory=list)
    """Whole answers to the first requests about metrics, tags of hosts, monitors, dashboards and downtimes."""
    remaining: int | None = None
    """Of the same requests, how many until Datadog throttles; one that it throttles resets the limit to 100."""
    reset: int = 1
    """Seconds, as X-RateLimit-Reset."""
    url: str = ''
    asked: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    """Of `asked`."""
    bodies: list[Any] = field(default_factory=list)
    """Of every POST and PUT."""
    keys: list[tuple[str | None, str | None]] = field(default_factory=list)
    """The two keys of every request."""
    over: threading.Event = field(default_factory=threading.Event)


def account(account_id: str, **attributes: Any) -> dict[str, Any]:
    """One entry of `data`, with all regions on and everything else as a new integration has it."""
    return {
        'id': '11111111-2222-3333-4444-555555555555',
        'type': 'account',
        'attributes': {
            'aws_account_id': account_id,
            'aws_partition': 'aws',
            'account_tags': [],
            'auth_config': {'role_name': 'DatadogIntegrationRole', 'external_id': 'b2f0c1e4d5a64798a3c1d2e3f4a5b6c7'},
            'aws_regions': {'include_all': True},
            'logs_config': {'lambda_forwarder': {'lambdas': [], 'sources': []}},
            'metrics_config': {'enabled': True, 'automute_enabled': True, 'namespace_filters': {'exclude_only': []}},
            'resources_config': {'cloud_security_posture_management_collection': False, 'extended_collection': False},
            'traces_config': {'xray_services': {'include_all': False}},
            **attributes,
        },
    }


def host(name: str, /, **fields: Any) -> dict[str, Any]:
    """One row of the host list: a host that an Agent reports, and nobody else."""
    return {
        'id': 1234567890,
        'name': name,
        'host_name': name,
        'aliases': [],
        'apps': ['agent', 'ntp'],
        'sources': ['agent'],
        'tags_by_source': {'Datadog': [f'host:{name}'], 'Users': ['team:web']},
        'up': True,
        'is_muted': False,
        'last_reported_time': 1_800_000_000,
        'metrics': {'cpu': 1.5, 'iowait': 0.0, 'load': 0.5},
        **fields,
    }


def ec2_host(instance_id: str, account_id: str, region: str = 'eu-west-1', **fields: Any) -> dict[str, Any]:
    """A row that the AWS integration reports, and no Agent."""
    tags = [f'aws_account:{account_id}', f'region:{region}', f'instance-id:{instance_id}']
    aws = {'apps': ['aws'], 'sources': ['aws'], 'aws_name': 'web', 'aliases': ['web']}
    return host(instance_id, **{**aws, 'tags_by_source': {'Amazon Web Services': tags}, **fields})


def plain(status: int, body: str, content_type: str = 'application/json', limit: str = '') -> bytes:
    """`limit`: further headers, each with the end of its line."""
    length = f'Content-Length: {len(body.encode())}\r\n'
    head = f'HTTP/1.1 {status} Any\r\nContent-Type: {content_type}\r\nConnection: close\r\n{length}{limit}\r\n'
    return (head + body).encode()


@contextmanager
def datadog_api(datadog: Datadog | None = None) -> Iterator[Datadog]:
    datadog = datadog or Datadog()
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(datadog))) as datadog.url:
        try:
            yield datadog
        finally:
            datadog.over.set()


def _handler(datadog: Datadog) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            datadog.bodies.append(json.loads(self.rfile.read(int(self.headers['Content-Length']))))
            self._answer(datadog.bodies[-1])

        do_PUT = do_POST  # noqa: N815  (http.server looks for these names)

        def do_GET(self) -> None:
            self._answer(None)

        do_DELETE = do_GET  # noqa: N815

        def _answer(self, body: Any) -> None:
            datadog.asked.append(self.path)
            datadog.methods.append(self.command)
            datadog.keys.append((self.headers['DD-API-KEY'], self.headers['DD-APPLICATION-KEY']))
            with suppress(OSError, Lost):  # the client may have hung up
                self.wfile.write(_answer(datadog, self.command, self.path, datadog.keys[-1], body))
                if datadog.instead == b'':
                    datadog.over.wait(30)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests look at `asked`."""

    return Handler


def _answer(datadog: Datadog, method: str, target: str, keys: tuple[str | None, str | None], body: Any) -> bytes:
    if datadog.instead is not None:
        return datadog.instead
    path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
    if path.startswith(PERMISSIONS) and path.removeprefix(PERMISSIONS) in datadog.permissions:
        attributes = {'permissions': list(datadog.permissions[path.removeprefix(PERMISSIONS)])}
        return _json({'data': {'id': 'permissions', 'type': 'permissions', 'attributes': attributes}})
    if path == HOSTS and datadog.hosts_first:
        return datadog.hosts_first.pop(0)
    refused = keys != (API_KEY, APP_KEY) or datadog_hosts.needed(method, path) in datadog.denied
    if path in (ACCOUNTS, HOSTS, INTEGRATIONS):
        return plain(403, FORBIDDEN) if refused else _listed(datadog, path, query)
    datadog.about_hosts.rows = datadog.hosts
    about_metrics = answered(datadog.metrics, path, query, body)
    if not about_metrics and not datadog_hosts.knows(method, path):
        return plain(404, json.dumps({'errors': ['Not found']}))
    if refused:
        return plain(403, FORBIDDEN)
    return _limited(
        datadog, lambda: about_metrics or datadog_hosts.answered(datadog.about_hosts, method, path, query, body)
    )


def _listed(datadog: Datadog, path: str, query: dict[str, list[str]]) -> bytes:
    if path == HOSTS:
        return _page(datadog.hosts, query)
    if path == INTEGRATIONS and datadog.errors_instead is not None:
        return datadog.errors_instead
    if path == INTEGRATIONS:
        ids = [a['attributes']['aws_account_id'] for a in datadog.accounts]
        by_id = datadog.errors if isinstance(datadog.errors, dict) else dict.fromkeys(ids, datadog.errors)
        return _json({'accounts': [{'account_id': id, 'errors': by_id.get(id, [])} for id in ids]})
    wanted = query.get('aws_account_id')
    return _json({'data': [a for a in datadog.accounts if not wanted or a['attributes']['aws_account_id'] in wanted]})


def _limited(datadog: Datadog, answer: Callable[[], tuple[int, Any]]) -> bytes:
    """With the headers of https://docs.datadoghq.com/api/latest/rate-limits/. What is throttled has no effect."""
    if datadog.first:
        return datadog.first.pop(0)
    if datadog.remaining is None:
        return _document(*answer())
    left, datadog.remaining = datadog.remaining, datadog.remaining - 1 if datadog.remaining else 100
    limit = ''.join(
        f'X-RateLimit-{name}: {value}\r\n'
        for name, value in (('Limit', 100), ('Period', 3600), ('Remaining', max(left - 1, 0)), ('Reset', datadog.reset))
    )
    throttled: tuple[int, Any] = (429, {'errors': ['Rate limit of 100 requests in 3600 seconds reached.']})
    status, document = answer() if left else throttled
    return _document(status, document, limit)


def _document(status: int, document: object, limit: str = '') -> bytes:
    return plain(status, '' if status == 204 else json.dumps(document), 'application/vnd.api+json', limit)


def _page(hosts: list[dict[str, Any]], query: dict[str, list[str]]) -> bytes:
    start, count = int(query['start'][0]), int(query['count'][0])
    wanted = query.get('filter', [''])[0]
    hosts = [row for row in hosts if _matches(row, wanted.lower())] if wanted else hosts
    page = hosts[start : start + count]
    return _json({'host_list': page, 'total_matching': len(hosts), 'total_returned': len(page)})


def _matches(row: dict[str, Any], wanted: str) -> bool:
    """By name, alias or tag, as Datadog says. Assumed: without regard to case."""
    tags = (tag for tags in row['tags_by_source'].values() for tag in tags)
    return any(wanted in text.lower() for text in (row['name'], *row['aliases'], *tags))


def _json(document: object) -> bytes:
    return _document(200, document)
