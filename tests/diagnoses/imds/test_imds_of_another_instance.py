"""The metadata of another instance answers."""

from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.diagnoses import imds as imds_diagnoses
from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_OF_ANOTHER_INSTANCE
from datadog_checks.aws_diagnostics.diagnoses.imds.routes import past_the_gateway
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.findings import NotApplicable, Unknown
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.builders import (
    INSTANCE_ID,
    NOW,
    OTHER_INSTANCE_ID,
    agent,
    answered,
    configuration,
    container,
    facts,
    host,
    hostname_file,
    identity,
    imds,
    path,
    route,
)
from tests.diagnoses.remedy_parts import RESTART, RESTART_DOCKER
from tests.diagnoses.tables import Row, remedy_test, verdict_test
from tests.remedy_rules import commands_of

FOREIGN = imds(instance_id=OTHER_INSTANCE_ID, identity=identity(OTHER_INSTANCE_ID))
XEN = Platform(True, "DMI bios_version is '4.11.amazon'")
PATH = '/var/lib/cloud/data/instance-id'
FOUND = (
    f'IMDS says that this is {OTHER_INSTANCE_ID}, and the firmware of this machine (DMI board_asset_tag) says '
    f'{INSTANCE_ID}: the IMDS of another instance answers, or something in its place'
)
FAILS = {
    'a route leads to the IMDS of another instance': Row(
        facts(imds=FOREIGN), FOUND, near_miss='IMDS and the firmware agree'
    ),
    'behind a router': Row(
        facts(imds=FOREIGN, path=path(gateways=1, gateway_addresses=('10.8.0.1',))),
        f'{FOUND} (1 gateway: 10.8.0.1 on the way)',
        near_miss='IMDS and the firmware agree',
    ),
    'by IMDSv1 alone': Row(
        facts(imds=imds(instance_id=OTHER_INSTANCE_ID, identity=None)), FOUND, near_miss='IMDS and the firmware agree'
    ),
    'some time ago': Row(
        facts(imds=replace(FOREIGN, observed_at=NOW - 300)),
        f'{FOUND}; observed 5 minutes ago (the probe backs off)',
        near_miss='IMDS and the firmware agree',
    ),
}
PASSES = {
    'IMDS and the firmware agree': Row(
        facts(), f'IMDS and the firmware (DMI board_asset_tag) name the same instance: {INSTANCE_ID}'
    ),
    "IMDS and the firmware agree, and cloud-init's file is from an image": Row(
        facts(host=host(cloud_init_instance_id=OTHER_INSTANCE_ID)),
        f'IMDS and the firmware (DMI board_asset_tag) name the same instance: {INSTANCE_ID}',
    ),
    'Xen, where cloud-init agrees': Row(
        facts(platform=XEN), f"IMDS and cloud-init's file name the same instance: {INSTANCE_ID}"
    ),
}
UNKNOWN = {
    'Xen, where cloud-init disagrees': Row(
        facts(platform=XEN, host=host(cloud_init_instance_id=OTHER_INSTANCE_ID)),
        f"the instance id is disputed: IMDS says {INSTANCE_ID}, cloud-init's file says {OTHER_INSTANCE_ID}: either the "
        'IMDS of another instance answers, or an image brought the file along',
    ),
    'IMDS was not asked': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
}
NO_COMPARISON = 'the firmware does not name the instance, as it does on Nitro, so there is no comparison'
NOT_APPLICABLE = {
    'IMDS is silent': Row(facts(imds=imds(instance_id=None, identity=None)), 'IMDS gave no instance id'),
    'Xen without cloud-init': Row(facts(platform=XEN, host=host(cloud_init_instance_id=None)), NO_COMPARISON),
    'Xen, where the file that disagrees is judged by its own diagnosis': Row(
        facts(
            platform=XEN,
            host=host(cloud_init_instance_id=OTHER_INSTANCE_ID),
            agent=agent(
                hostname=OTHER_INSTANCE_ID,
                provider='hostnameFile',
                configuration=configuration(hostname_file=PATH),
                hostname_file=hostname_file(PATH, OTHER_INSTANCE_ID),
            ),
        ),
        NO_COMPARISON,
    ),
}
test_verdict = verdict_test(IMDS_OF_ANOTHER_INSTANCE, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

EXEMPT = Choice(
    'Exempt 169.254.169.254 from the VPN or the proxy that leads to the other instance, and on that instance do not '
    'forward it or translate its address for others'
)
LOOK = (Command('ip route get 169.254.169.254'), Command('ip rule show'))
RULES = (
    Command('sudo iptables-save | grep -iF -e 169.254 -e reject -e drop'),
    Command('sudo nft list ruleset | grep -iF -e 169.254 -e reject -e drop'),
)
BY_FIRMWARE = Step(
    'Until this diagnosis passes, take the id of this machine from the EC2 console or from its firmware, never from '
    'IMDS',
    (Command('cat /sys/devices/virtual/dmi/id/board_asset_tag'),),
)
SUMMARY = "Route IMDS requests to this machine's own IMDS: a router, VPN or proxy sends them to another instance"


def rules_to_look_for(where: str) -> Step:
    return Step(
        'List the firewall rules for 169.254.169.254 and its network, and those that reject or drop packets, '
        f'{where}, such as DNAT or REDIRECT to another machine',
        RULES,
    )


test_remedy = remedy_test(
    IMDS_OF_ANOTHER_INSTANCE,
    {
        'on a host': (
            facts(imds=FOREIGN),
            Remedy(
                SUMMARY,
                (EXEMPT, *past_the_gateway(facts(imds=FOREIGN)).choices),
                (
                    Step('Look at the route to IMDS, and at the rules that choose a routing table', LOOK),
                    rules_to_look_for('on this host'),
                    BY_FIRMWARE,
                    RESTART,
                ),
            ),
        ),
        'in a container, whose network is not repaired from inside': (
            facts(imds=FOREIGN, host=host(container=container(ContainerKind.DOCKER))),
            Remedy(
                SUMMARY,
                (EXEMPT,),
                (
                    Step('See which way packets to IMDS take, on the host of this container', LOOK),
                    rules_to_look_for('on the host of this container'),
                    BY_FIRMWARE,
                    RESTART_DOCKER,
                ),
            ),
        ),
    },
)


def test_the_route_is_named_and_gets_an_exception() -> None:
    through_a_vpn = facts(imds=FOREIGN, host=host(route=route(device='wg0', device_kind='wireguard')))
    (finding,) = diagnose((IMDS_OF_ANOTHER_INSTANCE,), through_a_vpn)
    assert 'dev wg0 (wireguard' in finding.verdict.evidence
    assert finding.remedy is not None
    assert Command('sudo wg show wg0 allowed-ips') in commands_of(finding.remedy)


def disputed() -> Facts:
    settings = configuration(hostname='web-1')
    with_v1 = replace(FOREIGN, tokenless=answered())
    return facts(imds=with_v1, agent=agent(hostname='web-1', provider='configuration', configuration=settings))


def test_nothing_else_is_said_about_the_imds_of_another_instance() -> None:
    verdicts = {
        finding.diagnosis.id: type(finding.verdict)
        for finding in diagnose(imds_diagnoses.DIAGNOSES, disputed(), Expectations(imdsv1=ImdsV1.DISABLED))
        if finding.diagnosis.id not in ('imds-of-another-instance', 'imds-behind-proxy-settings')
    }
    assert set(verdicts.values()) == {Unknown, NotApplicable}
    assert [id for id, kind in verdicts.items() if kind is NotApplicable] == ['imds-hop-limit-above-policy']


def test_no_command_of_any_finding_carries_a_disputed_id() -> None:
    commands = [
        command.text
        for finding in diagnose(DIAGNOSES, disputed())
        if finding.remedy is not None
        for command in commands_of(finding.remedy)
    ]
    assert commands
    assert [text for text in commands if INSTANCE_ID in text or OTHER_INSTANCE_ID in text] == []
