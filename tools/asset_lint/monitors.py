"""What is wrong with a monitor file: its shape, the names in its query, its thresholds, and when it notifies."""

from collections.abc import Iterator

from datadog_api_client.v1.model.monitor import Monitor as MonitorModel

from .messages import message_complaints
from .models import violations, violations_of_schema
from .monitor import READERS, Document, Monitor, read_monitor
from .names import unknown_names, unknown_service_check
from .queries import InvalidQuery, MetricMonitor, ServiceCheckMonitor

LONGEST = {'m': 10080, 'h': 168, 'd': 1, 'w': 1}
LONGEST_OF_CHANGE = {'m': 2880, 'h': 48, 'd': 2, 'w': 0}
SHIFTS = ('5m', '10m', '15m', '30m', '1h', '2h', '4h', '1d')
MOST_RUNS = 100
"""What Datadog's API reference allows: windows, windows of a change, how far back a change looks, and .last()."""
LEAST_NEW_GROUP_DELAY = 600
"""Seconds that a host may take to boot."""


def _object(required: tuple[str, ...], **properties: object) -> Document:
    return {'type': 'object', 'required': list(required), 'properties': properties}


TAGS = {'const': ['integration:aws-diagnostics']}
DATE = {'type': 'string', 'format': 'date'}
DEFINITION = _object(
    ('name', 'type', 'query', 'message', 'tags', 'options', 'priority'),
    name={'type': 'string', 'pattern': r'^\[AWS Diagnostics\] '},
    type={'enum': list(READERS)},
    query={'type': 'string'},
    message={'type': 'string'},
    tags=TAGS,
    priority={'type': 'integer', 'minimum': 1, 'maximum': 5},
)
OPTIONS = {
    'query alert': {
        'propertyNames': {'not': {'enum': ['notify_no_data', 'no_data_timeframe']}},
        **_object(
            ('on_missing_data', 'require_full_window', 'thresholds'),
            # Samples are minutes apart, so a window is never full.
            require_full_window={'const': False},
            thresholds={
                **_object(('critical',), critical={'type': 'number'}),
                'propertyNames': {'enum': ['critical', 'warning']},
            },
        ),
    },
    'service check': {
        'propertyNames': {'not': {'enum': ['on_missing_data']}},
        **_object(
            ('notify_no_data', 'thresholds'),
            # A status without a threshold counts as one run. UNKNOWN never notifies.
            thresholds={
                **_object(('critical', 'warning', 'ok')),
                'propertyNames': {'enum': ['critical', 'warning', 'ok']},
            },
        ),
    },
}
"""What missing data mean is `on_missing_data` in a metric monitor and `notify_no_data` in one of a service check."""
FILE = {
    **_object(
        ('version', 'created_at', 'last_updated_at', 'title', 'description', 'tags', 'definition'),
        version={'const': 2},
        created_at=DATE,
        last_updated_at=DATE,
        title={'type': 'string', 'minLength': 1, 'maxLength': 80, 'pattern': r'^[^{}]*$'},
        description={'type': 'string', 'minLength': 1, 'maxLength': 300},
        tags=TAGS,
        definition={
            **DEFINITION,
            'allOf': [
                {'if': _object(('type',), type={'const': type_}), 'then': _object((), options=options)}
                for type_, options in OPTIONS.items()
            ],
        },
    ),
    'additionalProperties': False,
}
"""Version 2 of the files in which Datadog's integrations ship monitors."""


def monitor_complaints(document: object) -> list[str]:
    """`where: what`. The shape first: what is misspelt cannot be judged."""
    if wrong := violations_of_schema(document, FILE):
        return wrong
    assert isinstance(document, dict)
    if wrong := violations(document['definition'], MonitorModel):
        return [complaint.replace('$', '$.definition', 1) for complaint in wrong]
    try:
        monitor = read_monitor(document['definition'])
    except InvalidQuery as e:
        return [f'query: {e}']
    if unknown := [*_unknown(monitor)]:
        return [f'query: {complaint}' for complaint in unknown]
    return [complaint for rule in (*RULES, message_complaints) for complaint in rule(monitor)]


def _unknown(monitor: Monitor) -> Iterator[str]:
    for selector in monitor.selectors:
        yield from unknown_names(selector)
    if isinstance(query := monitor.query, ServiceCheckMonitor):
        scoped = [text.partition(':')[0] for text in (*query.over, *query.exclude) if text != '*']
        yield from unknown_service_check(query.check, (*scoped, *query.by))


def thresholds_of_metrics(monitor: Monitor) -> Iterator[str]:
    """The number is in the query and in the thresholds; a warning comes before the alert."""
    query, thresholds = monitor.query, monitor.thresholds
    if not isinstance(query, MetricMonitor):
        return
    if thresholds['critical'] != query.threshold:
        yield f'thresholds.critical: {thresholds["critical"]}, but the query has {query.threshold:g}'
    warning = thresholds.get('warning')
    if warning is not None and not (
        warning < query.threshold if '>' in query.comparator else warning > query.threshold
    ):
        yield f'thresholds.warning: {warning} is not reached before {query.comparator} {query.threshold:g}'


def thresholds_of_service_checks(monitor: Monitor) -> Iterator[str]:
    """Runs that are counted fit into those that are looked at; shares are percentages."""
    query, thresholds = monitor.query, monitor.thresholds
    if not isinstance(query, ServiceCheckMonitor):
        return
    of_runs = query.count == 'count_by_status'
    least, most = (1, min(query.last, MOST_RUNS)) if of_runs else (0, 100)
    for name, value in thresholds.items():
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
    elif query.minutes < least:
        yield f'query: {query.window} is less than two runs of the check, {least} minutes'
    if query.shift and query.shift.removeprefix('last_').removesuffix('_ago') not in SHIFTS:
        yield f'query: {query.shift} is none of {", ".join(SHIFTS)}'


def hosts_come_and_go(monitor: Monitor) -> Iterator[str]:
    """A host that boots is no fault yet, and one that was terminated is none any more."""
    delay, hours = monitor.options.get('new_group_delay') or 0, monitor.options.get('timeout_h') or 0
    if not monitor.about_accounts and delay < LEAST_NEW_GROUP_DELAY:
        yield f'options.new_group_delay: {delay} seconds, but a host may take {LEAST_NEW_GROUP_DELAY} to boot'
    if not monitor.about_accounts and not 1 <= hours <= 24:
        yield f'options.timeout_h: {hours}, so alerts about terminated hosts never resolve'


def notify_by(monitor: Monitor) -> Iterator[str]:
    for tag in sorted(set(monitor.options.get('notify_by') or ()) - {'*', *monitor.by}):
        yield f'options.notify_by: the query is not grouped by {tag!r}'


RULES = (thresholds_of_metrics, thresholds_of_service_checks, windows, hosts_come_and_go, notify_by)
