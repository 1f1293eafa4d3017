"""Each notification stands alone: what is wrong, of how many or of whom, the first command, and within the limit."""

import re

import pytest

from tests.asset_lint.mutations import Change, in_message, mutant
from tests.asset_lint.test_monitors import NAMES
from tools.asset_lint.monitor import Monitor, read_monitor
from tools.asset_lint.queries import MetricMonitor

from .replay import monitor

LONGEST = 4000
"""Characters of an event, by the API reference ("The body of the event. Limited to 4000 characters"): each notification
is one. A limit of the message of a monitor itself is not documented."""
STATES = ('alert', 'warning', 'no_data', 'recovery')
LONG = {'check_message': 'x' * 500, 'host.name': 'h' * 255, 'value': '99.99999999999999', 'threshold': '10.0'}
COMMAND = re.compile(r'`[^`]*[a-z-]+ [^`]+`')


def states_of(watching: Monitor) -> list[str]:
    """Those that it can notify of."""
    shown = {
        'warning': 'warning' in watching.thresholds,
        'no_data': watching.notifies_of_no_data,
    }
    return [state for state in STATES if shown.get(state, True)]


def rendered(watching: Monitor, state: str) -> str:
    """The message as it is sent, with the longest values of its variables."""
    text = watching.definition['message']
    for other in STATES:
        kept, dropped = ('#', '^') if other == state else ('^', '#')
        text = re.sub(rf'\{{\{{\{dropped}is_{other}\}}\}}.*?\{{\{{/is_{other}\}}\}}\n*', '', text, flags=re.DOTALL)
        text = re.sub(rf'\{{\{{\{kept}is_{other}\}}\}}(.*?)\{{\{{/is_{other}\}}\}}', r'\1', text, flags=re.DOTALL)
    assert not re.search(r'\{\{[#^/]', text)
    return re.sub(r'\{\{([^{}]+)\}\}', lambda found: LONG.get(found[1], 'a' * 60), text).strip()


CASES = [pytest.param(name, state, id=f'{name}: {state}') for name in NAMES for state in states_of(monitor(name))]


@pytest.mark.parametrize(('name', 'state'), CASES)
def test_a_notification_has_a_text_and_fits(name: str, state: str) -> None:
    text = rendered(monitor(name), state)
    assert len(text) > 60
    assert len(text) <= LONGEST


def says_what_and_how(text: str) -> bool:
    """First what is wrong, and then, in the first step, a command."""
    what, _, steps = text.partition('\n1. ')
    return len(what) > 60 and COMMAND.search(steps.split('\n2. ')[0]) is not None


@pytest.mark.parametrize(('name', 'state'), [case for case in CASES if case.values[1] != 'recovery'])
def test_a_notification_says_what_first_and_then_how_to_begin(name: str, state: str) -> None:
    assert says_what_and_how(rendered(monitor(name), state))


@pytest.mark.parametrize('change', [in_message('\n1. ', '\n- '), in_message('`', "'")], ids=['no steps', 'no commands'])
@pytest.mark.parametrize('name', NAMES)
def test_a_message_with_nothing_to_do_is_noticed(name: str, change: Change) -> None:
    assert not says_what_and_how(rendered(read_monitor(mutant(name, change)['definition']), 'alert'))


@pytest.mark.parametrize('name', NAMES)
def test_an_alert_says_how_many_or_of_whom(name: str) -> None:
    watching = monitor(name)
    alert = re.search(r'\{\{#is_alert\}\}(.*?)\{\{/is_alert\}\}', watching.definition['message'], re.DOTALL)
    assert alert
    about = [f'{{{{{tag}.name}}}}' for tag in watching.notified_by]
    counted = isinstance(watching.query, MetricMonitor) and not watching.notified_by
    assert all(variable in alert[1] or variable in watching.definition['name'] for variable in about)
    assert not counted or '{{value}}' in alert[1]


@pytest.mark.parametrize('name', [name for name in NAMES if not monitor(name).about_accounts])
def test_a_recovery_does_not_say_that_silence_is_health(name: str) -> None:
    """What sends nothing any more recovers too: at once, or after `timeout_h`."""
    watching = monitor(name)
    assert watching.options['on_missing_data' if 'on_missing_data' in watching.options else 'timeout_h']
    text = rendered(watching, 'recovery')
    assert re.search(r'sends nothing any more|that reports?\b|reports? (it )?(any|no) more|gone for a day', text), text
