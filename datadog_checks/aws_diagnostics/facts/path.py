"""The network path between this process and the instance metadata service."""

from dataclasses import dataclass

from .values import IpAddress


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """The way between this process and IMDS, measured without privileges: see docs/imds-hop-limit.md.

    Three kinds of numbers are kept apart. `hop_limit` was measured: the token reply arrives with `remaining_ttl`, and
    as many gateways lie on the way there as on the way back. `hop_limit_at_most` is a bound. Everything else is not
    known, and `note` says why.
    """

    measured_at: float
    gateways: int | None
    """IP gateways that a request passes on its way to IMDS; None when they could not be counted."""
    gateway_addresses: tuple[IpAddress | None, ...] = ()
    """One for each gateway, nearest first; None for one that stays silent."""
    confirmed: bool = False
    """Every gateway answered for itself, once (or there is none), so the count is certain."""
    reply_lost: bool = False
    """The token reply did not arrive although the request was acknowledged and IMDS answers other requests."""
    remaining_ttl: int | None = None
    """TTL (IPv4) or hop limit (IPv6) left in the token reply when it arrives here: the hops to spare, plus one."""
    hop_limit: int | None = None
    hop_limit_at_most: int | None = None
    """The bound known when the reply is lost: it is dropped behind this many gateways of the longer way that shows."""
    intercepted: bool | None = None
    """A proxy on the way answers in IMDS's place, so the measured TTL is the proxy's. None: not asked or not known."""
    certain: bool = True
    """False when the kernel's drop counter could not be read, so that every "no" rests on silence alone."""
    note: str = ''
    """Why a value is missing, as one clause."""
    gateways_back: int | None = None
    """Gateways that an answer passes on its way back, by the TTL that is left of other answers of IMDS. None: not
    known. More than `gateways` on an asymmetric path; also where something on the way rewrites the TTL."""

    @property
    def hop_limit_needed(self) -> int | None:
        """The smallest hop limit with which the token reply reaches this process, by the longer way that shows."""
        return None if self.gateways is None else max(self.gateways, self.gateways_back or 0) + 1
