"""Which regions the account instance looks at."""

from ...facts import Unobserved
from ...facts.account import Integration
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


def enabled_regions(session: Session) -> tuple[str, ...]:
    """Raises CallFailed."""
    with asking('ec2:DescribeRegions'):
        found = session.client('ec2').describe_regions()['Regions']
    return tuple(sorted(str(region['RegionName']) for region in found))[:MOST_REGIONS]
