"""The caller, and an external id that is known but not kept."""

import hashlib
from dataclasses import dataclass

from ..values import AccountId, Partition


@dataclass(frozen=True, slots=True)
class Caller:
    """From sts:GetCallerIdentity."""

    account_id: AccountId
    arn: str
    """Printable, and shown only: the path of a user may hold any ASCII character."""
    partition: Partition


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An external id, known by its digest only: enough to compare and to recognize it, too little to use it."""

    digest: str
    """The first 12 hexadecimal digits of its SHA-256."""
    stripped_digest: str
    """The same without white space around it: differs from `digest` where there is some."""
    folded_digest: str = ''
    """The same in lower case: tells whether two differ only by case. '' where it is not known."""

    @classmethod
    def of(cls, secret: str) -> 'ExternalId':
        """Of any text, also of half a surrogate pair, which has no UTF-8 form and which JSON can hold."""
        return cls(_digest(secret), _digest(secret.strip()), _digest(secret.lower()))

    def __str__(self) -> str:
        """As it is shown to people."""
        return f'sha256:{self.digest}'

    @property
    def has_stray_white_space(self) -> bool:
        return self.digest != self.stripped_digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()[:12]
