"""The role that Datadog is to assume is not there, or not under the name that Datadog uses."""

import shlex

from ...expectations import AccountExpectations, Expectations
from ...facts import Facts
from ...facts.account import AuthKind, Feature, Integration, Role, RoleMissing
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from .role import LONGEST_NAME, partition_of, role_name
from .staleness import says_when_stale
from .trust import role_of, sender
from .trust_remedies import FILE, GUIDE_SECTION, afterwards, write_trust_policy

MOST_NAMES = 3
TEMPLATE_PAGE = 'https://docs.datadoghq.com/integrations/amazon-web-services/'


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    account = facts.of_account
    if isinstance(account.integration, Integration) and account.integration.auth is AuthKind.ACCESS_KEYS:
        return NotApplicable('Datadog uses access keys here, and no role')
    role = role_of(facts)
    if isinstance(role, RoleMissing):
        return _missing(role, facts, expected)
    return _present(role, account.integration if isinstance(account.integration, Integration) else None)


def _missing(role: RoleMissing, facts: Facts, expected: Expectations) -> Verdict:
    evidence = f'IAM has no role named {_quoted(role.name)}{_similar(role)}'
    if isinstance(facts.of_account.integration, Integration):
        return Failed(f'{evidence}; that is the name that Datadog has on record')
    if expected.of_account.role_name == AccountExpectations().role_name:
        return Unknown(f'{evidence}; which name Datadog uses is not known: set app_key or role_name')
    return Failed(f'{evidence}; that is the name that this check was told')


def _present(role: Role, integration: Integration | None) -> Verdict:
    recorded = integration.role_name if integration else role.name
    if recorded == role.name:
        known = ', as Datadog has it on record' if integration else ''
        return Passed(f'IAM has the role {_quoted(role.name)}{known}')
    evidence = f'Datadog has the role name {_quoted(recorded)} on record, the role of this account is named '
    if _folded(recorded) == _folded(role.name):
        return Failed(f'{evidence}{_quoted(role.name)}: they differ by case or white space')
    return Unknown(
        f'Datadog has the role name {_quoted(recorded)} on record, and this check was told to look at '
        f'{_quoted(role.name)}: leave role_name out'
    )


def _folded(name: str) -> str:
    return ''.join(name.split()).lower()


def _similar(role: RoleMissing) -> str:
    if not role.similar:
        return ''
    names = ', '.join(map(_quoted, role.similar[:MOST_NAMES]))
    return f', but {names}{" and others" if len(role.similar) > MOST_NAMES else ""}'


def _quoted(name: str) -> str:
    """With the white space that would not be seen otherwise."""
    return f"'{shown(name, LONGEST_NAME)}'"


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    role = role_of(facts)
    existing = role.similar if isinstance(role, RoleMissing) else (role.name,)
    return Remedy(
        f'Let Datadog and IAM use the same role name{"" if existing else ", by creating the role"}',
        (*_rename(existing), *(_create(facts, expected) if isinstance(role, RoleMissing) else ()), *afterwards()),
    )


def _rename(existing: tuple[str, ...]) -> tuple[str, ...]:
    """IAM cannot rename a role; Datadog can be told another name."""
    if not existing:
        return ()
    return (
        'If that is the role meant for Datadog, enter its name on the AWS integration page of Datadog, without spaces '
        f'around it and in this case: {shown(existing[0], LONGEST_NAME)}',
    )


def _create(facts: Facts, expected: Expectations) -> tuple[str, ...]:
    name = shlex.quote(role_name(facts, expected).strip())
    policy = f'arn:{partition_of(facts)}:iam::aws:policy/SecurityAudit'
    return (
        f'Create the role with its permissions by the CloudFormation template of Datadog: {TEMPLATE_PAGE}',
        f'Or by hand. {write_trust_policy(sender(facts, expected))}',
        f'aws iam create-role --role-name {name} --assume-role-policy-document file://{FILE}',
        f'aws iam attach-role-policy --role-name {name} --policy-arn {policy}',
    )


INTEGRATION_ROLE_MISSING = Diagnosis(
    id='integration-role-missing',
    title='The role that Datadog assumes does not exist',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=('Looks for the role by the name that Datadog has on record, or that this check was told.'),
    harm=(
        'Role names are compared exactly by STS: another case, a space around the name, or '
        'DatadogAWSIntegrationRole instead of DatadogIntegrationRole, and Datadog is not authorized to perform '
        'sts:AssumeRole, so that nothing is collected from this account.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
)
