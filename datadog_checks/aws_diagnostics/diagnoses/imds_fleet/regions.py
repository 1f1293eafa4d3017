"""How a judgement of several regions is made: one that is wrong fails; only when all were seen can it pass."""

from collections.abc import Callable, Iterable, Sequence

from ...facts import Facts, Unobserved, observed
from ...facts.account import Region
from ...findings import Failed, Passed, Unknown, Verdict

MOST_NAMED = 3
"""Regions, instances or templates that an evidence sentence names."""
MOST_REASONS = 2
LONGEST_REASON = 120


def regions_of(facts: Facts) -> tuple[Region, ...]:
    """Raises MissingFact."""
    return observed(facts.of_account.fleet).regions


def counted(
    regions: Sequence[Region], count: Callable[[Region], int], what: Callable[[int], str], examples: Iterable[str]
) -> Verdict:
    """Of the instances of all regions; `what` says of a number of instances what is wrong with them."""
    wrong = {region.name: count(region) for region in regions}
    total, unseen = sum(wrong.values()), not_swept(regions)
    if total:
        some = listed(list(examples)[:MOST_NAMED], ', ')
        least = 'at least ' if unseen else ''
        return Failed(f'{least}{what(total)}: {per_region(wrong)}{"; for example " if some else ""}{some}')
    return Unknown(incomplete(unseen)) if unseen else passed(regions, what(0))


def judged(regions: Sequence[Region], faults: Sequence[str], unseen: Sequence[str], right: str) -> Verdict:
    """`faults`: a clause for each; `unseen`: why some could not be looked at."""
    if faults:
        return Failed(listed(faults))
    return Unknown(incomplete(unseen)) if unseen else passed(regions, right)


def passed(regions: Sequence[Region], right: str) -> Passed:
    return Passed(f'{right} in {len(regions)} region{plural(len(regions))}')


def not_swept(regions: Iterable[Region]) -> list[str]:
    """Why the instances of some regions are not all known, one reason for each."""
    return [region.note or f'{region.name} is not swept yet' for region in regions if not region.complete]


def unobserved_in(regions: Iterable[Region], group: Callable[[Region], object]) -> list[str]:
    return [value.reason for region in regions if isinstance(value := group(region), Unobserved)]


def incomplete(reasons: Sequence[str]) -> str:
    """Like '3 regions could not be looked at as a whole: AWS throttles ec2:DescribeInstances in eu-west-1; ...'."""
    kinds = [reason[:LONGEST_REASON] for reason in dict.fromkeys(reasons)]
    more = '; ...' if len(kinds) > MOST_REASONS else ''
    count = f'{len(reasons)} region{plural(len(reasons))}'
    return f'{count} could not be looked at as a whole: {"; ".join(kinds[:MOST_REASONS])}{more}'


def per_region(counts: dict[str, int]) -> str:
    """Like '40 in us-east-1, 2 in eu-west-1', the most first."""
    ordered = sorted(((n, name) for name, n in counts.items() if n), key=lambda item: (-item[0], item[1]))
    return listed([f'{n} in {name}' for n, name in ordered], ', ')


def listed(items: Sequence[str], separator: str = '; ') -> str:
    more = f'{separator}and {len(items) - MOST_NAMED} more' if len(items) > MOST_NAMED else ''
    return f'{separator.join(items[:MOST_NAMED])}{more}'


def instances(count: int) -> str:
    """Like '1 running instance', 'no running instance'."""
    return f'{count or "no"} running instance{plural(max(count, 1))}'


def plural(count: int) -> str:
    return '' if count == 1 else 's'
