"""The network path between this process and IMDS."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """Measured without privileges: see docs/imds-hop-limit.md.

    `hop_limit` is the effective limit, `remaining_ttl + gateways`, and is given only when both are certain.
    """

    measured_at: float
    gateways: int | None
    """IP gateways between this process and IMDS; None when they could not be counted."""
    gateway_addresses: tuple[str | None, ...] = ()
    """One for each gateway, nearest first; None for one that stays silent."""
    confirmed: bool = False
    """Every gateway answered for itself (or there is none), so the count is certain."""
    reply_lost: bool = False
    """The token reply never arrived although the request was acknowledged and IMDS answers other requests."""
    remaining_ttl: int | None = None
    """TTL (IPv4) or hop limit (IPv6) left in the token reply when it arrives here: the hops to spare, plus one."""
    hop_limit: int | None = None
    hop_limit_at_most: int | None = None
    """The bound that is known when the reply is lost: it dies behind this many gateways."""
    intercepted: bool | None = None
    """A proxy on the way answers in IMDS's place, so the measured TTL is the proxy's. None: not asked or not known."""
    certain: bool = True
    """False when the kernel's drop counter could not be read, so that every "no" rests on silence alone."""
    note: str = ''
    """Why a value is missing, as one clause."""

    @property
    def hop_limit_needed(self) -> int | None:
        """The smallest hop limit with which the token reply reaches this process."""
        return None if self.gateways is None else self.gateways + 1
