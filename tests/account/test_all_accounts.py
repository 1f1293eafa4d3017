"""`aws-diagnostics check --all-accounts` judges each account through a role of its own, and one spoils no other."""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.account.accounts import id_of, member
from tests.account.many_accounts import OPERATOR, TEMPLATE, World
from tests.account.many_accounts import world as opened
from tests.browser import browser
from tests.cli.schema import validate
from tests.rollout.environment import system_program

UNUSED, EXTERNAL_ID = 'integration-role-unused', 'trust-policy-external-id'
NOT_ASSUMED = 'the role of the template cannot be assumed'
PROGRAM = 'import sys; from datadog_checks.aws_diagnostics.cli import run; sys.exit(run(sys.argv[1:]))'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with opened(tmp_path, monkeypatch, capsys) as found:
        yield found


def causes(document: dict[str, Any]) -> dict[str, list[str]]:
    """Of each account; what was not judged where it has none."""
    return {
        report['subject'].removeprefix('account '): [cause['id'] for cause in report['causes']]
        or [each['reason'] for each in report['not_judged']]
        for report in document['reports']
    }


def test_each_account_has_its_row_by_its_cause(world: World) -> None:
    world.record(1, 2, 3, 4)
    world.aws.refused = {id_of(2): 'AccessDenied', id_of(4): 'Throttling'}
    world.aws.trusting = {id_of(3): 'another'}
    printed = world.check()
    assert printed.status == 2
    assert printed.out.splitlines() == [
        "CRITICAL 4 accounts (2 critical, 2 unknown): Datadog's integration role is not used: 1, The trust policy does "
        "not require Datadog's external ID: 1",
        '',
        f"CRITICAL     1  Datadog's integration role is not used ({UNUSED}): account 000000000001",
        f"CRITICAL     1  The trust policy does not require Datadog's external ID ({EXTERNAL_ID}): account "
        '000000000003',
        f'UNKNOWN      1  not judged: {NOT_ASSUMED} (AccessDenied): account 000000000002',
        '                See that the account has the role (rollout/stackset creates it), that its trust',
        '                policy names the identity that runs this, and that this identity may call',
        '                sts:AssumeRole.',
        'UNKNOWN      1  not judged: AWS throttles sts:AssumeRole (Throttling): account 000000000004',
        '                Run this again in a few minutes.',
        '',
        'The host list is one for all accounts, and not looked at here: see `aws-diagnostics hosts',
        'duplicates` and `aws-diagnostics hosts lingering-tags`.',
        '-v shows each account with its fixes.',
    ]


def test_a_program_reads_the_same_document_as_of_one_account(world: World) -> None:
    world.record(1, 2)
    world.aws.refused = {id_of(2): 'AccessDenied'}
    document = world.check('--json').document
    validate(document)
    assert causes(document) == {id_of(1): [UNUSED], id_of(2): [f'{NOT_ASSUMED} (AccessDenied)']}


def test_a_spreadsheet_has_a_line_for_each(world: World) -> None:
    world.record(1, 2)
    lines = world.check('--csv').out.splitlines()
    assert [line.split(',')[:4] for line in lines[1:]] == [
        ['account 000000000001', 'account', 'critical', UNUSED],
        ['account 000000000002', 'account', 'critical', UNUSED],
    ]


def test_of_fifty_five_that_refuse_and_one_that_hangs_spoil_no_other(world: World) -> None:
    world.record(*range(1, 51))
    refused = [id_of(number) for number in (5, 15, 25, 35, 45)]
    codes = ('AccessDenied', 'AccessDenied', 'Throttling', 'ExpiredToken', 'NoSuch')
    world.aws.refused = dict(zip(refused, codes, strict=True))
    world.aws.hanging = {id_of(30)}
    found = causes(world.check('--json', '--account-limit', '5s').document)
    assert len(found) == 50
    assert found.pop(id_of(30)) == ['it had not ended 5 seconds after its deadline of 5 seconds']
    why = [found.pop(id) for id in refused]
    assert why[:2] == [[f'{NOT_ASSUMED} (AccessDenied)']] * 2
    assert not any(UNUSED in each for each in why)
    assert set(map(tuple, found.values())) == {(UNUSED,)}
    assert sorted(world.aws.assumed()).count(id_of(1)) == 1


