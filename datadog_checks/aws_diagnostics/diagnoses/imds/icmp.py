"""The words for ICMP errors, so that evidence names the kind of rule that rejects.

Rules: RFC 792, RFC 1812 section 5.2.7.1 (IPv4), RFC 4443 sections 3.1 to 3.4 (IPv6).
"""

from ...facts import IcmpError

UNREACHABLE_V4 = {
    0: 'network unreachable',
    1: 'host unreachable',
    2: 'protocol unreachable',
    3: 'port unreachable',
    4: 'fragmentation needed',
    9: 'network administratively prohibited',
    10: 'host administratively prohibited',
    13: 'communication administratively prohibited',
}
UNREACHABLE_V6 = {
    0: 'no route to destination',
    1: 'communication administratively prohibited',
    2: 'beyond scope of source address',
    3: 'address unreachable',
    4: 'port unreachable',
    5: 'source address failed ingress or egress policy',
    6: 'reject route to destination',
}


def icmp_kind(icmp: IcmpError) -> str:
    """Like 'ICMP 3/13, communication administratively prohibited'."""
    number = f'{"ICMP" if icmp.version == 4 else "ICMPv6"} {icmp.type}/{icmp.code}'
    words = _words(icmp)
    return f'{number}, {words}' if words else number


def _words(icmp: IcmpError) -> str:
    match icmp.version, icmp.type:
        case 4, 3:
            return UNREACHABLE_V4.get(icmp.code, 'destination unreachable')
        case 6, 1:
            return UNREACHABLE_V6.get(icmp.code, 'destination unreachable')
        case (4, 11) | (6, 3):
            return 'time exceeded'
    return ''
