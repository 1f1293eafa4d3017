"""The tags on every sample."""

from ..facts import Facts, Identity, Imds

IDENTITY_TAGS = {
    'region': 'region',
    'availability_zone': 'availability-zone',
    'account_id': 'aws_account',
    'image_id': 'image',
    'instance_type': 'instance-type',
}
"""Field of the identity document -> the tag that Datadog's AWS integration uses for it, so that both can be joined."""


def tags_of(facts: Facts, own: tuple[str, ...], identity_tags: tuple[str, ...]) -> list[str]:
    """The operator's tags, the instance id (the fault that we watch renames the host), and the identity asked for."""
    tags = list(own)
    if facts.instance_id:
        tags.append(f'instance_id:{facts.instance_id}')
    identity = facts.imds.identity if isinstance(facts.imds, Imds) else None
    return tags if identity is None else tags + _identity(identity, identity_tags)


def _identity(identity: Identity, wanted: tuple[str, ...]) -> list[str]:
    values = {name: getattr(identity, name) for name in wanted}
    return [f'{IDENTITY_TAGS[name]}:{value}' for name, value in values.items() if value]
