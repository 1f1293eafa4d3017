"""The pictures in docs/images/ are generated, shown in a document, and fetch nothing."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tools.assets import GENERATED
from tools.documents import ROOT

IMAGES = ROOT / 'docs' / 'images'
FETCHED = re.compile(r'url\((?!#)|@import|@font-face|href="(?!#|data:image/png;base64,)|src="')


@pytest.mark.parametrize('picture', sorted(IMAGES.iterdir()), ids=lambda path: path.name)
def test_whoever_looks_at_a_picture_fetches_nothing(picture: Path) -> None:
    text = picture.read_text(encoding='utf-8')
    ElementTree.fromstring(text)
    assert FETCHED.findall(text) == []


def test_every_picture_is_generated_and_shown_in_a_document() -> None:
    there = {path.name for path in IMAGES.iterdir()}
    documents = '\n'.join(path.read_text(encoding='utf-8') for path in (ROOT / 'README.md', *ROOT.glob('docs/*.md')))
    shown = set(re.findall(r'!\[[^\]]+\]\((?:docs/)?images/([^)]+)\)', documents))
    assert there == {Path(name).name for name in GENERATED if name.startswith('docs/images/')} == shown
