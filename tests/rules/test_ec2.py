from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import Container, ContainerKind, Dmi, Host, Imds, Platform, Unobserved
from datadog_checks.aws_diagnostics.rules import is_ec2_uuid, platform_of, platform_of_answer
from tests.builders import INSTANCE_ID, answered, host, imds

UNKNOWN = Platform(None, 'neither DMI, the hypervisor nor cloud-init says which platform this is')


def blank(**differences: Any) -> Host:
    """A host that says nothing of itself but what a case states."""
    known: dict[str, Any] = {'dmi': Dmi(), 'cloud_init_instance_id': '', 'cloud_init_platform': ''}
    return host(**(known | differences))


@pytest.mark.parametrize(
    ('situation', 'platform'),
    [
        pytest.param(
            host(),
            Platform(True, f"DMI board_vendor is 'Amazon EC2', board_asset_tag is '{INSTANCE_ID}'", INSTANCE_ID),
            id='Nitro',
        ),
        pytest.param(
            blank(dmi=Dmi(sys_vendor='Amazon EC2', board_asset_tag='Not Specified')),
            Platform(True, "DMI sys_vendor is 'Amazon EC2', board_asset_tag is 'Not Specified'"),
            id='Nitro whose asset tag is no instance id',
        ),
        pytest.param(
            blank(dmi=Dmi(sys_vendor='Xen', bios_version='4.11.amazon')),
            Platform(True, "DMI bios_version is '4.11.amazon'"),
            id='Xen, by the BIOS',
        ),
        pytest.param(
            blank(dmi=Dmi(sys_vendor='Xen', product_uuid='EC2E1916-9099-7CAF-FD21-012345ABCDEF')),
            Platform(True, "DMI product_uuid starts with 'EC2E1916'"),
            id='Xen, by the product uuid',
        ),
        pytest.param(
            blank(hypervisor_uuid='ec2e1916-9099-7caf-fd21-012345abcdef'),
            Platform(True, "/sys/hypervisor/uuid starts with 'ec2e1916'"),
            id='Xen, by the hypervisor',
        ),
        pytest.param(
            blank(dmi=Unobserved('not mounted'), cloud_init_platform='aws'),
            Platform(True, "cloud-init says that the platform is 'aws'"),
            id='DMI hidden, cloud-init ran',
        ),
        pytest.param(
            blank(cloud_init_platform='azure'),
            Platform(False, "cloud-init says that the platform is 'azure'"),
            id='cloud-init of another cloud',
        ),
        pytest.param(
            blank(dmi=Dmi(board_vendor='Microsoft Corporation'), cloud_init_platform='aws'),
            Platform(False, "DMI names another vendor: 'Microsoft Corporation'"),
            id='another vendor, whatever cloud-init says',
        ),
        pytest.param(
            blank(dmi=Dmi('Hetzner', product_uuid='ec2e1916-9099-7caf-fd21-012345abcdef')),
            Platform(False, "DMI names another vendor: 'Hetzner'"),
            id='another vendor, whatever the product uuid begins with',
        ),
        pytest.param(
            blank(dmi=Dmi('Dell Inc.', bios_version='4.11.amazon'), hypervisor_uuid='ec2e1916-9099-7caf-fd21-0123'),
            Platform(False, "DMI names another vendor: 'Dell Inc.'"),
            id='another vendor, whatever BIOS and hypervisor say',
        ),
        pytest.param(
            blank(dmi=Dmi(sys_vendor='QEMU', product_uuid='ec2e1916-9099-7caf-fd21-012345abcdef')),
            Platform(False, "DMI names another vendor: 'QEMU'"),
            id='a system of another vendor, without a board',
        ),
        pytest.param(
            blank(dmi=Dmi('Supermicro', sys_vendor='Amazon EC2', board_asset_tag=INSTANCE_ID)),
            Platform(None, "DMI names 'Amazon EC2' and another vendor: 'Supermicro'"),
            id='two vendors that contradict each other',
        ),
        pytest.param(
            blank(hypervisor_uuid='ec2e1916-9099-7caf-fd21-012345abcdef', cloud_init_platform='hetzner'),
            Platform(False, "cloud-init says that the platform is 'hetzner'"),
            id='a cloud by name, whatever the uuid begins with',
        ),
        pytest.param(
            blank(cloud_init_platform='aws-china'),
            Platform(True, "cloud-init says that the platform is 'aws-china'"),
            id='in China',
        ),
        pytest.param(
            blank(cloud_init_platform='aws-gov'),
            Platform(True, "cloud-init says that the platform is 'aws-gov'"),
            id='in GovCloud',
        ),
        *(
            pytest.param(blank(cloud_init_platform=name), UNKNOWN, id=f'cloud-init took its data elsewhere: {name}')
            for name in ('none', 'nocloud', 'configdrive', 'unknown')
        ),
        pytest.param(
            blank(hypervisor_uuid='ec2e1916-9099-7caf-fd21-012345abcdef', cloud_init_platform='none'),
            Platform(True, "/sys/hypervisor/uuid starts with 'ec2e1916'"),
            id='Xen, where cloud-init found no cloud',
        ),
        pytest.param(blank(dmi=Dmi(sys_vendor='Xen')), UNKNOWN, id='Xen of whoever'),
        pytest.param(
            blank(
                dmi=Dmi(sys_vendor='Xen', bios_version='4.17.2-xcpng'),
                hypervisor_uuid='ec2f7a10-3c5e-4d4e-9f55-1f6e9d9a2b10',
            ),
            UNKNOWN,
            id='Xen whose BIOS is not that of Amazon, whatever the uuid begins with',
        ),
        pytest.param(blank(hypervisor_uuid='00000000-0000-0000-0000-000000000000'), UNKNOWN, id='no uuid of EC2'),
        pytest.param(blank(), UNKNOWN, id='nothing known'),
        pytest.param(
            host(container=Container(ContainerKind.FARGATE, 'ECS_CONTAINER_METADATA_URI_V4')),
            Platform(False, 'a Fargate task has no IMDS (ECS_CONTAINER_METADATA_URI_V4)'),
            id='Fargate, although its firmware is that of EC2',
        ),
        pytest.param(
            host(container=Container(ContainerKind.SIDECAR, 'ecs_deployment_mode is sidecar')),
            Platform(
                False, 'the Agent is the sidecar of one task, and has no hostname (ecs_deployment_mode is sidecar)'
            ),
            id='a sidecar, although its host is on EC2',
        ),
        pytest.param(
            Unobserved('no permission'),
            Platform(None, 'the host could not be inspected: no permission'),
            id='host not observed',
        ),
    ],
)
def test_the_platform_is_decided_on_evidence(situation: Host | Unobserved, platform: Platform) -> None:
    assert platform_of(situation) == platform


