"""`accounts --write-config`: a cluster check for each account, twice the same, and nothing of anybody else replaced."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from datadog_checks.aws_diagnostics.cli.configuration_file import read_instances
from datadog_checks.aws_diagnostics.facts import Feature
from tests.account.accounts import ROLE, World, both, id_of, listing, member, recorded
from tests.account.builders import SECRET
from tests.account.datadog_api import API_KEY, APP_KEY, plain
from tests.account.host_lists import Printed
from tests.account.test_accounts import SCHEMA, one_line
from tests.cli.schema import validate
from tests.rollout.dispatching import dispatched_apart

FOLDER = 'aws_diagnostics.d'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with both(tmp_path, monkeypatch, capsys) as found:
        found.datadog.accounts = [recorded(1), recorded(2), recorded(3, 'aws-us-gov'), recorded(4, 'aws-cn')]
        yield found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / 'accounts'


def write(world: World, out: Path, *more: str) -> Printed:
    return world.ask('--fail-on', 'critical', '--write-config', str(out), '--role-template', ROLE, *more)


def files(out: Path) -> dict[str, str]:
    return {str(path.relative_to(out)): path.read_text() for path in sorted(out.rglob('*')) if path.is_file()}


def test_every_account_has_a_file_of_its_own_with_the_role_of_its_partition(world: World, out: Path) -> None:
    printed = write(world, out)
    assert printed.status == 0
    found = files(out)
    assert sorted(found) == [
        *(f'{FOLDER}/{id_of(1)}.yaml', f'{FOLDER}/{id_of(2)}.yaml', f'{FOLDER}/{id_of(3)}.aws-us-gov.yaml'),
        *(f'{FOLDER}/{id_of(4)}.aws-cn.yaml', 'values-aws-cn.yaml', 'values-aws-us-gov.yaml', 'values.yaml'),
    ]
    checks = dispatched_apart({path: text for path, text in found.items() if path.startswith(FOLDER)})
    assert [check['account']['assume_role_arn'] for check in checks] == [
        f'arn:aws:iam::{id_of(1)}:role/aws-diagnostics',
        f'arn:aws:iam::{id_of(2)}:role/aws-diagnostics',
        f'arn:aws-us-gov:iam::{id_of(3)}:role/aws-diagnostics',
        f'arn:aws-cn:iam::{id_of(4)}:role/aws-diagnostics',
    ]
    assert len({yaml.safe_dump(check) for check in checks}) == 4, 'each has an id of its own'
    assert f'Files in {out}: 7 new, 0 changed, 0 as before. No key is in them.' in one_line(printed.out)


def test_the_files_are_what_our_own_reader_takes(world: World, out: Path) -> None:
    write(world, out)
    for path in (out / FOLDER).iterdir():
        (options,) = read_instances(path)
        assert options.account is not None
        assert (options.account.app_key, options.account.assume_role_arn.split(':')[4]) == (APP_KEY, path.name[:12])


def test_the_values_of_helm_hold_the_same_files(world: World, out: Path) -> None:
    write(world, out)
    found = files(out)
    values = [yaml.safe_load(text) for name, text in found.items() if name.startswith('values')]
    held = {
        f'{FOLDER}/{name}': text
        for each in values
        for name, text in each['clusterAgent']['advancedConfd'][FOLDER].items()
    }
    assert held == {name: text.rstrip('\n') for name, text in found.items() if name.startswith(FOLDER)}


def test_a_second_run_changes_nothing(world: World, out: Path) -> None:
    write(world, out)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in out.rglob('*.yaml')}
    printed = write(world, out)
    assert '0 new, 0 changed, 7 as before' in one_line(printed.out)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in before} == before


def test_what_is_no_longer_needed_is_named_and_not_deleted(world: World, out: Path) -> None:
    write(world, out)
    world.datadog.accounts = world.datadog.accounts[:1]
    printed = write(world, out)
    for name in (f'{FOLDER}/{id_of(2)}.yaml', 'values-aws-cn.yaml'):
        assert f'  rm -- {out}/{name}' in printed.out.splitlines()
        assert (out / name).exists()
    assert '0 new, 1 changed, 1 as before' in one_line(printed.out)


def test_a_record_of_nobody_makes_no_file_superfluous(world: World, out: Path) -> None:
    write(world, out)
    world.datadog.accounts = [recorded(1), recorded(2, aws_account_id='nobody')]
    assert 'rm -- ' not in write(world, out).out


def test_only_files_of_this_command_are_replaced(world: World, out: Path) -> None:
    mine = out / FOLDER / f'{id_of(2)}.yaml'
    mine.parent.mkdir(parents=True)
    mine.write_text('instances: []\n')
    (out / FOLDER / 'other.yaml').write_text('mine too\n')
    printed = write(world, out)
    assert printed.status == 73
    assert f'--write-config {mine}: cannot be written: it exists and was not written by this command' in printed.err
    assert files(out) == {f'{FOLDER}/{id_of(2)}.yaml': 'instances: []\n', f'{FOLDER}/other.yaml': 'mine too\n'}
    mine.unlink()
    printed = write(world, out)
    assert printed.status == 0 and 'other.yaml' not in printed.out


def test_a_link_is_not_followed(world: World, out: Path, tmp_path: Path) -> None:
    write(world, out)
    target = tmp_path / 'target.yaml'
    (out / FOLDER / f'{id_of(1)}.yaml').rename(target)
    (out / FOLDER / f'{id_of(1)}.yaml').symlink_to(target)
    target.write_text(target.read_text() + '# changed\n')
    assert write(world, out).status == 73
    assert target.read_text().endswith('# changed\n')


def test_a_directory_that_cannot_be_made(world: World, tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    printed = write(world, tmp_path / 'file' / 'accounts')
    assert printed.status == 73
    assert 'cannot be written: Not a directory' in printed.err


def test_closed_accounts_and_records_without_a_partition_have_no_file(world: World, out: Path) -> None:
    world.aws['ListAccounts'] = [listing(member(1, state='CLOSED'), member(2))]
    world.datadog.accounts = [recorded(1), recorded(2), recorded(3, 'Mars')]
    printed = write(world, out, '--json')
    validate(printed.document, SCHEMA)
    assert printed.document['written']['left_out'] == [
        {'reason': 'AWS says that they are closed', 'accounts': [id_of(1)]},
        {'reason': 'their record names no partition', 'accounts': [id_of(3)]},
    ]
    assert sorted(files(out)) == [f'{FOLDER}/{id_of(2)}.yaml', 'values.yaml']


def test_an_account_that_is_recorded_twice_has_one_file(world: World, out: Path) -> None:
    world.datadog.accounts = [recorded(1), recorded(1)]
    write(world, out)
    assert sorted(files(out)) == [f'{FOLDER}/{id_of(1)}.yaml', 'values.yaml']


def test_nothing_is_written_where_the_records_are_not_known(world: World, out: Path) -> None:
    world.datadog.instead = plain(500, '')
    printed = world.ask('--write-config', str(out), '--role-template', ROLE)
    assert printed.status == 3
    assert not out.exists()
    assert 'nothing is written, as it is not known what is on record: the Datadog API failed' in one_line(printed.out)
    document = world.ask('--json', '--write-config', str(out), '--role-template', ROLE).document
    validate(document, SCHEMA)
    assert document['written']['reason'] == 'the Datadog API failed (status 500)'


CONFIG = """instances:
- account:
    datadog_api_url: "{url}"
    api_key: {api_key}
    app_key: {app_key}
    external_id: {secret}
    features: [role, permissions]
    datadog_site: datadoghq.eu
    watched_metrics: [aws.elb.request_count]
    regions: [eu-west-1]
  min_collection_interval: 7200
  tags: [team:cloud]
