"""Datadog has access keys of an IAM user instead of a role."""

import shlex

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import AuthKind, Feature
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from .trust import sender
from .trust_remedies import FILE, afterwards, write_trust_policy


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = observed(facts.of_account.integration)
    if integration.auth is AuthKind.ROLE:
        return Passed('Datadog has a role on record for this account, and no access keys')
    to = sender(facts, expected)
    if to.account is None:
        return Passed(f'Datadog has access keys, the way that it offers for {to.site} in the partition {to.partition}')
    return Failed('Datadog has access keys of an IAM user on record for this account, which do not expire')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name = shlex.quote(expected.of_account.role_name)
    return Remedy(
        'Give Datadog a role instead of access keys, then delete the keys; until then rotate them',
        (
            'On the AWS integration page of Datadog choose Role Delegation for this account, and note its external id',
            write_trust_policy(sender(facts, expected)),
            f'aws iam create-role --role-name {name} --assume-role-policy-document file://{FILE}',
            'Attach to it what the IAM user has: aws iam list-attached-user-policies --user-name USER',
            'When metrics arrive by the role: aws iam delete-access-key --user-name USER --access-key-id ACCESS_KEY_ID',
            'Until then, rotate the keys. aws iam create-access-key --user-name USER',
            *afterwards(),
        ),
    )


INTEGRATION_USES_ACCESS_KEYS = Diagnosis(
    id='integration-uses-access-keys',
    title='Datadog uses access keys instead of a role',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.WARNING,
    tests=('Asks Datadog how it authenticates to this account.'),
    harm=(
        'Access keys of an IAM user stay valid until somebody deletes them and work from everywhere; a role with '
        'an external id is what Datadog recommends. It passes where Datadog offers no role: in AWS GovCloud '
        'outside the government sites, and in China.'
    ),
    docs=guide('iam-permission-errors'),
    judge=judge,
    remedy=remedy,
)
