"""Prints each complaint about the assets, `file: where: what`; exits with 1 when there is one.

python -m tools.asset_lint [ROOT], where ROOT is this repository or a copy of its assets and manifest.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .dashboards import dashboard_complaints
from .monitors import monitor_complaints
from .names import ROOT

LINTS: Mapping[str, Callable[[dict[str, Any]], list[str]]] = {
    'dashboards': dashboard_complaints,
    'monitors': monitor_complaints,
}
"""By folder of assets/, and by section of the manifest."""


def complaints(root: Path) -> Iterator[str]:
    manifest = read_document(root / 'manifest.json')
    for kind, lint in LINTS.items():
        titles = {}
        for path in sorted((root / 'assets' / kind).glob('*.json')):
            name = str(path.relative_to(root))
            try:
                document = read_document(path)
            except ValueError as e:
                yield f'{name}: {e}'
                continue
            yield from (f'{name}: {complaint}' for complaint in lint(document))
            titles[name] = document.get('title', '')
        yield from (f'manifest.json: {complaint}' for complaint in manifest_complaints(manifest, kind, titles))


def read_document(path: Path) -> dict[str, Any]:
    """Raises ValueError where the file is not one JSON object, or has a key twice, of which only the last counts."""
    document = json.loads(path.read_text(encoding='utf-8'), object_pairs_hook=_object)
    if not isinstance(document, dict):
        raise ValueError('not an object')
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if twice := [key for key in dict.fromkeys(keys) if keys.count(key) > 1]:
        raise ValueError(f'the key {twice[0]!r} appears twice')
    return dict(pairs)


def manifest_complaints(manifest: Mapping[str, Any], kind: str, titles: Mapping[str, str]) -> Iterator[str]:
    """The manifest lists each file of the kind under its title, and no other: Datadog installs nothing else."""
    listed: Mapping[str, str] = manifest['assets'].get(kind, {})
    for path, title in titles.items():
        if listed.get(title) != path:
            yield f'assets.{kind}: {title!r} is not {path}'
    yield from (f'assets.{kind}: {title!r} is not shipped' for title in listed if title not in titles.values())


def main() -> int:
    found = list(complaints(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
