"""The file that `hostname_file` names, judged as the Agent judges its content."""

from pathlib import Path

from ...facts import HostnameFile, Unobserved, why_unusable
from ..host.text_file import SMALL, printable, read_text, reason


def read_hostname_file(path: str) -> HostnameFile | Unobserved:
    """Unobserved without a path. Content that is no hostname is not kept: the path may point at anything."""
    if not path:
        return Unobserved('hostname_file is not set')
    shown = printable(path)
    try:
        text = read_text(Path(path), SMALL + 1)
    except (OSError, ValueError) as e:
        return HostnameFile(shown, error=reason(e))
    name = text.strip()
    error = f'it is longer than {SMALL} bytes' if len(text) > SMALL else why_unusable(name)
    return HostnameFile(shown, error=error) if error else HostnameFile(shown, content=name)