def test_datadog_is_asked_as_often_for_many_accounts_as_for_one(world: World) -> None:
    world.record(1)
    world.check()
    for_one = len(world.datadog.asked)
    world.record(*range(2, 21))
    world.datadog.asked.clear()
    world.check()
    assert len(world.datadog.asked) == for_one


def test_several_at_a_time_and_no_more(world: World) -> None:
    world.record(*range(1, 13))
    together, most = set[str](), 0

    def count(account: str, action: str) -> None:
        nonlocal most
        if account != OPERATOR:
            (together.add if action == 'AssumeRole' else together.discard)(account)
            most = max(most, len(together))

    world.aws.on_request = count
    world.check('--threads', '3')
    assert 1 <= most <= 3


# Which accounts


def test_the_active_ones_of_the_organization(world: World) -> None:
    world.record(1, 9)
    world.aws.members = [member(1, 'shop'), member(2, 'old', 'SUSPENDED'), member(3, 'new')]
    document = world.check('--accounts-from', 'organization', '--json').document
    assert causes(document) == {
        f'{id_of(1)} (shop)': [UNUSED],
        f'{id_of(3)} (new)': ['integration-not-registered'],
    }


def test_those_that_are_named(world: World) -> None:
    world.record(1, 2, 3)
    assert list(causes(world.check('--accounts', f'{id_of(3)}, {id_of(1)}', '--json').document)) == [id_of(1), id_of(3)]


def test_a_record_that_names_no_account_makes_the_whole_unknown(world: World) -> None:
    world.record(1)
    world.datadog.accounts[0]['attributes']['aws_account_id'] = 'prod'
    world.record(2)
    printed = world.check()
    assert 'not all accounts are known' in printed.out.splitlines()[0]
    assert 'Not all accounts are known: Datadog does not say of which account 1 record is.' in printed.out


def test_an_account_that_is_twice_on_record_is_looked_at_once(world: World) -> None:
    world.record(1, 1)
    assert list(causes(world.check('--json').document)) == [id_of(1)]
    assert world.aws.assumed() == [id_of(1)]


def test_another_partition_needs_credentials_of_its_own(world: World) -> None:
    world.record(1)
    world.datadog.accounts[0]['attributes']['aws_partition'] = 'aws-us-gov'
    why = f'{NOT_ASSUMED}: the account is in the partition aws-us-gov, our credentials are of aws'
    assert causes(world.check('--json').document) == {id_of(1): [why]}


def test_nothing_on_record_is_not_ok(world: World) -> None:
    printed = world.check()
    assert (printed.status, printed.out) == (3, '')
    assert 'no account can be looked at: no account is on record' in printed.err


WRONG: list[Any] = [
    pytest.param(('--role-template', 'aws-diagnostics'), "--role-template 'aws-diagnostics'", id='no ARN'),
    pytest.param(('--accounts', 'prod'), "--accounts 'prod': allowed are ids of 12 digits", id='no account id'),
    pytest.param(('--threads', '0'), '0 is not in the range', id='no thread'),
    pytest.param(('--save-facts', 'x.json'), '--all-accounts excludes --save-facts', id='an option for one account'),
    pytest.param(('--csv', '--json'), '--csv excludes --json, -v and -q', id='two outputs'),
    pytest.param(('--max-age', 'long'), "'long' is not allowed", id='no duration'),
]


@pytest.mark.parametrize(('options', 'message'), WRONG)
def test_wrong_usage_is_told_before_anything_is_asked(world: World, options: tuple[str, ...], message: str) -> None:
    printed = world.check(*options)
    assert (printed.status, printed.out, world.aws.asked) == (64, '', [])
    assert message in printed.err


# Going on


