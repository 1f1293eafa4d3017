"""Metric collection is disabled for this account.

A warning and not critical: it is enabled by default, so somebody disabled it, and may want only Cloud Security or logs
here. Metric streams do not make up for it: Datadog polls what a stream cannot deliver, and the tags of what it does.
"""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from .exclusions import Change, change_record, recorded

ID = 'metric-collection-disabled'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = recorded(facts)
    if integration.metrics_enabled is None:
        return Unknown("Datadog's record does not say whether metrics are collected (metrics_config.enabled)")
    if integration.metrics_enabled:
        return Passed('metric collection is enabled (metrics_config.enabled is true)')
    others = '; resources are still collected' if integration.extended_collection else ''
    return Failed(f'metric collection is disabled (metrics_config.enabled is false){others}')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return change_record(
        facts,
        expected,
        ID,
        'Enable metric collection for this account, from now on; AWS charges for the calls to CloudWatch',
        Change(
            page='Metric Collection, and enable it',
            group='metrics_config',
            jq='.metrics_config.enabled = true',
            terraform='metrics_config {\n  enabled = true\n}',
        ),
    )


METRIC_COLLECTION_DISABLED = Diagnosis(
    id=ID,
    title='Datadog collects no CloudWatch metrics of the account',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests='Asks Datadog whether metric collection is enabled for this account (metrics_config.enabled).',
    harm=(
        'Datadog has no metrics from CloudWatch for the account; with metric streams, those that a stream cannot '
        'deliver are missing, and tags. If it is disabled on purpose, add this diagnosis to disabled_diagnoses.'
    ),
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
