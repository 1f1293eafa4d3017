"""The program that says, before an Agent is restarted, what the check would refuse in a conf.yaml."""

import io
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from datadog_checks.aws_diagnostics.configuration.conf_yaml import LARGEST, instances_of, main, problems
from tests.packages.agent import ENVIRONMENT, VERSIONS, bare_agent
from tests.packages.builds import ROOT, build_wheel, built_once
from tools import single_file

KEY = '0123456789abcdef' * 2
MODULE = 'datadog_checks.aws_diagnostics.configuration'
NAMESPACE = MODULE.partition('.')[0]
FROM_A_WHEEL = (
    'import importlib, runpy, sys; '
    f'importlib.import_module("{NAMESPACE}").__path__.insert(0, sys.argv.pop(1) + "/{NAMESPACE}"); '
    f'runpy.run_module("{MODULE}", run_name="__main__")'
)
"""As the rollouts ask a wheel that is not installed yet."""

ACCEPTED = {
    'the least that works': 'instances: [{}]',
    'an empty init_config': 'init_config:\ninstances:\n- min_collection_interval: 300\n',
    'a byte order mark': '\ufeffinstances: [{}]',
    'secrets that only the Agent resolves': (
        'instances:\n- account: {api_key: "ENC[api]", app_key: "ENC[app]", assume_role_external_id: "ENC[id]", '
        'assume_role_arn: "ENC[role]", datadog_site: "%%env_DD_SITE%%"}\n  min_hop_limit: "%%env_HOPS%%"\n'
    ).replace('\n  min_hop_limit: "%%env_HOPS%%"', ''),
    'an option that only the Agent resolves': 'instances:\n- min_hop_limit: "%%env_HOPS%%"\n',
    'what Kubernetes adds': 'cluster_check: true\ninit_config: {}\ninstances: [{}]',
}
REFUSED = {
    'a number out of range': (
        'instances:\n- min_hop_limit: 99\n',
        'instances[0]: min_hop_limit must be at most 64, not 99\n',
    ),
    'two instances, each with its reason': (
        'instances:\n- {}\n- ec2: perhaps\n- tags: all\n',
        "instances[1]: ec2 must be one of 'auto', 'always', 'never', not 'perhaps'\n"
        "FILE: instances[2]: tags must be a list, not 'all'\n",
    ),
    'two scopes in one instance': (
        f'instances:\n- account: {{app_key: {KEY}}}\n  min_hop_limit: 2\n',
        'instances[0]: min_hop_limit: for host instances only, not allowed next to account; '
        'use two instances for the two scopes\n',
    ),
    'a key where a list belongs': (f'instances:\n- tags: {KEY}\n', 'instances[0]: tags must be a list, not a string\n'),
    'an option of an instance in init_config': (
        'init_config: {tags: [a]}\ninstances: [{}]',
        'init_config.tags: this is an option of an instance, move it there\n',
    ),
    'no instances': ('init_config: {}', 'no instances: in this file; the least that works is: instances: [{}]\n'),
    'an instance that is a word': ('instances: [all]', "instances[0] must be a mapping, not 'all'\n"),
    'nothing': ('', 'the file is empty; the least that works is: instances: [{}]\n'),
    'no YAML, with a key in it': (
        f'instances:\n- account: {{app_key: {KEY}\n',
        'not valid YAML: line 3, column 1: expected\n',
    ),
    'an option twice': (
        'instances:\n- timeout: 1\n  timeout: 2\n',
        'not valid YAML: line 3, column 3: duplicate key\n',
    ),
    'a mapping that holds itself': (
        'instances:\n- &own\n  account: {fleet_filter: *own}\n',
        'instances[0]: a mapping holds itself (an alias inside of its anchor)\n',
    ),
    'more than a configuration has': ('#' * (LARGEST + 1), 'cannot be read: it is larger than 1 MiB\n'),
}


@pytest.mark.parametrize('text', ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_check_accepts_passes_in_silence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / 'conf.yaml').write_text(text)
    assert (main([str(tmp_path / 'conf.yaml')]), capsys.readouterr()) == (0, ('', ''))


@pytest.mark.parametrize(('text', 'said'), REFUSED.values(), ids=REFUSED)
def test_what_the_check_refuses_is_named_with_its_value_and_what_is_allowed(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / 'conf.yaml'
    file.write_text(text)
    assert main([str(file)]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.replace(str(file), 'FILE')) == ('', f'FILE: {said}')
    assert KEY not in told.err


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / 'latin.yaml').write_bytes(b'instances: [{tags: ["team:\xe4"]}]')
    assert [main([str(tmp_path / name)]) for name in ('nowhere.yaml', 'latin.yaml')] == [1, 1]
    assert capsys.readouterr().err == (
        f'{tmp_path}/nowhere.yaml: cannot be read: No such file or directory\n'
        f'{tmp_path}/latin.yaml: is not UTF-8 text (byte 26)\n'
    )


