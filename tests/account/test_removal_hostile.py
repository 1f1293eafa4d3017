"""Answers, names, files and clocks that mislead a removal of lingering tags: no host loses tags for another one."""

import json
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.account.datadog_api import account
from tests.account.host_lists import OTHER, OURS, left, page
from tests.account.removals import APPLY, AWS, World, named, removing


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with removing(tmp_path, monkeypatch, capsys) as found:
        found.datadog.hosts = [left(1), left(2)]
        yield found


NAMESAKES = [
    pytest.param({'name': 'web-1'}, id='the same name'),
    pytest.param({'name': 'WEB-1'}, id='the same name in another case'),
    pytest.param({'name': ' web-1'}, id='the same name with white space'),
]


@pytest.mark.parametrize('fields', NAMESAKES)
def test_a_name_that_several_hosts_have_tells_none_of_them(world: World, fields: dict[str, Any]) -> None:
    """A removal goes by name: it could hit the one that AWS reports."""
    seen = world.seen()
    world.datadog.hosts.append(left(9, OURS, 'us-east-1', apps=['agent', 'aws'], **fields))
    printed = world.remove(*APPLY, seen_in=seen)
    assert named(printed.document['skipped']) == {'web-1': 'several hosts have this name'}
    assert world.removed == ['web-2']


OTHER_TAGS = [
    pytest.param({'amazon web services': ['team:web']}, id='the source is there in another case too'),
    pytest.param({AWS: ['team:web']}, id='one of them is there only'),
]


@pytest.mark.parametrize('by_source', OTHER_TAGS)
def test_tags_that_two_answers_do_not_agree_about_stay(world: World, by_source: dict[str, list[str]]) -> None:
    """Whatever the removal takes away must be what was saved."""
    world.datadog.hosts[0]['tags_by_source'] |= {'amazon web services': ['team:web']}
    seen, own = world.seen(), world.datadog.hosts[0]['tags_by_source'][AWS]
    answer = (200, {'host': 'web-1', 'tags': by_source.get(AWS, own)})
    world.datadog.about_hosts.refuses = lambda method, host: answer if (method, host) == ('GET', 'web-1') else None
    printed = world.remove(*APPLY, seen_in=seen)
    why = 'the host list has other tags of it than the host itself: they changed lately'
    assert named(printed.document['skipped']) == {'web-1': why}
    assert world.removed == ['web-2']


def test_what_goes_by_the_tags_is_said_before_the_first_of_them_goes(world: World) -> None:
    """Also where nobody is asked for the number: the log of a job has it then."""
    printed = world.remove(*APPLY, seen_in=world.seen())
    lines = printed.err.splitlines()
    assert lines[0] == 'WARNING 2 hosts: tags from AWS are about to go'
    assert '  monitors  0 of 0 use these tags' in lines


def test_a_name_that_is_part_of_many_others_is_found_on_a_later_page(world: World) -> None:
    seen = world.seen()
    row = world.datadog.hosts[0]
    world.datadog.hosts[:0] = [left(100 + n, OURS, 'us-east-1', name=f'web-1{n}', apps=['aws']) for n in range(1000)]
    assert world.remove(*APPLY, seen_in=seen).document['failed'] == []
    assert world.removed == ['web-1', 'web-2']
    assert row['tags_by_source'] == {}


@pytest.mark.parametrize('name', ['.', '..'])
def test_a_name_that_would_change_the_path_is_not_asked_for(world: World, name: str) -> None:
    world.datadog.hosts = [left(1, name=name)]
    printed = world.remove(*APPLY, seen_in=world.seen())
    assert named(printed.document['failed']) == {name: 'its name cannot be part of an address'}
    assert not [path for path in world.datadog.asked if '/tags/hosts' in path]


UNBELIEVABLE = [
    pytest.param(
        {'host': 'web-9', 'tags': []}, 'the answer is about another host than the one asked for', id='of another host'
    ),
    pytest.param(
        {'host': 'web-1', 'tags': ['']}, 'the tags of the host do not have the documented shape', id='an empty tag'
    ),
]


@pytest.mark.parametrize(('answer', 'why'), UNBELIEVABLE)
def test_an_answer_that_is_not_of_this_host_proves_nothing(world: World, answer: Any, why: str) -> None:
    seen = world.seen()
    world.datadog.about_hosts.refuses = lambda method, host: (
        (200, answer) if (method, host) == ('GET', 'web-1') else None
    )
    printed = world.remove(*APPLY, seen_in=seen)
    assert named(printed.document['failed']) == {'web-1': why}
    assert world.removed == ['web-2']


