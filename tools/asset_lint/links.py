"""Where monitors and dashboards point: to sections of docs/diagnoses.md, below the homepage that the manifest names."""

import json
import re
from collections.abc import Iterator
from functools import cache

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES

from .names import ROOT

LINK = re.compile(r'https?://[^\s)>\'"`]+')
IDS = frozenset(diagnosis.id for diagnosis in DIAGNOSES)


@cache
def documentation() -> str:
    """The address of docs/diagnoses.md."""
    manifest = json.loads((ROOT / 'manifest.json').read_text(encoding='utf-8'))
    return f'{manifest["author"]["homepage"]}/docs/diagnoses.md'


def wrong_links(text: str) -> Iterator[str]:
    """A text has to point at some section, at sections that exist, and nowhere else."""
    found = LINK.findall(text)
    if not found:
        yield f'no link, allowed: {documentation()}#ID of a diagnosis'
    for link in found:
        page, _, section = link.partition('#')
        if page != documentation() or section not in IDS:
            yield f'dead link {link}, allowed: {documentation()}#ID of a diagnosis'
