"""One way in a process of its own: its CPU time, peak of memory, and how long it keeps another thread waiting."""

import json
import re
import resource
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.fleet.ways import WAYS

TICK = 0.001
"""Seconds."""


@dataclass(frozen=True)
class Cost:
    instances: int
    wall: float
    """Seconds."""
    cpu: float
    peak: float
    """MiB."""
    stall: float | None = None
    """Milliseconds: the longest that a thread which wants to run every millisecond had to wait; None: not measured."""
    received: float = 0.0
    """MB."""


class Ticker(threading.Thread):
    """Another check of the same Agent."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest = 0.0
        self._ended = threading.Event()

    def run(self) -> None:
        last = time.perf_counter()
        while not self._ended.wait(TICK):
            now = time.perf_counter()
            self.longest = max(self.longest, now - last - TICK)
            last = now

    def end(self) -> None:
        self._ended.set()
        self.join()


def measured(way: str) -> Cost:
    ticker, wall = Ticker(), time.perf_counter()
    ticker.start()
    instances = WAYS[way]()
    wall = time.perf_counter() - wall
    ticker.end()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Cost(instances, wall, used.ru_utime + used.ru_stime, peak_memory(), ticker.longest * 1000)


def peak_memory() -> float:
    """Of this process. Not ru_maxrss: it begins with that of the process that forked this one."""
    found = re.search(r'VmHWM:\s*(\d+)', Path('/proc/self/status').read_text())
    assert found is not None
    return int(found[1]) / 1024


if __name__ == '__main__':
    print(json.dumps(asdict(measured(sys.argv[1]))))
