"""What the simulator is told to be, and what it reports of its use."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple


class Persona(StrEnum):
    """What answers at the address of IMDS."""

    IMDS = 'imds'
    KUBE2IAM = 'kube2iam'
    KIAM = 'kiam'
    WEB_PROXY = 'web-proxy'
    CAPTIVE_PORTAL = 'captive-portal'
    HANGING = 'hanging'
    RESETTING = 'resetting'
    GARBAGE = 'garbage'
    OVERSIZED_HEADERS = 'oversized-headers'
    OVERSIZED_BODY = 'oversized-body'
    DRIP = 'drip'
    AZURE = 'azure'
    GOOGLE = 'google'
    NO_TOKENS = 'no-tokens'


class Request(NamedTuple):
    """One request that the simulator has read, in the order of their arrival."""

    method: str
    path: str
    token: Literal['none', 'valid', 'invalid']
    x_forwarded_for: bool


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The metadata options of the instance and the trouble on top. Raises ValueError on a value out of range."""

    persona: Persona = Persona.IMDS
    tokens: Literal['optional', 'required'] = 'optional'
    endpoint: Literal['enabled', 'disabled'] = 'enabled'
    hop_limit: int = 1
    """TTL of the packets with a granted token, 1 to 64."""

    low_ttl: Literal['data', 'all'] = 'data'
    """'data': as EC2 does by all evidence, only the response to the PUT has the low TTL; 'all': the SYN-ACK too."""

    token_reply: Literal['sent', 'lost', 'refused'] = 'sent'
    """'lost': the reply to a token request, granted or not, never leaves, whatever the hop limit. 'refused': 403, as
    a proxy answers that adds X-Forwarded-For to PUT requests alone."""

    throttle_every: int = 0
    """Every nth request is answered with `throttle_status`; 1 = all of them, 0 = none."""

    throttle_status: Literal[503, 429] = 503
    delay: float = 0.0
    """Seconds before every answer."""

    delayed: Literal['all', 'PUT'] = 'all'
    """Which requests that delay hits."""

    delayed_share: float = 1.0
    """How many of these, at random: 0 to 1."""

    reset_share: float = 0.0
    """How many connections are reset in the place of an answer, at random: 0 to 1."""

    cut_share: float = 0.0
    """How many answers end in the middle, at random: 0 to 1."""

    half_share: float = 0.0
    """After how many halves of an answer comes nothing more, at random: 0 to 1."""

    byte_delay: float = 0.0
    """Seconds between two bytes of an answer, which then come one by one."""

    unknown_tokens: int = 0
    """So many GETs with a valid token are answered 401 at first, as just after boot."""

    def __post_init__(self) -> None:
        if not 1 <= self.hop_limit <= 64:
            raise ValueError(f'hop_limit is 1 to 64, not {self.hop_limit}')
        if self.throttle_every < 0 or self.delay < 0:
            raise ValueError('throttle_every and delay are not negative')
