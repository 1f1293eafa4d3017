"""What Datadog may have on record, what CloudWatch may have beside it, and the parts of the remedies."""

from typing import Any

from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Feature,
    FilterKind,
    Metrics,
    NamespaceFilters,
    RecentlyActive,
)
from datadog_checks.aws_diagnostics.facts.values import MetricNamespace, RegionName
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Step
from tests.account.builders import ACCOUNT_ID, REGION, account_expectations, account_facts, integration
from tests.diagnoses.integration.correcting import not_over

NOT_LOOKED_AT = account_expectations(features=frozenset({Feature.ROLE}))
SWITCHED_OFF = 'not checked: metrics is not in features'
NO_METRICS = 'metric collection is disabled: see metric-collection-disabled'
DENIED = 'missing permission cloudwatch:ListMetrics in sa-east-1 (AccessDenied)'
NO_KEYS = 'Datadog was not asked: it needs both an API key and an application key'
NO_RECORD = account_facts(integration=Unobserved(NO_KEYS))
HEADERS = '--header "DD-API-KEY: ${DD_API_KEY:?}" --header "DD-APPLICATION-KEY: ${DD_APP_KEY:?}"'
ACCOUNTS = 'https://api.${DD_SITE:?}/api/v2/integration/aws/accounts'
SAVE = f"""\
{not_over('aws-integration-before.json')} &&
(umask 077 && curl --silent --show-error --fail --output aws-integration-before.json \\
  {HEADERS} \\
  "{ACCOUNTS}?aws_account_id={ACCOUNT_ID}") &&
"""
FIND_ID = """\
AWS_CONFIG_ID=$(jq --raw-output --exit-status '.data[0].id' aws-integration-before.json) &&
"""


FROM_THEN_ON = Step('Wait 15 minutes for the first values; Datadog does not fetch those from before the change')


def on_the_page(what: str) -> Choice:
    text = f'In Datadog, on the AWS integration page, choose the account, then {what}'
    return Choice(text, undo=Step('Set it back on the same page'))


def by_request(group: str, edit: str) -> Choice:
    return Choice(
        'With the Datadog API and jq: save the record (it contains the external ID) to aws-integration-before.json, '
        'edit it and send it back',
        (Command(f'{SAVE}{FIND_ID}{_patch(group, f" | {edit}")}'),),
        undo=Step('Send the saved settings back', (Command(f'{FIND_ID}{_patch(group)}'),)),
    )


def _patch(group: str, edit: str = '') -> str:
    attributes = f'.data[0].attributes | {{aws_account_id, {group}}}{edit}'
    return f"""\
jq '{attributes} | {{data: {{type: "account", attributes: .}}}}' aws-integration-before.json |
  curl --silent --show-error --fail --request PATCH --header 'Content-Type: application/json' --data @- \\
  {HEADERS} \\
  "{ACCOUNTS}/${{AWS_CONFIG_ID:?}}\""""


def in_terraform(block: str) -> Choice:
    return Choice(
        'In Terraform, in datadog_integration_aws_account',
        (Command(block, Language.HCL),),
        undo=Step('Apply the previous configuration'),
    )


def on_purpose(id: str) -> Choice:
    return Choice(
        'If this is on purpose, tell this check in its conf.yaml',
        (Command(f'disabled_diagnoses: [{id}]', Language.YAML),),
        undo=Step('Remove it from the list'),
    )


def active(namespace: str, region: str, found: int | Unobserved, **differences: Any) -> RecentlyActive:
    return RecentlyActive(MetricNamespace(namespace), RegionName(region), found, **differences)


def instances(region: str, found: int | Unobserved, **differences: Any) -> RecentlyActive:
    return active('AWS/EC2', region, found, **differences)


def excluding(*namespaces: str) -> NamespaceFilters:
    return NamespaceFilters(FilterKind.EXCLUDE_ONLY, namespaces)


def including(*namespaces: str) -> NamespaceFilters:
    return NamespaceFilters(FilterKind.INCLUDE_ONLY, namespaces)


def only_regions(*entries: RecentlyActive, regions: tuple[RegionName, ...] = (REGION,), **recorded: Any) -> Facts:
    """Datadog collects these regions; the entries are of others."""
    return account_facts(integration=integration(regions=regions, **recorded), metrics=Metrics(entries, ()))


def filtered(filters: NamespaceFilters | Unobserved, *entries: RecentlyActive, **recorded: Any) -> Facts:
    return account_facts(integration=integration(namespace_filters=filters, **recorded), metrics=Metrics((), entries))
