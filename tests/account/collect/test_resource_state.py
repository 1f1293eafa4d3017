"""Whether AWS has the resource of a metric, and whether it is stopped."""

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.resource_state import resource_state
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.facts import MissingFact
from datadog_checks.aws_diagnostics.facts.account import ResourceState
from datadog_checks.aws_diagnostics.facts.values import RegionName
from tests.account.aws_account import operator

US = RegionName('us-east-1')


def state(namespace: str, **dimensions: str) -> ResourceState:
    with open_session(AccountOptions()) as session:
        return resource_state(session, namespace, dimensions, US)


def test_an_instance_runs_is_stopped_and_is_terminated(moto):
    ec2 = operator('ec2', US)
    started = ec2.run_instances(ImageId='ami-12345678', MinCount=1, MaxCount=1)['Instances'][0]['InstanceId']
    states = [state('AWS/EC2', InstanceId=started)]
    ec2.stop_instances(InstanceIds=[started])
    states.append(state('AWS/EC2', InstanceId=started))
    ec2.terminate_instances(InstanceIds=[started])
    states.append(state('AWS/EC2', InstanceId=started))
    assert states == [ResourceState.THERE, ResourceState.STOPPED, ResourceState.GONE]
    assert state('AWS/EC2', InstanceId='i-0123456789abcdef0') is ResourceState.GONE


def test_a_database_is_available_and_is_stopped(moto):
    rds = operator('rds', US)
    rds.create_db_instance(DBInstanceIdentifier='orders', DBInstanceClass='db.t3.micro', Engine='postgres')
    assert state('AWS/RDS', DBInstanceIdentifier='orders') is ResourceState.THERE
    rds.stop_db_instance(DBInstanceIdentifier='orders')
    assert state('AWS/RDS', DBInstanceIdentifier='orders') is ResourceState.STOPPED
    assert state('AWS/RDS', DBInstanceIdentifier='other') is ResourceState.GONE


def test_a_classic_load_balancer_is_there_or_not(moto):
    listener = {'Protocol': 'HTTP', 'LoadBalancerPort': 80, 'InstancePort': 80}
    elb = operator('elb', US)
    elb.create_load_balancer(LoadBalancerName='web', Listeners=[listener], AvailabilityZones=['us-east-1a'])
    assert state('AWS/ELB', LoadBalancerName='web') is ResourceState.THERE
    assert state('AWS/ELB', LoadBalancerName='other') is ResourceState.GONE


@pytest.mark.parametrize(('namespace', 'dimension'), [('AWS/SQS', 'QueueName'), ('AWS/EC2', 'ImageId')])
def test_of_what_cannot_be_stopped_nothing_is_asked(namespace, dimension, moto):
    with pytest.raises(MissingFact, match=f'no dimension names a resource of {namespace} that can be stopped'):
        state(namespace, **{dimension: 'web'})
