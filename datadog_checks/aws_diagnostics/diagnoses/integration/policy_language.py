"""Which IAM actions a pattern of a policy stands for.

Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html: names are compared
without regard to case, `*` stands for any characters, also none, and `?` for exactly one.
"""

ANY, ONE = '*', '?'


def is_pattern(action: str) -> bool:
    return ANY in action or ONE in action


def service_of(action: str) -> str:
    """'ec2' of 'EC2:Describe*'; '*' of '*'."""
    return action.partition(':')[0].lower()


def matches(pattern: str, action: str) -> bool:
    """Whether a pattern stands for one action."""
    return not is_pattern(action) and covers(pattern, action)


def covers(general: str, particular: str) -> bool:
    """Whether every action that `particular` stands for is one that `general` stands for.

    Sound for all patterns. Complete where `general` has no `?`, which no policy of AWS or Datadog has: `*` of the
    particular pattern is read as one more character, which only `*` of the general one can take.
    """
    return _covers(general.lower(), particular.lower())


def _covers(general: str, particular: str) -> bool:
    """Linear for each `*`: it takes as little as possible, and only the last one that was met ever takes more."""
    at, last_any, taken = 0, -1, 0
    position = 0
    while position < len(particular):
        here = general[at] if at < len(general) else ''
        if here == ANY:
            last_any, taken, at = at, position, at + 1
        elif here and _takes(here, particular[position]):
            at, position = at + 1, position + 1
        elif last_any >= 0:
            taken += 1
            at, position = last_any + 1, taken
        else:
            return False
    return not general[at:].strip(ANY)


def _takes(character: str, other: str) -> bool:
    return other != ANY if character == ONE else character == other


def overlaps(one: str, other: str) -> bool:
    """Whether there can be an action that both stand for."""
    if not is_pattern(other):
        return covers(one, other)
    if not is_pattern(one):
        return covers(other, one)
    return _overlaps(one.lower(), other.lower())


def _overlaps(one: str, other: str) -> bool:
    """Row by row: which beginnings of `other` have an action in common with the beginning of `one` read so far."""
    row = _started(other)
    for character in one:
        row = _next_row(row, character, other)
    return row[-1]


def _started(other: str) -> list[bool]:
    row = [True]
    for character in other:
        row.append(row[-1] and character == ANY)
    return row


def _next_row(row: list[bool], character: str, other: str) -> list[bool]:
    following = [row[0] and character == ANY]
    for i, theirs in enumerate(other):
        if ANY in (character, theirs):
            common = row[i + 1] or following[i]
        else:
            common = row[i] and (character == theirs or ONE in (character, theirs))
        following.append(common)
    return following
