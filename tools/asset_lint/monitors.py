"""What is wrong with a monitor file: its shape, the names in its query, its thresholds, its times, its message."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from datadog_api_client.v1.model.monitor import Monitor as MonitorModel
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from .models import violations
from .monitor import Monitor, read_monitor
from .names import KNOWN_METRICS, KNOWN_SERVICE_CHECKS, unknown_names, unknown_service_check, wrong_instructions
from .queries import InvalidQuery, MetricMonitor, ServiceCheckMonitor, minutes

LONGEST = {'m': 10080, 'h': 168, 'd': 1, 'w': 1}
LONGEST_OF_CHANGE = {'m': 2880, 'h': 48, 'd': 2, 'w': 0}
MOST_RUNS = 100
"""What Datadog's API reference allows: windows, windows of a change, and .last()."""
LEAST_NEW_GROUP_DELAY = 600
"""Seconds that a host may take to boot."""
TAG = re.compile(r'\{\{(?P<name>[^#^/{}][^{}]*)\}\}')
MARK = re.compile(r'\{\{[#^/][^{}]+\}\}')
BLOCK = re.compile(r'\{\{(?P<mark>[#^])(?P<name>[^{}]+)\}\}(?:(?!\{\{[#^/]).)*\{\{/(?P=name)\}\}', re.DOTALL)
OF_METRICS = frozenset({'value', 'threshold', 'warn_threshold', 'comparator'})
OF_SERVICE_CHECKS = frozenset({'check_message'})
OF_HOSTS = frozenset({'host.ip', 'host.metadata_agent_version', 'host.metadata_platform'})
METRIC = re.compile(r'`(aws(?:_diagnostics|\.\w+)\.[\w.]+)`')
FILE = Draft202012Validator(
    yaml.safe_load(Path(__file__).with_name('monitor.schema.yaml').read_text(encoding='utf-8')),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)


def monitor_complaints(document: object) -> list[str]:
    """`where: what`. The shape first: what is misspelt cannot be judged."""
    if errors := [best_match([error]) for error in FILE.iter_errors(document)]:
        return sorted({f'{error.json_path}: {error.message}' for error in errors})
    assert isinstance(document, dict)
    if wrong := violations(document['definition'], MonitorModel):
        return [complaint.replace('$', '$.definition', 1) for complaint in wrong]
    try:
        monitor = read_monitor(document['definition'])
    except InvalidQuery as e:
        return [f'query: {e}']
    if unknown := dict.fromkeys(_unknown(monitor)):
        return [f'query: {complaint}' for complaint in unknown]
    return [complaint for rule in RULES for complaint in rule(monitor)]


def _unknown(monitor: Monitor) -> Iterator[str]:
    for selector in monitor.selectors:
        yield from unknown_names(selector)
    if isinstance(query := monitor.query, ServiceCheckMonitor):
        scoped = [text.partition(':')[0] for text in (*query.over, *query.exclude) if text != '*']
        yield from unknown_service_check(query.check, (*scoped, *query.by))


def thresholds(monitor: Monitor) -> Iterator[str]:
    """The number of a metric is in the query and in the thresholds, and a warning comes before the alert.

    Runs of a service check that are counted fit into those that are looked at; shares are percentages.
    """
    query, numbers = monitor.query, monitor.thresholds
    if isinstance(query, MetricMonitor):
        if numbers['critical'] != query.threshold:
            yield f'thresholds.critical: {numbers["critical"]}, but the query has {query.threshold:g}'
        warning, rising = numbers.get('warning'), '>' in query.comparator
        if warning is not None and not (warning < query.threshold if rising else warning > query.threshold):
            yield f'thresholds.warning: {warning} is not reached before {query.comparator} {query.threshold:g}'
        return
    of_runs = query.statistic == 'count_by_status'
    least, most = (1, min(query.last, MOST_RUNS)) if of_runs else (0, 100)
    for name, value in numbers.items():
        if not least <= value <= most or (of_runs and value != int(value)):
            yield f'thresholds.{name}: {value} is not from {least} to {most}'
    if query.last > MOST_RUNS:
        yield f'query: .last({query.last}) is more than {MOST_RUNS}'


