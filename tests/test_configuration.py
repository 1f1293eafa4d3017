"""conf.yaml: what it means, and what is said when it is wrong."""

import pytest
import yaml
from datadog_checks.base import ConfigurationError

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.collect.run import CollectOptions, Ec2
from datadog_checks.aws_diagnostics.config_models import InstanceConfig
from datadog_checks.aws_diagnostics.config_models.instance import Account
from datadog_checks.aws_diagnostics.configuration import (
    InvalidConfiguration,
    Options,
    check_init_config,
    read_configuration,
    with_defaults,
)
from datadog_checks.aws_diagnostics.configuration.rules import OPTIONS_OF_THE_AGENT
from datadog_checks.aws_diagnostics.emit import Metrics
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import HostnameProvider
from datadog_checks.aws_diagnostics.facts.values import AgentHostname, ImdsEndpoint


def test_an_empty_instance_is_a_complete_configuration_with_the_defaults_of_the_models():
    assert read_configuration({}) == read_configuration({'ec2': 'auto'}) == Options(Expectations(), CollectOptions())


def test_an_option_without_a_value_is_not_set():
    assert read_configuration({'timeout': None, 'ec2': None, 'tags': None}) == read_configuration({})


def test_every_option_reaches_its_place():
    text = """
        imds_endpoint: http://[fd00:ec2::254]
        timeout: 2
        deadline: 8
        max_backoff: 60
        imdsv1_probe_interval: 0
        path_probe_interval: 600
        measure_hop_limit: false
        expected_hostname_provider: [aws, configuration]
        expected_hostname: any
        imdsv1: disabled
        min_hop_limit: 2
        max_hop_limit: 3
        require_imdsv2: true
        ec2: always
        identity_tags: [region, account_id]
        disabled_diagnoses: [imds-hop-limit-too-low]
        agent_expvar_port: 5555
        tags: ['team:a']
        min_collection_interval: 60
        empty_default_hostname: false
    """
    assert read_configuration(yaml.safe_load(text)) == Options(
        Expectations(
            hostname_providers=(HostnameProvider.AWS, HostnameProvider.CONFIGURATION),
            hostname=AgentHostname('any'),
            imdsv1=ImdsV1.DISABLED,
            min_hop_limit=2,
            max_hop_limit=3,
            require_imdsv2=True,
            disabled_diagnoses=frozenset({'imds-hop-limit-too-low'}),
        ),
        CollectOptions(
            imds_endpoint=ImdsEndpoint('http://[fd00:ec2::254]'),
            timeout=2.0,
            deadline=8.0,
            max_backoff=60.0,
            imdsv1_probe_interval=0.0,
            path_probe_interval=600.0,
            measure_hop_limit=False,
            ec2=Ec2.ALWAYS,
            agent_expvar_port=5555,
        ),
        tags=('team:a',),
        identity_tags=('region', 'account_id'),
    )


def test_one_provider_may_stand_without_a_list():
    options = read_configuration({'expected_hostname_provider': 'hostnameFile'})
    assert options.expectations.hostname_providers == ('hostnameFile',)


