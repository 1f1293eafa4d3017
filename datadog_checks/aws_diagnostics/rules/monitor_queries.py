"""Which metrics a monitor of Datadog evaluates, over which time, and of which AWS accounts.

Only what is certain is read: a query of another form gives None, which is no finding.
https://docs.datadoghq.com/api/latest/monitors/#create-a-monitor has the forms.
"""

import re
from typing import NamedTuple

from ..facts.values import AccountId, DatadogMetric

METRIC_TYPES = frozenset({'metric alert', 'query alert'})
"""Of `type`. A composite one names other monitors, which stand in the list themselves."""
LONGEST_QUERY = 16_000
UNITS = {'m': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400, 'mo': 30 * 86400}
WINDOW = re.compile(r'^\s*[a-z_]+\(\s*(?:[a-z_]+\(\s*)?last_([0-9]{1,4})(mo|m|h|d|w)\b')
"""`avg(last_5m):`, and `change(avg(last_5m),last_1h):`, whose first time is the one that is evaluated."""
SELECTION = re.compile(
    r'(?<![\w.])(?:(?:avg|sum|min|max|count|p[0-9]{2,3}):)?([A-Za-z][A-Za-z0-9_.]{1,199})\{([^{}]{0,4000})\}'
)
"""An aggregator, a metric and its scope."""
SHIFTED = re.compile(r'\b(?:timeshift|calendar_shift|(?:hour|day|week|month)_before)\s*\(')
"""What reads older values, as `timeshift(..., -900)` does to wait for CloudWatch:
https://docs.datadoghq.com/dashboards/functions/timeshift/"""
QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
ACCOUNT = re.compile(r'(?<![\w!-])aws_account:([0-9]{12})\b')


class MonitorQuery(NamedTuple):
    metrics: tuple[DatadogMetric, ...]
    """Each once."""
    window: int
    """Seconds."""
    accounts: frozenset[AccountId]
    """Those that its scopes name; empty where they name none."""


def monitor_query(type: str, query: str) -> MonitorQuery | None:
    """None for a monitor of another kind, and for a query that cannot be read."""
    if type not in METRIC_TYPES or len(query) > LONGEST_QUERY or SHIFTED.search(query):
        return None
    window = WINDOW.match(query)
    found = SELECTION.findall(QUOTED.sub('', query))
    metrics = [DatadogMetric.of(metric) for metric, _ in found]
    if window is None or not found or None in metrics:
        return None
    scopes = [frozenset(map(AccountId, ACCOUNT.findall(scope))) for _, scope in found]
    named = frozenset[AccountId]().union(*scopes) if all(scopes) else frozenset[AccountId]()
    return MonitorQuery(
        tuple(dict.fromkeys(metric for metric in metrics if metric)), int(window[1]) * UNITS[window[2]], named
    )
