"""`aws-diagnostics fleet`, in a process of its own."""

import csv
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus
from datadog_checks.aws_diagnostics.cli.files import harmless
from datadog_checks.aws_diagnostics.cli.fleet import COLUMNS
from datadog_checks.aws_diagnostics.findings import Status
from tests.account.ec2_fleet import EKS_NODE, Instance, Instances, instance_id, listed
from tests.account.ec2_server import Account
from tests.account.fleet.sweeping import REGION
from tests.account.program_server import write_client
from tests.cli.schema import validate

MISNAMED = Instance('required', 1, tags={**EKS_NODE, 'Name': '=HYPERLINK("x")'})
HEAD = ','.join(COLUMNS)


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / 'conf.yaml'
    file.write_text(f'instances: [{{account: {{regions: [{REGION}]}}}}]')
    return str(file)


Fleet = Callable[..., 'subprocess.CompletedProcess[str]']


@pytest.fixture
def fleet(program_server_address: str, tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    program = tmp_path_factory.mktemp('programs') / 'aws-diagnostics'
    write_client(program, program_server_address, 'datadog_checks.aws_diagnostics.cli', 'run')

    def run(*arguments: str) -> 'subprocess.CompletedProcess[str]':
        return subprocess.run([program, 'fleet', *arguments], capture_output=True, text=True, timeout=120)

    return run


def test_it_counts_by_region_and_says_what_is_wrong(fleet: Fleet, ec2: Account, config: str) -> None:
    ec2.instances[REGION] = listed(Instance(), MISNAMED, Instance('optional'))
    ran = fleet('--config', config)
    lines = ran.stdout.splitlines()
    assert (ran.returncode, ran.stderr) == (Status.CRITICAL, '')
    assert lines[0].startswith('CRITICAL the account: ')
    assert lines[0].endswith(' (1 finding, 1 cause)')
    assert [line.split() for line in lines[2:5]] == [
        ['region', 'http_tokens', 'hop', 'limit', 'endpoint', 'running', 'instances'],
        [REGION, 'optional', '2', 'enabled', '1'],
        [REGION, 'required', '1', 'enabled', '1'],
    ]
    assert '(imds-fleet-hosts-misnamed)\nevidence  1 running instance' in ran.stdout


def test_the_features_of_the_instance_do_not_count(fleet: Fleet, ec2: Account, config: str, tmp_path: Path) -> None:
    """What `fleet` looks at it also judges: with `role` as the only feature it must not be green."""
    ec2.instances[REGION] = listed(MISNAMED)
    role_only = tmp_path / 'role.yaml'
    role_only.write_text(f'instances: [{{account: {{regions: [{REGION}], features: [role]}}}}]')
    assert fleet('-q', '--config', str(role_only)).stdout == fleet('-q', '--config', config).stdout
    assert fleet('--config', str(role_only)).returncode == Status.CRITICAL


def test_json_has_the_counts_and_the_causes(fleet: Fleet, ec2: Account, config: str) -> None:
    ec2.instances[REGION] = listed(MISNAMED)
    document = json.loads(fleet('--json', '--config', config).stdout)
    validate(document)
    (report,) = document['reports']
    assert (document['command'], document['status']) == ('fleet', 'critical')
    assert [cause['id'] for cause in report['causes']] == ['imds-fleet-hosts-misnamed']
    assert report['facts']['account']['fleet']['regions'][0]['counts'] == [
        {'http_tokens': 'required', 'hop_limit': 1, 'endpoint': 'enabled', 'instances': 1}
    ]


def test_a_narrow_terminal_wraps_the_counts(
    fleet: Fleet, ec2: Account, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ec2.instances[REGION] = listed(MISNAMED)
    monkeypatch.setenv('COLUMNS', '40')
    counts = fleet('--config', config).stdout.split('\n\n')[1]
    assert max(map(len, counts.splitlines())) <= 40


def test_csv_holds_every_wrong_instance_and_only_its_owner_can_read_it(
    fleet: Fleet, ec2: Account, config: str, tmp_path: Path
) -> None:
    ec2.instances[REGION] = Instances(250, lambda _: Instance('optional'))
    file = tmp_path / 'fleet.csv'
    ran = fleet('--config', config, '--csv', str(file))
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row['instance_id'] for row in rows] == [instance_id(n) for n in range(250)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert 'optional' in ran.stdout
    assert sorted(os.listdir(tmp_path)) == ['conf.yaml', 'fleet.csv']  # noqa: PTH208


def test_csv_to_stdout_is_nothing_but_csv(fleet: Fleet, ec2: Account, config: str) -> None:
    ec2.instances[REGION] = listed(MISNAMED)
    ran = fleet('--config', config, '--csv', '-')
    row = f'{instance_id(0)},{REGION},required,1,enabled,eks,containers cannot reach IMDSv2,"\'=HYPERLINK(""x"")"'
    assert ran.stdout == f'{HEAD}\n{row}\n'
    assert 'imds-fleet-hosts-misnamed' in ran.stderr


@pytest.mark.parametrize(
    ('cell', 'written'),
    [
        ('web-1', 'web-1'),
        ('=1+1', "'=1+1"),
        ('+1', "'+1"),
        ('-1', "'-1"),
        ('@SUM(A1)', "'@SUM(A1)"),
        ('  =1', "'  =1"),
        ('a\nb', 'a\\nb'),
        ('', ''),
    ],
)
def test_no_cell_is_a_formula_for_a_spreadsheet(cell: str, written: str) -> None:
    assert harmless(cell) == written


def test_a_list_of_an_earlier_run_is_replaced(fleet: Fleet, ec2: Account, config: str, tmp_path: Path) -> None:
    file = tmp_path / 'fleet.csv'
    file.write_text(f'{HEAD}\nan old line\n')
    ec2.instances[REGION] = listed()
    assert fleet('--config', config, '--csv', str(file)).returncode == Status.OK
    assert file.read_text() == f'{HEAD}\n'


def test_a_file_that_is_something_else_is_left_alone_and_nothing_is_asked(
    fleet: Fleet, ec2: Account, config: str, tmp_path: Path
) -> None:
    file = tmp_path / 'notes.csv'
    file.write_text('mine\n')
    ran = fleet('--config', config, '--csv', str(file))
    assert (ran.returncode, file.read_text(), ec2.requests) == (ExitStatus.CANNOT_WRITE, 'mine\n', [])
    assert 'it exists and is not a list of instances' in ran.stderr


def test_a_directory_that_is_not_there_is_one_line(fleet: Fleet, ec2: Account, config: str, tmp_path: Path) -> None:
    ran = fleet('--config', config, '--csv', str(tmp_path / 'none' / 'fleet.csv'))
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (ExitStatus.CANNOT_WRITE, '', 1)


def test_a_missing_permission_is_unknown_and_named(fleet: Fleet, ec2: Account, config: str) -> None:
    ec2.denied = frozenset({'DescribeInstances'})
    ran = fleet('--config', config)
    assert ran.returncode == Status.UNKNOWN
    assert 'missing permission ec2:DescribeInstances in us-east-1' in ran.stdout


def test_a_full_disk_is_not_blamed_on_aws(ec2: Account, config: str) -> None:
    ec2.instances[REGION] = Instances(250, lambda _: Instance('optional'))
    command = [sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'fleet', '--config', config, '--csv', '-']
    with open('/dev/full', 'w') as full:  # noqa: PTH123
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert ran.returncode == ExitStatus.OUTPUT_FAILED
    assert 'No space left on device' in ran.stderr


def test_a_reader_that_goes_away_ends_it_without_a_traceback(ec2: Account, config: str) -> None:
    ec2.instances[REGION] = Instances(250, lambda _: Instance('optional'))
    command = [sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'fleet', '--config', config, '--csv', '-']
    read, write = os.pipe()
    os.close(read)
    try:
        ran = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=120)
    finally:
        os.close(write)
    assert (ran.returncode, ran.stderr) == (ExitStatus.OUTPUT_CLOSED, '')
