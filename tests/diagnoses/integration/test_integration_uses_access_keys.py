"""Datadog has access keys of an IAM user instead of a role."""

from datadog_checks.aws_diagnostics.diagnoses.integration.integration_uses_access_keys import (
    INTEGRATION_USES_ACCESS_KEYS,
)
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_expectations, account_facts, caller, integration
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT, saved

KEYS = integration(auth=AuthKind.ACCESS_KEYS, role_name='', external_id=None)
HAS_KEYS = 'Datadog uses access keys of an IAM user for this account, and they do not expire'
GOVERNMENT = account_expectations(site='ddog-gov.com')

FAILS = {
    'access keys': Row(account_facts(integration=KEYS), HAS_KEYS, near_miss='a role'),
    'access keys in GovCloud, on a government site': Row(
        account_facts(integration=KEYS, caller=caller(partition='aws-us-gov')),
        HAS_KEYS,
        GOVERNMENT,
        near_miss='access keys in GovCloud, on another site',
    ),
    'access keys, and we cannot look into the account': Row(
        account_facts(integration=KEYS, role=Unobserved('expired'), caller=Unobserved('expired')),
        HAS_KEYS,
        near_miss='a role',
    ),
}
PASSES = {
    'a role': Row(account_facts(), 'Datadog uses a role for this account, not access keys'),
    'access keys in GovCloud, on another site': Row(
        account_facts(integration=KEYS, caller=caller(partition='aws-us-gov')),
        'Datadog uses access keys, the way it offers for datadoghq.com in the partition aws-us-gov',
    ),
    'access keys in China': Row(
        account_facts(integration=KEYS, caller=caller(partition='aws-cn')),
        'Datadog uses access keys, the way it offers for ddog-gov.com in the partition aws-cn',
        GOVERNMENT,
    ),
}
UNKNOWN = {
    'Datadog was not asked': Row(account_facts(integration=Unobserved('no application key')), 'no application key'),
}
test_verdict = verdict_test(INTEGRATION_USES_ACCESS_KEYS, FAILS, PASSES, UNKNOWN, {})

test_remedy = remedy_test(
    INTEGRATION_USES_ACCESS_KEYS,
    {
        'access keys': (
            account_facts(integration=KEYS),
            Remedy(
                'Give Datadog a role instead of access keys, then delete the keys; until then rotate them',
                (
                    'On the AWS integration page of Datadog choose Role Delegation for this account, and note its '
                    'external id',
                    saved(),
                    'aws iam create-role --role-name DatadogIntegrationRole --assume-role-policy-document '
                    'file://trust.json',
                    'Attach to it what the IAM user has: aws iam list-attached-user-policies --user-name USER',
                    'When metrics arrive by the role: aws iam delete-access-key --user-name USER '
                    '--access-key-id ACCESS_KEY_ID',
                    'Until then, rotate the keys. aws iam create-access-key --user-name USER',
                    WAIT,
                ),
            ),
        )
    },
)
