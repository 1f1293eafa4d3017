"""Which actions, or other texts, a pattern of an IAM policy matches.

Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html. Case is ignored in
actions and counts in the values of conditions, `*` matches any characters or none, `?` matches exactly one, and nothing
else is special.
"""

from collections.abc import Iterable, Sequence

ANY, ONE = '*', '?'


class Patterns:
    """Patterns that are compared with a text all at once.

    An automaton whose states are the bits of one number: bit i of a pattern says that its first i characters (`*` not
    counted) match what was read so far. One character of a text costs a few operations on that number, so that no
    pattern, however it is made, takes more than linear time.
    """

    def __init__(self, patterns: Iterable[str], *, ignore_case: bool = True) -> None:
        self._ignore_case = ignore_case
        states = _States()
        for pattern in patterns:
            states.add(self._compared(pattern))
        self._of = {character: _bits(positions) for character, positions in states.characters.items()}
        self._one, self._any = _bits(states.ones), _bits(states.anys)
        self._starts, self._ends = _bits(states.starts), _bits(states.ends)

    def cover(self, particular: str) -> bool:
        """Whether one of the patterns matches everything that `particular` matches.

        Sound for all patterns. Complete where the general pattern has no `?`, which no policy of AWS or Datadog has:
        `*` of the particular pattern is read as one more character, which only `*` of the general one can match.
        """
        now = self._starts
        for character in self._compared(particular):
            if not now:
                return False
            takes = 0 if character == ANY else self._of.get(character, 0) | self._one
            now = ((now & takes) << 1) | (now & self._any)
        return bool(now & self._ends)

    def overlap(self, other: str) -> bool:
        """Whether there can be a text that `other` and one of the patterns match."""
        now = self._starts
        for character in self._compared(other):
            if character == ANY:
                now = self._any_number_of_characters(now)
            elif character == ONE:
                now = ((now & ~self._ends) << 1) | (now & self._any)
            else:
                now = ((now & (self._of.get(character, 0) | self._one)) << 1) | (now & self._any)
        return bool(now & self._ends)

    def _compared(self, text: str) -> str:
        return text.lower() if self._ignore_case else text

    def _any_number_of_characters(self, now: int) -> int:
        """Of each pattern, every state from the first that was reached to its last: x | -x, with a bit above each
        pattern to borrow from."""
        guards = self._ends << 1
        return (now | (guards - now)) & ~guards


class _States:
    """Where each pattern has its bits, the first pattern lowest, with one unused bit above each."""

    def __init__(self) -> None:
        self.characters: dict[str, list[int]] = {}
        self.ones: list[int] = []
        self.anys: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._free = 0

    def add(self, pattern: str) -> None:
        at = self._free
        self.starts.append(at)
        for character in pattern:
            if character == ANY:
                self.anys.append(at)
            else:
                (self.ones if character == ONE else self.characters.setdefault(character, [])).append(at)
                at += 1
        self.ends.append(at)
        self._free = at + 2


def _bits(positions: Sequence[int]) -> int:
    """The number with these bits, whose positions ascend."""
    number = bytearray(positions[-1] // 8 + 1 if positions else 0)
    for position in positions:
        number[position // 8] |= 1 << position % 8
    return int.from_bytes(number, 'little')


def is_pattern(action: str) -> bool:
    return ANY in action or ONE in action


def service_of(action: str) -> str:
    """'ec2' of 'EC2:Describe*'; '*' of '*'."""
    return action.partition(':')[0].lower()


def matches(pattern: str, action: str) -> bool:
    """Whether a pattern matches one action."""
    return not is_pattern(action) and covers(pattern, action)


def covers(general: str, particular: str) -> bool:
    """As `Patterns.cover`, of one pattern."""
    if not is_pattern(general):
        return general.lower() == particular.lower()
    return Patterns((general,)).cover(particular)
