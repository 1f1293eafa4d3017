"""The table of monitors says what the monitor files say."""

import json
from pathlib import Path
from typing import Any

from tools.monitors_document import monitors_table

BY_HOST: dict[str, Any] = {
    'title': 'It is broken',
    'definition': {
        'query': '"aws_diagnostics.imds".over("*").by("host","instance_id").last(4).count_by_status()',
        'options': {},
        'priority': 3,
    },
}
BY_ACCOUNT: dict[str, Any] = {
    'title': 'Much is broken',
    'definition': {
        'query': 'avg(last_1h):avg:aws_diagnostics.imds.ok{*} by {aws_account, host} < 0.9',
        'options': {'notify_by': ['aws_account']},
        'priority': 2,
    },
}
ALL_TOGETHER: dict[str, Any] = {
    'title': 'It will break',
    'definition': {
        'query': 'max(last_1h):sum:aws_diagnostics.finding{diagnosis IN (a-fault,b-fault)} > 0',
        'options': {},
        'priority': 4,
    },
}
TABLE = """\
| Monitor | Watches | One alert for each | Priority |
| --- | --- | --- | --- |
| [Much is broken](assets/monitors/a_share.json) | `aws_diagnostics.imds.ok` | `aws_account` | P2 |
| [It is broken](assets/monitors/a_host.json) | `aws_diagnostics.imds` | `host`, `instance_id` | P3 |
| [It will break](assets/monitors/later.json) | `aws_diagnostics.finding`, `a-fault`, `b-fault` | all together | P4 |"""


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
