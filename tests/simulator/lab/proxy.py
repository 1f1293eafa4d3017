"""A userspace proxy that answers in the name of IMDS and opens connections of its own to the real one."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.simulator.addresses import IMDS, Family

_IP_TRANSPARENT = 19
_IPV6_TRANSPARENT = 75


class Proxy:
    """Listens at the address of IMDS on a node that does not have this address."""

    def __init__(self, port: int) -> None:
        """Opens its sockets in the present network namespace. Raises OSError."""
        self.port = port
        self.listeners: dict[Family, socket.socket] = {'ipv4': self._listener('ipv4'), 'ipv6': self._listener('ipv6')}

    def _listener(self, family: Family) -> socket.socket:
        listener = socket.socket(socket.AF_INET6 if family == 'ipv6' else socket.AF_INET, socket.SOCK_STREAM)
        if family == 'ipv6':
            listener.setsockopt(socket.IPPROTO_IPV6, _IPV6_TRANSPARENT, 1)
        else:
            listener.setsockopt(socket.IPPROTO_IP, _IP_TRANSPARENT, 1)
        listener.bind((IMDS[family], self.port))
        listener.listen()
        return listener

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self.listeners.values():
            listener.close()

    def relay(self, enter: Callable[[], None]) -> None:
        """Relay for ever, connecting onwards from the network namespace that `enter` joins."""
        enter()
        asyncio.run(self._relay())

    async def _relay(self) -> None:
        for family, listener in self.listeners.items():
            await asyncio.start_server(self._relaying_to(IMDS[family]), sock=listener)
        await asyncio.Event().wait()

    def _relaying_to(self, address: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def relay(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
            try:
                server, to_server = await asyncio.open_connection(address, self.port)
                await asyncio.gather(_copy(client, to_server), _copy(server, to_client))
            except OSError:
                to_client.transport.abort()

        return relay


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until the source ends, then end the target."""
    with suppress(ConnectionError):
        while data := await source.read(1 << 16):
            target.write(data)
            await target.drain()
    target.close()
