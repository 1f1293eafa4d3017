"""The policies of the role do not grant all permissions that Datadog requires."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature, Policy
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...text import listed, one_line
from ..account_remedies import own_command, run_again
from ..links import guide
from .datadog_tables import CORE, feature_of
from .granting import ways_to_grant, what_follows
from .permission_uses import lost_entirely, uses_of
from .permissions import Entry, Grant, Requirement, compare, entries_of, requirement, within_boundary
from .role import staleness_of_permissions, without_role

MOST_SERVICES = 3
MOST_USES = 2
LONGEST_SERVICE = 24
LONGEST_NOTE = 130
LONGEST = 400


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    needed = requirement(facts.of_account)
    policies = observed(facts.of_account.policies)
    if not needed.actions:
        return Unknown(f'the list of required permissions is empty; {needed.note}')
    entries = compare(needed.actions, policies)
    note = (
        f'{_beyond_boundary(entries, policies)}{staleness_of_permissions(facts)}; {one_line(needed.note, LONGEST_NOTE)}'
    )
    if any(entry.is_lost for entry in entries):
        lost = sum(entry.is_lost for entry in entries)
        headline = f"Datadog's integration role is missing {lost} of {len(entries)} permissions"
        return Failed(_fitting(entries, needed, f'{_counts(entries)}{note}'), _severity(entries), headline)
    held = sum(entry.is_held for entry in entries)
    if held < len(entries):
        return Unknown(f'{held} of {len(entries)} required permissions are granted for certain{_counts(entries)}{note}')
    return Passed(f'all {held} required permissions are granted{_as_used(entries)}{note}')


def _fitting(entries: Sequence[Entry], needed: Requirement, rest: str) -> str:
    """With as many services named as there is room for."""
    versions = (f'{_lost(entries, needed, most)}{rest}' for most in range(MOST_SERVICES, -1, -1))
    return next((v for v in versions if len(v) <= LONGEST), one_line(f'{_lost(entries, needed, 0)}{rest}', LONGEST))


def _lost(entries: Sequence[Entry], needed: Requirement, most: int) -> str:
    """Like '3 of 104 required permissions are not granted: tag 3 (the tags of all resources), s3:GetBucketTagging (tags
    of buckets)'."""
    lost = [entry for entry in entries if entry.is_lost]
    standard = {entry.service for entry in lost if entry.action in needed.standard}
    services = Counter(entry.service for entry in lost)
    named = sorted(services, key=lambda s: (s not in CORE, s not in standard, -services[s], s))
    whole = lost_entirely(entries)
    first = [
        _whole(s, services[s], s in standard) if s in whole else _part([e for e in lost if e.service == s], needed)
        for s in named[:most]
    ]
    more = [f'{len(named) - most} more services'] if len(named) > most else []
    return f'{len(lost)} of {len(entries)} required permissions are not granted: {", ".join((*first, *more))}'


def _whole(service: str, count: int, standard: bool) -> str:
    return f'{one_line(service, LONGEST_SERVICE)} {count}{_in_brackets(feature_of(service, standard=standard))}'


def _part(lost: Sequence[Entry], needed: Requirement) -> str:
    """Of a service that Datadog can still read in part: what these permissions give, not what the service gives."""
    ascending = sorted(lost, key=lambda entry: entry.action not in needed.standard)
    uses = dict.fromkeys(use for e in ascending for use in uses_of(e, standard=e.action in needed.standard))
    operations = [operation for e in lost for operation in e.lacking or (e.action,)]
    name = operations[0] if len(operations) == 1 else f'{lost[0].service} {len(lost)}'
    return f'{one_line(name, 2 * LONGEST_SERVICE)}{_in_brackets(listed(uses, MOST_USES, 2 * LONGEST_SERVICE))}'


def _in_brackets(text: str) -> str:
    return f' ({text})' if text and len(text) <= 4 * LONGEST_SERVICE else ''


def _counts(entries: Iterable[Entry]) -> str:
    """Of entries that are not simply missing."""
    grants = Counter(entry.grant for entry in entries if not entry.is_lost)
    lost = Counter(entry.grant for entry in entries if entry.is_lost)
    counts = (
        (lost[Grant.DENIED], "of them denied by the role's own policies"),
        (lost.total() - lost[Grant.DENIED] - lost[Grant.MISSING], 'of them partly granted'),
        (grants[Grant.PARTLY], 'more partly granted'),
        (grants[Grant.LIMITED], 'more granted only under a condition, on some resources or in part'),
        (grants[Grant.DENIED_IN_PART], 'more denied under a condition, on some resources or in part'),
    )
    return ''.join(f'; {count} {said}' for count, said in counts if count)


def _as_used(entries: Iterable[Entry]) -> str:
    count = sum(entry.grant is Grant.AS_USED for entry in entries)
    return f', {count} of them for all documented uses' if count else ''


def _beyond_boundary(entries: Iterable[Entry], policies: Iterable[Policy]) -> str:
    """A boundary does not make an entry missing here; what it would not let through is counted."""
    beyond = sum(e.is_lost for e in within_boundary((e.action for e in entries if e.is_held), policies))
    return f'; the permissions boundary does not allow {beyond} of those granted' if beyond else ''


def _severity(entries: Sequence[Entry]) -> Status | None:
    """Critical when most of a core service is lost: Datadog then loses all metrics, all hosts or all tags."""
    core = ([e.grant for e in entries if e.service == service] for service in sorted(CORE))
    lost = (2 * sum(g in (Grant.MISSING, Grant.DENIED) for g in grants) > len(grants) for grants in core)
    return Status.CRITICAL if any(lost) else None


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    entries = entries_of(facts)
    denied = [entry.action for entry in entries if entry.grant is Grant.DENIED]
    see = Step('See what is missing, by service', (own_command(expected, 'permissions', '--diff'),))
    again = run_again(expected)
    if denied and not any(entry.is_lost and entry.grant is not Grant.DENIED for entry in entries):
        return Remedy("Remove the Deny from the role's own policies", then=(see, _remove(denied), again))
    remove = (_remove(denied),) if denied else ()
    return Remedy(
        'Grant the role the missing permissions',
        ways_to_grant(facts, expected),
        (*remove, *what_follows(facts, expected), again),
    )


def _remove(denied: Sequence[str]) -> Step:
    first = ', '.join(one_line(action, 64) for action in denied[:MOST_SERVICES])
    more = f' and {len(denied) - MOST_SERVICES} more' if len(denied) > MOST_SERVICES else ''
    return Step(f"Remove these actions from the Deny statements of the role's policies ({first}{more})")


INTEGRATION_PERMISSIONS_MISSING = Diagnosis(
    id='integration-permissions-missing',
    title="Datadog's integration role is missing permissions",
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        "Compares Datadog's list of required permissions with what the role's inline and attached policies grant, "
        'including wildcards, NotAction and Deny. Of conditions, only those on TLS are evaluated; resources and the '
        "organization's policies are not."
    ),
    harm=('Datadog does not show the services that the role may not read, mostly without an error that anyone sees.'),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
