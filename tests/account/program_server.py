"""Runs programs in processes forked from one that has read botocore and its models: each would read them anew.

`python -m tests.account.program_server DESCRIPTOR` listens; `started` starts it. A client (CLIENT) hands over its
standard streams, then sends {"module", "function", "arguments", "directory", "environ"} and gets the exit status.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.account.aws_account import operator

REPOSITORY = Path(__file__).parents[2]
CLIENT = """#!{python} -IS
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [b'.'], [0, 1, 2])
request = dict(arguments=sys.argv[1:], directory=os.getcwd(), environ=dict(os.environ), **{program!r})
server.sendall(json.dumps(request).encode())
server.shutdown(socket.SHUT_WR)
sys.exit(int(server.makefile().readline()))
"""


@contextmanager
def started() -> Iterator[str]:
    """The address of a server, which ends with the block."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = f'{folder}/socket'
        listener.bind(address)
        listener.listen()
        command = [sys.executable, '-m', __name__, str(listener.fileno())]
        process = subprocess.Popen(command, cwd=REPOSITORY, pass_fds=[listener.fileno()])
        try:
            yield address
        finally:
            process.kill()
            process.wait()


def write_client(file: Path, address: str, module: str, function: str) -> None:
    """A program that runs a function of command-line arguments, which gives the exit status."""
    program = {'module': module, 'function': function}
    file.write_text(CLIENT.format(python=sys.executable, address=address, program=program))
    file.chmod(0o755)


def serve(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(client)
        client.close()


def _answer(client: socket.socket) -> None:
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _, streams, _, _ = socket.recv_fds(client, 1, 3)
        _use(streams)
        status = _run(**json.loads(client.makefile().read()))
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - as Python reports what ends a program
        traceback.print_exc()
    finally:
        client.sendall(f'{status}\n'.encode())
        os._exit(status)


def _use(streams: Sequence[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # New ones: those of the server know where it stood in files of its own.
    sys.stdout = os.fdopen(1, 'w', encoding='utf-8', closefd=False)
    sys.stderr = os.fdopen(2, 'w', buffering=1, encoding='utf-8', closefd=False)


def _run(module: str, function: str, arguments: Sequence[str], directory: str, environ: dict[str, str]) -> int:
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environ)
    run: Callable[[Sequence[str]], Any] = getattr(importlib.import_module(module), function)
    return int(run(arguments))


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for module in ('tests.account.aws_command', 'datadog_checks.aws_diagnostics.cli'):
        importlib.import_module(module)
    operator()
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == '__main__':
    main()
