"""AWS's managed policy SecurityAudit, which resource collection needs, is not attached to the role."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Feature, Integration
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Command, Language, Remedy, Step, hcl_string, shell
from ..account_remedies import iam_arn, role_word, run_again
from ..links import guide
from .granting import attach_policy, merge_policies, quota_needed, raise_quota
from .policy_documents import free_places
from .resolve_button import (
    ADMINISTRATOR_ACCESS,
    HIGHEST_QUOTA,
    SECURITY_AUDIT,
    allow_everything,
    detach_leftovers,
    is_attached,
)
from .role import partition_of, staleness_of_permissions, without_role


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    policies = observed(facts.of_account.policies)
    partition = partition_of(facts)
    for name in (SECURITY_AUDIT, ADMINISTRATOR_ACCESS):
        if is_attached(name, policies, partition):
            return Passed(f'{name} is attached')
    if allow_everything(policies):
        return Passed('a policy of the role allows every action, so SecurityAudit would add none')
    evidence, stale = f"AWS's policy {SECURITY_AUDIT} is not attached", staleness_of_permissions(facts)
    match facts.of_account.integration:
        case Unobserved():
            return Unknown(f'{evidence}; not known whether resource collection, which needs it, is on{stale}')
        case Integration(extended_collection=False):
            return NotApplicable('resource collection, which needs SecurityAudit, is off')
    return Failed(f'{evidence}; resource collection, which needs it, is on{stale}')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    arn, again = iam_arn(facts, f'aws:policy/{SECURITY_AUDIT}'), run_again(expected)
    summary = f"Attach AWS's managed policy {SECURITY_AUDIT} to the role"
    detach = shell('aws', 'iam', 'detach-role-policy', '--role-name', role_word(facts, expected), '--policy-arn', arn)
    undo = Step('Detach it', (detach,))
    attach = attach_policy(facts, expected, arn)
    if free_places(facts) == 0:
        make_room = _room(facts, expected)
        return Remedy(f'{summary}, once there is room for it', make_room, (Step('Attach it', (attach,)), again))
    choices = (Choice('Attach it', (attach,), undo=undo), _terraform(facts, expected))
    return Remedy(summary, choices, (again,))


def _room(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    needed = quota_needed(facts, expected)
    detach = tuple(Choice(step.text, step.commands) for step in detach_leftovers(facts, expected))
    return (*detach, merge_policies(), *((raise_quota(facts, needed),) if needed <= HIGHEST_QUOTA else ()))


def _terraform(facts: Facts, expected: Expectations) -> Choice:
    block = (
        'resource "aws_iam_role_policy_attachment" "datadog_security_audit" {\n'
        f'  role       = {hcl_string(role_word(facts, expected))}\n'
        f'  policy_arn = {hcl_string(iam_arn(facts, f"aws:policy/{SECURITY_AUDIT}"))}\n'
        '}'
    )
    return Choice('Attach it in Terraform', (Command(block, Language.HCL),))


SECURITY_AUDIT_NOT_ATTACHED = Diagnosis(
    id='security-audit-not-attached',
    title="SecurityAudit is not attached to Datadog's integration role",
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        "Looks for AWS's managed policy SecurityAudit, by its ARN, among the policies attached to the role. Applies "
        'only where resource collection is on; AdministratorAccess and a policy that allows every action pass too.'
    ),
    harm='Resource collection and Cloud Security see less of the account than documented.',
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
