"""Whether a value of a condition matches a value of the request, type by type: yes, no, or not known (None).

Rules: AWS's IAM user guide, IAM JSON policy elements: Condition operators. Every comparison takes linear time.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from ...facts.account import Condition, ExternalId, Form
from ...rules.policy_language import ANY, ONE, Patterns, is_pattern
from .assume_role_request import Like, Moment, PublicAddress, State, Text

STRING, LIKE, ARN = ('stringequals', 'stringequalsignorecase'), 'stringlike', ('arnequals', 'arnlike')
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    'equals': lambda value, limit: value == limit,
    'lessthan': lambda value, limit: value < limit,
    'lessthanequals': lambda value, limit: value <= limit,
    'greaterthan': lambda value, limit: value > limit,
    'greaterthanequals': lambda value, limit: value >= limit,
}
NUMERIC, DATE = 'numeric', 'date'
COMPARED = frozenset(
    (*STRING, LIKE, *ARN, 'bool', 'binaryequals', *(kind + how for kind in (NUMERIC, DATE) for how in COMPARISONS))
)
BOOLEANS = ('true', 'false')
LITERAL = {ANY: '\0', ONE: '\1', '$': '$'}
"""What `${*}`, `${?}` and `${$}` stand for in a pattern, where the character itself means more. No text of a policy
holds these control characters."""
NUMBER = re.compile(r'[+-]?\d{1,30}(\.\d{1,30})?', re.ASCII)
EPOCH = re.compile(r'\d{1,15}', re.ASCII)
W3C_DATE = re.compile(
    r'(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))?)?)?', re.ASCII
)
"""https://www.w3.org/TR/NOTE-datetime."""
COLONS_OF_AN_ARN = 5
ADDRESS = Like('?*.?*.?*.?*', re.compile(r'(\d{1,3}\.){3}\d{1,3}', re.ASCII))
CIDR = re.compile(r'[0-9A-Fa-f:.]{2,45}(/\d{1,3})?', re.ASCII)
EVERY_IPV4 = IPv4Network('0.0.0.0/0')
IPV4_IN_IPV6 = IPv6Network('::ffff:0:0/96')
NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        (
            *('0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'),
            *('192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'),
        ),
    )
)
"""Nobody reaches a public endpoint from there: https://www.iana.org/assignments/iana-ipv4-special-registry."""


def matches(base: str, wanted: str, value: State) -> bool | None:
    if base in STRING or base == LIKE:
        return _matches_text(base, wanted, value)
    if base in ARN:
        return _matches_arn(wanted, value)
    if base == 'bool':
        return wanted.lower() == value.text if isinstance(value, Text) and value.text in BOOLEANS else None
    return _compares(base, wanted, value) if isinstance(value, Moment) else None


def _matches_text(base: str, wanted: str, value: State) -> bool | None:
    """Case counts in all but one."""
    match value:
        case Text(text):
            ignore_case = base == STRING[1]
            if base == LIKE:
                return _covers(wanted, text)
            return wanted.lower() == text.lower() if ignore_case else wanted == text
        case Like():
            return _matches_form(base, wanted, value)
    return _matches_form(base, wanted, ADDRESS if isinstance(value, PublicAddress) else Like('?*'))


def _matches_form(base: str, wanted: str, value: Like) -> bool | None:
    """No, where what is wanted can be no such value or is somebody else's."""
    if value.of_others and value.of_others.match(wanted):
        return False
    if base == LIKE and is_pattern(wanted):
        return True if _covers(wanted, value.pattern) else None if _overlaps(wanted, value.pattern) else False
    ignore_case = base == STRING[1]
    flags = re.IGNORECASE if ignore_case else 0
    possible = re.fullmatch(value.form.pattern, wanted, value.form.flags | flags)
    return None if possible and _overlaps(value.pattern, wanted, ignore_case=ignore_case) else False


def _covers(general: str, particular: str) -> bool:
    return Patterns((general,), ignore_case=False).cover(particular)


def _overlaps(one: str, other: str, *, ignore_case: bool = False) -> bool:
    return Patterns((one,), ignore_case=ignore_case).overlap(other)


def is_arn(pattern: str) -> bool:
    return pattern.count(':') >= COLONS_OF_AN_ARN


def _matches_arn(wanted: str, value: State) -> bool | None:
    """Each of the six parts by itself. A pattern with fewer matches nothing."""
    if not is_arn(wanted):
        return False
    if not isinstance(value, Like) or not is_arn(value.pattern):
        return None
    pairs = list(zip(*(text.split(':', COLONS_OF_AN_ARN) for text in (wanted, value.pattern)), strict=True))
    if not all(_overlaps(one, other) for one, other in pairs):
        return False
    return True if all(_covers(one, other) for one, other in pairs) else None


def _compares(base: str, wanted: str, value: Moment) -> bool | None:
    """Numbers by numeric operators, where the key is a number; dates by date operators, which also take numbers."""
    if base.startswith(NUMERIC):
        limits = [float(wanted)] if value.number and NUMBER.fullmatch(wanted) else []
    else:
        limits = list(_dates(wanted)) if base.startswith(DATE) else []
    how = COMPARISONS.get(base.removeprefix(NUMERIC).removeprefix(DATE))
    results = {how(value.at, limit) for limit in limits} if how else set()
    return results.pop() if len(results) == 1 else None


def _dates(text: str) -> Iterable[float]:
    """All that it can mean, in seconds since the epoch: `2030` is a year, or half an hour after the epoch."""
    if EPOCH.fullmatch(text):
        yield float(text)
    if date := W3C_DATE.fullmatch(text):
        year, month, day, time = date.groups()
        try:
            found = datetime.fromisoformat(f'{year}-{month or "01"}-{day or "01"}{time or "T00:00Z"}')
            yield found.astimezone(UTC).timestamp()
        except (ValueError, OverflowError):
            return


def has_datadogs_address(values: Iterable[str]) -> bool | None:
    """Whether some public IPv4 address, nobody knows which, is in one of these ranges."""
    ranges = [_network(value) for value in values]
    known = [network for network in ranges if isinstance(network, IPv4Network)]
    if EVERY_IPV4 in collapse_addresses([*known, *NOT_PUBLIC]):
        return True
    vague = any(network is None or _holds_ipv4(network) for network in ranges)
    return None if vague else False


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """None where IAM would not take it for a range."""
    try:
        return ip_network(text, strict=False) if CIDR.fullmatch(text) else None
    except ValueError:
        return None


def _holds_ipv4(network: IPv4Network | IPv6Network) -> bool:
    """Public addresses, also those that are written as IPv6."""
    if isinstance(network, IPv6Network):
        return network.subnet_of(IPV4_IN_IPV6)
    return not any(network.subnet_of(other) for other in NOT_PUBLIC)


def accepts(base: str, accepted: ExternalId, sent: ExternalId | None, condition: Condition) -> bool | None:
    """Whether an external id in a condition accepts the one that is sent; both are known by their digests only."""
    if base == LIKE and accepted.digest == EVERYTHING.digest:
        return True
    pattern = base == LIKE and (accepted.form is Form.PATTERN or (not accepted.form and condition.wildcard))
    variable = accepted.form is Form.VARIABLE and condition.variables is not False
    if sent is None or pattern or variable or base not in (*STRING, LIKE):
        return None
    same = accepted.digest == sent.digest
    return same or (base == STRING[1] and accepted.folded_digest == sent.folded_digest != '')


EVERYTHING = ExternalId.of(ANY)
