"""A permissions boundary limits the role, whatever its policies grant."""

import shlex

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Account, Feature, Policy, PolicyKind, RoleMissing, Simulation
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import guide
from .role import role_name
from .staleness import says_when_stale
from .trust import role_of

LONGEST_ARN = 160
MOST_ACTIONS = 3


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    account = facts.of_account
    role = role_of(facts)
    if isinstance(role, RoleMissing):
        return NotApplicable('there is no role that a boundary could limit')
    if role.boundary is None:
        return Passed('the role has no permissions boundary')
    evidence = f'the permissions boundary of the role is {shown(role.boundary, LONGEST_ARN)}'
    denied = _denied(account)
    if denied:
        return Failed(f'{evidence}, which denies {_named(denied)}', Status.CRITICAL)
    if _allows_everything(account):
        return Passed(f'{evidence}, which allows everything')
    return Failed(f'{evidence}: what it does not allow, no policy of the role can grant')


def _denied(account: Account) -> tuple[str, ...]:
    """What IAM's simulator said that the boundary denies."""
    results = account.simulation.results if isinstance(account.simulation, Simulation) else ()
    return tuple(dict.fromkeys(result.action for result in results if result.allowed_by_boundary is False))


def _named(actions: tuple[str, ...]) -> str:
    more = f' and {len(actions) - MOST_ACTIONS} more' if len(actions) > MOST_ACTIONS else ''
    return f'{", ".join(map(shown, actions[:MOST_ACTIONS]))}{more}'


def _allows_everything(account: Account) -> bool:
    policies = account.policies if isinstance(account.policies, tuple) else ()
    return any(_is_open(policy) for policy in policies if policy.kind is PolicyKind.BOUNDARY)


def _is_open(policy: Policy) -> bool:
    denies = any(s.effect == 'Deny' for s in policy.statements)
    return not denies and any(
        s.effect == 'Allow' and '*' in s.actions and s.every_resource and not s.conditional for s in policy.statements
    )


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name, role = shlex.quote(role_name(facts, expected)), role_of(facts)
    arn = 'BOUNDARY_ARN' if isinstance(role, RoleMissing) or not role.boundary else shlex.quote(role.boundary)
    return Remedy(
        'Let the boundary allow all that Datadog needs, or take it off where your organization does not demand it',
        (
            f'See what it allows: aws iam get-policy --policy-arn {shown(arn, LONGEST_ARN)}',
            'Add to it the actions that the diagnoses of permissions name as missing or denied',
            'Or, if nobody demands it (exposes the account to whatever the policies of the role grant): '
            f'aws iam delete-role-permissions-boundary --role-name {name}',
        ),
    )


PERMISSIONS_BOUNDARY_PRESENT = Diagnosis(
    id='permissions-boundary-present',
    title='A permissions boundary limits the role of Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.WARNING,
    tests=('Looks for a permissions boundary on the role.'),
    harm=(
        'Datadog can do only what both the boundary and the policies of the role allow, so that permissions can be'
        ' missing although every policy grants them, and attaching more policies changes nothing. A boundary that '
        'allows everything passes.'
    ),
    docs=guide('iam-permission-errors'),
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
