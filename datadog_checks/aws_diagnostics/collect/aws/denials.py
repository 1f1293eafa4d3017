"""Why AWS did not answer, in words that name the permission and nothing that AWS said.

The messages of AWS hold ARNs, and those of botocore addresses of proxies with their passwords: neither is quoted.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..run import NotCollected

# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
DENIED = frozenset(
    {
        *('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Client.UnauthorizedOperation'),
        *('UnauthorizedAccess', 'AuthorizationError', 'NotAuthorized', 'Forbidden', '403'),
    }
)
EXPIRED = frozenset({'ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'})
NOT_ACCEPTED = frozenset(
    {
        'InvalidClientTokenId',
        'UnrecognizedClientException',
        'InvalidAccessKeyId',
        'InvalidToken',
        'AuthFailure',
        'SignatureDoesNotMatch',
        'IncompleteSignature',
        'MissingAuthenticationToken',
        'InvalidSignatureException',
    }
)
DISABLED_REGION = frozenset({'OptInRequired', 'RegionDisabledException', 'UnauthorizedRegion'})
THROTTLED = frozenset(
    {
        *('Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException'),
        *('TooManyRequestsException', 'RequestLimitExceeded', 'SlowDown', 'PriorRequestNotComplete'),
    }
)

DENIER = re.compile(
    r'(explicit deny in an? |because no )(?:[a-z-]+ )?(service control policy|resource control policy'
    r'|permissions boundary|session policy|VPC endpoint policy|identity-based policy|resource-based policy)'
)
"""Which kind of policy refuses, as AWS says it at the end of a denial."""

SERVICE_CONTROL_POLICY = 'service control policy'
CODE = re.compile(r'[A-Za-z0-9.:_-]{1,64}')


class CallFailed(NotCollected):
    """AWS did not give what was asked for."""

    def __init__(self, reason: str, code: str = '', denied_by: str = '') -> None:
        super().__init__(reason)
        self.code = code
        """AWS's error code; '' where AWS did not answer with one."""
        self.denied_by = denied_by
        """The kind of policy that denies explicitly, like SERVICE_CONTROL_POLICY; '' where AWS does not say."""


@contextmanager
def asking(action: str, region: str = '') -> Iterator[None]:
    """Turns what botocore raises within into CallFailed; `action` is the IAM action, as 'iam:GetRole'.

    A defect of ours passes as it is, so that it is logged.
    """
    try:
        yield
    except Exception as e:
        if isinstance(e, CallFailed) or is_defect(e):
            raise
        raise CallFailed(why(e, action, region), code_of(e), _refusal(e).by_explicit_deny) from None


def is_defect(error: Exception) -> bool:
    """Nothing that AWS, botocore or the network does: our code could not take what it was given."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return not isinstance(error, NotCollected | BotoCoreError | ClientError | ResponseParserError | OSError)


def why(error: Exception, action: str, region: str = '') -> str:
    """One clause without a full stop or the text of an exception of others. `region` is one of several."""
    from botocore.exceptions import ClientError

    if isinstance(error, NotCollected):
        return str(error)
    place = f' in {region}' if region else ''
    if isinstance(error, ClientError):
        return _why_refused(error, action, region, place)
    for kinds, words in _words():
        if isinstance(error, kinds):
            return f'{words} ({action}{place})'
    return f'{action}{place} failed unexpectedly: {type(error).__name__}'


def code_of(error: Exception) -> str:
    """AWS's error code, where it has the form of one; else ''."""
    if isinstance(error, CallFailed):
        return error.code
    answer = getattr(error, 'response', None)
    code = str(_entry(answer, 'Error').get('Code', ''))
    return code if CODE.fullmatch(code) else ''


def _why_refused(error: Exception, action: str, region: str, place: str) -> str:
    code, status = code_of(error), _status(error)
    if code in DISABLED_REGION:
        return f'the region {region or "of the session"} is not enabled for this account ({code})'
    if code in EXPIRED:
        return f'our AWS credentials have expired ({code} for {action}{place})'
    if code in NOT_ACCEPTED:
        hint = f'; AWS gives the same error for a region that is not enabled, as {region}' if region else ''
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
        article = 'an' if self.policy.startswith('i') else 'a'
        return f', explicit deny in {article} {self.policy}' if self.explicit else f', no {self.policy} allows it'


def _refusal(error: Exception) -> _Refusal:
    return _refusal_in(str(_entry(getattr(error, 'response', None), 'Error').get('Message', '')))


def _refusal_in(message: str) -> _Refusal:
    found = DENIER.search(message[:4096])
    return _Refusal(found[2], not found[1].endswith('no ')) if found else _Refusal()


def denier_in(message: str) -> str:
    """The kind of policy that denies explicitly, as AWS says it; '' where it does not."""
    return _refusal_in(message).by_explicit_deny


def _status(error: Exception) -> int:
    status = _entry(getattr(error, 'response', None), 'ResponseMetadata').get('HTTPStatusCode', 0)
    return status if isinstance(status, int) else 0


def _entry(answer: object, name: str) -> dict[str, object]:
    entry = answer.get(name) if isinstance(answer, dict) else None
    return entry if isinstance(entry, dict) else {}


def _words() -> tuple[tuple[tuple[type[Exception], ...], str], ...]:
    """The first that fits counts: some of these are subclasses of others."""
    from botocore import exceptions as e
    from botocore.parsers import ResponseParserError

    unusable_credentials = (
        e.CredentialRetrievalError,
        e.MetadataRetrievalError,
        e.UnauthorizedSSOTokenError,
        e.SSOTokenLoadError,
    )
    return (
        ((e.NoCredentialsError,), 'no AWS credentials were found'),
        ((e.PartialCredentialsError,), 'the AWS credentials are incomplete'),
        (unusable_credentials, 'the AWS credentials could not be loaded'),
        ((e.ProfileNotFound,), 'the AWS profile does not exist'),
        ((e.ConfigParseError, e.ConfigNotFound), 'the AWS configuration file cannot be read'),
        ((e.NoRegionError, e.InvalidRegionError), 'no valid AWS region is configured'),
        ((e.ConnectTimeoutError, e.ReadTimeoutError), 'AWS did not answer in time'),
        ((e.ProxyConnectionError,), 'the proxy on the way to AWS could not be reached'),
        ((e.SSLError,), 'the TLS handshake with AWS failed'),
        ((e.EndpointConnectionError,), 'the AWS endpoint could not be reached'),
        ((e.HTTPClientError,), 'the connection to AWS broke'),
        ((ResponseParserError,), 'the answer is not from AWS'),
    )
