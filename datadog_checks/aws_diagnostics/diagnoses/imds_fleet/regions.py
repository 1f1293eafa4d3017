"""How regions are judged: one that is wrong fails; only when all were seen can it pass."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ...expectations import Expectations, ImdsV1
from ...facts import Facts, Unobserved, observed
from ...facts.account import Fault, Fleet, Region, WrongInstance
from ...facts.values import RegionName
from ...findings import Failed, Passed, Unknown, Verdict
from ...text import clean, counted, listed

MOST_REASONS = 2
LONGEST_REASON = 120
MOST_CLAUSES = 3
LONGEST_CLAUSE, LONGEST_ENTRY = 110, 70
"""Characters of one of several clauses, and of one entry of a list."""


def fleet_of(facts: Facts) -> Fleet:
    """Raises MissingFact."""
    return observed(facts.of_account.fleet)


def regions_of(facts: Facts) -> tuple[Region, ...]:
    """Raises MissingFact."""
    return fleet_of(facts).regions


def worst(facts: Facts, fault: Fault) -> tuple[WrongInstance, ...]:
    """A few instances of all regions with this fault; none where the fleet could not be looked at."""
    fleet = facts.of_account.fleet
    regions = () if isinstance(fleet, Unobserved) else fleet.regions
    return tuple(instance for region in regions for instance in region.worst if instance.fault is fault)


def imdsv1_may_be_on(expected: Expectations) -> bool:
    return expected.imdsv1 is not ImdsV1.DISABLED


def judged_by_instances(facts: Facts, fault: Fault, what: str, example: Callable[[WrongInstance], str]) -> Verdict:
    """`what` follows the number of running instances: 'that allow IMDSv1'."""
    fleet = fleet_of(facts)
    wrong = {region.name: region.instances(fault) for region in fleet.regions}
    total, unseen = sum(wrong.values()), not_swept(fleet)
    if total:
        some = listed(map(example, worst(facts, fault)[:3]), longest=LONGEST_ENTRY)
        least = 'at least ' if unseen else ''
        return Failed(f'{least}{instances(total)} {what}: {per_region(wrong)}{"; for example " if some else ""}{some}')
    return Unknown(incomplete(unseen)) if unseen else passed(fleet.regions, f'{instances(0)} {what}')


def judged(fleet: Fleet, faults: str, unseen: Sequence[str], right: str) -> Verdict:
    """`faults`: what is wrong, '' where nothing is; `unseen`: why some regions could not be looked at."""
    if faults:
        return Failed(faults)
    return Unknown(incomplete(unseen)) if unseen else passed(fleet.regions, right)


def passed(regions: Sequence[Region], right: str) -> Passed:
    return Passed(f'{right} in {counted(len(regions), "region")}')


def not_swept(fleet: Fleet) -> list[str]:
    """Why the instances of some regions are not all known, one reason for each."""
    return [region.note or f'{region.name} is not swept yet' for region in fleet.regions if not region.complete]


def unobserved_in(regions: Iterable[Region], group: Callable[[Region], object]) -> list[str]:
    return [value.reason for region in regions if isinstance(value := group(region), Unobserved)]


def incomplete(reasons: Sequence[str]) -> str:
    """Like '3 regions could not be fully scanned: AWS throttles ec2:DescribeInstances in eu-west-1; ...'."""
    kinds = [clean(reason, LONGEST_REASON) for reason in dict.fromkeys(reasons)]
    more = '; ...' if len(kinds) > MOST_REASONS else ''
    return f'{counted(len(reasons), "region")} could not be fully scanned: {"; ".join(kinds[:MOST_REASONS])}{more}'


def per_region(counts: Mapping[RegionName, int]) -> str:
    """Like '40 in us-east-1, 2 in eu-west-1', the most first."""
    ordered = sorted(((n, name) for name, n in counts.items() if n), key=lambda item: (-item[0], item[1]))
    return listed(f'{n} in {name}' for n, name in ordered)


def clauses(items: Sequence[str]) -> str:
    """Clauses that may hold commas, the first three of them."""
    some = '; '.join(clean(item, LONGEST_CLAUSE) for item in items[:MOST_CLAUSES])
    return f'{some}; and {len(items) - MOST_CLAUSES} more' if len(items) > MOST_CLAUSES else some


def instances(count: int) -> str:
    """Like '1 running instance', 'no running instances'."""
    return counted(count, 'running instance') if count else 'no running instances'
