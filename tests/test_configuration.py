"""conf.yaml: what it means, and what is said when it is wrong."""

import pytest
import yaml
from datadog_checks.base import ConfigurationError

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.collect.options import CollectOptions, Ec2
from datadog_checks.aws_diagnostics.configuration import InvalidConfiguration, Options, read_configuration
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1

NUMBER = 'is not allowed, it must be'


def test_an_empty_instance_is_a_complete_configuration():
    assert read_configuration({}) == Options(Expectations(), CollectOptions())


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
            hostname_providers=('aws', 'configuration'),
            hostname='any',
            imdsv1=ImdsV1.DISABLED,
            min_hop_limit=2,
            max_hop_limit=3,
            require_imdsv2=True,
            disabled_diagnoses=frozenset({'imds-hop-limit-too-low'}),
        ),
        CollectOptions(
            imds_endpoint='http://[fd00:ec2::254]',
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


PROVIDERS = 'aws, azure, configuration, container, fargate, fqdn, gce, hostnameFile, os'
ENDPOINT = "it must be 'http://ADDRESS' or 'http://ADDRESS:PORT'"

MESSAGES = {
    'a misspelt option': ({'timout': 1}, "option 'timout' is not known (did you mean 'timeout'?)"),
    'an option that resembles nothing': (
        {'zzz': 1},
        "option 'zzz' is not known, known are account, agent_expvar_port, deadline,",
    ),
    'a timeout of zero': ({'timeout': 0}, "option 'timeout': 0 is not allowed, it must be greater than 0"),
    'a timeout that is too long': (
        {'timeout': 11, 'deadline': 20},
        "option 'timeout': 11 is not allowed, it must be less than or equal to 10",
    ),
    'a timeout that is a word': (
        {'timeout': 'soon'},
        "option 'timeout': 'soon' is not allowed, it must be a valid number, unable to parse string as a number",
    ),
    'a timeout that is true': ({'timeout': True}, "option 'timeout': True is not allowed, it must be a number"),
    'a timeout that is not a number': ({'timeout': float('nan')}, "option 'timeout': nan is not allowed, it must be"),
    'a timeout above the deadline': (
        {'timeout': 3, 'deadline': 2},
        "option 'timeout': 3.0 is not allowed, it must be at most deadline, which is 2.0",
    ),
    'a deadline of zero': ({'deadline': 0}, "option 'deadline': 0 is not allowed, it must be greater than 0"),
    'a deadline that is too long': (
        {'deadline': 61},
        "option 'deadline': 61 is not allowed, it must be less than or equal to 60",
    ),
    'a negative backoff': (
        {'max_backoff': -1},
        "option 'max_backoff': -1 is not allowed, it must be greater than or equal to 0",
    ),
    'a backoff of more than a day': (
        {'max_backoff': 86401},
        "option 'max_backoff': 86401 is not allowed, it must be less than or equal to 86400",
    ),
    'a negative IMDSv1 interval': (
        {'imdsv1_probe_interval': -1},
        "option 'imdsv1_probe_interval': -1 is not allowed, it must be greater than or equal to 0",
    ),
    'a negative path interval': (
        {'path_probe_interval': -1},
        "option 'path_probe_interval': -1 is not allowed, it must be greater than or equal to 0",
    ),
    'a boolean that is neither': (
        {'measure_hop_limit': 'perhaps'},
        "option 'measure_hop_limit': 'perhaps' is not allowed, it must be a valid boolean",
    ),
    'IMDSv2 required perhaps': (
        {'require_imdsv2': 'perhaps'},
        "option 'require_imdsv2': 'perhaps' is not allowed, it must be a valid boolean",
    ),
    'an EC2 mode that does not exist': (
        {'ec2': 'maybe'},
        "option 'ec2': 'maybe' is not allowed, it must be 'auto', 'always' or 'never'",
    ),
    'an IMDSv1 mode that does not exist': (
        {'imdsv1': 'enabled'},
        "option 'imdsv1': 'enabled' is not allowed, it must be 'any' or 'disabled'",
    ),
    'a hop limit of zero': (
        {'min_hop_limit': 0},
        "option 'min_hop_limit': 0 is not allowed, it must be greater than or equal to 1",
    ),
    'a hop limit above 64': (
        {'max_hop_limit': 65},
        "option 'max_hop_limit': 65 is not allowed, it must be less than or equal to 64",
    ),
    'a hop limit that is a fraction': (
        {'min_hop_limit': 1.5},
        "option 'min_hop_limit': 1.5 is not allowed, it must be a valid integer",
    ),
    'a minimum above the maximum': (
        {'min_hop_limit': 3, 'max_hop_limit': 2},
        "option 'min_hop_limit': 3 is not allowed, it must be at most max_hop_limit, which is 2",
    ),
    'a port of zero': (
        {'agent_expvar_port': 0},
        "option 'agent_expvar_port': 0 is not allowed, it must be greater than or equal to 1",
    ),
    'a port above 65535': (
        {'agent_expvar_port': 65536},
        "option 'agent_expvar_port': 65536 is not allowed, it must be less than or equal to 65535",
    ),
    'a provider that does not exist': (
        {'expected_hostname_provider': 'awz'},
        f"option 'expected_hostname_provider': 'awz' is not allowed, it must be one of {PROVIDERS} "
        "(did you mean 'aws'?)",
    ),
    'no provider at all': (
        {'expected_hostname_provider': []},
        f"option 'expected_hostname_provider': [] is not allowed, it must be at least one of {PROVIDERS}",
    ),
    'a provider that is a number': (
        {'expected_hostname_provider': 5},
        "option 'expected_hostname_provider': 5 is not allowed, it must be a valid",
    ),
    'an empty expected name': (
        {'expected_hostname': ''},
        "option 'expected_hostname': '' is not allowed, it must be instance_id, any or a host name",
    ),
    'a diagnosis that does not exist': (
        {'disabled_diagnoses': ['imds-hop-limit-to-low']},
        "option 'disabled_diagnoses': 'imds-hop-limit-to-low' is not allowed, it must be one of ",
    ),
    'an identity tag that does not exist': (
        {'identity_tags': ['regions']},
        "option 'identity_tags': 'regions' is not allowed, it must be one of account_id, availability_zone, image_id, "
        "instance_type, region (did you mean 'region'?)",
    ),
    'an endpoint that is not http': (
        {'imds_endpoint': 'https://169.254.169.254'},
        f"option 'imds_endpoint': 'https://169.254.169.254' is not allowed, {ENDPOINT}",
    ),
    'an endpoint with credentials': (
        {'imds_endpoint': 'http://me:hunter2@169.254.169.254'},
        f"option 'imds_endpoint': 'http://***@169.254.169.254' is not allowed, {ENDPOINT}",
    ),
    'an endpoint with a path': (
        {'imds_endpoint': 'http://169.254.169.254/latest'},
        f"option 'imds_endpoint': 'http://169.254.169.254/latest' is not allowed, {ENDPOINT}",
    ),
    'an endpoint that is a name': (
        {'imds_endpoint': 'http://imds.internal'},
        f"option 'imds_endpoint': 'http://imds.internal' is not allowed, {ENDPOINT}",
    ),
    'an endpoint with a port that is none': (
        {'imds_endpoint': 'http://169.254.169.254:http'},
        f"option 'imds_endpoint': 'http://169.254.169.254:http' is not allowed, {ENDPOINT}",
    ),
    'tags that are no list': ({'tags': 'team:a'}, "option 'tags': 'team:a' is not allowed, it must be a valid"),
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


@pytest.mark.parametrize('instance', [[], 'text', 5, None])
def test_an_instance_that_is_no_mapping_is_refused(instance):
    with pytest.raises(InvalidConfiguration, match='an instance must be a mapping of options'):
        read_configuration(instance)
