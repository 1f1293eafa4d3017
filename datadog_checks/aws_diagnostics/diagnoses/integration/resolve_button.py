"""What one click on Datadog's "Resolve All AWS Permissions Issues" would do to the role. Nothing here does it.

Read in DataDog/cloudformation-template, aws_attach_integration_permissions and aws_quickstart: 150 permissions for
each policy, both lists whether or not resource collection is on; the parts 1 to 10 of the same hash are deleted
first, and what another hash or another template attached stays.
"""

import hashlib
import re
from dataclasses import dataclass

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Policy, PolicyKind
from ..imds.evidence import shown
from .role import account_id, partition_of, role_name
from .security_audit_not_attached import is_attached

PERMISSIONS_PER_POLICY = 150
PARTS_DELETED = 10
HIGHEST_QUOTA = 20
"""Managed policies of a role, at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""

LONGEST_NAME = 128
PREFIX = 'datadog-aws-integration-iam-permissions-'
OF_DATADOG = re.compile(
    r'datadog-aws-integration-(iam-permissions-[0-9a-f]{8}-part\d+'
    r'|(resource-collection|instrumentation)-permissions-(v2-)?.+-\d+)\Z'
)
"""The names of all generations of Datadog's templates."""


@dataclass(frozen=True, slots=True)
class Click:
    parts: int
    """Policies that it would create and attach."""
    attaches_security_audit: bool
    staying: int
    """Attached policies that it would not delete."""
    leftovers: tuple[str, ...]
    """Names of those that some other generation of Datadog's templates attached."""
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
        attaches_security_audit=not is_attached(observed(account.policies), partition_of(facts)),
        staying=len(_staying(facts, expected)),
        leftovers=leftovers(facts, expected),
        quota=quota.attached_per_role,
        quota_is_default=quota.default,
    )


def leftovers(facts: Facts, expected: Expectations) -> tuple[str, ...]:
    """Names of attached policies of Datadog's templates that a click would not delete. Raises MissingFact."""
    return tuple(shown(p.name, LONGEST_NAME) for p in _staying(facts, expected) if OF_DATADOG.match(p.name))


def _staying(facts: Facts, expected: Expectations) -> list[Policy]:
    attached = [p for p in observed(facts.of_account.policies) if p.kind in (PolicyKind.AWS, PolicyKind.CUSTOMER)]
    own = own_hash(facts, expected)
    return [policy for policy in attached if not _is_deleted(policy, own)]


def own_hash(facts: Facts, expected: Expectations) -> str:
    """Of the policies that the current template names for this role; '' where the account is not known."""
    account = account_id(facts)
    if account is None:
        return ''
    return hashlib.sha256(f'{role_name(facts, expected)}-{account}'.encode()).hexdigest()[:8]


def _is_deleted(policy: Policy, own: str) -> bool:
    part = re.fullmatch(rf'{PREFIX}{own}-part(\d{{1,3}})', policy.name) if own else None
    return part is not None and int(part[1]) <= PARTS_DELETED