@pytest.mark.parametrize(
    ('uuid', 'ec2'),
    [
        pytest.param('ec2e1916-9099-7caf-fd21-012345abcdef', True, id='starts with ec2'),
        pytest.param('EC2E1916-9099-7CAF-FD21-012345ABCDEF', True, id='in capitals'),
        pytest.param('45e12aec-dcd1-b213-94ed-01234567abcd', True, id='first field with its bytes reversed'),
        pytest.param('4c4c4544-0050-3510-8051-b4c04f4e4d31', False, id='of another maker'),
        pytest.param('45e1ec2a-0000-0000-0000-000000000000', False, id='ec2 somewhere else'),
        pytest.param('ec2', False, id='no uuid'),
        pytest.param('', False, id='empty'),
    ],
)
def test_a_uuid_of_ec2_starts_with_ec2_in_either_byte_order(uuid: str, ec2: bool) -> None:
    assert is_ec2_uuid(uuid) is ec2


LIKE_EC2 = Platform(None, 'http://169.254.169.254 answers like EC2, but without an identity document that proves it')
OTHERWISE = Platform(None, 'http://169.254.169.254 does not answer as EC2 does')


@pytest.mark.parametrize(
    ('conversation', 'platform'),
    [
        pytest.param(
            imds(),
            Platform(True, f'IMDS at http://169.254.169.254 gave a token and the identity document of {INSTANCE_ID}'),
            id='a token and a document that fits',
        ),
        pytest.param(imds(identity=None), LIKE_EC2, id='a token and an id, without a document'),
        pytest.param(imds(instance_id=None, identity=None), LIKE_EC2, id='a token alone'),
        pytest.param(
            imds(instance_id=None, identity=None, token=answered(404), control=answered(401)),
            OTHERWISE,
            id='a refusal that names the server of EC2, as proxies do too',
        ),
        pytest.param(imds(instance_id=None, identity=None, token=answered(403)), OTHERWISE, id='a refusal'),
        pytest.param(Unobserved('no sockets here'), Platform(None, 'no sockets here'), id='not asked'),
    ],
)
def test_an_answer_proves_ec2_only_by_what_ec2_alone_gives(conversation: Imds | Unobserved, platform: Platform) -> None:
    assert platform_of_answer(conversation) == platform
