"""How a process knows that it runs in a world, and so did those that started it."""

import os

_MARK = 'AWS_DIAGNOSTICS_INSIDE_A_WORLD'


def mark_inside_a_world() -> None:
    os.environ[_MARK] = '1'


def is_inside_a_world() -> bool:
    return _MARK in os.environ
