"""The way from the test run to its fork server."""

import atexit
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.simulator.lab.channel import Channel, channel_pair

_REPOSITORY = Path(__file__).parents[3]


def new_world() -> Channel:
    """A channel to the keeper of a new world, which waits for its plan."""
    ours, theirs = channel_pair()
    _fork_server(os.getpid()).send(None, theirs.socket.fileno())
    theirs.close()
    return ours


@cache
def preload(module: str) -> None:
    """Let the fork server import this module, so that it is there in every world from now on."""
    _fork_server(os.getpid()).send(module)


@cache
def _fork_server(_owner: int) -> Channel:
    """One fork server per process, stopped when this process exits."""
    ours, theirs = channel_pair()
    descriptor = theirs.socket.fileno()
    process = subprocess.Popen(
        [sys.executable, '-m', 'tests.simulator.lab.fork_server', str(descriptor)],
        stdin=subprocess.DEVNULL,
        pass_fds=[descriptor],
        cwd=_REPOSITORY,
        env=os.environ | {'PYTHONPATH': os.pathsep.join(path for path in sys.path if path)},
    )
    theirs.close()
    atexit.register(_stop, ours, process)
    return ours


def _stop(channel: Channel, process: 'subprocess.Popen[bytes]') -> None:
    channel.close()
    process.wait()
