"""Text from the network or a file, safe to show on a terminal."""

import unicodedata

INVISIBLE = ('Cc', 'Cf', 'Cs', 'Co', 'Zl', 'Zp')
"""Unicode categories that act on a terminal, or hide or reorder what a person reads."""


def printable(text: str) -> str:
    """The text with everything that is not seen as itself replaced by its Python escape: a newline becomes `\\n`."""
    return ''.join(_escaped(c) if unicodedata.category(c) in INVISIBLE else c for c in text)


def _escaped(character: str) -> str:
    return character.encode('unicode_escape').decode()