MESSAGES = {
    'a misspelt option': ({'timout': 1}, 'timout is not known: did you mean timeout?'),
    'an option that resembles nothing': (
        {'zzz': 1},
        'zzz is not known: known are account, agent_expvar_port, deadline, debug_metrics, disable_generi',
    ),
    'a timeout of zero': ({'timeout': 0}, 'timeout must be greater than 0, not 0'),
    'a timeout that is too long': (
        {'timeout': 11, 'deadline': 20},
        'timeout must be at most 10, not 11',
    ),
    'a timeout that is a word': (
        {'timeout': 'soon'},
        "timeout must be a number, not 'soon'",
    ),
    'a timeout that is true': ({'timeout': True}, 'timeout must be a number, not true'),
    'a timeout that is not a number': ({'timeout': float('nan')}, 'timeout must be a number, not nan'),
    'an interval without end': (
        {'imdsv1_probe_interval': float('inf')},
        'imdsv1_probe_interval must be a number, not inf',
    ),
    'a hop limit without end': (
        {'max_hop_limit': float('inf')},
        'max_hop_limit must be a number, not inf',
    ),
    'a timeout above the deadline': (
        {'timeout': 3, 'deadline': 2},
        'timeout must be at most deadline, which is 2, not 3',
    ),
    'a deadline of zero': ({'deadline': 0}, 'deadline must be greater than 0, not 0'),
    'a deadline that is too long': (
        {'deadline': 61},
        'deadline must be at most 60, not 61',
    ),
    'a negative backoff': (
        {'max_backoff': -1},
        'max_backoff must be at least 0, not -1',
    ),
    'a backoff of more than a day': (
        {'max_backoff': 86401},
        'max_backoff must be at most 86400, not 86401',
    ),
    'a negative IMDSv1 interval': (
        {'imdsv1_probe_interval': -1},
        'imdsv1_probe_interval must be at least 0, not -1',
    ),
    'a negative path interval': (
        {'path_probe_interval': -1},
        'path_probe_interval must be at least 0, not -1',
    ),
    'a boolean that is neither': (
        {'measure_hop_limit': 'perhaps'},
        "measure_hop_limit must be true or false, not 'perhaps'",
    ),
    'IMDSv2 required perhaps': (
        {'require_imdsv2': 'perhaps'},
        "require_imdsv2 must be true or false, not 'perhaps'",
    ),
    'an EC2 mode that does not exist': (
        {'ec2': 'maybe'},
        "ec2 must be one of 'auto', 'always', 'never', not 'maybe'",
    ),
    'an IMDSv1 mode that does not exist': (
        {'imdsv1': 'enabled'},
        "imdsv1 must be one of 'any', 'disabled', not 'enabled'",
    ),
    'a hop limit of zero': (
        {'min_hop_limit': 0},
        'min_hop_limit must be at least 1, not 0',
    ),
    'a hop limit above 64': (
        {'max_hop_limit': 65},
        'max_hop_limit must be at most 64, not 65',
    ),
    'a hop limit that is a fraction': (
        {'min_hop_limit': 1.5},
        'min_hop_limit must be a whole number, not 1.5',
    ),
    'a minimum above the maximum': (
        {'min_hop_limit': 3, 'max_hop_limit': 2},
        'min_hop_limit must be at most max_hop_limit, which is 2, not 3',
    ),
    'a port of zero': (
        {'agent_expvar_port': 0},
        'agent_expvar_port must be at least 1, not 0',
    ),
    'a port above 65535': (
        {'agent_expvar_port': 65536},
        'agent_expvar_port must be at most 65535, not 65536',
    ),
    'a provider that does not exist': (
        {'expected_hostname_provider': 'awz'},
        'expected_hostname_provider must be one of aws, azure, configuration, container, fargate, fqdn, ',
    ),
    'no provider at all': (
        {'expected_hostname_provider': []},
        'expected_hostname_provider must be at least one of aws, azure, configuration, container, fargat',
    ),
    'a provider that is a number': (
        {'expected_hostname_provider': 5},
        'expected_hostname_provider must be a string or a list, not a number',
    ),
    'an empty expected name': (
        {'expected_hostname': ''},
        'expected_hostname must be instance_id, any or a host name: letters, digits, hyphens and dots (R',
    ),
    'a diagnosis that does not exist': (
        {'disabled_diagnoses': ['imds-hop-limit-to-low']},
        'disabled_diagnoses must be an id that `aws-diagnostics list` prints, not ',
    ),
    'an identity tag that does not exist': (
        {'identity_tags': ['regions']},
        'identity_tags must be one of account_id, availability_zone, image_id, instance_type, region, no',
    ),
    'an endpoint that is not http': (
        {'imds_endpoint': 'https://169.254.169.254'},
        'imds_endpoint must be http://ADDRESS or http://ADDRESS:PORT (IMDS speaks plain HTTP)',
    ),
    'an endpoint with credentials': (
        {'imds_endpoint': 'http://me:hunter2@169.254.169.254'},
        'imds_endpoint must be http://ADDRESS or http://ADDRESS:PORT (IMDS takes no credentials)',
    ),
    'an endpoint with a path': (
        {'imds_endpoint': 'http://169.254.169.254/latest'},
        'imds_endpoint must be http://ADDRESS or http://ADDRESS:PORT (without a path: the check knows th',
    ),
    'an endpoint that is a name': (
        {'imds_endpoint': 'http://imds.internal'},
        'imds_endpoint must be http://ADDRESS or http://ADDRESS:PORT (an IP address, and a port from 1 t',
    ),
    'an endpoint with a port that is none': (
        {'imds_endpoint': 'http://169.254.169.254:http'},
        'imds_endpoint must be http://ADDRESS or http://ADDRESS:PORT (an IP address, and a port from 1 t',
    ),
    'documentation at no address': (
        {'docs_url': 'docs.internal'},
        'docs_url must be the address of the folder of the site, of at most 200 characters: http:// or https://, '
        'a host and a path, without a password, a query or the name of a page',
    ),
    'documentation that is a number': ({'docs_url': 5}, 'docs_url must be a string, not a number'),
    'tags that are no list': ({'tags': 'team:a'}, 'tags must be a list, not a string'),
}


