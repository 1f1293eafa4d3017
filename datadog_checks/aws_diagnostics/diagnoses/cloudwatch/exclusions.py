"""How exclusions are judged: something that is active and excluded fails; only when all were seen can it pass."""

import re
from collections.abc import Callable, Iterable, Sequence

from ...facts import Facts, Unobserved, observed
from ...facts.account import Integration, RecentlyActive
from ...findings import Failed, NotApplicable, Passed, Unknown, Verdict
from ..imds.evidence import shown

MOST_NAMED = 3
"""Regions or namespaces that an evidence sentence names."""
LONGEST_REASON = 120
LONGEST_NAME = 128
FOREIGN = re.compile(r'[^\w.#:/-]', re.ASCII)
ON_PURPOSE = 'If it is left out on purpose, say so to this check in its conf.yaml: disabled_diagnoses: [{id}]'
PAGE = 'In Datadog, on the AWS integration page, choose the account'
API = 'Or by the API (PATCH /api/v2/integration/aws/accounts/ID)'
TERRAFORM = 'Or in Terraform (datadog_integration_aws_account)'


def recorded(facts: Facts) -> Integration:
    """Raises MissingFact."""
    return observed(facts.of_account.integration)


def collects_nothing(integration: Integration) -> NotApplicable | None:
    if integration.metrics_enabled is False:
        return NotApplicable('Datadog is told to collect no metrics at all: the diagnosis metric-collection-disabled')
    return None


def judged(
    entries: Sequence[RecentlyActive], fault: Callable[[Sequence[RecentlyActive]], str], right: Callable[[int], str]
) -> Verdict:
    """`fault` says of some entries what is excluded, `right` of how many nothing active was found."""
    wrong = missed(entries)
    if wrong:
        return Failed(fault(wrong))
    reasons = list(dict.fromkeys(_unseen(entries)))
    if reasons:
        more = f', and {len(reasons) - 1} more like it' if len(reasons) > 1 else ''
        return Unknown(f'{shown(reasons[0], LONGEST_REASON)}{more}')
    closed = sum(entry.closed for entry in entries)
    by = f'; {closed} more closed by a service control policy' if closed else ''
    return Passed(f'{right(len(entries) - closed)}{by}')


def missed(entries: Iterable[RecentlyActive]) -> list[RecentlyActive]:
    """Active, and certainly not delivered by a metric stream of the region either."""
    return [entry for entry in entries if isinstance(entry.found, int) and entry.found > 0 and entry.streams == 0]


def _unseen(entries: Iterable[RecentlyActive]) -> Iterable[str]:
    for entry in entries:
        if entry.closed:
            continue
        if isinstance(entry.found, Unobserved):
            yield entry.found.reason
        elif isinstance(entry.streams, Unobserved):
            yield entry.streams.reason
        elif entry.found and entry.streams:
            what = f'{shown(entry.namespace)} in {shown(entry.region)}'
            yield f'{what} is not polled, but a metric stream runs there, which may deliver it'


def counted(entry: RecentlyActive, unit: str) -> str:
    """Like 'at least 500 instances'."""
    least = 'at least ' if entry.more else ''
    return f'{least}{entry.found} {unit}{"" if entry.found == 1 and not entry.more else "s"}'


def named(items: Sequence[str]) -> str:
    """On one line, and short: what Datadog has on record may hold anything."""
    some = ', '.join(shown(item) for item in items[:MOST_NAMED])
    return f'{some} and {len(items) - MOST_NAMED} more' if len(items) > MOST_NAMED else some


def quoted(items: Iterable[str]) -> str:
    """As a list of JSON and of Terraform holds them. A character that no name of AWS has cannot end the text."""
    return ', '.join(f'"{FOREIGN.sub("?", shown(item, LONGEST_NAME))}"' for item in items)
