"""Hosts that are reached by `ssh`: a stand-in for that program, which hands each command to a function of the tests.

Its options are read as OpenSSH reads them. Standard input goes along; output and status come back.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from threading import Thread

Answer = Callable[[str, bytes], 'CompletedProcess[bytes]']
"""Takes a command for the shell of a host, and its standard input."""
CLIENT = """#!{python} -IS
import getopt, json, os, socket, sys
options = '1246AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:P:p:Q:R:S:W:w:'
_, (host, *command) = getopt.getopt(sys.argv[1:], options)
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
given = b'' if os.isatty(0) else sys.stdin.buffer.read()
server.sendall(json.dumps([host, ' '.join(command), given.decode('latin-1')]).encode() + b'\\n')
status, out, err = json.loads(server.makefile('rb').readline())
sys.stdout.buffer.write(out.encode('latin-1'))
sys.stderr.buffer.write(err.encode('latin-1'))
sys.exit(status)
"""


@contextmanager
def by_ssh(hosts: Mapping[str, Answer], directory: Path) -> Iterator[Path]:
    """A directory with a program `ssh` that reaches these hosts by name, while the block lasts."""

    class Session(StreamRequestHandler):
        def handle(self) -> None:
            host, command, given = json.loads(self.rfile.readline())
            ended = hosts[host](command, given.encode('latin-1')) if host in hosts else unreachable(host)
            answer = [ended.returncode, ended.stdout.decode('latin-1'), ended.stderr.decode('latin-1')]
            self.wfile.write(json.dumps(answer).encode() + b'\n')

    programs = directory / 'programs'
    programs.mkdir()
    client = programs / 'ssh'
    # The address of a socket is at most 107 bytes, and the path of a test's own directory may be longer.
    with TemporaryDirectory() as short, ThreadingUnixStreamServer(f'{short}/ssh', Session) as server:
        client.write_text(CLIENT.format(python=sys.executable, address=server.server_address))
        client.chmod(0o755)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield programs
        finally:
            server.shutdown()
            thread.join(10)


def unreachable(host: str) -> 'CompletedProcess[bytes]':
    return CompletedProcess([], 255, b'', f'ssh: connect to host {host} port 22: Connection timed out\n'.encode())
