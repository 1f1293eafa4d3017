"""What it costs to read 1, 100 and 1,000 metrics: our clients beside boto3's and Datadog's own.

Each is a process of its own that imports, connects and reads three hours by the minute. The servers are on loopback.

`python -m benchmarks.metrics`; it prints ratios, as all ways are measured in one run.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes import c_long
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.metrics.ways import CLOUDWATCH, DATADOG, MINUTES, NAME, REGION, START, balancer
from tests.account import servers
from tests.account.cloudwatch_metrics import MetricData, Sampled
from tests.account.cloudwatch_server import CloudWatch
from tests.account.datadog_addresses import answered
from tests.account.datadog_metrics import MetricStore, Stored

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

COUNTS = (1, 100, 1000)
MOST = max(COUNTS)


@dataclass(frozen=True)
class Server:
    """In another process, of which it has the counters."""

    url: str
    calls: 'Synchronized[int]'
    sent: 'Synchronized[int]'
    """Bytes, in answers."""


@contextmanager
def serving() -> Iterator[Server]:
    minutes = range(START, START + 60 * MINUTES, 60)
    sampled = [
        Sampled('AWS/ELB', 'RequestCount', balancer(n), {t: (float(n + t % 97),) for t in minutes}, REGION)
        for n in range(MOST)
    ]
    stored = [
        Stored(NAME, [f'loadbalancername:web-{n}', *(f'below_{c}:yes' for c in COUNTS if n < c)], _points(n, minutes))
        for n in range(MOST)
    ]
    context = get_context('fork')
    calls, sent = context.Value(c_long, 0), context.Value(c_long, 0)
    handler = _handler(CloudWatch(data=_Indexed(sampled)), MetricStore(stored), calls, sent)
    server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    process = context.Process(target=server.serve_forever, daemon=True)
    process.start()
    try:
        yield Server(f'http://127.0.0.1:{server.server_port}', calls, sent)
    finally:
        process.kill()


def _points(number: int, minutes: range) -> list[tuple[int, float]]:
    return [(t, (number + t % 97) / 60) for t in minutes]


class _Indexed(MetricData):
    """Finds a metric without looking at all others: the time of the server is not what is measured."""

    def __init__(self, sampled: list[Sampled]) -> None:
        super().__init__(sampled)
        self._by_name = {each.dimensions['LoadBalancerName']: each for each in sampled}

    def _values(self, region: str, query: Mapping[str, Any], asked: Mapping[str, Any]) -> list[tuple[int, float]]:
        (dimension,) = query['MetricStat']['Metric']['Dimensions']
        points = [(time, values[0]) for time, values in self._by_name[dimension['Value']].samples.items()]
        return points if asked.get('ScanBy') == 'TimestampAscending' else points[::-1]


def _handler(
    cloudwatch: CloudWatch, store: MetricStore, calls: 'Synchronized[int]', sent: 'Synchronized[int]'
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            if self.path == '/':
                status, answer = cloudwatch.answer(REGION, self.headers['X-Amz-Target'].partition('.')[2], body)
            else:
                status, answer = answered(store, self.path, {}, body) or (404, {})
            text = json.dumps(answer).encode()
            calls.value += 1
            sent.value += len(text)
            self.send_response(status)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler


def measured(ways: dict[str, Callable[[int], int]], environ: dict[str, str], server: Server) -> None:
    print(f'{"":32} {"metrics":>8} {"calls":>6} {"CPU s":>7} {"MB":>7} {"CPU, first = 1":>15}')
    for count in COUNTS:
        first = 0.0
        for way in ways:
            server.calls.value = server.sent.value = 0
            command = [sys.executable, '-m', 'benchmarks.metrics', way, str(count)]
            cpu, values = json.loads(subprocess.check_output(command, env=environ, text=True))
            assert values == count * MINUTES, (way, values)
            first = first or cpu
            figures = f'{server.calls.value:6} {cpu:7.2f} {server.sent.value / 1e6:7.2f} {cpu / first:15.2f}'
            print(f'{way:32} {count:8} {figures}', flush=True)


def main() -> None:
    with TemporaryDirectory() as home, serving() as server:
        environ = {
            **os.environ,
            **servers.environment(server.url, Path(home), region=REGION),
            'DATADOG_URL': server.url,
        }
        for ways in (CLOUDWATCH, DATADOG):
            measured(ways, environ, server)
            print()


def one(way: str, count: int) -> None:
    """In this process."""
    values = {**CLOUDWATCH, **DATADOG}[way](count)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([used.ru_utime + used.ru_stime, values]))


if __name__ == '__main__':
    one(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else main()
