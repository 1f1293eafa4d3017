"""EC2's query API on loopback, as far as a sweep uses it: it filters and pages on its side, as EC2 does.

moto does not know the filters metadata-options.*, and holds every instance. One server serves all regions, which it
tells apart by the scope of the signature. `python -m tests.account.ec2_server 100000` serves a large fleet, in
us-east-1 or in the regions that follow the number, and prints the port; `GET /sent` on it tells how many bytes it sent.
"""

import base64
import json
import re
import socket
import struct
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

from tests.account.ec2_documents import Template, document, elements, error, reservation, template_versions
from tests.account.ec2_fleet import Instances, UnknownFilter, instance_id, listed, one_in_twenty_wrong
from tests.served import served

SMALLEST_PAGE, LARGEST_PAGE = 5, 1000
LARGEST_PAGE_OF_TEMPLATES = 200


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str = 'refused') -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Request:
    action: str
    region: str
    parameters: Mapping[str, str]

    @property
    def filters(self) -> dict[str, list[str]]:
        names = {k.split('.')[1]: v for k, v in self.parameters.items() if re.fullmatch(r'Filter\.\d+\.Name', k)}
        values: dict[str, list[str]] = defaultdict(list)
        for key, value in self.parameters.items():
            if found := re.fullmatch(r'Filter\.(\d+)\.Value\.\d+', key):
                values[names[found[1]]].append(value)
        return dict(values)


