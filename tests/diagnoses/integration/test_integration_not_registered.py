"""Datadog has no integration for the account, as far as the keys of this check can tell."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.integration_not_registered import INTEGRATION_NOT_REGISTERED
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import LastUsed, RoleMissing, TrustingRole
from datadog_checks.aws_diagnostics.facts.values import AccountId, Arn
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.account.builders import ROLE_ARN, account_expectations, account_facts, role, trust
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT

NONE = Unobserved('Datadog has no integration for account 123456789012')
WHO = 'this organization of Datadog on datadoghq.com has no integration for account 123456789012'
IT_HAS = 'Datadog has an integration for this account'
OF_ANOTHER_VENDOR = trust(principals=('AWS:arn:aws:iam::111122223333:root',))


def unregistered(**differences: Any) -> Facts:
    nothing: dict[str, Any] = {'role': RoleMissing('DatadogIntegrationRole', trusting=())}
    return account_facts(**{'integration': NONE, 'registered': False, **nothing, **differences})


def trusting(name: str, account: str = '464622532012') -> TrustingRole:
    return TrustingRole(Arn(f'arn:aws:iam::123456789012:role/{name}'), (AccountId(account),))


def maybe(role: str, used: str = '') -> str:
    return f"{WHO}; the role '{role}' trusts Datadog{used}: another organization or site may have the account"


FAILS = {
    'no record, no role': Row(unregistered(), WHO, near_miss='it is on record'),
    'no record, but a role that somebody uses': Row(
        unregistered(role=role()), maybe('DatadogIntegrationRole', ', used 5 minutes ago'), near_miss='it is on record'
    ),
    'no record, but a role that nobody uses': Row(
        unregistered(role=role(last_used=LastUsed(None))), maybe('DatadogIntegrationRole'), near_miss='it is on record'
    ),
    'no record, but a role of another name': Row(
        unregistered(role=RoleMissing('DatadogIntegrationRole', trusting=(trusting('vendors/Monitoring'),))),
        maybe('vendors/Monitoring'),
        near_miss='it is on record',
    ),
    'a role of that name trusts another vendor': Row(
        unregistered(role=role(OF_ANOTHER_VENDOR)), WHO, near_miss='it is on record'
    ),
    'a role trusts another site of Datadog': Row(
        unregistered(role=RoleMissing('DatadogIntegrationRole', trusting=(trusting('Ap1', '417141415827'),))),
        WHO,
        near_miss='it is on record',
    ),
    'on another site': Row(
        unregistered(),
        WHO.replace('datadoghq.com', 'us5.datadoghq.com'),
        account_expectations(site='us5.datadoghq.com'),
        near_miss='it is on record',
    ),
}
PASSES = {
    'it is on record': Row(account_facts(registered=True), IT_HAS),
    'saved by a version that did not say so': Row(account_facts(registered=None), IT_HAS),
    'on record several times': Row(
        account_facts(registered=True, integration=Unobserved('Datadog has several integrations')), IT_HAS
    ),
}
UNKNOWN = {
    'without an application key': Row(
        account_facts(registered=None, integration=Unobserved('Datadog was not asked: it needs both keys')),
        'Datadog was not asked: it needs both keys',
    ),
    'the key may not read it': Row(
        account_facts(registered=None, integration=Unobserved('Datadog refuses: a key is not valid')),
        'Datadog refuses: a key is not valid',
    ),
}
test_verdict = verdict_test(INTEGRATION_NOT_REGISTERED, FAILS, PASSES, UNKNOWN, {})

REGISTER = 'Register the account with Datadog'
TEMPLATE = Choice(
    "Create the role and the integration with Datadog's CloudFormation template, which the AWS integration page starts "
    'under Add AWS Account(s), see https://docs.datadoghq.com/integrations/amazon-web-services/'
)
ELSEWHERE = Choice(
    'If another organization or another site of Datadog has the account, give this check its site and its keys '
    '(datadog_site, api_key, app_key)'
)


def by_hand(role: str) -> Choice:
    return Choice(
        f'Add the account by hand on the AWS integration page in Datadog, with its ID and {role}, and put the external '
        'ID that Datadog shows then into the trust policy'
    )


def terraform(role: str) -> Choice:
    return Choice(
        'In Terraform',
        (
            Command(
                f"""resource "datadog_integration_aws_account" "this" {{
  aws_account_id = "123456789012"
  aws_partition  = "aws"
  aws_regions {{
    include_all = true
  }}
  auth_config {{
    aws_auth_config_role {{
      role_name = "{role}"
    }}
  }}
  logs_config {{
    lambda_forwarder {{}}
  }}
  metrics_config {{
    namespace_filters {{}}
  }}
  resources_config {{}}
  traces_config {{
    xray_services {{}}
  }}
}}""",
                Language.HCL,
            ),
        ),
    )


test_remedy = remedy_test(
    INTEGRATION_NOT_REGISTERED,
    {
        'there is no role': (
            unregistered(),
            account_expectations(),
            Remedy(
                REGISTER,
                (TEMPLATE, by_hand('the name of a role'), terraform('DatadogIntegrationRole'), ELSEWHERE),
                (WAIT,),
            ),
        ),
        'a role with a path trusts Datadog: no template makes a second one': (
            unregistered(role=role(arn=Arn(ROLE_ARN.replace('role/', 'role/datadog/')))),
            account_expectations(),
            Remedy(
                REGISTER,
                (
                    by_hand("the role name 'datadog/DatadogIntegrationRole'"),
                    terraform('datadog/DatadogIntegrationRole'),
                    ELSEWHERE,
                ),
                (WAIT,),
            ),
        ),
    },
)
