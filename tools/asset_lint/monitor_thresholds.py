"""Thresholds that contradict the query are refused by Datadog, or, worse, never reached."""

from collections.abc import Iterator

from .monitor import Monitor
from .queries import MetricMonitor, ServiceCheckMonitor

AT = 'options.thresholds'
OF_METRICS = ('critical', 'warning')
OF_SERVICE_CHECKS = ('critical', 'warning', 'ok')
MOST_RUNS = 100
"""The API's own limit of .last()."""


def of_metrics(monitor: Monitor) -> Iterator[str]:
    """The number stands in the query and in the thresholds; a warning comes before the alert."""
    query, thresholds = monitor.query, monitor.thresholds
    if not isinstance(query, MetricMonitor):
        return
    for name in thresholds.keys() - OF_METRICS:
        yield f'{AT}: {name!r}, allowed in a metric monitor: {", ".join(OF_METRICS)}'
    critical, warning = thresholds.get('critical'), thresholds.get('warning')
    if critical != query.threshold:
        yield f'{AT}.critical: {critical}, allowed: {query.threshold:g}, the number in the query'
    if warning is not None and not _before(warning, query):
        side = 'less' if '>' in query.comparator else 'more'
        yield f'{AT}.warning: {warning}, allowed: {side} than {query.threshold:g}, as the query has {query.comparator}'


def _before(warning: float, query: MetricMonitor) -> bool:
    return warning < query.threshold if '>' in query.comparator else warning > query.threshold


def of_service_checks(monitor: Monitor) -> Iterator[str]:
    """Each status that notifies is named: what is left out counts as 1 run. UNKNOWN never notifies."""
    query, thresholds = monitor.query, monitor.thresholds
    if not isinstance(query, ServiceCheckMonitor):
        return
    for name in sorted(thresholds.keys() ^ set(OF_SERVICE_CHECKS)):
        what = 'is there' if name in thresholds else 'is missing'
        yield f'{AT}: {name!r} {what}, allowed: {", ".join(OF_SERVICE_CHECKS)}, each of them'
    if query.count == 'count_by_status':
        yield from _runs(query, thresholds)
    elif not all(0 <= value <= 100 for value in thresholds.values()):
        yield f'{AT}: {max(thresholds.values())}, allowed: a percentage from 0 to 100'


def _runs(query: ServiceCheckMonitor, thresholds: dict[str, float]) -> Iterator[str]:
    for name, runs in thresholds.items():
        if runs < 1 or runs != int(runs):
            yield f'{AT}.{name}: {runs}, allowed: a number of runs, at least 1'
    largest = max(thresholds.values(), default=1)
    if not largest <= query.last <= MOST_RUNS:
        yield f'query: .last({query.last}), allowed: from {largest:g}, the largest threshold, to {MOST_RUNS}'


RULES = (of_metrics, of_service_checks)
