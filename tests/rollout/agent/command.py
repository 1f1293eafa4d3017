"""Stands for the command `datadog-agent` on a test host. Run by the embedded Python."""

import argparse
import os

from .integration import freeze, install, remove, show
from .places import say
from .running import check

VERSION = '7.80.1'


def main() -> None:
    options = arguments().parse_args()
    options.do(options)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='datadog-agent', allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    commands.add_parser('version').set_defaults(do=lambda _: say(f'Agent {VERSION} - Commit: 0000000'))
    commands.add_parser('hostname').set_defaults(do=lambda _: say(os.uname().nodename))
    checking = commands.add_parser('check', allow_abbrev=False)
    checking.add_argument('name')
    checking.add_argument('--json', action='store_true')
    checking.set_defaults(do=check)
    integration = commands.add_parser('integration', allow_abbrev=False).add_subparsers(required=True)
    for name, do in (('install', install), ('remove', remove), ('show', show), ('freeze', freeze)):
        command = integration.add_parser(name, allow_abbrev=False)
        command.add_argument('-r', '--allow-root', action='store_true')
        command.set_defaults(do=do)
        if do is not freeze:
            command.add_argument('package')
        if do is install:
            command.add_argument('-w', '--local-wheel', action='store_true')
            command.add_argument('-t', '--third-party', action='store_true')
        if do is show:
            command.add_argument('-q', '--show-version-only', action='store_true')
    return parser
