"""Commands out of the README of a rollout, as written there."""

import re
from pathlib import Path

SECTION = re.compile(r'^## (?P<title>.+?)$(?P<text>.*?)(?=^## |\Z)', re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r'```shell\n(?P<commands>.*?)```', re.DOTALL)


def commands(readme: Path, section: str) -> list[str]:
    """One a line. Raises KeyError where there is no such section."""
    texts = {found['title']: found['text'] for found in SECTION.finditer(readme.read_text(encoding='utf-8'))}
    return [line for block in COMMANDS.finditer(texts[section]) for line in block['commands'].splitlines()]
