"""What the documents show was printed, and what they point at exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator import namespaces_available

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path
    for path in (*ROOT.glob('*.md'), *ROOT.glob('docs/*.md'), *ROOT.glob('rollout/**/*.md'))
    if path.name != 'CHANGELOG.md'
]
PRINTED = re.compile(r'<!-- printed by: (?P<command>.+?) -->\n```text\n(?P<shown>.*?)\n```', re.DOTALL)
LINK = re.compile(r'\]\((?!https?://)(?P<path>[^)#\s]*)(?:#(?P<section>[^)\s]+))?\)')
TIMES = re.compile(r'\d+(\.\d+)? m?s\b')


def shown_outputs() -> list[tuple[str, str, str]]:
    """(document, command, what is shown of its output), for every output in the documents."""
    return [
        (path.name, match['command'], match['shown'])
        for path in DOCUMENTS
        for match in PRINTED.finditer(path.read_text(encoding='utf-8'))
    ]


def without_times(text: str) -> str:
    return TIMES.sub('N s', text)


@pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')
@pytest.mark.parametrize(('document', 'command', 'shown'), shown_outputs(), ids=lambda value: value[:60])
def test_an_output_in_the_documents_was_printed(document: str, command: str, shown: str) -> None:
    program, *arguments = command.split()
    assert program.startswith('.venv/bin/'), f'{document}: programs of this repository are in .venv/bin'
    ended = subprocess.run(
        [Path(sys.executable).with_name(Path(program).name), *arguments],
        cwd=ROOT,
        env={'PATH': os.environ['PATH'], 'PYTHONDONTWRITEBYTECODE': '1'},
        capture_output=True,
        text=True,
    )
    assert without_times(shown) in without_times(ended.stdout), f'{document}: {command}'


def anchors(path: Path) -> set[str]:
    """Of the headings of a document, as its readers' browsers make them."""
    headings = re.findall(r'^#+ (.+)$', path.read_text(encoding='utf-8'), re.MULTILINE)
    return {re.sub(r'[^a-z0-9 _-]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_points_at_exists(document: Path) -> None:
    missing = []
    for link in LINK.finditer(document.read_text(encoding='utf-8')):
        target = (document.parent / link['path']).resolve() if link['path'] else document
        section = link['section']
        if not target.exists() or (section and target.suffix == '.md' and section not in anchors(target)):
            missing.append(link[0])
    assert missing == []


def test_the_documents_show_outputs() -> None:
    assert len(shown_outputs()) >= 2
