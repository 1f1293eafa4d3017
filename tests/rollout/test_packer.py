"""The Packer template, read by two parsers and by the Amazon builder, and its scripts, run on a host in its order."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.environment import ROOT, program, system_program
from tests.rollout.host import Host
from tests.rollout.rolled_out import CHECKS_D, CONF, SKIP_FILE, WAYS, running

PACKER = ROOT / 'rollout' / 'packer'
TEMPLATE = 'aws-diagnostics.pkr.hcl'
SCRIPTS = sorted(PACKER.glob('*.sh'))
DATADOG_YAML = '/etc/datadog-agent/datadog.yaml'
VARIABLES = {'version': '0.1.0', 'artifact': 'conf.yaml', 'agent_minor_version': '80', 'region': 'eu-west-1'}
NEWER = {
    'imds_support': r'  imds_support = .*\n',
    'metadata_options': r'(?s)  metadata_options \{.*?\n  \}\n',
}
"""What Packer 1.6.6 does not know. The Amazon plugin since 1.7 documents both for `amazon-ebs`."""
INSTALL_SCRIPT = """
set -eu
config=/etc/datadog-agent/datadog.yaml
[ -e "$config" ] || [ "${DD_API_KEY:-}" ] || { echo "API key not available" && exit 1; }
[ -e "$config" ] || printf 'api_key: %s\\n# hostname: mine\\n' "$DD_API_KEY" >"$config"
chown dd-agent:dd-agent "$config"
echo '{"install_id":"00000000-0000-0000-0000-000000000000"}' >/etc/datadog-agent/install.json
echo "7.$DD_AGENT_MINOR_VERSION" >/root/agent-version
touch /run/datadog-agent/enabled
[ "${DD_INSTALL_ONLY:-}" ] || service datadog-agent restart
"""
"""As Datadog's install_script_agent7.sh: a key is demanded, nothing is started with DD_INSTALL_ONLY."""


def validated(directory: Path, **variables: str) -> str:
    """What Packer complains about, in one line; '' where it is content."""
    options = [f'-var={name}={value}' for name, value in {**VARIABLES, **variables}.items()]
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


def template(file: str) -> dict[str, Any]:
    """A file of the template, as another parser of HCL2 reads it."""
    options = ('--quiet', '--no-explicit-blocks', '--strip-string-quotes')
    command: tuple[str | Path, ...] = (program('hcl2tojson'), *options, PACKER / file)
    read: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return read


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
    subprocess.run([system_program('packer'), 'fmt', '-check', '-diff', PACKER], check=True)


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
    defaults = {
        name: said.get('default') for said in template('variables.pkr.hcl')['variable'] for name, said in said.items()
    }
    assert (source['imds_support'], defaults['imds_support']) == ('${var.imds_support}', 'v2.0')
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


@pytest.mark.parametrize('script', SCRIPTS, ids=lambda script: script.stem)
def test_shellcheck_and_dash_accept_every_script(script: Path) -> None:
    subprocess.run([system_program('shellcheck'), '--shell=dash', script], check=True)
    subprocess.run([system_program('dash'), '-n', script], check=True)


def build(host: Host, values: Mapping[str, str]) -> None:
    """Runs the provisioners of the template in their order, as root under dash. /srv is /tmp, which hosts share."""
    (built,) = template(TEMPLATE)['build']
    settings = {'path.root': str(PACKER), **{f'var.{name}': value for name, value in values.items()}}
    settings['basename(var.artifact)'] = Path(values['artifact']).name
    for provisioner in built['provisioner']:
        ((kind, said),) = provisioner.items()
        filled = json.loads(re.sub(r'\$\{([^}]+)\}', lambda found: settings[found[1]], json.dumps(said)))
        if kind == 'file':
            host.run('cp', filled['source'], filled['destination'].replace('/tmp/', '/srv/'))
        else:
            variables = [variable.replace('=/tmp/', '=/srv/') for variable in filled.get('environment_vars', [])]
            url = 'AGENT_INSTALL_SCRIPT_URL=file:///srv/install.sh'
            host.run('env', url, *variables, system_program('dash'), filled['script'])


