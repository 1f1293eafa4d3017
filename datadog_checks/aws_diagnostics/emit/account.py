"""What the facts of an account become as telemetry. No series for a single instance: counts of bounded kinds. Pure."""

from collections.abc import Iterator

from ..facts import MissingFact
from ..facts.account import Account, Caller, Fleet, Inventory, Region, lingering
from .telemetry import Gauge

LARGEST_HOP_LIMIT = 64
"""What EC2 allows; anything else would be a series of its own for a damaged answer."""
STATES = frozenset({'optional', 'required', 'enabled', 'disabled'})


def account_gauges(account: Account) -> Iterator[Gauge]:
    """What the run cost, and the fleet as far as it was observed. A sweep under way is not a count yet."""
    yield Gauge('run.api_calls', float(account.api_calls))
    if isinstance(account.fleet, Fleet):
        for region in account.fleet.regions:
            if region.complete:
                yield from _region(region)
    if isinstance(account.inventory, Inventory) and account.inventory.complete:
        yield from _inventory(account, account.inventory)


def _inventory(account: Account, inventory: Inventory) -> Iterator[Gauge]:
    """What may still settle is counted, too."""
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
    yield Gauge('imds_fleet.misnamed', float(region.misnamed), (name,))


def _state(value: str) -> str:
    return value if value in STATES else 'other'
