"""How the host list is judged: what Datadog may still settle is no fault, and a part of the list proves nothing."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Inventory
from ...findings import Passed, Unknown
from ...text import ago, clean, counted, duration, listed

LONGEST_NAME = 60


def inventory_of(facts: Facts) -> Inventory:
    """Raises MissingFact."""
    return observed(facts.of_account.inventory)


def lasts(facts: Facts, expected: Expectations, since: float) -> bool:
    return max(0.0, facts.observed_at - since) >= expected.of_account.hosts_settle_after


def at_least(inventory: Inventory) -> str:
    return '' if inventory.complete else 'at least '


def nothing_lasting(facts: Facts, expected: Expectations, right: str, young: str) -> Passed | Unknown:
    """`young`: what is there and may still settle; '' where nothing is. Only a whole list proves that nothing is."""
    inventory, patience = inventory_of(facts), patience_of(expected)
    if not inventory.complete:
        looked_at = f'only {inventory.looked_at} of {counted(inventory.total, "host")} in Datadog could be looked at'
        return Unknown(f'{looked_at}: {clean(inventory.note, 120)}')
    if young and not lasts(facts, expected, inventory.watched_since):
        since = ago(facts.observed_at - inventory.watched_since)
        return Unknown(f'{young}; the host list was first read {since}, and Datadog can take {patience} to update it')
    return Passed(
        f'{right} among {counted(inventory.looked_at, "host")}{f"; {young}, for less than {patience}" if young else ""}'
    )


def patience_of(expected: Expectations) -> str:
    """Like '6 hours'."""
    return duration(expected.of_account.hosts_settle_after)


def named(names: Sequence[str]) -> str:
    return listed(names[:3], longest=LONGEST_NAME)
