"""The strict reading of the client's model of a dashboard: faults in widgets in groups."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from datadog_api_client import Configuration
from datadog_api_client.model_utils import validate_and_convert_types
from datadog_api_client.v1.model.dashboard import Dashboard

from tools.asset_lint.models import violations

Document = dict[str, Any]
Mutation = Callable[[Document], object]

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
        [
            f"{REQUEST}: unknown key 'displaytype', allowed: apm_query, audit_query, display_type, event_query, "
            'formulas, log_query, metadata, network_query, on_right_yaxis, process_query, profile_metrics_query, '
            'q, queries, response_format, rum_query, security_query, style'
        ],
    ),
    'an enumeration in a widget in a group': (
        lambda d: request(d).update(display_type='lines'),
        [f"{REQUEST}.display_type: 'lines', allowed: area, bars, line, overlay"],
    ),
    'an unknown kind of layout': (
        lambda d: d.update(layout_type='orderd'),
        ["$.layout_type: 'orderd', allowed: free, ordered"],
    ),
    'a widget as wide as a string': (
        lambda d: d['widgets'][0]['definition']['widgets'][0]['layout'].update(width='6'),
        [f"{WIDGET}.layout.width: '6', allowed: an integer"],
    ),
    'a widget without what it must have': (
        lambda d: definition(d).pop('requests'),
        [f"{WIDGET}.definition: the key 'requests' is missing"],
    ),
    'a kind of widget that does not exist': (
        lambda d: definition(d).update(type='timeserie'),
        [
            f"{WIDGET}.definition.type: 'timeserie', allowed: alert_graph, alert_value, bar_chart, change, "
            'check_status, cohort, distribution, embedded_app, event_stream, event_timeline, free_text, funnel, '
            'geomap, group, heatgrid, heatmap, hostmap, iframe, image, list_stream, log_stream, manage_status, note, '
            'point_plot, powerpack, query_table, query_value, retention_curve, run_workflow, sankey, scatterplot, '
            'servicemap, slo, slo_list, split_group, sunburst, timeseries, toplist, topology_map, trace_service, '
            'treemap, wildcard'
        ],
    ),
    'a widget with the requests of another kind': (
        lambda d: definition(d).update(type='toplist'),
        [
            f"{REQUEST}: unknown key 'display_type', allowed: apm_query, audit_query, conditional_formats, "
            'event_query, formulas, log_query, network_query, process_query, profile_metrics_query, q, queries, '
            'response_format, rum_query, security_query, sort, style'
        ],
    ),
    'a query of the right kind with a misspelt key': (
        lambda d: request(d)['queries'][0].update(aggregate='avg'),
        [
            f"{REQUEST}.queries[0]: unknown key 'aggregate', allowed: aggregator, cross_org_uuids, data_source, "
            'name, query, semantic_mode'
        ],
    ),
    'a query of no kind': (
        lambda d: request(d)['queries'][0].pop('data_source'),
        [f"{REQUEST}.queries[0]: the key 'data_source' is missing"],
    ),
    'a life span that is none': (
        lambda d: definition(d)['time'].update(live_span='5h'),
        [
            f"{WIDGET}.definition.time.live_span: '5h', allowed: 10m, 15m, 1d, 1h, 1m, 1mo, 1w, 1y, 2d, 30m, 3mo, 4h, "
            '5m, 6mo, alert, month_to_date, week_to_date'
        ],
    ),
}


def test_what_the_model_describes_is_accepted() -> None:
    assert violations(DASHBOARD, Dashboard) == []


@pytest.mark.parametrize(('mutate', 'expected'), DASHBOARDS.values(), ids=DASHBOARDS)
def test_a_fault_deep_in_a_dashboard_is_named_with_its_place(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(DASHBOARD))
    assert violations(mutant, Dashboard) == expected


def test_the_client_alone_says_nothing_about_most_of_them() -> None:
    """Why the models are read here, and not only called."""
    silent = []
    for situation, (mutate, _) in DASHBOARDS.items():
        mutate(mutant := copy.deepcopy(DASHBOARD))
        parsed = validate_and_convert_types(mutant, (Dashboard,), [], True, True, Configuration())
        assert isinstance(parsed, Dashboard)
        silent.append(situation)
    assert silent == list(DASHBOARDS)
