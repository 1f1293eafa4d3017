"""Whether detailed monitoring is on, of the EC2 instances that somebody watches.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from ...facts import Unobserved
from ...facts.metrics import Watched
from ...facts.values import InstanceId, RegionName
from ..run import or_why
from .instance_zones import instances_in
from .session import Session

EC2 = 'AWS/EC2'
DESCRIBE_INSTANCES = 'ec2:DescribeInstances'
ON = frozenset({'enabled', 'pending'})
"""States of detailed monitoring."""


def detailed_by_instance(session: Session, watched: Iterable[Watched]) -> Callable[[Watched], bool | Unobserved | None]:
    """One call for each region with a watched instance."""
    ids: dict[RegionName, list[InstanceId]] = {}
    for each in watched:
        instance_id = _instance(each)
        if instance_id:
            ids.setdefault(each.region, []).append(instance_id)
    states = {region: or_why(partial(_detailed, session, region, ids[region])) for region in ids}

    def detailed(each: Watched) -> bool | Unobserved | None:
        instance_id = _instance(each)
        if instance_id is None:
            return None
        found = states[each.region]
        return found if isinstance(found, Unobserved) else found.get(instance_id)

    return detailed


def _instance(watched: Watched) -> InstanceId | None:
    return InstanceId.of(watched.dimensions.get('InstanceId')) if watched.name.namespace == EC2 else None


def _detailed(session: Session, region: RegionName, ids: Sequence[InstanceId]) -> Mapping[InstanceId, bool]:
    """A filter, as EC2 refuses a list of ids with one that is gone. Raises CallFailed."""
    wanted = [{'Name': 'instance-id', 'Values': list(dict.fromkeys(ids))}]
    answer = session.ask(DESCRIBE_INSTANCES, 'ec2', 'describe_instances', region, Filters=wanted)
    states = {InstanceId.of(i.get('InstanceId')): i.get('Monitoring', {}).get('State') for i in instances_in(answer)}
    return {id: state in ON for id, state in states.items() if id and isinstance(state, str)}
