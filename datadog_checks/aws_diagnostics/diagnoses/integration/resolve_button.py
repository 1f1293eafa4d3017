"""What one click on Datadog's "Resolve All AWS Permissions Issues" would do to the role. Nothing here does it.

Read in DataDog/cloudformation-template, aws_attach_integration_permissions and aws_quickstart: it attaches policies of
150 permissions each, from both lists whether or not resource collection is on. It first deletes parts 1 to 10 with the
same hash in their names; what another hash or another template attached stays.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...expectations import Expectations
from ...facts import Facts, MissingFact, observed
from ...facts.account import Policy, PolicyKind, RequiredPermissions
from ...remedies import Step, shell
from ...rules.policy_language import covers
from ..account_remedies import role_word
from .permissions import compare
from .policy_statements import is_certain
from .role import account_id, partition_of, role_name

BUTTON = 'Resolve All AWS Permissions Issues'
PERMISSIONS_PER_POLICY = 150
PARTS_DELETED = 10
HIGHEST_QUOTA = 20
"""Managed policies of a role, at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""

SECURITY_AUDIT = 'SecurityAudit'
ADMINISTRATOR_ACCESS = 'AdministratorAccess'
ANY_ACTION = '*:*'
PREFIX = 'datadog-aws-integration-iam-permissions-'
OF_A_CLICK = re.compile(rf'{PREFIX}[0-9a-f]{{8}}-part\d+')
OF_THE_STACK = re.compile(r'datadog-aws-integration-(resource-collection|instrumentation)-permissions-v2-.+-\d+')
"""Of Datadog's present quickstart template, whose stack manages the role."""
OF_OLD_STACKS = re.compile(r'datadog-aws-integration-resource-collection-permissions-(?!v2-).+-\d+')
"""Of the same template before version 4.14."""


@dataclass(frozen=True, slots=True)
class Click:
    parts: int
    """Policies that it would create and attach."""
    attaches_security_audit: bool
    staying: int
    """Attached policies that it would not delete."""
    quota: int
    quota_is_default: bool

    @property
    def attached_then(self) -> int:
        return self.parts + self.attaches_security_audit + self.staying


def click(facts: Facts, expected: Expectations) -> Click:
    """Raises MissingFact."""
    account = facts.of_account
    required, quota = observed(account.required), observed(account.quota)
    permissions = len({*required.standard, *required.resource_collection})
    return Click(
        parts=-(-permissions // PERMISSIONS_PER_POLICY),
        attaches_security_audit=not is_attached(SECURITY_AUDIT, observed(account.policies), partition_of(facts)),
        staying=len(_staying(facts, expected)),
        quota=quota.attached_per_role,
        quota_is_default=quota.default,
    )


def exceeds_quota(facts: Facts, expected: Expectations) -> bool:
    """False also where that is not known."""
    try:
        after = click(facts, expected)
    except MissingFact:
        return False
    return after.attached_then > after.quota


def leftovers(facts: Facts, expected: Expectations) -> tuple[Policy, ...]:
    """What earlier templates and clicks attached, as far as other policies grant all of Datadog's list without it.

    The policies of the present template are left alone, and so is whatever alone grants something. () where that is
    not known.
    """
    account = facts.of_account
    if not isinstance(account.policies, tuple) or not isinstance(account.required, RequiredPermissions):
        return ()
    listed = {*account.required.standard, *account.required.resource_collection}
    kept, found = account.policies, list[Policy]()
    present = is_of_a_stack(facts)
    earlier = [policy for policy in _staying(facts, expected) if _is_of_earlier_template(policy, present)]
    held = _held(listed, kept) if earlier else set()
    for policy in earlier:
        without = tuple(p for p in kept if p is not policy)
        if _held(listed, without) == held:
            kept, found = without, [*found, policy]
    return tuple(found)


def is_of_a_stack(facts: Facts) -> bool:
    policies = facts.of_account.policies
    return isinstance(policies, tuple) and any(OF_THE_STACK.fullmatch(policy.name) for policy in policies)


def _is_of_earlier_template(policy: Policy, present: bool) -> bool:
    """`present`: the stack has been updated to the present template; until then it manages its own policies."""
    old = OF_A_CLICK.fullmatch(policy.name) or (present and OF_OLD_STACKS.fullmatch(policy.name))
    return policy.arn is not None and bool(old)


def _held(actions: Iterable[str], policies: Iterable[Policy]) -> set[str]:
    return {entry.action for entry in compare(actions, policies) if entry.is_held}


def is_attached(name: str, policies: Iterable[Policy], partition: str) -> bool:
    """AWS's policy, by its ARN: a policy of the account may have the same name. As a boundary it grants nothing."""
    arn = f'arn:{partition}:iam::aws:policy/{name}'
    return any(policy.arn == arn and policy.kind is not PolicyKind.BOUNDARY for policy in policies)


def allow_everything(policies: Iterable[Policy]) -> bool:
    """Whatever a Deny takes away again, SecurityAudit would not bring back."""
    statements = (s for p in policies if p.kind is not PolicyKind.BOUNDARY for s in p.statements if s.effect == 'Allow')
    certain = filter(is_certain, statements)
    return any(covers(pattern, ANY_ACTION) for s in certain for pattern in s.actions)


def _staying(facts: Facts, expected: Expectations) -> list[Policy]:
    own = own_hash(facts, expected)
    return [policy for policy in attached(observed(facts.of_account.policies)) if not _is_deleted(policy, own)]


def attached(policies: Iterable[Policy]) -> list[Policy]:
    """Those that count against the quota: neither inline ones nor the boundary."""
    return [policy for policy in policies if policy.kind in (PolicyKind.AWS, PolicyKind.CUSTOMER)]


def own_hash(facts: Facts, expected: Expectations) -> str:
    """In the names of the policies of the current template for this role; '' where the account is not known."""
    account = account_id(facts)
    if account is None:
        return ''
    return hashlib.sha256(f'{role_name(facts, expected)}-{account}'.encode()).hexdigest()[:8]


def _is_deleted(policy: Policy, own: str) -> bool:
    part = re.fullmatch(rf'{PREFIX}{own}-part(\d{{1,3}})', policy.name) if own else None
    return part is not None and int(part[1]) <= PARTS_DELETED


def detach_leftovers(facts: Facts, expected: Expectations) -> tuple[Step, ...]:
    arns = [policy.arn for policy in leftovers(facts, expected) if policy.arn][:PARTS_DELETED]
    if not arns:
        return ()
    role = role_word(facts, expected)
    detach = (shell('aws', 'iam', 'detach-role-policy', '--role-name', role, '--policy-arn', arn) for arn in arns)
    return (
        Step(
            'Detach what earlier templates and clicks left: other policies of the role grant all that these grant of '
            "Datadog's list. Attaching them again undoes it",
            tuple(detach),
        ),
    )
