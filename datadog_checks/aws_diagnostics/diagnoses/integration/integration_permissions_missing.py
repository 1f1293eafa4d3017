"""The policies of the role do not grant what Datadog needs."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature, Policy, PolicyKind
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import guide
from .closing import ways_to_grant
from .features import CORE, feature_of
from .granted import Entry, Grant, allowed_by, compare
from .requirement import Requirement, may_be_stale, not_judged, requirement

MOST_SERVICES = 3
LONGEST_SERVICE = 24
LONGEST_NOTE = 130
LONGEST = 400


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (without_question := not_judged(facts, expected)) is not None:
        return without_question
    needed = requirement(facts.of_account)
    policies = observed(facts.of_account.policies)
    if not needed.actions:
        return Unknown(f'the list of required permissions is empty; {needed.note}')
    entries = compare(needed.actions, policies)
    note = f'{_beyond_boundary(entries, policies)}{may_be_stale(facts)}; {shown(needed.note, LONGEST_NOTE)}'
    if any(entry.is_lost for entry in entries):
        return Failed(_fitting(entries, needed, f'{_counts(entries)}{note}'), _severity(entries))
    held = sum(entry.is_held for entry in entries)
    if held < len(entries):
        return Unknown(f'{held} of {len(entries)} required permissions are granted{_counts(entries)}{note}')
    return Passed(f'all {held} required permissions are granted{_as_used(entries)}{note}')


def _fitting(entries: Sequence[Entry], needed: Requirement, rest: str) -> str:
    """With as many services named as there is room for."""
    versions = (f'{_lost(entries, needed, most)}{rest}' for most in range(MOST_SERVICES, -1, -1))
    return next((v for v in versions if len(v) <= LONGEST), shown(f'{_lost(entries, needed, 0)}{rest}', LONGEST))


def _lost(entries: Sequence[Entry], needed: Requirement, most: int) -> str:
    """Like '3 of 104 required permissions are not granted: ec2 2 (hosts, ...), s3 1 (...)'."""
    lost = [entry for entry in entries if entry.is_lost]
    standard = {entry.service for entry in lost if entry.action in needed.standard}
    services = Counter(entry.service for entry in lost)
    named = sorted(services, key=lambda s: (s not in CORE, s not in standard, -services[s], s))
    first = [f'{shown(s, LONGEST_SERVICE)} {services[s]}{_cost(s, s in standard)}' for s in named[:most]]
    more = [f'{len(named) - most} more services'] if len(named) > most else []
    told = ', '.join((*first, *more))
    return f'{len(lost)} of {len(entries)} required permissions are not granted: {told}'


def _cost(service: str, standard: bool) -> str:
    feature = feature_of(service, standard=standard)
    return f' ({feature})' if len(feature) <= 2 * LONGEST_SERVICE else ''


def _counts(entries: Iterable[Entry]) -> str:
    """Those that are not simply missing, by how they are not granted."""
    grants = Counter(entry.grant for entry in entries if not entry.is_lost)
    lost = Counter(entry.grant for entry in entries if entry.is_lost)
    counts = (
        (lost[Grant.DENIED], "of them denied by the role's own policies"),
        (lost.total() - lost[Grant.DENIED] - lost[Grant.MISSING], 'of them granted in part'),
        (grants[Grant.PARTLY], 'more granted in part'),
        (grants[Grant.LIMITED], 'more granted only under a condition or on some resources'),
        (grants[Grant.DENIED_IN_PART], 'more denied under a condition, on some resources or in part'),
    )
    return ''.join(f'; {count} {said}' for count, said in counts if count)


def _as_used(entries: Iterable[Entry]) -> str:
    count = sum(entry.grant is Grant.AS_USED for entry in entries)
    return f', {count} of them as far as Datadog documents their use' if count else ''


def _beyond_boundary(entries: Iterable[Entry], policies: Iterable[Policy]) -> str:
    """A boundary is not counted against the role here; what it would hold back is told."""
    boundaries = [policy for policy in policies if policy.kind is PolicyKind.BOUNDARY]
    held = [entry.action for entry in entries if entry.is_held]
    beyond = len(held) - len(allowed_by(boundaries, held))
    return f'; {beyond} of those granted are beyond the permissions boundary' if boundaries and beyond else ''


def _severity(entries: Sequence[Entry]) -> Status | None:
    """Critical when most of what a core service needs is lost: then it is not one service that Datadog cannot see,
    but all metrics, all hosts or the tags of everything."""
    core = ([e.grant for e in entries if e.service == service] for service in sorted(CORE))
    lost = (2 * sum(g in (Grant.MISSING, Grant.DENIED) for g in grants) > len(grants) for grants in core)
    return Status.CRITICAL if any(lost) else None


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    entries = compare(requirement(facts.of_account).actions, observed(facts.of_account.policies))
    denied = [entry.action for entry in entries if entry.grant is Grant.DENIED]
    see = 'See what is missing, by service: aws-diagnostics permissions --config conf.yaml --diff'
    if denied and not any(entry.is_lost and entry.grant is not Grant.DENIED for entry in entries):
        return Remedy("Take back what the role's own policies deny", (see, _take_back(denied)))
    take_back = (_take_back(denied),) if denied else ()
    return Remedy('Grant the role what is missing', (see, *take_back, *ways_to_grant(facts, expected)))


def _take_back(denied: Sequence[str]) -> str:
    first = ', '.join(shown(action, 64) for action in denied[:MOST_SERVICES])
    more = f' and {len(denied) - MOST_SERVICES} more' if len(denied) > MOST_SERVICES else ''
    return f'Remove these actions from the Deny statements of its policies, which no grant outweighs: {first}{more}'


INTEGRATION_PERMISSIONS_MISSING = Diagnosis(
    id='integration-permissions-missing',
    title="Datadog's integration role lacks permissions",
    scope=Scope.ACCOUNT,
    feature=Feature.PERMISSIONS,
    service_check='permissions',
    severity=Status.WARNING,
    tests=(
        "Compares the permissions that Datadog's own list requires with what the inline, attached and AWS managed "
        'policies of the role grant, wildcards, NotAction and Deny included; conditions, resources and policies of'
        ' the organization are not evaluated.'
    ),
    harm=(
        'Every service on the list that the role may not read is missing in Datadog, mostly without an error that '
        'anyone sees.'
    ),
    docs=guide('resolve-all-aws-permissions-issues'),
    judge=judge,
    remedy=remedy,
)