"""


def configured(world: World, api_key: str, app_key: str) -> None:
    text = CONFIG.format(url=world.datadog.url, api_key=api_key, app_key=app_key, secret=SECRET)
    world.config.write_text(text.replace('watched_metrics: [aws.elb.request_count]', 'max_api_calls: 900'))


def test_settings_of_the_configuration_are_taken_over_and_its_keys_only_as_references(world: World, out: Path) -> None:
    configured(world, 'ENC[another_api_key]', 'ENC[another_key]')
    printed = write(world, out)
    (check, *_) = dispatched_apart({f'{FOLDER}/x.yaml': files(out)[f'{FOLDER}/{id_of(1)}.yaml']})
    assert {**check, 'tags': None} == {
        'account': {
            'app_key': 'ENC[another_key]',
            'api_key': 'ENC[another_api_key]',
            'datadog_site': 'datadoghq.eu',
            'features': ['role', 'permissions'],
            'max_api_calls': 900,
            'assume_role_arn': f'arn:aws:iam::{id_of(1)}:role/aws-diagnostics',
        },
        'min_collection_interval': 7200,
        'empty_default_hostname': True,
        'tags': None,
    }
    assert 'tags:\n  - team:cloud\n' in files(out)[f'{FOLDER}/{id_of(1)}.yaml']
    assert 'not taken over from --config: datadog_api_url, external_id, regions' in one_line(printed.out)


def test_defaults_of_the_configuration_are_taken_over_too(world: World, out: Path) -> None:
    document = yaml.safe_load(world.config.read_text())
    key = 'ENC[for_all]'
    document['init_config'] = {'metrics': 'all', 'account': {'app_key': key, 'datadog_site': 'datadoghq.eu'}}
    world.config.write_text(yaml.safe_dump(document))
    write(world, out)
    (instance,) = yaml.safe_load((out / FOLDER / f'{id_of(1)}.yaml').read_text())['instances']
    shown = (instance['metrics'], instance['account']['app_key'], instance['account']['datadog_site'])
    assert shown == ('all', key, 'datadoghq.eu')


def test_keys_in_clear_are_never_written_or_shown(world: World, out: Path) -> None:
    configured(world, API_KEY, APP_KEY)
    printed = write(world, out, '-v')
    assert 'not taken over from --config: datadog_api_url, api_key, app_key, external_id, regions' in one_line(
        printed.out
    )
    written = ''.join(files(out).values())
    for secret in (API_KEY, APP_KEY, SECRET):
        assert secret not in written + printed.out + printed.err
    assert 'app_key: ENC[datadog_app_key]' in written


def test_the_files_are_their_owners_alone(world: World, out: Path) -> None:
    write(world, out)
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob('*.yaml')} == {0o600}


def test_values_that_one_config_map_cannot_hold_are_said(
    world: World, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('datadog_checks.aws_diagnostics.cli.accounts.instances.CONFIG_MAP', 900)
    printed = one_line(write(world, out).out)
    assert f'{out}/values.yaml is larger than one ConfigMap may be (1 MiB)' in printed
    assert 'values-aws-cn.yaml is larger' not in printed


def test_the_commands_that_come_next_are_complete(world: World, out: Path) -> None:
    lines = write(world, out).out.splitlines()
    assert (
        '  helm upgrade "${RELEASE:?}" datadog --repo https://helm.datadoghq.com --version "${CHART_VERSION:?}" '
        '--namespace "${NAMESPACE:?}" --reuse-values --values rollout/cluster-checks/values.yaml '
        f'--values {out}/values-aws-us-gov.yaml'
    ) in lines
    kubectl = '  kubectl --namespace "${NAMESPACE:?}"'
    assert f'{kubectl} get deployments' in lines
    assert f'{kubectl} exec deployment/"${{DEPLOYMENT:?}}" -- agent clusterchecks' in lines
    assert not any('--install' in line or 'your-values' in line for line in lines)


def test_features_that_are_written_are_features(world: World, out: Path) -> None:
    configured(world, 'ENC[k]', 'ENC[k]')
    write(world, out)
    (options,) = read_instances(out / FOLDER / f'{id_of(1)}.yaml')
    assert options.account is not None
    assert options.account.features == {Feature.ROLE, Feature.PERMISSIONS}
