"""The module of rollout/terraform, planned and applied by Terraform itself."""

import json
import re
import subprocess
from typing import Any

from tests.rollout.environment import ROOT, program
from tests.rollout.terraform.workspace import MODULE, Workspace, Workspaces
from tools.asset_lint.monitors import monitor_complaints

MONITORS = {path.stem: path for path in (ROOT / 'assets' / 'monitors').glob('*.json')}
DASHBOARDS = {path.stem: path for path in (ROOT / 'assets' / 'dashboards').glob('*.json')}
COMPOSITE = 'datadog_monitor.lost_name[0]'


def definition(monitor: str) -> dict[str, Any]:
    return dict(json.loads(MONITORS[monitor].read_text())['definition'])


def apply(module: Workspace, **variables: object) -> dict[str, dict[str, Any]]:
    return module.apply(assets=str(ROOT / 'assets'), **variables)


def made(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, Any]:
    """What Datadog would be sent for each monitor or dashboard."""
    form = re.compile(rf'datadog_{kind}_json\.{kind}\["(.+)"\]')
    return {
        match[1]: json.loads(values[kind])
        for address, values in resources.items()
        if (match := form.fullmatch(address))
    }


def test_everything_that_is_shipped_is_created_as_it_is(module: Workspace) -> None:
    resources = apply(module)
    assert MONITORS
    assert made(resources, 'monitor') == {monitor: definition(monitor) for monitor in MONITORS}
    assert made(resources, 'dashboard') == {name: json.loads(path.read_text()) for name, path in DASHBOARDS.items()}
    ids = [
        resources[f'datadog_monitor_json.monitor["{part}"]']['id'] for part in ('imdsv2_unusable', 'hostname_provider')
    ]
    assert resources[COMPOSITE]['query'] == ' && '.join(ids)
    assert len(resources) == len(MONITORS) + len(DASHBOARDS) + 1
    again = module.run('plan', '-detailed-exitcode', variables={'assets': str(ROOT / 'assets')})
    assert again.returncode == 0, 'a second plan changes nothing'


def test_a_team_decides_who_is_told_and_when(module: Workspace) -> None:
    resources = apply(
        module,
        monitors=['token_latency', 'imdsv2_unusable'],
        thresholds={'token_latency': {'critical': 0.5, 'warning': 0.25}},
        notify=['@slack-platform', '@pagerduty-platform'],
        tags=['team:platform'],
        name_prefix='[production] ',
        dashboards=False,
    )
    shipped = definition('token_latency')
    assert made(resources, 'monitor')['token_latency'] == {
        **shipped,
        'name': f'[production] {shipped["name"]}',
        'message': f'{shipped["message"]}\n\n@slack-platform @pagerduty-platform',
        'tags': [*shipped['tags'], 'team:platform'],
        'query': shipped['query'].removesuffix('0.3') + '0.5',
        'options': {**shipped['options'], 'thresholds': {'critical': 0.5, 'warning': 0.25}},
    }
    assert sorted(resources) == [f'datadog_monitor_json.monitor["{id}"]' for id in ('imdsv2_unusable', 'token_latency')]


def test_the_query_follows_another_threshold(module: Workspace) -> None:
    file = json.loads(MONITORS['token_latency'].read_text())
    thresholds = {'critical': 0.5, 'warning': 0.25}
    changed = made(apply(module, thresholds={'token_latency': thresholds}), 'monitor')['token_latency']
    assert monitor_complaints({**file, 'definition': changed}) == []
    assert monitor_complaints({**file, 'definition': {**changed, 'query': file['definition']['query']}}) != []


def test_the_composite_tells_the_same_people(module: Workspace) -> None:
    composite = apply(module, notify=['@slack-platform'], tags=['team:platform'], name_prefix='[test] ')[COMPOSITE]
    assert composite['message'].startswith('{{#is_alert}}\nThe Agent on {{host.name}}')
    assert composite['message'].endswith('{{/is_recovery}}\n\n@slack-platform')
    assert composite['name'].startswith('[test] [AWS Diagnostics] ')
    assert composite['tags'] == ['integration:aws-diagnostics', 'team:platform']
    assert COMPOSITE not in apply(module, composite=False)


def test_the_example_of_the_readme_is_applied(workspace: Workspaces) -> None:
    (example,) = re.findall(r'```hcl\n(.+?)```', (MODULE / 'README.md').read_text(), re.DOTALL)
    here = workspace(MODULE / 'imds-defaults')
    (here.directory / 'main.tf').write_text(example)
    (here.directory / 'aws-diagnostics').symlink_to(ROOT)
    resources = here.apply()
    assert len([address for address in resources if 'monitor_json' in address]) == len(MONITORS)


def test_every_variable_is_used_and_explained() -> None:
    printed = subprocess.run(
        [program('hcl2tojson'), MODULE / 'variables.tf'], capture_output=True, text=True, check=True
    )
    declared = {name.strip('"') for block in json.loads(printed.stdout)['variable'] for name in block}
    code = ''.join(path.read_text() for path in MODULE.glob('*.tf') if path.name != 'variables.tf')
    assert set(re.findall(r'\bvar\.(\w+)', code)) == declared
    assert set(re.findall(r'^\| `(\w+)`', (MODULE / 'README.md').read_text(), re.MULTILINE)) == declared


def test_the_files_are_formatted(module: Workspace) -> None:
    formatted = module.run('fmt', '-check', '-recursive', '-diff', str(MODULE))
    assert (formatted.returncode, formatted.stdout) == (0, '')
