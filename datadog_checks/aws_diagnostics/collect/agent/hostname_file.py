"""The file that `hostname_file` names, judged as the Agent judges its content."""

from pathlib import Path

from ...facts import HostnameFile, Unobserved
from ...facts.agent import NO_HOSTNAME_FILE
from ...facts.values import FilePath
from ...rules import why_unusable
from ..host.text_file import SMALL, read_text, reason


def read_hostname_file(path: FilePath | None) -> HostnameFile | Unobserved:
    """Unobserved without a path. Content that is no hostname is not kept: the path may point at anything."""
    if not path:
        return NO_HOSTNAME_FILE
    try:
        text = read_text(Path(path), SMALL + 1)
    except (OSError, ValueError) as e:
        return HostnameFile(path, error=reason(e))
    name = text.strip()
    error = f'it is longer than {SMALL} bytes' if len(text) > SMALL else why_unusable(name)
    return HostnameFile(path, error=error) if error else HostnameFile(path, content=name)