def test_it_is_a_program_that_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, 'argv', ['configuration', '-'])
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(b'instances: [{timeout: 0}]')))
    with pytest.raises(SystemExit, match='1'):
        runpy.run_module(MODULE, run_name='__main__')
    assert capsys.readouterr().err == '-: instances[0]: timeout must be greater than 0, not 0\n'


@pytest.fixture(scope='module')
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    """The beginning of the command, for each of the two forms. Neither is installed."""
    directory = tmp_path_factory.mktemp('built')
    wheel = ('-c', FROM_A_WHEEL, str(built_once(tmp_path_factory, 'wheel', build_wheel, directory)))
    single = built_once(tmp_path_factory, 'single-file', single_file.build, directory)
    return {'wheel': wheel, 'single file': (str(single), '--validate')}


@pytest.mark.parametrize('form', ['wheel', 'single file'])
@pytest.mark.parametrize('version', [VERSIONS[0], VERSIONS[-1]])
def test_either_form_needs_only_what_an_agent_embeds(
    built: dict[str, tuple[str, ...]], version: str, form: str
) -> None:
    """That of Python 3.11 has the oldest pydantic."""
    ended = subprocess.run(
        [bare_agent(version).python, '-IB', *built[form], '-'],
        input='instances: [{account: {app_key: "ENC[key]"}}, {min_hop_limit: 99}]',
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    told = '-: instances[1]: min_hop_limit must be at most 64, not 99\n'
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, '', told)


def test_another_python_is_told_which_one_to_take(built: dict[str, tuple[str, ...]]) -> None:
    command = [sys.executable, '-ISB', *built['single file'], '-']
    ended = subprocess.run(command, input='', capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (
        1,
        "No module named 'datadog_checks'; run this with /opt/datadog-agent/embedded/bin/python3\n",
    )


def configurations(value: object) -> Iterator[dict[str, Any]]:
    """Every conf.yaml in a document, also where one is the text of a value."""
    if isinstance(value, str) and 'instances:' in value and '\n' in value:
        value = loaded(value)
    if isinstance(value, dict):
        if isinstance(value.get('instances'), list):
            yield value
        for item in value.values():
            yield from configurations(item)
    if isinstance(value, list):
        for item in value:
            yield from configurations(item)


def loaded(text: str) -> object:
    with suppress(yaml.YAMLError):  # templates of CloudFormation and of Helm have tags and braces of their own
        return list(yaml.safe_load_all(text))
    return None


def texts(path: Path) -> list[str]:
    text = path.read_text()
    return re.findall(r'```yaml\n(.*?)```', text, re.DOTALL) if path.suffix == '.md' else [text]


def test_every_configuration_of_a_rollout_takes_the_address_of_the_documentation() -> None:
    site = 'https://docs.internal/aws-diagnostics/'
    found = {
        (path.parent.name, (*problems(yaml.safe_dump(configuration)),), instance['docs_url'])
        for path in (ROOT / 'rollout').glob('*/*.yaml')
        for configuration in configurations(
            loaded(path.read_text().replace('init_config: {}', f'init_config: {{docs_url: "{site}"}}'))
        )
        for _, instance in instances_of(configuration, dict)
    }
    (row,) = re.findall(
        r'^\| (.+) \| `init_config` in `conf.yaml`', (ROOT / 'rollout/README.md').read_text(), re.MULTILINE
    )
    assert found == {(tool, (), site) for tool in row.split(', ')}


def test_every_example_is_accepted_and_runs_a_host_instance_every_300_seconds() -> None:
    """A fix in docs/diagnoses.md names the one option that it is about."""
    files = [path for part in ('rollout', 'examples', 'docs') for path in sorted((ROOT / part).rglob('*'))]
    found = [
        (path.relative_to(ROOT).as_posix(), configuration)
        for path in [ROOT / 'README.md', *files]
        if path.suffix in ('.md', '.yaml', '.yml', '.example')
        for text in texts(path)
        for configuration in configurations(loaded(text))
    ]
    assert {'README.md', 'rollout/packer/conf.yaml', 'rollout/helm/values.yaml', 'examples/host.yaml'} <= {
        name for name, _ in found
    }
    refused = [(name, problems(yaml.safe_dump(configuration))) for name, configuration in found]
    assert [(name, said) for name, said in refused if said] == []
    intervals = {
        name: instance.get('min_collection_interval')
        for name, configuration in found
        for instance in configuration['instances']
        if 'account' not in instance and name != 'docs/diagnoses.md'
    }
    assert {name: interval for name, interval in intervals.items() if interval != 300} == {}
