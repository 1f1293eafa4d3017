"""What EC2 gives a new instance of a region that asks for nothing else."""

from ....facts.account import MetadataDefaults
from ..session import Client
from .described import shown

ACTION = 'ec2:GetInstanceMetadataDefaults'


def metadata_defaults(client: Client) -> MetadataDefaults:
    """One call. Raises what botocore raises.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceMetadataDefaults.html
    """
    level = client.get_instance_metadata_defaults().get('AccountLevel') or {}
    hop_limit = level.get('HttpPutResponseHopLimit')
    return MetadataDefaults(
        http_tokens=_set(level.get('HttpTokens')),
        http_tokens_enforced=_set(level.get('HttpTokensEnforced')),
        hop_limit=hop_limit if isinstance(hop_limit, int) and hop_limit > 0 else None,
        endpoint=_set(level.get('HttpEndpoint')),
        managed_by=_set(level.get('ManagedBy')),
    )


def _set(value: object) -> str:
    """'no-preference' is how a default is taken back."""
    return '' if value == 'no-preference' else shown(value)
