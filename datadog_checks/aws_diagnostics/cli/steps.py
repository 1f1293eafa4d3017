"""The steps of a remedy: words for a person, and what is to be pasted."""

import re
from collections.abc import Iterable, Iterator

from .page import Line

PASTED = re.compile(
    r"""^(?:
        (?:sudo|aws|docker|kubectl|helm|systemctl|datadog-agent|curl|ip|iptables|nft|terraform|python3?)\ |
        ["'\w.-]+\ ?[:={]|
        \{"
    )""",
    re.VERBOSE,
)
"""A command, a setting (`key: value`, `KEY=value`), or a block (`metadata_options { ... }`, `{"name": ...}`)."""


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

    A step is written `words: what to paste`, and the words may themselves hold a colon.
    """
    if PASTED.match(step) and not _is_sentence(step):
        return '', step
    for colon in re.finditer(r':\s', step):
        rest = step[colon.end() :]
        if PASTED.match(rest):
            return step[: colon.start() + 1], rest
    return step, ''


def _is_sentence(step: str) -> bool:
    """`Helm: agents.useHostNetwork: true` names the place first; a command or a setting starts in lower case."""
    return step[:1].isupper()
