"""What asking IMDS costs, for several clients in the same world."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import clients

RUNS = 100


@dataclass(frozen=True)
class Cost:
    """Medians, in milliseconds."""

    wall: float
    cpu: float


def cost(work: Callable[[], object], runs: int = RUNS) -> Cost:
    """Of `work`, after one call that is not counted."""
    work()
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Cost(statistics.median(walls) * 1000, statistics.median(cpus) * 1000)


def costs_of_asking() -> dict[str, Cost]:
    """Runs inside a world."""
    return {
        'a token and the instance id, http.client': cost(clients.http_client),
        'a token and the instance id, requests': cost(clients.requests_session),
        'a run of a check that does nothing': cost(clients.check_that_does_nothing()),
        'a steady run of this check': cost(clients.steady_check()),
        'a run that also measures the path': cost(clients.measuring_check(), runs=RUNS // 5),
    }
