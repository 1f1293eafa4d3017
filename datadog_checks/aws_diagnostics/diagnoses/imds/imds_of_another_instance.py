"""What answers at the address of IMDS names another instance than the firmware of this machine."""

from ...expectations import Expectations
from ...facts import Facts, Host, Imds, NetworkPath, OperatingSystem, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, shell
from ...rules import instance_id_of, is_of_another_instance, why_no_instance_id
from ..agent_remedies import in_host_network, restart_agent
from ..links import ec2_user_guide
from ..places import operating_system
from .blocking import address, firewall_rules, on_the_host
from .evidence import gateways, seen
from .other_systems import look_at_route
from .routes import past_the_gateway, taken


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    if imds.instance_id is None:
        return NotApplicable('IMDS gave no instance id')
    if is_of_another_instance(facts):
        return _of_another(facts, imds)
    if facts.platform.instance_id:
        return Passed(f'IMDS and the firmware (DMI board_asset_tag) name the same instance: {imds.instance_id}')
    return _without_firmware(facts, imds)


def _of_another(facts: Facts, imds: Imds) -> Verdict:
    by_firmware = f'the firmware of this machine (DMI board_asset_tag) says {facts.platform.instance_id}'
    way = f' ({gateways(facts.path)} on the way)' if isinstance(facts.path, NetworkPath) and facts.path.gateways else ''
    return Failed(
        f'IMDS says that this is {imds.instance_id}, and {by_firmware}: the IMDS of another instance answers, or '
        f'something in its place{way}{taken(facts)}{seen(facts)}'
    )


def _without_firmware(facts: Facts, imds: Imds) -> Verdict:
    by_file = facts.host.cloud_init_instance_id if isinstance(facts.host, Host) else None
    if by_file == imds.instance_id:
        return Passed(f"IMDS and cloud-init's file name the same instance: {imds.instance_id}")
    if by_file is None or instance_id_of(facts):
        return NotApplicable('the firmware does not name the instance, as it does on Nitro, so there is no comparison')
    return Unknown(
        f'{why_no_instance_id(facts)}: either the IMDS of another instance answers, or an image brought the file along'
    )


def remedy(facts: Facts, _: Expectations) -> Remedy:
    found = _another_way(facts)
    return Remedy(
        "Route IMDS requests to this machine's own IMDS: a router, VPN or proxy sends them to another instance",
        (_exempt(facts), *found.choices),
        (*found.then, _by_firmware(facts), restart_agent(facts)),
    )


def _exempt(facts: Facts) -> Choice:
    return Choice(
        f'Exempt {address(facts)} from the VPN or the proxy that leads to the other instance, and on that instance do '
        'not forward it or translate its address for others'
    )


def _another_way(facts: Facts) -> Remedy:
    """The network of a container is not repaired from inside: what misleads it is on the way from its host."""
    on_linux = operating_system(facts) is OperatingSystem.LINUX
    rules = (firewall_rules(facts, ', such as DNAT or REDIRECT to another machine'),) if on_linux else ()
    if in_host_network(facts):
        found = past_the_gateway(facts)
        return Remedy(found.summary, found.choices, (*found.then, *rules))
    look = Step(f'See which way packets to IMDS take, {on_the_host(facts)}', look_at_route(facts))
    return Remedy('', then=(look, *rules))


def _by_firmware(facts: Facts) -> Step:
    read = (shell('cat', '/sys/devices/virtual/dmi/id/board_asset_tag'),)
    return Step(
        'Until this diagnosis passes, take the id of this machine from the EC2 console or from its firmware, never '
        'from IMDS',
        read if operating_system(facts) is OperatingSystem.LINUX else (),
    )


IMDS_OF_ANOTHER_INSTANCE = Diagnosis(
    id='imds-of-another-instance',
    title="IMDS requests reach another instance's metadata service",
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Compares the instance id that IMDS gives with the one in the firmware of the machine (DMI board_asset_tag, on '
        "Nitro), and elsewhere with cloud-init's file."
    ),
    harm=(
        'The Agent takes the name and the tags of that instance, and its metrics are mixed up with those of the other. '
        'Until they agree, no other IMDS diagnosis is judged, and no command or tag uses either ID.'
    ),
    docs=ec2_user_guide('instancedata-data-retrieval.html'),
    judge=judge,
    remedy=remedy,
    sees_foreign_imds=True,
)
