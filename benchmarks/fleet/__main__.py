"""100,000 instances, of which 5 % are wrong, on a local EC2 that filters and pages as EC2 does."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

from benchmarks.fleet.measuring import Cost
from benchmarks.fleet.ways import REGION, WAYS
from benchmarks.programs import used_by
from tests.account import servers

AWS_CLI = 'aws ec2 describe-instances'
HEAD = f'{"":30} {"instances":>10} {"wall s":>8} {"CPU s":>8} {"peak MiB":>9} {"MB":>8} {"stall ms":>9}'


@contextmanager
def fleet(size: int) -> Iterator[str]:
    """The endpoint, served by a process of its own."""
    command = [sys.executable, '-m', 'tests.account.ec2_server', str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f'http://127.0.0.1:{int(server.stdout.readline())}'
        finally:
            server.kill()


def cost_of(way: str, environ: Mapping[str, str]) -> Cost:
    command = [sys.executable, '-m', 'benchmarks.fleet.measuring', way]
    return Cost(**json.loads(subprocess.check_output(command, env=environ, text=True)))


def cost_of_the_cli(aws: str, environ: Mapping[str, str]) -> Cost:
    """Its output goes to a file, as a person would keep it. The system measures it: no thread of it can be asked."""
    command = (aws, 'ec2', 'describe-instances', '--region', REGION, '--output', 'json')
    with tempfile.TemporaryFile('w+') as output:
        used = used_by(command, environ, output)
        if used.status:
            raise RuntimeError(f'{aws} ended with {used.status}')
        output.seek(0)
        instances = sum('"InstanceId"' in line for line in output)
    return Cost(instances, used.wall, used.cpu, used.peak)


def costs(endpoint: str, aws: str | None, ways: list[str]) -> Iterator[tuple[str, Cost]]:
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, **servers.environment(endpoint, Path(home))}
        for way in ways:
            if way == AWS_CLI and aws is None:
                continue
            before = sent(endpoint)
            cost = cost_of_the_cli(aws, environ) if way == AWS_CLI and aws else cost_of(way, environ)
            yield way, replace(cost, received=(sent(endpoint) - before) / 1e6)


def sent(endpoint: str) -> int:
    """Bytes, by the server."""
    with urlopen(f'{endpoint}/sent', timeout=60) as answer:
        return int(json.load(answer))


def line(way: str, cost: Cost) -> str:
    stall = '-' if cost.stall is None else f'{cost.stall:.0f}'
    figures = f'{cost.wall:8.1f} {cost.cpu:8.1f} {cost.peak:9.0f} {cost.received:8.1f} {stall:>9}'
    return f'{way:30} {cost.instances:10} {figures}'


def ratios(way: str, cost: Cost, ours: Cost) -> str:
    stall = '-' if cost.stall is None or not ours.stall else f'{cost.stall / ours.stall:.1f}'
    pairs = ((cost.wall, ours.wall), (cost.cpu, ours.cpu), (cost.peak, ours.peak), (cost.received, ours.received))
    wall, cpu, peak, received = (theirs / own for theirs, own in pairs)
    return f'{way:30} {"":10} {wall:8.1f} {cpu:8.1f} {peak:9.1f} {received:8.1f} {stall:>9}'


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m benchmarks.fleet', description=__doc__)
    parser.add_argument('--instances', type=int, default=100_000)
    parser.add_argument('--aws', default=shutil.which('aws'), help='the aws CLI; left out where there is none')
    parser.add_argument('--way', action='append', choices=[*WAYS, AWS_CLI], help='only these, beside this check')
    chosen = parser.parse_args()
    ways = list(dict.fromkeys(['this check', *(chosen.way or [*WAYS, AWS_CLI])]))
    found: dict[str, Cost] = {}
    print(f'{chosen.instances} instances, one in twenty of them wrong\n{HEAD}')
    with fleet(chosen.instances) as endpoint:
        for way, cost in costs(endpoint, chosen.aws, ways):
            found[way] = cost
            print(line(way, cost), flush=True)
    ours, *_ = found.values()
    print(f'\nthis check = 1\n{HEAD}')
    for way, cost in found.items():
        print(ratios(way, cost, ours))
    return 0


if __name__ == '__main__':
    sys.exit(main())
