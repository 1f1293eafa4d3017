"""What the documents show was printed, and what they point at exists."""

import re
from pathlib import Path

import pytest

from tests.simulator import namespaces_available
from tools.printed import ROOT, Output, documents, outputs

DOCUMENTS = documents()
LINK = re.compile(r'\]\((?!https?://)(?P<path>[^)#\s]*)(?:#(?P<section>[^)\s]+))?\)')


@pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')
@pytest.mark.parametrize('output', outputs(), ids=lambda output: f'{output.document}: {output.command}')
def test_an_output_in_the_documents_was_printed(output: Output) -> None:
    printed = output.printed()
    assert output.is_shown(printed), f'run `make assets`: {output.command} prints\n{printed}'


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
    shown = [output.document for output in outputs()]
    marked = [path.relative_to(ROOT) for path in DOCUMENTS for _ in re.findall('<!-- printed by:', path.read_text())]
    assert shown == marked != [], 'a mark that is not understood'
