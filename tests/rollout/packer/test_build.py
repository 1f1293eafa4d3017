"""The scripts of the Packer template, run on a host in the order of the template. No image is built."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.rollout.environment import system_program
from tests.rollout.host import Host
from tests.rollout.packer.template import PACKER, TEMPLATE, VARIABLES, template
from tests.rollout.rolled_out import CHECKS_D, CONF, SKIP_FILE, WAYS, running

SCRIPTS = sorted(PACKER.glob('*.sh'))
DATADOG_YAML = '/etc/datadog-agent/datadog.yaml'
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


@pytest.mark.parametrize('script', SCRIPTS, ids=lambda script: script.stem)
def test_shellcheck_and_dash_accept_every_script(script: Path) -> None:
    for command in (system_program('shellcheck'), '--shell=dash'), (system_program('dash'), '-n'):
        ended = subprocess.run([*command, script], capture_output=True, text=True)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, '', '')


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
    assert builder.stat(DATADOG_YAML)[:2] == ('dd-agent', 'dd-agent')
    assert builder.stat(CONF) == ('dd-agent', 'dd-agent', 0o640)
    assert not any(builder.exists(f'/etc/datadog-agent/{name}') for name in ('install.json', 'auth_token'))
    of_the_machine = {path.name for path in Path('/srv').iterdir()}
    assert {*builder.run('ls', '/srv').stdout.split()} - of_the_machine == {'install.sh'}
    assert builder.run('ls', '/opt/datadog-agent/run').stdout == ''
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
        pytest.param(
            {'CONFIGURATION': '/srv/refused.yaml'},
            'instances[0]: min_hop_limit must be at most 64, not 99',
            id='options',
        ),
        pytest.param({'METHOD': ''}, 'METHOD: is not set; it must be checks.d or wheel', id='no method'),
    ],
)
def test_what_cannot_be_installed_stops_the_build(
    host: Host, single_file: Path, variables: dict[str, str], complaint: str
) -> None:
    host.run('cp', single_file, '/srv/aws_diagnostics.py')
    host.write('/srv/conf.yaml', 'instances: [{}]\n')
    host.write('/srv/refused.yaml', 'instances: [{min_hop_limit: 99}]\n', mode=0o600)
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