@pytest.mark.parametrize(('instance', 'message'), MESSAGES.values(), ids=MESSAGES.keys())
def test_a_wrong_option_is_named_with_its_value_and_what_is_allowed(instance, message):
    with pytest.raises(InvalidConfiguration) as error:
        read_configuration(instance)
    assert str(error.value)[: len(message)] == message


@pytest.mark.parametrize(('instance', 'message'), MESSAGES.values(), ids=MESSAGES.keys())
def test_the_check_does_not_start_with_a_wrong_option(instance, message):
    with pytest.raises(ConfigurationError) as error:
        AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
    assert str(error.value)[: len(message)] == message


def test_a_password_in_the_endpoint_is_not_repeated():
    with pytest.raises(InvalidConfiguration) as error:
        read_configuration({'imds_endpoint': 'http://me:hunter2@169.254.169.254'})
    assert 'hunter2' not in str(error.value)


def test_the_value_of_an_unknown_option_is_not_repeated():
    with pytest.raises(InvalidConfiguration) as error:
        read_configuration({'ap_key': 'a-secret'})
    assert 'a-secret' not in str(error.value)


LONGEST_SITE = f'https://docs.internal/{"a" * 178}'


@pytest.mark.parametrize(
    ('given', 'taken'),
    [
        pytest.param('', '', id='empty'),
        pytest.param('https://docs.internal', 'https://docs.internal/', id='a host'),
        pytest.param('http://docs.internal:8080/aws/', 'http://docs.internal:8080/aws/', id='a port and a folder'),
        pytest.param('https://[fd00::53]:8443//', 'https://[fd00::53]:8443/', id='IPv6, and slashes at the end'),
        pytest.param('https://git_lab/~team/v1.0%40main', 'https://git_lab/~team/v1.0%40main/', id='an encoded sign'),
        pytest.param('https://docs.internal/page.html/', 'https://docs.internal/page.html/', id='a folder like a page'),
        pytest.param(LONGEST_SITE, f'{LONGEST_SITE}/', id='200 characters'),
    ],
)
def test_an_address_of_documentation_ends_with_a_slash(given, taken):
    assert read_configuration({'docs_url': given}).docs_url == taken


