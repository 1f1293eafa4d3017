"""A monitor adds up the host counts of zones that each count every target.

Cross-zone load balancing is right, and every Application Load Balancer has it, so it is no fault that a sum would be
too large: it is one that somebody makes the sum. Only a monitor is evidence of that, and changing it ends the finding.
Without the monitors the verdict is Unknown and names the numbers. Dashboards are not looked at.
"""

from collections.abc import Iterable, Iterator

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import BalancerKind, Feature, LoadBalancers
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, yaml
from ...rules.load_balancing import HostCount, host_counts, sums_zones
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
    not_sent,
    summing,
    unseen_of,
    would_show,
)

ID = 'elb-cross-zone-counts-inflated'
DEDUPED = frozenset({BalancerKind.CLASSIC, BalancerKind.APPLICATION})
"""The kinds for which Datadog has `_deduped` metrics: https://docs.datadoghq.com/integrations/amazon-elb/"""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if facts.of_account.load_balancers is None:
        return NotApplicable('no load balancer is chosen (account.load_balancers)')
    found = observed(facts.of_account.load_balancers)
    counts = host_counts(found.balancers)
    sums = list(_sums(found, counts, _account_id(facts)))
    if sums:
        return Failed(f'{summing(sums)}{fail_open(count for _, count in sums)}')
    inflated = [count for count in counts if is_inflated(count)]
    unseen = unseen_of(found, counts) or (monitors_unseen(found, inflated, _account_id(facts)) if inflated else '')
    would = would_show(inflated)
    if unseen:
        return Unknown(f'{clean(unseen, LONGEST_REASON)}{f"; {would}" if would else ""}{fail_open(counts)}')
    right = f'{would}; no monitor makes this sum' if would else every_target_once(counts)
    return Passed(f'{right}{fail_open(counts)}{not_sent(counts)}')


def _account_id(facts: Facts) -> str:
    caller = facts.of_account.caller
    return '' if isinstance(caller, Unobserved) else caller.account_id


def _sums(found: LoadBalancers, counts: Iterable[HostCount], account_id: str) -> Iterator[Sum]:
    """Each part of a monitor's query that adds up zones, with the first count that this makes too large."""
    inflated = [count for count in counts if is_inflated(count)]
    for query in () if isinstance(found.queries, Unobserved) else found.queries:
        for count in inflated:
            if sums_zones(query, count, account_id):
                yield query, count
                break


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    found = facts.of_account.load_balancers
    counts = host_counts(found.balancers) if isinstance(found, LoadBalancers) else ()
    sums = list(_sums(found, counts, _account_id(facts))) if isinstance(found, LoadBalancers) else []
    query, count = sums[0] if sums else (None, None)
    monitor = f'monitor {query.monitor}' if query else 'the monitor'
    metric = query.metric.partition('_host_count')[0] + '_host_count' if query else 'aws.elb.healthy_host_count'
    scope = _scope(count) if count else 'loadbalancername:NAME'
    ours = 'unhealthy' if '.un_healthy' in metric else 'healthy'
    has_deduped = count is None or count.balancer.kind in DEDUPED
    return Remedy(
        f'Let {monitor} count each target once; leave cross-zone load balancing on',
        (
            *((_deduped(monitor, metric, scope),) if has_deduped else ()),
            Choice(
                f"In {monitor}, query this check's own count, which has each target in its own zone"
                f'{"" if has_deduped else "; Datadog has no deduped count for this kind of load balancer"}: '
                f'sum:aws_diagnostics.elb.{ours}_hosts{{{scope}}}',
                exposes='the monitor to counts that are as old as the last run of this check',
            ),
            *((_largest(monitor, metric, scope),) if count is None or count.group.cross_zone is True else ()),
            Choice(
                'If the sum is on purpose, tell this check in its conf.yaml',
                (yaml({'disabled_diagnoses': [ID]}),),
                undo=Step('Remove it from the list'),
            ),
        ),
        (Step('Run the check again', (own_command(expected, 'check'),)),),
    )


def _deduped(monitor: str, metric: str, scope: str) -> Choice:
    return Choice(
        f'In {monitor}, query the count that Datadog makes for this, by zone whatever cross-zone load balancing is set '
        f'to; its formula is not published: sum:{metric}_deduped{{{scope}}}'
    )


def _largest(monitor: str, metric: str, scope: str) -> Choice:
    return Choice(
        f'In {monitor}, take the largest zone instead of the sum, as each zone counts all: max:{metric}{{{scope}}}',
        exposes='the monitor to a wrong count once cross-zone load balancing is off',
    )


def _scope(count: HostCount) -> str:
    """As Datadog's AWS integration and this check tag it."""
    if count.balancer.kind is BalancerKind.CLASSIC:
        return f'loadbalancername:{count.balancer.name.lower()}'
    group = f',targetgroup:{count.group.name.lower()}' if count.group.name else ''
    return f'loadbalancer:{count.balancer.dimension.lower()}{group}'


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
        'it looks for a monitor in Datadog that makes this sum. Without such a monitor it passes, however large a sum '
        'would be: cross-zone load balancing is no fault, and every Application Load Balancer has it. Without the '
        'permission to read monitors it is UNKNOWN. Dashboards are not looked at.'
    ),
    harm=(
        'The monitor sees several times as many hosts as there are: with three zones, nine healthy hosts where three '
        'are left.'
    ),
    docs=guide('wrong-count-of-awselbhealthy_host_count'),
    judge=judge,
    remedy=remedy,
)
