"""What a text tells its reader to run or to open: programs with options that exist, links that resolve."""

import re
import shlex
from collections.abc import Iterator, Sequence

import click

from datadog_checks.aws_diagnostics.cli.commands import program
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from tools import aws_cli

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
        case ['aws', *rest]:
            return aws_cli.wrong(rest)
        case ['aws-diagnostics', name, *options]:
            return _refused_by_us(name, options)
        case ['datadog-agent', name, *_] if name not in AGENT_COMMANDS:
            return f'unknown command {name!r}, known: {", ".join(sorted(AGENT_COMMANDS))}'
    return ''


def _refused_by_us(name: str, options: Sequence[str]) -> str:
    assert isinstance(program, click.Group)
    context = click.Context(program)
    try:
        _, command, rest = program.resolve_command(context, [name, *options])
        assert command is not None
        command.make_parser(context).parse_args(rest)
    except click.UsageError as e:
        return e.format_message()
    return 'no such diagnosis' if name == 'explain' and not IDS.intersection(options) else ''
