"""Fragments of the changelog become a section in the form of the changelog itself."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRAGMENTS = ROOT / 'changelog.d'
TYPES = ('added', 'changed', 'deprecated', 'removed', 'fixed', 'security')
NAMED = re.compile(rf'[a-z0-9]+(-[a-z0-9]+)*\.({"|".join(TYPES)})(\.[0-9]+)?\.md')
SECTION = re.compile(
    r'## \d+\.\d+\.\d+ / \d{4}-\d{2}-\d{2}\n'
    r'(\n\*\*\*(Added|Changed|Deprecated|Removed|Fixed|Security)\*\*\*:\n\n(\* \S.*\n(  \S.*\n)*)+)+'
)
MARK = '<!-- towncrier release notes start -->\n'
TWO_TYPES = {
    'monitors.added.md': 'Two lines about what\nis new.\n',
    'wheel.added.md': 'Another.\n',
    'names.removed.md': 'Gone.\n',
}
RELEASED = """\
## 0.2.0 / 2026-12-01

***Added***:

* Two lines about what
  is new.
* Another.

***Removed***:

* Gone.

## 0.1.0 / 2026-11-22

***Added***:

* The first.
"""


def towncrier(directory: Path, *arguments: str) -> str:
    program = str(Path(sys.executable).with_name('towncrier'))
    command = [program, 'build', '--version', '0.2.0', '--date', '2026-12-01', *arguments]
    ended = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def repository(directory: Path, fragments: Mapping[str, str], changelog: str) -> Path:
    """With our configuration and template. It is a repository of git, as towncrier asks git to remove fragments."""
    shutil.copy(ROOT / 'towncrier.toml', directory)
    (directory / 'changelog.d').mkdir()
    shutil.copy(FRAGMENTS / 'template.md.jinja', directory / 'changelog.d')
    for name, text in fragments.items():
        (directory / 'changelog.d' / name).write_text(text)
    (directory / 'CHANGELOG.md').write_text(changelog)
    for command in (['init', '--quiet'], ['add', '.']):
        subprocess.run(['git', *command], cwd=directory, check=True)
    return directory


def test_what_is_unreleased_renders_in_the_form_of_the_changelog() -> None:
    fragments = [path for path in FRAGMENTS.iterdir() if path.suffix == '.md']
    drafted = towncrier(ROOT, '--draft')
    assert drafted.count('\n* ') == len(fragments)
    assert SECTION.fullmatch(drafted.rstrip('\n') + '\n') if fragments else True


def test_a_release_writes_its_section_above_the_last_one_and_takes_the_fragments_away(tmp_path: Path) -> None:
    before = f'# CHANGELOG\n\n{MARK}\n{RELEASED[RELEASED.index("## 0.1.0") :]}'
    where = repository(tmp_path, TWO_TYPES, before)
    towncrier(where, '--yes')
    assert (where / 'CHANGELOG.md').read_text() == f'# CHANGELOG\n\n{MARK}\n{RELEASED}'
    assert [path.name for path in (where / 'changelog.d').iterdir()] == ['template.md.jinja']


def test_what_was_released_has_the_same_form() -> None:
    _, mark, released = (ROOT / 'CHANGELOG.md').read_text(encoding='utf-8').partition(MARK)
    assert mark
    assert all(SECTION.fullmatch(f'## {section.strip()}\n') for section in released.split('\n## ')[1:])


@pytest.mark.parametrize('path', sorted(FRAGMENTS.glob('*')), ids=lambda path: path.name)
def test_a_fragment_is_named_after_its_topic_and_its_type(path: Path) -> None:
    assert path.name == 'template.md.jinja' or NAMED.fullmatch(path.name)
    assert all(len(line) <= 120 for line in path.read_text(encoding='utf-8').splitlines())


def test_the_types_are_those_of_the_changelog() -> None:
    configured = tomllib.loads((ROOT / 'towncrier.toml').read_text(encoding='utf-8'))['tool']['towncrier']['type']
    assert [kind['directory'] for kind in configured] == list(TYPES)
    assert [kind['name'] for kind in configured] == [kind.capitalize() for kind in TYPES]
