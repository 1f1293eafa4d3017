"""What kept a call from being answered by AWS at all: credentials, network, an answer that is none."""

Kinds = tuple[type[Exception], ...]


def why_unreachable(error: Exception, action: str, region: str = '') -> str:
    """One clause without a full stop and without the text of the exception."""
    place = f' in {region}' if region else ''
    for kinds, words in _words():
        if isinstance(error, kinds):
            return f'{words} ({action}{place})'
    return f'{action}{place} could not be asked: {type(error).__name__}'


def _words() -> tuple[tuple[Kinds, str], ...]:
    """The first that fits counts: some of these are kinds of others."""
    from botocore import exceptions as e

    return (
        ((e.NoCredentialsError,), 'there are no AWS credentials'),
        ((e.PartialCredentialsError,), 'the AWS credentials are incomplete'),
        (_unusable_credentials(), 'the AWS credentials could not be loaded'),
        ((e.ProfileNotFound,), 'the AWS profile does not exist'),
        ((e.ConfigParseError, e.ConfigNotFound), 'the AWS configuration file cannot be read'),
        ((e.NoRegionError, e.InvalidRegionError), 'no AWS region that exists is configured'),
        ((e.ConnectTimeoutError, e.ReadTimeoutError), 'AWS did not answer in time'),
        ((e.ProxyConnectionError,), 'the proxy on the way to AWS could not be reached'),
        ((e.SSLError,), 'TLS with the endpoint of AWS failed'),
        ((e.EndpointConnectionError,), 'the endpoint of AWS could not be reached'),
        ((e.HTTPClientError,), 'the connection to AWS broke'),
        ((_parser_error(),), 'what answered is not AWS'),
    )


def _unusable_credentials() -> Kinds:
    from botocore import exceptions as e

    return (e.CredentialRetrievalError, e.MetadataRetrievalError, e.UnauthorizedSSOTokenError, e.SSOTokenLoadError)


def _parser_error() -> type[Exception]:
    from botocore.parsers import ResponseParserError

    error: type[Exception] = ResponseParserError
    return error
