"""A dashboard on which something lies in the wrong place."""

import copy

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, group, moved, widget
from tools.asset_lint.dashboards import broken_rules

CASES: dict[str, tuple[Mutation, list[str]]] = {
    'one widget on another': (
        moved('Instances by state', width=9),
        [
            'From IMDSv1 to IMDSv2 / Instances by state: overlaps From IMDSv1 to IMDSv2 / IMDSv2 required',
            'From IMDSv1 to IMDSv2 / Instances by state: overlaps From IMDSv1 to IMDSv2 / Ready to be switched',
        ],
    ),
    'a hole between two widgets': (
        moved('Duration of a run', height=2),
        ['Cost of the check: row 2 is empty in the columns 0, 1, 2, 3'],
    ),
    'a group that is too low for its widgets': (
        moved('Hosts with the most failed findings', height=7),
        ['Worst hosts: 7 rows high, and its widgets and its title take 8'],
    ),
    'a widget beyond the last column': (
        moved('Not reporting', x=11),
        ['Overview / Not reporting: beyond the grid of 12 columns'],
    ),
    'a graph that is too narrow to be read': (
        lambda d: (moved('Duration of a run', width=3)(d), moved('Requests to IMDS', x=3, width=5)(d)),
        ['Cost of the check / Duration of a run: 3 columns wide, and a timeseries takes at least 4'],
    ),
    'a stream that is too narrow to be read': (
        lambda d: (moved('Changes of name', width=7)(d), moved('Latest changes of name', x=7, width=5)(d)),
        ['Names that changed / Latest changes of name: 5 columns wide, and a list_stream takes at least 6'],
    ),
    'a group that leaves columns free': (
        lambda d: group(d, 'About')['layout'].update(width=11),
        [
            *(f'the dashboard: row {row} is empty in the columns 11' for row in range(7)),
            'About: 11 columns wide, and a group takes all 12',
        ],
    ),
    'a gap between two groups': (
        lambda d: group(d, 'Cost of the check')['layout'].update(y=66),
        ['the dashboard: row 65 is empty in the columns 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11'],
    ),
    'a widget without a place': (
        lambda d: widget(d, 'Hop limit too low').pop('layout'),
        ['Overview: Hop limit too low has no layout'],
    ),
}


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_a_widget_in_the_wrong_place_is_named(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert broken_rules(mutant) == expected
