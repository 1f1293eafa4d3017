"""AWS on loopback, as far as `metrics why` asks about resources: their tags, and what is turned on for them.

No emulator has the metrics configurations of a bucket, or the monitoring subscription of a distribution.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.served import served

SERVICES = ('S3', 'CLOUDFRONT', 'RESOURCE_GROUPS_TAGGING_API')
"""As the environment variables of their endpoints end."""
S3 = '<ListMetricsConfigurationsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}</ListMetricsConfigurationsResult>'
SUBSCRIBED = (
    '<MonitoringSubscription xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><RealtimeMetricsSubscriptionConfig>'
    '<RealtimeMetricsSubscriptionStatus>Enabled</RealtimeMetricsSubscriptionStatus>'
    '</RealtimeMetricsSubscriptionConfig></MonitoringSubscription>'
)
NOT_SUBSCRIBED = '<ErrorResponse><Error><Code>NoSuchMonitoringSubscription</Code></Error></ErrorResponse>'


@dataclass
class Resources:
    """What it answers with; a test changes it."""

    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By ARN."""
    buckets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The ids of the metrics configurations, by bucket."""
    distributions: Sequence[str] = ()
    """Those with additional metrics."""
    denied: bool = False

    def tagged(self, arns: Sequence[str]) -> str:
        found = [
            {'ResourceARN': arn, 'Tags': [{'Key': key, 'Value': value} for key, value in self.tags[arn].items()]}
            for arn in arns
            if arn in self.tags
        ]
        return json.dumps({'ResourceTagMappingList': found})

    def got(self, path: str) -> tuple[int, str]:
        if path.startswith('/2020-05-31/'):
            known = path.removesuffix('/').split('/')[3] in self.distributions
            return (200, SUBSCRIBED) if known else (404, NOT_SUBSCRIBED)
        ids = self.buckets.get(path.strip('/').partition('?')[0], ())
        entries = ''.join(f'<MetricsConfiguration><Id>{id}</Id></MetricsConfiguration>' for id in ids)
        return 200, S3.format(f'<IsTruncated>false</IsTruncated>{entries}')


@contextmanager
def resources_server(resources: Resources) -> Iterator[str]:
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(resources))) as url:
        yield url


def _handler(resources: Resources) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = resources.got(self.path)
            denied = '<Error><Code>AccessDenied</Code><Message>x</Message></Error>'
            self._send(403 if resources.denied else status, denied if resources.denied else body, 'application/xml')

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            if resources.denied:
                self._send(400, '{"__type": "AccessDeniedException", "message": "x"}', 'application/x-amz-json-1.1')
            else:
                self._send(200, resources.tagged(asked['ResourceARNList']), 'application/x-amz-json-1.1')

        def _send(self, status: int, body: str, kind: str) -> None:
            self.send_response(status)
            self.send_header('Content-Type', kind)
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler
