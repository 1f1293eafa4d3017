"""The simulator on its sockets: listening, serving, and its control from outside."""

import asyncio
import socket
from collections.abc import Iterable

from tests.simulator.imds.behaviour import Behaviour
from tests.simulator.imds.connection import Connection, set_ttl
from tests.simulator.imds.metadata import Instance
from tests.simulator.imds.personas import PERSONAS
from tests.simulator.imds.service import MetadataService
from tests.simulator.lab.channel import Channel

DEFAULT_TTL = 64
_BACKLOG = 256


def listen(address: str, port: int) -> socket.socket:
    """A listening socket in the present network namespace. Raises OSError."""
    listener = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(_BACKLOG)
    return listener


class Simulator:
    """One IMDS on any number of listening sockets."""

    def __init__(self, listeners: Iterable[socket.socket], behaviour: Behaviour, instance: Instance) -> None:
        self.listeners = tuple(listeners)
        self.service = MetadataService(instance)
        self.change(behaviour)

    def change(self, behaviour: Behaviour) -> None:
        """Behave like this from the next connection on."""
        self.behaviour = behaviour
        for listener in self.listeners:
            # The SYN-ACK is sent with the TTL of the listener, and accepted sockets inherit it.
            set_ttl(listener, behaviour.hop_limit if behaviour.low_ttl == 'all' else DEFAULT_TTL)

    async def serve(self, control: Channel | None = None) -> None:
        """Serve until the control channel closes, or for ever without one."""
        servers = [await asyncio.start_server(self._converse, sock=listener) for listener in self.listeners]
        released = asyncio.Event()
        if control is not None:
            asyncio.get_running_loop().add_reader(control.socket, self._obey, control, released)
        await released.wait()
        for server in servers:
            server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await PERSONAS[self.behaviour.persona](Connection(reader, writer, self.service, self.behaviour))
        except OSError:
            pass  # The client left first, as clients may.
        finally:
            writer.close()

    def _obey(self, control: Channel, released: asyncio.Event) -> None:
        """`control` carries a new Behaviour, answered by None, or None, answered by the requests so far."""
        try:
            order: Behaviour | None = control.receive()
        except EOFError:
            released.set()
            return
        if order is None:
            control.send(list(self.service.requests))
        else:
            self.change(order)
            control.send(None)
