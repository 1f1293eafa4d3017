"""The Packer template, read by two parsers and by the Amazon builder of Packer."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rollout.environment import system_program
from tests.rollout.packer.template import PACKER, TEMPLATE, VARIABLES, template, variables
from tests.rollout.rolled_out import in_table

NEWER = {
    'imds_support': r'  imds_support = .*\n',
    'metadata_options': r'(?s)  metadata_options \{.*?\n  \}\n',
}
"""What Packer 1.6.6 does not know. The Amazon plugin since 1.7 documents both for `amazon-ebs`."""


def validated(directory: Path, **values: str) -> str:
    """What Packer complains about, in one line; '' where it is content."""
    options = [f'-var={name}={value}' for name, value in {**VARIABLES, **values}.items()]
    keys = {'AWS_ACCESS_KEY_ID': 'none', 'AWS_SECRET_ACCESS_KEY': 'none', 'AWS_EC2_METADATA_DISABLED': 'true'}
    ended = subprocess.run(
        [system_program('packer'), 'validate', *options, '.'],
        cwd=directory,
        env={**os.environ, **keys, 'CHECKPOINT_DISABLE': '1', 'PACKER_NO_COLOR': '1'},
        capture_output=True,
        text=True,
        check=False,
    )
    return ' '.join(ended.stdout.split()) if ended.returncode else ''


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The template without what Packer 1.6.6 does not know."""
    shutil.copytree(PACKER, tmp_path / 'packer', ignore=shutil.ignore_patterns('plugins.pkr.hcl'))
    text = (PACKER / TEMPLATE).read_text()
    for newer in NEWER.values():
        text = re.sub(newer, '', text)
    (tmp_path / 'packer' / TEMPLATE).write_text(text)
    return tmp_path / 'packer'


def test_the_template_is_formatted_as_packer_does() -> None:
    command: list[str | Path] = [system_program('packer'), 'fmt', '-check', '-diff', PACKER]
    formatted = subprocess.run(command, capture_output=True, text=True)
    assert (formatted.returncode, formatted.stdout) == (0, ''), formatted.stderr


def test_the_amazon_builder_accepts_the_template(directory: Path) -> None:
    assert validated(directory) == ''


def test_an_older_builder_misses_nothing_but_what_newer_ones_document(directory: Path) -> None:
    shutil.copy(PACKER / TEMPLATE, directory)
    refused = re.findall(r'named "(\w+)" is not expected|type "(\w+)" are not expected', validated(directory))
    assert {argument or block for argument, block in refused} == set(NEWER)


@pytest.mark.parametrize(
    ('right', 'wrong', 'complaint'),
    [
        pytest.param('ami_description', 'ami_descripton', '"ami_descripton" is not expected here', id='argument'),
        pytest.param('seal.sh', 'seel.sh', "Bad script './seel.sh'", id='script'),
        pytest.param('var.region', 'var.regions', 'does not have an attribute named "regions"', id='variable'),
        pytest.param('/conf.yaml', '/config.yaml', "Bad source './config.yaml'", id='file'),
    ],
)
def test_a_mistake_in_the_template_is_noticed(directory: Path, right: str, wrong: str, complaint: str) -> None:
    text = (directory / TEMPLATE).read_text()
    (directory / TEMPLATE).write_text(text.replace(right, wrong))
    assert complaint in validated(directory)


@pytest.mark.parametrize(
    ('variable', 'value', 'complaint'),
    [
        ('version', '0.1', 'The version must be one that the Agent accepts, such as 0.1.0.'),
        ('version', '', 'The version must be one that the Agent accepts, such as 0.1.0.'),
        ('method', 'whel', 'The method must be checks.d or wheel.'),
        ('agent_minor_version', '7.80.1', 'The agent_minor_version must be such as 80 or 80.1.'),
        ('imds_support', 'v1', 'The imds_support must be v2.0 or empty.'),
    ],
)
def test_a_bad_variable_is_named_with_what_is_allowed(
    directory: Path, variable: str, value: str, complaint: str
) -> None:
    assert complaint in validated(directory, **{variable: value})


def test_the_image_and_the_instance_that_builds_it_demand_imdsv2() -> None:
    ((source,),) = [built['amazon-ebs'].values() for built in template(TEMPLATE)['source']]
    assert (source['imds_support'], variables()['imds_support']['default']) == ('${var.imds_support}', 'v2.0')
    assert source['metadata_options'] == [
        {'http_endpoint': 'enabled', 'http_tokens': 'required', 'http_put_response_hop_limit': 2}
    ]


def test_the_plugin_is_named_with_its_versions() -> None:
    assert template('plugins.pkr.hcl')['packer'] == [
        {
            'required_version': '>= 1.7.0',
            'required_plugins': [{'amazon': {'source': 'github.com/hashicorp/amazon', 'version': '>= 1.3.0, < 2.0.0'}}],
        }
    ]


def test_the_readme_names_every_variable_and_its_command_gives_those_without_a_default() -> None:
    readme = PACKER / 'README.md'
    assert in_table(readme) == set(variables())
    given = set(re.findall(r'-var (\w+)=', readme.read_text()))
    assert given == {name for name, said in variables().items() if 'default' not in said} == set(VARIABLES)
