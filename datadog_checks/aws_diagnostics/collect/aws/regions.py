"""Which regions the account instance looks at."""

from ...facts import Unobserved
from ...facts.account import Integration
from ...facts.values import RegionName
from ..account_options import AccountOptions
from .denials import asking
from .session import Session

MOST_REGIONS = 100


def regions_of(options: AccountOptions, integration: Integration | Unobserved, session: Session) -> tuple[str, ...]:
    """Those of the operator, else those that Datadog has on record, else the region of the session.

    Where Datadog has all regions on record, those that ec2:DescribeRegions says are enabled. Raises CallFailed.
    """
    if options.regions:
        return options.regions
    if isinstance(integration, Unobserved):
        return (session.region,)
    return integration.regions if integration.regions is not None else enabled_regions(session)


def enabled_regions(session: Session) -> tuple[RegionName, ...]:
    """Raises CallFailed."""
    with asking('ec2:DescribeRegions'):
        found = session.client('ec2').describe_regions()['Regions']
    names = (RegionName.of(region.get('RegionName')) for region in found)
    return tuple(sorted(name for name in names if name))[:MOST_REGIONS]
