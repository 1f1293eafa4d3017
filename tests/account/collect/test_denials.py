"""Why AWS did not answer is told with the name of the permission, and without anything that AWS said."""

from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed, asking, code_of, why
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import BudgetExhausted, DeadlineExceeded, attempt
from datadog_checks.aws_diagnostics.facts import Unobserved
from tests.account import servers
from tests.account.scripted_aws import Answer, error, result, scripted_aws

ARN = 'arn:aws:iam::123456789012:user/alice'
SCP = 'with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-2'


def refusal(code: str, status: int, message: str = f'User: {ARN} may not') -> ClientError:
    answer: Any = {'Error': {'Code': code, 'Message': message}, 'ResponseMetadata': {'HTTPStatusCode': status}}
    return ClientError(answer, 'GetRole')


REFUSALS = [
    pytest.param(refusal('AccessDenied', 403), 'missing permission iam:GetRole (AccessDenied)', id='IAM denies'),
    pytest.param(
        refusal('UnauthorizedOperation', 403),
        'missing permission iam:GetRole (UnauthorizedOperation)',
        id='EC2 denies',
    ),
    pytest.param(refusal('403', 403), 'missing permission iam:GetRole (403)', id='a status as the code'),
    pytest.param(refusal('SomethingNew', 403), 'missing permission iam:GetRole (SomethingNew)', id='a new code of 403'),
    pytest.param(
        refusal('AccessDenied', 403, f'{ARN} is not authorized {SCP}'),
        'missing permission iam:GetRole (AccessDenied, explicit deny in a service control policy)',
        id='an organization denies',
    ),
    pytest.param(
        refusal('AccessDenied', 403, 'because no permissions boundary allows the iam:GetRole action'),
        'missing permission iam:GetRole (AccessDenied, no permissions boundary allows it)',
        id='a boundary does not allow',
    ),
    pytest.param(
        refusal('ExpiredToken', 403),
        'our AWS credentials have expired (ExpiredToken for iam:GetRole)',
        id='expired credentials are no missing permission',
    ),
    pytest.param(
        refusal('InvalidClientTokenId', 403),
        'AWS does not accept our credentials (InvalidClientTokenId for iam:GetRole)',
        id='unknown credentials are no missing permission',
    ),
    pytest.param(
        refusal('OptInRequired', 403),
        'the region of the session is not enabled for this account (OptInRequired)',
        id='a region that is not enabled is no missing permission',
    ),
    pytest.param(refusal('Throttling', 400), 'AWS throttles iam:GetRole (Throttling)', id='throttling'),
    pytest.param(refusal('TooMany', 429), 'AWS throttles iam:GetRole (TooMany)', id='throttling by status'),
    pytest.param(
        refusal('ServiceFailure', 500),
        'AWS failed to answer iam:GetRole (ServiceFailure, status 500)',
        id='a failure of AWS',
    ),
    pytest.param(
        refusal('ValidationError', 400), 'AWS refused iam:GetRole (ValidationError, status 400)', id='any other refusal'
    ),
    pytest.param(refusal(f'<b>{ARN}</b>', 400), 'AWS refused iam:GetRole (no code, status 400)', id='an invalid code'),
    pytest.param(ClientError({}, 'GetRole'), 'AWS refused iam:GetRole (no code, status 0)', id='an empty refusal'),
]

PROXY = 'http://user:hunter2@proxy.example:3128'
UNREACHABLE = [
    pytest.param(exceptions.NoCredentialsError(), 'no AWS credentials were found', id='no credentials'),
    pytest.param(
        exceptions.PartialCredentialsError(provider='env', cred_var='x'),
        'the AWS credentials are incomplete',
        id='half of the credentials',
    ),
    pytest.param(
        exceptions.CredentialRetrievalError(provider='custom-process', error_msg=ARN),
        'the AWS credentials could not be loaded',
        id='a credential process that fails',
    ),
    pytest.param(exceptions.ProfileNotFound(profile=ARN), 'the AWS profile does not exist', id='no such profile'),
    pytest.param(exceptions.NoRegionError(), 'no valid AWS region is configured', id='no region'),
    pytest.param(
        exceptions.ConnectTimeoutError(endpoint_url=PROXY), 'AWS did not answer in time', id='silence before connecting'
    ),
    pytest.param(
        exceptions.ReadTimeoutError(endpoint_url=PROXY), 'AWS did not answer in time', id='silence after connecting'
    ),
    pytest.param(
        exceptions.ProxyConnectionError(proxy_url=PROXY, error=ARN),
        'the proxy on the way to AWS could not be reached',
        id='a proxy that is down',
    ),
    pytest.param(
        exceptions.EndpointConnectionError(endpoint_url=PROXY, error=ARN),
        'the AWS endpoint could not be reached',
        id='an endpoint that is down',
    ),
    pytest.param(
        exceptions.SSLError(endpoint_url=PROXY, error=ARN),
        'the TLS handshake with AWS failed',
        id='another certificate',
    ),
    pytest.param(
        exceptions.ConnectionClosedError(endpoint_url=PROXY), 'the connection to AWS broke', id='a broken connection'
    ),
    pytest.param(ResponseParserError(ARN), 'the answer is not from AWS', id='an answer that is no XML'),
]


@pytest.mark.parametrize(('refused', 'expected'), REFUSALS)
def test_a_refusal_is_told_by_its_kind(refused: Exception, expected: str) -> None:
    assert why(refused, 'iam:GetRole') == expected


@pytest.mark.parametrize(('failed', 'expected'), UNREACHABLE)
def test_why_aws_did_not_answer_is_said_without_the_text_of_the_exception(failed: Exception, expected: str) -> None:
    assert why(failed, 'iam:GetRole') == f'{expected} (iam:GetRole)'


