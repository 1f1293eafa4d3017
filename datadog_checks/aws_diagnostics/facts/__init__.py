"""What was observed, never judged.

Facts are frozen values. Each group of facts is either the group itself or `Unobserved(reason)`: "could not look" is
never the same as a bad value. Time is a fact too: every point in time is in seconds since the epoch, every duration
in seconds.
"""

from .agent import Agent, AgentConfiguration, HostnameFile, HostnameProvider, HostnameSource, ProxySettings
from .groups import Facts
from .host import Container, ContainerKind, Dmi, Host, Platform, UtsNamespace
from .imds import Answer, Exchange, IcmpError, Identity, Imds, NoAnswer, NotSent, Outcome
from .observed import MissingFact, Unobserved, observed
from .path import NetworkPath

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
    'HostnameProvider',
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
    'observed',
]
