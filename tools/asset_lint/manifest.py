"""The manifest lists what is shipped: Datadog installs nothing else."""

from collections.abc import Mapping
from typing import Any


def manifest_complaints(manifest: Mapping[str, Any], kind: str, titles: Mapping[str, str]) -> list[str]:
    """`kind` is 'monitors' or 'dashboards', `titles` are those of the files by their path.

    The manifest lists each file under its title, and no other.
    """
    listed: Mapping[str, str] = manifest['assets'].get(kind, {})
    shipped = {title: path for path, title in titles.items()}
    return [
        f'assets.{kind}: {title!r}: {listed.get(title, "not listed")}, allowed: {shipped.get(title, "no such entry")}'
        for title in sorted({*listed, *shipped})
        if listed.get(title) != shipped.get(title)
    ]
