"""What programs would refuse of a command: `aws` by the models of botocore, our own by click. Nothing is run."""

import argparse
import re
from collections.abc import Sequence
from functools import cache, partial
from typing import NoReturn

import botocore.session
import click
import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel, Shape

from datadog_checks.aws_diagnostics.cli.program import whole_program
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES

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
            return _refused_by_aws(rest)
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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def _refused_by_aws(words: Sequence[str]) -> str:
    try:
        match words:
            case [service, 'wait', name, *options]:
                waiters = SESSION.get_component('data_loader').load_service_model(service, 'waiters-2')['waiters']
                kind, known = 'waiter', {waiter: found['operation'] for waiter, found in waiters.items()}
            case [service, name, *options]:
                kind, known = 'operation', {operation: operation for operation in _service(service).operation_names}
            case _:
                return 'a service and an operation are missing'
        spelled = {xform_name(called, '-'): operation for called, operation in known.items()}
        if name not in spelled:
            return f'unknown {kind} {name!r} of {service}'
        _parser(service, spelled[name]).parse_args(options)
    except UnknownServiceError:
        return f'unknown service {service!r}'
    except ValueError as e:
        return str(e)
    return ''


@cache
def _service(name: str) -> ServiceModel:
    """As the command line names it. Raises UnknownServiceError."""
    return SESSION.get_service_model({'s3api': 's3'}.get(name, name))


@cache
def _parser(service: str, operation: str) -> _Parser:
    """Of the options of an operation, by the name that the API has for it."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument('--query', type=_query)
    for name in ('output', 'profile', 'region'):
        parser.add_argument(f'--{name}')
    for name in ('no-paginate', 'no-cli-pager'):
        parser.add_argument(f'--{name}', action='store_true')
    shape = _service(service).operation_model(operation).input_shape
    for name, member in shape.members.items() if shape else ():
        _add_option(parser, xform_name(name, '-'), member, name in shape.required_members)
    return parser


def _add_option(parser: _Parser, name: str, shape: Shape, required: bool) -> None:
    if shape.type_name == 'boolean':
        either = parser.add_mutually_exclusive_group(required=required)
        either.add_argument(f'--{name}', nargs='?', choices=('true', 'false'))
        either.add_argument(f'--no-{name}', action='store_true')
        return
    several = shape.type_name in ('list', 'map', 'structure')
    scalar = shape.member if shape.type_name == 'list' else shape
    parser.add_argument(f'--{name}', required=required, nargs='+' if several else None, type=partial(_value, scalar))


def _query(text: str) -> str:
    try:
        EXPANDED.search(text) or jmespath.compile(text)
    except jmespath.exceptions.ParseError:
        raise argparse.ArgumentTypeError('is not JMESPath') from None
    return text


def _value(shape: Shape, text: str) -> str:
    if EXPANDED.search(text) or (shape.type_name == 'string' and text.startswith(('file://', '{', '['))):
        return text
    least, most = shape.metadata.get('min', 0), shape.metadata.get('max', len(text))
    if shape.type_name in ('integer', 'long') and not text.isdigit():
        raise argparse.ArgumentTypeError(f'{text!r} is not a number')
    if shape.type_name == 'string' and shape.enum and text not in shape.enum:
        raise argparse.ArgumentTypeError(f'{text!r} is not one of {", ".join(shape.enum[:6])}')
    if shape.type_name == 'string' and not least <= len(text) <= most:
        raise argparse.ArgumentTypeError(f'{text!r} has {len(text)} characters, allowed are {least} to {most}')
    return text
