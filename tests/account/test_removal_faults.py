"""Whatever goes wrong during a removal: nothing goes that was not saved, or twice, and the next run ends it."""

import json
import os
import pty
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.account.datadog_api import API_KEY, APP_KEY, plain
from tests.account.host_lists import left
from tests.account.removals import APPLY, AWS, World, named, removing

NAMES = [f'web-{number}' for number in range(1, 5)]
REFUSED = (403, {'errors': ['Forbidden']})
BROKEN = (500, {'errors': ['Internal error']})
TAGS = '/api/v1/tags/hosts/'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with removing(tmp_path, monkeypatch, capsys) as found:
        found.datadog.hosts = [left(number) for number in range(1, 5)]
        yield found


def holds(world: World, before: dict[str, list[str]]) -> None:
    """What must be true after every fault: nothing is gone that is not saved, and nothing went twice."""
    saved, now = world.saved(), world.tags()
    assert {name: tags for name, tags in before.items() if name not in now} == {
        name: saved.get(name) for name in before if name not in now
    }
    assert len(world.removed) == len(set(world.removed))


def ended(world: World, seen: Path, before: dict[str, list[str]]) -> None:
    """The same command ends what a run with a fault left, as if there had been none."""
    holds(world, before)
    world.datadog.about_hosts.refuses, world.datadog.about_hosts.loses = (lambda *_: None), (lambda *_: False)
    printed = world.remove(*APPLY, seen_in=seen)
    assert printed.status == 0, printed.err
    assert printed.document['removed'] == sorted(before)
    assert (world.tags(), world.saved(), sorted(world.removed)) == ({}, before, sorted(before))


class Once:
    """A fault at so many requests with this method, from the n-th on, for one host or for all."""

    def __init__(self, method: str, answer: Any, times: int = 1, host: str = '', skip: int = 0) -> None:
        self._method, self._answer, self._times, self._host, self._skip = method, answer, times, host, skip

    def __call__(self, method: str, host: str) -> Any:
        if method != self._method or self._host not in ('', host):
            return None
        if self._skip:
            self._skip -= 1
            return None
        self._times -= 1
        return self._answer if self._times >= 0 else None


class Several:
    """Each counts every request."""

    def __init__(self, faults: Sequence[Once]) -> None:
        self._faults = faults

    def __call__(self, method: str, host: str) -> Any:
        return next(filter(None, [fault(method, host) for fault in self._faults]), None)


# Datadog fails


def test_a_burst_of_errors_is_sat_out(world: World) -> None:
    seen, before = world.seen(), world.tags()
    world.datadog.about_hosts.refuses = Once('GET', BROKEN, times=3, host='web-2')
    assert world.remove(*APPLY, seen_in=seen).status == 0
    ended(world, seen, before)


def test_a_removal_that_fails_is_tried_again(world: World) -> None:
    seen, before = world.seen(), world.tags()
    world.datadog.about_hosts.refuses = Once('DELETE', BROKEN, times=2, host='web-2')
    assert world.remove(*APPLY, seen_in=seen).status == 0
    ended(world, seen, before)


def test_a_removal_whose_answer_was_lost_is_found_out(world: World) -> None:
    seen, before = world.seen(), world.tags()
    world.datadog.about_hosts.loses = Once('DELETE', answer=True, host='web-2')
    printed = world.remove(*APPLY, seen_in=seen)
    assert (printed.status, printed.document['failed']) == (0, [])
    ended(world, seen, before)


def test_a_host_that_keeps_failing_does_not_stop_the_others(world: World) -> None:
    seen, before = world.seen(), world.tags()
    world.datadog.about_hosts.refuses = Once('DELETE', BROKEN, times=99, host='web-2')
    printed = world.remove(*APPLY, seen_in=seen)
    assert named(printed.document['failed']) == {'web-2': 'the Datadog API failed (status 500)'}
    assert (printed.status, printed.document['removed']) == (1, ['web-1', 'web-3', 'web-4'])
    ended(world, seen, before)


def test_after_five_in_a_row_it_is_not_the_hosts(world: World) -> None:
    world.datadog.hosts = [left(number) for number in range(1, 9)]
    seen, before = world.seen(), world.tags()
    world.datadog.about_hosts.refuses = Once('DELETE', BROKEN, times=999, skip=1)
    printed = world.remove(*APPLY, seen_in=seen)
    assert printed.document['removed'] == ['web-1']
    assert len(printed.document['failed']) == 5
    why = 'not reached: 5 hosts failed one after the other'
    assert named(printed.document['skipped']) == {'web-7': why, 'web-8': why}
    assert printed.document['note'] == '5 hosts failed one after the other'
    ended(world, seen, before)


