"""conf.yaml as the Agent reads it: `init_config` and a list of `instances`."""

import os
import reprlib
from pathlib import Path

import yaml

from ..configuration import InvalidConfiguration, Options, read_configuration
from .exit_status import ExitStatus, Failure
from .files import read_text

OF_ENVIRONMENT = {'api_key': 'DD_API_KEY', 'app_key': 'DD_APP_KEY', 'datadog_site': 'DD_SITE'}
"""Setting of `account` -> variable of the environment, as the Agent has it."""


def read_instances(path: Path | None) -> tuple[Options, ...]:
    """The options of every instance; those of the one instance `{}` without a file. Raises Failure (CONFIGURATION)."""
    if path is None:
        return (read_configuration({}),)
    document = read_mapping(path, '--config')
    if not isinstance(document.get('init_config'), dict | None):
        raise _refused(path, 'init_config', document['init_config'], 'a mapping or nothing')
    instances = document.get('instances')
    if not isinstance(instances, list) or not instances:
        raise _refused(path, 'instances', instances, 'a list with at least one mapping')
    return tuple(_options(path, number, instance) for number, instance in enumerate(instances, 1))


def read_mapping(path: Path, option: str) -> dict[str, object]:
    """A YAML file that holds a mapping; an empty file is an empty one. Raises Failure (CONFIGURATION)."""
    text = read_text(path, option, ExitStatus.CONFIGURATION)
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as e:
        raise Failure(f'{option} {path}: is not YAML: {_yaml_problem(e)}', ExitStatus.CONFIGURATION) from None
    except (RecursionError, ValueError):
        raise Failure(
            f'{option} {path}: is not YAML that can be read: nested too deeply, or a value out of range',
            ExitStatus.CONFIGURATION,
        ) from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        kind = type(document).__name__  # never the value: it may be a file of secrets that was named by mistake
        raise Failure(f'{option} {path}: holds a {kind}, allowed is a mapping', ExitStatus.CONFIGURATION)
    return {str(key): value for key, value in document.items()}


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark, problem = getattr(error, 'problem_mark', None), getattr(error, 'problem', None)
    if mark is None or problem is None:
        return str(error).partition('\n')[0]
    return f'line {mark.line + 1}, column {mark.column + 1}: {problem}'


def _options(path: Path, number: int, instance: object) -> Options:
    field = f'instances, number {number}'
    if not isinstance(instance, dict):
        raise _refused(path, field, instance, 'a mapping')
    try:
        return read_configuration(_with_environment({str(key): value for key, value in instance.items()}))
    except InvalidConfiguration as e:
        raise Failure(f'--config {path}: {field}: {e}', ExitStatus.CONFIGURATION) from None


def _with_environment(instance: dict[str, object]) -> dict[str, object]:
    """What is absent, or what only the Agent could resolve, is taken from the environment as the Agent's is."""
    account = instance.get('account')
    if not isinstance(account, dict):
        return instance
    told = {
        setting: os.environ[variable]
        for setting, variable in OF_ENVIRONMENT.items()
        if os.environ.get(variable) and str(account.get(setting) or 'ENC[').startswith('ENC[')
    }
    return {**instance, 'account': {**account, **told}}


def _refused(path: Path, field: str, value: object, allowed: str) -> Failure:
    return Failure(f'--config {path}: {field} is {reprlib.repr(value)}, allowed is {allowed}', ExitStatus.CONFIGURATION)
