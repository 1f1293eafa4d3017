"""What the record of the integration excludes: how it is judged, and how the record is changed.

Something active that is excluded fails; only when all of it was seen can it pass.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Integration, RecentlyActive
from ...findings import Failed, NotApplicable, Passed, Unknown, Verdict
from ...remedies import Choice, Command, Language, Remedy, Step, Variable, Word, sequence, shell, yaml
from ...text import clean, counted
from ..account_remedies import INTEGRATIONS, curl, save_record

LONGEST_REASON = 120
BEFORE = 'aws-integration-before.json'
CONFIG_ID = Variable('AWS_CONFIG_ID')
FROM_THEN_ON = Step('Wait 15 minutes for the first values; Datadog does not fetch those from before the change')
"""Datadog polls every ten minutes, and there is no backfill of the time before it was enabled (its guide)."""
FIND_ID = Command(f"{CONFIG_ID.name}=$(jq --raw-output --exit-status '.data[0].id' {BEFORE})")


def recorded(facts: Facts) -> Integration:
    """Raises MissingFact."""
    return observed(facts.of_account.integration)


def collects_nothing(integration: Integration) -> NotApplicable | None:
    if integration.metrics_enabled is False:
        return NotApplicable('metric collection is disabled: see metric-collection-disabled')
    return None


def judged(
    entries: Sequence[RecentlyActive], fault: Callable[[Sequence[RecentlyActive]], str], right: Callable[[int], str]
) -> Verdict:
    """`fault` says of some entries what is excluded, `right` in how many nothing active was found."""
    wrong = missed(entries)
    if wrong:
        return Failed(fault(wrong))
    reasons = list(dict.fromkeys(_unseen(entries)))
    if reasons:
        more = f', and {counted(len(reasons) - 1, "similar reason")}' if len(reasons) > 1 else ''
        return Unknown(f'{clean(reasons[0], LONGEST_REASON)}{more}')
    closed = sum(entry.closed for entry in entries)
    by = f'; {closed} more closed by a service control policy' if closed else ''
    return Passed(f'{right(len(entries) - closed)}{by}')


def missed(entries: Iterable[RecentlyActive]) -> list[RecentlyActive]:
    """Active, and certainly not delivered by a metric stream of the region either."""
    return [entry for entry in entries if isinstance(entry.found, int) and entry.found > 0 and entry.streams == 0]


def _unseen(entries: Iterable[RecentlyActive]) -> Iterator[str]:
    for entry in entries:
        if entry.closed:
            continue
        if isinstance(entry.found, Unobserved):
            yield entry.found.reason
        elif isinstance(entry.streams, Unobserved):
            yield entry.streams.reason
        elif entry.found and entry.streams:
            what = f'{clean(entry.namespace)} in {entry.region}'
            yield f'{what} is not polled, but a metric stream runs there, which may deliver it'


def at_least(entry: RecentlyActive, unit: str) -> str:
    """Like 'at least 500 instances'."""
    found = entry.found if isinstance(entry.found, int) else 0
    return f'at least {found} {unit}s' if entry.more else counted(found, unit)


# Changing the record


@dataclass(frozen=True, slots=True)
class Change:
    """Of one setting of the integration."""

    page: str
    """Where it is on the page of the integration, and what to do there."""
    group: str
    """The group of attributes that holds it, which is sent back as it is on record and changed."""
    jq: str
    """How jq changes the group; `$name` in it stands for what `name` says. '' where it is not known how."""
    name: Variable | None = None
    """What the reader has to say, where nothing is known; else None."""
    terraform: str = ''
    """A block of datadog_integration_aws_account; '' where not all of it is known."""
    exposes: str = ''
    """What it costs, as a clause; '' where it is nothing."""


def change_record(facts: Facts, expected: Expectations, id: str, summary: str, change: Change) -> Remedy:
    """The ways to change it, or to tell this check that it is meant to be so."""
    on_purpose = Choice(
        'If this is on purpose, tell this check in its conf.yaml',
        (yaml({'disabled_diagnoses': [id]}),),
        undo=Step('Remove it from the list'),
    )
    return Remedy(summary, (*ways_to_change(facts, expected, change), on_purpose), (FROM_THEN_ON,))


def ways_to_change(facts: Facts, expected: Expectations, change: Change) -> tuple[Choice, ...]:
    on_the_page = Choice(
        f'In Datadog, on the AWS integration page, choose the account, then {change.page}',
        exposes=change.exposes,
        undo=Step('Set it back on the same page'),
    )
    in_code = Choice(
        'In Terraform, in datadog_integration_aws_account',
        (Command(change.terraform, Language.HCL),),
        exposes=change.exposes,
        undo=Step('Apply the previous configuration'),
    )
    by_request = (_by_request(facts, expected, change),) if change.jq else ()
    return (on_the_page, *by_request, *((in_code,) if change.terraform else ()))


def _by_request(facts: Facts, expected: Expectations, change: Change) -> Choice:
    name: tuple[Word, ...] = ('--arg', 'name', change.name) if change.name else ()
    changed = _patch(expected, change.group, f' | {change.jq}', *name)
    return Choice(
        f'With the Datadog API and jq: save the record (it contains the external ID) to {BEFORE}, edit it and send it '
        'back',
        (sequence(save_record(facts, expected, BEFORE), FIND_ID, changed),),
        exposes=change.exposes,
        undo=Step('Send the saved settings back', (sequence(FIND_ID, _patch(expected, change.group)),)),
    )


def _patch(expected: Expectations, group: str, edit: str = '', *options: Word) -> Command:
    """The whole group goes back, so that nothing depends on whether Datadog merges what a group holds."""
    attributes = f'.data[0].attributes | {{aws_account_id, {group}}}{edit}'
    body = shell('jq', *options, f'{attributes} | {{data: {{type: "account", attributes: .}}}}', BEFORE)
    sent: tuple[Word, ...] = ('--request', 'PATCH', '--header', 'Content-Type: application/json', '--data', '@-')
    return Command(f'{body.text} |\n  {curl(expected, (f"{INTEGRATIONS}/", CONFIG_ID), *sent).text}')


def as_list(names: Iterable[str]) -> str:
    """As JSON, jq and Terraform write a list of texts. The names are of checked forms."""
    return json.dumps([str(name) for name in names])