def test_tags_that_no_backup_can_be_read_with_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text that is two bytes in an answer is six in the backup, whose lines are bounded."""
    monkeypatch.setattr('datadog_checks.aws_diagnostics.cli.hosts.backup.LONGEST_LINE', 300)
    world.datadog.hosts[0]['tags_by_source'][AWS] += ['ы' * 100]
    printed = world.remove(*APPLY, seen_in=world.seen())
    assert named(printed.document['failed']) == {'web-1': 'not removed: its tags are too long for a line of the backup'}
    assert (world.removed, list(world.saved())) == (['web-2'], ['web-2'])


def stopped_after_saving(world: World, seen: Path) -> None:
    """web-1 is saved, and no removal of it was answered."""
    world.datadog.about_hosts.refuses = lambda method, host: (500, {}) if method == 'DELETE' else None
    world.remove('--apply', '--yes', '--max', '1', seen_in=seen)
    assert list(world.saved()) == ['web-1']


def test_a_host_that_cannot_be_read_any_more_does_not_stop_a_resumed_run(world: World) -> None:
    seen = world.seen()
    stopped_after_saving(world, seen)
    world.datadog.about_hosts.refuses = lambda method, host: (500, {}) if host == 'web-1' else None
    printed = world.remove(*APPLY, seen_in=seen)
    assert list(named(printed.document['failed'])) == ['web-1']
    assert (world.removed, printed.document['removed']) == (['web-2'], ['web-2'])


def test_a_host_that_is_gone_did_not_lose_its_tags_by_a_removal(world: World) -> None:
    seen = world.seen()
    stopped_after_saving(world, seen)
    world.datadog.about_hosts.refuses = lambda *_: None
    del world.datadog.hosts[0]
    assert world.remove(*APPLY, seen_in=seen).document['removed'] == ['web-2']


def test_a_clock_that_is_set_back_does_not_keep_an_old_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('datadog_checks.aws_diagnostics.cli.hosts.removal.RECORD_AGE', 0.0)
    seen, clock = world.seen(), time.time

    def an_integration_comes_back(method: str, host: str) -> None:
        if (method, host) == ('DELETE', 'web-1'):
            monkeypatch.setattr(time, 'time', lambda: clock() - 3600)
            world.datadog.accounts.append(account(OTHER))

    world.datadog.about_hosts.after = an_integration_comes_back
    printed = world.remove(*APPLY, seen_in=seen)
    assert named(printed.document['skipped']) == {'web-2': 'an integration collects it again'}
    assert world.removed == ['web-1']


def test_hosts_that_are_done_do_not_count_towards_the_maximum(world: World) -> None:
    """Datadog's host list shows changes hours later."""
    seen, stale = world.seen(), deepcopy(world.datadog.hosts)
    one = ('--apply', '--yes', '--max', '1')
    world.remove(*one, seen_in=seen)
    world.datadog.hosts_first = [page(stale, 2)]
    printed = world.remove(*one, seen_in=seen)
    assert (printed.document['skipped'], printed.document['removed']) == ([], ['web-1', 'web-2'])
    assert world.removed == ['web-1', 'web-2']


def test_a_dry_run_does_not_count_hosts_that_are_done(world: World) -> None:
    seen, stale = world.seen(), deepcopy(world.datadog.hosts)
    world.remove(*APPLY, seen_in=seen)
    world.datadog.hosts_first = [page(stale, 2)]
    assert world.remove(seen_in=seen).document['would_remove'] == []


def test_a_journal_with_a_removal_of_what_was_not_saved_is_refused(world: World) -> None:
    seen = world.seen()
    world.remove('--apply', '--yes', '--max', '1', seen_in=seen)
    with world.journal.open('a') as journal:
        journal.write('{"removed": "web-2"}\n')
    printed = world.remove(*APPLY, seen_in=seen)
    assert (printed.status, world.removed) == (65, ['web-1'])
    assert 'line 4 is damaged' in printed.err


def test_a_last_line_without_its_end_that_is_whole_is_restored(world: World) -> None:
    """An editor may have taken the line end away."""
    before = deepcopy(world.tags())
    world.remove(*APPLY, seen_in=world.seen())
    world.backup.write_text(world.backup.read_text().rstrip('\n'))
    assert world.restore().document['restored'] == ['web-1', 'web-2']
    assert world.tags() == before


@pytest.mark.parametrize('text', ['', '{"host": "web-1", "sou'], ids=['empty', 'one line that is cut off'])
def test_a_file_without_a_whole_line_is_no_backup(world: World, text: str) -> None:
    file = world.folder / 'old.jsonl'
    file.write_text(text)
    printed = world.restore(file)
    assert (printed.status, printed.err) == (65, f'Error: --restore {file}: holds no whole line of a backup\n')


def test_a_name_that_has_no_utf_8_form_does_not_end_a_restoration(world: World) -> None:
    file, line = world.folder / 'old.jsonl', {'source': AWS, 'tags': ['a:b'], 'time': '2026-11-28T00:00:00+00:00'}
    file.write_text('\n'.join(json.dumps({'host': host, **line}) for host in ('\ud800', 'web-1')) + '\n')
    printed = world.restore(file)
    assert printed.document['restored'] == ['web-1']
    assert [each['why'] for each in printed.document['failed']] == ['its name cannot be part of an address']


def test_a_file_of_somebody_else_is_refused_before_anything_is_asked(world: World) -> None:
    (world.folder / 'tags.jsonl.seen.json').write_text('{}')
    printed = world.remove()
    assert printed.status == 73
    assert printed.err.startswith('Error: --backup ')
    assert world.datadog.asked == []
