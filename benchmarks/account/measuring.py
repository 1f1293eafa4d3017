"""One way in a process of its own, which has loaded no more than an Agent that runs another check."""

import gc
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

REGIONS = (
    *('us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1', 'eu-central-1', 'eu-west-1'),
    *('eu-west-2', 'eu-west-3', 'eu-north-1', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1'),
    *('ap-northeast-2', 'ap-northeast-3'),
)
RUNS = 20
KEPT, ANEW = 'this check', 'a session for each run'
TICK = 0.001
"""Seconds."""

Run = tuple[float, float, float, float]
"""MiB added, MiB added at the peak, the longest wait in ms, seconds of CPU."""


class Waiting(threading.Thread):
    """Another check of the same Agent: it wants to run every millisecond.

    How long it waits says little on a machine that has other things to do. So the CPU that the thread of our check used
    meanwhile counts, where that is less: nobody holds the GIL for longer.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._ended = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        last, used = time.perf_counter(), time.clock_gettime(self._clock)
        while not self._ended.wait(TICK):
            now, uses = time.perf_counter(), time.clock_gettime(self._clock)
            self.longest = max(self.longest, min(now - last, uses - used))
            last, used = now, uses

    def end(self) -> float:
        """Seconds."""
        self._ended.set()
        self.join()
        return self.longest


def measured(way: str, datadog_url: str, keys: tuple[str, str]) -> tuple[float, list[Run]]:
    """How long a full garbage collection takes before the first run, and the runs."""
    import requests  # noqa: F401
    from datadog_checks.base import AgentCheck  # noqa: F401

    before, runs, collection = memory('VmRSS'), [], full_collection()
    collect: Callable[[], object] | None = None
    for _ in range(RUNS):
        waiting, cpu = Waiting(), time.process_time()
        waiting.start()
        collect = collect or collector(way, datadog_url, keys)
        collect()
        wait, cpu = waiting.end(), time.process_time() - cpu
        runs.append((memory('VmRSS') - before, memory('VmHWM') - before, wait * 1000, cpu))
    return collection, runs


def collector(way: str, datadog_url: str, keys: tuple[str, str]) -> Callable[[], object]:
    from datadog_checks.aws_diagnostics.collect.account import AccountCollector
    from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions

    options = AccountOptions(regions=REGIONS, datadog_api_url=datadog_url, api_key=keys[0], app_key=keys[1])
    if way == KEPT:
        return AccountCollector(options).collect
    from botocore.loaders import Loader

    from datadog_checks.aws_diagnostics.collect.aws import botocore_setup

    botocore_setup.loader = Loader
    return lambda: AccountCollector(options).collect()


def memory(kind: str) -> float:
    """MiB: VmRSS is resident now, VmHWM was at the peak."""
    found = re.search(rf'{kind}:\s*(\d+)', Path('/proc/self/status').read_text())
    assert found is not None
    return int(found[1]) / 1024


def full_collection() -> float:
    """Milliseconds of CPU, during which no other thread runs."""
    start = time.thread_time()
    gc.collect()
    return (time.thread_time() - start) * 1000


if __name__ == '__main__':
    before, runs = measured(sys.argv[1], sys.argv[2], (sys.argv[3], sys.argv[4]))
    print(json.dumps({'runs': runs, 'collection_before': before, 'collection': full_collection()}))
