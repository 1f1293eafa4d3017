"""When and about what a monitor notifies: no alarms about hosts that boot, nor about those that ended."""

from collections.abc import Iterator
from functools import cache

import yaml

from .monitor import Monitor
from .names import ROOT
from .queries import MetricMonitor

EXAMPLE = ROOT / 'datadog_checks' / 'aws_diagnostics' / 'data' / 'conf.yaml.example'
ACCOUNT_INTERVAL = 60
"""Minutes between two runs of an account instance, as the example configuration advises."""
LONGEST = {'m': 10080, 'h': 168, 'd': 1, 'w': 1}
LONGEST_OF_CHANGE = {'m': 2880, 'h': 48, 'd': 2}
SHIFTS = {'m': (5, 10, 15, 30), 'h': (1, 2, 4), 'd': (1,)}
"""What the API reference of Datadog allows: windows, windows of a change, and how far back a change looks."""
PRIORITIES = range(1, 6)
LEAST_NEW_GROUP_DELAY = 600
"""Seconds that a host may take to boot."""


@cache
def host_interval() -> int:
    """Minutes between two runs on a host, by the example configuration."""
    (instance,) = yaml.safe_load(EXAMPLE.read_text(encoding='utf-8'))['instances']
    return int(instance['min_collection_interval']) // 60


def interval(monitor: Monitor) -> int:
    return ACCOUNT_INTERVAL if monitor.about_accounts else host_interval()


def priority(monitor: Monitor) -> Iterator[str]:
    if (given := monitor.definition['priority']) not in PRIORITIES:
        yield f'priority: {given}, allowed: {PRIORITIES[0]} to {PRIORITIES[-1]}'


def windows(monitor: Monitor) -> Iterator[str]:
    """Windows that the API knows, and long enough to hold two runs."""
    query = monitor.query
    if not isinstance(query, MetricMonitor):
        return
    number, unit = _split(query.window.removeprefix('last_'))
    longest = LONGEST_OF_CHANGE if query.change else LONGEST
    if number > longest.get(unit, 0):
        yield f'query: {query.window}, allowed: {", ".join(f"up to {most}{unit}" for unit, most in longest.items())}'
    elif query.minutes < (least := 2 * interval(monitor)):
        yield f'query: {query.window}, allowed: at least {least} minutes, two runs of the check'
    if query.shift:
        number, unit = _split(query.shift.removeprefix('last_').removesuffix('_ago'))
        if number not in SHIFTS[unit]:
            allowed = ', '.join(f'{number}{unit}' for unit, numbers in SHIFTS.items() for number in numbers)
            yield f'query: {query.shift}, allowed: {allowed}'


def _split(duration: str) -> tuple[int, str]:
    unit = duration.lstrip('0123456789')
    return int(duration.removesuffix(unit)), unit


def missing_data(monitor: Monitor) -> Iterator[str]:
    """Metric monitors say by on_missing_data what missing data mean; service checks by notify_no_data."""
    options = monitor.options
    if isinstance(monitor.query, MetricMonitor):
        for name in sorted(options.keys() & {'notify_no_data', 'no_data_timeframe'}):
            yield f'options: {name!r}, allowed in a metric monitor: on_missing_data'
        if 'on_missing_data' not in options:
            yield "options: 'on_missing_data' is missing, allowed: a word on what missing data mean"
        return
    if 'on_missing_data' in options:
        yield "options: 'on_missing_data', allowed in a service check monitor: notify_no_data"
    if 'notify_no_data' not in options:
        yield "options: 'notify_no_data' is missing, allowed: true or false"
    least = 2 * interval(monitor)
    if options.get('notify_no_data') and (options.get('no_data_timeframe') or 0) < least:
        given = options.get('no_data_timeframe')
        yield f'options.no_data_timeframe: {given}, allowed: at least {least} minutes, two runs of the check'


def hosts_come_and_go(monitor: Monitor) -> Iterator[str]:
    """A host that boots is no fault yet, and one that ended is none any more."""
    if monitor.about_accounts:
        return
    delay, hours = monitor.options.get('new_group_delay') or 0, monitor.options.get('timeout_h') or 0
    if delay < LEAST_NEW_GROUP_DELAY:
        yield f'options.new_group_delay: {delay}, allowed: at least {LEAST_NEW_GROUP_DELAY} seconds, as hosts boot'
    if not 1 <= hours <= 24:
        yield f'options.timeout_h: {hours}, allowed: 1 to 24 hours, as hosts end'


def sparse(monitor: Monitor) -> Iterator[str]:
    """A window of samples that are minutes apart is never full."""
    if isinstance(monitor.query, MetricMonitor) and monitor.options.get('require_full_window', True):
        yield 'options.require_full_window: true, allowed: false, as samples are minutes apart'


def notify_by(monitor: Monitor) -> Iterator[str]:
    for tag in set(monitor.options.get('notify_by') or ()) - {'*', *monitor.by}:
        yield f'options.notify_by: {tag!r}, allowed: {", ".join(monitor.by)}'


RULES = (priority, windows, missing_data, hosts_come_and_go, sparse, notify_by)
