"""What the Agent makes of a host name, by its own rules."""

import re

from ..facts.values import InstanceId

LOCAL_NAMES = ('localhost', 'localhost.localdomain', 'localhost6.localdomain6', 'ip6-localhost')
LOCAL_LABELS = frozenset({'localhost', 'localhost4', 'localhost6', 'ip6-localhost', 'ip6-loopback'})
OF_IMAGES = frozenset(('ubuntu', 'debian', 'fedora', 'centos', 'archlinux', 'nixos', 'kali', 'raspberrypi', 'linux'))
"""What images of these systems are called until something names the machine, like Fedora CoreOS (issue 649 of
fedora-coreos-tracker). One machine can be called so on purpose."""
STAND_IN = re.compile('iid-(datasource|ds|local|azure-node|vmware)[a-z0-9-]*|i-abcdefg|nocloud', re.IGNORECASE)
LONGEST_NAME = 255

LABEL = r'[a-z0-9]([a-z0-9-]*[a-z0-9])?'
RFC_1123 = re.compile(rf'({LABEL}\.)*{LABEL}', re.ASCII | re.IGNORECASE)

DEFAULT_PREFIXES = ('ip-', 'domu')
WINDOWS_DEFAULT_PREFIX = 'ec2amaz-'


def why_unusable(name: str) -> str:
    """Why the Agent refuses this name, as one clause; '' when it takes it.

    Source: `ValidHostname` of the Agent, pkg/util/hostname/validate.
    """
    if not name:
        return 'it is empty'
    if name.lower() in LOCAL_NAMES:
        return 'every machine calls itself that'
    if len(name) > LONGEST_NAME:
        return f'it is longer than {LONGEST_NAME} characters'
    if not RFC_1123.fullmatch(name):
        return 'it is not a host name by RFC 1123'
    return ''


def why_shared(name: str) -> str:
    """Why this is no name of one machine, as one clause; '' where nothing says so.

    Source: `isLocal` of the Agent, which names from the operating system do not pass; and what the datasources of
    cloud-init give for an instance id where they find none.
    """
    label = first_label(name)
    if label in LOCAL_LABELS:
        return 'every machine calls itself that'
    if STAND_IN.fullmatch(name):
        return 'cloud-init gives it to every machine for which it finds no instance id'
    if is_of_an_image(name):
        return 'images of that system bring it along for every machine that nothing else names'
    return ''


def is_of_an_image(name: str) -> bool:
    label, _, domain = name.lower().partition('.')
    return label in OF_IMAGES and domain in ('', 'local', 'localdomain')


def is_default_hostname(name: str, windows_prefix: bool = False) -> bool:
    """A name that EC2 gives by default, so that the Agent looks for a better one.

    The empty name is none: an Agent that found no name at all does not ask AWS. Source: `IsDefaultHostname` of the
    Agent; `windows_prefix` is its setting `ec2_use_windows_prefix_detection`.
    """
    prefixes = (*DEFAULT_PREFIXES, WINDOWS_DEFAULT_PREFIX) if windows_prefix else DEFAULT_PREFIXES
    return name.lower().startswith(prefixes)


HOLDS_AN_ID = re.compile(
    r'(?P<id>(s\.)?i-([0-9a-f]{8}(?=\.|$)|[0-9a-f]{17}(?=[.-]|$)))(\.[a-z0-9.-]*|-[a-z0-9.-]+)?', re.IGNORECASE
)


def instance_id_in(name: str) -> InstanceId | None:
    """The instance id that a name consists of, or that begins one in which EC2 or the Agent writes it; else None.

    With resource-based naming EC2 calls an instance 'i-0123456789abcdef0.ec2.internal' ("EC2 instance hostnames" in the
    EC2 user guide), and EKS Auto Mode its nodes by their ids. The Agent appends the name of the cluster to the name of
    a node: 'i-0123456789abcdef0-my-cluster' (pkg/util/kubernetes/hostinfo).
    """
    held = HOLDS_AN_ID.fullmatch(name)
    return InstanceId.of(held['id'].lower()) if held else None


def first_label(name: str) -> str:
    return name.lower().partition('.')[0]