@pytest.mark.parametrize('method', ['GET', 'DELETE'])
def test_the_rate_limit_is_waited_for(world: World, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(
        'datadog_checks.aws_diagnostics.collect.host_tags.HostTags.__init__.__defaults__', (waits.append,)
    )
    seen, before = world.seen(), world.tags()
    limit = 'X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 7\r\n'
    throttled = plain(429, json.dumps({'errors': ['Rate limit']}), limit=limit)
    requests = 0

    def first(asked: str, host: str) -> None:
        nonlocal requests
        requests += asked == method
        if requests == 1 and asked == method:
            world.datadog.first.append(throttled)

    world.datadog.about_hosts.after = first
    assert world.remove(*APPLY, seen_in=seen).status == 0
    assert [7 <= wait <= 7 * 1.25 for wait in waits] == [True]
    ended(world, seen, before)


def test_a_limit_without_a_time_is_waited_for_as_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(
        'datadog_checks.aws_diagnostics.collect.host_tags.HostTags.__init__.__defaults__', (waits.append,)
    )
    seen, before = world.seen(), world.tags()
    world.datadog.first = []
    world.datadog.about_hosts.after = lambda method, host: (
        world.datadog.first.append(plain(429, '{}')) if (method, host, len(waits)) == ('DELETE', 'web-1', 0) else None
    )
    assert world.remove(*APPLY, seen_in=seen).status == 0
    assert [1 <= wait <= 1.25 for wait in waits] == [True]
    ended(world, seen, before)


def test_a_key_that_may_not_stops_at_the_first_host(world: World) -> None:
    seen, before = world.seen(), world.tags()
    world.datadog.denied = {'host_tags_write'}
    printed = world.remove(*APPLY, seen_in=seen)
    why = (
        'Datadog refuses: a key is not valid, or the application key may not change the tags of hosts '
        '(403, permission host_tags_write)'
    )
    assert named(printed.document['failed']) == {'web-1': why}
    assert printed.document['note'] == why
    assert (world.tags(), len(world.asked_about('DELETE'))) == (before, 1)
    world.datadog.denied = set()
    ended(world, seen, before)


# The machine fails

PROGRAM = 'import sys; from datadog_checks.aws_diagnostics.cli import run; sys.exit(run(sys.argv[1:]))'


def started(world: World, seen: Path, allowed: Sequence[str] = APPLY, **options: Any) -> subprocess.Popen[str]:
    words = (
        'hosts',
        'remove-lingering-tags',
        '--backup',
        str(world.backup),
        '--seen-in',
        str(seen),
        '--json',
        *allowed,
    )
    environment = {**os.environ, 'DD_API_KEY': API_KEY, 'DD_APP_KEY': APP_KEY, 'TMPDIR': str(world.folder)}
    return subprocess.Popen(
        [sys.executable, '-c', PROGRAM, *words, '--config', str(world.folder / 'account.yaml')],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


POINTS: list[Any] = [
    pytest.param('refuses', 'DELETE', id='between backup and removal'),
    pytest.param('after', 'DELETE', id='between removal and journal'),
    pytest.param('refuses', 'GET', id='before the backup'),
]


@pytest.mark.parametrize('sent', [signal.SIGKILL, signal.SIGINT], ids=['kill -9', 'Ctrl-C'])
@pytest.mark.parametrize(('moment', 'method'), POINTS)
def test_a_run_that_ends_in_the_middle_goes_on(world: World, moment: str, method: str, sent: signal.Signals) -> None:
    seen, before = world.seen(), world.tags()
    ends = Once(method, answer=True, host='web-2')
    process: list[subprocess.Popen[str]] = []

    def end(asked: str, host: str) -> tuple[int, Any] | None:
        if not process or not ends(asked, host):
            return None
        process[0].send_signal(sent)
        process[0].wait(60)
        return 500, {'errors': ['nobody waits for this answer, and nothing is done under the next run']}

    setattr(world.datadog.about_hosts, moment, end)
    process.append(started(world, seen, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler)))
    out, err = process[0].communicate(timeout=60)
    assert process[0].returncode == (-9 if sent == signal.SIGKILL else 130), err
    if sent == signal.SIGINT:
        assert json.loads(out)['note'] == 'interrupted'
    world.datadog.about_hosts.after = lambda *_: None
    ended(world, seen, before)


def test_a_second_run_at_once_refuses(world: World) -> None:
    seen, before = world.seen(), world.tags()
    second: list[subprocess.CompletedProcess[str]] = []

    def run_another(method: str, host: str) -> None:
        if (method, host) == ('DELETE', 'web-1') and not second:
            process = started(world, seen)
            out, err = process.communicate(timeout=60)
            second.append(subprocess.CompletedProcess([], process.returncode, out, err))

    world.datadog.about_hosts.after = run_another
    assert world.remove(*APPLY, seen_in=seen).status == 0
    assert (second[0].returncode, second[0].stdout) == (73, '')
    assert 'another removal in this organization of Datadog is running on this machine' in second[0].stderr
    ended(world, seen, before)


def test_a_full_disk_removes_nothing_more(world: World) -> None:
    world.datadog.hosts = [left(number) for number in range(1, 40)]
    for row in world.datadog.hosts:  # so that the backup is the first file that has no room
        row['tags_by_source'][AWS] += [f'{key}:{"x" * 40}' for key in 'abcdef']
    seen, before = world.seen(), world.tags()

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))

    out, err = started(world, seen, preexec_fn=small).communicate(timeout=60)
    document = json.loads(out)
    assert document['note'] == 'the backup cannot be written: File too large', err
    assert 0 < len(document['removed']) < 39
    holds(world, before)
    ended(world, seen, before)


