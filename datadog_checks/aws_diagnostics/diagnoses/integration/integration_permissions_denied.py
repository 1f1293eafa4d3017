"""Something denies what the role needs, whatever its policies grant."""

from collections.abc import Iterator, Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Feature, Integration, Simulation
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, shell
from ...text import LONGEST_REASON, counted, listed, one_line
from ..account_remedies import account_word, run_again
from ..cloudwatch.exclusions import Change, as_list, ways_to_change
from ..links import guide
from .denials import Denials, Denier, denials
from .permissions_boundary_present import allow_in_the_boundary, boundary_of, make_it_the_default
from .role import staleness_of_permissions, without_role

MOST_NAMED = 3
MOST_REGIONS = 12
"""Named in one sentence; a command has them all."""
HAVE_GLOBAL_SERVICES = frozenset({'us-east-1', 'us-gov-west-1'})
"""Where CloudWatch has the metrics of AWS's global services, and nowhere else."""
VERBS = {Denier.ORGANIZATION: 'may deny', Denier.BOUNDARY: 'denies', Denier.POLICY: 'refuses'}
LONGEST_ACTION = 40
NOT_EVALUATED = 'it does not evaluate resource control, session and VPC endpoint policies'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    simulation, stale = observed(facts.of_account.simulation), staleness_of_permissions(facts)
    found = denials(simulation.results, facts.of_account.integration)
    if found.denied:
        evidence = f"IAM's simulator: {_who_denies(found)}{_regions(found)}"
        return Failed(f'{evidence}{_not_asked(simulation, found)}{stale}', _severity(found), _headline(found))
    if not simulation.results:
        return Unknown("IAM's simulator was asked about no action")
    if not found.counted:
        return NotApplicable('no action was simulated in a region that Datadog collects')
    return _not_denied(simulation, found, stale)


def _headline(found: Denials) -> str:
    """'' where no whole region is denied."""
    denied, asked = len(found.regions_denied), len(found.regions_asked)
    return f'The organization denies {denied} of {counted(asked, "region")} that Datadog collects' if denied else ''


def _not_denied(simulation: Simulation, found: Denials, stale: str) -> Verdict:
    evidence = f"IAM's simulator: no denial in {_results(found)}"
    left = _not_asked(simulation, found)
    if left:
        return Unknown(f'{evidence} so far{left}{stale}')
    missing = f' ({found.not_granted} not granted either)' if found.not_granted else ''
    return Passed(f'{evidence}{missing}; {NOT_EVALUATED}{stale}')


def _results(found: Denials) -> str:
    """Like '260 results in 8 regions'."""
    where = found.regions_asked
    place = f' in {where[0] if len(where) == 1 else counted(len(where), "region")}' if where else ''
    return f'{counted(found.counted, "result")}{place}'


def _not_asked(simulation: Simulation, found: Denials) -> str:
    """Which of the regions that Datadog collects nobody asked about, as a clause; '' where that is none."""
    if isinstance(simulation.regions, Unobserved):
        return f'; not known for other regions: {one_line(simulation.regions.reason, LONGEST_REASON)}'
    left = [region for region in simulation.regions if region not in found.regions_asked]
    if left:
        return f'; not asked yet in {len(left)} of {counted(len(simulation.regions), "region")} ({listed(left)})'
    return '' if simulation.complete else '; the simulation ended early, so there may be more'


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
    return f'; mostly in {listed(found.regions_denied)}, not in the other regions'


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
        exclude, ask_them = _exclude_regions(found.regions_denied, facts, expected), _ask(facts)
        of_global_services = not HAVE_GLOBAL_SERVICES.isdisjoint(found.regions_denied)
        return Remedy(summary, (ask_them, *exclude) if of_global_services else (*exclude, ask_them), then)
    ask = (_ask(facts),) if not found.by or Denier.ORGANIZATION in found.by else ()
    return Remedy('Remove the denial; no policy that grants the actions overrides it', ask, then)


def _exclude_regions(denied: Sequence[str], facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """Datadog then collects nothing from them, which it could not before."""
    record, simulation = facts.of_account.integration, facts.of_account.simulation
    collected = simulation.regions if isinstance(simulation, Simulation) else ()
    known = () if isinstance(collected, Unobserved) else collected
    rest = [region for region in known if region not in denied]
    names = listed(denied, at_most=MOST_REGIONS)
    includes_all = isinstance(record, Integration) and record.regions is None
    has_others = isinstance(record, Integration) and record.other_regions > 0
    change = Change(
        page=f'General, Regions, and deselect those that are denied ({names})',
        group='aws_regions',
        jq=f'.aws_regions = {{include_only: {as_list(rest)}}}' if rest and not has_others else '',
        terraform=f'aws_regions {{\n  include_only = {as_list(rest)}\n}}' if rest and not has_others else '',
        exposes=' and '.join(_costs(denied, includes_all)),
    )
    return ways_to_change(facts, expected, change)


def _costs(denied: Sequence[str], includes_all: bool) -> Iterator[str]:
    if includes_all:
        yield 'a region that AWS opens later is not collected before you select it'
    for region in sorted(HAVE_GLOBAL_SERVICES.intersection(denied)):
        yield f'metrics of global services, such as CloudFront and Route 53, which only {region} has, stay lost'


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
        "Asks IAM's simulator about one or two actions of each service that Datadog reads, and about 25 of them in "
        'every other region that Datadog collects: whether a policy of the organization, the permissions boundary or '
        'an explicit Deny denies them. UNKNOWN until all these regions were asked.'
    ),
    harm=(
        'Granting more permissions does not help. When only some regions are denied, Datadog reports errors only for '
        'those.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
