"""The table of the monitors in README.md, from the files in assets/monitors/."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .permissions_document import table

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r'\baws_diagnostics\.[\w.]*\w')
DIAGNOSES = re.compile(r'\bdiagnosis(?: IN \(([^)]*)\)|:([\w-]+))')
OF_METRIC = re.compile(r'\bby \{([^}]*)\}')
OF_SERVICE_CHECK = re.compile(r'\.by\(([^)]*)\)')


def monitors_table(root: Path = ROOT) -> str:
    """Most urgent first."""
    files = sorted((root / 'assets' / 'monitors').glob('*.json'))
    monitors = [(json.loads(path.read_text(encoding='utf-8')), path.relative_to(root)) for path in files]
    monitors.sort(key=lambda monitor: (monitor[0]['definition']['priority'], monitor[0]['title']))
    rows = [_row(document, path) for document, path in monitors]
    return table(('Monitor', 'Watches', 'One alert for each', 'Priority'), rows)


def _row(document: dict[str, Any], path: Path) -> tuple[str, ...]:
    definition = document['definition']
    groups = definition['options'].get('notify_by') or _groups(definition['query'])
    watched = NAME.findall(definition['query']) + [
        diagnosis
        for listed, alone in DIAGNOSES.findall(definition['query'])
        for diagnosis in (alone or listed).split(',')
    ]
    return (
        f'[{document["title"]}]({path})',
        _code(dict.fromkeys(watched)),
        _code(groups) if groups else 'all together',
        f'P{definition["priority"]}',
    )


def _groups(query: str) -> list[str]:
    """The tags of the query's groups, in the order in which they are written."""
    found = OF_SERVICE_CHECK.search(query) or OF_METRIC.search(query)
    return [tag.strip(' "') for tag in found[1].split(',')] if found else []


def _code(names: Iterable[str]) -> str:
    return ', '.join(f'`{name}`' for name in names)
