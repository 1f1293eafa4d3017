"""Who asks: the account and the partition decide what everything else is compared with."""

import re

from ...facts.account import Caller
from ...facts.values import AccountId, Partition
from .denials import CallFailed, asking
from .session import Session

ARN = re.compile(r'arn:(aws(?:-[a-z]{1,12}){0,3}):(?:sts|iam)::([0-9]{12}):[\x21-\x7e]{1,1024}')


def read_caller(session: Session) -> Caller:
    """sts:GetCallerIdentity, which needs no permission. Raises CallFailed."""
    with asking('sts:GetCallerIdentity'):
        arn = str(session.client('sts').get_caller_identity().get('Arn'))
    parts = ARN.fullmatch(arn)
    if parts is None:
        raise CallFailed('sts:GetCallerIdentity gave no ARN of a caller')
    return Caller(AccountId(parts[2]), arn, Partition(parts[1]))
