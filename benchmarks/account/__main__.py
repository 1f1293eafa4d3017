"""What an account instance adds to the process of an Agent, run after run: `python -m benchmarks.account`.

The servers are processes of their own on loopback, without TLS. Beside it: the same runs with a session of botocore
made anew for each of them, and botocore's whole models.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.account.measuring import ANEW, KEPT, REGIONS, RUNS
from tests.account import servers
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api

INSTANCES = 200
"""In each region; one in twenty is wrong."""
SHOWN = (1, 2, 5, RUNS)
HEAD = f'{"":32} {"MiB added":>10} {"peak":>7} {"wait ms":>8} {"CPU s":>7}'


@contextmanager
def servers_of_an_account(home: Path) -> Iterator[tuple[dict[str, str], str]]:
    """The environment of a client, and the URL of a Datadog API."""
    with ExitStack() as running:
        moto = running.enter_context(servers.moto())
        command = [sys.executable, '-m', 'tests.account.ec2_server', str(INSTANCES), *REGIONS]
        ec2 = running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        running.callback(ec2.kill)
        assert ec2.stdout is not None
        own = {'AWS_ENDPOINT_URL_EC2': f'http://127.0.0.1:{int(ec2.stdout.readline())}'}
        datadog = running.enter_context(datadog_api(Datadog([account(servers.MOTO_ACCOUNT)])))
        yield {**os.environ, **servers.environment(moto, home), **own}, datadog.url


def cost_of(way: str, environ: dict[str, str], datadog_url: str) -> dict[str, Any]:
    command = [sys.executable, '-m', 'benchmarks.account.measuring', way, datadog_url, API_KEY, APP_KEY]
    found: dict[str, Any] = json.loads(subprocess.check_output(command, env=environ, text=True))
    return found


def print_cost(way: str, cost: dict[str, Any]) -> None:
    print(
        f'{way}; a full garbage collection: {cost["collection_before"]:.0f} ms before, {cost["collection"]:.0f} after'
    )
    for number in SHOWN:
        print(row(f'run {number}', cost['runs'][number - 1]))
    print(row('median of runs 2 to 20', later(cost)))


def later(cost: dict[str, Any]) -> list[float]:
    return [statistics.median(values) for values in zip(*cost['runs'][1:], strict=True)]


def row(title: str, values: Sequence[float]) -> str:
    added, peak, wait, cpu = values
    return f'{title:32} {added:10.1f} {peak:7.1f} {wait:8.1f} {cpu:7.2f}'


def print_ratios(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    print(f'\n{ANEW}, where {KEPT} is 1')
    for title, own, other in (
        ('run 1', ours['runs'][0], theirs['runs'][0]),
        ('median of runs 2 to 20', later(ours), later(theirs)),
    ):
        print(row(title, [b / max(a, 0.01) for a, b in zip(own, other, strict=True)]))


def main() -> int:
    print(f'{len(REGIONS)} regions with {INSTANCES} instances each, {RUNS} runs\n{HEAD}')
    with tempfile.TemporaryDirectory() as home, servers_of_an_account(Path(home)) as (environ, datadog_url):
        ours, theirs = (cost_of(way, environ, datadog_url) for way in (KEPT, ANEW))
    print_cost(KEPT, ours)
    print_cost(ANEW, theirs)
    print_ratios(ours, theirs)
    return 0


if __name__ == '__main__':
    sys.exit(main())
