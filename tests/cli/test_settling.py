"""What would settle a question: the beginnings of reasons are those that the collectors write."""

from collections.abc import Callable

import pytest
from botocore import exceptions as e
from botocore.exceptions import ClientError

from datadog_checks.aws_diagnostics.cli.settling import settling
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.account_run import AccountRun
from datadog_checks.aws_diagnostics.collect.aws.denials import why
from datadog_checks.aws_diagnostics.collect.many_accounts import NOT_ASSUMED, NOT_BEGUN, NOT_ENDED
from datadog_checks.aws_diagnostics.collect.run import log_defect
from datadog_checks.aws_diagnostics.facts import MissingFact, Unobserved
from datadog_checks.aws_diagnostics.findings import Scope
from tests.emit.findings import unknown

from ..account.builders import account_facts
from ..builders import agent, facts

OF_AN_ACCOUNT = (unknown(scope=Scope.ACCOUNT),)
NEVER = Unobserved('not asked')


def refused(code: str) -> ClientError:
    return ClientError({'Error': {'Code': code}, 'ResponseMetadata': {'HTTPStatusCode': 400}}, 'GetRole')


@pytest.mark.parametrize(
    ('error', 'hint'),
    [
        (e.NoCredentialsError, 'Set AWS_PROFILE, or'),
        (lambda: e.PartialCredentialsError(provider='env', cred_var='x'), 'Set AWS_ACCESS_KEY_ID and'),
        (e.UnauthorizedSSOTokenError, 'Log in again'),
        (lambda: refused('ExpiredToken'), 'Renew them'),
        (lambda: refused('InvalidClientTokenId'), 'See whose they are'),
        (lambda: e.ProfileNotFound(profile='x'), 'Set AWS_PROFILE to one'),
        (e.NoRegionError, 'Set AWS_REGION'),
        (lambda: e.ConnectTimeoutError(endpoint_url='x'), 'Check the network'),
        (lambda: e.ProxyConnectionError(proxy_url='x'), 'Check HTTPS_PROXY and NO_PROXY'),
        (lambda: e.EndpointConnectionError(endpoint_url='x'), 'Check the network'),
        (lambda: refused('Throttling'), 'Run this again'),
        (lambda: refused('AccessDenied'), 'Grant it'),
    ],
)
def test_a_reason_of_aws_has_its_hint(error: Callable[[], Exception], hint: str) -> None:
    assert settling(why(error(), 'iam:GetRole'), OF_AN_ACCOUNT, account_facts()).startswith(hint)


def test_a_missing_key_of_datadog_has_its_hint() -> None:
    run = AccountRun(AccountOptions(), 'DatadogIntegrationRole', log_defect)
    with pytest.raises(MissingFact) as caught:
        run.datadog(run.deadline, with_keys=True)
    assert settling(str(caught.value), OF_AN_ACCOUNT, account_facts()) == 'Set DD_API_KEY and DD_APP_KEY'


@pytest.mark.parametrize(
    ('reason', 'hint'),
    [
        (f'{NOT_ASSUMED} (AccessDenied)', 'See that the account has the role (rollout/stackset'),
        (f'{NOT_ASSUMED}: the account is in the partition aws-cn', 'Run this with credentials of that partition'),
        (NOT_ENDED, 'Run this again; --account-limit'),
        (NOT_BEGUN, 'Go on with the same --state DIR'),
    ],
)
def test_what_kept_one_of_many_accounts_from_being_looked_at_has_its_hint(reason: str, hint: str) -> None:
    assert settling(reason, OF_AN_ACCOUNT, account_facts()).startswith(hint)


def test_a_reason_that_first_says_what_it_is_about_has_its_hint() -> None:
    scanned = '1 region could not be fully scanned: no AWS credentials were found (ec2:DescribeInstances in us-east-1)'
    assert settling(scanned, OF_AN_ACCOUNT, account_facts()).startswith('Set AWS_PROFILE')
    assert settling('a note that says AWS throttles', OF_AN_ACCOUNT, account_facts()) == ''


def test_what_nothing_settles_has_no_hint() -> None:
    assert settling('the list is empty', OF_AN_ACCOUNT, account_facts()) == ''
    assert settling('no sockets here', (unknown(service_check='imds'),), facts(imds=NEVER, agent=NEVER)) == ''
    assert settling('it is not clear', (unknown(service_check='hostname'),), facts()) == ''


def test_only_the_options_that_are_missing_are_named() -> None:
    named = facts(agent=agent(version=None))
    assert settling('it is not clear', (unknown(service_check='hostname'),), named) == 'Pass --agent-version'
