"""The pictures in docs/images/ are what the code draws, show up in a document, and fetch nothing."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tools.pictures import IMAGES, ROOT, NotHere, Picture
from tools.pictures.__main__ import stale, write
from tools.pictures.gallery import PICTURES

A_DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
FETCHED = re.compile(r'url\((?!#)|@import|@font-face|href="(?!#)|src="')


def drawn(picture: Picture) -> str:
    try:
        return picture.draw()
    except NotHere as e:
        pytest.skip(str(e))


@pytest.mark.parametrize('picture', PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_what_it_shows(picture: Picture) -> None:
    assert (IMAGES / picture.name).read_text(encoding='utf-8') == drawn(picture)


@pytest.mark.parametrize('picture', PICTURES, ids=lambda picture: picture.name)
def test_whoever_looks_at_a_picture_fetches_nothing(picture: Picture) -> None:
    text = (IMAGES / picture.name).read_text(encoding='utf-8')
    ElementTree.fromstring(text)
    assert FETCHED.findall(text) == []


def test_every_picture_is_drawn_by_code_and_shown_in_a_document() -> None:
    there = {path.name for path in IMAGES.iterdir()}
    documents = '\n'.join(path.read_text(encoding='utf-8') for path in ROOT.glob('docs/*.md'))
    shown = set(re.findall(r'!\[[^\]]+\]\(images/([^)]+)\)', documents))
    assert there == {picture.name for picture in PICTURES} == shown


def test_a_picture_that_is_missing_or_differs_is_named_until_it_is_written(tmp_path: Path) -> None:
    pictures = (Picture('missing.svg', lambda: A_DRAWING), Picture('old.svg', lambda: A_DRAWING))
    (tmp_path / 'old.svg').write_text('<svg/>')
    assert stale(pictures, tmp_path) == ['missing.svg', 'old.svg']
    write(pictures, tmp_path)
    assert stale(pictures, tmp_path) == []


def test_a_picture_that_cannot_be_drawn_here_stays_and_it_is_said_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> str:
        raise NotHere('no namespaces')

    (tmp_path / 'kept.svg').write_text(A_DRAWING)
    pictures = (Picture('kept.svg', nowhere),)
    write(pictures, tmp_path)
    assert (stale(pictures, tmp_path), (tmp_path / 'kept.svg').read_text()) == ([], A_DRAWING)
    assert capsys.readouterr().err.count('no namespaces') == 2
