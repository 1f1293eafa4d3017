"""The dashboards that are shipped are right in every way that can be told without Datadog."""

import copy
import re

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, definition, note, request, widget
from tools.asset_lint.dashboards import broken_rules, complaints
from tools.asset_lint.widgets import Document
from tools.pictures import ROOT

PLACE = '$.widgets[1].definition.widgets[6].definition'
GRAPH = '$.widgets[2].definition.widgets[1].definition.requests[0]'
CASES: dict[str, tuple[Mutation, list[str]]] = {
    'a misspelt key': (
        lambda d: definition(d, 'IMDS').update(grouped_by=['host']),
        [
            f"{PLACE}: unknown key 'grouped_by', allowed: check, description, group, group_by, grouping, tags, time, "
            'title, title_align, title_size, type'
        ],
    ),
    'a way to draw that does not exist': (
        lambda d: request(d, 'Instances by state').update(display_type='stack'),
        [f"{GRAPH}.display_type: 'stack', allowed: area, bars, line, overlay"],
    ),
    'a number as a string': (
        lambda d: widget(d, 'IMDS')['layout'].update(x='0'),
        ["$.widgets[1].definition.widgets[6].layout.x: '0', allowed: an integer"],
    ),
    'a rule of the house': (
        lambda d: definition(d, 'IMDS').update(title='The Metadata Service'),
        ['Overview / The Metadata Service: the title is not in sentence case'],
    ),
}


def test_the_two_dashboards_are_there() -> None:
    assert {name: dashboard['title'] for name, dashboard in SHIPPED.items()} == {
        'fleet': 'AWS Diagnostics: fleet',
        'integration': 'AWS Diagnostics: integration',
    }


@pytest.mark.parametrize('dashboard', SHIPPED.values(), ids=SHIPPED)
def test_nothing_is_wrong_with_a_dashboard_that_is_shipped(dashboard: Document) -> None:
    assert complaints(dashboard) == []


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_what_the_models_of_the_client_do_not_describe_is_named_and_so_is_a_broken_rule(
    mutate: Mutation, expected: list[str]
) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert complaints(mutant) == expected


def test_a_bare_widget_lacks_everything_that_a_dashboard_of_the_house_has() -> None:
    note = {'definition': {'type': 'note', 'content': 'Hosts'}, 'layout': {'x': 0, 'y': 0, 'width': 12, 'height': 1}}
    assert broken_rules({'title': 'Hosts', 'layout_type': 'ordered', 'widgets': [note]}) == [
        'note 1: a note outside of a group',
        "the dashboard: the title 'Hosts' does not begin with 'AWS Diagnostics: '",
        'the dashboard: no description',
        'the dashboard: its layout is not ordered with a fixed reflow',
        'the dashboard: its first groups are not About and Overview',
        'the dashboard: no template variable scope for any tag, which is one without a prefix',
    ]


def test_the_steps_to_imdsv2_are_those_of_the_document() -> None:
    document = (ROOT / 'docs' / 'imdsv2-transition.md').read_text(encoding='utf-8')
    steps = re.findall(r'^(\d)\. \*\*(.+?)\.?\*\*', note(SHIPPED['fleet'], 'About', 1)['content'], re.MULTILINE)
    assert steps == re.findall(r'^## Step (\d): (.+)$', document, re.MULTILINE)
    assert len(steps) == 6
