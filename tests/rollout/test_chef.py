"""The Chef cookbook: read by Ruby, held against what Chef documents, and carried out by hand on a host."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout import rolled_out
from tests.rollout.chef.by_hand import COOKBOOK, Refused, carry_out, declared
from tests.rollout.environment import system_program
from tests.rollout.host import Host
from tests.rollout.rolled_out import CHECKS_D, CONF, WAYS, WHEELS, running, without_memory

INSTALL = 'execute[install the wheel of aws_diagnostics]'
METADATA = {
    *('name', 'version', 'description', 'maintainer', 'maintainer_email', 'license', 'source_url', 'issues_url'),
    *('chef_version', 'supports'),
}
"""The settings of metadata.rb that the cookbook uses: https://docs.chef.io/config_rb_metadata."""

Rollout = Callable[..., list[str]]


@pytest.fixture
def artifacts(wheel: Path, newer_wheel: Path, single_file: Path, tmp_path: Path) -> dict[str, Path]:
    return rolled_out.artifacts(wheel, newer_wheel, single_file, tmp_path)


@pytest.fixture
def roll_out(host: Host, artifacts: dict[str, Path]) -> Rollout:
    """Carries out a recipe, and returns what it changed."""

    def carry(recipe: str = 'default', **attributes: Any) -> list[str]:
        return carry_out(host, declared(recipe, **attributes), artifacts)

    return carry


def readme_attributes() -> dict[str, Any]:
    """The first JSON block of the README."""
    block = (COOKBOOK.parents[1] / 'README.md').read_text().split('```json\n')[1].split('```')[0]
    attributes: dict[str, Any] = json.loads(block)['aws_diagnostics']
    return attributes


@pytest.mark.parametrize('file', sorted(COOKBOOK.rglob('*.rb')), ids=lambda file: file.stem)
def test_ruby_reads_every_file_without_a_warning(file: Path) -> None:
    read = subprocess.run([system_program('ruby'), '-wc', file], check=False, capture_output=True, text=True)
    assert (read.returncode, read.stdout, read.stderr) == (0, 'Syntax OK\n', '')


def test_the_metadata_name_the_cookbook_and_nothing_that_chef_does_not_know() -> None:
    text = (COOKBOOK / 'metadata.rb').read_text()
    assert set(re.findall(r'^(\w+) ', text, re.MULTILINE)) | {'supports'} == METADATA
    assert f"name '{COOKBOOK.name}'" in text


@pytest.mark.parametrize('recipe', ['default', 'remove'])
@pytest.mark.parametrize('way', WAYS)
def test_what_a_resource_notifies_is_declared(recipe: str, way: str) -> None:
    resources = declared(recipe, version='0.1.0', method=way)
    names = {f'{resource["type"]}[{resource["name"]}]' for resource in resources}
    assert (
        {target for resource in resources for _, target, _ in resource['notifies']}
        == {'service[datadog-agent]'}
        <= names
    )


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
            {}, "node['aws_diagnostics']['version'] is nil; it must be a version such as 0.1.0", id='no version'
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


def test_the_configuration_is_what_was_asked_for(host: Host, roll_out: Rollout) -> None:
    roll_out(**readme_attributes())
    assert yaml.safe_load(host.read(CONF)) == {'init_config': {}, 'instances': readme_attributes()['instances']}
    assert host.stat(CONF) == ('dd-agent', 'dd-agent', 0o640)


def test_where_something_else_writes_files_the_recipe_leaves_them_alone() -> None:
    paths = {
        resource['name']
        for recipe in ('default', 'remove')
        for resource in declared(
            recipe, version='0.1.0', method='wheel', manage_configuration=False, manage_skip_file=False
        )
        if {'wanted': True, 'command': 'false'} not in resource['guards']
    }
    assert not {path for path in paths if 'conf.d' in path or '.skip_install' in path}


@pytest.mark.parametrize('way', WAYS)
def test_the_second_run_changes_nothing_and_the_check_survives_an_upgrade_of_the_agent(
    host: Host, roll_out: Rollout, way: str
) -> None:
    roll_out(version='0.1.0', method=way)
    assert (running(host), host.restarts()) == ((way, '0.1.0'), 1)
    after = host.snapshot()
    assert roll_out(version='0.1.0', method=way) == []
    assert (host.snapshot(), host.restarts()) == (after, 1)

    assert host.upgrade_agent().returncode == 0
    assert roll_out(version='0.1.0', method=way) == {'wheel': [INSTALL], 'checks.d': []}[way]
    assert (running(host), host.restarts()) == ((way, '0.1.0'), {'wheel': 2, 'checks.d': 1}[way])


@pytest.mark.parametrize('way', WAYS)
def test_an_upgrade_a_rollback_and_a_removal(host: Host, roll_out: Rollout, way: str) -> None:
    for version in ('0.1.0', '0.2.0', '0.1.0'):
        roll_out(version=version, method=way)
        assert running(host) == (way, version)
    roll_out('remove', version='0.1.0', method=way)
    assert (without_memory(host.snapshot()), host.restarts(), host.exists(WHEELS)) == (host.pristine, 4, False)


def test_the_other_way_goes(host: Host, roll_out: Rollout) -> None:
    roll_out(version='0.1.0', method='wheel')
    roll_out(version='0.2.0', method='checks.d')
    assert (running(host), host.installed()) == (('checks.d', '0.2.0'), '')
    roll_out(version='0.1.0', method='wheel')
    assert (running(host), host.exists(CHECKS_D)) == (('wheel', '0.1.0'), False)


def test_the_new_way_comes_before_the_old_one_goes() -> None:
    """So that a file that the cookbook lacks ends the run with the check still there."""
    for way, last in (('checks.d', WHEELS), ('wheel', CHECKS_D)):
        resources = declared(version='0.1.0', method=way)
        assert (resources[-1]['name'], resources[-1]['action']) == (last, 'delete')
