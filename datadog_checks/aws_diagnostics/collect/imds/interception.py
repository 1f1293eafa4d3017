"""Tells a proxy on the way that answers in IMDS's place from IMDS.

A gateway that diverts only IMDS's port to a proxy lets packets to any other port of that address go on. So with the
smallest TTL that reaches whoever answers, a connection to another port expires there, if it is not IMDS.
"""

from ...facts import Outcome
from ..deadline import Deadline
from .address import Address
from .gateways import SILENCE_SECONDS
from .icmp import is_time_exceeded
from .patience import patience
from .tcp import Connection, connect

OTHER_PORT = 81


def is_intercepted(address: Address, gateways: int, deadline: Deadline) -> bool | None:
    """None where the other port is silent, or something in between forbids it. Raises DeadlineExceeded."""
    port = OTHER_PORT if address.port != OTHER_PORT else OTHER_PORT + 1
    result = connect(address.at_port(port), patience(deadline, SILENCE_SECONDS), hops=gateways + 1)
    if isinstance(result, Connection):
        with result:
            return False
    if is_time_exceeded(result.icmp):
        return True
    return False if result.outcome is Outcome.REFUSED else None
