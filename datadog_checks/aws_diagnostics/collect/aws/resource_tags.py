"""The tags that AWS has of some resources: tag:GetResources of the Resource Groups Tagging API, region by region.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Mapping, Sequence

from ...facts import Unobserved
from ...facts.values import AccountId, Arn
from ...rules.aws_tags import GET_RESOURCES, Resource, Tag
from .denials import CallFailed
from .session import Session

MOST_RESOURCES = 50
"""The API takes a hundred ARNs in one call."""
MOST_TAGS = 200
"""Of one resource; AWS allows 50 that users set."""
NOT_ACCEPTED = 'InvalidParameterException'
NO_REGION = Unobserved('its ARN names no region, in which AWS would have to be asked')
NOT_LISTED = Unobserved(f'AWS did not list all of its answer ({GET_RESOURCES})')
NO_TAGS = Unobserved(
    f'AWS has no tags of it ({GET_RESOURCES}): it has none, does not exist, or is of a type that this API does not know'
)

Tags = tuple[Tag, ...] | Unobserved


def tags_in_aws(session: Session, arns: Sequence[Arn], account_id: AccountId) -> dict[Arn, Tags]:
    """One call for each region. Never raises for what AWS answers."""
    found: dict[Arn, Tags] = {}
    by_region: dict[str, list[Arn]] = {}
    for arn in arns[:MOST_RESOURCES]:
        resource = Resource.of(arn)
        if resource.account_id not in (account_id, None):
            found[arn] = Unobserved(f'it is of account {resource.account_id}, and this is {account_id}')
        elif resource.region is None:
            found[arn] = NO_REGION
        else:
            by_region.setdefault(resource.region, []).append(arn)
    for region, together in by_region.items():
        found |= _in_region(session, region, together)
    return found


def _in_region(session: Session, region: str, arns: Sequence[Arn]) -> dict[Arn, Tags]:
    """AWS refuses all where it does not accept one: then each is asked for alone."""
    try:
        listed, whole = tags_by_arn(session, region, arns)
    except CallFailed as e:
        if e.code == NOT_ACCEPTED and len(arns) > 1:
            return {arn: tags for each in arns for arn, tags in _in_region(session, region, [each]).items()}
        return dict.fromkeys(arns, Unobserved(str(e)))
    return {arn: listed.get(arn, NO_TAGS if whole else NOT_LISTED) for arn in arns}


def tags_by_arn(session: Session, region: str, arns: Sequence[str]) -> tuple[Mapping[str, tuple[Tag, ...]], bool]:
    """And whether that is all: AWS does not page such an answer. Raises CallFailed."""
    answer = session.ask(GET_RESOURCES, 'resourcegroupstaggingapi', 'get_resources', region, ResourceARNList=[*arns])
    found = {
        str(entry.get('ResourceARN')): tuple(
            (str(tag.get('Key', '')), str(tag.get('Value', ''))) for tag in entry.get('Tags', ())[:MOST_TAGS]
        )
        for entry in answer.get('ResourceTagMappingList', ())
    }
    return found, not answer.get('PaginationToken')
