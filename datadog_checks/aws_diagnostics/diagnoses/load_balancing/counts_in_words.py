"""What is said of host counts: what a sum over zones shows, and what was not seen."""

from collections.abc import Iterable, Sequence

from ...facts import Unobserved
from ...facts.account import BalancerKind, CountingQuery, LoadBalancers, TargetType
from ...facts.account.load_balancers import CountUse
from ...rules.host_count_monitors import are_inflated_alike, filters_of, states_of, sums_zones
from ...rules.load_balancing import HEALTHY, MOST_SERIES, UNHEALTHY, HostCount, States, within_bounds
from ...text import clean, counted, listed, quoted

LONGEST_NAME, LONGEST_MONITOR, LONGEST_REASON = 56, 40, 180
"""Characters."""

Sum = tuple[CountingQuery, HostCount]
"""What a monitor adds up."""


def is_inflated(count: HostCount) -> bool:
    return (count.inflation or 1.0) > 1.0


def summing(sums: Sequence[Sum]) -> str:
    (query, count), *_ = sums
    monitors = len({query.monitor for query, _ in sums})
    others = f' ({counted(monitors - 1, "more monitor")} of this kind)' if monitors > 1 else ''
    return (
        f'monitor {query.monitor} {quoted(query.name, LONGEST_MONITOR)}{others} sums {query.metric} over the zones of '
        f'{clean(count.dimension, LONGEST_NAME)}, which {_shows(count, states_of(query))}'
    )


def _shows(count: HostCount, states: States) -> str:
    true, why = count.total(states), _why(count)
    if not true:
        now = f'now {true} {_word(states)}, {count.total(HEALTHY)} {_word(HEALTHY)}'
        return f'counts each target {count.inflation:g} times ({now}), {why}'
    by_zone = listed((f'{targets} in {zone}' for zone, targets in count.by_zone(states).items()), at_most=4)
    verb = 'is' if true == 1 else 'are'
    return f'shows {count.summed(states)} where {true} {verb} {_word(states)} ({by_zone}), {why}'


def _word(states: States) -> str:
    return 'healthy' if states == HEALTHY else 'unhealthy'


def _why(count: HostCount) -> str:
    """No more than AWS documents."""
    if count.group.cross_zone is not True:
        return 'if each zone counts the targets that belong to none'
    if count.balancer.kind is BalancerKind.CLASSIC:
        return 'as with cross-zone load balancing each zone counts all'
    return 'if each zone counts all, as AWS documents for Classic Load Balancers with cross-zone load balancing'


def would_show(inflated: Sequence[HostCount]) -> str:
    """Of the first one; '' where there is none."""
    if not inflated:
        return ''
    first, *others = inflated
    more = f' (and {len(others)} more like it)' if others else ''
    states = HEALTHY if first.total(HEALTHY) else UNHEALTHY
    return f'a sum over the zones of {clean(first.dimension, LONGEST_NAME)}{more} {_shows(first, states)}'


def unseen_of(found: LoadBalancers, counts: Sequence[HostCount]) -> str:
    """Why not all of the chosen ones could be judged; '' where all were."""
    groups = [g for b in found.balancers if not isinstance(b.groups, Unobserved) for g in b.groups]
    parts: list[object] = [*(b.groups for b in found.balancers), *(g.counts for g in groups)]
    parts += [count.group.cross_zone for count in counts if count.is_counted and count.balancer.zones]
    reasons = list(dict.fromkeys(part.reason for part in (*found.gaps, *parts) if isinstance(part, Unobserved)))
    if reasons:
        more = f', and {counted(len(reasons) - 1, "more reason")}' if len(reasons) > 1 else ''
        return f'{clean(reasons[0], LONGEST_REASON)}{more}'
    return '' if found.balancers else f'no load balancer of {listed(found.regions)} matches account.load_balancers'


def monitors_unseen(found: LoadBalancers, counts: Sequence[HostCount], account_id: str) -> str:
    """Why it is not known whether a monitor makes a sum that is too large, and suffers from it; '' where it is."""
    if isinstance(found.queries, Unobserved):
        return f'whether a monitor sums zones is not known: {found.queries.reason}'
    for query in found.queries:
        sums = [sums_zones(query, count, account_id) for count in counts if is_inflated(count)]
        scope = clean(', '.join(filters_of(query)), 60)
        if query.use is CountUse.NUMBER and None in sums:
            return f'monitor {query.monitor} sums the zones of {scope}; whether these are among them is not known'
        alike = query.use is CountUse.QUOTIENT and are_inflated_alike(query, counts, account_id)
        if query.use in (CountUse.QUOTIENT, CountUse.OTHER) and not alike and sums.count(False) < len(sums):
            calculates = f'monitor {query.monitor} calculates with a sum over the zones of {scope}'
            return f'{calculates}; whether that is wrong is not known'
    return '' if found.every_monitor else 'not all monitors could be read'


def no_monitor(found: LoadBalancers, counts: Sequence[HostCount], account_id: str) -> str:
    """That it makes the sum, or that it suffers from it."""
    queries = () if isinstance(found.queries, Unobserved) else found.queries
    made = any(sums_zones(query, count, account_id) for query in queries for count in counts if is_inflated(count))
    return f'no monitor makes this sum{" where it would change the result" if made else ""}'


def every_target_once(counts: Sequence[HostCount]) -> str:
    empty = [count for count in counts if not count.group.counts]
    unchecked = [count for count in counts if count.group.counts and not count.is_counted]
    said = f'a sum over the zones counts each target of {counted(len(counts), "target group")} once'
    if empty:
        said += f'; without targets, and so without host counts in CloudWatch: {_named(empty)}'
    if unchecked:
        alb = all(count.group.target_type is TargetType.ALB for count in unchecked)
        why = 'which CloudWatch leaves out as targets of a Network Load Balancer' if alb else 'not all health-checked'
        said += f'; without host counts in CloudWatch: {_named(unchecked)}, {why}'
    return said


def _named(counts: Iterable[HostCount]) -> str:
    return listed((count.dimension for count in counts), at_most=2, longest=LONGEST_NAME)


def fail_open(counts: Iterable[HostCount]) -> str:
    open_ = list({count.dimension: count for count in counts if count.fails_open}.values())
    return f'; {_named(open_)}: no target is healthy, so requests go to all (fail open)' if open_ else ''


def not_sent(counts: Sequence[HostCount]) -> str:
    left = len(counts) - len(within_bounds(counts))
    return f'; metrics of {counted(left, "target group")} are not sent: {MOST_SERIES} series at most' if left else ''
