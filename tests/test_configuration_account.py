"""The mapping `account` of an instance: what it means, and what is said when it is wrong."""

import pytest
import yaml
from datadog_checks.base import ConfigurationError

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.options import CollectOptions
from datadog_checks.aws_diagnostics.configuration import InvalidConfiguration, Options, read_configuration
from datadog_checks.aws_diagnostics.expectations import AccountExpectations, Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts.account import ExternalId, Feature

HUNTER2 = 'hunter2hunter2'


def test_an_empty_account_is_a_complete_configuration_that_looks_hourly():
    assert read_configuration({'account': {}}) == Options(
        Expectations(account=AccountExpectations()),
        CollectOptions(),
        account=AccountOptions(),
        least_interval=3600.0,
    )


def test_a_setting_without_a_value_is_not_set():
    nothing = {'regions': None, 'app_key': None, 'features': None, 'max_api_calls': None}
    assert read_configuration({'account': nothing}) == read_configuration({'account': {}})


@pytest.mark.parametrize(
    ('own', 'of_the_agent', 'used'),
    [
        pytest.param({}, 'ap1.datadoghq.com', 'ap1.datadoghq.com', id='the site of the Agent'),
        pytest.param({'datadog_site': 'datadoghq.eu'}, 'ap1.datadoghq.com', 'datadoghq.eu', id='its own site'),
        pytest.param({}, '', 'datadoghq.com', id='an Agent that does not tell'),
        pytest.param({}, 'datadog.example.com', 'datadoghq.com', id='an Agent that reports to something else'),
    ],
)
def test_an_account_belongs_to_the_site_of_datadog_that_the_agent_reports_to(own, of_the_agent, used):
    options = read_configuration({'account': own}, of_the_agent)
    assert options.account and options.expectations.account
    assert (options.account.datadog_site, options.expectations.account.site) == (used, used)


def test_every_setting_reaches_its_place():
    text = """
        account:
          regions: [eu-west-1, us-gov-west-1, eu-west-1]
          role_name: DatadogAWSIntegrationRole
          external_id: ' b2f0c1e4'
          datadog_site: ap1.datadoghq.com
          datadog_api_url: https://proxy.example:8443
          app_key: an-application-key
          api_key: an-api-key
          assume_role_arn: arn:aws-us-gov:iam::123456789012:role/path/reader
          features: [role, imds_posture]
          fleet_filter: {'tag:team': [platform, web]}
          max_api_calls: 50
          unused_after: 7200
          hosts_settle_after: 0
        imdsv1: disabled
        disabled_diagnoses: []
        tags: ['team:a']
        min_collection_interval: 900
        empty_default_hostname: true
    """
    features = frozenset({Feature.ROLE, Feature.IMDS_POSTURE})
    assert read_configuration(yaml.safe_load(text)) == Options(
        Expectations(
            imdsv1=ImdsV1.DISABLED,
            account=AccountExpectations(
                site='ap1.datadoghq.com',
                role_name='DatadogAWSIntegrationRole',
                external_id=ExternalId.of(' b2f0c1e4'),
                features=features,
                unused_after=7200.0,
                hosts_settle_after=0.0,
            ),
        ),
        CollectOptions(),
        tags=('team:a',),
        account=AccountOptions(
            regions=('eu-west-1', 'us-gov-west-1'),
            role_name='DatadogAWSIntegrationRole',
            datadog_site='ap1.datadoghq.com',
            datadog_api_url='https://proxy.example:8443',
            external_id=ExternalId.of(' b2f0c1e4'),
            api_key='an-api-key',
            app_key='an-application-key',
            assume_role_arn='arn:aws-us-gov:iam::123456789012:role/path/reader',
            features=features,
            fleet_filter=(('tag:team', ('platform', 'web')),),
            max_api_calls=50,
        ),
    )


