"""What no monitor may have, planted into each that is shipped: each time it is the only complaint."""

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import Change, in_message, in_query, mutant, option, put, shipped
from .test_monitors import NAMES

PLANTED: dict[str, tuple[Change, str]] = {
    'a key that is misspelt': (option('notify_nodata', True), "definition.options: unknown key 'notify_nodata', "),
    'a key of nothing': (put('definition.severity', 1), "definition: the key 'severity' is unknown, "),
    'a wrong enumeration': (put('definition.type', 'metrics alert'), "definition.type: 'metrics alert', "),
    'a priority of nothing': (put('definition.priority', 0), 'definition.priority: 0, '),
    'a name of nobody': (in_query('aws_diagnostics.', 'aws_diagnosis.'), 'definition.query: unknown '),
    'a handle': (in_message('1. ', '1. @ops-team: '), "definition.message: '@ops-team:', "),
    'a link without a section': (
        in_message('/docs/diagnoses.md#', '/docs/diagnosis.md#', 1),
        'definition.message: dead link https://example.com/aws-diagnostics/docs/diagnosis.md#',
    ),
    'a variable of nothing': (in_message('1. ', '1. {{cluster.name}}: '), 'definition.message: {{cluster.name}} '),
    'no recovery': (
        in_message('{{#is_recovery}}', '{{^is_recovery}}'),
        'definition.message: no block {{#is_recovery}}, ',
    ),
    'a block within a block': (
        in_message('\n1. ', '\n{{#is_alert}}\n1. '),
        'definition.message: {{#is_alert}}, allowed here: {{/is_recovery}}',
    ),
}


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize(('change', 'beginning'), PLANTED.values(), ids=PLANTED)
def test_it_is_noticed_in_every_monitor(name: str, change: Change, beginning: str) -> None:
    before, after = shipped(name), mutant(name, change)
    assert before != after
    assert [complaint[: len(beginning)] for complaint in monitor_complaints(after)] == [beginning]
