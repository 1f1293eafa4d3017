"""The tags on every sample."""

from ..facts import Facts, Identity, Imds
from ..facts.account import Caller

IDENTITY_TAGS = {
    'region': 'region',
    'availability_zone': 'availability-zone',
    'account_id': 'aws_account',
    'image_id': 'image',
    'instance_type': 'instance-type',
}
"""Field of the identity document -> the tag that Datadog's AWS integration uses for it, so that both can be joined."""


def tags_of(facts: Facts, own: tuple[str, ...], identity_tags: tuple[str, ...]) -> list[str]:
    """The operator's tags, the instance id (the fault that we watch renames the host), and the identity asked for.

    In the account scope: the operator's tags and the account.
    """
    tags = list(own)
    if facts.account is not None:
        account = account_id(facts)
        return [*tags, f'aws_account:{account}'] if account else tags
    if facts.instance_id:
        tags.append(f'instance_id:{facts.instance_id}')
    identity = facts.imds.identity if isinstance(facts.imds, Imds) else None
    return tags if identity is None else tags + _identity(identity, identity_tags)


def account_id(facts: Facts) -> str:
    """Of the account that an account run looked at; '' where it is not known, and in the host scope."""
    caller = facts.account.caller if facts.account is not None else None
    return caller.account_id if isinstance(caller, Caller) else ''


def _identity(identity: Identity, wanted: tuple[str, ...]) -> list[str]:
    values = {name: getattr(identity, name) for name in wanted}
    return [f'{IDENTITY_TAGS[name]}:{value}' for name, value in values.items() if value]
