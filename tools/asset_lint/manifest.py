"""The manifest lists what is shipped: Datadog installs nothing else."""

from collections.abc import Mapping
from typing import Any


def manifest_complaints(manifest: Mapping[str, Any], kind: str, titles: Mapping[str, str]) -> list[str]:
    """`kind` is 'monitors' or 'dashboards', `titles` are those of the files by their path.

    The manifest lists each file under its title, and no other.
    """
    listed: Mapping[str, str] = manifest['assets'].get(kind, {})
    wrong = {title: path for path, title in titles.items() if listed.get(title) != path}
    superfluous = [title for title in listed if title not in titles.values()]
    return [
        *(f'assets.{kind}: {t!r}: {listed.get(t, "not listed")}, allowed: {path}' for t, path in wrong.items()),
        *(f'assets.{kind}: {title!r}: {listed[title]}, allowed: no such entry' for title in superfluous),
    ]
