"""Text for people: foreign text made safe to show, and the words for counts, lists and times.

Foreign text is whatever AWS, Datadog, the network, a file or the configuration gave. It may hold escapes that act on a
terminal, characters that reorder or hide what a person reads, surrogates that have no UTF-8 form, and megabytes.
"""

from collections.abc import Iterable

SHORT = 40
"""Characters of a word within a sentence."""
LONGEST_NAME = 80
"""Characters of a host name, say, that a person has to recognise."""
LONGEST_REASON = 120
DAY = 86400
LONGEST_TIME = 3650
"""Days. A longer time is a clock that was wrong."""


def clean(text: str, at_most: int = SHORT) -> str:
    """On one line, printable, and at most `at_most` characters (4 or more), the last three '...' where it was cut.

    White space of any length becomes one space. What Unicode counts as a control, format (bidirectional overrides
    among them), surrogate, private or unassigned character becomes '?', so that no two names become the same unseen.
    """
    line = ' '.join(text.split())
    cut = line if len(line) <= at_most else f'{line[: at_most - 3].rstrip()}...'
    return ''.join(c if c.isprintable() else '?' for c in cut)


def escaped(text: str) -> str:
    """All of the text, with what `clean` replaces as its Python escape: a newline becomes `\\n`."""
    return ''.join(c if c.isprintable() else c.encode('unicode_escape').decode('ascii') for c in text)


def quoted(text: str, at_most: int = LONGEST_NAME) -> str:
    """A clean text in quotes, to stand out in a sentence."""
    return f"'{clean(text, at_most)}'"


def reason(text: str) -> str:
    """Why something could not be done, in somebody else's words; never empty."""
    return clean(text, LONGEST_REASON) or 'no reason given'


def counted(count: int, noun: str, plural: str = '') -> str:
    """Like '1 instance', '3 instances', `counted(2, 'policy', 'policies')`."""
    return f'{count} {noun if count == 1 else plural or f"{noun}s"}'


def listed(items: Iterable[str], at_most: int = 3, longest: int = SHORT) -> str:
    """Clean names like 'a, b, c and 2 more'; '' for none."""
    names = list(items)
    more = len(names) - at_most
    some = ', '.join(clean(name, longest) for name in names[:at_most])
    return f'{some} and {more} more' if more > 0 else some


def duration(seconds: float) -> str:
    """In the largest unit that fits at least once, rounded down: '6 hours'; '0 seconds' for a negative one."""
    if seconds > LONGEST_TIME * DAY:
        return 'more than 10 years'
    for unit, length in (('day', DAY), ('hour', 3600), ('minute', 60)):
        if seconds >= length:
            return counted(int(seconds // length), unit)
    return counted(max(int(seconds), 0), 'second')


def ago(seconds: float) -> str:
    """Like '4 minutes ago'; 'just now' below one minute, and for a clock that was set back."""
    return 'just now' if seconds < 60 else f'{duration(seconds)} ago'
