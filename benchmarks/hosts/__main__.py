"""100,000 hosts on a local Datadog. One request a host is made for a sample, and its figures are for each host.

Datadog's script remove_lingering_aws_host_tags.py (https://github.com/DataDog/Miscellany) sends one request for each
host, on a connection of its own, whether that host has such tags or not. Here it only reads.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.programs import used_by
from tests.account.datadog_api import API_KEY, APP_KEY
from tests.account.host_lists import instance_id

PROGRAM = (sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'hosts')
COMMANDS = {
    'hosts lingering-tags --json': ('lingering-tags', '--json'),
    'hosts lingering-tags --csv': ('lingering-tags', '--csv'),
    'hosts duplicates --json': ('duplicates', '--json'),
}
LISTS, DUPLICATES = tuple(COMMANDS)[:2], tuple(COMMANDS)[2]
FEW, MOST_FILTERED = 1000, 10_000
HEAD = f'{"":30} {"hosts":>8} {"requests":>9} {"wall s":>8} {"CPU s":>7} {"peak MiB":>9} {"us a host":>10}'


@dataclass(frozen=True)
class Cost:
    hosts: int
    requests: int
    wall: float
    """Seconds."""
    cpu: float
    peak: float
    """MiB."""

    def __str__(self) -> str:
        each = self.wall / self.hosts * 1e6
        return f'{self.hosts:8} {self.requests:9} {self.wall:8.1f} {self.cpu:7.1f} {self.peak:9.0f} {each:10.0f}'


class Server:
    """In a process of its own."""

    def __init__(self, process: 'subprocess.Popen[str]') -> None:
        self._process = process
        self.url = self._line()

    def requests(self) -> int:
        """So far."""
        assert self._process.stdin is not None
        self._process.stdin.write('\n')
        self._process.stdin.flush()
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def serving(count: int) -> Iterator[Server]:
    command = [sys.executable, '-m', 'tests.account.many_hosts', str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


def cost_of(command: Sequence[str], server: Server, count: int) -> Cost:
    """Its output goes to a file, as a person would keep it."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / 'output').open('w') as output:
        config = Path(folder) / 'account.yaml'
        config.write_text(f'instances: [{{account: {{datadog_api_url: "{server.url}"}}}}]\n')
        environ = {**os.environ, 'DD_API_KEY': API_KEY, 'DD_APP_KEY': APP_KEY}
        before = server.requests()
        used = used_by([*PROGRAM, *command, '--config', str(config)], environ, output)
    if used.status != 1:
        raise RuntimeError(f'{command} ended with {used.status}')
    return Cost(count, server.requests() - before, used.wall, used.cpu, used.peak)


def one_request_a_host(server: Server, sample: int) -> Cost:
    keys = {'DD-API-KEY': API_KEY, 'DD-APPLICATION-KEY': APP_KEY}
    before, wall, cpu = server.requests(), time.perf_counter(), time.process_time()
    for number in range(4, 4 + sample):
        url = f'{server.url}/api/v1/tags/hosts/{instance_id(number)}?source=Amazon%20Web%20Services'
        requests.get(url, headers=keys, timeout=10)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(sample, server.requests() - before, wall, cpu, float('nan'))


def costs(count: int, commands: Iterable[str]) -> Iterator[tuple[str, Cost]]:
    with serving(count) as server:
        for name in commands:
            yield name, cost_of(COMMANDS[name], server, count)


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m benchmarks.hosts', description=__doc__)
    parser.add_argument('--hosts', type=int, default=100_000)
    parser.add_argument('--sample', type=int, default=2000)
    chosen = parser.parse_args()
    small = dict(costs(FEW, COMMANDS))
    print(f'one in twenty hosts with lingering tags, one in twenty instances with two rows\n{HEAD}', flush=True)
    ours = {}
    # The local Datadog looks for the id of an instance in every row, which Datadog itself will not do.
    for count, commands in ((chosen.hosts, LISTS), (min(chosen.hosts, MOST_FILTERED), (DUPLICATES,))):
        for name, cost in costs(count, commands):
            ours[name] = cost
            print(f'{name:30} {cost}', flush=True)
    with serving(chosen.sample + FEW) as server:
        theirs = one_request_a_host(server, chosen.sample)
    print(f'{"one request a host":30} {theirs}')
    print('\none request a host beside each, for as many hosts; and memory for each host above the first thousand')
    for name, cost in ours.items():
        slower = theirs.wall / theirs.hosts / (cost.wall / cost.hosts)
        more = theirs.requests / theirs.hosts / (cost.requests / cost.hosts)
        each = (cost.peak - small[name].peak) * 1024 / (cost.hosts - FEW)
        print(f'{name:30} {more:6.0f} times the requests {slower:6.1f} times the time {each:9.2f} KiB a host')
    return 0


if __name__ == '__main__':
    sys.exit(main())
