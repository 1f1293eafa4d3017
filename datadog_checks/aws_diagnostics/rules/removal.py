"""Which hosts may lose their tags from AWS, and why the others may not.

One look is not enough: the host list shows who reported within some hours, and an integration that fails for a while
looks like one that is gone. So a host must have been seen twice, and an account must not have vanished lately.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..facts.account import Recorded, TaggedHost
from ..facts.values import AccountId
from ..text import duration, listed
from .lingering import left_behind

LEAST_APART = 3 * 3600.0
"""Seconds between two looks: the window of the host list."""
OLDEST = 30 * 86400.0
"""Of an earlier look; what was so long ago says nothing about now."""
LATELY = 7 * 86400.0
"""Seconds: as long as Datadog keeps a host that nobody reports, and as it takes to notice an integration that is
gone by accident."""
INTEGRATION_METRICS = 'aws.'
NOT_OF_THE_INTEGRATION = 'aws.lambda.enhanced.'
"""Sent by Datadog's Lambda extension and forwarder, without an integration:
https://docs.datadoghq.com/serverless/aws_lambda/metrics/"""


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading shows, and what is known from before. Times are in seconds since the epoch."""

    now: float
    recorded: Sequence[Recorded]
    vanished: Mapping[AccountId, str]
    """Why the tags of an account without an integration must stay: see `vanished_lately`; '' where they need not."""


def refusal(host: TaggedHost, look: Look, seen_at: float | None) -> str:
    """Why the tags of this host stay, as a clause; '' where they may go. `seen_at`: of the earlier look."""
    left = left_behind(host, look.recorded)
    if left is None:
        return 'an integration collects it again'
    return left.why_not or _vanished(host, look) or seen_once(look.now, seen_at)


def has_no_record(account_id: AccountId | None, recorded: Sequence[Recorded]) -> bool:
    return account_id is not None and all(record.account_id != account_id for record in recorded)


def _vanished(host: TaggedHost, look: Look) -> str:
    if host.account_id is None or not has_no_record(host.account_id, look.recorded):
        return ''
    return look.vanished.get(host.account_id, 'nobody looked whether its integration vanished lately')


def seen_once(now: float, seen_at: float | None) -> str:
    if seen_at is None:
        return f'seen for the first time: look again in {duration(LEAST_APART)}'
    if now - seen_at < LEAST_APART:
        return f'the earlier look is less than {duration(LEAST_APART)} old'
    return f'the earlier look is more than {duration(OLDEST)} old' if now - seen_at > OLDEST else ''


def vanished_lately(account_id: AccountId, reporting: Collection[AccountId], active: Collection[str]) -> str:
    """What shows that an integration with this account worked until lately, as a clause; '' where nothing does.

    `reporting`: accounts of which AWS itself still reports hosts. `active`: names of the metrics of the account with
    values in the time of LATELY.
    """
    if account_id in reporting:
        return f'the AWS integration still reports hosts of account {account_id}'
    names = sorted(
        name for name in active if name.startswith(INTEGRATION_METRICS) and not name.startswith(NOT_OF_THE_INTEGRATION)
    )
    if not names:
        return ''
    shown = listed(names, at_most=2)
    return (
        f'account {account_id} had values of {shown} within {duration(LATELY)}: its integration may be gone by accident'
    )
