"""Why AWS did not answer, in words that name the permission and nothing that AWS said.

The messages of AWS hold ARNs, and those of botocore addresses of proxies with their passwords: neither is quoted.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...facts import Unobserved
from ..deadline import DeadlineExceeded
from .budget import BudgetExhausted
from .error_codes import DENIED, DISABLED_REGION, EXPIRED, NOT_ACCEPTED, THROTTLED
from .unreachable import why_unreachable

DENIER = re.compile(
    r'(explicit deny in an? |because no )(?:[a-z-]+ )?(service control policy|resource control policy'
    r'|permissions boundary|session policy|VPC endpoint policy|identity-based policy|resource-based policy)'
)
"""Which kind of policy refuses, as AWS says it at the end of a denial."""

SERVICE_CONTROL_POLICY = 'service control policy'

CODE = re.compile(r'[A-Za-z0-9.:_-]{1,64}')


class CallFailed(Exception):
    """AWS did not give what was asked for. `str()` says why, as one clause without secrets."""

    def __init__(self, reason: str, code: str = '', denied_by: str = '') -> None:
        super().__init__(reason)
        self.code = code
        """AWS's error code; '' where AWS did not answer with one."""
        self.denied_by = denied_by
        """The kind of policy that denies explicitly, like SERVICE_CONTROL_POLICY; '' where AWS does not say."""


@contextmanager
def asking(action: str, region: str = '') -> Iterator[None]:
    """Turns what botocore raises within into CallFailed; `action` is the IAM action, as 'iam:GetRole'."""
    try:
        yield
    except CallFailed:
        raise
    except Exception as e:  # noqa: BLE001  (their texts hold ARNs and addresses: none may pass)
        raise CallFailed(why(e, action, region), code_of(e), _refusal(e).by_explicit_deny) from None


def unobserved(error: Exception, action: str, region: str = '') -> Unobserved:
    """What `asking` says, as a fact: for what a paginator raises outside of it."""
    return Unobserved(why(error, action, region))


def why(error: Exception, action: str, region: str = '') -> str:
    """One clause without a full stop. `region` is named where the call was made to one region of several."""
    from botocore.exceptions import ClientError

    match error:
        case CallFailed() | BudgetExhausted() | DeadlineExceeded():
            return str(error)
        case ClientError():
            return _why_refused(error, action, region)
    return why_unreachable(error, action, region)


def code_of(error: Exception) -> str:
    """AWS's error code, where it has the form of one; else ''."""
    if isinstance(error, CallFailed):
        return error.code
    answer = getattr(error, 'response', None)
    code = str(_entry(answer, 'Error').get('Code', ''))
    return code if CODE.fullmatch(code) else ''


def _why_refused(error: Exception, action: str, region: str) -> str:
    code, status = code_of(error), _status(error)
    place = f' in {region}' if region else ''
    if code in DISABLED_REGION:
        return f'the region {region or "of the session"} is not enabled for this account ({code})'
    if code in EXPIRED:
        return f'our AWS credentials have expired ({code} for {action}{place})'
    if code in NOT_ACCEPTED:
        hint = f'; where a region is not enabled, AWS answers the same: {region}' if region else ''
        return f'AWS does not accept our credentials ({code} for {action}{place}){hint}'
    if code in THROTTLED or status == 429:
        return f'AWS throttles {action}{place} ({code or status})'
    if code in DENIED or status == 403:
        return f'missing permission {action}{place} ({code or status}{_refusal(error).clause})'
    if status >= 500:
        return f'AWS failed to answer {action}{place} ({code or "no code"}, status {status})'
    return f'AWS refused {action}{place} ({code or "no code"}, status {status})'


@dataclass(frozen=True, slots=True)
class _Refusal:
    policy: str = ''
    """The kind of policy that AWS names; '' where it names none."""
    explicit: bool = False

    @property
    def by_explicit_deny(self) -> str:
        return self.policy if self.explicit else ''

    @property
    def clause(self) -> str:
        if not self.policy:
            return ''
        return f', explicit deny in a {self.policy}' if self.explicit else f', no {self.policy} allows it'


def _refusal(error: Exception) -> _Refusal:
    message = str(_entry(getattr(error, 'response', None), 'Error').get('Message', ''))
    found = DENIER.search(message[:4096])
    return _Refusal(found[2], not found[1].endswith('no ')) if found else _Refusal()


def _status(error: Exception) -> int:
    status = _entry(getattr(error, 'response', None), 'ResponseMetadata').get('HTTPStatusCode', 0)
    return status if isinstance(status, int) else 0


def _entry(answer: object, name: str) -> dict[str, object]:
    entry = answer.get(name) if isinstance(answer, dict) else None
    return entry if isinstance(entry, dict) else {}
