"""The steps of a remedy: words for a person, and what is to be pasted."""

import re
from collections.abc import Iterable, Iterator

from .page import Line

PROGRAMS = (
    'sudo|aws|aws-diagnostics|docker|kubectl|helm|systemctl|datadog-agent|curl|ip|iptables|nft|terraform|python3?'
)
COMMAND = rf'(?:{PROGRAMS})\ '
SETTING = r"""["'\w.-]+\ ?[:={]"""
"""`key: value`, `KEY=value` or the start of a block: `metadata_options { ... }`."""
JSON = r'\{"'

PASTED = re.compile(rf'{COMMAND}|(?![A-Z][a-z]){SETTING}|{JSON}')
"""A step that is pasted as a whole; one that starts with a place (`Helm: agents.useHostNetwork: true`) is not."""
DIVISION = re.compile(rf'(?<=:)\s+(?={COMMAND}|{SETTING})|(?<=\.)\s+(?={COMMAND})|\s+(?={JSON})')
"""Where the words end and what is to be pasted starts."""


def numbered(steps: Iterable[str], indent: str) -> Iterator[Line]:
    """Each step with its number; a command or a setting on lines of its own, without anything to be left out."""
    for number, step in enumerate(steps, 1):
        lead = f'{indent}{number}. '
        words, pasted = divided(step)
        if words:
            yield Line(words, lead)
            lead = ' ' * len(lead)
        for line in pasted.splitlines():
            yield Line(line, lead, pasted=True)
            lead = ' ' * len(lead)


def divided(step: str) -> tuple[str, str]:
    """What is to be read and what is to be pasted; one of both may be empty.

    A step is written `words: what to paste` or `words. command`, and the words may themselves hold a colon.
    """
    if PASTED.match(step):
        return '', step
    division = DIVISION.search(step)
    return (step[: division.start()], step[division.end() :]) if division else (step, '')
