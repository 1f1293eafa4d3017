"""Is this EC2? Decided on evidence, before anything is sent to an address that is another cloud's elsewhere."""

from ..facts import ContainerKind, Dmi, Host, Imds, Platform, Unobserved
from ..facts.exchange import is_granted
from ..facts.values import InstanceId
from ..text import quoted
from .identity import is_proven

EC2_MAKER = 'Amazon EC2'
NO_CLOUD = frozenset({'', 'none', 'unknown', 'nocloud', 'configdrive', 'ovf', 'vmware', 'lxd', 'fallback', 'not-run'})
"""Of cloud-init: it found no cloud, or took its data from the image, a disk or a hypervisor, as it can on EC2 too."""


def platform_of(host: Host | Unobserved) -> Platform:
    """What the host itself tells, without asking IMDS.

    Signs have weights, the heaviest first. The name of the board's maker decides, whatever else there is. A uuid can
    begin with ec2 by chance, so it counts only where nothing names a maker or a cloud, as on Xen.

    Rules: AWS, "Identify EC2 instances" (identify_ec2_instances.html in the EC2 user guide); the Agent's own DMI rules.
    """
    if isinstance(host, Unobserved):
        return Platform(None, f'the host could not be inspected: {host.reason}')
    if host.container.kind is ContainerKind.FARGATE:
        return Platform(False, f'a Fargate task has no IMDS ({host.container.evidence})')
    if host.container.kind is ContainerKind.SIDECAR:
        return Platform(False, f'the Agent is the sidecar of one task, and has no hostname ({host.container.evidence})')
    return _by_maker(host.dmi) or _by_bios(host.dmi) or _by_cloud_init(host) or _by_uuid(host) or _unknown(host)


def platform_of_answer(imds: Imds | Unobserved) -> Platform:
    """What an answer of IMDS tells where the host itself tells nothing.

    Others answer at this address too, many with the paths of EC2 and some with `Server: EC2ws`. So only what EC2 alone
    gives is proof; everything else, and silence, leaves the question open.
    """
    if isinstance(imds, Unobserved):
        return Platform(None, imds.reason)
    if is_proven(imds):
        return Platform(True, f'IMDS at {imds.endpoint} gave a token and the identity document of {imds.instance_id}')
    if imds.instance_id or is_granted(imds.token):
        return Platform(None, f'{imds.endpoint} answers like EC2, but without an identity document that proves it')
    return Platform(None, f'{imds.endpoint} does not answer as EC2 does')


def _by_maker(dmi: Dmi | Unobserved) -> Platform | None:
    """None where no maker is named, or only Xen: it is the hypervisor of EC2's older instances, and of others."""
    if isinstance(dmi, Unobserved):
        return None
    makers = [maker for maker in (dmi.board_vendor, dmi.sys_vendor) if maker and maker.lower() != 'xen']
    others = [maker for maker in makers if maker != EC2_MAKER]
    if others and EC2_MAKER in makers:
        return Platform(None, f'DMI names {quoted(EC2_MAKER)} and another vendor: {quoted(others[0])}')
    if others:
        return Platform(False, f'DMI names another vendor: {quoted(others[0])}')
    if not makers:
        return None
    tag, named_in = dmi.board_asset_tag, 'board_vendor' if dmi.board_vendor == EC2_MAKER else 'sys_vendor'
    seen = f'DMI {named_in} is {quoted(EC2_MAKER)}' + (f', board_asset_tag is {quoted(tag)}' if tag else '')
    return Platform(True, seen, instance_id=InstanceId.of(tag))


def _by_bios(dmi: Dmi | Unobserved) -> Platform | None:
    if isinstance(dmi, Dmi) and 'amazon' in dmi.bios_version.lower():
        return Platform(True, f'DMI bios_version is {quoted(dmi.bios_version)}')
    return None


def _by_cloud_init(host: Host) -> Platform | None:
    """Source: `canonical_cloud_id` of cloud-init, which says aws-china and aws-gov too."""
    name = host.cloud_init_platform.lower()
    if name in NO_CLOUD:
        return None
    seen = f'cloud-init says that the platform is {quoted(host.cloud_init_platform)}'
    return Platform(name == 'ec2' or name == 'aws' or name.startswith('aws-'), seen)


def _by_uuid(host: Host) -> Platform | None:
    """A BIOS that names itself, and not Amazon, speaks against it: one uuid in two thousand begins so by chance."""
    if isinstance(host.dmi, Dmi) and host.dmi.bios_version:
        return None
    if isinstance(host.dmi, Dmi) and is_ec2_uuid(host.dmi.product_uuid):
        return Platform(True, f'DMI product_uuid starts with {quoted(host.dmi.product_uuid[:8])}')
    if is_ec2_uuid(host.hypervisor_uuid):
        return Platform(True, f'/sys/hypervisor/uuid starts with {quoted(host.hypervisor_uuid[:8])}')
    return None


def _unknown(host: Host) -> Platform:
    return Platform(None, 'neither DMI, the hypervisor nor cloud-init says which platform this is')


def is_ec2_uuid(uuid: str) -> bool:
    """Starts with ec2, also where the firmware stores the first field with its bytes reversed (SMBIOS 2.4)."""
    first = uuid.lower().partition('-')[0]
    if len(first) != 8:
        return False
    reversed_bytes = ''.join(first[i : i + 2] for i in range(6, -1, -2))
    return first.startswith('ec2') or reversed_bytes.startswith('ec2')
