"""The IMDS simulator on 127.0.0.1, for machines that allow no network namespaces."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from tests.simulator import Behaviour, Instance, Request
from tests.simulator.imds.server import Simulator, listen
from tests.simulator.lab.channel import channel_pair


@dataclass(frozen=True)
class LoopbackImds:
    endpoint: str
    simulator: Simulator

    @property
    def requests(self) -> list[Request]:
        return list(self.simulator.service.requests)


@contextmanager
def loopback_imds(behaviour: Behaviour, instance: Instance | None = None) -> Iterator[LoopbackImds]:
    """Serves from `with` to its end, on a port that the kernel chooses."""
    listener = listen('127.0.0.1', 0)
    ours, theirs = channel_pair()
    simulator = Simulator([listener], behaviour, instance or Instance())
    thread = Thread(target=lambda: asyncio.run(simulator.serve(theirs)))
    thread.start()
    try:
        yield LoopbackImds(f'http://127.0.0.1:{listener.getsockname()[1]}', simulator)
    finally:
        ours.close()
        thread.join()
        theirs.close()
        listener.close()
