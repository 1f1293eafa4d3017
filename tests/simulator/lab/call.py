"""One call of a function inside a world, in a process of its own."""

import os
import pickle
import signal
import socket
import traceback

from tests.simulator.lab.channel import Channel
from tests.simulator.lab.node import Node
from tests.simulator.lab.privileges import drop_privileges


def carry_out(descriptor: int, client: Node, privileged: bool) -> None:
    """Take a function and its arguments from the channel, call it as the client, send back how it went.

    Never returns.
    """
    status = 1
    try:
        client.enter()
        _close_everything_but(descriptor)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if not privileged:
            drop_privileges()
        channel = Channel(socket.socket(fileno=descriptor))
        channel.send(_outcome(channel))
        status = 0
    except BaseException:  # noqa: BLE001 - nobody is above this process; what is not sent is at least shown.
        traceback.print_exc()
    finally:
        os._exit(status)


def _outcome(channel: Channel) -> tuple[bool, object]:
    """(True, value) or (False, exception); in place of what cannot be pickled, an exception that says so."""
    try:
        function, arguments, keywords = pickle.loads(channel.receive())
        outcome: tuple[bool, object] = (True, function(*arguments, **keywords))
    except BaseException as error:  # noqa: BLE001 - the caller gets it, whatever it is.
        error.add_note(f'Inside the world:\n{traceback.format_exc()}')
        outcome = (False, error)
    try:
        pickle.loads(pickle.dumps(outcome))
    except Exception as error:  # noqa: BLE001 - pickle raises whatever an object's own methods raise.
        return False, TypeError(f'the outcome cannot leave the world: {outcome[1]!r}: {error}')
    return outcome


def _close_everything_but(descriptor: int) -> None:
    """Namespaces, netlink sockets and channels of the keeper are not for an unprivileged process."""
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf('SC_OPEN_MAX'))
