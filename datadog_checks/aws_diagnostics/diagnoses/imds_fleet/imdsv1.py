"""What several diagnoses ask of instances that allow IMDSv1."""

from ...expectations import Expectations, ImdsV1
from ...facts import Unobserved
from ...facts.account import Region, WrongInstance


def imdsv1_may_be_on(expected: Expectations) -> bool:
    return expected.imdsv1 is not ImdsV1.DISABLED


def allows_version_one(instance: WrongInstance) -> bool:
    return instance.endpoint == 'enabled' and instance.http_tokens == 'optional'


def allowing(region: Region) -> int:
    """Running instances that allow IMDSv1, as far as they are counted."""
    if isinstance(region.counts, Unobserved):
        return 0
    return sum(c.instances for c in region.counts if c.http_tokens == 'optional' and c.endpoint == 'enabled')


def require_tokens(instance: WrongInstance) -> str:
    """Where containers are behind a hop limit of 1, IMDSv1 still hides it: both options change together."""
    hops = ' --http-put-response-hop-limit 2' if instance.containers and instance.hop_limit == 1 else ''
    return f'--http-tokens required{hops}'
