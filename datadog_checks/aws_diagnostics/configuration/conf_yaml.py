"""conf.yaml as the Agent reads it, `init_config` and a list of `instances`, and the program that validates one.

    python3 -m datadog_checks.aws_diagnostics.configuration FILE

Whoever rolls the check out asks it before the Agent is restarted. It needs nothing that an Agent does not embed, and
neither it nor any message here repeats a value that may be a secret.
"""

import argparse
import re
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml

from ..text import one_line
from . import Options, check_init_config, read_configuration, with_defaults
from .errors import InvalidConfiguration, must_be, nearest, shown

SECTIONS = ('init_config', 'instances')
LARGEST = 1 << 20
"""Bytes."""
LONGEST_LINE = 1000
HOLDS_ITSELF = 'a mapping holds itself (an alias inside of its anchor)'
REFERENCE = re.compile(r'ENC\[.*\]|%%\w+%%', re.DOTALL)
"""What only the Agent resolves: a secret, a variable of its environment."""
STAND_INS = {
    **dict.fromkeys(('api_key', 'app_key', 'external_id', 'assume_role_external_id'), 'resolved'),
    'assume_role_arn': 'arn:aws:iam::123456789012:role/resolved',
}
"""Setting of `account` -> a value of the form that the Agent will see there."""


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


def parse_mapping(text: str) -> dict[str, object]:
    """What a YAML file says; an empty one is an empty mapping. Raises InvalidConfiguration."""
    try:
        document = _document(text)
    except yaml.YAMLError as e:
        raise InvalidConfiguration(f'not valid YAML: {_yaml_problem(e)}') from None
    except RecursionError:
        raise InvalidConfiguration('not valid YAML: nested too deeply') from None
    except Exception:  # noqa: BLE001  (PyYAML raises KeyError, IndexError and others that quote the value)
        raise InvalidConfiguration('not valid YAML: a value is out of range or does not fit its tag') from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise InvalidConfiguration(f'the file must hold a mapping, not {shown(document)}')
    return {str(key): value for key, value in document.items()}


Resolve: TypeAlias = Callable[[Mapping[str, object]], dict[str, object]]
"""Instead of the Agent, what it would put in place of references to secrets."""


def instances_of(document: Mapping[str, object], resolve: Resolve) -> Iterator[tuple[str, dict[str, object]]]:
    """Every instance, with the defaults of init_config, after its name: 'instances[0]'.

    Raises InvalidConfiguration for what is wrong around them.
    """
    _check_sections(document)
    defaults = _defaults(document, resolve)
    if 'instances' not in document:
        raise InvalidConfiguration('no instances: in this file; the least that works is: instances: [{}]')
    instances = document['instances']
    if not isinstance(instances, list) or not instances:
        raise must_be('instances', 'a list with at least one mapping, like [{}]', instances)
    for number, instance in enumerate(instances):
        if not isinstance(instance, dict):
            raise must_be(f'instances[{number}]', 'a mapping', instance)
        own = {str(key): value for key, value in instance.items()}
        yield f'instances[{number}]', resolve(with_defaults(own, defaults))


def _defaults(document: Mapping[str, object], resolve: Resolve) -> Mapping[str, object]:
    """Of accounts only where there is one: a host instance needs no key that only the Agent resolves."""
    given, instances = document.get('init_config'), document.get('instances')
    accounts = isinstance(instances, list) and any(isinstance(i, dict) and 'account' in i for i in instances)
    try:
        check_init_config(resolve(given) if isinstance(given, Mapping) else given, of_accounts=accounts)
    except RecursionError:
        raise InvalidConfiguration(f'init_config: {HOLDS_ITSELF}') from None
    return given if isinstance(given, Mapping) else {}


def options_of(name: str, instance: Mapping[str, object]) -> Options:
    """Raises InvalidConfiguration, which begins with the name of the instance."""
    try:
        return read_configuration(instance)
    except InvalidConfiguration as e:
        raise InvalidConfiguration(f'{name}: {e}') from None
    except RecursionError:
        raise InvalidConfiguration(f'{name}: {HOLDS_ITSELF}') from None


def problems(text: str) -> list[str]:
    """Sentences, one for every instance that the check would refuse."""
    found = []
    try:
        for name, instance in instances_of(parse_mapping(text), _resolved):
            try:
                options_of(name, instance)
            except InvalidConfiguration as e:
                found.append(str(e))
    except InvalidConfiguration as e:
        found.append(str(e))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """0 for a file that the check accepts, else 1 and every reason on standard error."""
    parser = argparse.ArgumentParser(
        prog='python3 -m datadog_checks.aws_diagnostics.configuration',
        description='Say what the check aws_diagnostics refuses in a conf.yaml.',
    )
    parser.add_argument('file', metavar='FILE', help='conf.yaml, or - for standard input')
    file = parser.parse_args(arguments).file
    try:
        found = problems(_read(file))
    except OSError as e:
        found = [f'cannot be read: {e.strerror}']
    except UnicodeDecodeError as e:
        found = [f'is not UTF-8 text (byte {e.start})']
    for problem in found:
        sys.stderr.write(f'{file}: {one_line(problem, LONGEST_LINE)}\n')
    return 1 if found else 0


def _read(file: str) -> str:
    """Raises OSError, UnicodeDecodeError."""
    if file == '-':
        content = sys.stdin.buffer.read(LARGEST + 1)
    else:
        with Path(file).open('rb') as opened:
            content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(0, f'it is larger than {LARGEST >> 20} MiB')
    return content.decode('utf-8-sig')  # some editors on Windows begin a file with a byte order mark


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


def _check_sections(document: Mapping[str, object]) -> None:
    if not document:
        raise InvalidConfiguration('the file is empty; the least that works is: instances: [{}]')
    for name in document:
        near = nearest(name, SECTIONS)
        if near and name not in SECTIONS:
            raise InvalidConfiguration(f'{name} is not known: did you mean {near}?')


def _resolved(instance: Mapping[str, object]) -> dict[str, object]:
    """With a stand-in for each secret that only the Agent can resolve; any other such option counts as not set."""
    account = instance.get('account')
    nested = {'account': _without_references(account)} if isinstance(account, Mapping) else {}
    return {**_without_references(instance), **nested}


def _without_references(settings: Mapping[str, object]) -> dict[str, object]:
    return {
        setting: STAND_INS.get(setting) if isinstance(value, str) and REFERENCE.fullmatch(value) else value
        for setting, value in settings.items()
    }
