"""CloudTrail's event history on loopback, by its JSON protocol: it finds events by one attribute, page by page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.served import served

BY_SCP = 'with an explicit deny in a service control policy'


@dataclass
class CloudTrail:
    events: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """By region, the youngest first, each as `assumed` and `called` make it."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """The error code, by region."""
    page: int = 50
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Region, attribute and its value."""

    def answer(self, region: str, arguments: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        (attribute,) = arguments['LookupAttributes']
        key, value = attribute['AttributeKey'], attribute['AttributeValue']
        self.asked.append((region, key, value))
        if region in self.refused:
            return 400, {'__type': self.refused[region], 'message': 'refused'}
        window = range(int(arguments['StartTime']), int(arguments['EndTime']) + 1)
        found = [e for e in self.events.get(region, ()) if value in e['of'][key] and int(e['EventTime']) in window]
        start = int(arguments.get('NextToken', 0))
        more = {'NextToken': str(start + self.page)} if len(found) > start + self.page else {}
        shown = [{k: v for k, v in e.items() if k != 'of'} for e in found[start : start + self.page]]
        return 200, {'Events': shown, **more}


def assumed(role_arn: str, session: str, at: float, **differences: Any) -> dict[str, Any]:
    """Somebody assumed the role."""
    event = {'eventName': 'AssumeRole', 'requestParameters': {'roleArn': role_arn, 'roleSessionName': session}}
    return listed({**event, **differences}, at, ResourceName=[role_arn], Username=[])


def called(
    role_arn: str, session: str, source: str, name: str, at: float, code: str = '', message: str = ''
) -> dict[str, Any]:
    """A call that a session of the role made."""
    error = {'errorCode': code, 'errorMessage': message} if code else {}
    event = {
        'eventSource': source,
        'eventName': name,
        'userIdentity': {'type': 'AssumedRole', 'sessionContext': {'sessionIssuer': {'arn': role_arn}}},
        **error,
    }
    return listed(event, at, ResourceName=[], Username=[session])


def listed(event: object, at: float, **of: Sequence[str]) -> dict[str, Any]:
    return {'EventId': '1', 'EventTime': at, 'CloudTrailEvent': json.dumps(event), 'of': of}


@contextmanager
def cloudtrail_server(cloudtrail: CloudTrail) -> Iterator[str]:
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(cloudtrail))) as url:
        yield url


def _handler(cloudtrail: CloudTrail) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arguments = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            region = self.headers['Authorization'].split('/')[2]
            status, answer = cloudtrail.answer(region, arguments)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header('Content-Type', 'application/x-amz-json-1.1')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests look at `asked`."""

    return Handler
