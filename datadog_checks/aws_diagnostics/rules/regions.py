"""Which regions an account has without enabling them."""

from ..facts.values import RegionName

ENABLED_BY_DEFAULT = frozenset(
    {
        *('us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'),
        *('eu-central-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-north-1'),
        *('ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'),
    }
)
"""Of the partition aws: all that AWS opened before March 20, 2019; every later one needs opt-in:
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""
WITHOUT_OPT_IN = ('us-gov-', 'cn-')
"""Beginnings of the regions of partitions that have no opt-in."""


def needs_opt_in(region: RegionName) -> bool:
    return region not in ENABLED_BY_DEFAULT and not region.startswith(WITHOUT_OPT_IN)
