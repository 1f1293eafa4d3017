"""The command `datadog-agent check` of the Agent on a test host: loads a check as the Agent does, and runs it once."""

import argparse
import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from .places import ETC, HOME, fail, say


def check(options: argparse.Namespace) -> None:
    """Loads the check as the Agent does: an installed package first, then checks.d; runs every instance once."""
    file = ETC / 'conf.d' / f'{options.name}.d' / 'conf.yaml'
    if not file.exists():
        fail('no valid check found')
    loaded = load(options.name)
    configuration = import_module('yaml').safe_load(file.read_text())
    keep_the_persistent_cache()
    runs = [run(loaded, options.name, configuration, instance) for instance in configuration['instances']]
    say(json.dumps(runs, indent=2) if options.json else '\n'.join(map(in_words, runs)))
    if any(told['error'] for told in runs):
        sys.exit(255)


def load(name: str) -> Any:
    sys.path.append(str(ETC / 'checks.d'))
    for module in (f'datadog_checks.{name}', name):
        try:
            loaded = import_module(module)
        except ModuleNotFoundError as error:
            if error.name not in (module, 'datadog_checks'):
                raise
        else:
            return loaded
    return fail('no valid check found')


def class_of(module: Any) -> Any:
    base = import_module('datadog_checks.base').AgentCheck
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value is not base and not value.__subclasses__()
    ]
    if len(found) != 1:
        fail(f'{module.__name__} has {len(found)} classes of checks')
    return found[0]


def run(module: Any, name: str, configuration: dict[str, Any], instance: dict[str, Any]) -> dict[str, Any]:
    stubs = import_module('datadog_checks.base.stubs')
    stubs.aggregator.reset()
    made = class_of(module)(name, configuration.get('init_config') or {}, [instance])
    made.check_id = f'{name}:test'
    error = made.run()
    return {
        'module': class_of(module).__module__,
        'file': str(getattr(module, '__file__', '')),
        'version': str(getattr(module, '__version__', '')),
        'error': json.loads(error)[0]['message'] if error else '',
        'metrics': sorted(stubs.aggregator.metric_names),
        'service_checks': sorted(stubs.aggregator.service_check_names),
    }


def in_words(told: dict[str, Any]) -> str:
    verdict = f'[ERROR]: {told["error"]}' if told['error'] else '[OK]'
    return f'aws_diagnostics ({told["version"]}) {verdict}\n  Metrics: {len(told["metrics"])}'


def keep_the_persistent_cache() -> None:
    """As files, where the Agent keeps them: an upgrade leaves them alone."""
    stub = vars(import_module('datadog_checks.base.stubs').datadog_agent)
    directory = HOME / 'run' / 'aws_diagnostics'
    directory.mkdir(parents=True, exist_ok=True)

    def path(key: str) -> Path:
        return directory / re.sub(r'\W', '_', key)

    stub['read_persistent_cache'] = lambda key: path(key).read_text() if path(key).exists() else ''
    stub['write_persistent_cache'] = lambda key, value: path(key).write_text(value)
