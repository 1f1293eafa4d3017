"""The module of rollout/terraform, planned and applied by Terraform itself."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rollout.environment import ROOT, program
from tests.rollout.terraform.workspace import Workspace, provider

MODULE = ROOT / 'rollout' / 'terraform'
MONITORS = {path.stem: path for path in (ROOT / 'assets' / 'monitors').glob('*.json')}
DASHBOARDS = {path.stem: path for path in (ROOT / 'assets' / 'dashboards').glob('*.json')}
COMPOSITE = 'datadog_monitor.lost_name[0]'
Workspaces = Callable[[Path], Workspace]


def definition(monitor: str) -> dict[str, Any]:
    return dict(json.loads(MONITORS[monitor].read_text())['definition'])


@pytest.fixture(scope='module')
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    directory = tmp_path_factory.mktemp('providers')
    with provider('datadog', directory) as datadog, provider('aws', directory) as aws:
        yield {**datadog, **aws}


@pytest.fixture
def workspace(tmp_path: Path, providers: dict[str, Any]) -> Workspaces:
    """A copy of a module, in which Terraform may write."""

    def copied(module: Path) -> Workspace:
        shutil.copytree(
            module, tmp_path, ignore=lambda _, names: {n for n in names if n[-3:] != '.tf'}, dirs_exist_ok=True
        )
        return Workspace(tmp_path, providers)

    return copied


@pytest.fixture
def module(workspace: Workspaces) -> Workspace:
    return workspace(MODULE)


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


def test_the_composite_tells_the_same_people(module: Workspace) -> None:
    composite = apply(module, notify=['@slack-platform'], tags=['team:platform'], name_prefix='[test] ')[COMPOSITE]
    assert composite['message'].startswith('{{#is_alert}}\nThe Agent on {{host.name}}')
    assert composite['message'].endswith('{{/is_recovery}}\n\n@slack-platform')
    assert composite['name'].startswith('[test] [AWS Diagnostics] ')
    assert composite['tags'] == ['integration:aws-diagnostics', 'team:platform']
    assert COMPOSITE not in apply(module, composite=False)


@pytest.mark.parametrize(
    ('variables', 'said'),
    [
        pytest.param(
            {'monitors': ['token_latancy']}, 'monitors: there is no token_latancy. There', id='a misspelt monitor'
        ),
        pytest.param({'thresholds': {'latency': {}}}, 'thresholds: there is no monitor latency.', id='of no monitor'),
        pytest.param(
            {'thresholds': {'imdsv2_unusable': {'critical': 5}}}, 'only metric monitors', id='of a service check'
        ),
        pytest.param({'thresholds': {'token_latency': {'high': 1}}}, 'warning_recovery can be set', id='no threshold'),
        pytest.param({'notify': ['platform']}, 'notify: each handle begins with @', id='a handle that notifies nobody'),
    ],
)
def test_a_wrong_variable_is_refused_by_name(module: Workspace, variables: dict[str, object], said: str) -> None:
    assert said in module.refusal(assets=str(ROOT / 'assets'), **variables)


@pytest.mark.parametrize(
    ('good', 'bad'),
    [
        pytest.param('monitor = jsonencode', 'monitors = jsonencode', id='an argument that the provider does not have'),
        pytest.param('each.value.title', 'each.value.titel', id='a key that the file does not have'),
        pytest.param('var.notify', 'var.notified', id='a variable that is not declared'),
    ],
)
def test_a_broken_module_is_refused(module: Workspace, good: str, bad: str) -> None:
    main = module.directory / 'main.tf'
    assert good in main.read_text()
    main.write_text(main.read_text().replace(good, bad))
    assert 'Error:' in module.refusal(assets=str(ROOT / 'assets'))


def test_the_example_of_the_readme_is_applied(workspace: Workspaces) -> None:
    (example,) = re.findall(r'```hcl\n(.+?)```', (MODULE / 'README.md').read_text(), re.DOTALL)
    here = workspace(MODULE / 'imds-defaults')
    (here.directory / 'main.tf').write_text(example)
    (here.directory / 'aws-diagnostics').symlink_to(ROOT)
    resources = here.apply()
    assert len([address for address in resources if 'monitor_json' in address]) == len(MONITORS)


@pytest.mark.parametrize('hop_limit', [1, 2, 64])
def test_an_account_decides_what_new_instances_start_with(workspace: Workspaces, hop_limit: int) -> None:
    (defaults,) = workspace(MODULE / 'imds-defaults').apply(hop_limit=hop_limit).values()
    assert (defaults['http_tokens'], defaults['http_put_response_hop_limit']) == ('required', hop_limit)


@pytest.mark.parametrize(
    ('variables', 'said'),
    [
        pytest.param({'hop_limit': 0}, 'hop_limit: a whole number from 1 to 64', id='no hop at all'),
        pytest.param({'hop_limit': 65}, 'hop_limit: a whole number from 1 to 64', id='more hops than EC2 takes'),
        pytest.param({'hop_limit': 1.5}, 'hop_limit: a whole number from 1 to 64', id='half a hop'),
        pytest.param({'hop_limit': 2, 'http_tokens': 'on'}, 'http_tokens: required', id='no state of tokens'),
    ],
)
def test_wrong_defaults_are_refused_by_name(workspace: Workspaces, variables: dict[str, object], said: str) -> None:
    assert said in workspace(MODULE / 'imds-defaults').refusal(**variables)


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
