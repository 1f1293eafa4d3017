"""Who asks AWS, and an external id as a digest."""

import hashlib
from dataclasses import dataclass

from ..values import AccountId, Partition


@dataclass(frozen=True, slots=True)
class Caller:
    """From sts:GetCallerIdentity."""

    account_id: AccountId
    arn: str
    partition: Partition


@dataclass(frozen=True, slots=True)
class ExternalId:
    """The digests of an external id: enough to compare it, too little to use it."""

    digest: str
    """The first 12 hexadecimal digits of its SHA-256."""
    stripped_digest: str
    """Without the white space around it: differs from `digest` where there is some."""
    folded_digest: str = ''
    """In lower case: equal for two that differ only by case. '' where it is not known."""

    @classmethod
    def of(cls, secret: str) -> 'ExternalId':
        return cls(_digest(secret), _digest(secret.strip()), _digest(secret.lower()))

    @property
    def has_stray_white_space(self) -> bool:
        return self.digest != self.stripped_digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
