"""conf.yaml as the Agent reads it: `init_config` and a list of `instances`."""

import os
from collections.abc import Hashable
from pathlib import Path

import yaml

from ..configuration import InvalidConfiguration, Options, check_init_config, read_configuration, with_defaults
from ..configuration.errors import must_be, nearest, shown
from . import ExitStatus, Failure
from .files import read_text

OF_ENVIRONMENT = {'api_key': 'DD_API_KEY', 'app_key': 'DD_APP_KEY', 'datadog_site': 'DD_SITE'}
"""Setting of `account` -> variable of the environment, as the Agent has it."""
SECTIONS = ('init_config', 'instances')


class DuplicateKey(yaml.constructor.ConstructorError):
    """A key that appears twice in one mapping: YAML loaders, the Agent's too, silently keep only the last value."""


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen = set[str]()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != 'tag:yaml.org,2002:merge':
                if key.value in seen:
                    raise DuplicateKey(problem='duplicate key', problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_instances(path: Path | None) -> tuple[Options, ...]:
    """The options of every instance; those of the one instance `{}` without a file. Raises Failure (CONFIGURATION)."""
    if path is None:
        return (read_configuration({}),)
    document = read_mapping(path, '--config')
    try:
        _check_sections(document)
        defaults = document.get('init_config')
        check_init_config(_with_environment(defaults) if isinstance(defaults, dict) else defaults)
        if 'instances' not in document:
            raise InvalidConfiguration('no instances: in this file; the least that works is: instances: [{}]')
        instances = document['instances']
        if not isinstance(instances, list) or not instances:
            raise must_be('instances', 'a list with at least one mapping, like [{}]', instances)
        return tuple(_options(number, instance, defaults) for number, instance in enumerate(instances))
    except InvalidConfiguration as e:
        raise _refused(path, '--config', str(e)) from None
    except RecursionError:
        raise _refused(path, '--config', 'a mapping holds itself (an alias inside of its anchor)') from None


def _check_sections(document: dict[str, object]) -> None:
    if not document:
        raise InvalidConfiguration('the file is empty; the least that works is: instances: [{}]')
    for name in document:
        near = nearest(name, SECTIONS)
        if near and name not in SECTIONS:
            raise InvalidConfiguration(f'{name} is not known: did you mean {near}?')


def read_mapping(path: Path, option: str) -> dict[str, object]:
    """A YAML file that holds a mapping; an empty file is an empty one. Raises Failure (CONFIGURATION)."""
    text = read_text(path, option, ExitStatus.CONFIGURATION)
    try:
        document = _document(text)
    except yaml.YAMLError as e:
        raise _refused(path, option, f'not valid YAML: {_yaml_problem(e)}') from None
    except RecursionError:
        raise _refused(path, option, 'not valid YAML: nested too deeply') from None
    except Exception:  # noqa: BLE001  (PyYAML raises KeyError, IndexError and others that quote the value)
        raise _refused(path, option, 'not valid YAML: a value is out of range or does not fit its tag') from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise _refused(path, option, f'the file must hold a mapping, not {shown(document)}')
    return {str(key): value for key, value in document.items()}


def _document(text: str) -> object:
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _yaml_problem(error: yaml.YAMLError) -> str:
    """Where and what, without the text that stands there: it may be a key."""
    mark, problem = getattr(error, 'problem_mark', None), str(getattr(error, 'problem', None) or '')
    if mark is None:
        return 'a character that YAML does not allow'
    known = problem if problem.replace(' ', '').isalpha() else problem.partition("'")[0].strip()
    return f'line {mark.line + 1}, column {mark.column + 1}: {known or "a mistake"}'


def _options(number: int, instance: object, defaults: object) -> Options:
    field = f'instances[{number}]'
    if not isinstance(instance, dict):
        raise must_be(field, 'a mapping', instance)
    try:
        own = {str(key): value for key, value in instance.items()}
        return read_configuration(_with_environment(with_defaults(own, defaults if isinstance(defaults, dict) else {})))
    except InvalidConfiguration as e:
        raise InvalidConfiguration(f'{field}: {e}') from None


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


def _refused(path: Path, option: str, message: str) -> Failure:
    return Failure(f'{option} {path}: {message}', ExitStatus.CONFIGURATION)
