"""The role has not been used for longer than Datadog would leave it unused."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, Integration, Role, RoleMissing
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step, shell
from ...text import clean
from ..account_remedies import account_word, role_word
from ..imds.evidence import ago
from .role import role_of, says_when_stale, without_role
from .trust_remedies import ERROR_PAGE, GUIDE_SECTION

HOUR = 3600.0


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration, role = facts.of_account.integration, role_of(facts)
    inapplicable = without_role(facts)
    if inapplicable is not None or isinstance(role, RoleMissing):
        return inapplicable or NotApplicable('there is no role')
    if _collects_nothing(integration):
        return NotApplicable('Datadog is set to collect neither metrics nor resources from this account')
    patience = expected.of_account.unused_after
    last = role.last_used.at
    if last is not None and facts.observed_at - last <= patience:
        return Passed(f'the role was used {ago(facts, last)}{_region(role)}, IAM does not say by whom')
    if last is None and facts.observed_at - role.created_at <= patience:
        return Unknown(f'the role was created {ago(facts, role.created_at)} and has not been used')
    severity = Status.WARNING if isinstance(integration, Unobserved) else None
    return Failed(f'{_last_use(facts, role)}; Datadog would have used it within {patience / HOUR:g} hours', severity)


def _collects_nothing(integration: Integration | Unobserved) -> bool:
    if isinstance(integration, Unobserved):
        return False
    return integration.metrics_enabled is False and not integration.extended_collection


def _last_use(facts: Facts, role: Role) -> str:
    if role.last_used.at is None:
        return f'IAM has no record of use in the last 400 days; the role was created {ago(facts, role.created_at)}'
    return f'the role was last used {ago(facts, role.last_used.at)}{_region(role)}'


def _region(role: Role) -> str:
    return f' in {clean(role.last_used.region)}' if role.last_used.region else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    role, account = role_word(facts, expected), account_word(facts)
    policies = ('aws', 'organizations', 'list-policies-for-target', '--target-id', account)
    last_used = ('aws', 'iam', 'get-role', '--role-name', role, '--query', 'Role.RoleLastUsed')
    return Remedy(
        'Find out why Datadog does not use the role although its trust policy admits Datadog',
        then=(
            Step(
                'On the AWS integration page in Datadog, check that this account is listed and enabled, with this '
                'account ID and role name'
            ),
            Step(
                'If the account belongs to an organization, look for a resource control policy that denies '
                f'sts:AssumeRole, with credentials of the management account (see {ERROR_PAGE})',
                (shell(*policies, '--filter', 'RESOURCE_CONTROL_POLICY'),),
            ),
            Step('IAM can take 4 hours to record a use: look again later', (shell(*last_used),)),
        ),
    )


INTEGRATION_ROLE_UNUSED = Diagnosis(
    id='integration-role-unused',
    title="Datadog's integration role is not used",
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests='Reads from IAM when, and in which region, the role was last used.',
    harm=(
        'Datadog uses its role every few minutes. If a role is unused for a day, Datadog cannot assume it '
        'or does not know it. Recent use is the best sign that it works, although anybody trusted by the role may have '
        'caused it.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=(
        'integration-not-registered',
        'integration-role-missing',
        'trust-policy-wrong-principal',
        'trust-policy-action-missing',
        'trust-policy-explicit-deny',
        'trust-policy-external-id',
        'trust-policy-extra-conditions',
    ),
)
