"""Which instance and region a command is for, and how to find them out where they are not certain."""

from ..facts import Facts
from ..facts.values import InstanceId, RegionName
from ..remedies import Command, Variable, shell
from ..rules import identity_of, instance_id_of


def instance(facts: Facts) -> InstanceId | Variable:
    return instance_id_of(facts) or Variable('INSTANCE_ID')


def region(facts: Facts) -> RegionName | Variable:
    identity = identity_of(facts)
    return (identity and identity.region) or Variable('AWS_REGION')


def find_instance(facts: Facts) -> tuple[Command, ...]:
    """What prints the region and the instance id; only what is not known.

    The id is never asked of cloud-init, whose state an image can bring along: AWS says which instance has an address.
    """
    by_region = shell('cloud-init', 'query', 'region')
    by_address = (
        shell('hostname', '-I'),
        shell(
            *('aws', 'ec2', 'describe-instances', '--region', region(facts)),
            *('--filters', ('Name=private-ip-address,Values=', Variable('PRIVATE_IP'))),
            *('--query', 'Reservations[].Instances[].[InstanceId,VpcId,LaunchTime]', '--output', 'text'),
        ),
    )
    return (
        *((by_region,) if isinstance(region(facts), Variable) else ()),
        *(by_address if isinstance(instance(facts), Variable) else ()),
    )


def how_to_find_instance(facts: Facts) -> str:
    """What `find_instance` is for, as the end of a sentence; '' where it is empty."""
    place = 'run on it and in no container'
    match isinstance(region(facts), Variable), isinstance(instance(facts), Variable):
        case True, True:
            return (
                f'; the first two commands, {place}, print AWS_REGION and every PRIVATE_IP, and the third the '
                'INSTANCE_ID with that address, as the EC2 console shows it too'
            )
        case False, True:
            return (
                f'; the first command, {place}, prints every PRIVATE_IP, and the second the INSTANCE_ID with that '
                'address, as the EC2 console shows it too'
            )
        case True, False:
            return '; the first command, run on it, prints AWS_REGION'
    return ''
