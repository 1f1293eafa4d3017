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
from ...facts.account import Policy, PolicyKind
from ...facts.values import Arn
from ...remedies import Step, shell
from ...text import one_line
from ..account_remedies import role_word
from .role import account_id, partition_of, role_name

BUTTON = 'Resolve All AWS Permissions Issues'
PERMISSIONS_PER_POLICY = 150
PARTS_DELETED = 10
HIGHEST_QUOTA = 20
"""Managed policies of a role, at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""

LONGEST_NAME = 128
SECURITY_AUDIT = 'SecurityAudit'
ADMINISTRATOR_ACCESS = 'AdministratorAccess'
PREFIX = 'datadog-aws-integration-iam-permissions-'
OF_DATADOG = re.compile(
    r'datadog-aws-integration-(iam-permissions-[0-9a-f]{8}-part\d+'
    r'|(resource-collection|instrumentation)-permissions-(v2-)?.+-\d+)\Z'
)
"""The names of all generations of Datadog's templates."""
OF_THE_BUTTON = re.compile(rf'{PREFIX}[0-9a-f]{{8}}-part\d+')


@dataclass(frozen=True, slots=True)
class Click:
    parts: int
    """Policies that it would create and attach."""
    attaches_security_audit: bool
    staying: int
    """Attached policies that it would not delete."""
    leftovers: tuple[str, ...]
    """Names of those that another generation of Datadog's templates attached."""
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
        leftovers=leftovers(facts, expected),
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


def leftovers(facts: Facts, expected: Expectations) -> tuple[str, ...]:
    """Names of attached policies of Datadog's templates that a click would not delete. Raises MissingFact."""
    return tuple(one_line(p.name, LONGEST_NAME) for p in _staying(facts, expected) if OF_DATADOG.match(p.name))


def outdated(facts: Facts, expected: Expectations) -> tuple[Arn, ...]:
    """What earlier clicks left; () where that is not known. A live CloudFormation stack may own what other templates
    attached."""
    try:
        return tuple(p.arn for p in _staying(facts, expected) if p.arn and OF_THE_BUTTON.fullmatch(p.name))
    except MissingFact:
        return ()


def is_attached(name: str, policies: Iterable[Policy], partition: str) -> bool:
    """AWS's policy, by its ARN: a policy of the account may have the same name. As a boundary it grants nothing."""
    arn = f'arn:{partition}:iam::aws:policy/{name}'
    return any(policy.arn == arn and policy.kind is not PolicyKind.BOUNDARY for policy in policies)


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


def detach_outdated(facts: Facts, expected: Expectations) -> tuple[Step, ...]:
    arns = outdated(facts, expected)[:PARTS_DELETED]
    if not arns:
        return ()
    role = role_word(facts, expected)
    detach = (shell('aws', 'iam', 'detach-role-policy', '--role-name', role, '--policy-arn', arn) for arn in arns)
    return (
        Step(
            'When integration-permissions-missing passes and no CloudFormation stack owns them, detach the policies of '
            'earlier clicks; attaching them again undoes it',
            tuple(detach),
        ),
    )
