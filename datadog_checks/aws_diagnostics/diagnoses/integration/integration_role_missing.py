"""The role that Datadog assumes does not exist, or not under the name that Datadog uses."""

from collections.abc import Sequence

from ...expectations import AccountExpectations, Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, Integration, Role, RoleMissing
from ...facts.values import RoleName
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...rules.datadog_role import name_for_the_record, name_in_iam, path_in_iam
from ...text import one_line
from ..account_remedies import run_again
from ..cloudwatch.exclusions import Change, ways_to_change
from .role import role_of, says_when_stale, uses_access_keys, without_role
from .role_remedies import (
    LONGEST_NAME,
    ON_PAGE,
    correct_the_record,
    create_role,
    look_for_it,
    names_of_roles_for_datadog,
)
from .trust import sender
from .trust_remedies import GUIDE_SECTION

MOST_NAMES = 3
NO_RECORD = NotApplicable('Datadog has no integration for this account, so no role on record')


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if uses_access_keys(facts) and (inapplicable := without_role(facts)) is not None:
        return inapplicable
    role, integration = role_of(facts), facts.of_account.integration
    if isinstance(role, RoleMissing):
        return NO_RECORD if facts.of_account.registered is False else _missing(role, facts, expected)
    return _on_record(role, integration) if isinstance(integration, Integration) else _not_on_record(role)


def _missing(role: RoleMissing, facts: Facts, expected: Expectations) -> Verdict:
    evidence = f'IAM has no role named {_quoted(role.name)}{_others(role, facts, expected)}'
    integration = facts.of_account.integration
    if isinstance(integration, Integration):
        on_record = 'that name' if integration.role_name.strip() else 'no role name'
        return Failed(f'{evidence}; Datadog has {on_record} on record')
    if expected.of_account.role_name == AccountExpectations().role_name:
        return Unknown(f'{evidence}; not known which name Datadog uses: set app_key or role_name')
    return Failed(f'{evidence}; the configuration of this check has that name')


def _others(role: RoleMissing, facts: Facts, expected: Expectations) -> str:
    trusting = names_of_roles_for_datadog(role, sender(facts, expected))
    if trusting:
        return f', but {_several(trusting)} {"trusts" if len(trusting) == 1 else "trust"} Datadog'
    return f', but has {_several(role.similar)}' if role.similar else ''


def _on_record(role: Role, integration: Integration) -> Verdict:
    """Datadog makes an ARN of its record: IAM's name alone does not decide."""
    recorded, right = integration.role_name, name_for_the_record(role.arn)
    if not recorded.strip():
        return Failed(f'Datadog has no role name on record, the role is {_quoted(right)}')
    on_record = f'Datadog has the role name {_quoted(recorded)} on record'
    if name_in_iam(recorded).lower() != role.name.lower():
        return Unknown(f'{on_record}, and the configuration of this check says {_quoted(role.name)}: remove role_name')
    if recorded != right:
        return Failed(f'{on_record}, the role is {_quoted(right)}: {_difference(recorded, right)}')
    if integration.partition not in (None, role.arn.partition_name):
        return Failed(f'Datadog has the partition {integration.partition} on record, the role is {role.arn}')
    return Passed(f'IAM has the role {_quoted(right)}, the name that Datadog has on record')


def _difference(recorded: str, right: str) -> str:
    bare = ''.join(recorded.split())
    if bare.lower() == right.lower():
        return 'they differ by case' if bare == recorded else 'they differ by white space'
    if bare.startswith('arn:'):
        return 'an ARN is on record'
    if bare.startswith('role/'):
        return "'role/' does not belong to the name"
    return 'the path is part of the name' if '/' in right else 'the role has no path'


def _not_on_record(role: Role) -> Verdict:
    right = name_for_the_record(role.arn)
    if right == role.name:
        return Passed(f'IAM has the role {_quoted(role.name)}')
    return Unknown(f'IAM has the role {_quoted(right)}; not known whether Datadog has its path on record: set app_key')


def _several(names: Sequence[str]) -> str:
    return f'{", ".join(map(_quoted, names[:MOST_NAMES]))}{" and others" if len(names) > MOST_NAMES else ""}'


def _quoted(name: str) -> str:
    """In quotes, so that white space around it is seen."""
    return f"'{one_line(name, LONGEST_NAME)}'"


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    summary, role = 'Make Datadog and IAM use the same role name', facts.of_account.role
    if isinstance(role, Role):
        return _correct(role, facts, expected) or Remedy(
            summary, correct_the_record(name_for_the_record(role.arn)), (run_again(expected),)
        )
    if not isinstance(role, RoleMissing):
        return Remedy(summary, create_role(facts, expected), (run_again(expected),))
    trusting = names_of_roles_for_datadog(role, sender(facts, expected))
    if trusting:
        return Remedy(summary, correct_the_record(*trusting[:MOST_NAMES]), (run_again(expected),))
    look = look_for_it(facts, expected) if isinstance(role.trusting, Unobserved) else ()
    return Remedy(summary, (*look, *_perhaps(role), *create_role(facts, expected)), (run_again(expected),))


def _correct(role: Role, facts: Facts, expected: Expectations) -> Remedy | None:
    """Where only the partition is wrong, another name changes nothing."""
    record, name, partition = facts.of_account.integration, name_for_the_record(role.arn), role.arn.partition_name
    if not isinstance(record, Integration) or record.role_name != name or record.partition in (None, partition):
        return None
    quoted = f'"{partition}"'
    change = Change(
        page='correct its partition',
        group='aws_partition',
        jq=f'.aws_partition = {quoted}',
        terraform=f'aws_partition = {quoted}',
    )
    ways = ways_to_change(facts, expected, change)
    return Remedy("Correct the partition in Datadog's record", ways, (run_again(expected),))


def _perhaps(role: RoleMissing) -> tuple[Choice, ...]:
    if role.similar:
        return correct_the_record(role.similar[0])[:1]
    if RoleName.of(role.name) is None and path_in_iam(role.name) == '/':
        return (Choice(f'Enter only the name of the role {ON_PAGE}, without ARN, role/ or white space'),)
    return ()


INTEGRATION_ROLE_MISSING = Diagnosis(
    id='integration-role-missing',
    title='The role that Datadog assumes does not exist',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Compares the ARN that Datadog builds from the role name on record with that of the role in IAM. Where there '
        "is none, looks for roles that trust Datadog's account."
    ),
    harm=(
        'Datadog assumes role/ and the name on record, and STS compares that exactly. With a missing path, an ARN, '
        'another case or white space on record, Datadog is not authorized to perform sts:AssumeRole and collects '
        'nothing from this account.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
)
