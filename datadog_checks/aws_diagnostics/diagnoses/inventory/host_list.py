"""How a judgement of the host list is made: what may still settle is no fault, and a part of the list no proof."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Inventory
from ...findings import Passed, Unknown
from ..imds.evidence import ago, shown

LONGEST_NAME = 60
MOST_NAMED = 3
HOUR, MINUTE = 3600.0, 60.0


def inventory_of(facts: Facts) -> Inventory:
    """Raises MissingFact."""
    return observed(facts.of_account.inventory)


def lasts(facts: Facts, expected: Expectations, since: float) -> bool:
    return max(0.0, facts.observed_at - since) >= expected.of_account.hosts_settle_after


def at_least(inventory: Inventory) -> str:
    return '' if inventory.complete else 'at least '


def nothing_lasting(facts: Facts, expected: Expectations, right: str, young: str) -> Passed | Unknown:
    """`young`: what is there and may still settle; '' where nothing is. Only a whole list shows that there is none."""
    inventory, patience = inventory_of(facts), in_words(expected.of_account.hosts_settle_after)
    if not inventory.complete:
        return Unknown(f'{_of_the_list(inventory)} could be looked at: {inventory.note}')
    if young and not lasts(facts, expected, inventory.watched_since):
        since = ago(facts, inventory.watched_since)
        return Unknown(f'{young}; this is watched since {since}, and Datadog may need {patience} to settle it')
    return Passed(f'{right} among {hosts(inventory.looked_at)}{f"; {young}, not for {patience} yet" if young else ""}')


def _of_the_list(inventory: Inventory) -> str:
    return f'only {inventory.looked_at} of {inventory.total} hosts that Datadog lists'


def named(names: Sequence[str]) -> str:
    return ', '.join(shown(name, LONGEST_NAME) for name in names[:MOST_NAMED])


def hosts(count: int) -> str:
    return f'{count} host{"" if count == 1 else "s"}'


def in_words(seconds: float) -> str:
    """Like '6 hours'."""
    unit, length = ('hour', HOUR) if seconds >= HOUR else ('minute', MINUTE)
    count = seconds / length
    return f'{count:g} {unit}{"" if count == 1 else "s"}'
