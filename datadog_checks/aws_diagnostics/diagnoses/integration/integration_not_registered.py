"""Datadog has no integration for this account, so it collects nothing from it."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature, Role, RoleMissing
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Choice, Command, Language, Remedy, hcl_string
from ...rules.datadog_role import datadogs_account, name_for_the_record
from ...text import one_line
from ..account_remedies import account_word, role_word, run_again
from ..imds.evidence import ago
from .role import account_id, partition_of
from .role_remedies import LONGEST_NAME, ON_PAGE, TEMPLATE_PAGE, names_of_roles_for_datadog
from .trust import sender
from .trust_remedies import GUIDE_SECTION, statements_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    account = facts.of_account
    if account.registered is False:
        site = one_line(expected.of_account.site, 40)
        who = f'this organization of Datadog on {site} has no integration for account {account_id(facts)}'
        return Failed(f'{who}{_role(facts, expected)}')
    if account.registered is None:
        observed(account.integration)
    return Passed('Datadog has an integration for this account')


def _role(facts: Facts, expected: Expectations) -> str:
    """A role that is used although nothing is registered here works for somebody else."""
    name = _for_datadog(facts, expected)
    if name is None:
        return ''
    role = facts.of_account.role
    used = f', used {ago(facts, role.last_used.at)}' if isinstance(role, Role) and role.last_used.at else ''
    who = f"; the role '{one_line(name, LONGEST_NAME)}' trusts Datadog{used}"
    return f'{who}: another organization or site may have the account'


def _for_datadog(facts: Facts, expected: Expectations) -> str | None:
    """The role that trusts Datadog's account of this site, as it would be on record; None without exactly one."""
    role, to = facts.of_account.role, sender(facts, expected)
    if isinstance(role, Role):
        allowing = [s for s in statements_of(facts) if s.effect == 'Allow']
        trusts = any(datadogs_account(p) == to.account for s in allowing for p in s.principals)
        return name_for_the_record(role.arn) if trusts else None
    names = names_of_roles_for_datadog(role, to) if isinstance(role, RoleMissing) else []
    return names[0] if len(names) == 1 else None


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name = _for_datadog(facts, expected)
    template = Choice(
        "Create the role and the integration with Datadog's CloudFormation template, which the AWS integration page "
        f'starts under Add AWS Account(s), see {TEMPLATE_PAGE}'
    )
    by_hand = Choice(
        f'Add the account by hand {ON_PAGE}, with its ID and '
        + (f"the role name '{one_line(name, LONGEST_NAME)}'" if name else 'the name of a role')
        + ', and put the external ID that Datadog shows then into the trust policy'
    )
    elsewhere = Choice(
        'If another organization or another site of Datadog has the account, give this check its site and its keys '
        '(datadog_site, api_key, app_key)'
    )
    in_code = Choice('In Terraform', (Command(_terraform(facts, expected, name), Language.HCL),))
    ways = (by_hand, in_code, elsewhere) if name else (template, by_hand, in_code, elsewhere)
    return Remedy('Register the account with Datadog', ways, (run_again(expected),))


def _terraform(facts: Facts, expected: Expectations, name: str | None) -> str:
    return RESOURCE.format(
        account=hcl_string(account_word(facts)),
        partition=hcl_string(partition_of(facts)),
        role=hcl_string(name or role_word(facts, expected)),
    )


RESOURCE = """resource "datadog_integration_aws_account" "this" {{
  aws_account_id = {account}
  aws_partition  = {partition}
  aws_regions {{
    include_all = true
  }}
  auth_config {{
    aws_auth_config_role {{
      role_name = {role}
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
}}"""
"""With the blocks that registry.terraform.io/providers/DataDog/datadog requires; all that is not said has its default.
Its attribute auth_config.aws_auth_config_role.external_id is what the trust policy requires."""


INTEGRATION_NOT_REGISTERED = Diagnosis(
    id='integration-not-registered',
    title='Datadog has no integration for this account',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests='Asks Datadog for its record of this account, with the keys and the site of this check.',
    harm=(
        'Datadog collects no metrics, tags, events or resources from an account that is not registered with this '
        'organization and site, whatever its role allows.'
    ),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
)
