"""What Datadog says failed when it collected from the account: the list `errors` of GET /api/v1/integration/aws.

Each is a text for people (DataDog/terraform-provider-datadog#2735), as:

    Datadog is not authorized to perform action cloudwatch:ListMetrics
    Account affected: 123456789012
    Regions affected: every region
    Error was last seen 14m ago
"""

import re
from functools import partial

from ..facts import Unobserved
from ..facts.account import ReportedError
from ..facts.values import AccountId, RegionName
from ..text import clean
from .datadog_api import OTHER_SHAPE, DatadogApi
from .foreign import is_object
from .run import RequestFailed, or_why

PATH = '/api/v1/integration/aws'
MOST_ERRORS = 100
LONGEST_TEXT = 2000
LONGEST_SHOWN = 160
MOST_REGIONS = 100
ACTION = re.compile(r'not authorized to perform:?(?: action)?:? ([a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})')
REGIONS = re.compile(r'Regions? affected: (.*?)(?= Error was | Accounts? affected|$)')
SEEN = re.compile(r'last seen (.{1,40}?) ago')
UNITS = 's|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?|mo|months?|y|years?'
PART = re.compile(rf'(\d{{1,6}}|an?) ?({UNITS})\b')
SECONDS = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400, 'mo': 30 * 86400, 'y': 365 * 86400}


def read_errors(api: DatadogApi, account_id: str) -> tuple[ReportedError, ...]:
    """With both keys. Raises RequestFailed, also where one of the errors is not a text."""
    answer = api.get(f'{PATH}?account_id={account_id}', with_keys=True)
    accounts = answer.get('accounts') if is_object(answer) else None
    if not isinstance(accounts, list):
        raise RequestFailed(OTHER_SHAPE)
    found = [account for account in accounts if is_object(account) and account.get('account_id') == account_id]
    if len(found) != 1:
        raise RequestFailed(f'Datadog has {len(found) or "no"} lists of errors for account {account_id}')
    return errors_in(found[0].get('errors'))


def read_all_errors(api: DatadogApi, limit: int) -> dict[AccountId, tuple[ReportedError, ...] | Unobserved]:
    """Of all accounts, in one request with both keys: Datadog does not page this list. Raises RequestFailed.

    One that is listed twice has the errors of both. Those without an account id, which have access keys, are left out.
    """
    answer = api.get(PATH, with_keys=True, limit=limit)
    accounts = answer.get('accounts') if is_object(answer) else None
    if not isinstance(accounts, list):
        raise RequestFailed(OTHER_SHAPE)
    found: dict[AccountId, tuple[ReportedError, ...] | Unobserved] = {}
    for account in filter(is_object, accounts):
        account_id = AccountId.of(account.get('account_id'))
        if account_id is not None:
            errors = or_why(partial(errors_in, account.get('errors')))
            found[account_id] = _together(found.get(account_id, ()), errors)
    return found


def _together(
    first: tuple[ReportedError, ...] | Unobserved, second: tuple[ReportedError, ...] | Unobserved
) -> tuple[ReportedError, ...] | Unobserved:
    if isinstance(first, Unobserved):
        return first
    return second if isinstance(second, Unobserved) else (*first, *second)


def errors_in(listed: object) -> tuple[ReportedError, ...]:
    """Raises RequestFailed."""
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise RequestFailed(OTHER_SHAPE)
    return tuple(_error(' '.join(text[:LONGEST_TEXT].split())) for text in listed[:MOST_ERRORS])


def _error(text: str) -> ReportedError:
    action, where = ACTION.search(text), REGIONS.search(text)
    affected = where[1].strip() if where else ''
    names = map(RegionName.of, re.split(r'[\s,;]+', affected)[:MOST_REGIONS])
    return ReportedError(
        action=action[1] if action else '',
        regions=tuple(dict.fromkeys(name for name in names if name)),
        every_region=affected.lower().startswith(('every region', 'all regions')),
        age=_age(text),
        text='' if action else clean(text, LONGEST_SHOWN),
    )


def _age(text: str) -> float | None:
    """Seconds; None where the words are others, or say nothing that can be counted."""
    found = SEEN.search(text)
    parts = PART.findall(found[1]) if found else []
    return float(sum((int(n) if n.isdecimal() else 1) * _seconds(unit) for n, unit in parts)) if parts else None


def _seconds(unit: str) -> int:
    return SECONDS['mo' if unit.startswith('mo') else unit[0]]
