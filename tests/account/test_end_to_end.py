"""`aws-diagnostics check --config examples/account.yaml` against local servers, and the same run in the Agent."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.cli import run
from datadog_checks.aws_diagnostics.facts.account import PolicyKind, PolicyStatement
from tests.account import servers
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import Datadog, account, datadog_api, ec2_host, host, plain
from tests.account.ec2_fleet import EKS_NODE, Instance, listed
from tests.account.ec2_server import Account, serving
from tests.account.elb_server import Classic, Elb, elb_server
from tests.account.permission_lists import RECORDED
from tests.account.permission_sets import SETS, PermissionSet
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import (
    allows,
    check,
    configuration,
    failed,
    give_keys,
    make_role,
    policy,
    statement,
    statuses,
)
from tests.agent_process import results
from tests.diagnoses.integration.trust_policies import TRUST_POLICIES, TrustPolicy

MINISTACK_ACCOUNT = '000000000000'
PUBLISHED: dict[str, Sequence[str]] = {
    'standard': RECORDED.standard,
    'resource_collection': RECORDED.resource_collection,
}
ADMINISTRATOR = policy(allows('*'))
KNOWN_TO_BE_USED = {'ec2:Describe*'}
"""Wildcards of which Datadog documents the operations, so that a part of them is not enough."""
OUT_OF_REACH = Instance('required', 1, tags=EKS_NODE)


@pytest.fixture
def datadog(monkeypatch: pytest.MonkeyPatch) -> Iterator[Datadog]:
    """It has the account of either server on record, with one region."""
    give_keys(monkeypatch)
    region = {'include_only': ['us-east-1']}
    accounts = [account(id, aws_regions=region) for id in (MOTO_ACCOUNT, MINISTACK_ACCOUNT)]
    with datadog_api(Datadog(accounts, PUBLISHED)) as running:
        yield running


@pytest.fixture
def fleet() -> Account:
    return Account({'us-east-1': listed(Instance(), Instance())}, {'httpTokens': 'required', 'managedBy': 'account'})


@pytest.fixture(params=['moto', 'ministack'])
def aws(request, fleet, tmp_path, monkeypatch) -> Iterator[str]:
    """One of the servers, and beside it an EC2 that filters as AWS does: neither knows what a sweep asks for."""
    server: str = request.getfixturevalue(request.param)
    with serving(fleet) as ec2:
        monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', ec2)
        yield server


def test_an_account_as_it_should_be_has_no_fault(aws, datadog, tmp_path, capsys):
    make_role(policy(statement()), ADMINISTRATOR)
    document = check(capsys, configuration(tmp_path, datadog.url))
    assert failed(document) == set()
    assert (document['scope'], document['instance_id']) == ('account', None)
    assert document['facts']['account']['caller']['account_id'] in (MOTO_ACCOUNT, MINISTACK_ACCOUNT)


@pytest.mark.parametrize('trust', [pytest.param(trust, id=trust.words) for trust in TRUST_POLICIES])
def test_the_verdict_on_a_trust_policy(ministack, datadog, tmp_path, capsys, trust: TrustPolicy):
    make_role(trust.document)
    document = check(capsys, configuration(tmp_path, datadog.url, features=['role']))
    assert failed(document) == set(trust.failed)


def written(granted: PolicyStatement) -> dict[str, Any]:
    """The statement as JSON that the facts were read from."""
    actions = {'Action': granted.actions} if granted.actions else {'NotAction': granted.not_actions}
    condition = {'Condition': {'IpAddress': {'aws:SourceIp': '203.0.113.0/24'}}} if granted.conditional else {}
    resource = '*' if granted.every_resource else 'arn:aws:s3:::one-bucket'
    return {'Effect': granted.effect, **actions, 'Resource': resource, **condition}


INLINE = [s for s in SETS if all(p.kind is PolicyKind.INLINE and p.statements for p in s.policies)]


@pytest.mark.parametrize('permissions', [pytest.param(s, id=s.words) for s in INLINE])
def test_the_verdict_on_a_permission_set(moto, datadog, tmp_path, capsys, permissions: PermissionSet):
    documents = [policy(*map(written, p.statements)) for p in permissions.policies]
    make_role(policy(statement()), *documents, security_audit=False)
    document = check(capsys, configuration(tmp_path, datadog.url, features=['permissions']))
    lost = permissions.missing | permissions.denied | (permissions.partly & KNOWN_TO_BE_USED)
    assert ('integration-permissions-missing' in failed(document)) is bool(lost)
    (finding,) = [f for f in document['findings'] if f['id'] == 'integration-permissions-missing']
    assert len(lost) < 1 or any(action.partition(':')[0] in finding['evidence'] for action in lost)


def test_a_role_of_another_name_is_missing(aws, datadog, tmp_path, capsys):
    make_role(policy(statement()))
    datadog.accounts = [
        account(id, auth_config={'role_name': 'datadogintegrationROLE', 'external_id': 'x'})
        for id in (MOTO_ACCOUNT, MINISTACK_ACCOUNT)
    ]
    document = check(capsys, configuration(tmp_path, datadog.url, features=['role'], regions=['us-east-1']))
    assert 'integration-role-missing' in failed(document)


def test_hosts_that_will_be_misnamed_are_named(aws, fleet, datadog, tmp_path, capsys):
    make_role(policy(statement()), ADMINISTRATOR)
    fleet.instances = {'us-east-1': listed(OUT_OF_REACH, Instance())}
    document = check(capsys, configuration(tmp_path, datadog.url, features=['imds_posture']))
    assert failed(document) == {'imds-fleet-hosts-misnamed'}


@pytest.fixture
def cloudwatch(moto, monkeypatch) -> Iterator[CloudWatch]:
    """Beside moto, which neither looks at how recent a metric is nor has metric streams."""
    running = CloudWatch()
    with cloudwatch_server(running) as endpoint:
        monkeypatch.setenv('AWS_ENDPOINT_URL_CLOUDWATCH', endpoint)
        yield running


def excluding(*namespaces: str) -> dict[str, Any]:
    return {'enabled': True, 'namespace_filters': {'exclude_only': ['AWS/SQS', *namespaces]}}


def test_what_datadog_does_not_collect_is_named(cloudwatch, datadog, tmp_path, capsys):
    regions = {'include_only': ['us-east-1']}
    datadog.accounts = [account(MOTO_ACCOUNT, aws_regions=regions, metrics_config=excluding('AWS/RDS'))]
    cloudwatch.metrics = {('sa-east-1', 'AWS/EC2'): 2, ('us-east-1', 'AWS/RDS'): 9, ('us-east-1', 'AWS/SQS'): 9}
    document = check(capsys, configuration(tmp_path, datadog.url, features=['metrics']))
    assert failed(document) == {'region-not-collected', 'namespace-not-collected'}
    evidence = {f['id']: f['evidence'] for f in document['findings']}
    assert 'sa-east-1 (2 instances)' in evidence['region-not-collected']
    assert '9 active metrics of AWS/RDS in us-east-1' in evidence['namespace-not-collected']
    config = configuration(tmp_path, datadog.url, features=['metrics'])
    config.write_text(config.read_text() + '  disabled_diagnoses: [region-not-collected, namespace-not-collected]\n')
    assert failed(check(capsys, config)) == set()


@pytest.mark.parametrize(
    ('recorded', 'streams', 'fault'),
    [
        pytest.param({'metrics_config': {'enabled': False}}, [], {'metric-collection-disabled'}, id='metrics are off'),
        pytest.param({'metrics_config': excluding('AWS/RDS')}, ['running'], set(), id='a metric stream delivers them'),
        pytest.param({'metrics_config': excluding()}, [], set(), id='only what Datadog leaves out by default'),
    ],
)
def test_metrics_that_are_missing_or_not(cloudwatch, datadog, tmp_path, capsys, recorded, streams, fault):
    datadog.accounts = [account(MOTO_ACCOUNT, **recorded)]
    cloudwatch.metrics = {('us-east-1', 'AWS/RDS'): 9, ('us-east-1', 'AWS/SQS'): 9}
    cloudwatch.streams = {'us-east-1': streams}
    document = check(capsys, configuration(tmp_path, datadog.url, features=['metrics']))
    assert failed(document) == fault


def test_a_host_that_stands_twice_and_tags_that_nothing_updates_are_named(moto, datadog, tmp_path, capsys):
    id, options = 'i-0123456789abcdef0', {'features': ['inventory'], 'hosts_settle_after': 0}
    left = {'name': 'db-1', 'apps': ['agent'], 'sources': ['agent', 'aws']}
    datadog.hosts = [
        ec2_host(id, MOTO_ACCOUNT, 'us-east-1'),
        host('web-1', aliases=[id]),
        ec2_host('i-0fedcba9876543210', MOTO_ACCOUNT, 'eu-west-1', **left),
    ]
    document = check(capsys, configuration(tmp_path, datadog.url, **options))
    assert failed(document) == {'host-duplicated', 'host-aws-tags-lingering'}
    datadog.hosts = [ec2_host(id, MOTO_ACCOUNT, 'us-east-1', apps=['agent', 'aws']), host('web-1')]
    assert failed(check(capsys, configuration(tmp_path, datadog.url, **options))) == set()
    datadog.hosts_first = [plain(403, '{}')]
    document = check(capsys, configuration(tmp_path, datadog.url, **options))
    evidence = [f['evidence'] for f in document['findings'] if f['id'].startswith('host-')]
    assert (failed(document), ['hosts_read' in text for text in evidence[-2:]]) == (set(), [True, True])


ZONES = ('us-east-1a', 'us-east-1b')
NODES = {f'i-{number:017x}': zone for number, zone in enumerate((ZONES[0], ZONES[0], *ZONES[1:] * 3))}
CLASSIC = Classic('web', ZONES, dict.fromkeys(NODES, ('InService', 'N/A')), tags={'team': 'platform'})
INFLATED = 'elb-cross-zone-counts-inflated'


@pytest.fixture
def elb(moto, monkeypatch) -> Iterator[Elb]:
    """The guide's example: two instances in one zone and three in the other."""
    with elb_server(Elb([CLASSIC, Classic('other', ZONES)], NODES)) as running:
        for service in ('EC2', 'ELASTIC_LOAD_BALANCING', 'ELASTIC_LOAD_BALANCING_V2'):
            monkeypatch.setenv(f'AWS_ENDPOINT_URL_{service}', running.url)
        yield running


