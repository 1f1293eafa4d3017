"""rollout/cluster-checks: what the Cluster Agent hands to a runner, and what the check makes of it there."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck, __version__
from datadog_checks.aws_diagnostics.cli.configuration_file import read_instances
from datadog_checks.aws_diagnostics.configuration import InvalidConfiguration, Options, read_configuration
from tests.account import servers
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.whole_run import make_role, policy, statement
from tests.rollout.dispatching import (
    CLUSTER_CHECKS,
    CLUSTER_TAGS,
    DATADOG_AGENT,
    SEVERAL,
    VALUES,
    Instance,
    dispatched,
    dispatched_apart,
    files_of_helm,
    of_helm,
    of_operator,
    resolved,
)
from tests.rollout.environment import ROOT
from tests.rollout.helm.chart_keys import chart_values, unknown_keys
from tests.rollout.helm.releases import release, step
from tests.rollout.kubernetes import kubectl, manifest, problems


@pytest.fixture(scope='module')
def secret(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the Secret that the README makes."""
    (name,) = re.findall(r'create secret generic aws-diagnostics --from-file=(\w+)=', readme())
    key = tmp_path_factory.mktemp('secret') / 'key'
    key.write_text(APP_KEY)
    made = kubectl('create', 'secret', 'generic', 'aws-diagnostics', f'--from-file={name}={key}', '--dry-run=client')
    return {file: base64.b64decode(content).decode() for file, content in made['data'].items()}


CONFIG_MAP = CLUSTER_CHECKS / 'values-configmap.yaml'


@pytest.mark.parametrize('file', [VALUES, CONFIG_MAP, SEVERAL], ids=lambda file: file.name)
def test_the_chart_knows_every_key(file: Path) -> None:
    assert unknown_keys(manifest(file), chart_values()) == []


def test_the_operator_knows_every_field() -> None:
    assert problems(manifest(DATADOG_AGENT)) == []


def test_helm_and_operator_hand_out_the_same() -> None:
    assert of_helm(VALUES) == of_operator()


def test_one_account_is_looked_at_once_an_hour(secret: dict[str, str]) -> None:
    (instance,) = dispatched(of_helm(VALUES))
    options = read_configuration(resolved(instance, secret))
    assert options.account is not None
    assert (options.account.app_key, options.account.assume_role_arn) == (APP_KEY, '')
    assert (instance['min_collection_interval'], options.tags) == (3600, tuple(CLUSTER_TAGS))


def test_without_the_secret_backend_the_check_says_what_is_missing() -> None:
    (instance,) = dispatched(of_helm(VALUES))
    with pytest.raises(InvalidConfiguration, match=re.escape('resolved: only the Agent resolves ENC[]')):
        read_configuration(instance)


def test_several_accounts_are_as_many_files_that_different_runners_can_have(secret: dict[str, str]) -> None:
    roles = [role_of(resolved(instance, secret)) for instance in dispatched_apart(files_of_helm(VALUES, SEVERAL))]
    assert sorted(roles) == ['', *(f'arn:aws:iam::{id}:role/aws-diagnostics' for id in (210987654321, 321098765432))]


def role_of(instance: Instance) -> str:
    account = read_configuration(instance).account
    assert account is not None
    return account.assume_role_arn


def test_a_runner_has_the_check_a_role_and_the_secret_and_never_the_credentials_of_its_node() -> None:
    runner = manifest(VALUES)['clusterChecksRunner']
    assert runner['envDict'] == {'AWS_EC2_METADATA_DISABLED': 'true'}
    (volume,), (mount,) = runner['volumes'], runner['volumeMounts']
    assert (volume['name'], volume['secret']) == (mount['name'], {'secretName': 'aws-diagnostics'})
    assert manifest(VALUES)['datadog']['secretBackend']['arguments'] == mount['mountPath']
    of_the_operator = manifest(DATADOG_AGENT)['spec']['override']['clusterChecksRunner']
    assert of_the_operator['serviceAccountAnnotations'] == runner['rbac']['serviceAccountAnnotations']
    assert of_the_operator['volumes'] == runner['volumes']
    assert of_the_operator['containers']['agent']['volumeMounts'] == runner['volumeMounts']
    assert of_the_operator['extraChecksd']['configMap']['name'] == f'aws-diagnostics-{__version__}'


