"""What the models of Datadog's API client do not describe is refused, where the client itself would pass it on."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from datadog_api_client import Configuration
from datadog_api_client.model_utils import validate_and_convert_types
from datadog_api_client.v1.model.dashboard import Dashboard
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
    'a string instead of an integer': (
        lambda m: m['options'].update(renotify_interval='60'),
        ["$.options.renotify_interval: '60', allowed: int, NoneType"],
    ),
    'true instead of an integer': (
        lambda m: m['options'].update(no_data_timeframe=True),
        ['$.options.no_data_timeframe: True, allowed: int, NoneType'],
    ),
    'a list instead of an object': (lambda m: m.update(options=[]), ['$.options: [], allowed: MonitorOptions']),
    'a misspelt key in an object in an object': (
        lambda m: m['options']['thresholds'].update(crit=1),
        ["$.options.thresholds: 'crit' is unknown"],
    ),
    'a value that is not in its enumeration': (
        lambda m: m['options'].update(on_missing_data='resolved'),
        [
            "$.options.on_missing_data: 'resolved', allowed: 'default', 'resolve', 'show_and_notify_no_data', "
            "'show_no_data'",
        ],
    ),
    'a wrong item of a list': (lambda m: m['tags'].append(7), ['$.tags[1]: 7, allowed: str']),
    'a wrong value in a mapping': (
        lambda m: m['options'].update(silenced={'host:a': 'never'}),
        ["$.options.silenced['host:a']: 'never', allowed: int, NoneType"],
    ),
    'a number above its limit': (
        lambda m: m['options'].update(min_failure_duration=7201),
        [
            '$.options.min_failure_duration: Invalid value for `min_failure_duration`, must be a value less than or '
            'equal to `7200`'
        ],
    ),
    'a required key that is missing': (lambda m: m.pop('query'), ["$: 'query' is missing"]),
    'two faults': (
        lambda m: m.update(priority='3', name=None),
        ['$.name: None, allowed: str', "$.priority: '3', allowed: int, NoneType"],
    ),
}
QUERY: Document = {'data_source': 'metrics', 'name': 'hosts', 'query': 'sum:aws_diagnostics.imds.ok{*} by {host}'}
TIMESERIES: Document = {
    'type': 'timeseries',
    'title': 'Hosts',
    'time': {'live_span': '4h'},
    'requests': [
        {
            'response_format': 'timeseries',
            'display_type': 'line',
            'queries': [QUERY],
            'formulas': [{'formula': 'hosts'}],
        }
    ],
}
DASHBOARD: Document = {
    'title': 'Hosts',
    'layout_type': 'ordered',
    'widgets': [
        {
            'definition': {
                'type': 'group',
                'title': 'Overview',
                'layout_type': 'ordered',
                'widgets': [
                    {'definition': TIMESERIES, 'layout': {'x': 0, 'y': 0, 'width': 6, 'height': 2}},
                    {'definition': {'type': 'note', 'content': 'Hosts by state'}},
                ],
            }
        }
    ],
}
WIDGET = '$.widgets[0].definition.widgets[0]'
REQUEST = f'{WIDGET}.definition.requests[0]'


def definition(dashboard: Document) -> Any:
    return dashboard['widgets'][0]['definition']['widgets'][0]['definition']


def request(dashboard: Document) -> Any:
    return definition(dashboard)['requests'][0]


DASHBOARDS: dict[str, tuple[Mutation, list[str]]] = {
    'a misspelt key in a widget in a group': (
        lambda d: request(d).update(displaytype='line'),
        [f"{REQUEST}: 'displaytype' is unknown"],
    ),
    'an enumeration in a widget in a group': (
        lambda d: request(d).update(display_type='lines'),
        [f"{REQUEST}.display_type: 'lines', allowed: 'area', 'bars', 'line', 'overlay'"],
    ),
    'a widget as wide as a string': (
        lambda d: d['widgets'][0]['definition']['widgets'][0]['layout'].update(width='6'),
        [f"{WIDGET}.layout.width: '6', allowed: int"],
    ),
    'a widget without what it must have': (
        lambda d: definition(d).pop('requests'),
        [f"{WIDGET}.definition: 'requests' is missing"],
    ),
    'a widget with the requests of another kind': (
        lambda d: definition(d).update(type='toplist'),
        [f"{REQUEST}: 'display_type' is unknown"],
    ),
    'a query of the right kind with a misspelt key': (
        lambda d: request(d)['queries'][0].update(aggregate='avg'),
        [f"{REQUEST}.queries[0]: 'aggregate' is unknown"],
    ),
    'a query of no kind': (
        lambda d: request(d)['queries'][0].pop('data_source'),
        [f"{REQUEST}.queries[0]: 'data_source' is missing"],
    ),
}


def test_what_the_models_describe_is_accepted() -> None:
    assert (violations(MONITOR, Monitor), violations(DASHBOARD, Dashboard)) == ([], [])


@pytest.mark.parametrize(('mutate', 'expected'), MONITORS.values(), ids=MONITORS)
def test_a_fault_in_a_monitor_is_named_with_its_place(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(MONITOR))
    assert violations(mutant, Monitor) == expected


@pytest.mark.parametrize(('mutate', 'expected'), DASHBOARDS.values(), ids=DASHBOARDS)
def test_a_fault_deep_in_a_dashboard_is_named_with_its_place(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(DASHBOARD))
    assert violations(mutant, Dashboard) == expected


@pytest.mark.parametrize(
    ('mutate', 'beginning'),
    [
        pytest.param(
            lambda d: definition(d).update(type='timeserie'),
            f"{WIDGET}.definition.type: 'timeserie', allowed: 'timeseries'",
            id='kind of widget',
        ),
        pytest.param(
            lambda d: definition(d)['time'].update(live_span='5h'), f'{WIDGET}.definition.time', id='time span'
        ),
        pytest.param(lambda d: d.update(layout_type='orderd'), '$.layout_type: ', id='layout'),
    ],
)
def test_a_value_that_does_not_exist_is_named(mutate: Mutation, beginning: str) -> None:
    mutate(mutant := copy.deepcopy(DASHBOARD))
    (complaint,) = violations(mutant, Dashboard)
    assert complaint.startswith(beginning)


def test_the_client_itself_refuses_none_of_them() -> None:
    """Why the models are read here, and not only called."""
    for mutate, _ in DASHBOARDS.values():
        mutate(mutant := copy.deepcopy(DASHBOARD))
        assert isinstance(validate_and_convert_types(mutant, (Dashboard,), [], True, True, Configuration()), Dashboard)