@pytest.fixture
def builder(host: Host) -> Host:
    """A machine on which Datadog's script has yet to install the Agent: it does not run and is not configured."""
    system_program('curl')
    host.run('systemctl', 'stop', 'datadog-agent')
    host.remove(DATADOG_YAML)
    host.write('/srv/install.sh', INSTALL_SCRIPT)
    return host


@pytest.mark.parametrize('way', WAYS)
def test_a_build_leaves_the_check_and_nothing_of_the_machine_that_built(
    builder: Host, wheel: Path, single_file: Path, way: str
) -> None:
    artifact = {'wheel': wheel, 'checks.d': single_file}[way]
    build(builder, {**VARIABLES, 'method': way, 'artifact': str(artifact)})
    assert builder.read('/root/agent-version') == '7.80\n'
    assert builder.read(DATADOG_YAML) == '# hostname: mine\n'
    assert builder.stat(CONF) == ('dd-agent', 'dd-agent', 0o640)
    assert not any(builder.exists(f'/etc/datadog-agent/{name}') for name in ('install.json', 'auth_token'))
    assert builder.run('ls', '/srv', '/opt/datadog-agent/run').stdout.split() == [
        '/opt/datadog-agent/run:',
        '/srv:',
        'install.sh',
    ]
    state = [
        builder.run('systemctl', asked, 'datadog-agent', check=False).stdout for asked in ('is-active', 'is-enabled')
    ]
    assert (state, builder.restarts()) == (['inactive\n', 'disabled\n'], 0)
    assert builder.exists(SKIP_FILE) == (way == 'wheel')
    assert running(builder) == (way, '0.1.0')


def test_the_configuration_is_the_default_of_a_rollout() -> None:
    assert yaml.safe_load((PACKER / 'conf.yaml').read_text()) == {
        'init_config': {},
        'instances': [{'identity_tags': ['account_id', 'region'], 'min_collection_interval': 300}],
    }


@pytest.mark.parametrize('setting', ['hostname: web-1', 'hostname_file: /etc/name', '  hostname: web-1'])
def test_an_image_with_a_hostname_is_refused(host: Host, setting: str) -> None:
    host.write(DATADOG_YAML, f'{setting}\n')
    sealed = host.run(PACKER / 'seal.sh', check=False)
    assert (sealed.returncode, sealed.stderr) == (
        1,
        f'{DATADOG_YAML} sets the hostname: every instance of the image would have the same one\n',
    )


@pytest.mark.parametrize(
    ('variables', 'complaint'),
    [
        pytest.param({'METHOD': 'whel'}, 'METHOD is whel; it must be checks.d or wheel', id='method'),
        pytest.param({'VERSION': '0.2.0'}, 'VERSION is 0.2.0, but /srv/aws_diagnostics.py is 0.1.0', id='version'),
        pytest.param({'METHOD': ''}, 'METHOD: is not set; it must be checks.d or wheel', id='no method'),
    ],
)
def test_what_cannot_be_installed_stops_the_build(
    host: Host, single_file: Path, variables: dict[str, str], complaint: str
) -> None:
    host.run('cp', single_file, '/srv/aws_diagnostics.py')
    host.write('/srv/conf.yaml', 'instances: [{}]\n')
    right = {'METHOD': 'checks.d', 'VERSION': '0.1.0', 'ARTIFACT': '/srv/aws_diagnostics.py'}
    wanted = {**right, 'CONFIGURATION': '/srv/conf.yaml', **variables}
    stopped = host.run(PACKER / 'install-check.sh', env=wanted, check=False)
    assert stopped.returncode != 0
    assert stopped.stderr.endswith(f'{complaint}\n')
    assert not host.exists(CONF)


def test_the_agent_is_installed_only_with_its_version(host: Host) -> None:
    stopped = host.run(PACKER / 'install-agent.sh', check=False)
    assert stopped.stderr.endswith('AGENT_MINOR_VERSION: is not set; it must be such as 80 or 80.1\n')
    assert not host.exists(CHECKS_D)
