"""Datadog has access keys of an IAM user instead of a role."""

from datadog_checks.aws_diagnostics.diagnoses.integration.integration_uses_access_keys import (
    INTEGRATION_USES_ACCESS_KEYS,
)
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.account.builders import account_expectations, account_facts, caller, integration
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT, not_over
from .test_integration_role_missing import creating

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
    'a role in GovCloud, on a government site': Row(
        account_facts(caller=caller(partition='aws-us-gov')),
        'Datadog uses a role for this account, not access keys',
        GOVERNMENT,
    ),
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
    'a role in GovCloud, on another site': Row(
        account_facts(caller=caller(partition='aws-us-gov')),
        'Datadog has a role on record; for datadoghq.com in the partition aws-us-gov it documents access keys, and no '
        'account of its own',
    ),
    'a role in China': Row(
        account_facts(caller=caller(partition='aws-cn')),
        'Datadog has a role on record; for ddog-gov.com in the partition aws-cn it documents access keys, and no '
        'account of its own',
        GOVERNMENT,
    ),
    'Datadog was not asked': Row(account_facts(integration=Unobserved('no application key')), 'no application key'),
}
test_verdict = verdict_test(INTEGRATION_USES_ACCESS_KEYS, FAILS, PASSES, UNKNOWN, {})

SAVE = Command(
    f'{not_over("datadog-aws-integration.before.json")} &&\n'
    '(umask 077 && curl --silent --show-error --fail --output datadog-aws-integration.before.json \\\n'
    '  --header "DD-API-KEY: ${DD_API_KEY:?}" --header "DD-APPLICATION-KEY: ${DD_APP_KEY:?}" \\\n'
    "  'https://api.ap1.datadoghq.com/api/v2/integration/aws/accounts?aws_account_id=123456789012')"
)
THE_KEY = '--user-name "${USER_NAME:?}" --access-key-id "${ACCESS_KEY_ID:?}"'
LISTS = ('list-attached-user-policies', 'list-user-policies', 'list-groups-for-user')
test_remedy = remedy_test(
    INTEGRATION_USES_ACCESS_KEYS,
    {
        'access keys': (
            account_facts(integration=KEYS),
            account_expectations(site='ap1.datadoghq.com'),
            Remedy(
                'Give Datadog a role instead of access keys, then disable the keys',
                creating('arn:aws:iam::417141415827:root'),
                (
                    Step(
                        'Give the role what the IAM user may do, by its policies and groups',
                        tuple(Command(f'aws iam {name} --user-name "${{USER_NAME:?}}"') for name in LISTS),
                    ),
                    Step(
                        "Save this account's settings in Datadog, which are lost when the authentication changes",
                        (SAVE,),
                    ),
                    Step(
                        'On the AWS integration page in Datadog, change this account to Role Delegation with the '
                        "role's name, and restore its other settings from the saved file"
                    ),
                    WAIT,
                    Step(
                        'When metrics arrive through the role, disable the key; the status Active enables it again',
                        (Command(f'aws iam update-access-key {THE_KEY} --status Inactive'),),
                    ),
                    Step(
                        'After a week without problems, delete the key, which cannot be undone',
                        (Command(f'aws iam delete-access-key {THE_KEY}'),),
                    ),
                ),
            ),
        )
    },
)
