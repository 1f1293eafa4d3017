"""The generated parts of files: tables, a policy, sample outputs, and scripts in a template."""

import csv
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing.meanings import MEANINGS
from datadog_checks.aws_diagnostics.emit.series import LEFT_OUT, Metrics
from tests.simulator import namespaces_available

from .asset_lint.monitor import read_monitor

ROOT = Path(__file__).resolve().parent.parent
CHECK = 'aws_diagnostics'
RESOURCES: Mapping[str, Sequence[str]] = {
    'the integration role': ('arn:aws:iam::*:role/DatadogIntegrationRole',),
    'policies': ('arn:aws:iam::*:policy/*', 'arn:aws:iam::aws:policy/*'),
    'everything': ('*',),
    '-': (),
    'the organization': (),
}
"""What a permission is needed on, by the words of docs/permissions.md."""
PRINTED = re.compile(r'(?<=<!-- printed by: )(?P<command>.+?) -->\n```text\n(?P<shown>.*?)\n```', re.DOTALL)
SCRIPTS = ROOT / 'rollout' / 'ssm'
SCRIPT = re.compile(r'^(?P<indent> *)# begin (?P<name>\S+\.sh)\n(?:.*\n)*?(?P=indent)# end (?P=name)$', re.MULTILINE)
TIMES = re.compile(r'\d{4}-\d\d-\d\dT[0-9:+]+|\b\d\d:\d\d\b|\d+(\.\d+)?(?: |&#160;)m?s\b')


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding='utf-8')


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return '\n'.join(f'| {" | ".join(cells)} |' for cells in (head, ['---'] * len(head), *rows))


# Tables


def metrics_table() -> str:
    described = csv.DictReader(read('metadata.csv').splitlines())
    rows = [
        (f'`{row["metric_name"]}`', row['description'], row['unit_name'], _sent_with(row['metric_name']))
        for row in described
    ]
    return table(('Metric (gauge)', 'Meaning', 'Unit', '`metrics`'), rows)


def _sent_with(metric: str) -> str:
    """The least value of the option `metrics` with which it is sent."""
    return next(each for each in Metrics if metric.removeprefix(f'{CHECK}.') not in LEFT_OUT[each])


def service_checks_table() -> str:
    described = json.loads(read('assets/service_checks.json'))
    rows = [(f'`{check["check"]}`', check['description'].rpartition('otherwise. ')[2]) for check in described]
    return table(('Service check', 'OK means'), rows)


def missing_causes_table() -> str:
    rows = [
        (f'`{cause}`', f'`{step}`' if step else '', f'`{outcome}`', meaning)
        for cause, (step, outcome, meaning) in MEANINGS.items()
    ]
    return table(('cause', 'step', 'verdict', 'meaning'), rows)


def monitors_table(root: Path = ROOT) -> str:
    """Most urgent first."""
    files = sorted((root / 'assets' / 'monitors').glob('*.json'))
    monitors = [(json.loads(path.read_text(encoding='utf-8')), path.relative_to(root)) for path in files]
    monitors.sort(key=lambda monitor: (monitor[0]['definition']['priority'], monitor[0]['title']))
    rows = [_monitor_row(document, path) for document, path in monitors]
    return table(('Monitor', 'Watches', 'One alert for each', 'Priority'), rows)


def _monitor_row(document: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    monitor = read_monitor(document['definition'])
    return (
        f'[{document["title"]}](../{path})',
        _code(dict.fromkeys([*monitor.watched, *monitor.diagnoses])),
        _code(monitor.notified_by) or 'all together',
        f'P{document["definition"]["priority"]}',
    )


def _code(names: Iterable[str]) -> str:
    return ', '.join(f'`{name}`' for name in names)


# The policy of docs/permissions.md, from its own table of calls


def aws_calls(permissions: str) -> dict[str, Sequence[str]]:
    """Operation, as in 'iam:GetRole', -> what its permission is needed on. KeyError for other words than RESOURCES."""
    rows = re.findall(r'^\| `(\w+:\w+)` \| ([^|]+) \|', permissions, re.MULTILINE)
    return {operation: RESOURCES[on] for operation, on in rows}


def least_privilege(permissions: str) -> dict[str, object]:
    """An IAM policy that allows these calls and nothing else, one statement for each set of resources."""
    calls = aws_calls(permissions)
    statements = [
        {'Effect': 'Allow', 'Action': sorted(c for c, on in calls.items() if on == resources), 'Resource': resources}
        for resources in dict.fromkeys(calls.values())
        if resources
    ]
    return {'Version': '2012-10-17', 'Statement': statements}


def policy_block(permissions: str) -> str:
    return f'```json\n{json.dumps(least_privilege(permissions), indent=2)}\n```'


# Parts of documents


def marks(name: str) -> tuple[str, str]:
    return f'<!-- {name}:begin -->', f'<!-- {name}:end -->'


def with_section(text: str, name: str, content: str) -> str:
    """`text` with `content` between its two marks. Raises ValueError when the marks are missing."""
    begin, end = marks(name)
    changed, found = re.subn(f'{begin}.*?{end}', lambda _: f'{begin}\n{content}\n{end}', text, flags=re.DOTALL)
    if not found:
        raise ValueError(f'the document must contain {begin} and, after it, {end}')
    return changed


def with_samples(text: str) -> str:
    """`text` with every output that it shows printed anew. One that differs only in times stays as it is."""
    return PRINTED.sub(lambda block: f'{block["command"]} -->\n```text\n{_sample(*block.groups())}\n```', text)


def _sample(command: str, shown: str) -> str:
    is_demo = ' -m tools.demo ' in command
    if is_demo and not namespaces_available():
        print(f'{command} is not run: {namespaces_available().reason}', file=sys.stderr)
        return shown
    program, *arguments = command.split()
    ended = subprocess.run(
        [Path(sys.executable).with_name(Path(program).name), *arguments],
        cwd=ROOT,
        env={'PATH': os.environ['PATH'], 'PYTHONDONTWRITEBYTECODE': '1'},
        capture_output=True,
        text=True,
    )
    printed = (of_check(ended.stdout) if is_demo else ended.stdout).strip('\n')
    return newest(printed, shown)


def newest(printed: str, shown: str) -> str:
    """What was printed, unless it differs from what is shown only in times."""
    return shown if _without_times(printed) == _without_times(shown) else printed


def _without_times(text: str) -> str:
    """Nor line breaks: a longer time can wrap a line elsewhere."""
    return ' '.join(TIMES.sub('', text).split())


def of_check(demo: str) -> str:
    """What the demo prints of its only scenario: the world, the command line, and what the check printed."""
    scenario = demo.partition('\n== ')[2].partition('\n')[2]
    return scenario.partition('\nExit status ')[0].rstrip()


def with_scripts(template: str, directory: Path = SCRIPTS) -> str:
    """The template of CloudFormation, with each script between the lines that begin and end it."""

    def embedded(block: re.Match[str]) -> str:
        script = (directory / block['name']).read_text(encoding='utf-8')
        whole = f'# begin {block["name"]}\n{script.rstrip()}\n# end {block["name"]}'
        return textwrap.indent(whole, block['indent'])

    return SCRIPT.sub(embedded, template)
