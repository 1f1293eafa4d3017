"""What programs would refuse of a command: `aws` by the models of botocore, our own by click. Nothing is run."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import botocore.session
import click
import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel, Shape

from datadog_checks.aws_diagnostics.cli.program import whole_program
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES

GLOBAL_OPTIONS = frozenset({'output', 'profile', 'query', 'region', 'no-paginate', 'no-cli-pager', 'dry-run'})
SESSION = botocore.session.get_session()
EXPANDED = re.compile(r'[$`]')
"""A value that the shell expands is not known here."""
AGENT_COMMANDS = frozenset({'check', 'config', 'diagnose', 'health', 'hostname', 'integration', 'status'})
"""Of `datadog-agent`, from its documentation."""
IDS = frozenset(diagnosis.id for diagnosis in DIAGNOSES)


def refusal(words: Sequence[str]) -> str:
    """Why the program would refuse these arguments, as a clause; '' where it would not, or is not known here."""
    match words:
        case ['aws', *rest]:
            return _wrong(rest)
        case ['aws-diagnostics', name, *options]:
            return _refused_by_us(name, options)
        case ['datadog-agent', name, *_] if name not in AGENT_COMMANDS:
            return f'unknown command {name!r}, known: {", ".join(sorted(AGENT_COMMANDS))}'
    return ''


def _refused_by_us(name: str, options: Sequence[str]) -> str:
    program = whole_program()
    context = click.Context(program)
    try:
        _, command, rest = program.resolve_command(context, [name, *options])
        assert command is not None
        command.make_parser(context).parse_args(rest)
    except click.UsageError as e:
        return e.format_message()
    return 'no such diagnosis' if name == 'explain' and not IDS.intersection(options) else ''


def _wrong(words: Sequence[str]) -> str:
    """Why `aws WORDS` would be refused, as a clause; '' for a command that is right."""
    match words:
        case [service, 'wait', waiter, *options]:
            return _wrong_waiter(service, waiter) or _wrong_options(options, {}, frozenset(), strict=False)
        case [service, operation, *options]:
            return _wrong_call(service, operation, options)
    return 'a service and an operation are missing'


@cache
def _service(name: str) -> ServiceModel:
    """As the command line names it. Raises UnknownServiceError."""
    return SESSION.get_service_model({'s3api': 's3'}.get(name, name))


@cache
def _operations(service: str) -> Mapping[str, str]:
    """The name of an operation as the command line spells it -> as the API does."""
    return {xform_name(name, '-'): name for name in _service(service).operation_names}


def _wrong_waiter(service: str, waiter: str) -> str:
    names = SESSION.get_component('data_loader').load_service_model(service, 'waiters-2')['waiters']
    known = {xform_name(name, '-') for name in names}
    return '' if waiter in known else f'unknown waiter {waiter!r} of {service}'


def _wrong_call(service: str, operation: str, options: Sequence[str]) -> str:
    try:
        operations = _operations(service)
    except UnknownServiceError:
        return f'unknown service {service!r}'
    if operation not in operations:
        return f'unknown operation {operation!r} of {service}'
    shape = _service(service).operation_model(operations[operation]).input_shape
    members = {xform_name(name, '-'): member for name, member in shape.members.items()} if shape else {}
    required = frozenset(xform_name(name, '-') for name in shape.required_members) if shape else frozenset()
    return _wrong_options(options, members, required)


def _wrong_options(
    options: Sequence[str], members: Mapping[str, Shape], required: frozenset[str], strict: bool = True
) -> str:
    given = _given(options)
    for name, values in given.items():
        plain = name.removeprefix('no-')
        if strict and not {name, plain} & (members.keys() | GLOBAL_OPTIONS):
            return f'unknown option --{name}'
        if reason := _wrong_values(name, values, members):
            return f'--{name}: {reason}'
    missing = sorted(name for name in required - given.keys() if f'no-{name}' not in given)
    return f'missing option --{missing[0]}' if missing else ''


def _given(options: Sequence[str]) -> dict[str, list[str]]:
    """Option, without its dashes -> its values."""
    given: dict[str, list[str]] = {}
    values: list[str] = []
    for word in options:
        if word.startswith('--'):
            name, _, value = word.removeprefix('--').partition('=')
            given[name] = values = [value] if value else []
        else:
            values.append(word)
    return given


def _wrong_values(name: str, values: Sequence[str], members: Mapping[str, Shape]) -> str:
    known = [value for value in values if not EXPANDED.search(value)]
    if name == 'query':
        return _wrong_query(known)
    shape = members.get(name)
    if shape is None or shape.type_name in ('structure', 'map', 'blob'):
        return ''
    if shape.type_name == 'boolean':
        return 'takes no value' if values and values not in (['true'], ['false']) else ''
    if not values:
        return 'lacks its value'
    scalar = shape.member if shape.type_name == 'list' else shape
    return next((reason for value in known if (reason := _wrong_value(value, scalar))), '')


def _wrong_query(values: Sequence[str]) -> str:
    try:
        for value in values:
            jmespath.compile(value)
    except jmespath.exceptions.ParseError:
        return 'is not JMESPath'
    return ''


def _wrong_value(value: str, shape: Shape) -> str:
    if shape.type_name in ('integer', 'long'):
        return '' if value.isdigit() else f'{value!r} is not a number'
    if shape.type_name != 'string' or value.startswith(('file://', '{', '[')):
        return ''
    if shape.enum and value not in shape.enum:
        return f'{value!r} is not one of {", ".join(shape.enum[:6])}'
    least, most = shape.metadata.get('min', 0), shape.metadata.get('max', len(value))
    fits = least <= len(value) <= most
    return '' if fits else f'{value!r} has {len(value)} characters, allowed are {least} to {most}'
