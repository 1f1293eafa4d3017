"""Datadog's button for missing permissions would attach more policies than the role may have."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..account_remedies import run_again
from ..links import guide
from .granting import ways_to_grant, what_follows
from .permissions import compare, requirement
from .resolve_button import BUTTON, HIGHEST_QUOTA, Click, click, leftovers
from .role import partition_of, without_role


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    policies = observed(facts.of_account.policies)
    entries = compare(requirement(facts.of_account).actions, policies)
    open_entries = sum(not entry.is_held for entry in entries)
    if not open_entries:
        return Passed(f'nothing is missing, so nobody needs to click {BUTTON}{_leftovers(facts, expected)}')
    after = click(facts, expected)
    evidence = f'{_arithmetic(after)}{_leftovers(facts, expected)}{_elsewhere(facts)}'
    if after.attached_then <= after.quota:
        return Passed(evidence)
    if after.quota_is_default and after.attached_then <= HIGHEST_QUOTA:
        return Unknown(f"{evidence}; that is AWS's default, which may have been raised (needs iam:GetAccountSummary)")
    return Failed(evidence)


def _arithmetic(after: Click) -> str:
    """Like '... would attach 6 policies and SecurityAudit to the 5 that stay, 12 in all; the quota is 10'."""
    audit = ' and SecurityAudit' if after.attaches_security_audit else ''
    return (
        f'{BUTTON} would attach {after.parts} policies{audit} to the {after.staying} that stay, '
        f'{after.attached_then} in all; the quota is {after.quota}'
    )


def _leftovers(facts: Facts, expected: Expectations) -> str:
    count = len(leftovers(facts, expected))
    if not count:
        return ''
    be = 'is' if count == 1 else 'are'
    return f'; {count} of the attached policies {be} left over from earlier templates and clicks'


def _elsewhere(facts: Facts) -> str:
    if partition_of(facts) == 'aws':
        return ''
    return f'; its template has ARNs of the partition aws, so it always fails in {partition_of(facts)}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(
        f'Do not click {BUTTON} before there is room',
        ways_to_grant(facts, expected),
        (*what_follows(facts, expected), run_again(expected)),
    )


INTEGRATION_POLICY_QUOTA = Diagnosis(
    id='integration-policy-quota',
    title=f'{BUTTON} would exceed the policy quota and fail halfway',
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        'Counts the policies that Resolve All AWS Permissions Issues would attach (150 permissions each, and '
        "SecurityAudit) and those that stay attached, and compares the sum with the role's quota."
    ),
    harm=(
        'The button first deletes the policies of an earlier click. When it then fails at the quota, Datadog has fewer '
        'permissions than before.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
