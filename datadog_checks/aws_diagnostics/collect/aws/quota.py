"""How many managed policies one role may have."""

from ...facts.account import PolicyQuota
from ..json_object import whole_number
from .denials import CallFailed, asking
from .session import Client

DEFAULT_QUOTA = 10
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def read_quota(iam: Client) -> PolicyQuota:
    """iam:GetAccountSummary, else AWS's default, which says that it is one."""
    try:
        with asking('iam:GetAccountSummary'):
            quota = iam.get_account_summary()['SummaryMap'].get('AttachedPoliciesPerRoleQuota')
    except CallFailed:
        quota = None
    most = whole_number(quota)
    return PolicyQuota(most, default=False) if most else PolicyQuota(DEFAULT_QUOTA, default=True)