@pytest.mark.parametrize(
    'given',
    [
        pytest.param(f'{LONGEST_SITE}a', id='201 characters'),
        pytest.param('HTTPS://docs.internal', id='another scheme'),
        pytest.param('ftp://docs.internal', id='a scheme that no browser opens'),
        pytest.param('//docs.internal', id='no scheme'),
        pytest.param('https://', id='no host'),
        pytest.param('https:///aws', id='no host before the path'),
        pytest.param('https://docs.internal:0/', id='port 0'),
        pytest.param('https://docs.internal:65536/', id='a port that is none'),
        pytest.param('https://me:hunter2@docs.internal/', id='a password'),
        pytest.param('https://me@docs.internal/', id='a user'),
        pytest.param('https://docs.internal/a b', id='a blank'),
        pytest.param(' https://docs.internal/', id='a blank before it'),
        pytest.param('https://docs.internal/\n', id='a line break'),
        pytest.param('https://docs.internal/(a)', id='parentheses, which end a link in Markdown'),
        pytest.param('https://docs.internal/v1.0@main', id='an at sign, which makes a handle of a monitor'),
        pytest.param('https://docs.internal/{{host.name}}', id='a variable of a monitor'),
        pytest.param('https://docs.internal/?v=1', id='a query'),
        pytest.param('https://docs.internal/#top', id='a section'),
        pytest.param('https://docs.internal/index.html', id='a page'),
        pytest.param('https://döcs.internal/', id='letters that an address encodes'),
    ],
)
def test_what_no_page_can_be_found_below_is_refused_and_not_repeated(given):
    for read, value in ((read_configuration, {'docs_url': given}), (check_init_config, {'docs_url': given})):
        with pytest.raises(InvalidConfiguration, match=r'^(init_config\.)?docs_url must be ') as error:
            read(value)
        assert 'internal' not in str(error.value)


@pytest.mark.parametrize('instance', [[], 'text', 5, None])
def test_an_instance_that_is_no_mapping_is_refused(instance):
    with pytest.raises(InvalidConfiguration, match='an instance must be a mapping of options'):
        read_configuration(instance)


@pytest.mark.parametrize(
    'reserved',
    [
        {'name': 'imds'},
        {'namespace': 'team-a'},
        {'no_index': True},
        {'loader': 'python'},
        {'process_isolation': True},
        {'service': 'web'},
        {'max_returned_metrics': 10},
        {'debug_metrics': {'metric_contexts': True}},
        {'metric_patterns': {'exclude': ['^x']}},
    ],
    ids=lambda reserved: next(iter(reserved)),
)
def test_what_the_agent_reads_from_any_instance_is_accepted(reserved):
    assert read_configuration(reserved) == read_configuration({})


EXAMPLES = yaml.safe_load(
    """
    imds_endpoint: http://127.0.0.1
    timeout: 0.5
    deadline: 9
    max_backoff: 1
    imdsv1_probe_interval: 0
    path_probe_interval: 1
    measure_hop_limit: false
    ec2: never
    expected_hostname_provider: os
    expected_hostname: any
    imdsv1: disabled
    min_hop_limit: 2
    max_hop_limit: 2
    require_imdsv2: true
    identity_tags: [region]
    metrics: all
    disabled_diagnoses: [imds-throttled]
    docs_url: https://docs.internal/aws-diagnostics
    agent_expvar_port: 5001
    tags: ['a:b']
    account: {}
    """
)
ACCOUNT_EXAMPLES = yaml.safe_load(
    """
    regions: [eu-west-1]
    role_name: Other
    external_id: other
    datadog_site: datadoghq.eu
    datadog_api_url: https://api.example
    app_key: key
    api_key: key
    assume_role_arn: arn:aws:iam::123456789012:role/x
    assume_role_external_id: other
    features: [role]
    fleet_filter: {'tag:a': [b]}
    max_api_calls: 1
    unused_after: 1
    hosts_settle_after: 1
    watched_metrics: [{name: aws.elb.latency, region: eu-west-1}]
    dimension_tags: {LoadBalancerName: name}
    load_balancers: {names: [web]}
    tagged_resources: ['arn:aws:sqs:eu-west-1:123456789012:a']
    tags_settle_after: 900
    """
)


