"""A dashboard that breaks a rule of the house."""

import copy

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, definition, group, note, renamed, request, widget
from tools.asset_lint.dashboards import broken_rules

LOW = 'Overview / Hop limit too low'
CASES: dict[str, tuple[Mutation, list[str]]] = {
    'a hyphen in a title': (
        renamed('Hop limit too low', 'Hop-limit too low'),
        ['Overview / Hop-limit too low: a hyphen in the title'],
    ),
    'a unit in a title': (
        renamed('Duration of a run', 'Duration of a run (seconds)'),
        ["Cost of the check / Duration of a run (seconds): the unit 'seconds' in the title"],
    ),
    'a title in title case': (
        renamed('Hop limit too low', 'Hop Limit Too Low'),
        ['Overview / Hop Limit Too Low: the title is not in sentence case'],
    ),
    'a title that begins with a small letter': (
        renamed('Hop limit too low', 'hop limit too low'),
        ['Overview / hop limit too low: the title is not in sentence case'],
    ),
    'no title': (renamed('Hop limit too low', ''), ['Overview / query_value 4: no title']),
    'two widgets with one title': (
        renamed('Hop limit too low', 'IMDSv1 answers'),
        ['Overview / IMDSv1 answers: 2 widgets are called that'],
    ),
    'no description': (
        lambda d: definition(d, 'Hop limit too low').pop('description'),
        [f'{LOW}: no description that says what it shows'],
    ),
    'a number without its history': (
        lambda d: definition(d, 'Hop limit too low').pop('timeseries_background'),
        [f'{LOW}: no timeseries_background'],
    ),
    'a colour that means nothing': (
        lambda d: request(d, 'Hop limit too low')['conditional_formats'][0].update(palette='blue'),
        [f"{LOW}: the palette 'blue', allowed: black_on_light_green, black_on_light_red, black_on_light_yellow"],
    ),
    'a group without a colour': (
        lambda d: group(d, 'Overview')['definition'].pop('background_color'),
        ['Overview: no background_color'],
    ),
    'no group called Overview': (
        lambda d: group(d, 'Overview')['definition'].update(title='Summary'),
        ['the dashboard: its first groups are not About and Overview'],
    ),
    'an overview without monitors': (
        lambda d: group(d, 'Overview')['definition']['widgets'].remove(widget(d, 'Monitors')),
        [
            *(f'Overview: row {row} is empty in the columns 6, 7, 8, 9, 10, 11' for row in range(2, 6)),
            'Overview: no manage_status',
        ],
    ),
    'other monitors': (
        lambda d: definition(d, 'Monitors').update(query='tag:integration:aws'),
        [
            "Overview / Monitors: the query is 'tag:integration:aws', and the monitors have "
            "'tag:integration:aws-diagnostics'"
        ],
    ),
    'a note that points to a widget of old': (
        renamed('Would lose their name', 'Would be renamed'),
        ["About / note 2: it points to 'Would lose their name', and no widget is called that"],
    ),
    'a note with a command that its program refuses': (
        lambda d: note(d, 'About', 1).update(content='`aws-diagnostics fleet --file fleet.csv`'),
        [
            "About / note 2: `aws-diagnostics fleet --file fleet.csv`: unknown option '--file', allowed: --config, "
            '--csv, --no-color'
        ],
    ),
    'another title': (
        lambda d: d.update(title='Fleet'),
        ["the dashboard: the title 'Fleet' does not begin with 'AWS Diagnostics: '"],
    ),
    'a dashboard that says nothing of itself': (
        lambda d: d.update(description=''),
        ['the dashboard: no description'],
    ),
    'a layout that depends on the screen': (
        lambda d: d.update(reflow_type='auto'),
        ['the dashboard: its layout is not ordered with a fixed reflow'],
    ),
}


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_what_breaks_a_rule_of_the_house_is_named(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert broken_rules(mutant) == expected