def windows(monitor: Monitor) -> Iterator[str]:
    """Windows that the API knows, and long enough to hold two runs."""
    query, least = monitor.query, 2 * monitor.interval
    if not isinstance(query, MetricMonitor):
        frame = monitor.options.get('no_data_timeframe') or 0
        if monitor.options['notify_no_data'] and frame < least:
            yield f'options.no_data_timeframe: {frame} minutes is less than two runs of the check, {least}'
        return
    number = query.window.removeprefix('last_')
    if int(number[:-1]) > (LONGEST_OF_CHANGE if query.change else LONGEST)[number[-1]]:
        yield f'query: {query.window} is longer than the API allows'
    elif minutes(query.window) < least:
        yield f'query: {query.window} is less than two runs of the check, {least} minutes'


def hosts_come_and_go(monitor: Monitor) -> Iterator[str]:
    """A host that boots is no fault yet, and one that was terminated is none any more."""
    delay, hours = monitor.options.get('new_group_delay') or 0, monitor.options.get('timeout_h') or 0
    if monitor.by and not monitor.about_accounts and delay < LEAST_NEW_GROUP_DELAY:
        yield f'options.new_group_delay: {delay} seconds, but a host may take {LEAST_NEW_GROUP_DELAY} to boot'
    if not monitor.about_accounts and not 1 <= hours <= 24:
        yield f'options.timeout_h: {hours}, so alerts about terminated hosts never resolve'


def notify_by(monitor: Monitor) -> Iterator[str]:
    for tag in sorted(set(monitor.options.get('notify_by') or ()) - {'*', *monitor.by}):
        yield f'options.notify_by: the query is not grouped by {tag!r}'


def message_complaints(monitor: Monitor) -> Iterator[str]:
    """The evidence of a service check; metrics, links and commands that exist. tests/monitors wants the commands."""
    message = monitor.definition['message']
    if isinstance(monitor.query, ServiceCheckMonitor) and '{{check_message}}' not in message:
        yield 'message: no {{check_message}}, which has the evidence'
    for name in METRIC.findall(message):
        if name not in KNOWN_METRICS | KNOWN_SERVICE_CHECKS:
            yield f'message: unknown metric {name!r}'
    yield from (f'message: {complaint}' for complaint in wrong_instructions(message))


def handles(monitor: Monitor) -> Iterator[str]:
    """The operator decides who is notified."""
    for name in ('name', 'message'):
        yield from (f'{name}: the handle {handle!r}' for handle in re.findall(r'@\S+', monitor.definition[name]))


def blocks(monitor: Monitor) -> Iterator[str]:
    """No block is within another, and there is one for each state that is notified and no other."""
    message = monitor.definition['message']
    if stray := MARK.search(BLOCK.sub('', message)):
        yield f'message: {stray[0]} is no whole block'
        return
    notified = {
        'is_alert': True,
        'is_warning': 'warning' in monitor.thresholds,
        'is_no_data': monitor.notifies_of_no_data,
        'is_recovery': True,
    }
    shown = set(BLOCK.findall(message))
    yield from (f'message: unknown condition {name}' for _, name in sorted(shown) if name not in notified)
    for name, wanted in notified.items():
        if wanted != (('#', name) in shown):
            yield f'message: {"no block" if wanted else "a block that is never shown,"} {{{{#{name}}}}}'


def variables(monitor: Monitor) -> Iterator[str]:
    """Only variables that Datadog fills in: those of the type of monitor and of the tags that it notifies by."""
    of_type = OF_METRICS if isinstance(monitor.query, MetricMonitor) else OF_SERVICE_CHECKS
    of_hosts = OF_HOSTS if 'host' in monitor.notified_by else frozenset()
    allowed = of_type | of_hosts | {f'{tag}.name' for tag in monitor.notified_by}
    for where in ('name', 'message'):
        used = set(TAG.findall(monitor.definition[where]))
        yield from (f'{where}: {{{{{name}}}}} is never filled in' for name in sorted(used - allowed))


RULES = (thresholds, windows, hosts_come_and_go, notify_by, handles, blocks, variables, message_complaints)
