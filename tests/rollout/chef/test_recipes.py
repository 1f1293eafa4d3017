"""The Chef cookbook, read by Ruby and held against what Chef documents."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.chef.by_hand import COOKBOOK, RESTART, Refused, declared
from tests.rollout.environment import system_program
from tests.rollout.rolled_out import CHECKS_D, CONF, in_table

METADATA = {
    *('name', 'version', 'description', 'maintainer', 'maintainer_email', 'license'),
    *('chef_version', 'supports'),
}
"""The settings of metadata.rb that the cookbook uses: https://docs.chef.io/config_rb_metadata."""


@pytest.mark.parametrize('file', sorted(COOKBOOK.rglob('*.rb')), ids=lambda file: file.stem)
def test_ruby_reads_every_file_without_a_warning(file: Path) -> None:
    read = subprocess.run([system_program('ruby'), '-wc', file], check=False, capture_output=True, text=True)
    assert (read.returncode, read.stdout, read.stderr) == (0, 'Syntax OK\n', '')


def test_the_metadata_name_the_cookbook_and_nothing_that_chef_does_not_know() -> None:
    text = (COOKBOOK / 'metadata.rb').read_text()
    assert set(re.findall(r'^(\w+) ', text, re.MULTILINE)) | {'supports'} == METADATA
    assert f"name '{COOKBOOK.name}'" in text


def test_the_readme_names_every_attribute() -> None:
    attributes = (COOKBOOK / 'attributes' / 'default.rb').read_text()
    names = re.findall(r"^default\['aws_diagnostics'\]\['(\w+)'\]", attributes, re.MULTILINE)
    assert in_table(COOKBOOK.parents[1] / 'README.md') == set(names)


@pytest.mark.parametrize(
    ('recipe', 'way', 'restarting'),
    [
        ('default', 'checks.d', {CONF, CHECKS_D, 'remove the wheel of aws_diagnostics'}),
        ('default', 'wheel', {CONF, CHECKS_D, 'install the wheel of aws_diagnostics'}),
        ('remove', 'wheel', {str(Path(CONF).parent), CHECKS_D, 'remove the wheel of aws_diagnostics'}),
    ],
)
def test_whatever_the_agent_reads_when_it_starts_restarts_it(recipe: str, way: str, restarting: set[str]) -> None:
    resources = declared(recipe, version='0.1.0', method=way)
    assert {resource['name'] for resource in resources if resource['notifies'] == [RESTART]} == restarting
    smoke_test = [['run', 'execute[run aws_diagnostics once]', 'immediately']]
    assert [resource['name'] for resource in resources if resource['notifies'] == smoke_test] == [
        'restart the Agent for aws_diagnostics'
    ]


@pytest.mark.parametrize('init_config', [{}, {'docs_url': 'https://docs.internal/'}], ids=['no links', 'with links'])
def test_the_configuration_links_to_the_documentation_where_there_is_one(init_config: dict[str, Any]) -> None:
    files = [
        resource for resource in declared(version='0.1.0', **init_config) if resource['name'].endswith('conf.yaml')
    ]
    written = [yaml.safe_load(file['properties']['content'])['init_config'] for file in files]
    assert written == [init_config, init_config], 'what is validated and what the Agent reads'


def test_the_check_is_run_once_where_the_agent_runs_and_the_check_was_not_removed() -> None:
    (once,) = (resource for resource in declared(version='0.1.0') if resource['name'] == 'run aws_diagnostics once')
    assert once['guards'] == [
        {'wanted': True, 'command': 'systemctl is-active --quiet datadog-agent'},
        {'wanted': True, 'command': f'test -e {CONF}'},
    ]


def test_no_run_shows_what_may_be_a_secret() -> None:
    files = [resource for resource in declared(version='0.1.0') if resource['name'].endswith('conf.yaml')]
    shown = [(file['properties'].get('sensitive'), file['properties'].get('backup')) for file in files]
    assert shown == [(True, False), (True, False)]


@pytest.mark.parametrize(
    ('right', 'wrong', 'complaint'),
    [
        pytest.param("  user 'dd-agent'", "  usr 'dd-agent'", 'execute has no property `usr`', id='property'),
        pytest.param("execute 'install", "exec_ute 'install", 'undefined method `exec_ute', id='resource'),
        pytest.param("node['aws_diagnostics']", 'nodes', 'undefined local variable or method `nodes', id='name'),
    ],
)
def test_what_chef_does_not_know_is_noticed(right: str, wrong: str, complaint: str, tmp_path: Path) -> None:
    cookbook = shutil.copytree(COOKBOOK, tmp_path / 'cookbook')
    recipe = cookbook / 'recipes' / 'wheel.rb'
    recipe.write_text(recipe.read_text().replace(right, wrong))
    with pytest.raises(Refused, match=re.escape(complaint)):
        declared(cookbook=cookbook, version='0.1.0', method='wheel')


@pytest.mark.parametrize(
    ('attributes', 'complaint'),
    [
        pytest.param(
            {'version': None},
            "node['aws_diagnostics']['version'] is nil; it must be a version such as 0.1.0",
            id='no version',
        ),
        pytest.param({'version': '0.1'}, '[\'version\'] is "0.1"; it must be a version such as 0.1.0', id='version'),
        pytest.param({'method': 'whel'}, '[\'method\'] is "whel"; it must be checks.d or wheel', id='method'),
        pytest.param({'instances': []}, "['instances'] is []; it must be a list of at least one hash", id='instances'),
        pytest.param({'instances': {}}, "['instances'] is {}; it must be a list of at least one hash", id='no list'),
        pytest.param(
            {'checks_d_directory': 'checks.d'},
            '[\'checks_d_directory\'] is "checks.d"; it must be an absolute path',
            id='directory',
        ),
        pytest.param(
            {'manage_skip_file': 'no'}, '[\'manage_skip_file\'] is "no"; it must be true or false', id='true or false'
        ),
    ],
)
def test_a_bad_attribute_is_named_with_its_value_and_what_is_allowed(
    attributes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Refused, match=re.escape(complaint)):
        declared(**{'version': '0.1.0', **attributes})


def test_where_something_else_writes_files_the_recipe_leaves_them_alone() -> None:
    paths = {
        resource['name']
        for recipe in ('default', 'remove')
        for resource in declared(
            recipe, version='0.1.0', method='wheel', manage_configuration=False, manage_skip_file=False
        )
        if {'wanted': True, 'command': 'false'} not in resource['guards']
    }
    assert not {
        path for path in paths if (path.endswith(('conf.yaml', '.d')) and 'conf.d' in path) or '.skip_install' in path
    }


def test_the_new_way_comes_before_the_old_one_goes() -> None:
    """So that a file that the cookbook lacks ends the run with the check still there."""
    new_and_old = {
        'checks.d': (CHECKS_D, 'remove the wheel of aws_diagnostics'),
        'wheel': ('install the wheel of aws_diagnostics', CHECKS_D),
    }
    for way, (new, old) in new_and_old.items():
        names = [resource['name'] for resource in declared(version='0.1.0', method=way)]
        assert names.index('validate the options of aws_diagnostics') < names.index(new) < names.index(old)
