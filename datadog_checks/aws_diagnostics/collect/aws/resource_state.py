"""Whether the resource of a metric is there, and runs: AWS publishes nothing of one that is stopped."""

from collections.abc import Callable, Mapping

from ...facts import MissingFact
from ...facts.account import ResourceState
from ...facts.metrics import Dimensions
from ...facts.values import RegionName
from .denials import CallFailed
from .instance_zones import instances_in
from .session import Session

STATES = {
    'stopping': ResourceState.STOPPED,
    'stopped': ResourceState.STOPPED,
    'shutting-down': ResourceState.GONE,
    'terminated': ResourceState.GONE,
}
"""Of instances and databases. Any other says nothing about what is published."""
NOT_FOUND = frozenset({'InvalidInstanceID.NotFound', 'DBInstanceNotFound', 'LoadBalancerNotFound'})


def resource_state(session: Session, namespace: str, dimensions: Dimensions, region: RegionName) -> ResourceState:
    """One call. Raises CallFailed, and MissingFact where no such resource is named."""
    dimension, ask = ASKED.get(namespace, ('', _instance))
    if not dimensions.get(dimension):
        raise MissingFact(f'no dimension names a resource of {namespace} that can be stopped')
    try:
        state = ask(session, region, dimensions[dimension])
    except CallFailed as e:
        if e.code in NOT_FOUND:
            return ResourceState.GONE
        raise
    return STATES.get(state, ResourceState.THERE)


def _instance(session: Session, region: RegionName, instance_id: str) -> str:
    found = session.ask('ec2:DescribeInstances', 'ec2', 'describe_instances', region, InstanceIds=[instance_id])
    return next((str(i.get('State', {}).get('Name', '')) for i in instances_in(found)), '')


def _database(session: Session, region: RegionName, identifier: str) -> str:
    action = 'rds:DescribeDBInstances'
    found = session.ask(action, 'rds', 'describe_db_instances', region, DBInstanceIdentifier=identifier)
    return next((str(each.get('DBInstanceStatus', '')) for each in found.get('DBInstances', ())), '')


def _load_balancer(session: Session, region: RegionName, name: str) -> str:
    action = 'elasticloadbalancing:DescribeLoadBalancers'
    session.ask(action, 'elb', 'describe_load_balancers', region, LoadBalancerNames=[name])
    return ''


ASKED: Mapping[str, tuple[str, Callable[[Session, RegionName, str], str]]] = {
    'AWS/EC2': ('InstanceId', _instance),
    'AWS/RDS': ('DBInstanceIdentifier', _database),
    'AWS/ELB': ('LoadBalancerName', _load_balancer),
}
"""The dimension that names the resource, and who tells AWS's word for its state."""
