"""The pictures in docs/images/: each is drawn by code from what it shows, so that it cannot grow old unnoticed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / 'docs' / 'images'


class NotHere(Exception):
    """This machine lacks what the picture shows. `str()` says what, as one clause."""


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    """Of the file in docs/images/."""
    draw: Callable[[], str]
    """The whole SVG; the same one every time. Raises NotHere."""
