"""The mapping `account` of an instance: what it means, and what is said when it is wrong."""

import pytest
import yaml
from datadog_checks.base import ConfigurationError

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions, Chosen
from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.collect.run import CollectOptions
from datadog_checks.aws_diagnostics.configuration import InvalidConfiguration, Options, read_configuration
from datadog_checks.aws_diagnostics.expectations import AccountExpectations, Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts.account import ExternalId, Feature
from datadog_checks.aws_diagnostics.facts.metrics import MetricName, NameSource, Watched
from datadog_checks.aws_diagnostics.facts.values import Arn, DatadogMetric, MetricNamespace, RegionName

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
          assume_role_external_id: an:external/id
          features: [role, imds_posture]
          fleet_filter: {'tag:team': [platform, web]}
          load_balancers: {names: [web-*, api], tags: {team: [platform, 'web?']}}
          max_api_calls: 50
          unused_after: 7200
          hosts_settle_after: 0
          tagged_resources: ['arn:aws:sqs:eu-west-1:123456789012:a', 'arn:aws:sqs:eu-west-1:123456789012:a']
          tags_settle_after: 900
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
                assumed_role=Arn('arn:aws-us-gov:iam::123456789012:role/path/reader'),
                role_name='DatadogAWSIntegrationRole',
                external_id=ExternalId.of(' b2f0c1e4'),
                features=features,
                unused_after=7200.0,
                hosts_settle_after=0.0,
                tags_settle_after=900.0,
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
            assume_role_external_id='an:external/id',
            features=features,
            fleet_filter=(('tag:team', ('platform', 'web')),),
            load_balancers=Chosen(('web-*', 'api'), (('team', ('platform', 'web?')),)),
            tagged_resources=(Arn('arn:aws:sqs:eu-west-1:123456789012:a'),),
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


@pytest.mark.parametrize(
    ('setting', 'chosen'),
    [
        pytest.param({'names': ['*']}, Chosen(names=('*',)), id='all'),
        pytest.param({'tags': {'team': ['']}}, Chosen(tags=(('team', ('',)),)), id='a tag without a value'),
        pytest.param({'names': ['web'], 'tags': None}, Chosen(names=('web',)), id='no tags'),
    ],
)
def test_load_balancers_are_chosen_by_names_tags_or_both(setting, chosen):
    assert read_configuration({'account': {'load_balancers': setting}}).account == AccountOptions(load_balancers=chosen)


def test_the_word_integration_means_the_regions_of_the_integration():
    assert read_configuration({'account': {'regions': 'integration'}}) == read_configuration({'account': {}})


REQUESTS = {'name': 'aws.elb.request_count', 'region': 'eu-west-1'}


def watched(*entries: object) -> tuple[Watched, ...]:
    options = read_configuration({'account': {'watched_metrics': list(entries)}}).account
    assert options
    return options.watched_metrics


def named(name: str) -> MetricName:
    found = metric_names().of_datadog(name)
    assert found
    return found


def test_watched_metrics_are_read_with_what_narrows_them():
    entry = {**REQUESTS, 'dimensions': {'LoadBalancerName': 'web'}, 'tags': ['availability-zone:eu-west-1a']}
    assert watched(entry, REQUESTS) == (
        Watched(
            named('aws.elb.request_count'),
            {'LoadBalancerName': 'web'},
            RegionName('eu-west-1'),
            ('availability-zone:eu-west-1a',),
        ),
        Watched(named('aws.elb.request_count'), {}, RegionName('eu-west-1')),
    )


def test_the_tags_of_dimensions_are_read():
    options = read_configuration({'account': {'dimension_tags': {'LoadBalancerName': 'name'}}}).account
    assert options and options.dimension_tags == (('LoadBalancerName', 'name'),)


def test_nothing_is_watched_without_the_operator():
    assert watched() == AccountOptions().watched_metrics == ()


def test_a_metric_that_is_given_twice_is_watched_once():
    assert len(watched(REQUESTS, {**REQUESTS, 'dimensions': {}}, {**REQUESTS, 'tags': None})) == 1


@pytest.mark.parametrize(
    ('name', 'meant'),
    [
        pytest.param('AWS/ELB Latency', named('aws.elb.latency'), id='the main statistic of a metric of CloudWatch'),
        pytest.param(
            'AWS/Neptune GremlinRequestsPerSec',
            MetricName(
                DatadogMetric('aws.neptune.gremlin_requests_per_sec'),
                MetricNamespace('AWS/Neptune'),
                'GremlinRequestsPerSec',
                '',
                source=NameSource.GUESSED,
            ),
            id='a name that is guessed',
        ),
    ],
)
def test_a_watched_metric_can_have_its_name_of_cloudwatch(name, meant):
    assert watched({'name': name, 'region': 'us-east-1'}) == (Watched(meant, {}, RegionName('us-east-1')),)