def test_a_disk_that_becomes_full_stops_before_the_host_that_is_not_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, before = world.seen(), world.tags()
    write, count = os.write, 0

    def full(descriptor: int, data: bytes) -> int:
        nonlocal count
        if b'"source"' in bytes(data):
            count += 1
            if count == 2:
                write(descriptor, bytes(data)[:20])
                raise OSError(28, 'No space left on device')
        return write(descriptor, data)

    monkeypatch.setattr('datadog_checks.aws_diagnostics.cli.hosts.json_lines.os.write', full)
    printed = world.remove(*APPLY, seen_in=seen)
    why = 'the backup cannot be written: No space left on device'
    assert named(printed.document['failed']) == {'web-2': f'not removed: {why}'}
    assert (printed.document['removed'], printed.document['note'], printed.status) == (['web-1'], why, 1)
    assert list(world.saved()) == ['web-1'], 'the half of a line is gone again'
    monkeypatch.undo()
    monkeypatch.setenv('DD_API_KEY', API_KEY)
    monkeypatch.setenv('DD_APP_KEY', APP_KEY)
    ended(world, seen, before)


# At a terminal


@pytest.mark.parametrize(
    ('typed', 'status', 'left_over'), [pytest.param('4', 0, 0, id='the number'), pytest.param('y', 64, 4, id='yes')]
)
def test_a_person_types_the_number_of_hosts(world: World, typed: str, status: int, left_over: int) -> None:
    seen, before = world.seen(), world.tags()
    ours, theirs = pty.openpty()
    process = started(world, seen, ('--apply',), stdin=theirs)
    os.close(theirs)
    os.write(ours, f'{typed}\n'.encode())
    _, err = process.communicate(timeout=60)
    os.close(ours)
    assert (process.returncode, len(world.tags())) == (status, left_over), err
    assert 'WARNING 4 hosts: tags from AWS are about to go' in err, 'what would go is shown before'
    assert 'Type 4 to remove these tags of 4 hosts' in err
    holds(world, before)


# Files that are not what they were


def interrupted(world: World) -> tuple[Path, dict[str, list[str]]]:
    """After two of four hosts, as if the machine had stopped."""
    seen, before = world.seen(), world.tags()
    assert world.remove('--apply', '--yes', '--max', '2', seen_in=seen).status == 1
    return seen, before


def test_a_line_that_was_cut_off_is_of_a_host_that_has_its_tags(world: World) -> None:
    seen, before = interrupted(world)
    with world.backup.open('a') as file:
        file.write('{"host": "web-3", "source": "Amazon')
    ended(world, seen, before)


def test_a_whole_line_that_the_journal_lacks_is_taken_over(world: World) -> None:
    seen, before = interrupted(world)
    line = {
        'host': 'web-3',
        'source': 'Amazon Web Services',
        'tags': before['web-3'],
        'time': '2026-11-28T00:00:00+00:00',
    }
    with world.backup.open('a') as file:
        file.write(f'{json.dumps(line)}\n')
    holds(world, before)
    assert world.remove(*APPLY, seen_in=seen).status == 0
    assert (world.tags(), world.saved()) == ({}, before)


