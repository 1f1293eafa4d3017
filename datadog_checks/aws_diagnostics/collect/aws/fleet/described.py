"""What AWS described, as text that is safe to keep."""

LONGEST = 128
"""Characters. A name of a launch template may have as many; a tag's value twice that."""


def shown(value: object) -> str:
    """On one line, without control characters, bounded; '' for None."""
    text = '' if value is None else str(value)[: LONGEST + 1]
    line = ''.join(character if character.isprintable() else '?' for character in text)
    return line if len(line) <= LONGEST else f'{line[: LONGEST - 3]}...'
