"""How Windows and macOS reach IMDS again: commands for a person, as the check starts no process."""

from ...facts import Facts, OperatingSystem
from ...remedies import Choice, Command, Remedy, Step, shell
from ..places import operating_system, powershell
from .blocking import IMDS_IPV4, INTERFACE, address, firewall_rules, ip


def on_another_system(facts: Facts) -> Remedy:
    """Than Linux."""
    match operating_system(facts):
        case OperatingSystem.WINDOWS:
            return _on_windows(facts)
        case OperatingSystem.MACOS:
            return _on_macos(facts)
    return Remedy(f'Let this system reach {address(facts)} at TCP port 80; how is not known for this operating system')


def look_at_route(facts: Facts) -> tuple[Command, ...]:
    """What prints the way that packets to IMDS take."""
    imds = address(facts)
    match operating_system(facts):
        case OperatingSystem.WINDOWS:
            return (powershell('route.exe print'),)
        case OperatingSystem.MACOS:
            return (shell('route', '-n', 'get', *(('-inet6',) if ':' in imds else ()), imds),)
    return shell(*ip(imds), 'route', 'get', imds), shell(*ip(imds), 'rule', 'show')


def _on_windows(facts: Facts) -> Remedy:
    """Sources: amazon-ssm-agent issues 24, 48 and 348; EC2Launch in the EC2 user guide."""
    return Remedy(
        'Give this system a route to IMDS through the router of its own subnet: an image of a running machine keeps '
        'the persistent routes of the subnet that it was made in',
        (_SET_AGAIN,) if address(facts) == IMDS_IPV4 else (),
        (
            Step('Look at the routes, and at the gateway of the persistent ones', look_at_route(facts)),
            firewall_rules(facts),
            *_FOR_THE_IMAGE,
        ),
    )


_SET_AGAIN = Choice(
    'Set the persistent route anew, through the router of the default route',
    (
        powershell(
            '$router = Get-NetRoute -DestinationPrefix 0.0.0.0/0 |',
            '  Sort-Object -Property RouteMetric | Select-Object -First 1',
            f'route.exe delete {IMDS_IPV4}',
            f'route.exe -p add {IMDS_IPV4} mask 255.255.255.255 $router.NextHop if $router.InterfaceIndex',
        ),
    ),
    undo=Step('Remove the route again', (powershell(f'route.exe delete {IMDS_IPV4}'),)),
)
_FOR_THE_IMAGE = (
    Step(
        'Before the next image is made of a machine with EC2Launch v2, reset it, so that new instances set their own '
        'routes',
        (powershell('& "$env:ProgramFiles\\Amazon\\EC2Launch\\EC2Launch.exe" reset'),),
    ),
    Step(
        'The same with EC2Launch v1 (Windows Server 2016 and 2019)',
        (powershell('& "$env:ProgramData\\Amazon\\EC2-Windows\\Launch\\Scripts\\InitializeInstance.ps1" -Schedule'),),
    ),
)


def _on_macos(facts: Facts) -> Remedy:
    imds = address(facts)
    family = ('-inet6',) if ':' in imds else ()
    add = shell('sudo', 'route', '-n', 'add', *family, '-host', imds, '-interface', INTERFACE)
    return Remedy(
        f'Let this system reach {imds} through its first network interface',
        (
            Choice(
                'Add a route for IMDS alone (the first command lists every INTERFACE); it is gone after a restart',
                (shell('networksetup', '-listallhardwareports'), add),
                undo=Step('Remove the route again', (shell('sudo', 'route', '-n', 'delete', *family, '-host', imds),)),
            ),
        ),
        (Step('Look at the route to IMDS', look_at_route(facts)), firewall_rules(facts)),
    )
