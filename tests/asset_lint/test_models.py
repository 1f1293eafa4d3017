"""The strict reading of datadog-api-client's models, where the client itself reads on."""

import copy
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from datadog_api_client.model_utils import ModelComposed, ModelNormal
from datadog_api_client.v1.model.monitor import Monitor

from tools.asset_lint.models import violations

Document = dict[str, Any]
Mutation = Callable[[Document], object]

MONITOR: Document = {
    'name': 'IMDSv2 cannot be used',
    'type': 'service check',
    'query': '"aws_diagnostics.imds".over("*").by("host").last(4).count_by_status()',
    'message': 'It cannot.',
    'tags': ['integration:aws-diagnostics'],
    'options': {
        'thresholds': {'critical': 3, 'ok': 2},
        'notify_by': ['*'],
        'silenced': {'*': None},
        'renotify_interval': None,
        'variables': [
            {'data_source': 'metrics', 'name': 'a', 'query': 'avg:aws_diagnostics.imds.ok{*}'},
        ],
    },
    'priority': 3,
}
MONITORS: dict[str, tuple[Mutation, list[str]]] = {
    'a string where an integer belongs': (
        lambda m: m['options'].update(renotify_interval='60'),
        ["$.options.renotify_interval: '60', allowed: an integer or null"],
    ),
    'true where an integer belongs': (
        lambda m: m['options'].update(no_data_timeframe=True),
        ['$.options.no_data_timeframe: True, allowed: an integer or null'],
    ),
    'a list where an object belongs': (
        lambda m: m.update(options=[]),
        ['$.options: a list, allowed: an object'],
    ),
    'a misspelt key in an object in an object': (
        lambda m: m['options']['thresholds'].update(crit=1),
        [
            "$.options.thresholds: unknown key 'crit', allowed: critical, critical_query, critical_recovery, "
            'critical_recovery_query, ok, unknown, warning, warning_recovery'
        ],
    ),
    'a value outside of an enumeration': (
        lambda m: m['options'].update(on_missing_data='resolved'),
        [
            "$.options.on_missing_data: 'resolved', allowed: default, resolve, show_and_notify_no_data, show_no_data",
        ],
    ),
    'a wrong item of a list': (lambda m: m['tags'].append(7), ['$.tags[1]: 7, allowed: a string']),
    'a wrong value in a mapping': (
        lambda m: m['options'].update(silenced={'host:a': 'never'}),
        ["$.options.silenced.host:a: 'never', allowed: an integer or null"],
    ),
    'a number above its limit': (
        lambda m: m['options'].update(min_failure_duration=7201),
        ['$.options.min_failure_duration: 7201, allowed: at most 7200'],
    ),
    'a required key that is missing': (lambda m: m.pop('query'), ["$: the key 'query' is missing"]),
    'two faults': (
        lambda m: m.update(priority='3', name=None),
        ['$.name: null, allowed: a string', "$.priority: '3', allowed: an integer or null"],
    ),
}


def test_what_the_model_describes_is_accepted() -> None:
    assert violations(MONITOR, Monitor) == []


@pytest.mark.parametrize(('mutate', 'expected'), MONITORS.values(), ids=MONITORS)
def test_a_fault_in_a_monitor_is_named_with_its_place(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(MONITOR))
    assert violations(mutant, Monitor) == expected


class Cat(ModelNormal):
    openapi_types = MappingProxyType({'name': (str,)})
    attribute_map = MappingProxyType({'name': 'name'})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kwargs)


class Dog(Cat): ...


class Pet(ModelComposed):
    _composed_schemas = MappingProxyType({'oneOf': [Cat, Dog]})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kwargs)


class Owner(ModelNormal):
    openapi_types = MappingProxyType({'pet': (Pet,)})
    attribute_map = MappingProxyType({'pet': 'pet'})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kwargs)


def test_the_client_has_the_last_word() -> None:
    """It refuses what two kinds describe alike."""
    assert violations({'pet': {'name': 'Felix'}}, Owner) == [
        '$.pet: the client cannot tell which of several kinds this is'
    ]
