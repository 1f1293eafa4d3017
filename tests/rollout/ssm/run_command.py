"""Run Command of Systems Manager, for the AWS CLI: documents run on test hosts, all of them at once."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread
from typing import Any

import yaml

from tests.rollout.host import Host
from tests.rollout.ssm import agent
from tests.served import served

COMMAND = '0a1b2c3d-0000-4000-8000-0123456789ab'
MOST_OUTPUT = 24000
"""Characters of standard output that GetCommandInvocation gives."""


class RunCommand:
    """What the service keeps. A host that is None is known, and its SSM Agent does not answer."""

    def __init__(self, hosts: Mapping[str, Host | None], bucket: Mapping[str, Path]) -> None:
        self.sent: list[dict[str, Any]] = []
        self._hosts, self._bucket = hosts, bucket
        self._documents: dict[str, Any] = {}
        self._running: dict[str, Thread] = {}
        self._ended: dict[str, CompletedProcess[str]] = {}
        self._early: list[list[dict[str, str]]] = [[{'CommandId': COMMAND, 'Status': 'InProgress'}], []]

    def answer(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """Raises LookupError for what is not there."""
        actions: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            'DescribeDocument': lambda g: {'Document': {'Name': g['Name'], 'Hash': self._documents[g['Name']]['hash']}},
            'CreateDocument': self._create,
            'SendCommand': self._send,
            'ListCommands': self._list,
            'ListCommandInvocations': lambda _: {'CommandInvocations': [{'InstanceId': id} for id in self._hosts]},
            'GetCommandInvocation': self._invocation,
        }
        return actions[operation](given)

    def _create(self, given: dict[str, Any]) -> dict[str, Any]:
        text = given['Content']
        content = yaml.safe_load(text)
        self._documents[given['Name']] = {'content': content, 'hash': hashlib.sha256(text.encode()).hexdigest()}
        return {'DocumentDescription': {'Name': given['Name']}}

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(given)
        document = self._documents[given['DocumentName']]['content']
        parameters = {name: value for name, (value,) in given['Parameters'].items()}
        agent.accepted(document['parameters'], parameters)
        for id, host in self._hosts.items():
            if host is not None:
                self._running[id] = Thread(target=self._run, args=(id, host, document, parameters))
                self._running[id].start()
        return {'Command': {'CommandId': COMMAND}}

    def _run(self, id: str, host: Host, document: dict[str, Any], parameters: dict[str, str]) -> None:
        self._ended[id] = agent.run(host, document, parameters, self._bucket, 'dash')

    def _list(self, _: dict[str, Any]) -> dict[str, Any]:
        """Not there yet when it is asked first, then in progress; the third answer waits for the hosts."""
        if self._early:
            return {'Commands': self._early.pop()}
        for thread in self._running.values():
            thread.join()
        return {'Commands': [{'CommandId': COMMAND, 'Status': 'Success'}]}

    def _invocation(self, given: dict[str, Any]) -> dict[str, Any]:
        ended = self._ended.get(given['InstanceId'])
        if ended is None:
            return {'StatusDetails': 'Delivery Timed Out', 'StandardOutputContent': '', 'StandardErrorContent': ''}
        return {
            'StatusDetails': 'Failed' if ended.returncode else 'Success',
            'StandardOutputContent': ended.stdout[:MOST_OUTPUT],
            'StandardErrorContent': ended.stderr,
        }


@contextmanager
def listening(service: RunCommand) -> Iterator[str]:
    """Its endpoint on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            operation = str(self.headers['X-Amz-Target']).removeprefix('AmazonSSM.')
            try:
                self._reply(200, service.answer(operation, given))
            except LookupError as e:
                self._reply(400, {'__type': 'InvalidDocument', 'message': str(e)})

        def _reply(self, status: int, answer: dict[str, Any]) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header('Content-Type', 'application/x-amz-json-1.1')
            self.send_header('Content-Length', str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None: ...

    with served(ThreadingHTTPServer(('127.0.0.1', 0), Handler)) as endpoint:
        yield endpoint