@dataclass
class Account:
    """What the server answers with; tests change it while it runs."""

    instances: dict[str, Instances] = field(default_factory=dict)
    defaults: dict[str, str | int] = field(default_factory=dict)
    templates: tuple[Template, ...] = ()
    regions: tuple[str, ...] = ()
    """Those that are enabled; () for an EC2 that is not asked for them."""
    denied: frozenset[str] = frozenset()
    not_enabled: frozenset[str] = frozenset()
    throttled: int = 0
    """How many of the next requests are throttled."""
    reset_in_the_middle: int = 0
    """How many of the next pages end in the middle, with a reset."""
    era: int = 0
    """The next tokens belong to it; those of an earlier one are refused as expired."""
    requests: list[Request] = field(default_factory=list)
    """Those that were neither throttled nor reset."""
    sent: int = 0
    """Bytes of bodies."""

    def forget_tokens(self) -> None:
        self.era += 1

    def answer(self, request: Request) -> bytes:
        if request.region in self.not_enabled:
            raise Refused(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials')
        if request.action in self.denied:
            raise Refused(403, 'UnauthorizedOperation', 'You are not authorized to perform this operation')
        if request.parameters.get('DryRun') == 'true':
            raise Refused(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set')
        match request.action:
            case 'DescribeRegions' if self.regions:
                items = ''.join(f'<item>{elements({"regionName": region})}</item>' for region in self.regions)
                return document(request.action, f'<regionInfo>{items}</regionInfo>')
            case 'DescribeInstances':
                return self._describe_instances(request)
            case 'GetInstanceMetadataDefaults':
                return document(request.action, f'<accountLevel>{elements(self.defaults)}</accountLevel>')
            case 'DescribeLaunchTemplateVersions':
                return self._describe_templates(request)
        raise Refused(400, 'InvalidAction', request.action)

    def _describe_instances(self, request: Request) -> bytes:
        instances = self.instances.get(request.region, listed())
        if asked := request.parameters.get('InstanceId.1'):
            return self._one_instance(request, instances, asked)
        size = page_size(request, LARGEST_PAGE, SMALLEST_PAGE)
        try:
            numbers = list(islice(instances.matching(request.filters, self._start(request)), size + 1))
        except UnknownFilter as e:
            raise Refused(400, 'InvalidParameterValue', f"The filter '{e}' is invalid") from None
        page = ''.join(reservation(n, instances.of(n), request.region) for n in numbers[:size])
        token = self._token(numbers[size]) if len(numbers) > size else ''
        return document(request.action, f'<reservationSet>{page}</reservationSet>', token)

    def _one_instance(self, request: Request, instances: Instances, asked: str) -> bytes:
        numbers = [n for n in range(instances.size) if instance_id(n) == asked]
        if not numbers:
            raise Refused(400, 'InvalidInstanceID.NotFound', f"The instance ID '{asked}' does not exist")
        page = ''.join(reservation(n, instances.of(n), request.region) for n in numbers)
        return document(request.action, f'<reservationSet>{page}</reservationSet>')

    def _describe_templates(self, request: Request) -> bytes:
        if request.parameters.get('LaunchTemplateVersion.1') != '$Default':
            raise Refused(400, 'InvalidParameterValue', 'only $Default is served')
        start, size = self._start(request), page_size(request, LARGEST_PAGE_OF_TEMPLATES, 1)
        page = list(enumerate(self.templates))[start : start + size]
        token = self._token(start + size) if start + size < len(self.templates) else ''
        return document(request.action, template_versions(page), token)

    def _token(self, place: int) -> str:
        return base64.urlsafe_b64encode(f'{self.era}:{place}'.encode()).decode()

    def _start(self, request: Request) -> int:
        token = request.parameters.get('NextToken')
        if not token:
            return 0
        era, _, place = base64.urlsafe_b64decode(token).decode().partition(':')
        if int(era) != self.era:
            raise Refused(400, 'InvalidPaginationToken', 'The pagination token is not valid or is expired')
        return int(place)


def page_size(request: Request, largest: int, smallest: int) -> int:
    size = int(request.parameters.get('MaxResults', largest))
    if not smallest <= size <= largest:
        raise Refused(400, 'InvalidParameterValue', f'Value ( {size} ) for parameter maxResults is invalid')
    return size


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    account: Account

    def do_GET(self) -> None:
        self._send(200, json.dumps(self.account.sent).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['Content-Length']))
        scope = re.search(r'Credential=[^/]+/\d+/([^/]+)/ec2/', self.headers.get('Authorization', ''))
        if scope is None:
            self._send(403, error('UnauthorizedOperation', 'this is EC2 alone'))
            return
        parameters = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        request = Request(parameters.pop('Action'), scope[1], parameters)
        try:
            if self.account.throttled:
                self.account.throttled -= 1
                raise Refused(503, 'RequestLimitExceeded', 'Request limit exceeded.')
            answer = self.account.answer(request)
        except Refused as e:
            self._send(e.status, error(e.code, str(e)))
            return
        self._send_page(request, answer)

    def _send_page(self, request: Request, answer: bytes) -> None:
        if not self.account.reset_in_the_middle:
            self.account.requests.append(request)
            self._send(200, answer)
            return
        self.account.reset_in_the_middle -= 1
        self._send(200, answer, len(answer) // 2)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.connection.close()
        self.close_connection = True

    def _send(self, status: int, body: bytes, at_most: int | None = None) -> None:
        self.account.sent += len(body)
        self.send_response(status)
        self.send_header('Content-Type', 'text/xml;charset=UTF-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body[:at_most])
        self.wfile.flush()

    def finish(self) -> None:
        if self.connection.fileno() >= 0:
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def server(account: Account) -> ThreadingHTTPServer:
    """On a free port of 127.0.0.1; to be served and closed by the caller."""
    handler = type('HandlerOfAnAccount', (Handler,), {'account': account})
    made = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    made.daemon_threads = True
    return made


@contextmanager
def serving(account: Account) -> Iterator[str]:
    """The URL of the endpoint."""
    with served(server(account)) as url:
        yield url


def main() -> None:
    instances = one_in_twenty_wrong(int(sys.argv[1]))
    account = Account(dict.fromkeys(sys.argv[2:] or ('us-east-1',), instances))
    with server(account) as running:
        sys.stdout.write(f'{running.server_port}\n')
        sys.stdout.flush()
        running.serve_forever()


if __name__ == '__main__':
    main()
