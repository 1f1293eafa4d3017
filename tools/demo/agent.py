"""A stand-in for the running Agent, and the check as a person would run it next to it.

`python -m tools.demo.agent ORDER` publishes at 127.0.0.1:5000 what the Agent publishes about its hostname, runs
`aws-diagnostics check`, and prints one JSON object: its output, its exit status and the facts that it saved.
ORDER is JSON: `provider`, `errors`, `arguments` of the check, and `instance`, the options of an instance of conf.yaml.
With an instance, it uses any free port.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

PORT = 5000


def expvar_server(port: int, provider: str, errors: dict[str, str]) -> HTTPServer:
    """Raises OSError when the port is taken."""
    document = json.dumps({'hostname': {'provider': provider, 'errors': errors}}).encode()

    class Expvar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == '/debug/vars' else 404)
            self.send_header('Content-Type', 'application/json; charset=utf-8')
            self.send_header('Content-Length', str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Log nothing: stdout and stderr belong to the check."""

    return HTTPServer(('127.0.0.1', port), Expvar)


def run_check(arguments: Sequence[str], directory: Path) -> dict[str, object]:
    facts = directory / 'facts.json'
    command = [sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'check', '--save-facts', str(facts), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True)
    return {
        'output': ended.stdout + ended.stderr,
        'exit_status': ended.returncode,
        'facts': facts.read_text() if facts.exists() else '',
    }


def carry_out(order: dict[str, Any]) -> dict[str, object]:
    instance, arguments = order['instance'], order['arguments']
    server = expvar_server(PORT if instance is None else 0, order['provider'], order['errors'])
    Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory:
        if instance is not None:
            configuration = Path(directory, 'conf.yaml')
            instance['agent_expvar_port'] = server.server_port
            configuration.write_text(json.dumps({'instances': [instance]}))
            arguments = ['--config', str(configuration), *arguments]
        return run_check(arguments, Path(directory))


if __name__ == '__main__':
    sys.stdout.write(json.dumps(carry_out(json.loads(sys.argv[1]))))
