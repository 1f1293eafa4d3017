"""What the message of a monitor must hold for somebody who has just been woken, and what it must not."""

import re
from collections.abc import Iterator

from .commands import wrong_commands
from .links import wrong_links
from .monitor import Monitor
from .names import FOREIGN_METRICS, metrics
from .queries import MetricMonitor, ServiceCheckMonitor

TAG = re.compile(r'\{\{(?P<mark>[#^/]?)(?P<name>[^{}]+)\}\}')
CONDITIONS = ('is_alert', 'is_warning', 'is_no_data', 'is_recovery')
OF_METRICS = frozenset({'value', 'threshold', 'warn_threshold', 'comparator'})
OF_SERVICE_CHECKS = frozenset({'check_message'})
OF_HOSTS = frozenset({'host.ip', 'host.metadata_agent_version', 'host.metadata_platform'})
STEP = re.compile(r'^(\d+)\. (.+)$', re.MULTILINE)
METRIC = re.compile(r'`(aws(?:_diagnostics|\.\w+)\.[\w.]+)`')
LEAST_STEPS = 3


def handles(monitor: Monitor) -> Iterator[str]:
    """Who is notified is for the operator to say."""
    for name in ('name', 'message'):
        if found := re.search(r'@\S*', monitor.definition[name]):
            yield f'{name}: {found[0]!r}, allowed: no @-handles'


def balanced(monitor: Monitor) -> Iterator[str]:
    """Every block is closed before another one is opened: no state is shown inside of another."""
    opened = ''
    for tag in TAG.finditer(monitor.definition['message']):
        mark, name = tag['mark'], tag['name']
        if (mark and (mark == '/') != bool(opened)) or (mark == '/' and name != opened):
            wanted = f'{{{{/{opened}}}}}' if opened else 'the beginning of a block'
            yield f'message: {tag[0]}, allowed here: {wanted}'
            return
        opened = name if mark in ('#', '^') else '' if mark == '/' else opened
    if opened:
        yield f'message: {opened} is not closed, allowed: {{{{/{opened}}}}} after it'


def conditions(monitor: Monitor) -> Iterator[str]:
    for name in sorted({tag['name'] for tag in TAG.finditer(monitor.definition['message']) if tag['mark']}):
        if name not in CONDITIONS:
            yield f'message: unknown condition {name}, allowed: {", ".join(CONDITIONS)}'


def blocks(monitor: Monitor) -> Iterator[str]:
    """A block for each state that is notified, and for no other."""
    notified = {'is_alert': True, 'is_recovery': True, 'is_warning': 'warning' in monitor.thresholds}
    notified['is_no_data'] = monitor.notifies_of_no_data
    shown = {tag['name'] for tag in TAG.finditer(monitor.definition['message']) if tag['mark'] == '#'}
    for name in CONDITIONS:
        if notified[name] and name not in shown:
            yield f'message: no block {{{{#{name}}}}}, allowed: one for each state that is notified'
        if name in shown and not notified[name]:
            yield f'message: the block {{{{#{name}}}}} is never shown, allowed: one for each state that is notified'


def variables(monitor: Monitor) -> Iterator[str]:
    """Only variables that Datadog fills in: those of the type of the monitor and of the tags that it notifies by."""
    of_type = OF_METRICS if isinstance(monitor.query, MetricMonitor) else OF_SERVICE_CHECKS
    of_groups = {f'{tag}.name' for tag in monitor.notified_by}
    allowed = of_type | of_groups | (OF_HOSTS if 'host' in monitor.notified_by else frozenset())
    for where in ('name', 'message'):
        used = {tag['name'] for tag in TAG.finditer(monitor.definition[where]) if not tag['mark']}
        for name in sorted(used - allowed):
            yield f'{where}: {{{{{name}}}}} is never filled in, allowed: {", ".join(sorted(allowed))}'


def check_message(monitor: Monitor) -> Iterator[str]:
    """What the service check says is the evidence."""
    of_service_check = isinstance(monitor.query, ServiceCheckMonitor)
    if of_service_check and '{{check_message}}' not in monitor.definition['message']:
        yield 'message: no {{check_message}}, allowed: a message that shows what the service check says'


def steps(monitor: Monitor) -> Iterator[str]:
    """Numbered from 1, some with a command that can be pasted."""
    found = STEP.findall(monitor.definition['message'])
    numbers = [int(number) for number, _ in found]
    if numbers != list(range(1, max(len(numbers), LEAST_STEPS) + 1)):
        yield f'message: steps {numbers}, allowed: at least {LEAST_STEPS}, numbered from 1'
    if not any('`' in text for _, text in found):
        yield 'message: no step has a command, allowed: commands in backticks'


def metrics_that_are_named(monitor: Monitor) -> Iterator[str]:
    for name in METRIC.findall(monitor.definition['message']):
        if name not in metrics() | FOREIGN_METRICS.keys():
            yield f'message: unknown metric {name!r}, allowed: those of metadata.csv'


def links(monitor: Monitor) -> Iterator[str]:
    yield from (f'message: {complaint}' for complaint in wrong_links(monitor.definition['message']))


def commands(monitor: Monitor) -> Iterator[str]:
    yield from (f'message: {complaint}' for complaint in wrong_commands(monitor.definition['message']))


def ascii_only(monitor: Monitor) -> Iterator[str]:
    for character in sorted(set(monitor.definition['message'])):
        if not character.isascii():
            yield f'message: {character!r}, allowed: ASCII'


RULES = (
    handles,
    balanced,
    conditions,
    blocks,
    variables,
    check_message,
    steps,
    metrics_that_are_named,
    links,
    commands,
    ascii_only,
)
