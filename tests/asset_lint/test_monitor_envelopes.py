"""Mutations of shipped monitors: envelope and shape. Each leads to exactly its own complaint."""

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import GONE, Change, mutant, option, put, replace, threshold

ENVELOPE = 'version, created_at, last_updated_at, title, description, tags, definition'
THRESHOLDS = (
    'critical, critical_query, critical_recovery, critical_recovery_query, ok, unknown, warning, warning_recovery'
)
ENVELOPES: dict[str, tuple[str, Change, list[str]]] = {
    'a key of the first version': (
        'permissions',
        put('recommended_monitor_metadata', {}),
        [f"the key 'recommended_monitor_metadata' is unknown, allowed: {ENVELOPE}"],
    ),
    'no title': ('permissions', put('title', GONE), [f"the key 'title' is missing, allowed: {ENVELOPE}"]),
    'a version as text': ('permissions', put('version', '2'), ["version: '2', allowed: int"]),
    'another version': ('permissions', put('version', 1), ['version: 1, allowed: 2']),
    'a date that is none': (
        'permissions',
        put('created_at', '2026-13-01'),
        ["created_at, last_updated_at: '2026-13-01', '2026-11-22', allowed: dates such as 2026-11-22"],
    ),
    'updated before it was created': (
        'permissions',
        put('last_updated_at', '2026-11-21'),
        ['last_updated_at: 2026-11-21, allowed: 2026-11-22, when it was created, or later'],
    ),
    'a variable in the title': (
        'permissions',
        put('title', 'Permissions are missing in {{aws_account.name}}'),
        ['title: a variable, allowed: the fault in plain words'],
    ),
    'a description as long as a page': (
        'permissions',
        put('description', 'x' * 301),
        ['description: 301 characters, allowed: 1 to 300'],
    ),
    'the tag of another integration': (
        'permissions',
        put('tags', ['integration:aws']),
        ["tags: ['integration:aws'], allowed: ['integration:aws-diagnostics']"],
    ),
    'a name without the name of the product': (
        'permissions',
        replace('definition.name', '[AWS Diagnostics] ', ''),
        [
            "definition.name: 'The AWS integration lacks permissions in account {{aws_account.name}}: "
            "{{diagnosis.name}}', allowed: '[AWS Diagnostics] ' at its beginning"
        ],
    ),
}

SHAPES: dict[str, tuple[str, Change, list[str]]] = {
    'a misspelt key': (
        'token_latency',
        threshold('warnning', 1),
        [f"definition.options.thresholds: unknown key 'warnning', allowed: {THRESHOLDS}"],
    ),
    'a wrong enumeration': (
        'token_latency',
        option('on_missing_data', 'notify'),
        [
            "definition.options.on_missing_data: 'notify', allowed: default, resolve, show_and_notify_no_data, "
            'show_no_data'
        ],
    ),
    'minutes as text': (
        'token_latency',
        option('renotify_interval', '60'),
        ["definition.options.renotify_interval: '60', allowed: an integer or null"],
    ),
    'a type that is not shipped': (
        'token_latency',
        put('definition.type', 'log alert'),
        ["definition.type: 'log alert', allowed: query alert, service check"],
    ),
    'no message': (
        'token_latency',
        put('definition.message', GONE),
        [
            "definition: the key 'message' is missing, allowed: message, name, options, priority, query, tags, type",
        ],
    ),
}


@pytest.mark.parametrize(('name', 'change', 'complaints'), ENVELOPES.values(), ids=ENVELOPES)
def test_a_fault_of_the_envelope_is_named(name: str, change: Change, complaints: list[str]) -> None:
    assert monitor_complaints(mutant(name, change)) == complaints


@pytest.mark.parametrize(('name', 'change', 'complaints'), SHAPES.values(), ids=SHAPES)
def test_a_definition_that_the_model_does_not_describe_is_named(
    name: str, change: Change, complaints: list[str]
) -> None:
    assert monitor_complaints(mutant(name, change)) == complaints