SETTINGS = {
    'a misspelt setting': ({'ap_key': HUNTER2}, 'account.ap_key is not known: did you mean app_key?'),
    'a setting that resembles nothing': (
        {'zzz': 1},
        'account.zzz is not known: known are api_key, app_key, assume_role_arn, assume_role_external_i',
    ),
    'one region without a list': (
        {'regions': 'eu-west-1'},
        'account.regions must be a list of regions, or integration',
    ),
    'no region': (
        {'regions': []},
        'account.regions must be a list of at least one region, or integration, not an empty list',
    ),
    'a city': ({'regions': ['Paris']}, 'account.regions[0] must be a region such as eu-west-1'),
    'a region with a line break': (
        {'regions': ['eu-west-1\n']},
        'account.regions[0] must be printable text of at most 4096 characters',
    ),
    'a number for a region': (
        {'regions': [1]},
        'account.regions[0] must be a string, not a number',
    ),
    'a role name with a space': (
        {'role_name': 'Datadog Role'},
        'account.role_name must be the name of an IAM role: up to 64 letters, digits and _+=,.@-, withou',
    ),
    'a role name that is an ARN': (
        {'role_name': 'arn:aws:iam::123456789012:role/x'},
        'account.role_name must be the name of an IAM role: up to 64 letters, digits and _+=,.@-, withou',
    ),
    'an ARN that is no role': (
        {'assume_role_arn': 'arn:aws:iam::123456789012:user/x'},
        'account.assume_role_arn must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME',
    ),
    'an external id that nothing takes': (
        {'assume_role_external_id': HUNTER2},
        'account.assume_role_external_id requires account.assume_role_arn',
    ),
    'an external id with a space': (
        {'assume_role_arn': 'arn:aws:iam::123456789012:role/x', 'assume_role_external_id': f' {HUNTER2}'},
        'account.assume_role_external_id must be an external id: 2 to 1224 letters, digits and _+=,.@:/-',
    ),
    'an external id that the Agent has not resolved': (
        {'assume_role_arn': 'arn:aws:iam::123456789012:role/x', 'assume_role_external_id': 'ENC[x]'},
        'account.assume_role_external_id must be resolved: only the Agent resolves ENC[]',
    ),
    'a site that does not exist': (
        {'datadog_site': 'datadoghq.org'},
        "account.datadog_site must be one of 'datadoghq.com', 'datadoghq.eu', 'us3.datadoghq.com', 'us5.",
    ),
    'an API without encryption': (
        {'datadog_api_url': 'http://api.example'},
        'account.datadog_api_url must be https://HOST or https://HOST:PORT, or http on loopback, without',
    ),
    'an API with a password': (
        {'datadog_api_url': f'https://me:{HUNTER2}@api.example'},
        'account.datadog_api_url must be https://HOST or https://HOST:PORT, or http on loopback, without',
    ),
    'an API with a path': (
        {'datadog_api_url': 'https://api.example/api/v2'},
        'account.datadog_api_url must be https://HOST or https://HOST:PORT, or http on loopback, without',
    ),
    'an API at a port that is none': (
        {'datadog_api_url': 'https://api.example:http'},
        'account.datadog_api_url must be https://HOST or https://HOST:PORT, or http on loopback, without',
    ),
    'an API of their own with the key of the Agent': (
        {'datadog_api_url': 'https://api.example', 'app_key': HUNTER2},
        "account.datadog_api_url requires account.api_key; the Agent's own key is sent only to Datadog",
    ),
    'an external id that YAML took for a number': (
        {'external_id': 12345678},
        'account.external_id must be a string, not a number',
    ),
    'half a surrogate pair': (
        {'external_id': 'abc\ud800'},
        'account.external_id must be printable text of at most 4096 characters',
    ),
    'an empty external id': ({'external_id': ''}, 'account.external_id must be a string that is not empty'),
    'a key that nobody resolved': (
        {'app_key': f'ENC[{HUNTER2}]'},
        'account.app_key must be resolved: only the Agent resolves ENC[]; at a terminal set DD_API_KEY a',
    ),
    'a key with a line break': (
        {'api_key': f'{HUNTER2}\n'},
        'account.api_key must be printable text of at most 4096 characters',
    ),
    'a feature that does not exist': (
        {'features': ['logs']},
        "account.features[0] must be one of 'role', 'permissions', 'imds_posture', 'inventory', 'metrics",
    ),
    'no feature': (
        {'features': []},
        'account.features must be a list with at least one of role, permissions, imds_posture, inventory',
    ),
    'a filter without a list': (
        {'fleet_filter': {'tag:team': 'web'}},
        'account.fleet_filter must be at most 20 filters of ec2:DescribeInstances, each with a list of 1',
    ),
    'a filter without a value': (
        {'fleet_filter': {'tag:team': []}},
        'account.fleet_filter must be at most 20 filters of ec2:DescribeInstances, each with a list of 1',
    ),
    'a filter that the sweep sets': (
        {'fleet_filter': {'metadata-options.http-tokens': ['optional']}},
        'account.fleet_filter cannot hold metadata-options.http-tokens: the check sets this filter itself',
    ),
    'load balancers that are neither named nor tagged': (
        {'load_balancers': {}},
        'account.load_balancers must be a mapping with names, tags or both',
    ),
    'load balancers in a list': (
        {'load_balancers': ['web']},
        'account.load_balancers must be a mapping, not a list',
    ),
    'a misspelt choice': (
        {'load_balancers': {'name': ['web']}},
        'account.load_balancers.name is not known: did you mean names?',
    ),
    'one name without a list': (
        {'load_balancers': {'names': 'web'}},
        'account.load_balancers.names must be a list of at most 100 names',
    ),
    'the ARN of a load balancer': (
        {'load_balancers': {'names': ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1']}},
        'account.load_balancers.names[0] must be the name of a load balancer: letters, digits, hyphens',
    ),
    'a number for a name': (
        {'load_balancers': {'names': [7]}},
        'account.load_balancers.names[0] must be the name of a load balancer: letters, digits, hyphens',
    ),
    'a tag with one value without a list': (
        {'load_balancers': {'tags': {'team': 'platform'}}},
        'account.load_balancers.tags must be at most 20 keys of tags, each with a list of 1 to 50 strings',
    ),
    'a tag without values': (
        {'load_balancers': {'tags': {'team': []}}},
        'account.load_balancers.tags must be at most 20 keys of tags, each with a list of 1 to 50 strings',
    ),
    'more names than are taken': (
        {'load_balancers': {'names': ['web'] * 101}},
        'account.load_balancers.names must be a list of at most 100 names',
    ),
    'a list of tags': (
        {'load_balancers': {'tags': ['team:platform']}},
        'account.load_balancers.tags must be at most 20 keys of tags, each with a list of 1 to 50 strings',
    ),
    'no call at all': (
        {'max_api_calls': 0},
        'account.max_api_calls must be at least 1, not 0',
    ),
    'calls that are true': (
        {'max_api_calls': True},
        'account.max_api_calls must be a number, not true',
    ),
    'settled before it began': (
        {'hosts_settle_after': -1},
        'account.hosts_settle_after must be at least 0, not -1',
    ),
    'no resource at all': (
        {'tagged_resources': []},
        'account.tagged_resources must be a list of 1 to 50 ARNs, not an empty list',
    ),
    'more resources than one call takes': (
        {'tagged_resources': [f'arn:aws:sqs:eu-west-1:123456789012:q{n}' for n in range(51)]},
        'account.tagged_resources must be a list of 1 to 50 ARNs',
    ),
    'an instance id for a resource': (
        {'tagged_resources': ['i-0123456789abcdef0']},
        'account.tagged_resources[0] must be the ARN of one resource: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE',
    ),
    'every resource': (
        {'tagged_resources': ['arn:aws:sqs:eu-west-1:123456789012:*']},
        'account.tagged_resources[0] must be the ARN of one resource: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE',
    ),
    'one resource without a list': (
        {'tagged_resources': 'arn:aws:sqs:eu-west-1:123456789012:a'},
        'account.tagged_resources must be a list',
    ),
    'tags sooner than Datadog can show them': (
        {'tags_settle_after': 60},
        'account.tags_settle_after must be at least 900, not 60',
    ),
    'unused after a time without end': (
        {'unused_after': float('inf')},
        'account.unused_after must be a number, not inf',
    ),
    'unused at once': (
        {'unused_after': 0},
        'account.unused_after must be greater than 0, not 0',
    ),
    'a watched metric without a list': ({'watched_metrics': REQUESTS}, 'account.watched_metrics must be a list'),
    'a name for a watched metric': (
        {'watched_metrics': ['aws.elb.request_count']},
        'account.watched_metrics[0] must be a mapping',
    ),
    'more watched metrics than fit into a run': (
        {'watched_metrics': [REQUESTS] * 21},
        'account.watched_metrics must be a list of at most 20 metrics',
    ),
    'a misspelt key of a watched metric': (
        {'watched_metrics': [REQUESTS, {**REQUESTS, 'dimension': {}}]},
        'account.watched_metrics[1].dimension is not known: did you mean dimensions?',
    ),
    'a watched metric without a name': (
        {'watched_metrics': [{'region': 'eu-west-1'}]},
        'account.watched_metrics[0].name must be a name of Datadog like aws.elb.request_count, or NAMESPA',
    ),
    'a misspelt watched metric': (
        {'watched_metrics': [{**REQUESTS, 'name': 'aws.elb.requestcount'}]},
        'account.watched_metrics[0].name must be a name of Datadog like aws.elb.request_count, or NAMESPACE METRIC of '
        'CloudWatch like AWS/ELB RequestCount (did you mean aws.elb.request_count?)',
    ),
    'a watched metric that no service has': (
        {'watched_metrics': [{**REQUESTS, 'name': 'AWS/ELB requests!'}]},
        'account.watched_metrics[0].name must be a name of Datadog like aws.elb.request_count, or NAMESPA',
    ),
    'a tag of a dimension that is none': (
        {'dimension_tags': {'LoadBalancerName': 'a b'}},
        'account.dimension_tags.LoadBalancerName must be the key of a tag of Datadog, such as loadbalancername',
    ),
    'a tag of a dimension with a value': (
        {'dimension_tags': {'LoadBalancerName': 'name:web'}},
        'account.dimension_tags.LoadBalancerName must be the key of a tag of Datadog, such as loadbalancername',
    ),
    'more tags of dimensions than anybody needs': (
        {'dimension_tags': {f'd{n}': 'x' for n in range(21)}},
        'account.dimension_tags must be a mapping of at most 20 dimensions',
    ),
    'a watched metric without a region': (
        {'watched_metrics': [{'name': 'aws.elb.latency'}]},
        'account.watched_metrics[0].region must be a region such as eu-west-1',
    ),
    'a dimension that YAML took for a number': (
        {'watched_metrics': [{**REQUESTS, 'dimensions': {'LoadBalancerName': 7}}]},
        'account.watched_metrics[0].dimensions.LoadBalancerName must be a string of 1 to 1024 characters, not a number',
    ),
    'dimensions in a list': (
        {'watched_metrics': [{**REQUESTS, 'dimensions': ['LoadBalancerName=web']}]},
        'account.watched_metrics[0].dimensions must be a mapping of at most 30 dimensions, such as LoadBa',
    ),
    'more dimensions than a metric has': (
        {'watched_metrics': [{**REQUESTS, 'dimensions': {f'd{n}': 'x' for n in range(31)}}]},
        'account.watched_metrics[0].dimensions must be a mapping of at most 30 dimensions, such as LoadBa',
    ),
    'a dimension with a line break': (
        {'watched_metrics': [{**REQUESTS, 'dimensions': {'LoadBalancerName\n': 'web'}}]},
        'account.watched_metrics[0].dimensions has a name that is not printable text of 1 to 255 characte',
    ),
    'an empty dimension': (
        {'watched_metrics': [{**REQUESTS, 'dimensions': {'aws:x': ''}}]},
        'account.watched_metrics[0].dimensions.* must be a string of 1 to 1024 characters, not an empty string',
    ),
    'tags that are one text': (
        {'watched_metrics': [{**REQUESTS, 'tags': 'team:web'}]},
        'account.watched_metrics[0].tags must be a list of at most 20 tags',
    ),
    'a tag that ends a query': (
        {'watched_metrics': [{**REQUESTS, 'tags': ['team:web', 'team:web} by {host']}]},
        'account.watched_metrics[0].tags[1] must be a tag of Datadog like availability-zone:eu-west-1a, w',
    ),
    'a tag with a wildcard': (
        {'watched_metrics': [{**REQUESTS, 'tags': ['team:*']}]},
        'account.watched_metrics[0].tags[0] must be a tag of Datadog like availability-zone:eu-west-1a, w',
    ),
}

INSTANCES = {
    **{situation: ({'account': settings}, message) for situation, (settings, message) in SETTINGS.items()},
    'an account without a value': ({'account': None}, 'account must be a mapping, not an empty value'),
    'an account that is its number': ({'account': 123456789012}, 'account must be a mapping, not a number'),
    'an option of the host': (
        {'account': {}, 'timeout': 1},
        'timeout: for host instances only, not allowed next to account; use two instances for the two scopes',
    ),
    'two options of the host': (
        {'account': {}, 'imds_endpoint': 'http://127.0.0.1', 'ec2': 'never'},
        'ec2, imds_endpoint: for host instances only, not allowed next to account; use two instances for',
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
