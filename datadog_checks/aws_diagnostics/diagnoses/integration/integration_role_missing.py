"""The role that Datadog assumes does not exist, or not under the name that Datadog uses."""

from ...expectations import AccountExpectations, Expectations
from ...facts import Facts
from ...facts.account import Feature, Integration, Role, RoleMissing
from ...facts.values import RoleName
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, sequence, shell
from ..account_remedies import iam_arn, role_word
from ..imds.evidence import shown
from .role import LONGEST_NAME, role_of, says_when_stale, uses_access_keys, without_role
from .trust_remedies import AFTER, GUIDE_SECTION, SET_IT, wait, write_trust_policy

MOST_NAMES = 3
TEMPLATE_PAGE = 'https://docs.datadoghq.com/integrations/amazon-web-services/'


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if uses_access_keys(facts) and (inapplicable := without_role(facts)) is not None:
        return inapplicable
    role, integration = role_of(facts), facts.of_account.integration
    if isinstance(role, RoleMissing):
        return _missing(role, facts, expected)
    return _present(role, integration if isinstance(integration, Integration) else None)


def _missing(role: RoleMissing, facts: Facts, expected: Expectations) -> Verdict:
    evidence = f'IAM has no role named {_quoted(role.name)}{_similar(role)}'
    if isinstance(facts.of_account.integration, Integration):
        return Failed(f'{evidence}; Datadog has that name on record')
    if expected.of_account.role_name == AccountExpectations().role_name:
        return Unknown(f'{evidence}; not known which name Datadog uses: set app_key or role_name')
    return Failed(f'{evidence}; the configuration of this check has that name')


def _present(role: Role, integration: Integration | None) -> Verdict:
    recorded = integration.role_name if integration else role.name
    if recorded == role.name:
        known = ', the name that Datadog has on record' if integration else ''
        return Passed(f'IAM has the role {_quoted(role.name)}{known}')
    on_record = f'Datadog has the role name {_quoted(recorded)} on record'
    if _folded(recorded) == _folded(role.name):
        return Failed(f'{on_record}, the role is named {_quoted(role.name)}: they differ by case or white space')
    return Unknown(f'{on_record}, and the configuration of this check says {_quoted(role.name)}: remove role_name')


def _folded(name: str) -> str:
    return ''.join(name.split()).lower()


def _similar(role: RoleMissing) -> str:
    if not role.similar:
        return ''
    names = ', '.join(map(_quoted, role.similar[:MOST_NAMES]))
    return f', but has {names}{" and others" if len(role.similar) > MOST_NAMES else ""}'


def _quoted(name: str) -> str:
    """In quotes, so that white space around it is seen."""
    return f"'{shown(name, LONGEST_NAME)}'"


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    role = facts.of_account.role
    existing = role.similar if isinstance(role, RoleMissing) else ()
    correct = _correct_the_record(role.name if isinstance(role, Role) else (*existing, '')[0], facts)
    create = () if isinstance(role, Role) else create_role(facts, expected)
    return Remedy('Make Datadog and IAM use the same role name', (*correct, *create), (wait(expected),))


def _correct_the_record(name: str, facts: Facts) -> tuple[Choice, ...]:
    """IAM cannot rename a role; Datadog can be told another name."""
    page = 'on the AWS integration page in Datadog'
    if name:
        return (Choice(f"If '{name}' is the role meant for Datadog, enter exactly that name {page}"),)
    role = facts.of_account.role
    if isinstance(role, RoleMissing) and RoleName.of(role.name) is None:
        return (Choice(f'Enter only the name of the role {page}, without its path, its ARN or white space'),)
    return ()


def create_role(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """The ways to create it, the one with all permissions first."""
    name, policy = role_word(facts, expected), iam_arn(facts, 'aws:policy/SecurityAudit')
    audit = ('--role-name', name, '--policy-arn', policy)
    by_hand = sequence(
        write_trust_policy(facts, expected),
        shell('aws', 'iam', 'create-role', '--role-name', name, '--assume-role-policy-document', f'file://{AFTER}'),
        shell('aws', 'iam', 'attach-role-policy', *audit),
    )
    undo = sequence(
        shell('aws', 'iam', 'detach-role-policy', *audit), shell('aws', 'iam', 'delete-role', '--role-name', name)
    )
    return (
        Choice(f"Create the role and its permissions with Datadog's CloudFormation template, see {TEMPLATE_PAGE}"),
        Choice(
            f'Create the role by hand; {SET_IT}; integration-permissions-missing then tells how to grant the rest',
            (by_hand,),
            undo=Step('Delete the role', (undo,)),
        ),
    )


INTEGRATION_ROLE_MISSING = Diagnosis(
    id='integration-role-missing',
    title='The role that Datadog assumes does not exist',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests='Looks in IAM for the role name on record at Datadog, or in the configuration of this check.',
    harm=(
        'STS compares role names exactly. With a difference in case or white space, or DatadogAWSIntegrationRole for '
        'DatadogIntegrationRole, Datadog is not authorized to perform sts:AssumeRole and collects nothing from this '
        'account.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
)
