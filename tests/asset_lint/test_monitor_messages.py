"""Mutations of the messages of shipped monitors: what would leave somebody alone who has just been woken."""

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import Change, in_message, mutant, option, put, replace

DOCS = 'https://example.com/aws-diagnostics/docs/diagnoses.md'
OF_STATES = 'allowed: one for each state that is notified'
NOTHING_TO_DO = (
    f'{{{{#is_alert}}}}It is broken.{{{{/is_alert}}}} {{{{#is_recovery}}}}{DOCS}#imdsv1-enabled {{{{/is_recovery}}}}'
)

MESSAGES: dict[str, tuple[str, Change, list[str]]] = {
    'a handle': (
        'token_latency',
        in_message('For 30 minutes', '@pagerduty-aws For 30 minutes'),
        ["definition.message: '@pagerduty-aws', allowed: no @-handles"],
    ),
    'a handle in the name': (
        'token_latency',
        replace('definition.name', 'IMDSv2', '@slack-ops IMDSv2'),
        ["definition.name: '@slack-ops', allowed: no @-handles"],
    ),
    'a block that is not closed': (
        'hop_limit_too_low',
        in_message('{{/is_alert}}', ''),
        ['definition.message: {{#is_recovery}}, allowed here: {{/is_alert}}'],
    ),
    'a block that was never opened': (
        'hop_limit_too_low',
        in_message('{{/is_alert}}', '{{/is_alert}}\n{{/is_warning}}'),
        ['definition.message: {{/is_warning}}, allowed here: the beginning of a block'],
    ),
    'a block that is closed as another': (
        'hop_limit_too_low',
        in_message('{{/is_alert}}', '{{/is_warning}}'),
        ['definition.message: {{/is_warning}}, allowed here: {{/is_alert}}'],
    ),
    'a last block that is not closed': (
        'hop_limit_too_low',
        lambda document: put('definition.message', document['definition']['message'] + '{{#is_alert}}')(document),
        ['definition.message: is_alert is not closed, allowed: {{/is_alert}} after it'],
    ),
    'a condition that does not exist': (
        'hop_limit_too_low',
        in_message('is_alert}}', 'is_critical}}'),
        [
            'definition.message: unknown condition is_critical, allowed: is_alert, is_warning, is_no_data, is_recovery',
            f'definition.message: no block {{{{#is_alert}}}}, {OF_STATES}',
        ],
    ),
    'no recovery': (
        'hop_limit_too_low',
        in_message('{{#is_recovery}}', '{{^is_recovery}}'),
        [f'definition.message: no block {{{{#is_recovery}}}}, {OF_STATES}'],
    ),
    'a warning threshold without a text': (
        'token_latency',
        in_message('{{#is_warning}}', '{{#is_alert}}\n{{/is_alert}}\n{{^is_warning}}'),
        [f'definition.message: no block {{{{#is_warning}}}}, {OF_STATES}'],
    ),
    'silence that is notified without a text': (
        'hop_limit_too_low',
        option('on_missing_data', 'show_and_notify_no_data'),
        [f'definition.message: no block {{{{#is_no_data}}}}, {OF_STATES}'],
    ),
    'a text about silence that is never notified': (
        'check_silent',
        option('on_missing_data', 'default'),
        ['definition.message: the block {{#is_no_data}} is never shown, ' + OF_STATES],
    ),
    'the host of a monitor that is not grouped by host': (
        'hostname_not_instance_id',
        in_message('the Agent on {{instance_id.name}}', 'the Agent on {{host.name}}'),
        [
            'definition.message: {{host.name}} is never filled in, allowed: comparator, instance_id.name, threshold, '
            'value, warn_threshold'
        ],
    ),
    'a tag that is not notified by': (
        'imdsv1_back_on',
        replace('definition.name', '{{aws_account.name}}', '{{instance_id.name}}'),
        [
            'definition.name: {{instance_id.name}} is never filled in, allowed: aws_account.name, comparator, '
            'threshold, value, warn_threshold'
        ],
    ),
    'the value of a service check': (
        'integration_role',
        in_message('is missing, does not trust Datadog', '({{value}}) does not trust Datadog'),
        ['definition.message: {{value}} is never filled in, allowed: aws_account.name, check_message'],
    ),
    'a service check whose words are not shown': (
        'integration_role',
        in_message('{{check_message}}', ''),
        ['definition.message: no {{check_message}}, allowed: a message that shows what the service check says'],
    ),
    'a step that is left out': (
        'hop_limit_too_low',
        in_message('\n3. ', '\n4. '),
        ['definition.message: steps [1, 2, 4, 4, 5], allowed: at least 3, numbered from 1'],
    ),
    'nothing to do': (
        'hop_limit_too_low',
        put(
            'definition.message',
            f'{{{{#is_alert}}}}{{{{/is_alert}}}}{{{{#is_recovery}}}}{DOCS}#imdsv1-enabled {{{{/is_recovery}}}}',
        ),
        [
            'definition.message: steps [], allowed: at least 3, numbered from 1',
            'definition.message: no step has a command, allowed: commands in backticks',
        ],
    ),
    'a metric that does not exist': (
        'hop_limit_too_low',
        in_message('hop_limit_needed', 'hops_needed'),
        ["definition.message: unknown metric 'aws_diagnostics.imds.hops_needed', allowed: those of metadata.csv"],
    ),
    'a dead link': (
        'hop_limit_too_low',
        in_message('#imds-hop-limit-too-low', '#hop-limit'),
        [f'definition.message: dead link {DOCS}#hop-limit, allowed: {DOCS}#ID of a diagnosis'],
    ),
    'a link to another host': (
        'hop_limit_too_low',
        in_message('https://example.com/', 'https://example.org/'),
        [
            'definition.message: dead link https://example.org/aws-diagnostics/docs/diagnoses.md'
            f'#imds-hop-limit-too-low, allowed: {DOCS}#ID of a diagnosis'
        ],
    ),
    'no link': (
        'hop_limit_too_low',
        in_message(f']({DOCS}#imds-hop-limit-too-low)', ']'),
        [f'definition.message: no link, allowed: {DOCS}#ID of a diagnosis'],
    ),
    'a dash that is no ASCII': (
        'hop_limit_too_low',
        in_message('Else raise', '\N{EN DASH} raise'),
        ["definition.message: '\N{EN DASH}', allowed: ASCII"],
    ),
    'a command with an option that AWS does not know': (
        'imdsv1_back_on',
        in_message(
            'modify-instance-metadata-defaults --region REGION --http-tokens',
            'modify-instance-metadata-defaults --tokens',
        ),
        [
            'definition.message: `aws ec2 modify-instance-metadata-defaults --tokens required`: unknown option '
            "'--tokens', allowed: --dry-run, --http-endpoint, --http-put-response-hop-limit, --http-tokens, "
            '--http-tokens-enforced, --instance-metadata-tags, --output, --profile, --query, --region'
        ],
    ),
}


@pytest.mark.parametrize(('name', 'change', 'complaints'), MESSAGES.values(), ids=MESSAGES)
def test_a_message_that_misleads_is_named(name: str, change: Change, complaints: list[str]) -> None:
    assert monitor_complaints(mutant(name, change)) == complaints
