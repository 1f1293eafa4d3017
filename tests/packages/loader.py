"""A check in the Python of an Agent: loads it as the Agent's loader does, and runs it. Imports nothing of the tests.

`python -I loader.py ORDER` prints one JSON object. ORDER is JSON:
  checks_d  the directory of that name
  instance  the options of an instance of conf.yaml
  agent     what the Agent says of itself: `hostname`, `version`, and `provider`, which it publishes where there is one
"""

import json
import sys
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from threading import Thread
from types import ModuleType
from typing import Any

NAME = 'aws_diagnostics'
EXPVAR = ('127.0.0.1', 5000)


def load() -> tuple[ModuleType, type]:
    """The module and its check, as `Load` of the Agent's pkg/collector/python/loader.go: a wheel first, then checks.d.

    Raises LookupError with what each of the two imports said.
    """
    errors = []
    for name in (f'datadog_checks.{NAME}', NAME):
        try:
            module = import_module(name)
        except Exception:  # noqa: BLE001
            errors.append(traceback.format_exc())
            continue
        found = checks_in(module)
        if found:
            return module, found[0]
        errors.append(f'{name}: no check')
    raise LookupError('\n'.join(errors))


def checks_in(module: ModuleType) -> list[type]:
    """As `_findSubclassOf` of the Agent's rtloader/three/three.cpp: not the base itself, nor what is derived from."""
    base = import_module('datadog_checks.base').AgentCheck
    values = [getattr(module, name) for name in dir(module)]
    classes = [value for value in values if isinstance(value, type) and issubclass(value, base)]
    return [found for found in classes if found is not base and not found.__subclasses__()]


def publish(provider: str) -> None:
    """What an Agent publishes by expvar, as long as this process lives."""
    document = json.dumps({'hostname': {'provider': provider, 'errors': {}}}).encode()

    class Expvar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header('Content-Length', str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Nothing: stderr belongs to the check."""

    Thread(target=HTTPServer(EXPVAR, Expvar).serve_forever, daemon=True).start()


def run(check: type, instance: dict[str, Any], agent: dict[str, str]) -> dict[str, Any]:
    """What one run of the check submits."""
    stubs = import_module('datadog_checks.base.stubs')
    stubs.datadog_agent.set_hostname(agent['hostname'])
    vars(stubs.datadog_agent)['get_version'] = lambda: agent['version']
    if agent['provider']:
        publish(agent['provider'])
    made = check(NAME, {}, [instance])
    made.check_id = f'{NAME}:test'
    error, sent = made.run(), stubs.aggregator
    return {
        'error': error,
        'service_checks': {name: sent.service_checks(name)[0].status for name in sent.service_check_names},
        'failed': sorted(
            tag for s in sent.metrics(f'{NAME}.finding') if s.value for tag in s.tags if 'diagnosis' in tag
        ),
        'metrics': len(sent.metric_names),
        'rows': {row['name']: row['result'] for row in json.loads(made.get_diagnoses())},
        'has_models': made._config_model_instance is not None,
        'version_of_the_check': made.check_version,
    }


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    sys.path.append(order['checks_d'])
    try:
        module, check = load()
        told = {'module': module.__name__, 'version': getattr(module, '__version__', 'unversioned')}
        told['checks'] = [found.__name__ for found in checks_in(module)]
        return {**told, **run(check, order['instance'], order['agent']), 'modules': sorted(sys.modules)}
    except Exception as e:  # noqa: BLE001
        return {'refused': str(e)}


if __name__ == '__main__':
    sys.stdout.write(json.dumps(carry_out(json.loads(sys.argv[1]))))
