"""Something denies what the role needs, whatever its policies grant."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature, Simulation
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import guide
from .closing import owner
from .denials import Denials, Denier, denials
from .requirement import may_be_stale, not_judged

MOST_NAMED = 3
VERBS = {Denier.ORGANIZATION: 'may deny', Denier.BOUNDARY: 'denies', Denier.POLICY: 'refuses'}
LONGEST_ACTION = 40
OUT_OF_SIGHT = "resource control, session and VPC endpoint policies are out of the simulator's sight"


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (without_question := not_judged(facts, expected)) is not None:
        return without_question
    simulation = observed(facts.of_account.simulation)
    found = denials(simulation.results, facts.of_account.integration)
    if found.denied:
        evidence = f"IAM's simulator: {_who_denies(found)}{_regions(found)}"
        return Failed(f'{evidence}{_asked(simulation)}{may_be_stale(facts)}', _severity(found))
    return _not_denied(simulation, found, may_be_stale(facts))


def _not_denied(simulation: Simulation, found: Denials, stale: str) -> Verdict:
    if not simulation.complete:
        return Unknown(f'nothing denies the {_results(found)} so far{_asked(simulation)}{stale}')
    if not simulation.results:
        return Unknown("IAM's simulator was asked about no action")
    if not found.counted:
        return NotApplicable('no action was simulated in a region that the integration collects')
    missing = f', {found.not_granted} of them not granted either' if found.not_granted else ''
    return Passed(f"IAM's simulator: nothing denies the {_results(found)}{missing}; {OUT_OF_SIGHT}{stale}")


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
    return f'{", ".join(shown(action, LONGEST_ACTION) for action in different[:MOST_NAMED])}{more}'


def _regions(found: Denials) -> str:
    if not found.regions_denied:
        return ''
    return f'; mostly in {_listed(found.regions_denied)} and not in other regions'


def _listed(regions: tuple[str, ...]) -> str:
    more = f' and {len(regions) - MOST_NAMED} more' if len(regions) > MOST_NAMED else ''
    return ', '.join(shown(region, 20) for region in regions[:MOST_NAMED]) + more


def _asked(simulation: Simulation) -> str:
    return '' if simulation.complete else '; the simulation ended early, so there may be more'


def _severity(found: Denials) -> Status | None:
    """Critical when a service without which all metrics, all hosts or all tags are lost is denied everywhere."""
    return Status.CRITICAL if found.core_service_lost else None


def remedy(facts: Facts, _: Expectations) -> Remedy:
    simulation = observed(facts.of_account.simulation)
    found = denials(simulation.results, facts.of_account.integration)
    steps = (*_exclude_regions(found), *_organization(facts, found), *_boundary(facts, found), *_own_policies(found))
    if found.only_regions:
        return Remedy('Exclude the denied regions in the integration, or have the organization allow them', steps)
    return Remedy('Take back the denial where it stands: no policy that the role is granted outweighs it', steps)


def _exclude_regions(found: Denials) -> tuple[str, ...]:
    if not found.regions_denied:
        return ()
    regions = ', '.join(found.regions_denied)
    return (f'In Datadog, on the AWS integration page of this account under General, exclude these regions: {regions}',)


def _organization(facts: Facts, found: Denials) -> tuple[str, ...]:
    if Denier.ORGANIZATION not in found.by:
        return ()
    return (
        'Ask the administrators of the organization to except the integration role from the service control policy '
        '(a condition ArnNotLike on aws:PrincipalArn), as the button Resolve All AWS Permissions Issues cannot',
        'See which policies those may be, with the credentials of the management account or of a delegated '
        'administrator: aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY '
        f'--target-id {owner(facts)}',
    )


def _boundary(facts: Facts, found: Denials) -> tuple[str, ...]:
    if Denier.BOUNDARY not in found.by:
        return ()
    role = facts.of_account.role
    arn = shown(getattr(role, 'boundary', None) or 'of the role', 200)
    return (f'Allow the denied actions in the permissions boundary as well: {arn}',)


def _own_policies(found: Denials) -> tuple[str, ...]:
    actions = sorted({result.action for result, by in found.denied if by is Denier.POLICY})
    if not actions:
        return ()
    return (
        'Look for the Deny in the policies of the role first, then in those that the simulator does not tell apart: '
        f'{_named(actions)}',
    )


INTEGRATION_PERMISSIONS_DENIED = Diagnosis(
    id='integration-permissions-denied',
    title="Something denies what Datadog's integration role needs",
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        "Asks IAM's simulator about one or two actions of each service that Datadog reads, and tells apart whether"
        " the organization's policies, the permissions boundary or an explicit Deny stands in the way."
    ),
    harm=(
        'More permissions do not repair this; when it is limited to some regions, Datadog reports errors there alone.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
