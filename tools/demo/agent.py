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
from pathlib import Path
from threading import Thread
from typing import Any

from tests.simulator.loopback import EXPVAR_PORT, expvar_server


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
    server = expvar_server(EXPVAR_PORT if instance is None else 0, order['provider'], order['errors'])
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