OF_A_REGION = [
    pytest.param(
        refusal('UnauthorizedOperation', 403),
        'missing permission ec2:DescribeInstances in eu-south-1 (UnauthorizedOperation)',
        id='denied there',
    ),
    pytest.param(
        refusal('OptInRequired', 403),
        'the region eu-south-1 is not enabled for this account (OptInRequired)',
        id='not enabled',
    ),
    pytest.param(
        refusal('AuthFailure', 401),
        'AWS does not accept our credentials (AuthFailure for ec2:DescribeInstances in eu-south-1); '
        'AWS gives the same error for a region that is not enabled, as eu-south-1',
        id='perhaps not enabled',
    ),
    pytest.param(
        refusal('RequestLimitExceeded', 503),
        'AWS throttles ec2:DescribeInstances in eu-south-1 (RequestLimitExceeded)',
        id='throttled there',
    ),
]


@pytest.mark.parametrize(('refused', 'expected'), OF_A_REGION)
def test_a_region_is_named(refused: Exception, expected: str) -> None:
    assert why(refused, 'ec2:DescribeInstances', 'eu-south-1') == expected


OURS = [
    pytest.param(BudgetExhausted('the budget of 5 calls'), 'the budget of 5 calls', id='no call is left'),
    pytest.param(DeadlineExceeded('the deadline is over'), 'the deadline is over', id='no time is left'),
    pytest.param(CallFailed('known before'), 'known before', id='it was explained before'),
]


@pytest.mark.parametrize(('raised', 'expected'), OURS)
def test_a_limit_of_the_run_keeps_its_own_words(raised: Exception, expected: str) -> None:
    with pytest.raises(CallFailed) as failure, asking('iam:GetRole'):
        raise raised
    assert str(failure.value) == expected
    assert failure.value.__cause__ is None


def test_a_defect_of_ours_within_a_call_is_told_once_and_shows_nothing_of_its_text() -> None:
    defect, told = KeyError(ARN), list[tuple[str, Exception]]()

    def crash() -> None:
        with asking('iam:GetRole'):
            raise defect

    found = attempt('the role', crash, lambda what, e: told.append((what, e)))
    assert (found, told) == (Unobserved('the role could not be observed: KeyError'), [('the role', defect)])


def test_the_code_of_a_refusal_stays_known() -> None:
    with pytest.raises(CallFailed) as failure, asking('iam:GetRole'):
        raise refusal('NoSuchEntity', 404)
    assert (failure.value.code, code_of(failure.value), code_of(KeyError())) == ('NoSuchEntity', 'NoSuchEntity', '')


DENIALS = [
    pytest.param('with an explicit deny in a service control policy', 'service control policy', id='explicitly'),
    pytest.param('with an explicit deny in an identity-based policy', 'identity-based policy', id='by a policy'),
    pytest.param('because no service control policy allows the iam:GetRole action', '', id='implicitly'),
    pytest.param('', '', id='AWS does not say'),
]


@pytest.mark.parametrize(('end', 'denied_by'), DENIALS)
def test_who_denies_explicitly_is_a_field_and_not_a_text_to_search(end: str, denied_by: str) -> None:
    with pytest.raises(CallFailed) as failure, asking('iam:GetRole'):
        raise refusal('AccessDenied', 403, f'User: {ARN} is not authorized to perform: iam:GetRole {end}')
    assert failure.value.denied_by == denied_by


CALLER = '<Arn>arn:aws:iam::123456789012:user/alice</Arn>'
CONVERSATIONS = [
    pytest.param(
        [error('ExpiredToken', 403, ARN)],
        'our AWS credentials have expired (ExpiredToken for sts:GetCallerIdentity)',
        1,
        id='expired credentials are not tried again',
    ),
    pytest.param(
        [error('AccessDenied', 403, ARN)],
        'missing permission sts:GetCallerIdentity (AccessDenied)',
        1,
        id='a denial is not tried again',
    ),
    pytest.param(
        [error('Throttling', 400, ARN)],
        'AWS throttles sts:GetCallerIdentity (Throttling)',
        3,
        id='throttling is tried three times',
    ),
    pytest.param(
        [result('GetCallerIdentity', CALLER, sent=60)],
        'the connection to AWS broke (sts:GetCallerIdentity)',
        3,
        id='half an answer and then a reset',
    ),
    pytest.param(
        [Answer('<html><p>Log in to the guest network', 200)],
        'the answer is not from AWS (sts:GetCallerIdentity)',
        1,
        id='a portal that answers everything',
    ),
]


@pytest.mark.parametrize(('answers', 'reason', 'attempts'), CONVERSATIONS)
def test_a_conversation_that_fails_says_why(
    answers: list[Answer], reason: str, attempts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_aws({'GetCallerIdentity': answers}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with (
            open_session(AccountOptions()) as session,
            pytest.raises(CallFailed) as failure,
            asking('sts:GetCallerIdentity'),
        ):
            session.client('sts').get_caller_identity()
    assert (str(failure.value), len(aws.asked)) == (reason, attempts)


@pytest.mark.parametrize(
    'first',
    [
        pytest.param(error('Throttling', 400), id='throttled once'),
        pytest.param(result('GetCallerIdentity', CALLER, sent=60), id='reset once'),
        pytest.param(error('InternalFailure', 500), id='failed once'),
    ],
)
def test_one_failure_is_overcome(first: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws({'GetCallerIdentity': [first, result('GetCallerIdentity', CALLER)]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with open_session(AccountOptions()) as session:
            assert session.client('sts').get_caller_identity()['Arn'] == ARN
    assert len(aws.asked) == 2
