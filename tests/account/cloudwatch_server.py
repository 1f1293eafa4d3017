"""CloudWatch on loopback, by its JSON protocol: what each region lists, and where it refuses."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.account.cloudwatch_metrics import MetricData, Refused
from tests.served import served

BY_SCP = 'User: x is not authorized to perform: y with an explicit deny in a service control policy'


@dataclass
class CloudWatch:
    """What it answers with; a test changes it."""

    metrics: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many metrics are active, by region and namespace."""
    page: int = 500
    streams: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The states of the metric streams, by region."""
    data: MetricData = field(default_factory=MetricData)
    """Metrics with their samples, of which ListMetrics lists the dimensions."""
    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What GetMetricStream has, by the name of the stream, beside its state."""
    streams_of_a_page: int = 500
    stream_name: str = 's'
    """How the names of streams begin."""
    denied: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The message of the refusal, by region and operation."""
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Region, operation and arguments."""
    url: str = ''

    def answer(self, region: str, operation: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append((region, operation, arguments))
        if (region, operation) in self.denied:
            return 400, {'__type': 'AccessDeniedException', 'message': self.denied[region, operation]}
        if operation == 'ListMetricStreams':
            return 200, self._listed_streams(region, int(arguments.get('NextToken', 0)))
        if operation == 'GetMetricStream':
            return 200, {'Name': arguments['Name'], **self.contents.get(arguments['Name'], {})}
        if operation == 'GetMetricData':
            try:
                return 200, self.data.data(region, arguments)
            except Refused as e:
                return 400, {'__type': 'ValidationError', 'message': str(e)}
        if self.data.sampled:
            return 200, self.data.listed(region, arguments)
        found = self.metrics.get((region, arguments['Namespace']), 0)
        more = {'NextToken': 'there-is-more'} if found > self.page else {}
        return 200, {'Metrics': [_metric(n, arguments['Namespace']) for n in range(min(found, self.page))], **more}

    def _listed_streams(self, region: str, first: int) -> dict[str, Any]:
        states = self.streams.get(region, ())
        last = first + self.streams_of_a_page
        form = 'opentelemetry0.7'
        named = ((f'{self.stream_name}-{n}', state) for n, state in enumerate(states))
        entries = [{'Name': name, 'State': state, 'OutputFormat': form} for name, state in named][first:last]
        return {'Entries': entries, **({'NextToken': str(last)} if last < len(states) else {})}


def _metric(number: int, namespace: str) -> dict[str, Any]:
    dimensions = [{'Name': 'InstanceId', 'Value': f'i-{number:017x}'}]
    return {'Namespace': namespace, 'MetricName': 'CPUUtilization', 'Dimensions': dimensions}


@contextmanager
def cloudwatch_server(cloudwatch: CloudWatch) -> Iterator[str]:
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(cloudwatch))) as cloudwatch.url:
        yield cloudwatch.url


def _handler(cloudwatch: CloudWatch) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arguments = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            region = self.headers['Authorization'].split('/')[2]
            operation = self.headers['X-Amz-Target'].partition('.')[2]
            status, answer = cloudwatch.answer(region, operation, arguments)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header('Content-Type', 'application/x-amz-json-1.0')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests look at `asked`."""

    return Handler
