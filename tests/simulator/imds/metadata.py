"""The metadata of one instance, as a tree of paths."""

import json
from dataclasses import dataclass, field

# As real IMDS lists them (AWS Snowball Edge Developer Guide, "Examples of retrieving instance metadata").
VERSIONS = (
    *('1.0', '2007-01-19', '2007-03-01', '2007-08-29', '2007-10-10', '2007-12-15', '2008-02-01', '2008-09-01'),
    *('2009-04-04', '2011-01-01', '2011-05-01', '2012-01-12', '2014-02-25', '2014-11-05', '2015-10-20', '2016-04-19'),
    *('2016-06-30', '2016-09-02', '2018-03-28', '2018-08-17', '2018-09-24', '2019-10-01', '2020-10-27', '2021-01-03'),
    *('2021-03-23', '2021-07-15', '2022-09-24', '2024-04-11', 'latest'),
)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An instance, with the role, tags and user data that IMDS tells of it."""

    instance_id: str = 'i-0123456789abcdef0'
    image_id: str = 'ami-0abcdef1234567890'
    instance_type: str = 'm7i.large'
    account_id: str = '123456789012'
    availability_zone: str = 'eu-west-1a'
    availability_zone_id: str = 'euw1-az1'
    private_ip: str = '10.0.0.12'
    public_ip: str = '198.51.100.12'
    mac: str = '06:00:0a:00:00:0c'
    role: str = 'web'
    tags: dict[str, str] = field(default_factory=lambda: {'Name': 'web-1'})
    user_data: str = '#!/bin/sh\nexit 0\n'

    @property
    def region(self) -> str:
        return self.availability_zone[:-1]

    @property
    def private_name(self) -> str:
        return f'ip-{self.private_ip.replace(".", "-")}.{self.region}.compute.internal'

    @property
    def public_name(self) -> str:
        return f'ec2-{self.public_ip.replace(".", "-")}.{self.region}.compute.amazonaws.com'


def lookup(instance: Instance, path: str) -> str | None:
    """The content of a path: a value, a list of names, or None where there is nothing."""
    version, _, rest = path.strip('/').partition('/')
    if not version:
        return '\n'.join(VERSIONS)
    if version not in VERSIONS:
        return None
    documents = _documents(instance)
    return documents[rest] if rest in documents else _listing(rest, documents)


def _listing(folder: str, documents: dict[str, str]) -> str | None:
    """Names, those of folders with a slash at the end; two folders are listed in ways of their own."""
    match folder:
        case '':
            return '\n'.join(sorted({path.partition('/')[0] for path in documents}))
        case 'meta-data/public-keys':
            return '0=deployment'
    below = [path.removeprefix(f'{folder}/') for path in documents if path.startswith(f'{folder}/')]
    return '\n'.join(sorted({name + slash for name, slash, _ in (path.partition('/') for path in below)})) or None


def _documents(instance: Instance) -> dict[str, str]:
    documents = {f'meta-data/{path}': value for path, value in _meta_data(instance).items()}
    documents |= {f'dynamic/instance-identity/{path}': value for path, value in _identity(instance).items()}
    if instance.user_data:
        documents['user-data'] = instance.user_data
    return documents


def _meta_data(instance: Instance) -> dict[str, str]:
    return {
        'ami-id': instance.image_id,
        'ami-launch-index': '0',
        'ami-manifest-path': '(unknown)',
        'block-device-mapping/ami': '/dev/xvda',
        'block-device-mapping/root': '/dev/xvda',
        'hostname': instance.private_name,
        'instance-action': 'none',
        'instance-id': instance.instance_id,
        'instance-life-cycle': 'on-demand',
        'instance-type': instance.instance_type,
        'local-hostname': instance.private_name,
        'local-ipv4': instance.private_ip,
        'mac': instance.mac,
        'placement/availability-zone': instance.availability_zone,
        'placement/availability-zone-id': instance.availability_zone_id,
        'placement/region': instance.region,
        'profile': 'default-hvm',
        'public-hostname': instance.public_name,
        'public-ipv4': instance.public_ip,
        'public-keys/0/openssh-key': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI deployment',
        'reservation-id': 'r-0123456789abcdef0',
        'security-groups': 'web',
        'services/domain': 'amazonaws.com',
        'services/partition': 'aws',
        'system': 'nitro',
        **_iam(instance),
        **_network(instance),
        **{f'tags/instance/{key}': value for key, value in instance.tags.items()},
    }


def _iam(instance: Instance) -> dict[str, str]:
    if not instance.role:
        return {}
    profile = f'arn:aws:iam::{instance.account_id}:instance-profile/{instance.role}'
    info = {'Code': 'Success', 'LastUpdated': '2026-01-01T00:00:00Z', 'InstanceProfileArn': profile}
    credentials = {
        'Code': 'Success',
        'LastUpdated': '2026-01-01T00:00:00Z',
        'Type': 'AWS-HMAC',
        'AccessKeyId': 'ASIAEXAMPLEEXAMPLE00',
        'SecretAccessKey': 'example-secret-access-key',
        'Token': 'example-session-token',
        'Expiration': '2099-01-01T00:00:00Z',
    }
    return {
        'iam/info': json.dumps(info | {'InstanceProfileId': 'AIPAEXAMPLEEXAMPLE000'}, indent=2),
        f'iam/security-credentials/{instance.role}': json.dumps(credentials, indent=2),
    }


def _network(instance: Instance) -> dict[str, str]:
    values = {
        'device-number': '0',
        'interface-id': 'eni-0123456789abcdef0',
        'ipv4-associations/' + instance.public_ip: instance.private_ip,
        'local-hostname': instance.private_name,
        'local-ipv4s': instance.private_ip,
        'mac': instance.mac,
        'owner-id': instance.account_id,
        'public-hostname': instance.public_name,
        'public-ipv4s': instance.public_ip,
        'security-group-ids': 'sg-0123456789abcdef0',
        'security-groups': 'web',
        'subnet-id': 'subnet-0123456789abcdef0',
        'subnet-ipv4-cidr-block': '10.0.0.0/24',
        'vpc-id': 'vpc-0123456789abcdef0',
        'vpc-ipv4-cidr-block': '10.0.0.0/16',
        'vpc-ipv4-cidr-blocks': '10.0.0.0/16',
    }
    return {f'network/interfaces/macs/{instance.mac}/{name}': value for name, value in values.items()}


def _identity(instance: Instance) -> dict[str, str]:
    document = {
        'accountId': instance.account_id,
        'architecture': 'x86_64',
        'availabilityZone': instance.availability_zone,
        'billingProducts': None,
        'devpayProductCodes': None,
        'marketplaceProductCodes': None,
        'imageId': instance.image_id,
        'instanceId': instance.instance_id,
        'instanceType': instance.instance_type,
        'kernelId': None,
        'pendingTime': '2026-01-01T00:00:00Z',
        'privateIp': instance.private_ip,
        'ramdiskId': None,
        'region': instance.region,
        'version': '2017-09-30',
    }
    signatures = dict.fromkeys(('pkcs7', 'rsa2048', 'signature'), 'example')
    return {'document': json.dumps(document, indent=2)} | signatures
