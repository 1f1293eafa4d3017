"""The file that `hostname_file` names, judged as the Agent judges its content."""

import re
from pathlib import Path

from ...facts import HostnameFile, Unobserved
from ..host.text_file import LONGEST_VALUE, SMALL, printable, read_text, reason

VALID_HOSTNAME = re.compile(r'([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?')
LOCAL_NAMES = ('localhost', 'localhost.localdomain', 'localhost6.localdomain6', 'ip6-localhost')


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
    error = f'longer than {SMALL} bytes' if len(text) > SMALL else why_no_hostname(name)
    return HostnameFile(shown, error=error) if error else HostnameFile(shown, content=name)


def why_no_hostname(name: str) -> str:
    """'' for a name that the Agent accepts. Source: pkg/util/hostname/validate in DataDog/datadog-agent (RFC 1123)."""
    if not name:
        return 'empty'
    if name.lower() in LOCAL_NAMES:
        return f'{name!r} is a local hostname'
    if len(name) > LONGEST_VALUE:
        return f'a name of more than {LONGEST_VALUE} characters'
    if not VALID_HOSTNAME.fullmatch(name):
        return 'not a valid hostname (RFC 1123)'
    return ''
