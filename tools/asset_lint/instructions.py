"""What a text tells its reader to run or to open: programs with options that exist, links that resolve."""

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
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES

QUOTED = re.compile(r'`([^`]+)`')
SUDO = re.compile(r'^sudo (-u \S+ )?')
LINK = re.compile(r'https?://[^\s)>\'"`]+')
GUIDE = 'https://docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/'
AWS_GUIDE = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/'
LINKS = frozenset(
    {GUIDE, f'{AWS_GUIDE}instance-metadata-transition-to-version-2.html', *(diagnosis.docs for diagnosis in DIAGNOSES)}
)
"""The pages and sections that are known to exist: those that the diagnoses link to, and two more."""
IDS = frozenset(diagnosis.id for diagnosis in DIAGNOSES)
GLOBAL_OPTIONS = frozenset({'output', 'profile', 'query', 'region'})
AGENT_COMMANDS = frozenset({'check', 'diagnose', 'integration', 'status'})
"""Of `datadog-agent`, from its documentation."""


def wrong_instructions(text: str) -> Iterator[str]:
    """One complaint for each link that is not known, and for each command in backticks that its program would refuse.

    Programs that are not known here are accepted.
    """
    yield from (f'unknown link {link}' for link in LINK.findall(text) if link not in LINKS)
    for quoted in QUOTED.findall(text):
        if reason := _refusal(shlex.split(SUDO.sub('', quoted))):
            yield f'`{quoted}`: {reason}'


def _refusal(words: Sequence[str]) -> str:
    match words:
        case ['aws', service, operation, *options]:
            return _refused_by_aws(service, operation, options)
        case ['aws-diagnostics', name, *options]:
            return _refused_by_us(name, options)
        case ['datadog-agent', name, *_] if name not in AGENT_COMMANDS:
            return f'unknown command {name!r}, known: {", ".join(sorted(AGENT_COMMANDS))}'
    return ''


@cache
def _operations(service: str) -> dict[str, frozenset[str]]:
    """The operations of an AWS service with their options, as the AWS command line spells them."""
    model = botocore.session.get_session().get_service_model(service)
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {
        xform_name(name, '-'): frozenset(xform_name(member, '-') for member in (shape.members if shape else ()))
        for name, shape in shapes.items()
    }


def _refused_by_aws(service: str, operation: str, options: Sequence[str]) -> str:
    try:
        operations = _operations(service)
    except UnknownServiceError:
        return f'unknown service {service!r}'
    if operation not in operations:
        return f'unknown operation {operation!r} of {service}'
    return _unknown_option(options, operations[operation] | GLOBAL_OPTIONS) or _unreadable_query(options)


def _unreadable_query(options: Sequence[str]) -> str:
    given = dict(pairwise(options)).get('--query', '@')
    try:
        jmespath.compile(given)
    except jmespath.exceptions.ParseError:
        return f'--query {given!r} is not JMESPath'
    return ''


def _refused_by_us(name: str, options: Sequence[str]) -> str:
    assert isinstance(program, Group)
    command = program.commands.get(name)
    if command is None:
        return f'unknown command {name!r}, known: {", ".join(sorted(program.commands))}'
    if name == 'explain' and not IDS.intersection(options):
        return 'no such diagnosis'
    return _unknown_option(options, {option.lstrip('-') for p in command.params for option in p.opts})


def _unknown_option(options: Sequence[str], known: Collection[str]) -> str:
    unknown = [option for option in options if option.startswith('--') and option.removeprefix('--') not in known]
    return f'unknown option {unknown[0]!r}' if unknown else ''
