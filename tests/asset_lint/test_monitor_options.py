"""Mutations of the options of shipped monitors: what would notify too early, too often, or never."""

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import GONE, Change, in_query, mutant, option, put

OPTIONS: dict[str, tuple[str, Change, list[str]]] = {
    'a priority that does not exist': (
        'token_latency',
        put('definition.priority', 6),
        ['definition.priority: 6, allowed: 1 to 5'],
    ),
    'a window longer than there are': (
        'token_latency',
        in_query('last_30m', 'last_200h'),
        ['definition.query: last_200h, allowed: up to 10080m, up to 168h, up to 1d, up to 1w'],
    ),
    'a window of a change longer than there are': (
        'imdsv1_back_on',
        in_query('last_1h', 'last_1w'),
        ['definition.query: last_1w, allowed: up to 2880m, up to 48h, up to 2d'],
    ),
    'a window that holds one run of a host': (
        'token_latency',
        in_query('last_30m', 'last_9m'),
        ['definition.query: last_9m, allowed: at least 10 minutes, two runs of the check'],
    ),
    'a window that holds one run of an account': (
        'instances_misnamed',
        in_query('last_2h', 'last_1h'),
        ['definition.query: last_1h, allowed: at least 120 minutes, two runs of the check'],
    ),
    'a comparison with a time that the API does not offer': (
        'imdsv1_back_on',
        in_query(',last_1d', ',last_3h'),
        ['definition.query: last_3h, allowed: 5m, 10m, 15m, 30m, 1h, 2h, 4h, 1d'],
    ),
    'missing data of a service check as of a metric': (
        'integration_role',
        option('on_missing_data', 'default'),
        ["definition.options: 'on_missing_data', allowed in a service check monitor: notify_no_data"],
    ),
    'missing data of a metric as of a service check': (
        'token_latency',
        option('no_data_timeframe', 60),
        ["definition.options: 'no_data_timeframe', allowed in a metric monitor: on_missing_data"],
    ),
    'nothing said about missing data of a metric': (
        'token_latency',
        option('on_missing_data', GONE),
        ["definition.options: 'on_missing_data' is missing, allowed: a word on what missing data mean"],
    ),
    'nothing said about missing data of a service check': (
        'imdsv2_unusable',
        option('notify_no_data', GONE),
        ["definition.options: 'notify_no_data' is missing, allowed: true or false"],
    ),
    'an alarm about silence between two runs': (
        'integration_role',
        option('no_data_timeframe', 90),
        ['definition.options.no_data_timeframe: 90, allowed: at least 120 minutes, two runs of the check'],
    ),
    'an alarm about hosts that boot': (
        'hop_limit_too_low',
        option('new_group_delay', 60),
        ['definition.options.new_group_delay: 60, allowed: at least 600 seconds, as hosts boot'],
    ),
    'an alarm that outlives its host': (
        'hop_limit_too_low',
        option('timeout_h', 0),
        ['definition.options.timeout_h: 0, allowed: 1 to 24 hours, as hosts end'],
    ),
    'a window that has to be full': (
        'hop_limit_too_low',
        option('require_full_window', True),
        ['definition.options.require_full_window: true, allowed: false, as samples are minutes apart'],
    ),
    'a notification by a tag that is not grouped by': (
        'hop_limit_too_low',
        option('notify_by', ['instance_id', 'host', 'aws_account']),
        ["definition.options.notify_by: 'aws_account', allowed: instance_id, host"],
    ),
}


@pytest.mark.parametrize(('name', 'change', 'complaints'), OPTIONS.values(), ids=OPTIONS)
def test_an_option_that_notifies_wrongly_is_named(name: str, change: Change, complaints: list[str]) -> None:
    # A variable that is not filled in any more is another complaint: see test_monitor_messages.
    found = [complaint for complaint in monitor_complaints(mutant(name, change)) if 'never filled in' not in complaint]
    assert found == complaints
