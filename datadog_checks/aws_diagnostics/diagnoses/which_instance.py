"""Which instance and region a command is for, and how to find them out where they are not certain."""

from ..facts import Facts, OperatingSystem
from ..facts.values import InstanceId, RegionName
from ..remedies import Command, Variable, script, shell
from ..rules import identity_of, instance_id_of
from .places import operating_system, powershell


def instance(facts: Facts) -> InstanceId | Variable:
    return instance_id_of(facts) or Variable('INSTANCE_ID')


def region(facts: Facts) -> RegionName | Variable:
    identity = identity_of(facts)
    return (identity and identity.region) or Variable('AWS_REGION')


def find_instance(facts: Facts) -> tuple[Command, ...]:
    """What prints the region and the instance id; only what is not known.

    The id is never asked of cloud-init, whose state an image can bring along: AWS says which instance has an address.
    """
    return (
        *(_region(facts) if isinstance(region(facts), Variable) else ()),
        *(_by_address(facts) if isinstance(instance(facts), Variable) else ()),
    )


def _region(facts: Facts) -> tuple[Command, ...]:
    return (shell('cloud-init', 'query', 'region'),) if operating_system(facts) is OperatingSystem.LINUX else ()


def _by_address(facts: Facts) -> tuple[Command, ...]:
    return (
        _addresses(facts),
        shell(
            *('aws', 'ec2', 'describe-instances', '--region', region(facts)),
            *('--filters', ('Name=private-ip-address,Values=', Variable('PRIVATE_IP'))),
            *('--query', 'Reservations[].Instances[].[InstanceId,VpcId,LaunchTime]', '--output', 'text'),
        ),
    )


def _addresses(facts: Facts) -> Command:
    match operating_system(facts):
        case OperatingSystem.WINDOWS:
            return powershell('(Get-NetIPAddress -AddressFamily IPv4).IPAddress')
        case OperatingSystem.MACOS:
            return script("ifconfig | awk '/inet / { print $2 }'")
    return shell('hostname', '-I')


def how_to_find_instance(facts: Facts) -> str:
    """What `find_instance` is for, as the end of a sentence; '' where it is empty."""
    place = 'run on the instance, outside any container'
    linux = operating_system(facts) is OperatingSystem.LINUX
    match isinstance(region(facts), Variable), isinstance(instance(facts), Variable):
        case True, True if linux:
            return (
                f'; the first two commands, {place}, print AWS_REGION and every PRIVATE_IP; the third prints the '
                'INSTANCE_ID with that address (the EC2 console shows it too)'
            )
        case in_region, True:
            return (
                f'; the first command, {place}, prints every PRIVATE_IP, and the second the INSTANCE_ID with that '
                f'address, as the EC2 console shows it too{", and AWS_REGION" if in_region else ""}'
            )
        case True, False:
            return '; the first command, run on it, prints AWS_REGION' if linux else '; AWS_REGION is its region'
    return ''
