"""A file system for the collectors to look at, made of real files and links."""

from collections.abc import Mapping
from pathlib import Path


def file_system(root: Path, files: Mapping[str, str], links: Mapping[str, str] | None = None) -> Path:
    """`files` maps a path to its content, a path that ends in / to a directory; `links` maps a path to its target."""
    for path, content in files.items():
        place = root / path
        if path.endswith('/'):
            place.mkdir(parents=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)
    for path, target in (links or {}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    return root
