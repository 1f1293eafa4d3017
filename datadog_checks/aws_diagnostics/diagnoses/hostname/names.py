"""What a host name tells by itself, by the Agent's own rules."""

import re

from ...facts import Facts, is_instance_id

DEFAULT_PREFIXES = ('ip-', 'domu')
WINDOWS_DEFAULT_PREFIX = 'ec2amaz-'
LOCAL_NAMES = ('localhost', 'localhost.localdomain', 'localhost6.localdomain6', 'ip6-localhost')
LONGEST_NAME = 255

LABEL = r'[a-z0-9]([a-z0-9-]*[a-z0-9])?'
RFC_1123 = re.compile(rf'({LABEL}\.)*{LABEL}', re.ASCII | re.IGNORECASE)


def is_default_hostname(name: str, windows_prefix: bool = False) -> bool:
    """A name that EC2 gives by itself, so that the Agent looks for a better one.

    The empty name is none: an Agent that found no name at all does not ask AWS. Source: `IsDefaultHostname` of the
    Agent; `windows_prefix` is its setting `ec2_use_windows_prefix_detection`.
    """
    prefixes = (*DEFAULT_PREFIXES, WINDOWS_DEFAULT_PREFIX) if windows_prefix else DEFAULT_PREFIXES
    return name.lower().startswith(prefixes)


def why_unusable(name: str) -> str:
    """Why the Agent refuses this name, as one clause; '' when it takes it. Source: `ValidHostname` of the Agent."""
    if not name:
        return 'it is empty'
    if name.lower() in LOCAL_NAMES:
        return 'it names every machine itself'
    if len(name) > LONGEST_NAME:
        return f'it is longer than {LONGEST_NAME} characters'
    if not RFC_1123.fullmatch(name):
        return 'it is no host name by RFC 1123'
    return ''


def instance_id_in(name: str) -> str | None:
    """The instance id that a name consists of or starts with ('i-0123456789abcdef0.ec2.internal'); else None."""
    label = first_label(name)
    return label if is_instance_id(label) else None


def first_label(name: str) -> str:
    return name.lower().partition('.')[0]


def own_instance_ids(facts: Facts) -> frozenset[str]:
    """Every id by which this instance is known; empty where nothing tells.

    Where IMDS and the firmware disagree, something answers in the place of one of them, and either may be right.
    """
    return frozenset(id for id in (facts.instance_id, facts.platform.instance_id) if id)
