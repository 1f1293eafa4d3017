"""What may be wrong on the way between the client and IMDS."""

from enum import StrEnum


class Fault(StrEnum):
    """One fault of the network; it hits IPv4 and IPv6 alike.

    The faults of a gateway sit on the gateway nearest to the client and need one. Each REJECT answers as the firewall
    rules of that name do (iptables `--reject-with`), by ICMP type/code for IPv4 and ICMPv6 type/code for IPv6.
    """

    NONE = 'none'

    BLACKHOLE = 'the gateway drops silently'
    SILENT_GATEWAY = 'the gateway forwards and never sends an ICMP error'
    PROXY = 'the gateway hands port 80 to a userspace proxy'
    REJECT_NETWORK = 'rejected with network unreachable: 3/0, 1/0'
    REJECT_HOST = 'rejected with host unreachable: 3/1, 1/3'
    REJECT_PORT = 'rejected with port unreachable: 3/3, 1/4'
    REJECT_NETWORK_PROHIBITED = 'rejected with network prohibited: 3/9, 1/1'
    REJECT_HOST_PROHIBITED = 'rejected with host prohibited: 3/10, 1/1'
    REJECT_ADMIN_PROHIBITED = 'rejected with communication prohibited: 3/13, 1/1'
    REJECT_TCP_RESET = 'rejected with a TCP reset'

    ASYMMETRIC_PATH = 'the answers pass one gateway more than the requests'
    REQUEST_TTL_SET = 'the gateway gives requests the TTL 64'
    REQUEST_TTL_LESS = 'the gateway takes two from the TTL of requests'
    REQUEST_TTL_VARIES = 'the gateway takes one or two from the TTL of requests'
    REPLY_TTL_SET = 'the gateway gives answers the TTL 64'
    REPLY_TTL_LESS = 'the gateway takes two from the TTL of answers'
    REPLY_TTL_VARIES = 'the gateway takes one or two from the TTL of answers'
    LOSS_1 = 'the gateway loses 1 % of the packets of each direction'
    LOSS_5 = 'the gateway loses 5 % of the packets of each direction'
    LOSS_10 = 'the gateway loses 10 % of the packets of each direction'
    LOSS_20 = 'the gateway loses 20 % of the packets of each direction'

    LOCAL_NO_ROUTE = 'the client has no route to IMDS'
    LOCAL_BLACKHOLE_ROUTE = 'the client has a blackhole route to IMDS'
    LOCAL_UNREACHABLE_ROUTE = 'the client has an unreachable route to IMDS'
    LOCAL_PROHIBIT_ROUTE = 'the client has a prohibit route to IMDS'
    LOCAL_NO_NEIGHBOUR = 'the client looks for IMDS on a link where nobody answers for its address'

    @property
    def needs_gateway(self) -> bool:
        """Whether the fault sits on a gateway and not on the client."""
        return self is not Fault.NONE and not self.name.startswith('LOCAL_')
