"""Mutations of shipped monitors: each leads to exactly its own complaint."""

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import GONE, Change, in_message, in_query, mutant, option, put, replace, shipped, threshold
from .test_monitors import NAMES

Case = tuple[str, Change, list[str]]
SHAPES: dict[str, Case] = {
    'a key of the first version': (
        'permissions',
        put('recommended_monitor_metadata', {}),
        ["$: Additional properties are not allowed ('recommended_monitor_metadata' was unexpected)"],
    ),
    'no title': ('permissions', put('title', GONE), ["$: 'title' is a required property"]),
    'another version': ('permissions', put('version', 1), ['$.version: 2 was expected']),
    'a date that does not exist': (
        'permissions',
        put('created_at', '2026-13-01'),
        ["$.created_at: '2026-13-01' is not a 'date'"],
    ),
    'a variable in the title': (
        'permissions',
        put('title', 'In {{aws_account.name}}'),
        ["$.title: 'In {{aws_account.name}}' does not match '^[^{}]*$'"],
    ),
    'a description as long as a page': (
        'permissions',
        put('description', 'x' * 301),
        [f"$.description: '{'x' * 301}' is too long"],
    ),
    'the tag of another integration': (
        'permissions',
        put('tags', ['integration:aws']),
        ["$.tags: ['integration:aws-diagnostics'] was expected"],
    ),
    'a name without the name of the product': (
        'permissions',
        put('definition.name', 'Permissions'),
        [r"$.definition.name: 'Permissions' does not match '^\\[AWS Diagnostics\\] '"],
    ),
    'a priority that does not exist': (
        'token_latency',
        put('definition.priority', 6),
        ['$.definition.priority: 6 is greater than the maximum of 5'],
    ),
    'a type that is not shipped': (
        'token_latency',
        put('definition.type', 'log alert'),
        ["$.definition.type: 'log alert' is not one of ['query alert', 'service check']"],
    ),
    'a misspelt option': (
        'token_latency',
        option('notify_nodata', True),
        ["$.definition.options: 'notify_nodata' is unknown"],
    ),
    'minutes as text': (
        'token_latency',
        option('renotify_interval', '60'),
        ["$.definition.options.renotify_interval: '60', allowed: int, NoneType"],
    ),
    'runs in a metric monitor': (
        'token_latency',
        threshold('ok', 2),
        ["$.definition.options.thresholds: 'ok' is not one of ['critical', 'warning']"],
    ),
    'no threshold': (
        'hop_limit_too_low',
        threshold('critical', GONE),
        ["$.definition.options.thresholds: 'critical' is a required property"],
    ),
    'UNKNOWN that notifies': (
        'imdsv2_unusable',
        threshold('unknown', 1),
        ["$.definition.options.thresholds: 'unknown' is not one of ['critical', 'warning', 'ok']"],
    ),
    'a status left to its default of one run': (
        'imdsv2_unusable',
        threshold('ok', GONE),
        ["$.definition.options.thresholds: 'ok' is a required property"],
    ),
    'missing data of a service check as for a metric': (
        'integration_role',
        option('on_missing_data', 'default'),
        ["$.definition.options: 'on_missing_data' should not be valid under {'enum': ['on_missing_data']}"],
    ),
    'missing data of a metric as for a service check': (
        'token_latency',
        option('no_data_timeframe', 60),
        [
            "$.definition.options: 'no_data_timeframe' should not be valid under {'enum': ['notify_no_data', "
            "'no_data_timeframe']}"
        ],
    ),
    'nothing said about missing data of a metric': (
        'token_latency',
        option('on_missing_data', GONE),
        ["$.definition.options: 'on_missing_data' is a required property"],
    ),
    'nothing said about missing data of a service check': (
        'imdsv2_unusable',
        option('notify_no_data', GONE),
        ["$.definition.options: 'notify_no_data' is a required property"],
    ),
    'a window that has to be full': (
        'hop_limit_too_low',
        option('require_full_window', True),
        ['$.definition.options.require_full_window: False was expected'],
    ),
}
QUERIES: dict[str, Case] = {
    'a query that cannot be read': (
        'token_latency',
        in_query('by {host}', 'by host'),
        ["query: cannot be read from column 66: 'host.fill(last, 600)'"],
    ),
    'the query of another type of monitor': (
        'token_latency',
        in_query(shipped('token_latency')['definition']['query'], shipped('imdsv2_unusable')['definition']['query']),
        ["query: cannot be read from column 1: '\"aws_diagnostics.imd'"],
    ),
    'an unknown metric': (
        'token_latency',
        in_query('imds.latency', 'imds.latencies'),
        ["query: unknown metric 'aws_diagnostics.imds.latencies'"],
    ),
    'an unknown tag': (
        'token_latency',
        in_query('{host}', '{hosts}'),
        ["query: aws_diagnostics.imds.latency has no tag 'hosts'"],
    ),
    'a diagnosis that does not exist': (
        'hop_limit_too_low',
        in_query('too-low', 'too-small'),
        ['query: the tag diagnosis:imds-hop-limit-too-small does not exist'],
    ),
    'an unknown service check': (
        'imdsv2_unusable',
        in_query('aws_diagnostics.imds"', 'aws_diagnostics.imdsv2"'),
        ["query: unknown service check 'aws_diagnostics.imdsv2'"],
    ),
    'a service check of an account by host': (
        'integration_role',
        in_query('"aws_account"', '"host"'),
        ["query: aws_diagnostics.integration_role has no tag 'host'"],
    ),
    'a service check in a scope that nothing has': (
        'imdsv2_unusable',
        in_query('.over("*")', '.over("environment:prod")'),
        ["query: aws_diagnostics.imds has no tag 'environment'"],
    ),
}
THRESHOLDS: dict[str, Case] = {
    'a threshold that differs from the query': (
        'token_latency',
        threshold('critical', 0.5),
        ['thresholds.critical: 0.5, but the query has 0.3'],
    ),
    'a query that differs from the threshold': (
        'token_latency',
        in_query('> 0.3', '> 0.25'),
        ['thresholds.critical: 0.3, but the query has 0.25'],
    ),
    'a warning beyond the alert': (
        'token_latency',
        threshold('warning', 0.35),
        ['thresholds.warning: 0.35 is not reached before > 0.3'],
    ),
    'a warning that comes with the alert': (
        'token_latency',
        threshold('warning', 0.3),
        ['thresholds.warning: 0.3 is not reached before > 0.3'],
    ),
    'the comparison turned round': (
        'token_latency',
        in_query('> 0.3', '< 0.3'),
        ['thresholds.warning: 0.15 is not reached before < 0.3'],
    ),
    'fewer runs looked at than are counted': (
        'imdsv2_unusable',
        in_query('.last(4)', '.last(2)'),
        ['thresholds.critical: 3 is not from 1 to 2', 'thresholds.warning: 3 is not from 1 to 2'],
    ),
    'more runs than the API looks at': (
        'imdsv2_unusable',
        in_query('.last(4)', '.last(101)'),
        ['query: .last(101) is more than 100'],
    ),
    'half a run': (
        'imdsv2_unusable',
        threshold('ok', 1.5),
        ['thresholds.ok: 1.5 is not from 1 to 4'],
    ),
}
TIMES: dict[str, Case] = {
    'a window longer than there are': (
        'token_latency',
        in_query('last_30m', 'last_200h'),
        ['query: last_200h is longer than the API allows'],
    ),
    'a window of a change longer than there are': (
        'imdsv1_back_on',
        in_query('last_1h', 'last_1w'),
        ['query: last_1w is longer than the API allows'],
    ),
    'a window that holds one run of a host': (
        'token_latency',
        in_query('last_30m', 'last_9m'),
        ['query: last_9m is less than two runs of the check, 10 minutes'],
    ),
    'a window that holds one run of an account': (
        'instances_misnamed',
        in_query('last_2h', 'last_1h'),
        ['query: last_1h is less than two runs of the check, 120 minutes'],
    ),
    'a comparison with a time that the API does not offer': (
        'imdsv1_back_on',
        in_query(',last_1d', ',last_3h'),
        ["query: cannot be read from column 21: 'last_3h):max:aws_dia'"],
    ),
    'an alert about silence between two runs': (
        'integration_role',
        option('no_data_timeframe', 90),
        ['options.no_data_timeframe: 90 minutes is less than two runs of the check, 120'],
    ),
    'an alert about hosts that boot': (
        'hop_limit_too_low',
        option('new_group_delay', 60),
        ['options.new_group_delay: 60 seconds, but a host may take 600 to boot'],
    ),
    'an alert that outlives its host': (
        'hop_limit_too_low',
        option('timeout_h', 0),
        ['options.timeout_h: 0, so alerts about terminated hosts never resolve'],
    ),
    'a notification by a tag that is not grouped by': (
        'hop_limit_too_low',
        option('notify_by', ['host', 'aws_account']),
        ["options.notify_by: the query is not grouped by 'aws_account'"],
    ),
}
MESSAGES: dict[str, Case] = {
    'a handle': (
        'token_latency',
        in_message('For 30 minutes', '@pagerduty-aws For 30 minutes'),
        ["message: the handle '@pagerduty-aws'"],
    ),
    'a handle in the name': (
        'token_latency',
        replace('definition.name', 'IMDSv2', '@slack-ops IMDSv2'),
        ["name: the handle '@slack-ops'"],
    ),
    'a block that is not closed': (
        'hop_limit_too_low',
        in_message('{{/is_alert}}', ''),
        ['message: {{#is_alert}} is no whole block'],
    ),
    'a block that was never opened': (
        'hop_limit_too_low',
        in_message('{{/is_alert}}', '{{/is_alert}}\n{{/is_warning}}'),
        ['message: {{/is_warning}} is no whole block'],
    ),
    'a block that is closed as another': (
        'hop_limit_too_low',
        in_message('{{/is_alert}}', '{{/is_warning}}'),
        ['message: {{#is_alert}} is no whole block'],
    ),
    'a last block that is not closed': (
        'hop_limit_too_low',
        lambda document: put('definition.message', document['definition']['message'] + '{{#is_alert}}')(document),
        ['message: {{#is_alert}} is no whole block'],
    ),
    'a condition that does not exist': (
        'hop_limit_too_low',
        in_message('is_alert}}', 'is_critical}}'),
        ['message: unknown condition is_critical', 'message: no block {{#is_alert}}'],
    ),
    'a warning threshold without a text': (
        'token_latency',
        in_message('{{#is_warning}}', '{{#is_alert}}\n{{/is_alert}}\n{{^is_warning}}'),
        ['message: no block {{#is_warning}}'],
    ),
    'silence that is notified without a text': (
        'hop_limit_too_low',
        option('on_missing_data', 'show_and_notify_no_data'),
        ['message: no block {{#is_no_data}}'],
    ),
    'a text about silence that is never notified': (
        'integration_role',
        option('notify_no_data', False),
        ['message: a block that is never shown, {{#is_no_data}}'],
    ),
    'the host of a monitor that is not grouped by host': (
        'hostname_not_instance_id',
        in_message('{{value}} hosts', '{{host.name}}'),
        ['message: {{host.name}} is never filled in'],
    ),
    'a tag that is not notified by': (
        'imdsv1_back_on',
        replace('definition.name', '{{aws_account.name}}', '{{instance_id.name}}'),
        ['name: {{instance_id.name}} is never filled in'],
    ),
    'the value of a service check': (
        'integration_role',
        in_message('is missing, does not trust Datadog', '({{value}}) does not trust Datadog'),
        ['message: {{value}} is never filled in'],
    ),
    'a service check whose evidence is not shown': (
        'integration_role',
        in_message('{{check_message}}', ''),
        ['message: no {{check_message}}, which has the evidence'],
    ),
    'a metric that does not exist': (
        'hop_limit_too_low',
        in_message('hop_limit_needed', 'hops_needed'),
        ["message: unknown metric 'aws_diagnostics.imds.hops_needed'"],
    ),
    'a dead link': (
        'integration_role',
        in_message('aws-integration-troubleshooting/', 'aws-integration-troubles/'),
        ['message: unknown link https://docs.datadoghq.com/integrations/guide/aws-integration-troubles/'],
    ),
    'a command with an option that AWS does not know': (
        'imdsv1_back_on',
        in_message('--region "${AWS_REGION:?}" --http-tokens', '--tokens'),
        [
            'message: `aws ec2 modify-instance-metadata-defaults --tokens required`: unrecognized arguments: --tokens '
            'required'
        ],
    ),
}
CASES = SHAPES | QUERIES | THRESHOLDS | TIMES | MESSAGES
EVERYWHERE: dict[str, tuple[Change, str]] = {
    'a misspelt option': (option('notify_nodata', True), "$.definition.options: 'notify_nodata' is unknown"),
    'a name that nobody sends': (in_query('aws_diagnostics.', 'aws_diagnosis.'), 'query: unknown '),
    'a handle': (in_message('1. ', '1. @ops-team: '), "message: the handle '@ops-team:'"),
    'a dead link': (in_message('1. ', '1. https://example.com/ '), 'message: unknown link https://example.com/'),
    'a variable of nothing': (in_message('1. ', '1. {{cluster.name}}: '), 'message: {{cluster.name}} is never'),
    'no recovery': (in_message('{{#is_recovery}}', '{{^is_recovery}}'), 'message: no block {{#is_recovery}}'),
    'a block within a block': (in_message('\n1. ', '\n{{#is_alert}}\n1. '), 'message: {{^is_recovery}} is no whole'),
}


@pytest.mark.parametrize(('name', 'change', 'complaints'), CASES.values(), ids=CASES)
def test_a_fault_of_a_monitor_is_named(name: str, change: Change, complaints: list[str]) -> None:
    assert monitor_complaints(mutant(name, change)) == complaints


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize(('change', 'beginning'), EVERYWHERE.values(), ids=EVERYWHERE)
def test_it_is_noticed_in_every_monitor(name: str, change: Change, beginning: str) -> None:
    before, after = shipped(name), mutant(name, change)
    assert before != after
    assert {complaint[: len(beginning)] for complaint in monitor_complaints(after)} == {beginning}


@pytest.mark.parametrize(
    ('critical', 'complaints'),
    [
        pytest.param(5, [], id='five percent'),
        pytest.param(101, ['thresholds.critical: 101 is not from 0 to 100'], id='more than all'),
    ],
)
def test_the_thresholds_of_a_share_are_percentages(critical: int, complaints: list[str]) -> None:
    share = mutant('imdsv2_unusable', in_query('count_by_status', 'pct_by_status'), threshold('critical', critical))
    assert monitor_complaints(share) == complaints
