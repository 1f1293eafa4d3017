"""Builds the command line as one file that a Python runs without an installation: a ZIP application (PEP 441).

The same sources give the same bytes, wherever and whenever the same zlib compresses them.
`python -m tools.single_file.zip_application`
"""

import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from tools.single_file import ROOT, archive, sources

START = Path(__file__).with_name('start.py')
ALWAYS_OURS = ('click', 'rich')
"""No Agent embeds them, and nothing that it embeds needs them: these versions run, whatever is installed."""
WHERE_MISSING = 'where-missing'
"""PyYAML. What an Agent embeds is of one piece, so its own wins; elsewhere this one, without its part in C, will do."""
CARRIED = (*ALWAYS_OURS, 'pyyaml')
SHEBANG = b'#!/usr/bin/env python3\n'


def build(directory: Path, root: Path = ROOT) -> Path:
    """Writes `aws-diagnostics.pyz` into the directory, from the sources below `root` and what is installed here."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / 'aws-diagnostics.pyz'
    content = dict(_content(root))
    entries = {name: content.get(name, b'') for name in sorted({*content, *_folders(content)})}
    file.write_bytes(archive(entries, zipfile.ZIP_DEFLATED, SHEBANG))
    file.chmod(0o755)
    return file


def _content(root: Path) -> Iterator[tuple[str, bytes]]:
    """Name in the archive, and what it holds."""
    yield '__main__.py', START.read_bytes()
    yield from sources(root)
    for name in CARRIED:
        yield from _installed(name, '' if name in ALWAYS_OURS else f'{WHERE_MISSING}/')


def _installed(name: str, folder: str) -> Iterator[tuple[str, bytes]]:
    """A pure package as pip installed it, with its licence."""
    for file in distribution(name).files or ():
        if file.suffix == '.py' or 'licenses' in file.parts or file.name in ('METADATA', 'py.typed'):
            yield f'{folder}{file.as_posix()}', file.read_binary()


def _folders(names: dict[str, bytes]) -> Iterator[str]:
    """zipimport finds a package without `__init__.py` only where its folder is an entry."""
    for name in names:
        yield from (f'{parent.as_posix()}/' for parent in Path(name).parents if parent.name)


if __name__ == '__main__':
    print(build(Path('dist')))
