"""Tells a proxy on the way that answers in IMDS's place from IMDS.

A gateway that diverts only IMDS's port to a proxy lets packets to any other port of that address go on. So with the
smallest TTL that reaches whoever answers, a connection to another port expires there, if it is not IMDS.
"""

from ...facts import Outcome
from ..deadline import Deadline
from .address import Address
from .gateways import reach
from .icmp import is_time_exceeded

OTHER_PORT = 81


def is_intercepted(address: Address, gateways: int, deadline: Deadline) -> bool | None:
    """None where the other port is silent, or something in between forbids it. Raises DeadlineExceeded."""
    port = OTHER_PORT if address.port != OTHER_PORT else OTHER_PORT + 1
    failure = reach(address.at_port(port), gateways + 1, deadline)
    if failure is None or failure.outcome is Outcome.REFUSED:
        return False
    return True if is_time_exceeded(failure.icmp) else None
