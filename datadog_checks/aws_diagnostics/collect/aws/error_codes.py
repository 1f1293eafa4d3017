"""AWS's error codes, by what they mean for us.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""

DENIED = frozenset(
    {
        'AccessDenied',
        'AccessDeniedException',
        'UnauthorizedOperation',
        'Client.UnauthorizedOperation',
        'UnauthorizedAccess',
        'AuthorizationError',
        'NotAuthorized',
        'Forbidden',
        '403',
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
        'Throttling',
        'ThrottlingException',
        'ThrottledException',
        'RequestThrottled',
        'RequestThrottledException',
        'TooManyRequestsException',
        'RequestLimitExceeded',
        'SlowDown',
        'PriorRequestNotComplete',
    }
)
