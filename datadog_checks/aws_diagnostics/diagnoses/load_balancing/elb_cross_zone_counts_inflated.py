"""A monitor adds up the host counts of zones that each count every target.

Cross-zone load balancing is right, and every Application Load Balancer has it, so it is no fault that a sum would be
too large: it is one that somebody makes the sum. Only a monitor is evidence of that, and changing it ends the finding.
Without the monitors the verdict is Unknown and names the numbers. Dashboards are not looked at.

A fix keeps the filters and the groups of the monitor's own query: another scope would silently stop to watch the rest.
"""

from collections.abc import Iterable, Iterator

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import BalancerKind, CountingQuery, Feature, LoadBalancers
from ...facts.account.load_balancers import CountUse
from ...facts.values import DatadogMetric
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, yaml
from ...rules.host_count_monitors import (
    OWN_TAGS,
    filters_of,
    is_of_one_count,
    metric_of,
    names_some,
    states_of,
    sums_zones,
)
from ...rules.load_balancing import HEALTHY, HostCount, host_counts
from ...text import clean
from ..account_remedies import own_command
from ..links import guide
from .counts_in_words import (
    LONGEST_REASON,
    Sum,
    every_target_once,
    fail_open,
    is_inflated,
    monitors_unseen,
    no_monitor,
    not_sent,
    summing,
    unseen_of,
    would_show,
)

ID = 'elb-cross-zone-counts-inflated'
DEDUPED = frozenset({BalancerKind.CLASSIC, BalancerKind.APPLICATION})
"""The kinds for which Datadog has `_deduped` metrics: https://docs.datadoghq.com/integrations/amazon-elb/"""
ANY = CountingQuery(0, '', 'sum', DatadogMetric('aws.elb.healthy_host_count'), (('loadbalancername', 'NAME'),), ())
"""An example where no monitor is known."""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if facts.of_account.load_balancers is None:
        return NotApplicable('no load balancer is chosen (account.load_balancers)')
    found = observed(facts.of_account.load_balancers)
    counts, account_id = host_counts(found.balancers), _account_id(facts)
    sums = list(_sums(found, counts, account_id))
    if sums:
        return Failed(f'{summing(sums)}{fail_open(count for _, count in sums)}')
    inflated = [count for count in counts if is_inflated(count)]
    unseen = unseen_of(found, counts) or (monitors_unseen(found, counts, account_id) if inflated else '')
    would = would_show(inflated)
    if unseen:
        return Unknown(f'{clean(unseen, LONGEST_REASON)}{f"; {would}" if would else ""}{fail_open(counts)}')
    right = f'{would}; {no_monitor(found, counts, account_id)}' if would else every_target_once(counts)
    return Passed(f'{right}{fail_open(counts)}{not_sent(counts)}')


def _account_id(facts: Facts) -> str:
    caller = facts.of_account.caller
    return '' if isinstance(caller, Unobserved) else caller.account_id


def _sums(found: LoadBalancers, counts: Iterable[HostCount], account_id: str) -> Iterator[Sum]:
    """Each query that compares a sum over zones with a number, with the first count that this makes too large."""
    inflated = [count for count in counts if is_inflated(count)]
    for query in () if isinstance(found.queries, Unobserved) else found.queries:
        for count in inflated:
            if query.use is CountUse.NUMBER and sums_zones(query, count, account_id):
                yield query, count
                break


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    found = facts.of_account.load_balancers
    counts = host_counts(found.balancers) if isinstance(found, LoadBalancers) else ()
    sums = list(_sums(found, counts, _account_id(facts))) if isinstance(found, LoadBalancers) else []
    query, count = sums[0] if sums else (ANY, None)
    kind = count.balancer.kind if count else BalancerKind.CLASSIC
    monitor = f'monitor {query.monitor}' if query.monitor else 'the monitor'
    return Remedy(
        f'Let {monitor} count each target once; leave cross-zone load balancing on',
        (
            *((_deduped(monitor, query),) if kind in DEDUPED else ()),
            _ours(monitor, query, kind),
            *((_largest(monitor, query, kind),) if count is None or count.group.cross_zone is True else ()),
            Choice(
                'If the sum is on purpose, tell this check in its conf.yaml',
                (yaml({'disabled_diagnoses': [ID]}),),
                undo=Step('Remove it from the list'),
            ),
        ),
        (Step('Run the check again', (own_command(expected, 'check'),)),),
    )