@pytest.mark.parametrize(
    'url',
    ['https://api.example', 'https://api.example:8443/', 'http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1'],
)
def test_an_address_of_the_api_that_keeps_the_keys_secret_is_taken(url):
    assert read_configuration({'account': {'datadog_api_url': url, 'api_key': 'own'}}).account == AccountOptions(
        datadog_api_url=url, api_key='own'
    )


def test_the_word_integration_means_the_regions_of_the_integration():
    assert read_configuration({'account': {'regions': 'integration'}}) == read_configuration({'account': {}})


SECRET = 'its value is not allowed, it must be'
REGIONS = 'is not allowed, it must be a list of regions such as eu-west-1, or integration'
URL = "is not allowed, it must be 'https://HOST' or 'https://HOST:PORT', or http on loopback"
FILTERS = 'is not allowed, it must be at most 20 filters of ec2:DescribeInstances, each a name with a list of'

SETTINGS = {
    'a misspelt setting': ({'ap_key': HUNTER2}, "option 'account.ap_key' is not known (did you mean 'app_key'?)"),
    'a setting that resembles nothing': ({'zzz': 1}, "option 'account.zzz' is not known, known are api_key, app_key,"),
    'one region without a list': ({'regions': 'eu-west-1'}, f"option 'account.regions': 'eu-west-1' {REGIONS}"),
    'no region': ({'regions': []}, f"option 'account.regions': [] {REGIONS}"),
    'a city': ({'regions': ['Paris']}, f"option 'account.regions': ['Paris'] {REGIONS}"),
    'a region with a line break': ({'regions': ['eu-west-1\n']}, "option 'account.regions': ['eu-west-1\\n'] is not"),
    'a number for a region': (
        {'regions': [1]},
        "option 'account.regions': [1] is not allowed, it must be a valid string",
    ),
    'a role name with a space': (
        {'role_name': 'Datadog Role'},
        "option 'account.role_name': 'Datadog Role' is not allowed, it must be the name of a role without its path",
    ),
    'a role name that is an ARN': (
        {'role_name': 'arn:aws:iam::123456789012:role/x'},
        "option 'account.role_name': 'arn:aws:iam::123456789012:role/x' is not allowed, it must be the name",
    ),
    'an ARN that is no role': (
        {'assume_role_arn': 'arn:aws:iam::123456789012:user/x'},
        "option 'account.assume_role_arn': 'arn:aws:iam::123456789012:user/x' is not allowed, it must be the ARN of",
    ),
    'a site that does not exist': (
        {'datadog_site': 'datadoghq.org'},
        "option 'account.datadog_site': 'datadoghq.org' is not allowed, it must be 'datadoghq.com', 'datadoghq.eu', ",
    ),
    'an API without encryption': (
        {'datadog_api_url': 'http://api.example'},
        f"option 'account.datadog_api_url': 'http://api.example' {URL}",
    ),
    'an API with a password': (
        {'datadog_api_url': f'https://me:{HUNTER2}@api.example'},
        f"option 'account.datadog_api_url': 'https://***@api.example' {URL}",
    ),
    'an API with a path': (
        {'datadog_api_url': 'https://api.example/api/v2'},
        f"option 'account.datadog_api_url': 'https://api.example/api/v2' {URL}",
    ),
    'an API at a port that is none': (
        {'datadog_api_url': 'https://api.example:http'},
        f"option 'account.datadog_api_url': 'https://api.example:http' {URL}",
    ),
    'an API of their own with the key of the Agent': (
        {'datadog_api_url': 'https://api.example', 'app_key': HUNTER2},
        "option 'account.datadog_api_url' must stand beside 'account.api_key': the one of the Agent",
    ),
    'an external id that YAML took for a number': (
        {'external_id': 12345678},
        f"option 'account.external_id': {SECRET} a valid string",
    ),
    'half a surrogate pair': (
        {'external_id': 'abc\ud800'},
        f"option 'account.external_id': {SECRET} a text of whole characters, without half a surrogate pair",
    ),
    'an empty external id': ({'external_id': ''}, f"option 'account.external_id': {SECRET} a text that is not empty"),
    'a key that nobody resolved': (
        {'app_key': f'ENC[{HUNTER2}]'},
        f"option 'account.app_key': {SECRET} resolved: only the Agent resolves ENC[], a terminal takes DD_API_KEY",
    ),
    'a key with a line break': (
        {'api_key': f'{HUNTER2}\n'},
        f"option 'account.api_key': {SECRET} a key: printable ASCII without spaces",
    ),
    'a feature that does not exist': (
        {'features': ['logs']},
        "option 'account.features': ['logs'] is not allowed, it must be 'role', 'permissions', 'imds_posture', "
        "'inventory' or 'metrics'",
    ),
    'no feature': (
        {'features': []},
        "option 'account.features': [] is not allowed, it must be at least one of role, permissions, imds_posture, "
        'inventory, metrics',
    ),
    'a filter without a list': (
        {'fleet_filter': {'tag:team': 'web'}},
        f"option 'account.fleet_filter': {{'tag:team': 'web'}} {FILTERS}",
    ),
    'a filter without a value': ({'fleet_filter': {'tag:team': []}}, "option 'account.fleet_filter': {'tag:team': []}"),
    'a filter that the sweep sets': (
        {'fleet_filter': {'metadata-options.http-tokens': ['optional']}},
        "option 'account.fleet_filter': {'metadata-options.http-tokens': ['optional']} is not allowed, it must be "
        'without instance-state-name and metadata-options.*',
    ),
    'no call at all': (
        {'max_api_calls': 0},
        "option 'account.max_api_calls': 0 is not allowed, it must be greater than or equal to 1",
    ),
    'calls that are true': (
        {'max_api_calls': True},
        "option 'account.max_api_calls': True is not allowed, it must be a number",
    ),
    'settled before it began': (
        {'hosts_settle_after': -1},
        "option 'account.hosts_settle_after': -1 is not allowed, it must be greater than or equal to 0",
    ),
    'unused at once': (
        {'unused_after': 0},
        "option 'account.unused_after': 0 is not allowed, it must be greater than 0",
    ),
}

