"""What every page of `--html` has: it asks nobody for anything, and is written to a file of its own.

Its Content-Security-Policy lets nothing be fetched, and no script run but those that a page was written with. All text
is escaped: names of accounts, roles and hosts are whatever somebody entered.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import click

from ..__about__ import __version__
from ..collect.metric_names import PACKAGE
from ..text import one_line
from .files import PrivateFile, beginning_of

GENERATOR = '<meta name="generator" content="aws-diagnostics {}">'
REFUSAL = 'it exists and is not such a page: remove it or choose another name'


def page_file(path: Path, mark: str) -> PrivateFile:
    """Raises Failure (CANNOT_WRITE) for a file that is something else."""
    if str(path) == '-':
        raise click.UsageError('--html -: a page is written to a file, allowed is its name')
    start = len(mark) + 2000
    file = PrivateFile(path, '--html', lambda found: mark.encode() in beginning_of(found, start), REFUSAL)
    file.refuse_to_overwrite()
    return file


def whole_page(mark: str, title: str, body: str, styles: Sequence[str], scripts: Sequence[str] = ()) -> str:
    """`title` and `body` are HTML. Nothing but these styles and scripts counts."""
    return Template(part('shell.html')).substitute(
        mark=mark,
        policy=policy(scripts, styles),
        title=title,
        styles='\n'.join(f'<style>{text}</style>' for text in styles),
        body=body,
        footer=safe(f'aws-diagnostics {__version__}; all times are UTC. The page is self-contained.'),
        scripts='\n'.join(f'<script>{text}</script>' for text in scripts),
    )


def table_row(cells: Iterable[str]) -> str:
    """`cells` are HTML."""
    return f'<tr>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def part(name: str) -> str:
    """Of what is written for pages, or taken over (html/README.md)."""
    return (resources.files(PACKAGE) / 'cli' / 'html' / name).read_text(encoding='utf-8')


def safe(text: str) -> str:
    """What is not printable, and could reorder what a person reads, becomes U+FFFD."""
    return escape(one_line(text))


def policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Of Content-Security-Policy: https://www.w3.org/TR/CSP3/."""
    allowed = {name: texts for name, texts in (('script-src', scripts), ('style-src', styles)) if texts}
    listed = (f'{name} {" ".join(_digest(text) for text in texts)}' for name, texts in allowed.items())
    return '; '.join(("default-src 'none'", *listed, "base-uri 'none'", "form-action 'none'"))


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
