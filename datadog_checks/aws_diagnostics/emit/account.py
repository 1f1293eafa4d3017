"""The facts of an account as metrics: counts of bounded kinds, never a series for a single instance. Pure.

Only the load balancers that the operator chose have series of their own, 500 of one account at most.
"""

from collections.abc import Iterator

from ..facts import MissingFact
from ..facts.account import Account, BalancerKind, Caller, Fault, Fleet, Inventory, Lag, LoadBalancers, Region
from ..rules.lingering import lingering
from ..rules.load_balancing import HEALTHY, UNHEALTHY, HostCount, host_counts, within_bounds
from .telemetry import Gauge

LARGEST_HOP_LIMIT = 64
"""The largest that EC2 allows. Anything else is one series, so that damaged facts do not make many."""
STATES = frozenset({'optional', 'required', 'enabled', 'disabled'})


def account_gauges(account: Account) -> Iterator[Gauge]:
    """The calls of the run, and the fleet as far as it was observed; a region is counted once its sweep is complete."""
    yield Gauge('run.api_calls', float(account.api_calls))
    if isinstance(account.fleet, Fleet):
        for region in account.fleet.regions:
            if region.complete:
                yield from _region(region)
    if isinstance(account.inventory, Inventory) and account.inventory.complete:
        yield from _inventory(account, account.inventory)
    if isinstance(account.lag, Lag):
        yield from _lag(account.lag)

    if isinstance(account.load_balancers, LoadBalancers):
        for count in within_bounds(host_counts(account.load_balancers.balancers)):
            yield from _host_count(count)


def _lag(lag: Lag) -> Iterator[Gauge]:
    """Of this run, on each side. Of a metric that is watched for several resources, the oldest."""
    ages: dict[tuple[str, str], int] = {}
    for metric in lag.metrics:
        if metric.now is not None:
            for stage, age in (('cloudwatch', metric.now.cloudwatch), ('datadog', metric.now.datadog)):
                key = (stage, str(metric.watched.name.datadog))
                ages[key] = max(ages.get(key, 0), age)
    for (stage, name), age in ages.items():
        yield Gauge('cloudwatch.lag', float(age), (f'stage:{stage}', f'metric:{name}'))


def _inventory(account: Account, inventory: Inventory) -> Iterator[Gauge]:
    """What Datadog may still settle counts too."""
    yield Gauge('inventory.hosts_duplicated', float(len(inventory.duplicated)))
    if not isinstance(account.caller, Caller):
        return
    try:
        found = lingering(inventory, account.caller.account_id)
    except MissingFact:
        return
    yield Gauge('inventory.hosts_with_lingering_tags', float(sum(each.tagged.hosts for each in found)))


def _region(region: Region) -> Iterator[Gauge]:
    name = f'region:{region.name}'
    if not isinstance(region.counts, tuple):
        return
    for count in region.counts:
        tags = (
            name,
            f'http_tokens:{_state(count.http_tokens)}',
            f'hop_limit:{count.hop_limit if 1 <= count.hop_limit <= LARGEST_HOP_LIMIT else "other"}',
            f'endpoint:{_state(count.endpoint)}',
        )
        yield Gauge('imds_fleet.instances', float(count.instances), tags)
    yield Gauge('imds_fleet.misnamed', float(region.instances(Fault.MISNAMED)), (name,))


def _state(value: str) -> str:
    return value if value in STATES else 'other'


def _host_count(count: HostCount) -> Iterator[Gauge]:
    """Each target once, in its own zone; and what a sum over CloudWatch's series of the zones shows, where known."""
    tags = _tags(count)
    for name, states in (('healthy', HEALTHY), ('unhealthy', UNHEALTHY)):
        for zone, targets in count.by_zone(states).items():
            yield Gauge(f'elb.{name}_hosts', float(targets), (*tags, f'availability-zone:{zone}'))
        summed = count.summed(states)
        if summed is not None:
            yield Gauge(f'elb.{name}_hosts_summed', float(summed), tags)
    if count.inflation is not None:
        yield Gauge('elb.inflation', count.inflation, tags)


def _tags(count: HostCount) -> tuple[str, ...]:
    """As Datadog's AWS integration tags its metrics of load balancers, so that both can be compared."""
    common = f'region:{count.balancer.region}', f'name:{count.balancer.name}'
    if count.balancer.kind is BalancerKind.CLASSIC:
        return *common, f'loadbalancername:{count.balancer.name}', 'method:describe_instance_health'
    group = (f'targetgroup:{count.group.name}',) if count.group.name else ()
    return *common, f'loadbalancer:{count.balancer.dimension}', *group, 'method:describe_target_health'
