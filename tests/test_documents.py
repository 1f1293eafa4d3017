"""The generated parts of documents: fixes, tables, sections between marks, sample outputs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.remedies import Choice, Language, Remedy, Step, Variable, shell, yaml
from tools.documents import (
    marks,
    monitors_table,
    newest,
    of_check,
    policy_block,
    with_samples,
    with_section,
)
from tools.pages import diagnoses_document, fix

BY_HOST: dict[str, Any] = {
    'title': 'It is broken',
    'definition': {
        'type': 'service check',
        'query': '"aws_diagnostics.imds".over("*").by("host","instance_id").last(4).count_by_status()',
        'options': {},
        'priority': 3,
    },
}
BY_ACCOUNT: dict[str, Any] = {
    'title': 'Much is broken',
    'definition': {
        'type': 'query alert',
        'query': 'avg(last_1h):avg:aws_diagnostics.imds.ok{*} by {aws_account, host} < 0.9',
        'options': {'notify_by': ['aws_account']},
        'priority': 2,
    },
}
ALL_TOGETHER: dict[str, Any] = {
    'title': 'It will break',
    'definition': {
        'type': 'query alert',
        'query': 'max(last_1h):sum:aws_diagnostics.finding{diagnosis IN (a,b)} > 0',
        'options': {},
        'priority': 4,
    },
}
TABLE = """\
| Monitor | Watches | One alert for each | Priority |
| --- | --- | --- | --- |
| [Much is broken](../assets/monitors/a_share.json) | `aws_diagnostics.imds.ok` | `aws_account` | P2 |
| [It is broken](../assets/monitors/a_host.json) | `aws_diagnostics.imds` | `host`, `instance_id` | P3 |
| [It will break](../assets/monitors/later.json) | `aws_diagnostics.finding`, `a`, `b` | all together | P4 |"""


def test_a_row_says_what_a_monitor_watches_and_for_what_it_alerts(tmp_path: Path) -> None:
    folder = tmp_path / 'assets' / 'monitors'
    folder.mkdir(parents=True)
    for name, document in {'later': ALL_TOGETHER, 'a_host': BY_HOST, 'a_share': BY_ACCOUNT}.items():
        (folder / f'{name}.json').write_text(json.dumps(document), encoding='utf-8')
    assert monitors_table(tmp_path) == TABLE


def test_every_monitor_that_is_shipped_has_a_row_without_gaps() -> None:
    _, _, *rows = monitors_table().splitlines()
    shipped = Path(__file__).parents[1].glob('assets/monitors/*.json')
    assert len(rows) == len(list(shipped))
    assert [row for row in rows if '|  |' in row] == []


REMEDY = Remedy(
    'Avoid the hop, or raise the hop limit',
    choices=(
        Choice('Use the host network', (yaml({'agents': {'useHostNetwork': True}}, Language.HELM),), 'its ports'),
        Choice(
            'Raise the limit',
            (shell('aws', 'ec2', Variable('INSTANCE_ID')),),
            undo=Step('Set the old one', (shell('aws', 'undo'),)),
        ),
    ),
    then=(Step('Restart the Agent', (shell('systemctl', 'restart'),)), Step('Wait for five minutes')),
)
MARKDOWN = """\
**Fix:** Avoid the hop, or raise the hop limit.

Pick one:

**A.** Use the host network (exposes its ports):

```yaml
agents:
  useHostNetwork: true
```

**B.** Raise the limit:

```shell
aws ec2 "${INSTANCE_ID:?}"
```

To undo: Set the old one:

```shell
aws undo
```

Then:

**1.** Restart the Agent:

```shell
systemctl restart
```

**2.** Wait for five minutes."""


def test_a_fix_has_lettered_choices_numbered_steps_and_a_block_for_each_command() -> None:
    assert fix(REMEDY) == MARKDOWN


def test_the_only_step_has_no_number_and_the_only_choice_no_letter() -> None:
    only = Remedy('Mend it', choices=(Choice('Do this'),), then=(Step('Do that'),))
    assert fix(only).split('\n\n') == ['**Fix:** Mend it.', 'Do this.', 'Then:', 'Do that.']


def test_every_diagnosis_has_a_section_with_its_fix() -> None:
    _, *sections = re.split(r'^## ', diagnoses_document(), flags=re.MULTILINE)
    assert [section.partition('\n')[0] for section in sections] == [diagnosis.id for diagnosis in DIAGNOSES]
    assert [section for section in sections if section.count('\n**Fix:** ') != 1] == []


PERMISSIONS = """\
| Call | On | When |
| --- | --- | --- |
| `sts:AssumeRole` | - | always |
| `iam:GetRole` | the integration role | always |
| `iam:ListRoles` | everything | never |
"""


def test_the_policy_allows_what_the_table_lists_on_what_it_lists() -> None:
    assert json.loads(policy_block(PERMISSIONS).removeprefix('```json\n').removesuffix('```'))['Statement'] == [
        {'Effect': 'Allow', 'Action': ['iam:GetRole'], 'Resource': ['arn:aws:iam::*:role/DatadogIntegrationRole']},
        {'Effect': 'Allow', 'Action': ['iam:ListRoles'], 'Resource': ['*']},
    ]


def test_a_missing_mark_is_named() -> None:
    begin, end = marks('metrics')
    with pytest.raises(ValueError, match=re.escape(f'{begin} and, after it, {end}')):
        with_section(f'# Title\n{end}\n{begin}\n', 'metrics', 'table')


def test_a_section_replaces_only_what_is_between_its_marks() -> None:
    begin, end = marks('metrics')
    before = f'before\n{begin}\nold\n{end}\nafter\n'
    assert with_section(before, 'metrics', 'new') == f'before\n{begin}\nnew\n{end}\nafter\n'


def test_a_sample_output_is_printed_anew() -> None:
    document = 'Before\n<!-- printed by: .venv/bin/python -c print("new") -->\n```text\nold\n```\nAfter\n'
    assert with_samples(document) == document.replace('old', 'new')


@pytest.mark.parametrize(
    ('printed', 'shown'),
    [
        pytest.param('it took 0.4 ms', 'it took 12 ms', id='milliseconds'),
        pytest.param('it took 4 ms\nagain', 'it took 400 ms again', id='a line that is wrapped elsewhere'),
        pytest.param('in&#160;0.4&#160;s', 'in&#160;1&#160;s', id='seconds in a picture'),
    ],
)
def test_an_output_that_differs_only_in_times_stays(printed: str, shown: str) -> None:
    assert newest(printed, shown) == shown
    assert newest(f'{printed}, too', shown) == f'{printed}, too'


def test_of_the_demo_a_document_shows_the_world_and_what_the_check_printed() -> None:
    demo = 'About namespaces.\n\n== healthy ====\nA host.\n$ check\nOK\n\nExit status 0. Asked.\n\n== summary ==\nok\n'
    assert of_check(demo) == 'A host.\n$ check\nOK'