def test_a_journal_that_was_cut_off_loses_nothing(world: World) -> None:
    seen, before = interrupted(world)
    text = world.journal.read_text()
    world.journal.write_text(text[: text.rindex('{"removed"') + 5])
    ended(world, seen, before)


def edited(lines: list[str]) -> list[str]:
    return [lines[0].replace('region', 'place'), *lines[1:]]


DAMAGED: list[Any] = [
    pytest.param(edited, 'line 1 was changed since it was written: put the file back', id='edited'),
    pytest.param(lambda lines: lines[:1], 'its last 1 of 2 lines are missing: put the file back', id='truncated'),
    pytest.param(
        lambda lines: lines[1:], 'line 1 was changed since it was written: put the file back', id='a line less'
    ),
    pytest.param(lambda _: [], 'its last 2 of 2 lines are missing: put the file back', id='emptied'),
    pytest.param(lambda lines: [*lines, *lines], 'line 4 is not of this removal: put the file back', id='lines more'),
]


@pytest.mark.parametrize(('damage', 'why'), DAMAGED)
def test_a_backup_that_is_not_as_it_was_written_is_refused(
    world: World, damage: Callable[[list[str]], list[str]], why: str
) -> None:
    """It may be all that is left of the tags, so nothing is added to it."""
    seen, _ = interrupted(world)
    world.backup.write_text(''.join(damage(world.backup.read_text().splitlines(keepends=True))))
    text = world.backup.read_text()
    printed = world.remove(*APPLY, seen_in=seen)
    assert printed.status == 65
    assert f'--backup {world.backup}: {why}' in printed.err
    assert (world.removed, world.backup.read_text()) == (['web-1', 'web-2'], text)


def test_a_backup_that_is_gone_is_refused(world: World) -> None:
    seen, _ = interrupted(world)
    world.backup.unlink()
    printed = world.remove(*APPLY, seen_in=seen)
    assert (printed.status, world.removed) == (65, ['web-1', 'web-2'])
    assert 'it is gone, and its journal is not' in printed.err


def test_a_file_of_somebody_else_is_not_touched(world: World) -> None:
    world.backup.write_text('mine')
    printed = world.remove(*APPLY)
    assert (printed.status, world.backup.read_text()) == (65, 'mine')
    assert 'it exists, and has no journal beside it: choose another name' in printed.err


def test_a_link_is_not_followed(world: World, tmp_path: Path) -> None:
    (tmp_path / 'elsewhere').write_text('')
    world.backup.symlink_to(tmp_path / 'elsewhere')
    printed = world.remove(*APPLY, seen_in=world.seen())
    assert (printed.status, world.removed) == (65, [])


def test_a_resumed_run_uses_the_same_organization(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, _ = interrupted(world)
    monkeypatch.setenv('DD_APP_KEY', 'c' * 40)
    printed = world.remove(*APPLY, seen_in=seen)
    assert (printed.status, world.removed) == (65, ['web-1', 'web-2'])
    assert 'it was begun for another site of Datadog, or with other keys' in printed.err


# Whatever happens, in whatever order

FAULTS = some.lists(
    some.tuples(
        some.sampled_from(['refuses', 'loses']),
        some.sampled_from(['GET', 'DELETE']),
        some.sampled_from([BROKEN, REFUSED, (429, {'errors': ['Rate limit']}), (404, {'errors': ['Host not found']})]),
        some.integers(0, 12),
        some.integers(1, 6),
    ),
    max_size=3,
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=some.lists(FAULTS, min_size=1, max_size=3))
def test_any_sequence_of_faults_ends_as_if_there_had_been_none(
    runs: list[Any], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        'datadog_checks.aws_diagnostics.collect.host_tags.HostTags.__init__.__defaults__', (lambda _: None,)
    )
    world.datadog.hosts = [left(number) for number in range(1, 5)]
    world.removed.clear()
    for file in (world.backup, world.journal):
        file.unlink(missing_ok=True)
    world.datadog.about_hosts.refuses, world.datadog.about_hosts.loses = (lambda *_: None), (lambda *_: False)
    seen, before = world.seen(), world.tags()
    for faults in runs:
        store = world.datadog.about_hosts
        store.refuses = Several(
            [Once(m, answer, times, skip=skip) for kind, m, answer, skip, times in faults if kind == 'refuses']
        )
        store.loses = Several(
            [Once(m, answer=True, times=times, skip=skip) for kind, m, _, skip, times in faults if kind == 'loses']
        )
        world.remove(*APPLY, seen_in=seen)
        holds(world, before)
    ended(world, seen, before)
