"""What the message of a monitor must and must not hold."""

import re
from collections.abc import Iterator

from .instructions import wrong_instructions
from .monitor import Monitor
from .names import known_metrics
from .queries import MetricMonitor, ServiceCheckMonitor

TAG = re.compile(r'\{\{(?P<mark>[#^/]?)(?P<name>[^{}]+)\}\}')
STATES = ('is_alert', 'is_warning', 'is_no_data', 'is_recovery')
OF_METRICS = frozenset({'value', 'threshold', 'warn_threshold', 'comparator'})
OF_SERVICE_CHECKS = frozenset({'check_message'})
OF_HOSTS = frozenset({'host.ip', 'host.metadata_agent_version', 'host.metadata_platform'})
METRIC = re.compile(r'`(aws(?:_diagnostics|\.\w+)\.[\w.]+)`')
COMMAND = re.compile(r'^\d+\. .*`', re.MULTILINE)


def message_complaints(monitor: Monitor) -> Iterator[str]:
    message = monitor.definition['message']
    for rule in (_handles, _blocks, _variables):
        yield from rule(monitor)
    if isinstance(monitor.query, ServiceCheckMonitor) and '{{check_message}}' not in message:
        yield 'message: no {{check_message}}, which has the evidence'
    if not COMMAND.search(message):
        yield 'message: no numbered step has a command'
    for name in METRIC.findall(message):
        if name not in known_metrics():
            yield f'message: unknown metric {name!r}'
    yield from (f'message: {complaint}' for complaint in wrong_instructions(message))


def _handles(monitor: Monitor) -> Iterator[str]:
    """The operator decides who is notified."""
    for name in ('name', 'message'):
        yield from (f'{name}: the handle {handle!r}' for handle in re.findall(r'@\S+', monitor.definition[name]))


def _blocks(monitor: Monitor) -> Iterator[str]:
    """Blocks are closed before another one opens, and there is one for each state that is notified and no other."""
    opened, shown = '', set()
    for tag in TAG.finditer(monitor.definition['message']):
        mark, name = tag['mark'], tag['name']
        if mark and ((mark == '/') != bool(opened) or (mark == '/' and name != opened)):
            yield f'message: {tag[0]} inside {opened or "no block"}'
            return
        if mark in ('#', '^'):
            shown.add(f'{mark}{name}')
        opened = name if mark in ('#', '^') else '' if mark else opened
    if opened:
        yield f'message: {opened} is not closed'
    unknown = {name.lstrip('#^') for name in shown} - set(STATES)
    yield from (f'message: unknown condition {name}' for name in sorted(unknown))
    yield from _states(monitor, shown)


def _states(monitor: Monitor, shown: set[str]) -> Iterator[str]:
    notified = {
        'is_alert': True,
        'is_warning': 'warning' in monitor.thresholds,
        'is_no_data': monitor.notifies_of_no_data,
        'is_recovery': True,
    }
    for name, wanted in notified.items():
        if wanted != (f'#{name}' in shown):
            yield f'message: {"no block" if wanted else "a block that is never shown,"} {{{{#{name}}}}}'


def _variables(monitor: Monitor) -> Iterator[str]:
    """Only variables that Datadog fills in: those of the type of monitor and of the tags that it notifies by."""
    of_type = OF_METRICS if isinstance(monitor.query, MetricMonitor) else OF_SERVICE_CHECKS
    of_hosts = OF_HOSTS if 'host' in monitor.notified_by else frozenset()
    allowed = of_type | of_hosts | {f'{tag}.name' for tag in monitor.notified_by}
    for where in ('name', 'message'):
        used = {tag['name'] for tag in TAG.finditer(monitor.definition[where]) if not tag['mark']}
        yield from (f'{where}: {{{{{name}}}}} is never filled in' for name in sorted(used - allowed))
