"""What was observed, never judged.

Facts are frozen values. Each group of facts is either the group itself or `Unobserved(reason)`: "could not look" is
never the same as a bad value. Time is a fact too: every point in time is in seconds since the epoch, every duration
in seconds.
"""

from .agent import Agent, AgentConfiguration, HostnameFile, HostnameSource, ProxySettings
from .groups import Facts
from .host import Container, ContainerKind, Dmi, Host, UtsNamespace
from .hostname import why_unusable
from .imds import Answer, Exchange, IcmpError, Identity, Imds, NoAnswer, NotSent, Outcome
from .instance_id import is_instance_id
from .observed import MissingFact, Unobserved, observed
from .path import NetworkPath
from .platform import Platform, platform_of, platform_of_answer

__all__ = [
    'Agent',
    'AgentConfiguration',
    'Answer',
    'Container',
    'ContainerKind',
    'Dmi',
    'Exchange',
    'Facts',
    'Host',
    'HostnameFile',
    'HostnameSource',
    'IcmpError',
    'Identity',
    'Imds',
    'MissingFact',
    'NetworkPath',
    'NoAnswer',
    'NotSent',
    'Outcome',
    'Platform',
    'ProxySettings',
    'Unobserved',
    'UtsNamespace',
    'is_instance_id',
    'observed',
    'platform_of',
    'platform_of_answer',
    'why_unusable',
]
