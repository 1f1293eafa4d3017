"""The account that is looked at, and its regions: what everything else is compared with."""

import re

from ...facts import Unobserved, observed
from ...facts.account import Caller, Integration
from ...facts.values import AccountId, Partition, RegionName
from ..account_options import AccountOptions
from .denials import CallFailed, asking
from .session import Session

ARN = re.compile(r'arn:(aws(?:-[a-z]{1,12}){0,3}):(?:sts|iam)::([0-9]{12}):[\x21-\x7e]{1,1024}')

MOST_REGIONS = 100


def read_caller(session: Session) -> Caller:
    """sts:GetCallerIdentity, which needs no permission. Raises CallFailed."""
    with asking('sts:GetCallerIdentity'):
        arn = str(session.client('sts').get_caller_identity().get('Arn'))
    parts = ARN.fullmatch(arn)
    if parts is None:
        raise CallFailed('sts:GetCallerIdentity did not return the ARN of a caller')
    return Caller(AccountId(parts[2]), arn, Partition(parts[1]))


def regions_of(options: AccountOptions, integration: Integration | Unobserved, session: Session) -> tuple[str, ...]:
    """Those of the operator, else those that Datadog has on record, else the region of the session.

    Where Datadog has all regions on record, those that ec2:DescribeRegions says are enabled. Raises CallFailed.
    """
    if options.regions:
        return options.regions
    if isinstance(integration, Unobserved):
        return (session.region,)
    return integration.regions if integration.regions is not None else enabled_regions(session)


def collected_regions(integration: Integration | Unobserved, session: Session) -> tuple[RegionName, ...]:
    """Those that Datadog collects: on record, or all that are enabled. Raises MissingFact and CallFailed."""
    regions = observed(integration).regions
    return enabled_regions(session) if regions is None else regions


def enabled_regions(session: Session) -> tuple[RegionName, ...]:
    """Asked once in a run. Raises CallFailed."""
    if session.enabled_regions is None:
        found = session.ask('ec2:DescribeRegions', 'ec2', 'describe_regions')['Regions']
        names = (RegionName.of(region.get('RegionName')) for region in found)
        session.enabled_regions = tuple(sorted(name for name in names if name))[:MOST_REGIONS]
    return session.enabled_regions
