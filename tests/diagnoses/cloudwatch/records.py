"""What Datadog may have on record, and what CloudWatch may have beside it."""

from typing import Any

from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Feature,
    FilterKind,
    Metrics,
    NamespaceFilters,
    RecentlyActive,
)
from tests.account.builders import account_expectations, account_facts, integration

NOT_LOOKED_AT = account_expectations(features=frozenset({Feature.ROLE}))
SWITCHED_OFF = 'metrics is not among the features of this instance'
NO_METRICS = 'Datadog is told to collect no metrics at all: the diagnosis metric-collection-disabled'
DENIED = 'missing permission cloudwatch:ListMetrics in sa-east-1 (AccessDenied)'
NO_KEYS = 'Datadog was not asked: it needs both an API key and an application key'
NO_RECORD = account_facts(integration=Unobserved(NO_KEYS))
PAGE = 'In Datadog, on the AWS integration page, choose the account'
API = 'Or by the API (PATCH /api/v2/integration/aws/accounts/ID):'
TERRAFORM = 'Or in Terraform (datadog_integration_aws_account)'


def on_purpose(id: str) -> str:
    return f'If it is left out on purpose, say so to this check in its conf.yaml: disabled_diagnoses: [{id}]'


def instances(region: str, found: int | Unobserved, **differences: Any) -> RecentlyActive:
    return RecentlyActive('AWS/EC2', region, found, **differences)


def excluding(*namespaces: str) -> NamespaceFilters:
    return NamespaceFilters(FilterKind.EXCLUDE_ONLY, namespaces)


def including(*namespaces: str) -> NamespaceFilters:
    return NamespaceFilters(FilterKind.INCLUDE_ONLY, namespaces)


def only_regions(*entries: RecentlyActive, regions: tuple[str, ...] = ('eu-west-1',), **recorded: Any) -> Facts:
    """Datadog collects these regions; the entries are of others."""
    return account_facts(integration=integration(regions=regions, **recorded), metrics=Metrics(entries, ()))


def filtered(filters: NamespaceFilters | Unobserved, *entries: RecentlyActive, **recorded: Any) -> Facts:
    return account_facts(integration=integration(namespace_filters=filters, **recorded), metrics=Metrics((), entries))
