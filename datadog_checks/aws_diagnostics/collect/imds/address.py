"""Where IMDS listens, from the endpoint that the operator configured."""

import socket
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    """An IP address, never a name: looking up a name could block for longer than any deadline."""
    port: int
    family: socket.AddressFamily

    @property
    def sockaddr(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def host_header(self) -> str:
        """For the Host header: brackets around an IPv6 address, the port only where it is not 80 (RFC 9110, 7.2)."""
        host = f'[{self.host}]' if self.family is socket.AF_INET6 else self.host
        return host if self.port == 80 else f'{host}:{self.port}'

    def at_port(self, port: int) -> 'Address':
        return replace(self, port=port)


def parse_endpoint(endpoint: str) -> Address:
    """'http://ADDRESS[:PORT]' as an Address; port 80 where there is none.

    Raises ValueError where the host is not an IP address or the port is not a number up to 65535.
    """
    parts = urlsplit(endpoint)
    address = ip_address(parts.hostname or '')
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    return Address(str(address), 80 if parts.port is None else parts.port, family)
