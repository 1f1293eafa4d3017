"""Commands about the tags of one host. They are only shown: this product removes nothing."""

import re

from ...expectations import Expectations

SAFE_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,254}')
"""Somebody else has named the host: what could do more in a shell than name it does not enter a command."""
SITE = re.compile(r'[a-z0-9][a-z0-9.-]{0,40}')
SOURCE = 'source=Amazon%20Web%20Services'
KEYS = '-H "DD-API-KEY: $DD_API_KEY" -H "DD-APPLICATION-KEY: $DD_APP_KEY"'


def show_tags(expected: Expectations, name: str) -> str:
    return f'curl -sS -o {_file(name)} {_request(expected, name)}'


def remove_tags(expected: Expectations, name: str) -> str:
    return f'curl -sS -X DELETE {_request(expected, name)}'


def _request(expected: Expectations, name: str) -> str:
    site = expected.of_account.site
    known = site if SITE.fullmatch(site) else 'SITE'
    return f"'https://api.{known}/api/v1/tags/hosts/{_safe(name)}?{SOURCE}' {KEYS}"


def _file(name: str) -> str:
    return f'{_safe(name)}.json'


def _safe(name: str) -> str:
    return name if SAFE_NAME.fullmatch(name) else 'HOST'
