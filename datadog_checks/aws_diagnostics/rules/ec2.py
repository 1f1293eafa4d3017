"""Is this EC2? Decided on evidence, before anything is sent to an address that is another cloud's elsewhere."""

from ..facts import Answer, ContainerKind, Dmi, Host, Imds, Platform, Unobserved
from ..facts.imds import is_granted
from ..facts.values import InstanceId
from ..text import quoted

EC2_BOARD_VENDOR = 'Amazon EC2'


def platform_of(host: Host | Unobserved) -> Platform:
    """What the host itself tells, without asking IMDS.

    Rules: AWS, "Identify EC2 instances" (identify_ec2_instances.html in the EC2 user guide); the Agent's own DMI rules.
    """
    if isinstance(host, Unobserved):
        return Platform(None, f'the host could not be inspected: {host.reason}')
    if host.container.kind is ContainerKind.FARGATE:
        return Platform(False, f'a Fargate task has no IMDS ({host.container.evidence})')
    if host.container.kind is ContainerKind.SIDECAR:
        return Platform(False, f'the Agent is the sidecar of one task, and has no hostname ({host.container.evidence})')
    return _by_firmware(host.dmi) or _by_uuid(host) or _by_cloud_init(host) or _unknown(host)


def platform_of_answer(imds: Imds | Unobserved) -> Platform:
    """What an answer of IMDS tells where the host itself tells nothing.

    A refusal, silence or an anonymous 403 tells nothing: another cloud, a firewall or nobody may be there.
    """
    if isinstance(imds, Unobserved):
        return Platform(None, imds.reason)
    if imds.instance_id:
        return Platform(True, f'IMDS at {imds.endpoint} gave the instance id {imds.instance_id}')
    if is_granted(imds.token):
        return Platform(True, f'IMDS at {imds.endpoint} granted a token as EC2 does')
    match imds.control:
        case Answer(status=401, server='EC2ws'):
            return Platform(True, f'IMDS at {imds.endpoint} refused an invalid token as EC2 does (401, Server: EC2ws)')
    return Platform(None, f'{imds.endpoint} does not answer as EC2 does')


def _by_firmware(dmi: Dmi | Unobserved) -> Platform | None:
    if isinstance(dmi, Unobserved):
        return None
    if EC2_BOARD_VENDOR in (dmi.board_vendor, dmi.sys_vendor):
        tag = dmi.board_asset_tag
        seen = f'DMI board_vendor is {quoted(EC2_BOARD_VENDOR)}' + (
            f', board_asset_tag is {quoted(tag)}' if tag else ''
        )
        return Platform(True, seen, instance_id=InstanceId.of(tag))
    if 'amazon' in dmi.bios_version.lower():
        return Platform(True, f'DMI bios_version is {quoted(dmi.bios_version)}')
    if is_ec2_uuid(dmi.product_uuid):
        return Platform(True, f'DMI product_uuid starts with {quoted(dmi.product_uuid[:8])}')
    vendor = dmi.board_vendor or dmi.sys_vendor
    if vendor and vendor.lower() != 'xen':
        return Platform(False, f'DMI names another vendor: {quoted(vendor)}')
    return None


def _by_uuid(host: Host) -> Platform | None:
    if is_ec2_uuid(host.hypervisor_uuid):
        return Platform(True, f'/sys/hypervisor/uuid starts with {quoted(host.hypervisor_uuid[:8])}')
    return None


def _by_cloud_init(host: Host) -> Platform | None:
    if not host.cloud_init_platform:
        return None
    seen = f'cloud-init says that the platform is {quoted(host.cloud_init_platform)}'
    return Platform(host.cloud_init_platform in ('aws', 'ec2'), seen)


def _unknown(host: Host) -> Platform:
    return Platform(None, 'neither DMI, the hypervisor nor cloud-init says which platform this is')


def is_ec2_uuid(uuid: str) -> bool:
    """Starts with ec2, also where the firmware stores the first field with its bytes reversed (SMBIOS 2.4)."""
    first = uuid.lower().partition('-')[0]
    if len(first) != 8:
        return False
    reversed_bytes = ''.join(first[i : i + 2] for i in range(6, -1, -2))
    return first.startswith('ec2') or reversed_bytes.startswith('ec2')
