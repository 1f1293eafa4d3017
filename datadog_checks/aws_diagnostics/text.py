"""Text that every receiver takes: valid UTF-8, printable, bounded.

An Agent refuses text with NUL or half a surrogate pair, and a terminal or log obeys control characters. What is not
printable becomes U+FFFD, so that a reader sees that something was there.
"""

REPLACEMENT = '\N{REPLACEMENT CHARACTER}'
LONGEST_LINE = 4000
"""Characters; the text of an event may be that long."""
LONGEST_TEXT = 20_000


def one_line(text: str, at_most: int = LONGEST_LINE) -> str:
    """Line breaks are not printable either."""
    text = text[: at_most + 1]
    if not text.isprintable():
        text = ''.join(c if c.isprintable() else REPLACEMENT for c in text)
    return text if len(text) <= at_most else text[: at_most - 3] + '...'


def several_lines(text: str, at_most: int = LONGEST_TEXT) -> str:
    """Line breaks stay."""
    lines = '\n'.join(one_line(line, at_most) for line in text[: at_most + 1].split('\n'))
    return lines if len(lines) <= at_most else lines[: at_most - 3] + '...'
