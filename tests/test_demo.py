"""`make demo` shows each scenario with its status and its failed diagnoses, and fails when they are not those."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.findings import Status
from tests.simulator import namespaces_available
from tools.demo import Outcome, is_as_expected
from tools.demo.scenarios import SCENARIOS, Scenario

REPOSITORY = Path(__file__).parents[1]
NAMES = [scenario.name for scenario in SCENARIOS]

SUMMARIES = {
    'healthy': ('ok', 'nothing failed'),
    'hop-limit-too-low': (
        'critical',
        'hostname-lost-when-imdsv2-enforced, hostname-not-instance-id, hostname-provider-mismatch, '
        'imds-hop-limit-too-low',
    ),
    'asymmetric-path': (
        'critical',
        'hostname-lost-when-imdsv2-enforced, hostname-not-instance-id, hostname-provider-mismatch, '
        'imds-hop-limit-too-low',
    ),
    'imdsv1-only-agent': (
        'critical',
        'agent-cannot-use-imdsv2, hostname-lost-when-imdsv2-enforced, hostname-not-instance-id, '
        'hostname-provider-mismatch',
    ),
    'endpoint-disabled': ('critical', 'hostname-not-instance-id, hostname-provider-mismatch, imds-endpoint-disabled'),
    'kube2iam': ('warning', 'imds-intercepted'),
    'firewalled': ('critical', 'hostname-not-instance-id, hostname-provider-mismatch, imds-unreachable'),
    'another-instance': ('critical', 'imds-of-another-instance'),
    'not-ec2': ('ok', 'nothing failed'),
}
EVIDENCE = {
    'healthy': ' requests to IMDS. ',
    'hop-limit-too-low': '--http-put-response-hop-limit 2\n',
    'asymmetric-path': '--http-put-response-hop-limit 3\n',
    'imdsv1-only-agent': 'Upgrade the Agent',
    'endpoint-disabled': '--http-endpoint enabled\n',
    'kube2iam': 'kube2iam',
    'firewalled': '172.17.0.1',
    'another-instance': 'board_asset_tag',
    'not-ec2': 'No requests to IMDS.',
}


@pytest.fixture
def namespaces():
    if not namespaces_available():
        pytest.skip(namespaces_available().reason)


def demo(*arguments: str, before: tuple[str, ...] = ()) -> 'subprocess.CompletedProcess[str]':
    command = [*before, sys.executable, '-m', 'tools.demo', *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)


def summary(output: str) -> dict[str, tuple[str, str]]:
    rows = (row.split(maxsplit=2) for row in output.partition('== summary')[2].splitlines()[1:])
    return {name: (status, failed) for name, status, failed in rows}


@pytest.fixture(scope='module')
def whole_demo() -> 'subprocess.CompletedProcess[str]':
    if not namespaces_available():
        pytest.skip(namespaces_available().reason)
    return demo()


def test_the_whole_demo_ends_well(whole_demo: 'subprocess.CompletedProcess[str]'):
    assert (whole_demo.returncode, whole_demo.stderr) == (0, '')
    assert '\x1b' not in whole_demo.stdout


@pytest.mark.parametrize('name', NAMES)
def test_a_scenario_ends_with_its_status_and_its_failed_diagnoses(
    whole_demo: 'subprocess.CompletedProcess[str]', name: str
):
    shown = whole_demo.stdout.partition(f'== {name} ')[2].partition('\n== ')[0]
    assert EVIDENCE[name] in shown
    assert summary(whole_demo.stdout)[name] == SUMMARIES[name]


def test_every_scenario_of_the_command_is_here():
    assert list(SUMMARIES) == NAMES


def test_loopback_shows_what_it_can():
    ended = demo('--loopback')
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {name: status for name, (status, _) in summary(ended.stdout).items()} == {
        'healthy': 'ok',
        'imdsv1-only-agent': 'critical',
        'endpoint-disabled': 'critical',
        'kube2iam': 'warning',
    }


@pytest.mark.skipif(shutil.which('unshare') is None, reason='needs unshare of util-linux')
@pytest.mark.usefixtures('namespaces')
def test_where_namespaces_are_not_allowed_it_says_so_and_shows_the_rest():
    forbid = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"'
    ended = demo('healthy', before=('unshare', '--user', '--map-root-user', 'sh', '-c', forbid, 'sh'))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith('This machine does not allow network namespaces: ')
    assert summary(ended.stdout) == {'healthy': ('ok', 'nothing failed')}


def test_a_scenario_that_loopback_cannot_show_is_refused():
    ended = demo('--loopback', 'firewalled')
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (
        2,
        'Error: firewalled needs network namespaces',
    )


def test_an_unknown_scenario_is_refused_with_the_list():
    ended = demo('hop-limit')
    assert (ended.returncode, ended.stdout) == (2, '')
    assert ended.stderr.splitlines()[-1] == (
        f"Error: Invalid value for '[SCENARIO]': 'hop-limit' is not one of {', '.join(map(repr, NAMES))}."
    )


def outcome(scenario: Scenario, status: Status | None = None, failed: frozenset[str] | None = None) -> Outcome:
    return Outcome(
        output='',
        exit_status=scenario.status if status is None else status,
        failed=scenario.failed if failed is None else failed,
        imds_requests=0,
        seconds=0.1,
    )


KUBE2IAM = next(scenario for scenario in SCENARIOS if scenario.name == 'kube2iam')
WITH_MORE = KUBE2IAM.failed | {'hostname-stale'}


@pytest.mark.parametrize(
    ('found', 'loopback', 'expected'),
    [
        pytest.param(outcome(KUBE2IAM), False, True, id='as it must be'),
        pytest.param(outcome(KUBE2IAM, status=Status.OK), False, False, id='another status'),
        pytest.param(outcome(KUBE2IAM, failed=frozenset()), False, False, id='a diagnosis did not fail'),
        pytest.param(outcome(KUBE2IAM, failed=WITH_MORE), False, False, id='another diagnosis failed'),
        pytest.param(
            outcome(KUBE2IAM, failed=WITH_MORE), True, True, id='another failed on the host of a loopback run'
        ),
        pytest.param(outcome(KUBE2IAM, failed=frozenset()), True, False, id='a diagnosis did not fail on loopback'),
        pytest.param(Outcome('', KUBE2IAM.status, None, 0.1), False, False, id='no result'),
    ],
)
def test_the_demo_fails_when_a_scenario_is_not_what_it_must_be(found: Outcome, loopback: bool, expected: bool):
    assert is_as_expected(KUBE2IAM, found, loopback) is expected
