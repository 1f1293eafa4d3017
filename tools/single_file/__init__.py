"""Builds the check as one file, which the Agent loads from checks.d and which Agent upgrades leave alone.

The same sources give the same bytes.
"""

import ast
import base64
import bz2
import hashlib
import io
import re
import runpy
import textwrap
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = Path('datadog_checks', 'aws_diagnostics')
BOOTSTRAP = Path(__file__).with_name('bootstrap.py')
FOR_A_PERSON = {'cli', '__main__.py'}
"""The command line, which needs click and rich: no Agent embeds these."""
SUFFIXES = {'.py', '.csv', '.json', '.example', '.txt', '.typed', '.css', '.html', '.js', '.LICENSE'}
FOR_AN_ACCOUNT = re.compile(
    r'collect/(account|aws|both_sides|bounded_http|cut_off|datadog_|first_seen|host_|integration|inventory|lag|memory|metric'
    r'|opted_in|organization|pacing|propagation|required_|suspects|tag|timeseries|watched)'
    r'|configuration/(account|opted_in)|data/(aws_|iam_|metric_)|emit/account'
    r'|diagnoses/(account_|cloudwatch|imds_fleet|integration|inventory|load_balancing)|facts/(account|both_sides|metric)'
    r'|rules/(agreement|aws_tags|candidates|datadog_role|dimension|duplicates|lag|lingering|load_|metric_|monitor_'
    r'|organization|other_|policy_|reconciling|removal|tag_users|unreconciled)'
)
"""What no host instance loads, by the beginning of a path. A file without it is a third as large."""
LINE = 116


def build(directory: Path, root: Path = ROOT, *, host_only: bool = False) -> Path:
    """Writes `aws_diagnostics.py` into the directory, from the sources below `root`."""
    entries = {name: content for name, content in sources(root) if _belongs(name, host_only)}
    content = archive(entries, zipfile.ZIP_STORED)  # it is compressed later, as a whole
    text = Template(BOOTSTRAP.read_text(encoding='utf-8')).substitute(
        version=runpy.run_path(str(root / PACKAGE / '__about__.py'))['__version__'],
        sha256=hashlib.sha256(content).hexdigest(),
        payload=textwrap.fill(base64.b64encode(bz2.compress(content, 9)).decode(), LINE),
    )
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / 'aws_diagnostics.py'
    file.write_text(text, encoding='utf-8')
    return file


def _belongs(name: str, host_only: bool) -> bool:
    within = name.removeprefix(f'{PACKAGE.as_posix()}/')
    return within.partition('/')[0] not in FOR_A_PERSON and not (host_only and FOR_AN_ACCOUNT.match(within))


def archive(entries: Mapping[str, bytes], compression: int, before: bytes = b'') -> bytes:
    """A ZIP archive without traces of when and where it was made, after what else the file begins with."""
    buffer = io.BytesIO()
    buffer.write(before)
    with zipfile.ZipFile(buffer, 'w', compression, compresslevel=9) as written:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o40755 if name.endswith('/') else 0o100644) << 16
            entry.compress_type = compression
            written.writestr(entry, content)
    return buffer.getvalue()


def sources(root: Path) -> Iterator[tuple[str, bytes]]:
    """Name in an archive, and what it holds. The docstrings of the command line stay: they are its help."""
    yield 'LICENSE', (root / 'LICENSE').read_bytes()
    for path in sorted((root / PACKAGE).rglob('*')):
        if path.suffix in SUFFIXES:
            place, content = path.relative_to(root), path.read_bytes()
            stripped = path.suffix == '.py' and 'cli' not in place.parts
            yield place.as_posix(), without_docstrings(content) if stripped else content


def without_docstrings(source: bytes) -> bytes:
    """A quarter smaller, and every line keeps its number: a traceback points into the source of this version."""
    lines = source.splitlines(keepends=True)
    expressions = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    texts = [node for node in expressions if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for text in sorted(texts, key=lambda node: node.lineno, reverse=True):
        first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
        empty = b'""""""' if first == last else b'"""' + b'\n' * (last - first) + b'"""'
        kept = lines[first][: text.col_offset] + empty + lines[last][text.end_col_offset :]
        lines[first : last + 1] = kept.splitlines(keepends=True)
    return b''.join(lines)
