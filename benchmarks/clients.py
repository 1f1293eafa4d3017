"""Clients of IMDS to compare: each asks for a token and the instance id, as the check does in a steady run."""

import http.client
from collections.abc import Callable
from multiprocessing import get_context

import requests
from datadog_checks.base import AgentCheck
from datadog_checks.base.stubs import aggregator, datadog_agent

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from tests.simulator.loopback import expvar_server

HOST = '169.254.169.254'
TTL = {'X-aws-ec2-metadata-token-ttl-seconds': '60'}
INSTANCE_ID = 'i-0123456789abcdef0'


def http_client() -> None:
    token = _ask('PUT', '/latest/api/token', TTL)
    _ask('GET', '/latest/meta-data/instance-id', {'X-aws-ec2-metadata-token': token})


def _ask(method: str, path: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection(HOST, timeout=1)
    connection.request(method, path, headers=headers)
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def requests_session() -> None:
    with requests.Session() as session:
        token = session.put(f'http://{HOST}/latest/api/token', headers=TTL, timeout=1).text
        headers = {'X-aws-ec2-metadata-token': token}
        session.get(f'http://{HOST}/latest/meta-data/instance-id', headers=headers, timeout=1)


class DoesNothing(AgentCheck):
    def check(self, _: object) -> None:
        pass


def check_that_does_nothing() -> Callable[[], object]:
    return DoesNothing('does_nothing', {}, [{}]).run


def steady_check() -> Callable[[], object]:
    return _check({'imdsv1_probe_interval': 0})


def measuring_check() -> Callable[[], object]:
    return _check({'imdsv1_probe_interval': 0, 'path_probe_interval': 0})


def _check(instance: dict[str, object]) -> Callable[[], object]:
    """The whole run: IMDS, the Agent's expvar, all diagnoses, every submission."""
    datadog_agent.set_hostname(INSTANCE_ID)
    server = expvar_server(0, 'aws', {})
    # Another process, as the Agent's own server is not the work of the check.
    get_context('fork').Process(target=server.serve_forever, daemon=True).start()
    check = AwsDiagnosticsCheck('aws_diagnostics', {}, [{**instance, 'agent_expvar_port': server.server_port}])
    check.check_id = 'aws_diagnostics:benchmark'

    def run() -> None:
        aggregator.reset()
        error = check.run()
        if error:
            raise RuntimeError(error)

    return run
