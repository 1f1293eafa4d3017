"""What the modules of rollout/terraform do not take, and how they say it."""

import pytest

from tests.rollout.environment import ROOT
from tests.rollout.terraform.workspace import MODULE, Workspace, Workspaces


@pytest.mark.parametrize(
    ('variables', 'said'),
    [
        pytest.param(
            {'monitors': ['token_latancy']}, 'monitors: there is no token_latancy. There', id='a misspelt monitor'
        ),
        pytest.param({'thresholds': {'latency': {}}}, 'there is no monitor latency.', id='thresholds of no monitor'),
        pytest.param(
            {'thresholds': {'imdsv2_unusable': {'critical': 5}}}, 'only metric monitors', id='of a service check'
        ),
        pytest.param({'thresholds': {'token_latency': {'high': 1}}}, 'warning_recovery can be set', id='no threshold'),
        pytest.param({'options': {'latency': {}}}, 'there is no monitor latency.', id='options of no monitor'),
        pytest.param({'priorities': {'token_latency': 6}}, 'priorities: a whole number from 1 to 5', id='no priority'),
        pytest.param({'notify_by_priority': {'high': ['@a']}}, 'from 1 to 5', id='a priority in words'),
        pytest.param({'notify_by_priority': {'2': ['a']}}, 'notify_by_priority: each handle', id='a name for pages'),
        pytest.param({'notify_by_monitor': {'permissions': ['a']}}, 'notify_by_monitor: each', id='a name for one'),
        pytest.param({'scope': ['web']}, 'scope: each is one tag with a value', id='a scope without a value'),
        pytest.param({'scope': ['team:a,team:b']}, 'scope: each is one tag with a value', id='two tags in one'),
        pytest.param({'docs_url': 'docs.internal'}, 'docs_url: an address that begins', id='no address'),
        pytest.param({'docs_url': 'https://me:hunter2@docs.internal'}, 'without a password', id='a password'),
        pytest.param({'docs_url': 'https://docs.internal/v1@main'}, 'begins with http', id='a handle'),
        pytest.param({'docs_url': 'https://docs.internal/index.html'}, 'the name of a page', id='a page'),
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