def test_what_was_judged_is_not_looked_at_again(world: World, tmp_path: Path) -> None:
    world.record(1, 2)
    world.aws.refused = {id_of(2): 'Throttling'}
    state = ('--state', str(tmp_path / 'state'))
    world.check(*state)
    world.aws.refused, before = {}, len(world.aws.assumed())
    printed = world.check(*state)
    assert world.aws.assumed()[before:] == [id_of(2)]
    assert f'1 account of 2 as an earlier run saw them ({tmp_path / "state"}).' in printed.out.replace('\n', ' ')


def test_what_is_kept_is_what_judge_takes(world: World, tmp_path: Path) -> None:
    world.record(1)
    world.check('--state', str(tmp_path / 'state'))
    (file,) = (tmp_path / 'state').glob('*.json')
    assert file.stat().st_mode & 0o777 == 0o600
    assert world.run('judge', str(file), '-q').out.startswith('CRITICAL account 000000000001: ')


def test_a_file_that_is_damaged_is_told_and_collected_again(world: World, tmp_path: Path) -> None:
    world.record(1)
    state = tmp_path / 'state'
    world.check('--state', str(state))
    (state / f'{id_of(1)}.json').write_text('{"half": ')
    printed = world.check('--state', str(state), '--json')
    assert causes(printed.document) == {id_of(1): [UNUSED]}
    assert f'{id_of(1)}.json' in printed.err
    assert 'the account is looked at again' in printed.err


def test_what_cannot_be_kept_does_not_end_the_run(world: World, tmp_path: Path) -> None:
    world.record(1, 2)
    (tmp_path / 'state' / f'{id_of(1)}.json').mkdir(parents=True)
    printed = world.check('--state', str(tmp_path / 'state'), '--json')
    assert causes(printed.document) == {id_of(1): [UNUSED], id_of(2): [UNUSED]}
    assert 'The run goes on, and what could not be kept is collected again next time.' in printed.err


