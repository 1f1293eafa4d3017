"""One accepted connection, as a persona sees it."""

import asyncio
import socket
import struct
from dataclasses import dataclass

from tests.simulator.imds.behaviour import Behaviour
from tests.simulator.imds.http import HttpRequest, HttpResponse, read_request
from tests.simulator.imds.service import MetadataService


@dataclass(frozen=True)
class Connection:
    """A connection, the service behind it, and how that service is told to behave."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    service: MetadataService
    behaviour: Behaviour

    async def read(self) -> HttpRequest | None:
        """The request, or None when what came is no HTTP request."""
        return await read_request(self.reader)

    async def answer(self, request: HttpRequest, response: HttpResponse) -> None:
        """Send a response, a granted token with the hop limit as its TTL. The caller closes the connection."""
        await asyncio.sleep(self.behaviour.delay)
        if request.method == 'PUT' and self.behaviour.token_reply == 'lost':
            await self.wait_for_the_client_to_leave()
            return
        if response.granted_token:
            set_ttl(self.writer.get_extra_info('socket'), self.behaviour.hop_limit)
        self.writer.write(response.encoded(with_body=request.method != 'HEAD'))
        await self.writer.drain()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def wait_for_the_client_to_leave(self) -> None:
        """Say nothing until the client closes or resets the connection."""
        while await self.reader.read(1 << 16):
            pass

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        connection = self.writer.get_extra_info('socket')
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.writer.transport.abort()


def set_ttl(end: socket.socket, ttl: int) -> None:
    """Give every packet that this socket sends from now on, retransmissions too, this TTL or IPv6 hop limit."""
    if end.family == socket.AF_INET6:
        end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        end.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
