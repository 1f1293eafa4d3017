"""Nobody has assumed the role for longer than Datadog would leave it alone."""

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.integration.integration_role_unused import INTEGRATION_ROLE_UNUSED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, LastUsed, RoleMissing
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.account.builders import DAY, HOUR, account_expectations, account_facts, integration, role, trust
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import PAGE

NEVER = LastUsed(None)
YESTERDAY = LastUsed(NOW - DAY - 1, 'eu-west-1')
NO_KEY = Unobserved('no application key')
LAST = 'the role was last used 1 day ago in eu-west-1; Datadog would have used it within 24 hours'

FAILS = {
    'a day and a second ago': Row(
        account_facts(role=role(last_used=YESTERDAY)), LAST, near_miss='a day ago, to the second'
    ),
    'a day ago, and Datadog was not asked': Row(
        account_facts(role=role(last_used=YESTERDAY), integration=NO_KEY),
        Failed(LAST, Status.WARNING),
        near_miss='used, and Datadog was not asked',
    ),
    'never': Row(
        account_facts(role=role(last_used=NEVER)),
        'IAM has no record of use in the last 400 days; the role was created 365 days ago; Datadog would have used it '
        'within 24 hours',
        near_miss='just now',
    ),
    'longer than the operator says': Row(
        account_facts(role=role(last_used=LastUsed(NOW - 3 * HOUR))),
        'the role was last used 3 hours ago; Datadog would have used it within 2 hours',
        account_expectations(unused_after=2 * HOUR),
        near_miss='just now',
    ),
    'its resources alone are collected': Row(
        account_facts(
            role=role(last_used=YESTERDAY), integration=integration(metrics_enabled=False, extended_collection=True)
        ),
        LAST,
        near_miss='just now',
    ),
    'changed a minute ago': Row(
        account_facts(role=role(last_used=YESTERDAY, changed_at=NOW - 60)),
        f'{LAST}; the role changed 1 minute ago, so this may be stale: IAM and Datadog need at least 5 minutes',
        near_miss='just now',
    ),
}
PASSES = {
    'just now': Row(
        account_facts(role=role(last_used=LastUsed(NOW))), 'the role was used just now, IAM does not say by whom'
    ),
    'five minutes ago, in a region': Row(
        account_facts(), 'the role was used 5 minutes ago in eu-west-1, IAM does not say by whom'
    ),
    'a day ago, to the second': Row(
        account_facts(role=role(last_used=LastUsed(NOW - DAY))),
        'the role was used 1 day ago, IAM does not say by whom',
    ),
    'used, and Datadog was not asked': Row(
        account_facts(integration=NO_KEY),
        'the role was used 5 minutes ago in eu-west-1, IAM does not say by whom',
    ),
}
UNKNOWN = {
    'created an hour ago': Row(
        account_facts(role=role(last_used=NEVER, created_at=NOW - HOUR)),
        'the role was created 1 hour ago and has not been used',
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing('x')), "there is no role 'x'"),
    'Datadog uses access keys': Row(
        account_facts(role=role(last_used=NEVER), integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
    'nothing is to be collected': Row(
        account_facts(role=role(last_used=NEVER), integration=integration(metrics_enabled=False)),
        'Datadog is set to collect neither metrics nor resources from this account',
    ),
}
test_verdict = verdict_test(INTEGRATION_ROLE_UNUSED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    INTEGRATION_ROLE_UNUSED,
    {
        'nothing else is wrong': (
            account_facts(role=role(last_used=NEVER)),
            Remedy(
                'Find out why Datadog does not use the role although its trust policy admits Datadog',
                then=(
                    Step(
                        'On the AWS integration page in Datadog, check that this account is listed and enabled, with '
                        'this account ID and role name'
                    ),
                    Step(
                        'If the account belongs to an organization, look for a resource control policy that denies '
                        f'sts:AssumeRole, with credentials of the management account (see {PAGE})',
                        (
                            Command(
                                'aws organizations list-policies-for-target --target-id 123456789012 --filter '
                                'RESOURCE_CONTROL_POLICY'
                            ),
                        ),
                    ),
                    Step(
                        'IAM can take 4 hours to record a use: look again later',
                        (Command('aws iam get-role --role-name DatadogIntegrationRole --query Role.RoleLastUsed'),),
                    ),
                ),
            ),
        )
    },
)


def test_a_trust_policy_that_refuses_datadog_explains_it() -> None:
    facts = account_facts(role=role(trust(actions=('sts:TagSession',)), last_used=NEVER))
    findings = {f.diagnosis.id: f for f in diagnose(DIAGNOSES, facts, account_expectations())}
    unused = findings['integration-role-unused']
    assert unused.explained_by == 'trust-policy-action-missing'
    assert unused.remedy is not None
    assert unused.remedy.summary == ('First fix trust-policy-action-missing: Allow sts:AssumeRole to Datadog')