def started(world: World, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, '-c', PROGRAM, *world.arguments, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def test_after_kill_9_the_same_command_ends_what_was_begun(world: World, tmp_path: Path) -> None:
    world.record(*range(1, 13))
    state = ('--state', str(tmp_path / 'state'), '--json')
    whole = causes(world.check('--json').document)
    process: list[subprocess.Popen[str]] = []

    def kill(account: str, action: str) -> None:
        if process and (account, action) == (id_of(6), 'GetRole'):
            process[0].send_signal(signal.SIGKILL)

    world.aws.on_request = kill
    process.append(started(world, *state, '--threads', '1'))
    process[0].communicate(timeout=120)
    assert process[0].returncode == -9
    world.aws.on_request, before = (lambda *_: None), len(world.aws.assumed())
    assert causes(world.check(*state).document) == whole
    assert set(world.aws.assumed()[before:]) == {id_of(number) for number in range(6, 13)}


def test_a_second_run_with_the_same_state_refuses(world: World, tmp_path: Path) -> None:
    world.record(1)
    state = ('--state', str(tmp_path / 'state'))
    second: list[tuple[int, str]] = []

    def another(account: str, action: str) -> None:
        if action == 'GetRole' and not second:
            process = started(world, *state)
            _, err = process.communicate(timeout=120)
            second.append((process.returncode, err))

    world.aws.on_request = another
    assert world.check(*state).status == 2
    assert second[0][0] == 73
    assert f'another run of this command uses --state {tmp_path / "state"}' in second[0][1]


# Memory

MEASURED = """
import re, sys
from datadog_checks.aws_diagnostics.cli import run
run(sys.argv[1:])
# Not ru_maxrss: it begins with that of the process that started this one.
print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)
"""


def test_memory_does_not_grow_with_the_number_of_accounts(world: World) -> None:
    """What is kept of an account is its findings: some KiB."""
    world.record(*range(1, 61))
    used = []
    for accounts in (id_of(1), ','.join(map(id_of, range(1, 61)))):
        words = [sys.executable, '-c', MEASURED, *world.arguments, '--json', '--accounts', accounts]
        ended = subprocess.run(words, capture_output=True, text=True, timeout=240)
        used.append(int(ended.stderr.split()[-1]) / 1024)
    assert used[1] < 200
    assert used[1] - used[0] < 80


def test_what_a_process_has_frozen_stays_frozen(world: World) -> None:
    world.record(1)
    gc.freeze()
    world.check()
    assert gc.get_freeze_count() > 0


# A page

HOSTILE = '<script>document.title = "owned"</script><img src=x onerror=alert(1)>'


def test_one_page_shows_every_account_and_runs_nothing(world: World, tmp_path: Path) -> None:
    world.record(1, 2, 3, 4)
    world.aws.refused = {id_of(2): 'AccessDenied'}
    world.aws.members = [member(number, HOSTILE) for number in range(1, 5)]
    file = tmp_path / 'page.html'
    world.check('--accounts-from', 'organization', '--html', str(file))
    with browser(system_program('chromium')) as page:
        for width in (360, 1280):
            for scheme in ('light', 'dark'):
                page.open(file, width=width, scheme=scheme)
                assert page.value('document.documentElement.scrollWidth') <= width
        assert page.value('document.title') == 'aws-diagnostics: 4 accounts'
        assert page.value("[document.querySelectorAll('img').length, document.scripts.length]") == [0, 1]
        assert page.value("document.querySelectorAll('details.report').length") == 4
        text = page.value('document.body.innerText')
    assert "Datadog's integration role is not used" in text
    assert f'{NOT_ASSUMED} (AccessDenied)' in text


def test_a_page_of_others_is_not_replaced(world: World, tmp_path: Path) -> None:
    (tmp_path / 'page.html').write_text('mine')
    printed = world.check('--html', str(tmp_path / 'page.html'))
    assert (printed.status, world.aws.asked) == (73, [])
    assert (tmp_path / 'page.html').read_text() == 'mine'


def test_the_template_is_needed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    printed = world.run('check', '--all-accounts')
    assert printed.status == 64
    assert '--role-template: --all-accounts needs' in printed.err
    assert TEMPLATE.partition('{')[0] in printed.err
    assert json.dumps(printed.out) == '""'


def test_an_account_on_record_in_two_partitions_has_a_report_for_each(world: World) -> None:
    world.record(1, 1)
    world.datadog.accounts[1]['attributes']['aws_partition'] = 'aws-us-gov'
    found = [causes({'reports': [report]}) for report in world.check('--json').document['reports']]
    why = f'{NOT_ASSUMED}: the account is in the partition aws-us-gov, our credentials are of aws'
    assert found == [{id_of(1): [why]}, {id_of(1): [UNUSED]}]


def test_a_fix_names_the_file_of_its_account_and_whose_credentials_it_takes(world: World) -> None:
    world.record(1)
    world.aws.trusting = {id_of(1): 'another'}
    shown = world.check('-v').out
    assert f'aws-diagnostics check --config {Path("aws_diagnostics.d", id_of(1)).absolute()}.yaml' in shown
    assert "  aws-diagnostics accounts --write-config . --role-template 'arn:aws:iam::{account}:role/" in shown
    assert f'Run the commands of its fixes with credentials of account {id_of(1)}.' in shown
    assert 'conf.yaml' not in shown


def test_ctrl_c_ends_at_once_though_an_account_hangs_and_the_others_are_kept(world: World, tmp_path: Path) -> None:
    world.record(1, 2, 3)
    world.aws.hanging = {id_of(2)}
    state = tmp_path / 'state'
    process: list[subprocess.Popen[str]] = []
    process.append(started(world, '--state', str(state)))
    kept = {f'{id_of(1)}.json', f'{id_of(3)}.json'}
    while process[0].poll() is None and {path.name for path in state.glob('*.json')} != kept:
        with suppress(subprocess.TimeoutExpired):
            process[0].wait(0.05)
    process[0].send_signal(signal.SIGINT)
    out, _ = process[0].communicate(timeout=60)
    assert (process[0].returncode, out) == (130, '')
    assert {path.name for path in state.glob('*.json')} == kept
