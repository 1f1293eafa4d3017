"""The documents as a site: built strictly, as readers' browsers show it, and without a link that leads nowhere."""

import os
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from tests.browser import Page, browser
from tests.rollout.environment import program, system_program

ROOT = Path(__file__).parents[1]
REPOSITORY = 'https://git.invalid/aws-diagnostics'
BEYOND = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'


def built(directory: Path, **environ: str) -> Path:
    subprocess.run(
        [program('mkdocs', of='site'), 'build', '--quiet', '--strict', '--site-dir', directory],
        cwd=ROOT,
        env={'PATH': os.environ['PATH'], 'NO_MKDOCS_2_WARNING': '1', **environ},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return directory


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp('site'))


@pytest.fixture(scope='module')
def page() -> Iterator[Page]:
    with browser(system_program('chromium')) as opened:
        yield opened


class Links(HTMLParser):
    """What a page points at, and what can be pointed at in it."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids = set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.targets += [target for name in ('href', 'src') if (target := named.get(name))]
        self.ids.add(named.get('id') or '')


def links(file: Path) -> Links:
    found = Links()
    found.feed(file.read_text(encoding='utf-8'))
    return found


def test_every_link_leads_somewhere(site: Path) -> None:
    read = {file: links(file) for file in site.rglob('*.html')}
    assert len(read) > 30
    dead = []
    for file, found in read.items():
        for target in found.targets:
            parts = urlsplit(target)
            aim = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            of_page = parts.scheme == '' and file.name != '404.html'
            if of_page and (
                not aim.exists() or (parts.fragment and aim in read and parts.fragment not in read[aim].ids)
            ):
                dead.append(f'{file.relative_to(site)}: {target}')
    assert dead == []


def test_every_diagnosis_has_its_section_where_docs_url_links_to(site: Path) -> None:
    root = 'https://docs.internal/'
    linked = [diagnosis.documentation(root).removeprefix(f'Documentation: {root}') for diagnosis in DIAGNOSES]
    (page,) = {link.partition('#')[0] for link in linked}
    assert {*linked} <= {f'{page}#{section}' for section in links(site / page).ids}


def test_what_is_no_document_is_linked_where_the_repository_is_known(site: Path, tmp_path: Path) -> None:
    known = built(tmp_path / 'known', REPOSITORY_URL=REPOSITORY)
    name = 'examples/host.yaml'
    assert f'href="{REPOSITORY}/blob/main/{name}"' in (known / 'index.html').read_text()
    assert (f'>{name}</a>' in (site / 'index.html').read_text(), name in (site / 'index.html').read_text()) == (
        False,
        True,
    )


@pytest.mark.parametrize('width', [360, 1280])
@pytest.mark.parametrize('name', ['index.html', 'diagnoses.html', 'command-line.html', 'rollout/ansible.html'])
def test_a_page_fits_the_screen_and_asks_nobody_for_anything(site: Path, page: Page, name: str, width: int) -> None:
    page.open(site / name, width=width)
    assert page.value(BEYOND) <= 0
    assert page.value('document.querySelector("article h1").offsetHeight') > 20
    assert [url for url in page.requested if not re.match(r'file:|data:', url)] == []