@pytest.mark.parametrize('option', sorted(InstanceConfig.model_fields.keys() - (OPTIONS_OF_THE_AGENT - {'tags'})))
def test_every_option_of_the_specification_changes_something(option):
    """An option in spec.yaml that no field takes would be ignored in silence."""
    assert option in EXAMPLES, f'add a value of {option} that is not its default to EXAMPLES'
    assert read_configuration({option: EXAMPLES[option]}) != read_configuration({})


@pytest.mark.parametrize('setting', sorted(Account.model_fields))
def test_every_setting_of_an_account_changes_something(setting):
    assert setting in ACCOUNT_EXAMPLES, f'add a value of {setting} that is not its default to ACCOUNT_EXAMPLES'
    needed_by = {'datadog_api_url': ('api_key',), 'assume_role_external_id': ('assume_role_arn',)}
    needed = {name: ACCOUNT_EXAMPLES[name] for name in needed_by.get(setting, ())}
    changed = {**needed, setting: ACCOUNT_EXAMPLES[setting]}
    assert read_configuration({'account': changed}) != read_configuration({'account': needed})


SECRETS = ['0123456789abcdef0123456789abcdef', 'hunter2hunter2', 12345678901234567890, 'k\ud800ey', 'a\nb $(id)\'"']
NAMES = [*InstanceConfig.model_fields, *OPTIONS_OF_THE_AGENT, 'instances', 'acount']


def holding(secret):
    """Everywhere in an instance where a secret can end up by mistake."""
    text = str(secret)
    values = [
        secret,
        [secret],
        {'app_key': secret},
        [{'app_key': secret}],
        {text: None},
        [[secret]],
        {'a': {'b': secret}},
    ]
    yield from (
        secret,
        [secret],
        {text: None},
        {f'app_key:{text}': None},
        {f'app_key{text}': 1},
        {f'api_key {text}': 1},
    )
    for name in NAMES:
        yield from ({name: value} for value in values)
    for setting in Account.model_fields:
        yield from ({'account': {setting: value}} for value in values)
        yield {'account': {f'{setting}:{text}': None}}
        yield {'account': [{setting: secret}]}


@pytest.mark.parametrize('secret', SECRETS, ids=['hexadecimal', 'a password', 'a number', 'half a character', 'shell'])
def test_a_secret_in_the_wrong_place_is_not_repeated(secret):
    for instance in holding(secret):
        for read in (read_configuration, check_init_config):
            try:
                read(instance)
            except InvalidConfiguration as e:
                message = str(e)
                assert str(secret) not in message, message
                assert repr(secret).strip("'") not in message, message
                assert message.isprintable(), message
                assert len(message) < 1500, message


@pytest.mark.parametrize(
    ('init_config', 'message'),
    [
        pytest.param({'service': 'web', 'loader': 'python'}, None, id='what the Agent reads'),
        pytest.param(None, None, id='nothing'),
        pytest.param([], 'init_config must be a mapping or empty, not an empty list', id='a list'),
        pytest.param({'timeouts': 1}, 'init_config.timeouts is not known: did you mean timeout?', id='misspelt'),
        pytest.param(
            {'deadline': 2},
            'init_config.deadline: this is an option of an instance, move it there',
            id='of an instance',
        ),
        pytest.param({'require_imdsv2': True, 'metrics': None}, None, id='a default, and one without a value'),
        pytest.param(
            {'imdsv1': 'off'}, "init_config.imdsv1 must be one of 'any', 'disabled', not 'off'", id='a wrong default'
        ),
        pytest.param({'account': {'app_key': 'a' * 40}}, None, id='a key for all accounts'),
        pytest.param({'account': []}, 'init_config.account must be a mapping, not an empty list', id='a list of keys'),
        pytest.param(
            {'account': {'role_name': 'x'}},
            'init_config.account.role_name is not known: known are api_key, app_key, datadog_api_url, datadog_site',
            id='a setting of one account',
        ),
        pytest.param(
            {'account': {'app_key': 'ENC[x]'}},
            'init_config.account.app_key must be resolved: only the Agent resolves ENC[]; '
            'at a terminal set DD_API_KEY and DD_APP_KEY',
            id='a key that nobody resolved',
        ),
    ],
)
def test_a_name_in_init_config_that_nothing_reads_is_refused(init_config, message):
    try:
        check_init_config(init_config)
    except InvalidConfiguration as e:
        assert str(e) == message
    else:
        assert message is None


