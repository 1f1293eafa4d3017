"""What the documents point at exists. What they show as printed is generated: tests/test_assets.py."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path
    for path in (*ROOT.glob('*.md'), *ROOT.glob('docs/*.md'), *ROOT.glob('rollout/**/*.md'))
    if path.name != 'CHANGELOG.md'
]
LINK = re.compile(r'\]\((?!https?://)(?P<path>[^)#\s]*)(?:#(?P<section>[^)\s]+))?\)')


NOWHERE = re.compile(
    r'https?://(?:[\w.-]*\.)?(?:example\.(?:com|org|net)|[\w-]+\.(?:example|invalid|test))\b[^\s"\')]*'
)
"""Addresses that are reserved, and lead nowhere (RFC 2606)."""
SHIPPED = ('README.md', 'CONTRIBUTING.md', 'manifest.json', 'assets', 'datadog_checks', 'docs', 'examples', 'rollout')
DEMANDED = {'rollout/puppet/modules/aws_diagnostics/metadata.json'}
"""Puppet takes no module without `source`, and this one has no public place yet."""


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


def test_the_example_of_the_readme_is_the_file_that_it_names() -> None:
    """But for the comments of the file."""
    readme = (ROOT / 'README.md').read_text(encoding='utf-8')
    for name, shown in re.findall(r'<!-- is: (\S+) -->\n```yaml\n(.*?)```', readme, re.DOTALL):
        assert yaml.safe_load(shown) == yaml.safe_load((ROOT / name).read_text(encoding='utf-8'))
        break
    else:
        pytest.fail('the README shows no file')


def test_nothing_that_ships_links_to_an_address_that_leads_nowhere() -> None:
    files = [file for name in SHIPPED for file in (ROOT / name, *(ROOT / name).rglob('*')) if file.is_file()]
    texts = {file.relative_to(ROOT).as_posix(): file.read_bytes().decode(errors='replace') for file in files}
    found = {name for name, text in texts.items() if '__pycache__' not in name and NOWHERE.search(text)}
    assert found == DEMANDED
