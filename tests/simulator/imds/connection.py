"""One accepted connection, as a persona sees it."""

import asyncio
import random
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
        trouble = self.behaviour
        if trouble.delayed in ('all', request.method) and _happens(trouble.delayed_share):
            await asyncio.sleep(trouble.delay)
        if request.method == 'PUT' and trouble.token_reply == 'lost':
            await self.wait_for_the_client_to_leave()
            return
        if _happens(trouble.reset_share):
            self.reset()
            return
        if response.granted_token:
            set_ttl(self.writer.get_extra_info('socket'), trouble.hop_limit)
        await self._send_response(response.encoded(with_body=request.method != 'HEAD'))

    async def _send_response(self, data: bytes) -> None:
        trouble = self.behaviour
        if _happens(trouble.cut_share):
            data = data[: len(data) // 2]
        elif _happens(trouble.half_share):
            await self.send(data[: len(data) // 2])
            await self.wait_for_the_client_to_leave()
            return
        if trouble.byte_delay:
            for byte in data:
                await self.send(bytes([byte]))
                await asyncio.sleep(trouble.byte_delay)
            return
        await self.send(data)

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


def _happens(share: float) -> bool:
    return random.random() < share


def set_ttl(end: socket.socket, ttl: int) -> None:
    """Give every packet that this socket sends from now on, retransmissions too, this TTL or IPv6 hop limit."""
    if end.family == socket.AF_INET6:
        end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        end.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
