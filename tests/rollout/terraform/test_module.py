"""The module of rollout/terraform, planned and applied by Terraform itself."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.rollout.environment import ROOT, program
from tests.rollout.terraform.workspace import MODULE, Workspace, Workspaces
from tools.asset_lint.monitor import read_monitor
from tools.asset_lint.monitors import monitor_complaints
from tools.asset_lint.queries import Condition, ServiceCheckMonitor
from tools.release import linked_assets

MONITORS = {path.stem: path for path in (ROOT / 'assets' / 'monitors').glob('*.json')}
DASHBOARDS = {path.stem: path for path in (ROOT / 'assets' / 'dashboards').glob('*.json')}
EXAMPLES = sorted(path.parent.name for path in MODULE.glob('examples/*/main.tf'))


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
    assert len(resources) == len(MONITORS) + len(DASHBOARDS)
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


def recipients(resources: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Of each monitor: the handles at the end of its message, and no other."""
    found = {name: monitor['message'] for name, monitor in made(resources, 'monitor').items()}
    return {name: re.findall(r'@[\w-]+', message) for name, message in found.items()}


def test_the_monitor_goes_before_its_priority_and_that_before_all(module: Workspace) -> None:
    resources = apply(
        module,
        notify=['@all'],
        notify_by_priority={2: ['@pages', '@log'], 4: []},
        notify_by_monitor={'permissions': ['@security']},
        priorities={'token_latency': 2},
        dashboards=False,
    )
    expected = {1: ['@all'], 2: ['@pages', '@log'], 3: ['@all'], 4: [], 5: ['@all']}
    assert recipients(resources) == {
        name: ['@security'] if name == 'permissions' else expected[priority]
        for name in MONITORS
        for priority in [2 if name == 'token_latency' else definition(name)['priority']]
    }
    assert made(resources, 'monitor')['token_latency']['priority'] == 2


def test_each_option_of_a_monitor_can_be_another(module: Workspace) -> None:
    resources = apply(
        module,
        renotify_interval=1440,
        options={'token_latency': {'renotify_interval': 60, 'notify_by': ['host'], 'timeout_h': 1}},
        dashboards=False,
    )
    for name, monitor in made(resources, 'monitor').items():
        others = {'renotify_interval': 60, 'notify_by': ['host'], 'timeout_h': 1} if name == 'token_latency' else {}
        assert monitor['options'] == {**definition(name)['options'], 'renotify_interval': 1440, **others}


def test_every_query_is_limited_to_the_scope(module: Workspace) -> None:
    monitors = made(apply(module, scope=['team:web', 'region:eu-west-1'], dashboards=False), 'monitor')
    for name, monitor in monitors.items():
        scope = ('team:web', 'region:eu-west-1')
        shipped, limited = (read_monitor(document) for document in (definition(name), monitor))
        if isinstance(limited.query, ServiceCheckMonitor):
            assert isinstance(shipped.query, ServiceCheckMonitor)
            assert limited.query == shipped.query._replace(over=scope)
            continue
        tags = tuple(Condition(*tag.split(':')) for tag in scope)
        assert limited.selectors == tuple(s._replace(scope=(*tags, *s.scope)) for s in shipped.selectors)
        assert re.sub(r'\{[^}]*\}', '', monitor['query']) == re.sub(r'\{[^}]*\}', '', definition(name)['query'])
        if not limited.about_accounts:
            assert monitor_complaints({**json.loads(MONITORS[name].read_text()), 'definition': monitor}) == []


LINKED = 'https://docs.internal/aws-diagnostics/'


def test_messages_and_tables_link_to_the_documentation_as_those_of_a_release_do(
    module: Workspace, tmp_path: Path
) -> None:
    resources = apply(module, docs_url='https://docs.internal/aws-diagnostics', notify=['@all'])
    files = {path.stem: json.loads(path.read_text()) for path in linked_assets(tmp_path, LINKED)}
    assert made(resources, 'dashboard') == {name: files[name] for name in DASHBOARDS}
    messages = {name: monitor['message'] for name, monitor in made(resources, 'monitor').items()}
    assert messages == {name: f'{files[name]["definition"]["message"]}\n\n@all' for name in MONITORS}


@pytest.mark.parametrize('example', EXAMPLES)
def test_an_example_is_planned_and_applied_as_it_is(example: str, workspace: Workspaces, tmp_path: Path) -> None:
    shutil.copytree(MODULE, tmp_path / 'rollout' / 'terraform', ignore=shutil.ignore_patterns('.terraform*'))
    (tmp_path / 'assets').symlink_to(ROOT / 'assets')
    here = workspace(MODULE / 'imds-defaults').within(tmp_path / 'rollout' / 'terraform' / 'examples' / example)
    resources = {address.removeprefix('module.aws_diagnostics.'): found for address, found in here.apply().items()}
    told = recipients(resources)
    match example:
        case 'one-queue':
            assert told == {name: ['@slack-platform'] for name in MONITORS}
        case 'pages-and-tickets':
            paged = [name for name, handles in told.items() if handles == ['@pagerduty-platform']]
            assert sorted(paged) == ['group_failing', 'many_names_lost']
            assert {name for name, handles in told.items() if not handles} == {'imdsv1_answers'}
        case 'one-team':
            assert {*told} < {*MONITORS}
            assert all('team:web' in monitor['query'] for monitor in made(resources, 'monitor').values())


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
