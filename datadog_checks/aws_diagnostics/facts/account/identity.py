"""Who asks, and how an external id is known without being kept."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """From sts:GetCallerIdentity."""

    account_id: str
    arn: str
    partition: str
    """aws, aws-us-gov or aws-cn."""


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An external id, by its digest alone: enough to compare it and to tell it apart, too little to use it."""

    digest: str
    """The first 12 hexadecimal digits of its SHA-256."""
    stripped_digest: str
    """The same without white space around it: differs from `digest` where there is some."""
    folded_digest: str = ''
    """The same in lower case: tells two apart that differ by nothing else. '' where it is not known."""

    @classmethod
    def of(cls, secret: str) -> 'ExternalId':
        return cls(_digest(secret), _digest(secret.strip()), _digest(secret.lower()))

    @property
    def has_stray_white_space(self) -> bool:
        return self.digest != self.stripped_digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