def monitor(query: str) -> dict[str, Any]:
    return {'id': 4711, 'name': 'Too few hosts', 'type': 'query alert', 'query': f'min(last_5m):{query} < 4'}


COUNTED = {'features': ['load_balancers'], 'load_balancers': {'tags': {'team': ['plat*']}}}


@pytest.mark.parametrize(
    ('query', 'status'),
    [
        pytest.param('sum:aws.elb.healthy_host_count{name:web}', 'warning', id='a sum over zones'),
        pytest.param('max:aws.elb.healthy_host_count{name:web}', 'ok', id='the largest zone'),
    ],
)
def test_hosts_that_a_monitor_counts_once_for_each_zone(elb, datadog, tmp_path, capsys, query, status):
    datadog.metrics.monitors = [monitor('avg:system.load.1{*}'), monitor(query)]
    document = check(capsys, configuration(tmp_path, datadog.url, **COUNTED))
    (finding,) = [f for f in document['findings'] if f['id'] == INFLATED]
    assert (finding['status'], '10 where 5 are healthy (2 in us-east-1a, 3 in us-east-1b)' in finding['evidence']) == (
        status,
        True,
    )
    (balancer,) = document['facts']['account']['load_balancers']['balancers']
    assert [(c['zone'], c['state'], c['targets']) for c in balancer['groups'][0]['counts']] == [
        (ZONES[0], 'healthy', 2),
        (ZONES[1], 'healthy', 3),
    ]


