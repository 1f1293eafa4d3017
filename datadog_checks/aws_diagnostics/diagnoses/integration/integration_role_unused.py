"""Nobody has assumed the role for longer than Datadog would leave it alone."""

import shlex

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import AuthKind, Feature, Integration, Role, RoleMissing
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import ago
from .role import role_name
from .staleness import says_when_stale
from .trust import role_of
from .trust_remedies import ERROR_PAGE, GUIDE_SECTION

HOUR = 3600.0


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration, role = facts.of_account.integration, role_of(facts)
    if isinstance(role, RoleMissing):
        return NotApplicable('there is no role that could be used')
    reason = _needs_no_use(integration)
    if reason:
        return NotApplicable(reason)
    patience = expected.of_account.unused_after
    last = role.last_used.at
    if last is not None and facts.observed_at - last <= patience:
        return Passed(f'the role was used {ago(facts, last)}{_region(role)}, though IAM does not say by whom')
    if last is None and facts.observed_at - role.created_at <= patience:
        return Unknown(f'the role was created {ago(facts, role.created_at)} and has not been used yet')
    severity = Status.WARNING if isinstance(integration, Unobserved) else None
    return Failed(f'{_last_use(facts, role)}; Datadog would use it within {patience / HOUR:g} hours', severity)


def _needs_no_use(integration: Integration | Unobserved) -> str:
    """Why Datadog may rightly leave the role alone; '' where it may not."""
    if isinstance(integration, Unobserved):
        return ''
    if integration.auth is AuthKind.ACCESS_KEYS:
        return 'Datadog uses access keys here, and no role'
    collects = integration.metrics_enabled is not False or integration.extended_collection
    return '' if collects else 'Datadog is told to collect neither metrics nor resources from this account'


def _last_use(facts: Facts, role: Role) -> str:
    if role.last_used.at is None:
        return f'IAM knows no use of the role in 400 days; it was created {ago(facts, role.created_at)}'
    return f'the role was last used {ago(facts, role.last_used.at)}{_region(role)}'


def _region(role: Role) -> str:
    return f' in {role.last_used.region}' if role.last_used.region else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name = shlex.quote(role_name(facts, expected))
    return Remedy(
        'Find out what keeps Datadog from the role, although its trust policy shows nothing, or remove the role',
        (
            'On the AWS integration page of Datadog look whether this account is listed, enabled, and with this role '
            'name and this account id',
            'See whether STS refuses Datadog, in CloudTrail: aws cloudtrail lookup-events --lookup-attributes '
            'AttributeKey=EventName,AttributeValue=AssumeRole',
            'Where the account belongs to an organization, look for a service control policy or a resource control '
            f'policy that denies sts:AssumeRole. See {ERROR_PAGE}',
            f'IAM records a use up to four hours late. Look again: aws iam get-role --role-name {name} '
            '--query Role.RoleLastUsed',
        ),
    )


INTEGRATION_ROLE_UNUSED = Diagnosis(
    id='integration-role-unused',
    title='Nobody uses the role that is meant for Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=('Reads when and in which region IAM saw the role used last.'),
    harm=(
        'Datadog uses it every few minutes, so a role that nobody used for hours is one that Datadog cannot assume'
        ' or does not know. A recent use is the best sign from outside that it works, though anybody whom the role'
        ' trusts may have caused it.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=(
        'integration-role-missing',
        'trust-policy-wrong-principal',
        'trust-policy-action-missing',
        'trust-policy-explicit-deny',
        'trust-policy-external-id',
        'trust-policy-extra-conditions',
    ),
)