INSTANCES = {
    **{situation: ({'account': settings}, message) for situation, (settings, message) in SETTINGS.items()},
    'an account without a value': ({'account': None}, "option 'account': it must be a mapping, not NoneType"),
    'an account that is its number': ({'account': 123456789012}, "option 'account': it must be a mapping, not int"),
    'an option of the host': (
        {'account': {}, 'timeout': 1},
        "option 'timeout': of the host scope, not allowed beside 'account'",
    ),
    'two options of the host': (
        {'account': {}, 'imds_endpoint': 'http://127.0.0.1', 'ec2': 'never'},
        "options 'ec2', 'imds_endpoint': of the host scope, not allowed beside 'account'",
    ),
}


@pytest.mark.parametrize(('instance', 'message'), INSTANCES.values(), ids=INSTANCES.keys())
def test_a_wrong_setting_is_named_with_what_is_allowed_and_without_a_secret(instance, message):
    with pytest.raises(InvalidConfiguration) as error:
        read_configuration(instance)
    assert str(error.value)[: len(message)] == message
    assert HUNTER2 not in str(error.value)


@pytest.mark.parametrize(('instance', 'message'), INSTANCES.values(), ids=INSTANCES.keys())
def test_the_check_does_not_start_with_a_wrong_setting(instance, message):
    with pytest.raises(ConfigurationError) as error:
        AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
    assert str(error.value)[: len(message)] == message


def test_an_option_of_the_host_without_a_value_may_stand_beside_an_account():
    assert read_configuration({'account': {}, 'timeout': None}) == read_configuration({'account': {}})


def test_no_secret_is_shown_by_the_options_themselves():
    secrets = {'api_key': f'{HUNTER2}-api', 'app_key': f'{HUNTER2}-app', 'external_id': f'{HUNTER2}-external'}
    assert HUNTER2 not in repr(read_configuration({'account': secrets}))
