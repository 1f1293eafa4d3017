"""What is wrong with a monitor file: its envelope, its shape, its query, and what it says to whom and when."""

from collections.abc import Iterator, Mapping
from datetime import date

from datadog_api_client.v1.model.monitor import Monitor as MonitorModel

from . import monitor_messages, monitor_options, monitor_thresholds
from .models import violations
from .monitor import READERS, Document, Monitor, read_monitor
from .names import tags_of_service_check, unknown_names, unknown_service_check
from .queries import ServiceCheckMonitor
from .query_tree import InvalidQuery
from .schema import Value

ENVELOPE: Mapping[str, type] = {
    'version': int,
    'created_at': str,
    'last_updated_at': str,
    'title': str,
    'description': str,
    'tags': list,
    'definition': dict,
}
"""The second version: 46 of the 46 monitors of integrations-extras have it."""
DEFINITION = frozenset({'name', 'type', 'query', 'message', 'tags', 'options', 'priority'})
TAG = 'integration:aws-diagnostics'
NAME_PREFIX = '[AWS Diagnostics] '
LONGEST = {'title': 80, 'description': 300}
"""Characters that can be read at a glance in the list of templates."""
RULES = (*monitor_thresholds.RULES, *monitor_options.RULES, *monitor_messages.RULES)


def monitor_complaints(document: Value) -> list[str]:
    """`where: what, and what is allowed`. The shape first: what is misspelt cannot be judged."""
    if wrong := [*_envelope(document)]:
        return wrong
    definition = document['definition']
    if wrong := [*_definition(definition)] or [*_described(definition)]:
        return wrong
    try:
        monitor = read_monitor(definition)
    except InvalidQuery as e:
        return [f'definition.query: {e}']
    unknown = list(_unknown(monitor))
    if unknown:
        return [f'definition.query: {complaint}' for complaint in unknown]
    found = [f'definition.{complaint}' for rule in RULES for complaint in rule(monitor)]
    return [*_words(document), *found]


def _envelope(document: Value) -> Iterator[str]:
    keys = set(document) if isinstance(document, dict) else set()
    for key in sorted(keys ^ set(ENVELOPE)):
        what = 'unknown' if key in keys else 'missing'
        yield f'the key {key!r} is {what}, allowed: {", ".join(ENVELOPE)}'
    for key in sorted(keys & set(ENVELOPE)):
        if type(document[key]) is not ENVELOPE[key]:
            yield f'{key}: {document[key]!r}, allowed: {ENVELOPE[key].__name__}'


def _definition(definition: Document) -> Iterator[str]:
    for key in sorted(set(definition) ^ DEFINITION):
        what = 'unknown' if key in definition else 'missing'
        yield f'definition: the key {key!r} is {what}, allowed: {", ".join(sorted(DEFINITION))}'


def _described(definition: Document) -> Iterator[str]:
    if definition['type'] not in tuple(READERS):
        yield f'definition.type: {definition["type"]!r}, allowed: {", ".join(READERS)}'
    else:
        yield from (f'definition{violation.removeprefix("$")}' for violation in violations(definition, MonitorModel))


def _unknown(monitor: Monitor) -> Iterator[str]:
    for selector in monitor.selectors:
        yield from unknown_names(selector)
    if isinstance(query := monitor.query, ServiceCheckMonitor):
        unknown = list(unknown_service_check(query.check))
        yield from unknown or _unknown_tags(query)


def _unknown_tags(query: ServiceCheckMonitor) -> Iterator[str]:
    allowed = tags_of_service_check(query.check)
    scoped = [text.partition(':')[0] for text in (*query.over, *query.exclude) if text != '*']
    for tag in (*scoped, *query.by):
        if tag not in allowed:
            yield f'{query.check} has no tag {tag!r}, allowed: {", ".join(sorted(allowed))}'


def _words(document: Document) -> Iterator[str]:
    """Of the envelope and the name: what a list of monitors shows."""
    if document['version'] != 2:
        yield f'version: {document["version"]}, allowed: 2'
    yield from _dates(document['created_at'], document['last_updated_at'])
    for key, longest in LONGEST.items():
        if not 0 < len(document[key]) <= longest:
            yield f'{key}: {len(document[key])} characters, allowed: 1 to {longest}'
    if '{{' in document['title']:
        yield 'title: a variable, allowed: the fault in plain words'
    if not document['definition']['name'].startswith(NAME_PREFIX):
        yield f'definition.name: {document["definition"]["name"]!r}, allowed: {NAME_PREFIX!r} at its beginning'
    for where, tags in (('tags', document['tags']), ('definition.tags', document['definition']['tags'])):
        if tags != [TAG]:
            yield f'{where}: {tags}, allowed: {[TAG]}'


def _dates(created: str, updated: str) -> Iterator[str]:
    try:
        if date.fromisoformat(created) > date.fromisoformat(updated):
            yield f'last_updated_at: {updated}, allowed: {created}, when it was created, or later'
    except ValueError:
        yield f'created_at, last_updated_at: {created!r}, {updated!r}, allowed: dates such as 2026-11-22'
