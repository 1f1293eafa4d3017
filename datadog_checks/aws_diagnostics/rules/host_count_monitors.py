"""What monitors of Datadog make of the counts of hosts that CloudWatch has of each zone.

A sum over zones that is too large is a fault only where it changes the result: not where none is told from some, as
twice nothing is nothing, and not in a quotient of two such sums.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..facts.account import BalancerKind, CountingQuery
from ..facts.account.load_balancers import CountUse
from ..facts.metrics import Monitor
from ..text import fits
from .load_balancing import HEALTHY, UNHEALTHY, HostCount, States
from .monitor_queries import Formula, Selection, degree, is_one_selection, monitor_formula, selections

NAMESPACES = {
    BalancerKind.CLASSIC: 'aws.elb',
    BalancerKind.APPLICATION: 'aws.applicationelb',
    BalancerKind.NETWORK: 'aws.networkelb',
    BalancerKind.GATEWAY: 'aws.gatewayelb',
}
"""As Datadog names the metrics of each kind."""
ZONE_TAGS = frozenset({'availability-zone', 'availability_zone'})
"""Datadog documents the first; whether there is the other one is not known, and without it no zones are told apart."""
NAME_TAGS = frozenset({'name', 'loadbalancername', 'loadbalancer', 'targetgroup'})
OWN_TAGS = NAME_TAGS | {'region'}
"""Of the counts of this check, beside the zone."""
AGGREGATORS = frozenset({'avg', 'max', 'min', 'sum'})
COUNTING = re.compile(
    r'(aws\.(?:elb|applicationelb|networkelb|gatewayelb)\.(?:un_)?healthy_host_count)(?:\.(?:average|maximum|minimum))?'
)
"""Not the deduped ones, and not SampleCount or Sum, which count reports of nodes:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"""
CHANGE, RELATIVE_CHANGE = 'change', 'pct_change'
ORDER: Mapping[str, Callable[[float, float], bool]] = {
    '<': operator.lt,
    '<=': operator.le,
    '>': operator.gt,
    '>=': operator.ge,
}


def counting_queries(monitor: Monitor) -> Iterator[CountingQuery]:
    """The parts of a monitor's query that read a host count of CloudWatch."""
    found = [each for each in selections(monitor.type, monitor.query) if _counts(each)]
    use = _use(monitor_formula(monitor.type, monitor.query)) if found else CountUse.OTHER
    for each in found:
        filters = tuple((key, value) for key, _, value in (text.partition(':') for text in each.scope))
        scope = filters or (('*', ''),)
        yield CountingQuery(monitor.id, monitor.name, each.aggregator, each.metric, scope, each.by, use)


def _counts(selection: Selection) -> bool:
    return selection.aggregator in AGGREGATORS and bool(COUNTING.fullmatch(selection.metric))


def _use(formula: Formula | None) -> CountUse:
    if formula is None:
        return CountUse.OTHER
    sums = [each for each in formula.selections if _counts(each) and each.aggregator == 'sum' and not _by_zone(each.by)]
    power = degree(formula, sums)
    alike = len({(each.metric.split('.')[1], frozenset(each.scope), frozenset(each.by)) for each in sums}) == 1
    if alike and (power == 0 or (power is not None and formula.function == RELATIVE_CHANGE)):
        return CountUse.QUOTIENT
    if not is_one_selection(formula):
        return CountUse.OTHER
    return CountUse.PRESENCE if _same_for_any_number(formula) else CountUse.NUMBER


def _same_for_any_number(formula: Formula) -> bool:
    """Whether the result is the same for one host as for all numbers above, and so only 0 differs from them."""
    holds = ORDER.get(formula.comparator)
    if holds is None:
        return formula.threshold == 0
    signs = (1, -1) if formula.function == CHANGE else (1,)
    return all(holds(sign, formula.threshold) == holds(sign * float('inf'), formula.threshold) for sign in signs)


def metric_of(query: CountingQuery) -> str:
    """Without the statistic."""
    found = COUNTING.fullmatch(query.metric)
    return found[1] if found else query.metric


def filters_of(query: CountingQuery) -> list[str]:
    """As the monitor has them."""
    return [f'{key}:{value}' if value else key for key, value in query.scope]


def states_of(query: CountingQuery) -> States:
    return UNHEALTHY if '.un_healthy' in query.metric else HEALTHY


def sums_zones(query: CountingQuery, count: HostCount, account_id: str = '') -> bool | None:
    """Whether it adds the series of the zones of this count; None where its filters do not tell.

    `account_id` is that of the load balancer, '' where it is not known.
    """
    of_this_kind = query.metric.startswith(f'{NAMESPACES[count.balancer.kind]}.')
    if query.aggregator != 'sum' or not of_this_kind or _by_zone(query.by):
        return False
    own = _tags(count, account_id)
    matches = [_matches(key, value, own) for key, value in query.scope]
    return False if False in matches else None if None in matches else True


def are_inflated_alike(query: CountingQuery, counts: Iterable[HostCount], account_id: str = '') -> bool:
    """Whether all that a quotient of sums adds up in one group is as many times too large."""
    factors: dict[tuple[str | None, ...], set[float | None]] = {}
    for count in counts:
        if count.is_counted and sums_zones(query, count, account_id) is not False:
            own = _tags(count, account_id)
            # Targets that belong to no zone are in all zones, and others are not.
            factor = count.inflation if count.group.cross_zone is True or count.inflation == 1.0 else None
            factors.setdefault(tuple(own.get(key) for key in query.by), set()).add(factor)
    return all(len(found) == 1 and None not in found for found in factors.values())


def is_of_one_count(query: CountingQuery, kind: BalancerKind) -> bool:
    """Whether each of its groups has only one target group, or one Classic Load Balancer."""
    told_by = {'loadbalancername', 'name'} if kind is BalancerKind.CLASSIC else {'targetgroup'}
    return bool(told_by & {*query.by, *_named_in(query)})


def names_some(query: CountingQuery) -> bool:
    """Whether it is of what somebody named, not of all that there is."""
    return bool(NAME_TAGS & set(_named_in(query)))


def _named_in(query: CountingQuery) -> list[str]:
    return [key for key, value in query.scope if not set(value) & {'*', '?'}]


def _by_zone(by: Iterable[str]) -> bool:
    return bool(ZONE_TAGS.intersection(by))


def _tags(count: HostCount, account_id: str) -> Mapping[str, str | None]:
    """None where it is not known."""
    return {
        'name': count.balancer.name,
        'loadbalancername': count.balancer.name,
        'loadbalancer': count.balancer.dimension,
        'targetgroup': count.group.name or '',
        'region': count.balancer.region,
        'aws_account': account_id or None,
    }


def _matches(key: str, value: str, own: Mapping[str, str | None]) -> bool | None:
    """Datadog keeps the values of tags in lower case."""
    if key == '*':
        return True
    if key in ZONE_TAGS:
        return False
    known = own.get(key)
    return None if known is None or ' ' in value else fits(known.lower(), value.lower())
