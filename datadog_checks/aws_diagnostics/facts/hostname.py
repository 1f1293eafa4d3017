"""What the Agent takes for a host name."""

import re

LOCAL_NAMES = ('localhost', 'localhost.localdomain', 'localhost6.localdomain6', 'ip6-localhost')
LONGEST_NAME = 255

LABEL = r'[a-z0-9]([a-z0-9-]*[a-z0-9])?'
RFC_1123 = re.compile(rf'({LABEL}\.)*{LABEL}', re.ASCII | re.IGNORECASE)


def why_unusable(name: str) -> str:
    """Why the Agent refuses this name, as one clause; '' when it takes it.

    Source: `ValidHostname` of the Agent, pkg/util/hostname/validate.
    """
    if not name:
        return 'it is empty'
    if name.lower() in LOCAL_NAMES:
        return 'it names every machine itself'
    if len(name) > LONGEST_NAME:
        return f'it is longer than {LONGEST_NAME} characters'
    if not RFC_1123.fullmatch(name):
        return 'it is no host name by RFC 1123'
    return ''
