"""Every monitor and dashboard is one JSON object without a key twice, listed in the manifest under its title."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tools.asset_lint.names import ROOT

Document = dict[str, Any]
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob('assets/[md]*s/*.json'))


def read(text: str) -> Document:
    """Raises ValueError where a key is there twice, of which only the last would count."""

    def once(pairs: list[tuple[str, Any]]) -> Document:
        keys = [key for key, _ in pairs]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f'twice: {", ".join(sorted(twice))}')
        return dict(pairs)

    return dict(json.loads(text, object_pairs_hook=once))


def faults(listed: Document, titles: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Pairs of title and file that only the manifest has, or only the folder; Datadog installs what is listed."""
    repeated = {pair for pair in titles if [title for title, _ in titles].count(pair[0]) > 1}
    return {*listed.items()} ^ {*titles} | repeated


def test_the_manifest_lists_each_file_under_its_title_and_no_other() -> None:
    manifest = read((ROOT / 'manifest.json').read_text(encoding='utf-8'))['assets']
    titles = [(read((ROOT / file).read_text(encoding='utf-8'))['title'], file) for file in FILES]
    assert {file.split('/')[1] for file in FILES} == {'dashboards', 'monitors'}
    assert faults(manifest['dashboards'] | manifest['monitors'], titles) == set()


A, B = ('A', 'assets/monitors/a.json'), ('B', 'assets/monitors/b.json')


@pytest.mark.parametrize(
    ('listed', 'titles', 'expected'),
    [
        pytest.param([A, B], [A, B], set(), id='each file'),
        pytest.param([A], [A, B], {B}, id='one is forgotten'),
        pytest.param([('A', B[1]), B], [A, B], {A, ('A', B[1])}, id='the file of another'),
        pytest.param([A, B, ('C', 'c.json')], [A, B], {('C', 'c.json')}, id='one that is not shipped'),
        pytest.param([A], [A, ('A', B[1])], {A, ('A', B[1])}, id='two files with one title'),
    ],
)
def test_a_manifest_that_lists_something_else_is_noticed(
    listed: list[tuple[str, str]], titles: list[tuple[str, str]], expected: set[tuple[str, str]]
) -> None:
    assert faults(dict(listed), titles) == expected


@pytest.mark.parametrize('file', ['manifest.json', *FILES], ids=lambda file: Path(file).stem)
def test_no_key_is_there_twice(file: str) -> None:
    assert read((ROOT / file).read_text(encoding='utf-8'))


def test_a_key_that_is_there_twice_is_noticed() -> None:
    with pytest.raises(ValueError, match='twice: c'):
        read('{"a": 1, "b": {"c": 1, "d": 2, "c": 3}}')
