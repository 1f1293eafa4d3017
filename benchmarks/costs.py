"""What asking IMDS costs, for several clients in the same world."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import clients

RUNS = 100


@dataclass(frozen=True)
class Cost:
    """Medians, in milliseconds."""

    wall: float
    cpu: float


def costs(works: Mapping[str, Callable[[], object]], runs: int = RUNS) -> dict[str, Cost]:
    """Of each of `works`, after one call that is not counted. They take turns, so that whatever else the machine does
    slows down all of them alike."""
    for work in works.values():
        work()
    rounds = [{name: measured(work) for name, work in works.items()} for _ in range(runs)]
    return {name: median([each[name] for each in rounds]) for name in works}


def measured(work: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu))


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs))


def costs_of_asking() -> dict[str, Cost]:
    """Runs inside a world."""
    return costs(
        {
            'a token and the instance id, http.client': clients.http_client,
            'a token and the instance id, requests': clients.requests_session,
            'a run of a check that does nothing': clients.check_that_does_nothing(),
            'a steady run of this check': clients.steady_check(),
            'a run that also measures the path': clients.measuring_check(),
        }
    )
