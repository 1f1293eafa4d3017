"""Something denies what the role needs, whatever its policies grant."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature, Simulation
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, shell
from ...text import one_line
from ..account_remedies import account_word, run_again
from ..links import guide
from .denials import Denials, Denier, denials
from .permissions_boundary_present import allow_in_the_boundary, boundary_of, make_it_the_default
from .role import staleness_of_permissions, without_role

MOST_NAMED = 3
VERBS = {Denier.ORGANIZATION: 'may deny', Denier.BOUNDARY: 'denies', Denier.POLICY: 'refuses'}
LONGEST_ACTION = 40
NOT_EVALUATED = 'it does not evaluate resource control, session and VPC endpoint policies'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    simulation = observed(facts.of_account.simulation)
    found = denials(simulation.results, facts.of_account.integration)
    if found.denied:
        evidence = f"IAM's simulator: {_who_denies(found)}{_regions(found)}"
        return Failed(f'{evidence}{_asked(simulation)}{staleness_of_permissions(facts)}', _severity(found))
    return _not_denied(simulation, found, staleness_of_permissions(facts))


def _not_denied(simulation: Simulation, found: Denials, stale: str) -> Verdict:
    if not simulation.complete:
        return Unknown(f"IAM's simulator: no denial in {_results(found)} so far{_asked(simulation)}{stale}")
    if not simulation.results:
        return Unknown("IAM's simulator was asked about no action")
    if not found.counted:
        return NotApplicable('no action was simulated in a region that Datadog collects')
    missing = f' ({found.not_granted} not granted either)' if found.not_granted else ''
    return Passed(f"IAM's simulator: no denial in {_results(found)}{missing}; {NOT_EVALUATED}{stale}")


def _results(found: Denials) -> str:
    return f'{found.counted} {"result" if found.counted == 1 else "results"}'


def _who_denies(found: Denials) -> str:
    """Like "the organization's policies may deny 2 of 110 (ec2:DescribeInstances, s3:ListAllMyBuckets)"."""
    parts = []
    for denier in Denier:
        actions = [result.action for result, by in found.denied if by is denier]
        if actions:
            parts.append(f'{denier} {VERBS[denier]} {len(actions)} of {found.counted} ({_named(actions)})')
    return ', '.join(parts)


def _named(actions: list[str]) -> str:
    different = sorted(set(actions))
    more = f' and {len(different) - MOST_NAMED} more' if len(different) > MOST_NAMED else ''
    return f'{", ".join(one_line(action, LONGEST_ACTION) for action in different[:MOST_NAMED])}{more}'


def _regions(found: Denials) -> str:
    if not found.regions_denied:
        return ''
    return f'; mostly in {_listed(found.regions_denied)}, not in the other regions'


def _listed(regions: tuple[str, ...]) -> str:
    more = f' and {len(regions) - MOST_NAMED} more' if len(regions) > MOST_NAMED else ''
    return ', '.join(one_line(region, 20) for region in regions[:MOST_NAMED]) + more


def _asked(simulation: Simulation) -> str:
    return '' if simulation.complete else '; the simulation ended early, so there may be more'


def _severity(found: Denials) -> Status | None:
    """Critical when a core service is denied everywhere: Datadog then loses all metrics, all hosts or all tags."""
    return Status.CRITICAL if found.core_service_lost else None


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    simulation = facts.of_account.simulation
    results = simulation.results if isinstance(simulation, Simulation) else ()
    found = denials(results, facts.of_account.integration)
    boundary = _boundary(facts) if Denier.BOUNDARY in found.by else ()
    then = (*boundary, *_own_policies(found), run_again(expected))
    if found.regions_denied:
        summary = 'Exclude the denied regions in Datadog, or have the organization allow them'
        return Remedy(summary, (_exclude_regions(found), _ask(facts)), then)
    ask = (_ask(facts),) if not found.by or Denier.ORGANIZATION in found.by else ()
    return Remedy('Remove the denial; no policy that grants the actions overrides it', ask, then)


def _exclude_regions(found: Denials) -> Choice:
    regions = ', '.join(one_line(region, LONGEST_ACTION) for region in found.regions_denied)
    return Choice(
        'In Datadog, on the AWS integration page of this account under General, exclude these regions, from which it '
        f'then collects nothing ({regions})'
    )


def _ask(facts: Facts) -> Choice:
    """Which policies those may be is seen only with credentials of the management account."""
    policies = shell(
        *('aws', 'organizations', 'list-policies-for-target', '--filter', 'SERVICE_CONTROL_POLICY'),
        *('--target-id', account_word(facts)),
    )
    return Choice(
        "Ask your organization's administrators to exempt the integration role from the service control policy "
        '(condition ArnNotLike on aws:PrincipalArn). With credentials of the management account, the command lists the '
        "account's policies; those of the organizational units above it can deny too",
        (policies,),
    )


def _boundary(facts: Facts) -> tuple[Step, ...]:
    boundary = boundary_of(facts)
    way = allow_in_the_boundary(boundary)
    return (
        Step(f'Allow the denied actions in the permissions boundary as well. {way.text}', way.commands),
        make_it_the_default(boundary),
    )


def _own_policies(found: Denials) -> tuple[Step, ...]:
    actions = sorted({result.action for result, by in found.denied if by is Denier.POLICY})
    if not actions:
        return ()
    return (
        Step(
            "Look for the Deny first in the role's own policies, then in the organization's and the boundary "
            f'({_named(actions)})'
        ),
    )


INTEGRATION_PERMISSIONS_DENIED = Diagnosis(
    id='integration-permissions-denied',
    title="Something denies what Datadog's integration role needs",
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        "Asks IAM's simulator about one or two actions of each service that Datadog reads, and whether the "
        "organization's policies, the permissions boundary or an explicit Deny denies them."
    ),
    harm=(
        'Granting more permissions does not help. When only some regions are denied, Datadog reports errors only for '
        'those.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
