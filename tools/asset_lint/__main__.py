"""Prints each complaint about the assets, `file: where: what, and what is allowed`; exits with 1 when there is one."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from .monitors import manifest_complaints, monitor_complaints
from .names import ROOT


def complaints(root: Path = ROOT) -> Iterator[str]:
    titles = {}
    for path in sorted((root / 'assets' / 'monitors').glob('*.json')):
        name = str(path.relative_to(root))
        document = json.loads(path.read_text(encoding='utf-8'))
        titles[name] = document.get('title', '')
        yield from (f'{name}: {complaint}' for complaint in monitor_complaints(document))
    manifest = json.loads((root / 'manifest.json').read_text(encoding='utf-8'))
    yield from (f'manifest.json: {complaint}' for complaint in manifest_complaints(manifest, titles))


def main() -> int:
    found = list(complaints())
    print(*found, sep='\n', end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