def _selection(aggregator: str, metric: str, query: CountingQuery) -> str:
    """With the filters and the groups of the monitor."""
    by = f' by {{{",".join(query.by)}}}' if query.by else ''
    return f'{aggregator}:{metric}{{{",".join(filters_of(query))}}}{by}'


def _deduped(monitor: str, query: CountingQuery) -> Choice:
    return Choice(
        f'In {monitor}, query the count that Datadog makes for this, by zone whatever cross-zone load balancing is set '
        f'to; its formula is not published: {_selection("sum", f"{metric_of(query)}_deduped", query)}',
        exposes='the monitor to no data, should this count lack a tag of the query: look at its graph first',
    )


def _ours(monitor: str, query: CountingQuery, kind: BalancerKind) -> Choice:
    """In words where the query is of more than what this check counts, or has a tag that it does not send."""
    metric = f'aws_diagnostics.elb.{"healthy" if states_of(query) == HEALTHY else "unhealthy"}_hosts'
    has_tags = OWN_TAGS.issuperset([*query.by, *(key for key, _ in query.scope)])
    in_words = f'{metric}, by the tags that it has, once account.load_balancers chooses all that the monitor is for'
    deduped = '' if kind in DEDUPED else '; Datadog has no deduped count for this kind of load balancer'
    return Choice(
        f"In {monitor}, query this check's own count, which has each target in its own zone{deduped}: "
        f'{_selection("sum", metric, query) if has_tags and names_some(query) else in_words}',
        exposes='the monitor to counts that are as old as the last run of this check, and to none of load balancers '
        'that account.load_balancers does not choose',
    )


def _largest(monitor: str, query: CountingQuery, kind: BalancerKind) -> Choice:
    """In words where the largest would be one of several load balancers or target groups."""
    each = 'load balancer' if kind is BalancerKind.CLASSIC else 'target group'
    of = '' if is_of_one_count(query, kind) else f' of each {each}'
    new = f'with max, by {"loadbalancername" if kind is BalancerKind.CLASSIC else "targetgroup"}, and a threshold for '
    how = f'{new}each {each}' if of else _selection('max', query.metric, query)
    return Choice(
        f'In {monitor}, take the largest zone{of} instead of the sum, as each zone counts all: {how}',
        exposes='the monitor to a wrong count once cross-zone load balancing is off',
    )


ELB_CROSS_ZONE_COUNTS_INFLATED = Diagnosis(
    id=ID,
    title='A monitor counts the targets of a load balancer once for each zone',
    scope=Scope.ACCOUNT,
    feature=Feature.LOAD_BALANCERS,
    service_check='load_balancers',
    severity=Status.WARNING,
    tests=(
        'Counts the targets of the chosen load balancers (account.load_balancers) once each, by zone, beside '
        "what a sum over the zones of CloudWatch's HealthyHostCount or UnHealthyHostCount shows. Where the two differ, "
        'it looks for a monitor in Datadog that makes this sum and compares it with a number of hosts. Without such a '
        'monitor it passes, however large a sum would be: cross-zone load balancing is no fault, and every Application '
        'Load Balancer has it. It passes, too, where a monitor only tells none from some, as twice none is none, or '
        'looks at a share, of which both sums are as many times too large. It is UNKNOWN where a monitor calculates '
        'with the sum in another way, and without the permission to read monitors. Dashboards are not looked at.'
    ),
    harm=(
        'The monitor sees several times as many hosts as there are: with three zones, nine healthy hosts where three '
        'are left.'
    ),
    docs=guide('wrong-count-of-awselbhealthy_host_count'),
    judge=judge,
    remedy=remedy,
)
