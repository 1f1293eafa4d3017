"""Values that several options take, and what is said where one is wrong."""

import re
from collections.abc import Collection
from typing import TypeVar

import click

from ..facts.values import Checked
from ..text import escaped

SECONDS = {'': 1, 's': 1, 'm': 60, 'h': 3600, 'd': 86400}
LONGEST_SHOWN = 60
"""Characters of a value that is refused."""
Value = TypeVar('Value', bound=Checked)


class CheckedText(click.ParamType[Value]):
    """A value of a checked type."""

    def __init__(self, type: type[Value], name: str, allowed: str) -> None:
        """`allowed` completes the sentence that refuses a value."""
        self.name = name
        self._type = type
        self._allowed = allowed

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        found = self._type.of(value)
        if found is None:
            shown = repr(escaped(str(value)[:LONGEST_SHOWN]))
            self.fail(f'{shown} is not allowed, it must be {self._allowed}', param, ctx)
        return found


class Duration(click.ParamType[float]):
    """A number and a unit, in seconds."""

    name = 'duration'

    def __init__(self, units: Collection[str], longest: float, allowed: str) -> None:
        """`units` are keys of SECONDS, `allowed` completes the sentence that refuses a value."""
        self._units = units
        self._longest = longest
        self._allowed = allowed

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = seconds_of(value, self._units) if isinstance(value, str) else 0.0
        if not 0 < seconds <= self._longest:
            self.fail(f'{value!r} is not allowed, {self._allowed}', param, ctx)
        return seconds


def seconds_of(text: str, units: Collection[str]) -> float:
    """Of a number and one of these keys of SECONDS, as 3h; 0 for anything else."""
    match = re.fullmatch('([0-9]{1,6})([a-z]?)', text)
    return float(int(match[1]) * SECONDS[match[2]]) if match and match[2] in units else 0.0
