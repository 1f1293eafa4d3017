"""Prints each complaint about the assets, `file: where: what, and what is allowed`; exits with 1 when there is one.

python -m tools.asset_lint [ROOT], where ROOT is this repository or a copy of its assets and manifest.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .dashboards import complaints as dashboard_complaints
from .documents import NotADocument, read_document
from .manifest import manifest_complaints
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
            except NotADocument as e:
                yield f'{name}: {e}'
                continue
            yield from (f'{name}: {complaint}' for complaint in lint(document))
            titles[name] = document.get('title', '')
        yield from (f'manifest.json: {complaint}' for complaint in manifest_complaints(manifest, kind, titles))


def main() -> int:
    found = list(complaints(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
