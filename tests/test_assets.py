"""What the repository ships beside the code: generated where it can be, and held against the code where it cannot."""

import csv
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from datadog_checks.aws_diagnostics import __version__
from datadog_checks.aws_diagnostics.configuration import read_configuration
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, SERVICE_CHECKS, RunStats, gauges
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.findings import Finding, Passed, Scope
from tests.account.balancers import classic, load_balancers
from tests.account.builders import account_facts
from tests.account.lag_builders import lag_facts
from tests.builders import facts
from tools.assets import stale
from tools.documents import ROOT

CHECK = 'aws_diagnostics'
PACKAGE = Path('datadog_checks', CHECK)


def read(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding='utf-8')


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(read('manifest.json'))
    return loaded


def described_metrics() -> dict[str, dict[str, str]]:
    """The rows of metadata.csv by the name of their metric."""
    return {row['metric_name']: row for row in csv.DictReader(read('metadata.csv').splitlines())}


def options_of(template: str) -> list[dict[str, Any]]:
    """The options of its own that the specification has for init_config or for an instance."""
    (file,) = yaml.safe_load(read('assets/configuration/spec.yaml'))['files']
    (section,) = [option for option in file['options'] if option['template'] == template]
    return [option for option in section['options'] if 'name' in option]


def test_what_is_generated_is_up_to_date() -> None:
    assert list(stale()) == [], 'run `make assets`'


def test_a_file_that_differs_is_named_with_the_text_that_it_should_have() -> None:
    generated = {'README.md': lambda text: text, 'LICENSE': lambda _: 'ours', 'docs/gone.md': lambda text: f'{text}new'}
    assert stale(generated) == {'LICENSE': 'ours', 'docs/gone.md': 'new'}


def test_what_differs_once_and_not_again_is_not_named() -> None:
    outputs = iter(['a timeout', read('LICENSE')])
    assert stale({'LICENSE': lambda _: next(outputs)}) == {}


@pytest.mark.parametrize(
    'path',
    [
        'assets/configuration/spec.yaml',
        'assets/dataflows.yaml',
        'metadata.csv',
        PACKAGE / 'data' / 'conf.yaml.example',
        *(PACKAGE / 'config_models' / f'{name}.py' for name in ('__init__', 'defaults', 'instance', 'shared')),
    ],
    ids=str,
)
def test_a_file_is_there_that_ddev_would_not_miss(path: str | Path) -> None:
    assert read(path)


def paths_in(value: object) -> list[str]:
    """Every string in a manifest that looks like a path of the repository."""
    if isinstance(value, dict):
        return [path for item in value.values() for path in paths_in(item)]
    is_path = isinstance(value, str) and re.fullmatch(r'[\w./-]+\.(json|csv|md|yaml)(#\w+)?', value)
    return [str(value)] if is_path else []


def test_every_path_in_the_manifest_exists_with_its_section() -> None:
    paths = paths_in(manifest())
    assert len(paths) >= 8
    for path in paths:
        file, _, section = path.partition('#')
        assert (ROOT / file).is_file(), path
        assert not section or f'\n## {section}\n' in read(file), path


def test_the_manifest_identifies_this_check() -> None:
    content = manifest()
    integration = content['assets']['integration']
    assert content['manifest_version'] == '2.0.0'
    assert str(uuid.UUID(content['app_uuid'])) == content['app_uuid']
    assert content['app_id'] == 'aws-diagnostics'
    assert integration['source_type_name'] == 'AWS Diagnostics'
    assert integration['metrics']['prefix'] == f'{CHECK}.'
    assert integration['metrics']['check'] in described_metrics()
    assert integration['events']['creates_events'] is True
    assert {'Offering::Integration', 'Supported OS::Linux'} <= set(content['tile']['classifier_tags'])


def test_the_data_flows_belong_to_this_check() -> None:
    flows = yaml.safe_load(read('assets/dataflows.yaml'))['provides']
    assert {flow['id']: flow['data_type'] for flow in flows} == {
        'aws-diagnostics-metrics': 'metrics',
        'aws-diagnostics-events': 'events',
    }


def sent_with(observed: Facts) -> set[str]:
    """The metrics that are sent where every diagnosis of the scope passes."""
    scope = Scope.HOST if observed.account is None else Scope.ACCOUNT
    findings = [Finding(d, Passed('fine')) for d in DIAGNOSES if d.scope is scope]
    return {f'{CHECK}.{gauge.name}' for gauge in gauges(observed, findings, RunStats(duration=0.1))}


def test_a_healthy_host_and_a_healthy_account_send_exactly_the_metrics_that_are_described() -> None:
    of_accounts = sent_with(account_facts(load_balancers=load_balancers(classic())))
    assert sent_with(facts()) | of_accounts | sent_with(lag_facts()) == set(described_metrics())


def test_every_metric_is_a_gauge_and_described_in_its_place() -> None:
    described = described_metrics()
    assert list(described) == sorted(described)
    assert {row['metric_type'] for row in described.values()} == {'gauge'}
    assert {name for name, row in described.items() if row['unit_name'] == 'second'} == {
        f'{CHECK}.{name}' for name in ('cloudwatch.lag', 'imds.latency', 'run.age', 'run.duration')
    }


def test_the_service_checks_are_those_that_are_sent() -> None:
    described = json.loads(read('assets/service_checks.json'))
    assert [row['check'] for row in described] == [f'{CHECK}.{name}' for name in SERVICE_CHECKS]
    for row in described:
        assert row['statuses'] == ['ok', 'warning', 'critical', 'unknown']


def test_a_dashboard_shows_only_metrics_that_exist() -> None:
    dashboards = manifest()['assets']['dashboards']
    assert {path.name for path in (ROOT / 'assets' / 'dashboards').iterdir()} == {
        Path(path).name for path in dashboards.values()
    }
    for title, path in dashboards.items():
        content = json.loads(read(path))
        shown = set(re.findall(rf'\b({CHECK}\.[a-z0-9_.]+)\{{', json.dumps(content)))
        assert content['title'] == title
        assert shown
        assert shown <= set(described_metrics())


def test_the_defaults_in_the_example_are_those_in_force() -> None:
    """An operator who takes the comment marks away from every default changes nothing."""
    defaults = {
        option['name']: option['value']['example']
        for option in options_of('instances')
        if 'default' not in option['value'] and option['value'].get('display_default', 'example') is not None
    }
    kept = {name: value for name, value in defaults.items() if name not in ('identity_tags', 'disabled_diagnoses')}
    assert set(kept) > {'imds_endpoint', 'timeout', 'deadline', 'expected_hostname_provider'}
    assert read_configuration(kept) == read_configuration({})


def test_every_example_is_a_valid_configuration() -> None:
    examples = {option['name']: option['value']['example'] for option in options_of('instances')}
    account = examples.pop('account')
    options = read_configuration(examples)
    assert (options.expectations.min_hop_limit, options.collect.agent_expvar_port) == (2, 5000)
    assert options.identity_tags == ('region', 'account_id')
    resolved = read_configuration({'account': {**account, 'app_key': 'a' * 40}})
    assert resolved.account is not None
    assert resolved.account.regions == ('eu-west-1', 'us-east-1')


def test_the_specification_names_every_identity_tag() -> None:
    (option,) = [option for option in options_of('instances') if option['name'] == 'identity_tags']
    assert set(re.findall(r'`(\w+)`', option['description'])) == set(IDENTITY_TAGS)


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.search(r'^## (\S+) / \d{4}-\d{2}-\d{2}$', read('CHANGELOG.md'), re.MULTILINE)
    assert newest
    assert newest.group(1) == __version__