@pytest.mark.parametrize(
    ('instance', 'defaults', 'expected'),
    [
        pytest.param({}, None, {}, id='no defaults'),
        pytest.param({'imdsv1': 'any'}, {'imdsv1': 'disabled'}, {'imdsv1': 'any'}, id='the instance wins'),
        pytest.param({'imdsv1': None}, {'imdsv1': 'disabled'}, {'imdsv1': 'disabled'}, id='an option without a value'),
        pytest.param(
            {'identity_tags': ['region']},
            {'identity_tags': ['account_id']},
            {'identity_tags': ['region']},
            id='a list as a whole',
        ),
        pytest.param({}, {'service': 'web', 'timeout': 5}, {}, id="the base's own options"),
        pytest.param({}, {'account': {'app_key': 'k'}}, {}, id='a host instance takes no key'),
        pytest.param(
            {'account': {}},
            {'account': {'app_key': 'k'}, 'require_imdsv2': True, 'metrics': 'all'},
            {'account': {'app_key': 'k'}, 'metrics': 'all'},
            id='an account instance takes no option of hosts',
        ),
        pytest.param(
            {'account': {'app_key': 'own', 'regions': ['eu-west-1']}},
            {'account': {'app_key': 'k', 'datadog_site': 'datadoghq.eu'}},
            {'account': {'app_key': 'own', 'regions': ['eu-west-1'], 'datadog_site': 'datadoghq.eu'}},
            id='a key of its own, and the site of all',
        ),
    ],
)
def test_an_instance_takes_what_it_does_not_set_from_init_config(instance, defaults, expected):
    assert with_defaults(instance, defaults) == expected


@pytest.mark.parametrize('instance', [{}, {'account': {}}], ids=['a host', 'an account'])
def test_what_every_instance_takes_is_allowed_in_each(instance):
    defaults = {'metrics': 'all', 'imdsv1': 'disabled', 'disabled_diagnoses': [], 'docs_url': 'https://docs.internal'}
    options = read_configuration(with_defaults(instance, defaults))
    taken = (options.metrics, options.expectations.imdsv1, options.docs_url)
    assert taken == (Metrics.ALL, ImdsV1.DISABLED, 'https://docs.internal/')


def test_the_check_takes_its_defaults_from_init_config(aggregator, datadog_agent):
    with pytest.raises(ConfigurationError, match='min_hop_limit must be at most max_hop_limit, which is 2, not 3'):
        AwsDiagnosticsCheck('aws_diagnostics', {'max_hop_limit': 2}, [{'min_hop_limit': 3}])


@pytest.mark.parametrize(
    ('instance', 'message'),
    [
        pytest.param({'app_key:SECRET': None}, 'app_key:SECRET', id='not an option'),
        pytest.param({'timeout:5': None}, 'timeout: a space is missing after the colon', id='an option'),
        pytest.param(
            {'account': {'app_key:SECRET': None}}, 'account.app_key: a space is missing after the colon', id='a setting'
        ),
    ],
)
def test_a_space_that_is_missing_after_a_colon_is_named(instance, message):
    with pytest.raises(InvalidConfiguration) as error:
        read_configuration(instance)
    assert 'SECRET' not in str(error.value)
    assert str(error.value) == message or 'SECRET' in message


@pytest.mark.parametrize('name', ['a\nb $(id)', 'web_01', '-web', 'x' * 256, 'Ünicode'])
def test_an_expected_hostname_that_no_agent_reports_is_refused(name):
    with pytest.raises(InvalidConfiguration, match=r'^expected_hostname must be'):
        read_configuration({'expected_hostname': name})
