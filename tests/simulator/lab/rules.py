"""Policy routing of the packets to IMDS, in both families, for as long as a context lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulator.addresses import FAMILIES, IMDS, Family
from tests.simulator.lab.node import Node
from tests.simulator.topology import FAMILY_NUMBER, HOST_PREFIX_LENGTH

TABLE = 100
"""The routing table of `routes_to_imds`, which applies where a rule leads to it."""

_PRIORITY = 10
_ICMP: dict[Family, int] = {'ipv4': 1, 'ipv6': 58}


@contextmanager
def rules_for_imds(node: Node, **match: Any) -> Iterator[None]:
    """Rules for packets to IMDS; `match` are more conditions and the action or table, as pyroute2 names them."""
    with _rules(node, {family: _to_imds(family) | match for family in FAMILIES}):
        yield


@contextmanager
def rules_from_imds(node: Node, **match: Any) -> Iterator[None]:
    """The same for packets from IMDS."""
    sources = {family: {'src': IMDS[family], 'src_len': HOST_PREFIX_LENGTH[family]} for family in FAMILIES}
    with _rules(node, {family: source | match for family, source in sources.items()}):
        yield


@contextmanager
def no_icmp_of_its_own(node: Node) -> Iterator[None]:
    """No ICMP message that this node itself makes finds a route."""
    own = {'iifname': 'lo', 'action': 'FR_ACT_BLACKHOLE'}
    with _rules(node, {family: own | {'ip_proto': _ICMP[family]} for family in FAMILIES}):
        yield


@contextmanager
def routes_to_imds(node: Node, **route: Any) -> Iterator[None]:
    """Routes to IMDS in TABLE; `route` says of which kind or whereto, as pyroute2 names it."""
    routes = [{'dst': f'{IMDS[family]}/{HOST_PREFIX_LENGTH[family]}', 'table': TABLE} | route for family in FAMILIES]
    for each in routes:
        node.netlink.route('add', **each)
    try:
        yield
    finally:
        for each in routes:
            node.netlink.route('del', **each)


def _to_imds(family: Family) -> dict[str, Any]:
    return {'dst': IMDS[family], 'dst_len': HOST_PREFIX_LENGTH[family]}


@contextmanager
def _rules(node: Node, rules: dict[Family, dict[str, Any]]) -> Iterator[None]:
    complete = [{'family': FAMILY_NUMBER[family], 'priority': _PRIORITY} | rule for family, rule in rules.items()]
    for each in complete:
        node.netlink.rule('add', **each)
    try:
        yield
    finally:
        for each in complete:
            node.netlink.rule('del', **each)
