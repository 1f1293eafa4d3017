"""Which calls of the role's sessions CloudTrail recorded as denied: cloudtrail:LookupEvents, twice a second at most.

CloudTrail keeps management events for 90 days, and needs up to 15 minutes to record one. It finds events by one
attribute only, so the names of the role's sessions come first, from the events in which the role was assumed. A denied
sts:AssumeRole of another account is never among them: AWS records it in that account.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from ...facts.account import DeniedCall, DeniedCalls, Role
from ...facts.values import RegionName
from ..foreign import entry_of, is_object, parsed
from ..run import Deadline, NotCollected
from .denials import DENIED, CallFailed, asking, denier_in
from .role import seconds
from .session import Session

LOOKUP = 'cloudtrail:LookupEvents'
PACE = 0.5
"""Seconds between two calls: two a second for each account and region."""
PAGE = 50
"""Events in one answer, at most."""
MOST_PAGES = 10
"""Of one question in one region."""
MOST_SESSIONS = 10
MOST_CALLS = 500
"""Different denied calls that are kept."""
LARGEST_EVENT = 1 << 18
"""Bytes; CloudTrail's own bound is 256 KiB."""
SESSION_NAME = re.compile(r'[\w+=,.@-]{2,64}', re.ASCII)
ACTION = re.compile(r'not authorized to perform:? ([a-z0-9-]{1,64}:[A-Za-z0-9]{1,128})')
NAMED = re.compile(r'([a-z0-9-]{1,64})\.amazonaws\.com(?:\.cn)?')
OPERATION = re.compile(r'[A-Za-z0-9]{1,128}')
PREFIXES = {'monitoring': 'cloudwatch', 'tagging': 'tag', 'email': 'ses'}
"""Where an event names a service by another word than IAM."""

RECORDS_GLOBAL_SERVICES = {'aws': 'us-east-1', 'aws-us-gov': 'us-gov-west-1', 'aws-cn': 'cn-north-1'}
"""Where CloudTrail records the calls of IAM, Route 53, Organizations, CloudFront and the global endpoint of STS:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html."""

Event = dict[str, object]


def with_global_services(regions: Sequence[str], partition: str) -> tuple[str, ...]:
    """They are not recorded where Datadog collects."""
    where = RECORDS_GLOBAL_SERVICES.get(partition)
    return tuple(regions) if where is None or where in regions else (where, *regions)


class Trail:
    """One reading of the event history. Says which regions it read, and where it ended early."""

    def __init__(
        self, session: Session, role: Role, since: float, deadline: Deadline, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._session = session
        self._role = role
        self._since = since
        self._deadline = deadline
        self._wait = wait
        self._cut = False

    def denied(self, regions: Sequence[str], now: float) -> DeniedCalls:
        """Raises CallFailed where no region can be read."""
        names: dict[str, None] = {}
        reasons: dict[str, str] = {}
        for region in regions:
            self._in(region, reasons, partial(self._sessions, region, now, names))
        if len(reasons) == len(regions):
            raise CallFailed(next(iter(reasons.values()), 'no region was asked'))
        chosen = list(names)[:MOST_SESSIONS]
        found: dict[tuple[str, str], DeniedCall] = {}
        for region in (region for region in regions if region not in reasons):
            self._in(region, reasons, partial(self._denied, region, chosen, now, found))
        read = tuple(name for name in map(RegionName.of, regions) if name and name not in reasons)
        reason = next(iter(reasons.values()), '')
        complete = not self._cut and not reasons and len(chosen) == len(names)
        calls = sorted(found.values(), key=lambda call: (call.action, call.region))
        return DeniedCalls(self._since, tuple(calls[:MOST_CALLS]), read, len(chosen), complete, reason)

    def _in(self, region: str, reasons: dict[str, str], read: Callable[[], None]) -> None:
        try:
            read()
        except NotCollected as e:
            reasons[region] = str(e)

    def _sessions(self, region: str, now: float, names: dict[str, None]) -> None:
        for event in self._events(region, 'ResourceName', str(self._role.arn), now):
            request = entry_of(event, 'requestParameters')
            name = request.get('roleSessionName')
            assumed = event.get('eventName') == 'AssumeRole' and request.get('roleArn') == self._role.arn
            if assumed and 'errorCode' not in event and isinstance(name, str) and SESSION_NAME.fullmatch(name):
                names[name] = None

    def _denied(
        self, region: str, sessions: Sequence[str], now: float, found: dict[tuple[str, str], DeniedCall]
    ) -> None:
        for name in sessions:
            for event in self._events(region, 'Username', name, now):
                call = _denied_call(event, self._role, region)
                if call:
                    before = found.get((call.action, call.region))
                    found[call.action, call.region] = call.after(before) if before else call

    def _events(self, region: str, attribute: str, value: str, now: float) -> Iterator[Event]:
        """Raises CallFailed, and DeadlineExceeded."""
        token: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            self._deadline.timeout(PACE)
            with asking(LOOKUP, region):
                answer = self._session.client('cloudtrail', region).lookup_events(
                    LookupAttributes=[{'AttributeKey': attribute, 'AttributeValue': value}],
                    StartTime=datetime.fromtimestamp(self._since, UTC),
                    EndTime=datetime.fromtimestamp(now, UTC),
                    MaxResults=PAGE,
                    **token,
                )
            self._wait(min(PACE, self._deadline.remaining()))
            for listed in answer.get('Events', ()):
                if event := _event(listed):
                    yield event
            if not answer.get('NextToken'):
                return
            token = {'NextToken': answer['NextToken']}
        self._cut = True


def _event(listed: object) -> Event | None:
    """What CloudTrail recorded, with the time of the list; None where it is no such JSON."""
    text = listed.get('CloudTrailEvent') if is_object(listed) else None
    if not isinstance(text, str) or len(text) > LARGEST_EVENT:
        return None
    try:
        event = parsed(text)
    except ValueError:
        return None
    return {**event, 'at': seconds(listed.get('EventTime'))} if is_object(event) and is_object(listed) else None


def _denied_call(event: Event, role: Role, region: str) -> DeniedCall | None:
    """None for a call that was not denied, or that another role made in a session of the same name."""
    issuer = entry_of(entry_of(event.get('userIdentity'), 'sessionContext'), 'sessionIssuer')
    code, at = event.get('errorCode'), event.get('at')
    place, action = RegionName.of(event.get('awsRegion')) or RegionName.of(region), _action(event)
    if issuer.get('arn') != role.arn or code not in DENIED or not action or place is None:
        return None
    message = event.get('errorMessage')
    denier = denier_in(message) if isinstance(message, str) else ''
    return DeniedCall(action, place, 1, at if isinstance(at, float) else None, denier)


def _action(event: Event) -> str:
    """As AWS names it in the message, else of the service and the operation; '' where neither has a known form."""
    message, source, name = (event.get(key) for key in ('errorMessage', 'eventSource', 'eventName'))
    named = ACTION.search(message[:4096]) if isinstance(message, str) else None
    if named:
        return named[1]
    service = NAMED.fullmatch(source) if isinstance(source, str) else None
    if service is None or not isinstance(name, str) or not OPERATION.fullmatch(name):
        return ''
    return f'{PREFIXES.get(service[1], service[1])}:{name}'
