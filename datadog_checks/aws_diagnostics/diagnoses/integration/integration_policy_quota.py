"""Datadog's Resolve button would attach more policies than the role may have."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from .closing import BUTTON, own_policies, terraform
from .granted import compare
from .requirement import not_judged, requirement
from .resolve_button import HIGHEST_QUOTA, Click, click, leftovers
from .role import partition_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (without_question := not_judged(facts, expected)) is not None:
        return without_question
    policies = observed(facts.of_account.policies)
    entries = compare(requirement(facts.of_account).actions, policies)
    open_entries = sum(not entry.is_held for entry in entries)
    if not open_entries:
        return Passed(f'nothing is missing, so {BUTTON} need not be clicked{_leftovers(leftovers(facts, expected))}')
    after = click(facts, expected)
    evidence = f'{_arithmetic(after)}{_leftovers(after.leftovers)}{_elsewhere(facts)}'
    if after.attached_then <= after.quota:
        return Passed(evidence)
    if after.quota_is_default and after.attached_then <= HIGHEST_QUOTA:
        return Unknown(f"{evidence}; the quota is AWS's default, it may have been raised (iam:GetAccountSummary)")
    return Failed(evidence)


def _arithmetic(after: Click) -> str:
    """Like 'clicking ... attaches 6 policies and SecurityAudit beside 5 that stay: 12, and the quota is 10'."""
    audit = ' and SecurityAudit' if after.attaches_security_audit else ''
    quota = f'the quota of the role is {after.quota}'
    return (
        f'{BUTTON} would attach {after.parts} policies{audit} beside {after.staying} that stay: '
        f'{after.attached_then}, and {quota}'
    )


def _leftovers(names: Sequence[str]) -> str:
    if not names:
        return ''
    return f'; {len(names)} of the attached policies are left by other generations of its templates'


def _elsewhere(facts: Facts) -> str:
    if partition_of(facts) == 'aws':
        return ''
    return f'; its template writes ARNs of the partition aws, so in {partition_of(facts)} it fails in any case'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    after = click(facts, expected)
    return Remedy(
        f'Do not click {BUTTON} before there is room: it deletes its earlier policies before it creates new ones, and '
        'a quota that is reached half way leaves the role with less than before',
        (
            *_detach(after),
            *own_policies(facts, expected),
            terraform(),
            f'Or raise the quota Managed policies per role of this account, to at most {HIGHEST_QUOTA}: aws '
            'service-quotas request-service-quota-increase --region us-east-1 --service-code iam --quota-code '
            f'L-0DA4ABF3 --desired-value {min(max(after.attached_then, 11), HIGHEST_QUOTA)}',
        ),
    )


def _detach(after: Click) -> tuple[str, ...]:
    if not after.leftovers:
        return ()
    return (
        'Once integration-permissions-missing passes without them, detach what earlier templates of Datadog left: '
        f'{", ".join(after.leftovers[:10])}',
    )


INTEGRATION_POLICY_QUOTA = Diagnosis(
    id='integration-policy-quota',
    title=f'{BUTTON} would fail half way at the quota of policies',
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        'Counts the policies that Resolve All AWS Permissions Issues would attach (150 permissions each, and '
        "SecurityAudit) beside those that stay attached, against the role's quota."
    ),
    harm=(
        'The button deletes the policies of an earlier click first, so an attempt that fails at the quota leaves '
        'Datadog with fewer permissions than before.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
