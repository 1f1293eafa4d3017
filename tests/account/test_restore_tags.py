"""`aws-diagnostics hosts remove-lingering-tags --restore` puts back what a removal took."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.account.host_lists import left
from tests.account.removals import APPLY, AWS, World, named, removing
from tests.cli.schema import SCHEMAS, validate

SCHEMA = json.loads((SCHEMAS / 'hosts-restore.schema.json').read_text())


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with removing(tmp_path, monkeypatch, capsys) as found:
        found.datadog.hosts = [left(1), left(2), left(3)]
        yield found


@pytest.fixture
def before(world: World) -> dict[str, list[str]]:
    """The tags that were removed."""
    tags = world.tags()
    assert world.remove(*APPLY, seen_in=world.seen()).status == 0
    assert world.tags() == {}
    return tags


def test_every_host_has_its_tags_again_under_the_same_source(world: World, before: dict[str, list[str]]) -> None:
    printed = world.restore()
    validate(printed.document, SCHEMA)
    assert (printed.document['restored'], printed.document['failed']) == (['web-1', 'web-2', 'web-3'], [])
    assert (printed.status, world.tags()) == (0, before)


def test_it_only_adds(world: World, before: dict[str, list[str]]) -> None:
    world.datadog.hosts[0]['tags_by_source'][AWS] = ['new:tag', before['web-1'][0]]
    world.restore()
    assert world.tags()['web-1'] == ['new:tag', *before['web-1']]
    assert set(world.datadog.methods) == {'GET', 'POST', 'DELETE'}


def test_what_is_there_is_not_written_again(world: World, before: dict[str, list[str]]) -> None:
    world.restore()
    world.datadog.methods.clear()
    world.datadog.asked.clear()
    assert world.restore().document['restored'] == ['web-1', 'web-2', 'web-3']
    assert set(world.datadog.methods) == {'GET'}


def test_a_host_that_is_gone_does_not_stop_the_others(world: World, before: dict[str, list[str]]) -> None:
    del world.datadog.hosts[1]
    printed = world.restore()
    assert printed.document['restored'] == ['web-1', 'web-3']
    assert named(printed.document['failed']) == {'web-2': 'Datadog does not have this host any more'}
    assert printed.status == 1


INSTEAD: list[Any] = [
    pytest.param(
        (400, {'errors': ['Invalid source']}),
        'Datadog does not accept the request (status 400); let the AWS integration collect the host again, which '
        'brings its tags back within hours',
        id='the source is not accepted',
    ),
    pytest.param(
        (201, {'host': 'web-1', 'tags': []}),
        '3 tags are not there after they were added; let the AWS integration collect the host again, which brings its '
        'tags back within hours',
        id='it is accepted and ignored',
    ),
]


@pytest.mark.parametrize(('answer', 'why'), INSTEAD)
def test_only_what_is_there_afterwards_counts(
    world: World, before: dict[str, list[str]], answer: Any, why: str
) -> None:
    world.datadog.about_hosts.refuses = lambda method, _: answer if method == 'POST' else None
    assert named(world.restore().document['failed']) == dict.fromkeys(before, why)


def test_a_key_that_may_not_stops_at_the_first_host(world: World, before: dict[str, list[str]]) -> None:
    world.datadog.denied = {'host_tags_write'}
    failed = named(world.restore().document['failed'])
    assert 'permission host_tags_write' in failed['web-1']
    assert failed['web-3'] == f'not reached: {failed["web-1"]}'


def line(**fields: Any) -> str:
    return json.dumps({'host': 'web-1', 'source': AWS, 'tags': ['a:b'], 'time': '2026-11-28T00:00:00+00:00', **fields})


def test_a_host_that_was_saved_twice_gets_the_tags_of_both(world: World) -> None:
    """An interrupted removal saves again what it finds then."""
    file = world.folder / 'old.jsonl'
    file.write_text(f'{line()}\n{line(host="web-2")}\n{line(tags=["c:d"])}\n')
    world.datadog.hosts = [left(n, tags_by_source={}) for n in (1, 2)]
    assert world.restore(file).document['restored'] == ['web-2', 'web-1']
    assert world.tags() == {'web-1': ['a:b', 'c:d'], 'web-2': ['a:b']}


def test_a_line_that_is_cut_off_was_never_removed(world: World) -> None:
    file = world.folder / 'old.jsonl'
    file.write_text(f'{line()}\n{line(host="web-2")[:40]}')
    assert world.restore(file).document['restored'] == ['web-1']


NO_LINES = [
    pytest.param('not JSON', id='no JSON'),
    pytest.param('[]', id='no object'),
    pytest.param(line(source='Users'), id='another source'),
    pytest.param(line(tags='a:b'), id='tags that are no list'),
    pytest.param(line(tags=[1]), id='a tag that is no text'),
    pytest.param(line(tags=['a' * 256]), id='a tag that is too long'),
    pytest.param(line(host=''), id='a host without a name'),
]


@pytest.mark.parametrize('damaged', NO_LINES)
def test_a_file_that_is_no_backup_adds_nothing(world: World, damaged: str) -> None:
    file = world.folder / 'old.jsonl'
    file.write_text(f'{line()}\n{damaged}\n')
    printed = world.restore(file)
    assert printed.status == 65
    assert f'--restore {file}: line 2 is not {{"host"' in printed.err
    assert world.asked_about('POST') == []


def test_a_person_reads_what_is_not_proven(world: World, before: dict[str, list[str]]) -> None:
    printed = world.ask('remove-lingering-tags', '--restore', str(world.backup))
    assert printed.out.splitlines() == [
        'OK 3 hosts: have all tags of the backup',
        '',
        'That Datadog adds tags of the source Amazon Web Services on request is documented, and was never',
        'tried by the authors of this program: each host is read again, and only one that has all its tags',
        'counts as restored.',
    ]
