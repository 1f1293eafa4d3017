"""A process without threads, from which every world is forked with all imports done.

`python -m tests.simulator.lab.fork_server DESCRIPTOR` is started by tests.simulator.lab.entrance.
"""

import importlib
import os
import signal
import socket
import sys
from contextlib import suppress

from tests.simulator.lab import kernel
from tests.simulator.lab.channel import Channel
from tests.simulator.lab.inside import mark_inside_a_world
from tests.simulator.lab.keeper import keep
from tests.simulator.lab.plan import Refused
from tests.simulator.lab.privileges import enter_user_namespace

_OWN = kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET


def serve(channel: Channel) -> None:
    """Make a world for every descriptor and import every module that is named, until the channel closes."""
    with suppress(EOFError):
        while True:
            module, descriptor = channel.receive_with_descriptor()
            if descriptor is not None:
                _make_world(descriptor, channel)
            else:
                with suppress(ImportError):
                    importlib.import_module(module)


def _make_world(descriptor: int, server: Channel) -> None:
    world = Channel(socket.socket(fileno=descriptor))
    if os.fork() == 0:
        try:
            server.close()
            _enter_own_namespaces(world)
        finally:
            os._exit(1)
    world.close()


def _enter_own_namespaces(world: Channel) -> None:
    """Fork the first process of a process namespace. When that one ends, the kernel ends every other one in there."""
    try:
        _leave_the_machine()
        child = os.fork()
    except OSError as error:
        world.send(Refused(str(error)))
        return
    if child == 0:
        mark_inside_a_world()
        _mount_own_proc()
        keep(world)


def _leave_the_machine() -> None:
    """Enter namespaces of our own: as root directly, else as the root of a user namespace. Raises OSError."""
    try:
        kernel.unshare(_OWN)
    except PermissionError:
        enter_user_namespace(0)
        kernel.unshare(_OWN)
    kernel.mount('none', '/', flags=kernel.MS_REC | kernel.MS_PRIVATE)


def _mount_own_proc() -> None:
    """Let /proc tell of this process namespace. Inside some containers that is forbidden, and the old one does too."""
    with suppress(OSError):
        kernel.mount('proc', '/proc', 'proc', kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)


def main() -> None:
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Ctrl-C reaches the whole foreground group; the worlds end in order when the test run closes its channels.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(Channel(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == '__main__':
    main()
