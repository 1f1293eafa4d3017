"""What remedies put into commands must have the form that AWS gives it: somebody else may have written the facts.

The collectors hold what they observe to the same forms; a file has passed through other hands since.
"""

import re
from collections.abc import Iterator

from ..facts import Facts
from ..facts.account import Caller
from .codec import not_allowed

ACCOUNT_ID = re.compile('[0-9]{12}')
PARTITION = re.compile('aws(-[a-z]{1,12}){0,3}')


def refuse_forged_values(facts: Facts, field: str) -> None:
    """Raises Undecodable for the first value that could do more in a shell than name an account."""
    for name, value, form, allowed in _values(facts):
        if not form.fullmatch(value):
            raise not_allowed(f'{field}.{name}', value, allowed)


def _values(facts: Facts) -> Iterator[tuple[str, str, re.Pattern[str], str]]:
    if facts.account is not None and isinstance(facts.account.caller, Caller):
        yield 'account.caller.account_id', facts.account.caller.account_id, ACCOUNT_ID, 'twelve digits'
        yield 'account.caller.partition', facts.account.caller.partition, PARTITION, 'aws, aws-us-gov or aws-cn'
