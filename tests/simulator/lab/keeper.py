"""The first process of a world: it builds the world, keeps it, and takes everything with it when it ends."""

import asyncio
import importlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from tests.simulator.addresses import IMDS, PORT
from tests.simulator.fault import Fault
from tests.simulator.imds.server import Simulator, listen
from tests.simulator.lab.call import carry_out
from tests.simulator.lab.channel import Channel, channel_pair
from tests.simulator.lab.faults import broken
from tests.simulator.lab.files import place
from tests.simulator.lab.network import Network
from tests.simulator.lab.plan import Call, Change, Done, Plan, Refused, TellRequests
from tests.simulator.lab.root import hide_marks_of_the_machine
from tests.simulator.topology import Topology


class Keeper:
    """Holds the namespaces of one world and starts its processes."""

    def __init__(self, plan: Plan, channel: Channel) -> None:
        """Raises OSError or NetlinkError where the kernel does not allow it."""
        self.plan = plan
        self.channel = channel
        self.network = Network(plan.topology, plan.icmp_rate_limit)
        hide_marks_of_the_machine()
        place(plan.files)
        socket.sethostname(plan.os_hostname)
        self.simulator = self._start_simulator() if plan.topology is not Topology.EMPTY else None
        self.faults = ExitStack()
        self._break(plan.fault)

    def fork(self, work: Callable[[], None]) -> int:
        """Do this work in a child, and tell its process identifier."""
        child = os.fork()
        if child:
            return child
        try:
            work()
        finally:
            os._exit(1)

    @contextmanager
    def working(self, work: Callable[[], None]) -> Iterator[None]:
        """Do this work in a child as long as the context lasts."""
        child = self.fork(work)
        try:
            yield
        finally:
            os.kill(child, signal.SIGKILL)

    def _break(self, fault: Fault) -> None:
        """Have this fault in place of the one before."""
        self.faults.close()
        self.faults.enter_context(broken(fault, self.network, self.working))

    def _start_simulator(self) -> Channel:
        with self.network.imds.entered():
            listeners = [listen(address, PORT) for address in IMDS.values()]
        ours, theirs = channel_pair()
        simulator = Simulator(listeners, self.plan.behaviour, self.plan.instance)
        self.fork(lambda: asyncio.run(simulator.serve(theirs)))
        theirs.close()
        for listener in listeners:
            listener.close()
        return ours

    def obey(self) -> None:
        """Carry out orders until the channel closes."""
        with suppress(EOFError, ConnectionError):
            while True:
                order, descriptor = self.channel.receive_with_descriptor()
                self.channel.send(self._carried_out(order, descriptor))

    def _carried_out(self, order: object, descriptor: int | None) -> Done | Refused:
        try:
            match order, descriptor:
                case Call(module, privileged), int():
                    return self._call(module, privileged, descriptor)
                case Change(behaviour, fault), None if self.simulator is not None:
                    self._break(fault)
                    self.simulator.send(behaviour)
                    return Done(self.simulator.receive())
                case TellRequests(), None if self.simulator is not None:
                    self.simulator.send(None)
                    return Done(self.simulator.receive())
                case TellRequests(), None:
                    return Done([])
            return Refused(f'this world cannot carry out {order!r}')
        except Exception as error:  # noqa: BLE001 - the world lives on, and the caller learns why.
            return Refused(f'{order!r} failed: {error!r}')

    def _call(self, module: str, privileged: bool, descriptor: int) -> Done:
        importlib.import_module(module)
        self.fork(lambda: carry_out(descriptor, self.network.client, privileged))
        os.close(descriptor)
        return Done()


def keep(channel: Channel) -> None:
    """Build the world that the channel describes and keep it until the channel closes. Never returns.

    This is the first process of a process namespace: the kernel ends all others with it.
    """
    try:
        # Children are reaped by the kernel.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        keeper = Keeper(channel.receive(), channel)
        channel.send(Done(), os.pidfd_open(os.getpid()))
        keeper.obey()
    except Exception as error:  # noqa: BLE001 - there is nobody above but the caller.
        with suppress(OSError):
            channel.send(Refused(repr(error)))
    finally:
        os._exit(0)
