"""A hook of mkdocs: the README and the documents of the rollouts become pages, and every link fits the site.

A link to a file that is no page leads to REPOSITORY_URL. Without that it is only named: no link of the site is dead.
"""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
LINK = re.compile(
    r'(?P<image>!?)\[(?P<text>(?:[^][]|\[[^]]*\])*)\]\((?P<target>(?![a-z]+:)[^)#\s]+)(?P<section>#[^)\s]*)?\)'
)
PRINTED = re.compile(r'(^```.*?^```)', re.MULTILINE | re.DOTALL)
ELSEWHERE = {'README.md': 'index.md', 'CONTRIBUTING.md': 'contributing.md', 'CHANGELOG.md': 'changelog.md'}


def pages() -> Mapping[str, str]:
    """Path in the repository -> path in the site, of all documents and their pictures."""
    found = dict(ELSEWHERE)
    for path in sorted((ROOT / 'docs').rglob('*.*')):
        found[path.relative_to(ROOT).as_posix()] = path.relative_to(ROOT / 'docs').as_posix()
    for path in sorted((ROOT / 'rollout').glob('*/README.md')):
        found[path.relative_to(ROOT).as_posix()] = f'rollout/{path.parent.name}.md'
    return {**found, 'rollout/README.md': 'rollout/index.md'}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    for source, page in pages().items():
        if files.get_file_from_path(page) is None:
            text = (ROOT / source).read_text(encoding='utf-8')
            files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Blocks of code stay as they are."""
    places = pages()
    (source,) = (path for path, place in places.items() if place == page.file.src_uri)

    def link(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), found['target']))
        if path in places:
            target = posixpath.relpath(places[path], posixpath.dirname(page.file.src_uri) or '.')
        elif config.repo_url:
            target = f'{config.repo_url.rstrip("/")}/blob/main/{path}'
        else:
            return found['text']
        return f'{found["image"]}[{found["text"]}]({target}{found["section"] or ""})'

    return ''.join(block if n % 2 else LINK.sub(link, block) for n, block in enumerate(PRINTED.split(markdown)))
