"""What CloudTrail recorded as denied to the sessions of the role, for a person and as JSON."""

from collections.abc import Iterator
from itertools import groupby

from ..facts import Unobserved
from ..facts.account import DeniedCall, DeniedCalls
from ..text import ago, clean, counted, listed
from .codec import Json
from .document import iso_time
from .judged import Observation
from .page import BLANK, Line
from .report import COLUMN, INDENT

LONGEST = 90 * 86400
"""Seconds: CloudTrail keeps no more."""
ALLOWED = 'allowed is a number with m, h or d, as 24h, and at most 90d'
NOT_IN_IT = (
    'Not in it: calls of the last minutes (CloudTrail needs up to 15), data events, and a refused sts:AssumeRole, '
    "which AWS records in Datadog's account."
)


def unread(observation: Observation) -> str:
    """Why it is not known which calls were denied, as a clause; '' where it is."""
    denied = observation.facts.of_account.denied
    return f'CloudTrail could not be read: {clean(denied.reason, 200)}' if isinstance(denied, Unobserved) else ''


def told(observation: Observation) -> Iterator[Line]:
    """By action, the most frequent first; nothing where it is `unread`."""
    denied, now = observation.facts.of_account.denied, observation.facts.observed_at
    if isinstance(denied, Unobserved):
        return
    yield _heading(denied) if denied.sessions else _no_session(denied)
    by_action = [list(calls) for _, calls in groupby(denied.calls, key=lambda call: call.action)]
    for calls in sorted(by_action, key=lambda calls: -sum(call.times for call in calls)):
        yield _action(calls, now)
    yield BLANK
    yield Line(NOT_IN_IT)


def _heading(denied: DeniedCalls) -> Line:
    total = sum(call.times for call in denied.calls)
    found = f'{counted(total, "denied call")} {_looked_at(denied)}'
    whose = f'by {counted(denied.sessions, "session name")} of the role'
    least = '' if denied.complete else 'at least '
    return Line(f'CloudTrail: {least}{found}, {whose}{_not_read(denied)}', INDENT)


def _no_session(denied: DeniedCalls) -> Line:
    text = f'CloudTrail has no record that anybody assumed the role {_looked_at(denied)}'
    return Line(f'{text}: which calls were denied is not known{_not_read(denied)}', INDENT)


def _looked_at(denied: DeniedCalls) -> str:
    where = f'{counted(len(denied.regions), "region")} ({listed(denied.regions)})'
    return f'since {iso_time(denied.since)}, in {where}'


def _not_read(denied: DeniedCalls) -> str:
    if denied.complete:
        return ''
    return f'; not all was read{f": {clean(denied.reason, 120)}" if denied.reason else ""}'


def _action(calls: list[DeniedCall], now: float) -> Line:
    times = sum(call.times for call in calls)
    last = max((call.last for call in calls if call.last is not None), default=None)
    when = f', last {ago(now - last)}' if last is not None else ''
    deniers = listed(sorted({call.denier for call in calls if call.denier}))
    by = f'; explicit deny in a {deniers}' if deniers else ''
    where = listed(sorted({call.region for call in calls}))
    return Line(f'{clean(calls[0].action, 200)} in {where}{when}{by}', f'{times} x'.ljust(COLUMN))


def document(observation: Observation) -> Json:
    denied = observation.facts.of_account.denied
    if isinstance(denied, Unobserved):
        return {'unobserved': denied.reason}
    return {
        'since': iso_time(denied.since),
        'complete': denied.complete and bool(denied.sessions),
        'reason': denied.reason or ('' if denied.sessions else 'no record that anybody assumed the role'),
        'regions': [*denied.regions],
        'calls': [_call(call) for call in denied.calls],
    }


def _call(call: DeniedCall) -> Json:
    return {
        'action': call.action,
        'region': call.region,
        'times': call.times,
        'last': None if call.last is None else iso_time(call.last),
        'denied_by': call.denier,
    }
