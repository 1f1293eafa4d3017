"""What to do where the routing tables of the host or of the container have no way to IMDS."""

from ...facts import ContainerKind, Facts, RouteKind
from ...remedies import Choice, Remedy, Step, new_file, script, sequence, shell
from ..agent_remedies import container_kind, in_host_network
from ..applying import apply_settings
from ..around_imds import ways_around_the_hop_limit
from .blocking import INTERFACE, address, alone, ip
from .routes import away_from_the_device, is_misled, look_at_routes, route_of


def off_this_system(facts: Facts) -> Remedy:
    """The address of IMDS is one of this system itself, as `aws-vault exec --server` sets it (99designs/aws-vault pull
    request 43): a program here answers, or none, and EC2 is never asked."""
    imds = address(facts)
    near = in_host_network(facts)
    here = 'this host' if near else "the network of the Agent's container"
    listening = shell('sudo', 'ss', '--listening', '--tcp', '--processes', 'sport', '=', ':80')
    words = (alone(imds), 'dev', INTERFACE)
    remove = (shell('sudo', *ip(imds), 'address', 'del', *words),) if near else ()
    return Remedy(
        f'Take the address {imds} off {here}: while it is one of its own, no request leaves for IMDS',
        ways_around_the_hop_limit(facts),
        (
            *apply_settings(facts),
            Step(
                f'See on which INTERFACE it is, and which program listens there, in {here} (stand-ins for IMDS, such '
                'as aws-vault, set it)',
                (shell(*ip(imds), 'address', 'show', 'to', imds), listening),
            ),
            Step(
                'Stop that program, and remove the address'
                f'{"; to undo this, use add in place of del" if near else ", which it sets"}',
                remove,
            ),
        ),
    )


def give_a_way(facts: Facts) -> Remedy:
    kind = container_kind(facts)
    if kind is ContainerKind.ECS_AWSVPC:
        return _blocked_by_ecs(facts)
    if not in_host_network(facts):
        return _no_way_out(facts)
    route = route_of(facts)
    if is_misled(route):
        return away_from_the_device(facts)
    return _give_a_route(facts)


def _give_a_route(facts: Facts) -> Remedy:
    imds, route = address(facts), route_of(facts)
    add = shell('sudo', *ip(imds), 'route', 'add', imds, 'dev', INTERFACE)
    delete = shell('sudo', *ip(imds), 'route', 'del', imds, 'dev', INTERFACE)
    (look,) = look_at_routes(facts, None)
    every = shell(*ip(imds), 'route', 'show', 'table', 'all')
    text = 'Remove the route or the rule of type blackhole, unreachable or prohibit that covers it'
    covering = () if route and route.kind is RouteKind.NONE else (Choice(text, (*look.commands, every)),)
    return Remedy(
        f'Give this system a route to {imds}',
        (
            *(_rule_for_the_agent(facts) if route and route.by_user else ()),
            *covering,
            Choice(
                'Add a route through the primary interface (the first command lists every INTERFACE)',
                (shell('ip', '-brief', 'link'), add),
                undo=Step('Remove the route again', (delete,)),
            ),
        ),
    )


def _rule_for_the_agent(facts: Facts) -> tuple[Choice, ...]:
    """Where the routing policy looks at the user, and root has a way."""
    if container_kind(facts) is not ContainerKind.NONE:
        return ()
    imds = address(facts)
    rule = 'uidrange "$(id -u dd-agent)-$(id -u dd-agent)" to <imds> lookup main priority 1'
    program = ' '.join(('sudo', *ip(imds), 'rule'))
    return (
        Choice(
            "Let the Agent's user dd-agent take the routes of root: a rule of the routing policy looks at the user",
            (script(f'{program} add {rule}', imds=imds),),
            "the metadata and the credentials of the instance role to the Agent's user",
            Step('Remove the rule again', (script(f'{program} del {rule}', imds=imds),)),
        ),
    )


def _blocked_by_ecs(facts: Facts) -> Remedy:
    """Source: ECS_AWSVPC_BLOCK_IMDS in the README of amazon-ecs-agent: a blackhole route in each such task."""
    file, backup = '/etc/ecs/ecs.config', '/etc/ecs/ecs.config.before'
    restart = shell('sudo', 'systemctl', 'restart', 'ecs')
    allow = Choice(
        f'Remove ECS_AWSVPC_BLOCK_IMDS from {file} on the container instance, and restart its ECS agent; tasks that '
        'are started afterwards reach IMDS',
        (
            sequence(
                new_file(backup),
                shell('sudo', 'cp', file, backup),
                shell('sudo', 'sed', '-i', '/^ECS_AWSVPC_BLOCK_IMDS=/d', file),
                restart,
            ),
        ),
        'IMDS and the credentials of the instance role to every task with the network mode awsvpc',
        Step('Put the file back', (sequence(shell('sudo', 'cp', backup, file), restart),)),
    )
    return Remedy(
        'The network of this task has no way to IMDS, as ECS_AWSVPC_BLOCK_IMDS=true on the container instance does for '
        'the network mode awsvpc: name the host without IMDS, use the host network, or allow IMDS',
        (*ways_around_the_hop_limit(facts), allow),
        apply_settings(facts),
    )


def _no_way_out(facts: Facts) -> Remedy:
    choices = ways_around_the_hop_limit(facts)
    if container_kind(facts) is ContainerKind.POD:
        choices = (*choices, _ipv4_of_pods())
    return Remedy(
        f"The network of the Agent's container has no way to {address(facts)}: name the host without IMDS, or give the "
        'Agent a network that has one',
        choices,
        apply_settings(facts),
    )


def _ipv4_of_pods() -> Choice:
    """Source: ENABLE_V4_EGRESS in the README of amazon-vpc-cni-k8s; its policies cover eth0 alone."""
    of_cni = ('kubectl', 'set', 'env', '--namespace', 'kube-system', 'daemonset/aws-node')
    return Choice(
        'On a cluster with IPv6, let the VPC CNI give a way to IPv4 addresses to pods that are created afterwards',
        (shell(*of_cni, 'ENABLE_V4_EGRESS=true'),),
        'IPv4 addresses to all pods, past network policies, which do not cover that interface',
        Step('Set it back', (shell(*of_cni, 'ENABLE_V4_EGRESS=false'),)),
    )
