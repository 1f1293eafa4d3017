"""The simulator is an IMDS for clients that were written for the real one.

How each client behaves when the token reply does not arrive, when tokens are required and when the endpoint is disabled
is what its own code does on EC2; what is tested is that the simulator brings it about.
"""

import json
from typing import Any

import pytest

from tests.simulator import IMDS, Instance, Topology, World, javascript, namespaces_available

pytestmark = pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)

INSTANCE = Instance()
ROLE_PATH = '/latest/meta-data/iam/security-credentials/'
CREDENTIALS = ('ASIAEXAMPLEEXAMPLE00', 'example-secret-access-key', 'example-session-token')

# Seconds that a client waits for an answer. When a token comes later than that, on a busy machine, the client goes on
# with IMDSv1. Where the reply is lost it waits for all of them, and whatever it asks next must be answered within them.
ARRIVES = 30
LOST = 4
NO_MATTER = 1
"""Where the client finds nothing, however long it waits."""

needs_javascript = pytest.mark.skipif(bool(javascript.missing_tool()), reason=javascript.missing_tool())


def botocore_credentials(timeout: int, endpoint: str = '') -> tuple[str, str, str] | None:
    from botocore.utils import InstanceMetadataFetcher

    config = {'ec2_metadata_service_endpoint': endpoint} if endpoint else {}
    found = InstanceMetadataFetcher(timeout=timeout, num_attempts=1, config=config).retrieve_iam_role_credentials()
    return (found['access_key'], found['secret_key'], found['token']) if found else None


def botocore_region() -> str | None:
    from botocore.utils import InstanceMetadataRegionFetcher

    region: str | None = InstanceMetadataRegionFetcher(timeout=ARRIVES, num_attempts=1).retrieve_region()
    return region


def ec2_metadata_facts() -> dict[str, Any]:
    from ec2_metadata import ec2_metadata

    interface = ec2_metadata.network_interfaces[INSTANCE.mac]
    return {
        'account': ec2_metadata.account_id,
        'image': ec2_metadata.ami_id,
        'zone': ec2_metadata.availability_zone,
        'instance': ec2_metadata.instance_id,
        'type': ec2_metadata.instance_type,
        'region': ec2_metadata.region,
        'private name': ec2_metadata.private_hostname,
        'public address': ec2_metadata.public_ipv4,
        'profile': ec2_metadata.iam_info['InstanceProfileArn'] if ec2_metadata.iam_info else None,
        'subnet': interface.subnet_id,
        'tags': dict(ec2_metadata.tags),
        'user data': ec2_metadata.user_data,
        'domain': ec2_metadata.domain,
    }


def ec2_metadata_instance_id() -> str:
    import urllib3
    from ec2_metadata import EC2Metadata

    return EC2Metadata(urllib3.PoolManager(retries=False)).instance_id


def javascript_facts(world: World, timeout: int) -> dict[str, str]:
    if not javascript.is_installed():
        pytest.fail('npm is here, but the clients could not be installed: see tests/simulator/javascript')
    command = ['node', str(javascript.SCRIPT), str(timeout)]
    found = world.command(command, cwd=javascript.FOLDER, timeout=300, check=True)
    facts: dict[str, str] = json.loads(found.stdout)
    return facts


def uses_of_imdsv1(world: World) -> int:
    return sum(request.method == 'GET' and request.token == 'none' for request in world.requests)


@pytest.mark.parametrize('endpoint', [f'http://{IMDS["ipv4"]}', f'http://[{IMDS["ipv6"]}]'])
@pytest.mark.parametrize('tokens', ['optional', 'required'])
def test_botocore_finds_credentials_by_imdsv2(tokens: str, endpoint: str) -> None:
    with World(Topology.CONTAINER, hop_limit=2, tokens=tokens) as world:
        assert world.run(botocore_credentials, ARRIVES, endpoint) == CREDENTIALS
        assert uses_of_imdsv1(world) == 0


