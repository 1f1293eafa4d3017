"""conf.yaml as the Agent reads it; every error is one line with the option, the value and what is allowed."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus, Failure
from datadog_checks.aws_diagnostics.cli.configuration_file import read_instances, read_mapping
from datadog_checks.aws_diagnostics.configuration import read_configuration

OF_PYTHON = pytest.mark.needs_base(37, 10)
"""Older ones read YAML with libyaml, whose messages differ."""


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    return tmp_path / 'conf.yaml'


def test_without_a_file_there_is_one_instance_with_the_defaults() -> None:
    assert read_instances(None) == (read_configuration({}),)


@pytest.mark.parametrize(
    'init_config',
    [pytest.param('', id='nothing'), pytest.param(' {}', id='empty'), pytest.param(' {loader: python}', id='some')],
)
def test_every_instance_is_read(conf: Path, init_config: str) -> None:
    conf.write_text(f'init_config:{init_config}\ninstances:\n  - {{}}\n  - max_hop_limit: 1\n')
    assert read_instances(conf) == (read_configuration({}), read_configuration({'max_hop_limit': 1}))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        pytest.param('', 'the file is empty; the least that works is: instances: [{}]', id='empty'),
        pytest.param('# nothing', 'the file is empty; the least that works is', id='a comment'),
        pytest.param(
            'init_config:',
            'no instances: in this file; the least that works is: instances: [{}]',
            id='only init_config',
        ),
        pytest.param(
            'instances:',
            'instances must be a list with at least one mapping, like [{}], not an empty value',
            id='instances without a value',
        ),
        pytest.param(
            'instances: []',
            'instances must be a list with at least one mapping, like [{}], not an empty list',
            id='no instance',
        ),
        pytest.param(
            'instances: {}',
            'instances must be a list with at least one mapping, like [{}], not a mapping',
            id='no list',
        ),
        pytest.param(
            'instances: foo', "instances must be a list with at least one mapping, like [{}], not 'foo'", id='a word'
        ),
        pytest.param('instance: [{}]', 'instance is not known: did you mean instances?', id='instance for instances'),
        pytest.param(
            'init_configs: {}\ninstances: [{}]',
            'init_configs is not known: did you mean init_config?',
            id='init_configs',
        ),
        pytest.param('- {}', 'the file must hold a mapping, not a list', id='instances without their name'),
        pytest.param('0123456789abcdef', 'the file must hold a mapping, not a string', id='a text, not quoted'),
        pytest.param(
            'init_config: 5\ninstances: [{}]',
            'init_config must be a mapping or empty, not a number',
            id='init_config',
        ),
        pytest.param(
            'init_config: {a1: x}\ninstances: [{}]',
            'init_config has a name that is not known',
            id='an unknown name in init_config',
        ),
        pytest.param(
            'init_config: {timeouts: 1}\ninstances: [{}]',
            'init_config.timeouts is not known: did you mean timeout?',
            id='misspelt in init_config',
        ),
        pytest.param(
            'instances: [{}, 5]', 'instances[1] must be a mapping, not a number', id='an instance is a number'
        ),
        pytest.param('instances: [{tags: foo}]', "instances[0]: tags must be a list, not 'foo'", id='no list of tags'),
        pytest.param(
            'instances: [{timeout: 1, timeout: 2}]',
            'not valid YAML: line 1, column 26: duplicate key',
            id='the same option twice',
        ),
        pytest.param(
            'instances: [{}]\ninstances: [{}]',
            'not valid YAML: line 2, column 1: duplicate key',
            id='the same section twice',
        ),
        pytest.param(
            'instances:\n  - a: b: c',
            'not valid YAML: line 2, column 9: mapping values are not allowed here',
            id='not YAML',
            marks=OF_PYTHON,
        ),
        pytest.param(
            'a: \x00', 'not valid YAML: a character that YAML does not allow', id='a character that YAML has not'
        ),
        pytest.param(
            'a: !!python/name:os.system x',
            'not valid YAML: line 1, column 4: could not determine a constructor',
            id='a Python object',
        ),
        pytest.param(
            'instances: [&a {account: *a}]',
            'instances[0]: a mapping holds itself (an alias inside of its anchor)',
            id='a loop',
        ),
        pytest.param('[' * 5000, 'not valid YAML: nested too deeply', id='nested without end', marks=OF_PYTHON),
        pytest.param(
            'a: 2026-13-41',
            'not valid YAML: a value is out of range or does not fit its tag',
            id='a date that does not exist',
        ),
        pytest.param(
            'instances: [{max_hop_limits: 1}]',
            'instances[0]: max_hop_limits is not known: did you mean max_hop_limit?',
            id='a misspelt option',
        ),
        pytest.param('a: ' + 'x' * (1 << 20), 'is larger than 1 MiB', id='too large'),
    ],
)
def test_a_wrong_file_is_refused(conf: Path, text: str, message: str) -> None:
    conf.write_text(text)
    with pytest.raises(Failure) as caught:
        read_instances(conf)
    assert str(caught.value).startswith(f'--config {conf}: {message}')
    assert caught.value.status is ExitStatus.CONFIGURATION
    assert '\n' not in str(caught.value)


ACCOUNT = 'instances: [{account: {app_key: "%s"}}]'


def keys(conf: Path) -> tuple[str, str]:
    (options,) = read_instances(conf)
    assert options.account is not None
    return options.account.api_key, options.account.app_key


@pytest.mark.parametrize(
    ('app_key', 'read'),
    [
        pytest.param('written', ('of-environment', 'written'), id='the file wins over the environment'),
        pytest.param('ENC[handle]', ('of-environment', 'of-environment'), id='only an Agent could resolve it'),
        pytest.param('', ('of-environment', 'of-environment'), id='not set'),
    ],
)
def test_a_key_that_the_file_does_not_give_is_taken_from_the_environment(conf, monkeypatch, app_key, read) -> None:
    monkeypatch.setenv('DD_API_KEY', 'of-environment')
    monkeypatch.setenv('DD_APP_KEY', 'of-environment')
    conf.write_text(ACCOUNT % app_key)
    assert keys(conf) == read


def test_a_key_that_nobody_can_resolve_is_refused_without_its_handle(conf, monkeypatch) -> None:
    monkeypatch.delenv('DD_APP_KEY', raising=False)
    conf.write_text(ACCOUNT % 'ENC[handle]')
    with pytest.raises(Failure, match=r'account\.app_key must be resolved') as caught:
        read_instances(conf)
    assert 'handle' not in str(caught.value)


@pytest.mark.parametrize(
    ('account', 'site'),
    [
        pytest.param('{}', 'ap1.datadoghq.com', id='the site of the environment'),
        pytest.param('{datadog_site: datadoghq.eu}', 'datadoghq.eu', id='the file wins'),
    ],
)
def test_the_site_of_datadog_is_the_one_that_the_agent_would_take_from_the_environment(
    conf: Path, monkeypatch, account: str, site: str
) -> None:
    monkeypatch.setenv('DD_SITE', 'ap1.datadoghq.com')
    conf.write_text(f'instances: [{{account: {account}}}]')
    (options,) = read_instances(conf)
    assert options.account is not None
    assert options.account.datadog_site == site


def test_an_empty_datadog_yaml_is_an_empty_mapping(conf: Path) -> None:
    conf.write_text('# nothing set\n')
    assert read_mapping(conf, '--agent-config') == {}


def test_the_message_names_the_option_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        read_mapping(tmp_path, '--agent-config')
    assert str(caught.value) == f'--agent-config {tmp_path}: cannot be read: Is a directory'


SECRET = '0123456789abcdef0123456789abcdef'


@pytest.mark.parametrize(
    'text',
    [
        pytest.param(f'instances: [{{account: {{app_key:{SECRET}}}}}]', id='no space after the colon'),
        pytest.param(f'instances:\n  account:\n    app_key: {SECRET}', id='no dash'),
        pytest.param(f'instances: [app_key:{SECRET}]', id='an instance that is a text'),
        pytest.param(f'init_config: [{{app_key: {SECRET}}}]\ninstances: [{{}}]', id='a list in init_config'),
        pytest.param(f'instances: [{{tags: [{{app_key: {SECRET}}}]}}]', id='below tags'),
        pytest.param(f'instances: [{{account: {{datadog_site: {SECRET}}}}}]', id='as the site'),
        pytest.param(f'app_key: {SECRET}\n  instances: [{{}}]', id='indented wrongly'),
        pytest.param(f'app_key: "{SECRET}', id='an open quote'),
        pytest.param(f'app_key: *{SECRET}', id='an alias that does not exist'),
        pytest.param(f'app_key: !{SECRET} x', id='a tag'),
        pytest.param(f'{SECRET}: 1\n{SECRET}: 2', id='a key twice'),
        pytest.param(f'api_key: !!bool "{SECRET}"', id='no boolean'),
        pytest.param(f'api_key: !!timestamp "{SECRET}"', id='no time'),
        pytest.param(f'api_key: !!set [{SECRET}]', id='no set'),
        pytest.param(f'api_key: !!int "{SECRET}"', id='no whole number'),
        pytest.param(f'api_key: !!float "{SECRET}"', id='no number'),
        pytest.param(f'{{api_key: !!int "", other: {SECRET}}}', id='an empty number'),
        pytest.param(f'? [{SECRET}]\n: 1', id='a list as a key'),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(conf: Path, text: str) -> None:
    conf.write_text(text)
    with pytest.raises(Failure) as caught:
        read_instances(conf)
    assert SECRET not in str(caught.value)


KEY_FOR_ALL = 'init_config: {account: {app_key: "ENC[x]"}}\n'


def test_a_host_needs_no_key_of_accounts_that_only_the_agent_resolves(conf: Path) -> None:
    conf.write_text(f'{KEY_FOR_ALL}instances: [{{}}]')
    assert read_instances(conf) == (read_configuration({}),)
    conf.write_text(f'{KEY_FOR_ALL}instances: [{{}}, {{account: {{}}}}]')
    with pytest.raises(Failure, match=r'init_config\.account\.app_key must be resolved'):
        read_instances(conf)


def test_a_default_of_the_file_and_the_environment_reach_an_account(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DD_APP_KEY', 'of-the-environment')
    conf.write_text(
        'init_config: {account: {app_key: "ENC[x]", datadog_site: datadoghq.eu}}\ninstances: [{account: {}}]'
    )
    (options,) = read_instances(conf)
    assert options.account is not None
    assert (options.account.app_key, options.account.datadog_site) == ('of-the-environment', 'datadoghq.eu')
