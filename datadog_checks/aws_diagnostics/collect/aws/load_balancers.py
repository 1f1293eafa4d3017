"""The load balancers that the operator chose, each with its targets, within a share of the calls and of the time.

Elastic Load Balancing throttles by account and region, and does not publish its limits. So the calls are paced, each
thing is asked once in a run, and a region that throttles is asked nothing more.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from ...facts import Unobserved
from ...facts.account import BalancerKind, LoadBalancer, LoadBalancers
from ...facts.account.load_balancers import AvailabilityZone, LoadBalancerName
from ...facts.values import RegionName
from ...text import counted
from ..account_options import Chosen
from ..run import CallBudget, Deadline, NotCollected, or_why
from .botocore_setup import Answer
from .denials import THROTTLED, CallFailed
from .instance_zones import Ask, Zones, pages
from .session import Session
from .target_health import Described, groups_of

MOST_CALLS = 200
"""Of one run, and never more than half of those left: the sweep of the fleet comes after it."""
TOO_LATE = 'the time that this run may take for load balancers is over'
PACE = 0.2
"""Seconds between two calls, on average."""
PAGE = 400
"""Load balancers in one answer, at most."""
OF_A_TAGS_CALL = 20
"""Load balancers whose tags one call gives, at most."""
ACTIONS = {'elb': 'elasticloadbalancing', 'elbv2': 'elasticloadbalancing', 'ec2': 'ec2'}
LIST = 'describe_load_balancers'
KINDS = {kind.value: kind for kind in BalancerKind}
_Place = tuple[RegionName, str]
"""Of a load balancer: its region and its dimension of CloudWatch."""


class LoadBalancerReader:
    """Keeps, from run to run, the zones of instances, and the first load balancer that a run had to leave out: the next
    one begins with it. One for each account instance."""

    def __init__(self, chosen: Chosen, wait: Callable[[float], None] = time.sleep) -> None:
        self._chosen = chosen
        self._wait = wait
        self._zones = Zones()
        self._left: _Place | None = None

    def read(
        self, session: Session, regions: Sequence[str], budget: CallBudget, deadline: Deadline
    ) -> LoadBalancers | Unobserved:
        """Never raises for what AWS answers. `deadline` is that of this reading."""
        names = tuple(dict.fromkeys(name for name in map(RegionName.of, regions) if name))
        if not names:
            return Unobserved('neither the configuration nor Datadog names a region to look at')
        share = _Share(session, budget, deadline, self._wait)
        gaps: dict[str, None] = {}
        listed = [(name, found) for name in names for found in self._listed(name, share, gaps)]
        balancers = self._looked_at(listed, share, gaps)
        if gap := self._zones.taken_gap():
            gaps[gap] = None
        return LoadBalancers(tuple(balancers), names, tuple(map(Unobserved, gaps)))

    def _listed(self, region: RegionName, share: '_Share', gaps: dict[str, None]) -> Iterator[Described]:
        ask = partial(share.ask, region)
        for list_all in (_classic, _later):
            try:
                yield from sorted(self._selected(list(list_all(ask)), ask, gaps), key=lambda found: found.dimension)
            except NotCollected as e:
                gaps[str(e)] = None

    def _looked_at(
        self, listed: Sequence[tuple[RegionName, Described]], share: '_Share', gaps: dict[str, None]
    ) -> list[LoadBalancer]:
        """In the order of `listed`, whichever comes first in this run."""
        places = [(region, found.dimension) for region, found in listed]
        first = places.index(self._left) if self._left in places else 0
        seen, left = dict[int, LoadBalancer](), dict[tuple[RegionName, str], list[int]]()
        for number in (*range(first, len(listed)), *range(first)):
            region, found = listed[number]
            if why := share.why_over(region):
                left.setdefault((region, why), []).append(number)
            else:
                seen[number] = self._balancer(found, region, partial(share.ask, region))
        for (region, why), numbers in left.items():
            gaps[f'{counted(len(numbers), "chosen load balancer")} of {region} not looked at: {why}'] = None
        self._left = next((places[numbers[0]] for numbers in left.values()), None)
        return [seen[number] for number in sorted(seen)]

    def _balancer(self, found: Described, region: RegionName, ask: Ask) -> LoadBalancer:
        groups = or_why(lambda: groups_of(found, self._zones, ask))
        return LoadBalancer(found.kind, found.name, found.dimension, region, found.zones, groups)

    def _selected(self, listed: Sequence[Described], ask: Ask, gaps: dict[str, None]) -> Iterator[Described]:
        """Those with a chosen name, and those with the chosen tags: these are asked for only where any are chosen."""
        yield from (found for found in listed if self._chosen.by_name(found.name))
        others = iter([found for found in listed if self._chosen.tags and not self._chosen.by_name(found.name)])
        try:
            while batch := list(islice(others, OF_A_TAGS_CALL)):
                tags = _tags_of(batch, ask)
                yield from (found for found in batch if self._chosen.by_tags(tags.get(found.arn or found.name, {})))
        except NotCollected as e:
            gaps[f'load balancers are not chosen by tag: {e}'] = None


class _Share:
    """The calls of one run. After a throttled one, its region is asked nothing more."""

    def __init__(self, session: Session, budget: CallBudget, deadline: Deadline, wait: Callable[[float], None]) -> None:
        self._session, self._budget, self._deadline, self._wait = session, budget, deadline, wait
        self._calls = min(MOST_CALLS, budget.left // 2)
        self._until = budget.made + self._calls
        self._throttled: dict[str, str] = {}

    def why_over(self, region: str) -> str:
        """Why nothing more is asked of this region in this run; '' where it is not so."""
        if self._budget.made >= self._until:
            return f'this run has made all {self._calls} calls that it may make for load balancers'
        return self._throttled.get(region, '') or ('' if self._deadline.remaining() > PACE else TOO_LATE)

    def ask(self, region: str, service: str, operation: str, **arguments: object) -> Answer:
        """Raises NotCollected."""
        if why := self.why_over(region):
            raise CallFailed(why)
        action = ''.join(part.capitalize() for part in operation.split('_'))
        try:
            return self._session.ask(f'{ACTIONS[service]}:{action}', service, operation, region, **arguments)
        except CallFailed as e:
            if e.code in THROTTLED:
                self._throttled[region] = str(e)
            raise
        finally:
            self._wait(min(random.uniform(0.5, 1.5) * PACE, self._deadline.remaining()))


# Listing


def _classic(ask: Ask) -> Iterator[Described]:
    for page in pages(ask, 'elb', LIST, PageSize=PAGE):
        for listed in page.get('LoadBalancerDescriptions', ()):
            name = LoadBalancerName.of(listed.get('LoadBalancerName'))
            if name:
                instances = len(listed.get('Instances', ()))
                zones = _zones(listed.get('AvailabilityZones', ()))
                yield Described(BalancerKind.CLASSIC, name, name, zones, instances=instances)


def _later(ask: Ask) -> Iterator[Described]:
    """Application, Network and Gateway Load Balancers."""
    for page in pages(ask, 'elbv2', LIST, PageSize=PAGE):
        for listed in page.get('LoadBalancers', ()):
            arn = str(listed.get('LoadBalancerArn'))
            name = LoadBalancerName.of(listed.get('LoadBalancerName'))
            dimension = LoadBalancerName.of(arn.rpartition(':loadbalancer/')[2])
            kind = KINDS.get(str(listed.get('Type')))
            if name and dimension and kind:
                zones = _zones(zone.get('ZoneName') for zone in listed.get('AvailabilityZones', ()))
                yield Described(kind, name, dimension, zones, arn)


def _zones(names: Any) -> tuple[AvailabilityZone, ...]:  # noqa: ANN401
    return tuple(sorted({zone for zone in map(AvailabilityZone.of, names) if zone}))


def _tags_of(batch: Sequence[Described], ask: Ask) -> Mapping[str, Mapping[str, str]]:
    """By ARN, or by the name of a classic one."""
    if batch[0].kind is BalancerKind.CLASSIC:
        answer, id = ask('elb', 'describe_tags', LoadBalancerNames=[found.name for found in batch]), 'LoadBalancerName'
    else:
        answer, id = ask('elbv2', 'describe_tags', ResourceArns=[found.arn for found in batch]), 'ResourceArn'
    return {
        str(described.get(id)): {str(tag.get('Key')): str(tag.get('Value') or '') for tag in described.get('Tags', ())}
        for described in answer.get('TagDescriptions', ())
    }
