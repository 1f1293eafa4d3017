"""What EC2 answers, as XML with the elements and about the size that it has there (3 to 4 kB for an instance)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.account.ec2_fleet import Instance, instance_id

NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/'
USUAL_TAGS = {'Environment': 'production', 'Team': 'payments', 'CostCenter': '4711', 'ManagedBy': 'terraform'}


@dataclass(frozen=True)
class Template:
    """A launch template; its default version."""

    name: str
    metadata_options: Mapping[str, str | int] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def document(action: str, body: str, next_token: str = '') -> bytes:
    token = f'<nextToken>{next_token}</nextToken>' if next_token else ''
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{action}Response xmlns="{NAMESPACE}">'
        f'<requestId>8f7724cf-496f-496e-8fe3-example</requestId>{body}{token}</{action}Response>'
    ).encode()


def error(code: str, message: str) -> bytes:
    errors = f'<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>'
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{errors}<RequestID>8f77</RequestID></Response>'.encode()


def elements(values: Mapping[str, object]) -> str:
    return ''.join(f'<{name}>{escape(str(value))}</{name}>' for name, value in values.items())


def tag_set(tags: Mapping[str, str]) -> str:
    items = ''.join(f'<item>{elements({"key": k, "value": v})}</item>' for k, v in tags.items())
    return f'<tagSet>{items}</tagSet>'


def reservation(number: int, instance: Instance, region: str) -> str:
    head = elements({'reservationId': f'r-{number:017x}', 'ownerId': '123456789012'})
    body = described(number, instance, region)
    return f'<item>{head}<groupSet/><instancesSet><item>{body}</item></instancesSet></item>'


def described(number: int, instance: Instance, region: str) -> str:
    address = f'10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}'
    tags = {'Name': f'node-{number}', **USUAL_TAGS, **instance.tags}
    return (
        _identity(number, instance, region, address)
        + _surroundings(number, address)
        + tag_set(tags)
        + f'<metadataOptions>{_options(instance)}</metadataOptions>'
        + '<enclaveOptions><enabled>false</enabled></enclaveOptions><bootMode>uefi-preferred</bootMode>'
        + '<maintenanceOptions><autoRecovery>default</autoRecovery></maintenanceOptions>'
    )


def _identity(number: int, instance: Instance, region: str, address: str) -> str:
    codes = {'running': 16, 'stopped': 80}
    before = {'instanceId': instance_id(number), 'imageId': 'ami-0abcdef1234567890'}
    after = {
        'privateDnsName': f'ip-{address.replace(".", "-")}.{region}.compute.internal',
        'dnsName': '',
        'reason': '',
        'keyName': 'operations',
        'amiLaunchIndex': 0,
        'instanceType': 'm7i.large',
        'launchTime': '2026-01-05T08:30:00.000Z',
        'subnetId': 'subnet-0bb1c79de3example',
        'vpcId': 'vpc-0ee975135dexample1',
        'privateIpAddress': address,
        'sourceDestCheck': 'true',
        'architecture': 'x86_64',
        'rootDeviceType': 'ebs',
        'rootDeviceName': '/dev/xvda',
        'virtualizationType': 'hvm',
        'clientToken': f'fleet-{number:036x}',
        'hypervisor': 'xen',
        'ebsOptimized': 'true',
        'enaSupport': 'true',
    }
    state = elements({'code': codes[instance.state], 'name': instance.state})
    place = elements({'availabilityZone': f'{region}a', 'groupName': '', 'tenancy': 'default'})
    return (
        f'{elements(before)}<instanceState>{state}</instanceState>{elements(after)}<productCodes/>'
        f'<placement>{place}</placement><monitoring><state>disabled</state></monitoring>'
    )


def _surroundings(number: int, address: str) -> str:
    group = f'<item>{elements({"groupId": "sg-0e7f1234567890abc", "groupName": "nodes"})}</item>'
    volume = {
        'volumeId': f'vol-{number:017x}',
        'status': 'attached',
        'attachTime': '2026-01-05T08:30:01.000Z',
        'deleteOnTermination': 'true',
    }
    disk = f'<item><deviceName>/dev/xvda</deviceName><ebs>{elements(volume)}</ebs></item>'
    interface = {
        'networkInterfaceId': f'eni-{number:017x}',
        'subnetId': 'subnet-0bb1c79de3example',
        'vpcId': 'vpc-0ee975135dexample1',
        'description': 'aws-K8S-primary network interface of the node',
        'ownerId': '123456789012',
        'status': 'in-use',
        'macAddress': '02:1b:2c:3d:4e:5f',
        'privateIpAddress': address,
        'sourceDestCheck': 'true',
        'interfaceType': 'interface',
    }
    attachment = {'attachmentId': f'eni-attach-{number:017x}', 'deviceIndex': 0, 'status': 'attached'}
    addresses = f'<item>{elements({"privateIpAddress": address, "primary": "true"})}</item>'
    network = (
        f'<item>{elements(interface)}<groupSet>{group}</groupSet><attachment>{elements(attachment)}</attachment>'
        f'<privateIpAddressesSet>{addresses}</privateIpAddressesSet><ipv6AddressesSet/></item>'
    )
    profile = elements({'arn': 'arn:aws:iam::123456789012:instance-profile/nodes', 'id': 'AIPAJQ6EXAMPLEEXAMPLE'})
    return (
        f'<groupSet>{group}</groupSet><blockDeviceMapping>{disk}</blockDeviceMapping>'
        f'<iamInstanceProfile>{profile}</iamInstanceProfile><networkInterfaceSet>{network}</networkInterfaceSet>'
    )


def _options(instance: Instance) -> str:
    return elements(
        {
            'state': 'applied',
            'httpTokens': instance.http_tokens,
            'httpPutResponseHopLimit': instance.hop_limit,
            'httpEndpoint': instance.endpoint,
            'httpProtocolIpv6': 'disabled',
            'instanceMetadataTags': 'disabled',
        }
    )


def template_versions(templates: Iterable[tuple[int, Template]]) -> str:
    return f'<launchTemplateVersionSet>{"".join(_version(n, t) for n, t in templates)}</launchTemplateVersionSet>'


def _version(number: int, template: Template) -> str:
    head = {
        'launchTemplateId': f'lt-{number:017x}',
        'launchTemplateName': template.name,
        'versionNumber': 3,
        'defaultVersion': 'true',
    }
    options = f'<metadataOptions>{elements(template.metadata_options)}</metadataOptions>'
    specification = f'<item><resourceType>instance</resourceType>{tag_set(template.tags)}</item>'
    data = f'{options}<tagSpecificationSet>{specification}</tagSpecificationSet>'
    return f'<item>{elements(head)}<launchTemplateData>{data}</launchTemplateData></item>'
