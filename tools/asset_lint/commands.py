"""The commands that a message gives somebody to paste: real programs with real options."""

import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import pairwise

import botocore.session
import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from click import Group

from datadog_checks.aws_diagnostics.cli.commands import program

QUOTED = re.compile(r'`([^`]+)`')
SUDO = re.compile(r'^sudo (-u \S+ )?')
GLOBAL_OPTIONS = frozenset({'output', 'profile', 'query', 'region'})
AGENT_COMMANDS = frozenset({'check', 'diagnose', 'integration', 'status'})
"""Of `datadog-agent`: its documentation, and the stand-in that the rollout is tested with."""


def wrong_commands(text: str) -> Iterator[str]:
    """One complaint for each command in backticks that its program would refuse. Other programs are left alone."""
    for quoted in QUOTED.findall(text):
        if reason := wrong(shlex.split(SUDO.sub('', quoted))):
            yield f'`{quoted}`: {reason}'


def wrong(words: Sequence[str]) -> str:
    """'' for a command that is right, and for a program that is not known here."""
    match words:
        case ['aws', service, operation, *options]:
            return _wrong_aws(service, operation, options)
        case ['aws-diagnostics', name, *options]:
            return _wrong_own(name, options)
        case ['datadog-agent', name, *_] if name not in AGENT_COMMANDS:
            return f'unknown command {name!r}, allowed: {", ".join(sorted(AGENT_COMMANDS))}'
    return ''


@cache
def _operations(service: str) -> dict[str, frozenset[str]]:
    """The operations of an AWS service with their options, as the command line of AWS spells them."""
    model = botocore.session.get_session().get_service_model(service)
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {
        xform_name(name, '-'): frozenset(xform_name(member, '-') for member in (shape.members if shape else ()))
        for name, shape in shapes.items()
    }


def _wrong_aws(service: str, operation: str, options: Sequence[str]) -> str:
    try:
        operations = _operations(service)
    except UnknownServiceError:
        return f'unknown service {service!r}, allowed: those of AWS'
    if operation not in operations:
        return f'unknown operation {operation!r}, allowed: those of {service}'
    return _unknown_option(options, operations[operation] | GLOBAL_OPTIONS) or _wrong_query(options)


def _wrong_query(options: Sequence[str]) -> str:
    given = dict(pairwise(options)).get('--query', '@')
    try:
        jmespath.compile(given)
    except jmespath.exceptions.ParseError:
        return f'--query {given!r}, allowed: JMESPath'
    return ''


def _wrong_own(name: str, options: Sequence[str]) -> str:
    assert isinstance(program, Group)
    command = program.commands.get(name)
    if command is None:
        return f'unknown command {name!r}, allowed: {", ".join(sorted(program.commands))}'
    return _unknown_option(options, {option.lstrip('-') for p in command.params for option in p.opts})


def _unknown_option(options: Sequence[str], known: Collection[str]) -> str:
    for option in options:
        if option.startswith('--') and option.removeprefix('--') not in known:
            return f'unknown option {option!r}, allowed: {", ".join(f"--{name}" for name in sorted(known))}'
    return ''