def test_botocore_falls_back_to_imdsv1_when_the_token_reply_does_not_arrive() -> None:
    with World(Topology.CONTAINER, hop_limit=1) as world:
        assert world.run(botocore_credentials, LOST) == CREDENTIALS
        assert world.requests == [
            ('PUT', '/latest/api/token', 'none', False),
            ('GET', ROLE_PATH, 'none', False),
            ('GET', f'{ROLE_PATH}web', 'none', False),
        ]


@pytest.mark.parametrize(
    'behaviour',
    [
        pytest.param({'tokens': 'required', 'hop_limit': 1}, id='tokens required and their reply lost'),
        pytest.param({'endpoint': 'disabled', 'hop_limit': 2}, id='endpoint disabled'),
    ],
)
def test_botocore_finds_no_credentials(behaviour: dict[str, Any]) -> None:
    with World(Topology.CONTAINER, **behaviour) as world:
        assert world.run(botocore_credentials, NO_MATTER) is None


def test_botocore_finds_the_region() -> None:
    with World(Topology.HOST, tokens='required') as world:
        assert world.run(botocore_region) == 'eu-west-1'
        assert uses_of_imdsv1(world) == 0


def test_ec2_metadata_finds_everything() -> None:
    with World(Topology.HOST, tokens='required') as world:
        assert world.run(ec2_metadata_facts) == {
            'account': INSTANCE.account_id,
            'image': INSTANCE.image_id,
            'zone': INSTANCE.availability_zone,
            'instance': INSTANCE.instance_id,
            'type': INSTANCE.instance_type,
            'region': 'eu-west-1',
            'private name': INSTANCE.private_name,
            'public address': INSTANCE.public_ip,
            'profile': 'arn:aws:iam::123456789012:instance-profile/web',
            'subnet': 'subnet-0123456789abcdef0',
            'tags': {'Name': 'web-1'},
            'user data': INSTANCE.user_data.encode(),
            'domain': 'amazonaws.com',
        }


def test_ec2_metadata_never_falls_back_to_imdsv1() -> None:
    with World(Topology.CONTAINER, hop_limit=1) as world:
        with pytest.raises(Exception, match='Read timed out'):
            world.run(ec2_metadata_instance_id)
        assert world.requests == [('PUT', '/latest/api/token', 'none', False)]


def test_ec2_metadata_names_the_status_of_a_disabled_endpoint() -> None:
    with World(Topology.HOST, endpoint='disabled') as world:
        with pytest.raises(Exception, match='Failed to fetch token: 403'):
            world.run(ec2_metadata_instance_id)
        assert world.requests == [('PUT', '/latest/api/token', 'none', False)]


@needs_javascript
@pytest.mark.parametrize('tokens', ['optional', 'required'])
def test_the_aws_sdk_for_javascript_works_by_imdsv2(tokens: str) -> None:
    with World(Topology.CONTAINER, hop_limit=2, tokens=tokens) as world:
        assert javascript_facts(world, ARRIVES) == {'instanceId': INSTANCE.instance_id, 'accessKeyId': CREDENTIALS[0]}
        assert uses_of_imdsv1(world) == 0


@needs_javascript
def test_the_aws_sdk_for_javascript_falls_back_to_imdsv1_when_the_token_reply_does_not_arrive() -> None:
    with World(Topology.CONTAINER, hop_limit=1) as world:
        assert javascript_facts(world, LOST) == {'instanceId': INSTANCE.instance_id, 'accessKeyId': CREDENTIALS[0]}
        assert uses_of_imdsv1(world) == 3


@needs_javascript
@pytest.mark.parametrize(
    'behaviour',
    [
        pytest.param({'tokens': 'required', 'hop_limit': 1}, id='tokens required and their reply lost'),
        pytest.param({'endpoint': 'disabled', 'hop_limit': 2}, id='endpoint disabled'),
    ],
)
def test_the_aws_sdk_for_javascript_fails(behaviour: dict[str, Any]) -> None:
    with World(Topology.CONTAINER, **behaviour) as world:
        assert javascript_facts(world, NO_MATTER).keys() == {'error'}
