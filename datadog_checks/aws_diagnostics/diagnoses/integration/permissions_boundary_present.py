"""A permissions boundary limits what the role may do, whatever its policies grant."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import (
    Account,
    Feature,
    Policy,
    PolicyKind,
    Role,
    RoleMissing,
    Simulation,
)
from ...facts.values import Arn, RoleName
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Command, Remedy, Step, Variable, new_file, script, sequence, shell
from ...text import SHORT, one_line
from ..account_remedies import role_word, run_again
from ..links import guide
from .denials import in_collected_regions
from .permissions import requirement, within_boundary
from .policy_statements import is_certain
from .role import role_of, says_when_stale, without_role

LONGEST_ARN = 160
BEFORE, AFTER = 'boundary.before.json', 'boundary.json'
MOST_ACTIONS = 3


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    account = facts.of_account
    role = role_of(facts)
    inapplicable = without_role(facts)
    if inapplicable is not None or isinstance(role, RoleMissing):
        return inapplicable or NotApplicable('there is no role')
    if role.boundary is None:
        return Passed('the role has no permissions boundary')
    evidence = f'the permissions boundary of the role is {one_line(role.boundary, LONGEST_ARN)}'
    denied = _denied(account)
    if denied:
        return Failed(f'{evidence}, which denies {_named(denied)}', Status.CRITICAL)
    if _allows_everything(account):
        return Passed(f'{evidence}, which allows everything')
    return _by_its_document(evidence, account)


def _by_its_document(evidence: str, account: Account) -> Verdict:
    """Failed only for what the boundary certainly does not allow."""
    policies, needed = observed(account.policies), requirement(account)
    entries = within_boundary(needed.actions, policies)
    if not entries:
        return Unknown(f'{evidence}: not known what it allows, as nobody read its document')
    held, lost = sum(entry.is_held for entry in entries), sum(entry.is_lost for entry in entries)
    if lost:
        return Failed(f'{evidence}, which does not allow {lost} of {len(entries)} permissions that Datadog requires')
    if held < len(entries):
        allows = (
            f'it allows {held} for certain and {len(entries) - held} under a condition, on some resources or in part'
        )
        return Unknown(f'{evidence}; of the {len(entries)} permissions that Datadog requires {allows}')
    if isinstance(account.integration, Unobserved):
        return Unknown(f'{evidence}, which allows {held} permissions that Datadog requires; {needed.note}')
    return Passed(f'{evidence}, which allows all {held} permissions that Datadog requires')


def _denied(account: Account) -> tuple[str, ...]:
    """What IAM's simulator said that the boundary denies."""
    results = account.simulation.results if isinstance(account.simulation, Simulation) else ()
    counted = in_collected_regions(results, account.integration)
    return tuple(dict.fromkeys(result.action for result in counted if result.allowed_by_boundary is False))


def _named(actions: tuple[str, ...]) -> str:
    more = f' and {len(actions) - MOST_ACTIONS} more' if len(actions) > MOST_ACTIONS else ''
    return f'{", ".join(one_line(action, SHORT) for action in actions[:MOST_ACTIONS])}{more}'


def _allows_everything(account: Account) -> bool:
    policies = account.policies if isinstance(account.policies, tuple) else ()
    return any(_is_open(policy) for policy in policies if policy.kind is PolicyKind.BOUNDARY)


def _is_open(policy: Policy) -> bool:
    denies = any(s.effect == 'Deny' for s in policy.statements)
    return not denies and any(s.effect == 'Allow' and '*' in s.actions and is_certain(s) for s in policy.statements)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    role, boundary = role_word(facts, expected), boundary_of(facts)
    allow = () if isinstance(boundary, Arn) and boundary.account_id is None else (allow_in_the_boundary(boundary),)
    remove = Choice(
        'If your organization does not require the boundary, remove it',
        (shell('aws', 'iam', 'delete-role-permissions-boundary', '--role-name', role),),
        exposes="everything that the role's policies grant",
        undo=Step('Put it back', (_put(role, boundary),)),
    )
    other = Choice(
        'Attach a boundary of your own that also allows the actions that the permission diagnoses name',
        (_put(role, Variable('BOUNDARY_ARN')),),
        undo=Step('Put the present one back', (_put(role, boundary),)),
    )
    choices = (*allow, other, remove)
    then = (*((make_it_the_default(boundary),) if allow else ()), run_again(expected))
    return Remedy('Make the boundary allow what Datadog needs, or remove it', choices, then)


def boundary_of(facts: Facts) -> Arn | Variable:
    role = facts.of_account.role
    return (role.boundary if isinstance(role, Role) else None) or Variable('PRESENT_BOUNDARY_ARN')


def allow_in_the_boundary(boundary: Arn | Variable) -> Choice:
    """By hand, as the document is the customer's own."""
    version = ('aws', 'iam', 'set-default-policy-version', '--policy-arn', boundary)
    return Choice(
        f'Copy the boundary to {AFTER}, and allow there the actions that the permission diagnoses name',
        (_copy_of(boundary),),
        undo=Step(
            f'Make the version that counted before the default again; its document is in {BEFORE}',
            (shell(*version, '--version-id', Variable('VERSION_BEFORE')),),
        ),
    )


def make_it_the_default(boundary: Arn | Variable) -> Step:
    """What follows `allow_in_the_boundary`."""
    return Step(
        f'If you edited {AFTER}, make it the default version, for every role with this boundary (where five versions '
        'exist, delete an old one first)',
        (
            shell(
                *('aws', 'iam', 'create-policy-version', '--policy-arn', boundary),
                *('--policy-document', f'file://{AFTER}', '--set-as-default'),
            ),
        ),
    )


def _copy_of(boundary: Arn | Variable) -> Command:
    return sequence(
        new_file(BEFORE),
        script(
            'VERSION_BEFORE="$(aws iam get-policy --policy-arn <arn> --query Policy.DefaultVersionId --output text)"',
            arn=boundary,
        ),
        script(
            'aws iam get-policy-version --policy-arn <arn> --version-id "$VERSION_BEFORE" --output json '
            f'--query PolicyVersion.Document > {BEFORE}',
            arn=boundary,
        ),
        shell('cp', BEFORE, AFTER),
    )


def _put(role: RoleName | Variable, boundary: Arn | Variable) -> Command:
    return shell('aws', 'iam', 'put-role-permissions-boundary', '--role-name', role, '--permissions-boundary', boundary)


PERMISSIONS_BOUNDARY_PRESENT = Diagnosis(
    id='permissions-boundary-present',
    title="A permissions boundary limits Datadog's integration role",
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.WARNING,
    tests=(
        'Looks for a permissions boundary on the role. A boundary that allows everything passes, and one that allows '
        'all that Datadog requires. UNKNOWN where what it allows depends on a condition or on resources.'
    ),
    harm=(
        'Datadog can do only what both the boundary and the policies of the role allow. Permissions can be missing '
        'although a policy grants them, and attaching more policies changes nothing.'
    ),
    docs=guide('iam-permission-errors'),
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
