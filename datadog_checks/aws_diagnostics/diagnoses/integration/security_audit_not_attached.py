"""The role lacks AWS's own policy for auditors, which Datadog's templates always attach."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Feature, Integration, Policy, PolicyKind
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from .closing import attach_policy
from .requirement import may_be_stale, not_judged
from .role import partition_of

SECURITY_AUDIT = 'SecurityAudit'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (without_question := not_judged(facts, expected)) is not None:
        return without_question
    policies = observed(facts.of_account.policies)
    if is_attached(policies, partition_of(facts)):
        return Passed('SecurityAudit is attached')
    attached = sum(policy.kind in (PolicyKind.AWS, PolicyKind.CUSTOMER) for policy in policies)
    evidence = f'SecurityAudit of AWS is not among the {attached} attached policies{_need(facts)}'
    return Failed(f'{evidence}{may_be_stale(facts)}')


def security_audit_arn(partition: str) -> str:
    return f'arn:{partition}:iam::aws:policy/{SECURITY_AUDIT}'


def is_attached(policies: tuple[Policy, ...], partition: str) -> bool:
    """By its ARN: a policy of the account may have the same name. As a boundary it grants nothing."""
    arn = security_audit_arn(partition)
    return any(policy.arn == arn and policy.kind is not PolicyKind.BOUNDARY for policy in policies)


def _need(facts: Facts) -> str:
    match facts.of_account.integration:
        case Unobserved():
            return '; whether resource collection, which needs it, is on is not known'
        case Integration(extended_collection=True):
            return '; resource collection, which needs it, is on'
    return '; resource collection, which needs it most, is off'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(
        "Attach AWS's managed policy SecurityAudit to the role",
        (
            f'Attach it: {attach_policy(facts, expected, f"aws:policy/{SECURITY_AUDIT}")}',
            'Or in Terraform, an aws_iam_role_policy_attachment with '
            f'policy_arn = "{security_audit_arn(partition_of(facts))}"',
        ),
    )


SECURITY_AUDIT_NOT_ATTACHED = Diagnosis(
    id='security-audit-not-attached',
    title="SecurityAudit is not attached to Datadog's integration role",
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        "Looks for AWS's managed policy SecurityAudit, by its ARN, among the policies that are attached to the role."
    ),
    harm=(
        "Datadog's templates attach it beside their own policies; without it, resource collection and Cloud "
        'Security see less of the account than their pages promise.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