def test_without_the_permission_to_read_monitors_nothing_is_claimed(elb, datadog, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('DD_APP_KEY', 'c' * 40)
    document = check(capsys, configuration(tmp_path, datadog.url, **COUNTED))
    (finding,) = [f for f in document['findings'] if f['id'] == INFLATED]
    assert (finding['status'], 'permission monitors_read' in finding['evidence']) == ('unknown', True)


def test_monitors_are_not_asked_for_where_no_sum_is_wrong(elb, datadog, tmp_path, capsys):
    elb.balancers = [replace(CLASSIC, cross_zone=False)]
    document = check(capsys, configuration(tmp_path, datadog.url, **COUNTED))
    assert statuses(document)[INFLATED] == 'ok'
    assert [target for target in datadog.asked if target.startswith('/api/v1/monitor')] == []


def test_load_balancers_that_nobody_chose_cost_no_call(elb, datadog, tmp_path, capsys):
    document = check(capsys, configuration(tmp_path, datadog.url, features=['load_balancers']))
    assert document['facts']['account']['load_balancers'] is None
    assert statuses(document)[INFLATED] == 'not_applicable'
    assert elb.asked == []


def test_the_agent_sends_the_counts_of_each_zone(elb, datadog, tmp_path, aggregator, datadog_agent):
    check = agent_check(configuration(tmp_path, datadog.url, **COUNTED))
    assert check.run() == ''
    of_all = [
        f'aws_account:{MOTO_ACCOUNT}',
        *('region:us-east-1', 'name:web', 'loadbalancername:web', 'method:describe_instance_health'),
    ]
    for zone, healthy in zip(ZONES, (2, 3), strict=True):
        tags = [*of_all, f'availability-zone:{zone}']
        aggregator.assert_metric('aws_diagnostics.elb.healthy_hosts', healthy, tags=tags, count=1)
        aggregator.assert_metric('aws_diagnostics.elb.unhealthy_hosts', 0, tags=tags, count=1)
    aggregator.assert_metric('aws_diagnostics.elb.healthy_hosts_summed', 10, tags=of_all, count=1)
    aggregator.assert_metric('aws_diagnostics.elb.inflation', 2, tags=of_all, count=1)
    aggregator.assert_service_check('aws_diagnostics.load_balancers', AgentCheck.OK, tags=of_all[:1])


def test_a_missing_permission_of_our_own_is_unknown_with_its_name_and_stops_nothing_else(
    aws, fleet, datadog, tmp_path, capsys
):
    make_role(policy(statement()), ADMINISTRATOR)
    fleet.denied = frozenset({'DescribeInstances'})
    document = check(capsys, configuration(tmp_path, datadog.url))
    (finding,) = [f for f in document['findings'] if f['id'] == 'imds-fleet-hosts-misnamed']
    assert (finding['status'], 'ec2:DescribeInstances' in finding['evidence']) == ('unknown', True)
    assert failed(document) == set()
    assert statuses(document)['trust-policy-external-id'] == 'ok'


def test_without_credentials_nothing_fails(datadog, tmp_path, capsys, monkeypatch):
    nobody = {
        **servers.environment('http://127.0.0.1:1', tmp_path),
        'AWS_ACCESS_KEY_ID': '',
        'AWS_SECRET_ACCESS_KEY': '',
    }
    servers.use(monkeypatch, nobody)
    document = check(capsys, configuration(tmp_path, datadog.url))
    assert (failed(document), document['status']) == (set(), 'unknown')
    assert 'unobserved' in document['facts']['account']['caller']


def test_judge_finds_on_saved_facts_what_the_run_found(aws, datadog, tmp_path, capsys):
    make_role(policy(statement(Condition=None)))
    file = tmp_path / 'facts.json'
    config = str(configuration(tmp_path, datadog.url))
    status = run(['check', '--json', '--config', config, '--save-facts', str(file)])
    checked = json.loads(capsys.readouterr().out)
    assert run(['judge', '--json', str(file)]) == status
    (judged,) = json.loads(capsys.readouterr().out)['reports']
    assert (judged.pop('source'), judged.pop('saved_at') is None) == (str(file), False)
    (report,) = checked['reports']
    assert judged | {'source': None, 'saved_at': None} == report


def test_a_person_reads_which_account_it_is_and_what_to_do(aws, datadog, tmp_path, capsys):
    make_role(policy(statement(Principal={'AWS': 'arn:aws:iam::111122223333:root'})), ADMINISTRATOR)
    assert run(['check', '--config', str(configuration(tmp_path, datadog.url, features=['role']))]) == 2
    printed = capsys.readouterr().out
    assert printed.startswith('CRITICAL account ')
    assert '(trust-policy-wrong-principal)' in printed
    assert '464622532012' in printed


def agent_check(config) -> AwsDiagnosticsCheck:
    (instance,) = yaml.safe_load(config.read_text())['instances']
    instance['account'] |= {'app_key': 'b' * 28 + '0123456789ab', 'api_key': 'a' * 20 + '0123456789ab'}
    check = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
    check.check_id = 'aws_diagnostics:account'
    return check


def test_the_agent_sends_the_verdicts_and_agent_diagnose_shows_them(
    moto, fleet, datadog, tmp_path, monkeypatch, aggregator, datadog_agent
):
    make_role(policy(statement(Condition=None)), ADMINISTRATOR)
    fleet.instances = {'us-east-1': listed(OUT_OF_REACH, Instance())}
    with serving(fleet) as ec2:
        monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', ec2)
        check = agent_check(configuration(tmp_path, datadog.url))
        assert check.run() == ''
    tags = [f'aws_account:{MOTO_ACCOUNT}']
    aggregator.assert_service_check('aws_diagnostics.integration_role', AgentCheck.CRITICAL, tags=tags)
    aggregator.assert_service_check('aws_diagnostics.imds_fleet', AgentCheck.CRITICAL, tags=tags)
    aggregator.assert_metric('aws_diagnostics.imds_fleet.misnamed', 1, tags=[*tags, 'region:us-east-1'])
    rows = results(check.get_diagnoses())
    assert (rows['trust-policy-external-id'], rows['trust-policy-wrong-principal']) == (1, 0)
    assert aggregator.events == []


def test_agent_diagnose_asks_no_account_where_nothing_ran(datadog, tmp_path, monkeypatch):
    monkeypatch.setenv('AWS_ENDPOINT_URL', datadog.url)
    check = agent_check(configuration(tmp_path, datadog.url))
    assert (json.loads(check.get_diagnoses()), datadog.asked) == ([], [])


def test_whom_the_role_must_trust_goes_by_the_site_that_the_agent_reports_to(
    moto, datadog, tmp_path, aggregator, datadog_agent
):
    make_role(policy(statement()))
    datadog_agent._config['site'] = 'ap1.datadoghq.com'
    check = agent_check(configuration(tmp_path, datadog.url, features=['role']))
    assert check.run() == ''
    rows = results(check.get_diagnoses())
    assert rows['trust-policy-wrong-principal'] == 1


def test_results_are_reported_again_until_the_next_hour_without_asking_again(moto, datadog, tmp_path, aggregator):
    make_role(policy(statement()))
    config = configuration(tmp_path, datadog.url, features=['role'])
    config.write_text(config.read_text().replace('min_collection_interval: 3600', ''))
    check = agent_check(config)
    assert [check.run(), check.run()] == ['', '']
    calls = [sample.value for sample in aggregator.metrics('aws_diagnostics.run.api_calls')]
    assert (calls[0] > 0, calls[1], len(datadog.asked)) == (True, 0, 2), (
        'the record, and the errors that Datadog reports'
    )
    assert len(aggregator.service_checks('aws_diagnostics.integration_role')) == 2