def test_the_file_of_the_check_is_mounted_beside_the_key() -> None:
    runner, more = manifest(VALUES)['clusterChecksRunner'], manifest(CONFIG_MAP)['clusterChecksRunner']
    check = {'name': 'aws-diagnostics-check'}
    in_configmap = {**check, 'configMap': {'name': f'aws-diagnostics-{__version__}'}}
    assert more['volumes'] == [*runner['volumes'], in_configmap]
    mounted = {**check, 'mountPath': '/etc/datadog-agent/checks.d', 'readOnly': True}
    assert more['volumeMounts'] == [*runner['volumeMounts'], mounted]


def test_the_application_key_is_resolved_by_the_runner_and_not_sent_to_it() -> None:
    skip = ('DD_SECRET_BACKEND_SKIP_CHECKS', 'true')
    assert list(manifest(VALUES)['clusterAgent']['envDict'].items()) == [skip]
    spec = manifest(DATADOG_AGENT)['spec']
    assert [tuple(variable.values()) for variable in spec['override']['clusterAgent']['env']] == [skip]
    of_helm, of_operator = manifest(VALUES)['datadog']['secretBackend'], spec['global']['secretBackend']
    assert (of_helm['command'], of_helm['arguments']) == (of_operator['command'], of_operator['args'])
    assert (of_helm['enableGlobalPermissions'], of_operator['enableGlobalPermissions']) == (False, False)


def test_only_accounts_are_handed_out_and_nodes_look_at_themselves() -> None:
    nodes = ROOT / 'rollout' / 'helm' / 'values.yaml'
    (manifests,) = release(step(nodes, VALUES))
    on_every_node = yaml.safe_load(manifests['ConfigMap/datadog-confd']['data']['aws_diagnostics.yaml'])
    assert 'cluster_check' not in on_every_node
    assert [scope(instance) for instance in on_every_node['instances']] == ['host']
    handed_out = manifests['ConfigMap/datadog-cluster-agent-confd']['data']['aws_diagnostics.yaml']
    assert [scope(instance) for instance in dispatched(handed_out)] == ['account']


def scope(instance: Instance) -> str:
    return 'account' if 'account' in instance else 'host'


def test_on_ec2_one_host_looks_at_itself_and_at_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DD_APP_KEY', APP_KEY)
    host, account = read_instances(CLUSTER_CHECKS / 'conf.yaml')
    assert isinstance(host, Options)
    assert (host.account, host.identity_tags) == (None, ('account_id', 'region'))
    assert account.account is not None


@pytest.fixture
def datadog(moto: str) -> Iterator[Datadog]:
    """It has the account of moto on record; AWS clients reach moto."""
    region = {'include_only': ['us-east-1']}
    recorded = Datadog([account(servers.MOTO_ACCOUNT, aws_regions=region)], {'standard': (), 'resource_collection': ()})
    with datadog_api(recorded) as running:
        yield running


def test_the_runner_reports_the_account_and_no_host(
    datadog: Datadog, secret: dict[str, str], aggregator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The stub forbids checks the tags that the Cluster Agent adds.
    monkeypatch.setenv('DDEV_SKIP_GENERIC_TAGS_CHECK', 'true')
    make_role(policy(statement(Condition=None)))
    (instance,) = dispatched(of_helm(VALUES))
    instance = resolved(instance, secret)
    instance['account'] |= {'datadog_api_url': datadog.url, 'api_key': API_KEY, 'features': ['role']}
    check = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
    check.check_id = 'aws_diagnostics:account'
    assert check.run() == ''
    (verdict,) = aggregator.service_checks('aws_diagnostics.integration_role')
    assert (verdict.status, verdict.hostname) == (AgentCheck.CRITICAL, '')
    assert sorted(verdict.tags) == [f'aws_account:{servers.MOTO_ACCOUNT}', *CLUSTER_TAGS]


def readme() -> str:
    return (CLUSTER_CHECKS / 'README.md').read_text()
