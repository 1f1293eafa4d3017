"""What a host name tells by itself, by the Agent's own rules."""

from ...facts import Facts, is_instance_id

DEFAULT_PREFIXES = ('ip-', 'domu')
WINDOWS_DEFAULT_PREFIX = 'ec2amaz-'


def is_default_hostname(name: str, windows_prefix: bool = False) -> bool:
    """A name that EC2 gives by itself, so that the Agent looks for a better one.

    The empty name is none: an Agent that found no name at all does not ask AWS. Source: `IsDefaultHostname` of the
    Agent; `windows_prefix` is its setting `ec2_use_windows_prefix_detection`.
    """
    prefixes = (*DEFAULT_PREFIXES, WINDOWS_DEFAULT_PREFIX) if windows_prefix else DEFAULT_PREFIXES
    return name.lower().startswith(prefixes)


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
