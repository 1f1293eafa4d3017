"""Text for people: foreign text made safe to show, and the words for counts, lists and times.

Foreign text is whatever AWS, Datadog, the network, a file or the configuration gave. It may hold escapes that act on a
terminal, characters that reorder or hide what a person reads, surrogates that have no UTF-8 form, and megabytes. An
Agent refuses text with NUL or half a surrogate pair. What is not printable (a control, format, surrogate, private or
unassigned character of Unicode) becomes U+FFFD, so that a reader sees that something was there.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

REPLACEMENT = '\N{REPLACEMENT CHARACTER}'
LONGEST_LINE = 4000
"""Characters; the text of an event may be that long."""
LONGEST_TEXT = 20_000
SHORT = 40
"""Characters of a word within a sentence."""
LONGEST_NAME = 80
"""Characters of a host name, say, that a person has to recognise."""
LONGEST_REASON = 120
LONGEST_CAUSE = 80
LONGEST_PATH = 160
LONGEST_VALUE = 255
DAY = 86400
LONGEST_TIME = 3650
"""Days. A longer time is a clock that was wrong."""


def one_line(text: str, at_most: int = LONGEST_LINE) -> str:
    """Line breaks are not printable either."""
    if len(text) <= at_most and text.isprintable():
        return text
    text = text[: at_most + 1]
    if not text.isprintable():
        text = ''.join(c if c.isprintable() else REPLACEMENT for c in text)
    return text if len(text) <= at_most else text[: at_most - 3] + '...'


def several_lines(text: str, at_most: int = LONGEST_TEXT) -> str:
    """Line breaks stay."""
    if len(text) <= at_most and text.replace('\n', '').isprintable():
        return text
    lines = '\n'.join(one_line(line, at_most) for line in text[: at_most + 1].split('\n'))
    return lines if len(lines) <= at_most else lines[: at_most - 3] + '...'


def with_last_line(text: str, last: str) -> str:
    """The text, and one more line that stays whole whatever the text has to lose; only the text where that is empty."""
    return f'{several_lines(text, LONGEST_TEXT - len(last) - 1)}\n{last}' if last else text


def clean(text: str, at_most: int = SHORT) -> str:
    """A word or a clause of foreign text within a sentence of ours: one line in which white space of any length is
    one space."""
    return one_line(' '.join(text.split()), at_most)


def trimmed(text: str, at_most: int = LONGEST_VALUE) -> str:
    """The one value that a file, a setting or a header holds, cut without a mark: without white space around it, or the
    NULs that firmware pads with."""
    return one_line(text.strip().strip('\0').strip()[:at_most], at_most)


def escaped(text: str) -> str:
    """All of the text, with what is not printable as its Python escape: a newline becomes `\\n`."""
    return ''.join(c if c.isprintable() else c.encode('unicode_escape').decode('ascii') for c in text)


def quoted(text: str, at_most: int = LONGEST_NAME) -> str:
    """A clean text in quotes, to stand out in a sentence."""
    return f"'{clean(text, at_most)}'"


def verbatim(text: str, at_most: int = LONGEST_NAME) -> str:
    """A text in quotes where its white space matters: `'web-1 '`."""
    return f"'{one_line(escaped(text), at_most)}'"


def literal(value: object) -> str:
    """A value of any type, as Python writes it, of at most LONGEST_NAME characters."""
    return one_line(repr(value), LONGEST_NAME)


def reason(text: str) -> str:
    """Why something could not be done, in somebody else's words; never empty."""
    return clean(text, LONGEST_REASON) or 'no reason given'


def go_reason(text: str) -> str:
    """The same of a program in Go, which writes the cause last, after colons: a long text loses its middle."""
    whole, last = ' '.join(text.split()), ''
    for clause in reversed(whole.split(': ')[1:]):
        if len(clause) + len(last) > LONGEST_CAUSE:
            break
        last = f': {clause}{last}'
    return reason(text) if len(whole) <= LONGEST_REASON else clean(whole, LONGEST_REASON - len(last)) + one_line(last)


def lower_first(text: str) -> str:
    """A sentence of ours, to go on after a colon."""
    return f'{text[:1].lower()}{text[1:]}'


def counted(count: int, noun: str, plural: str = '') -> str:
    """Like '1 instance', '3 instances', `counted(2, 'policy', 'policies')`."""
    return f'{count} {noun if count == 1 else plural or f"{noun}s"}'


def listed(items: Iterable[str], at_most: int = 3, longest: int = SHORT) -> str:
    """Clean names like 'a, b, c and 2 more'; '' for none."""
    names = list(items)
    more = len(names) - at_most
    some = ', '.join(clean(name, longest) for name in names[:at_most])
    return f'{some} and {more} more' if more > 0 else some


def clock(time: float) -> str:
    """Hours and minutes of UTC: '09:05'."""
    return f'{int(time) // 3600 % 24:02}:{int(time) // 60 % 60:02}'


def fits(text: str, pattern: str) -> bool:
    """In the pattern * stands for any characters and ? for one; brackets have no meaning of their own."""
    return fnmatchcase(text, pattern.replace('[', '[[]'))


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
