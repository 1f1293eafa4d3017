"""Datadog is told to collect no metrics of this account from CloudWatch.

A warning and not critical: the switch is on by default, so somebody has turned it off, and may want nothing but
Cloud Security or logs here. Metric streams do not make it right: Datadog polls what a stream cannot deliver and the
tags of what it does.
"""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from .exclusions import API, ON_PURPOSE, PAGE, TERRAFORM, recorded

ID = 'metric-collection-disabled'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = recorded(facts)
    if integration.metrics_enabled is None:
        return Unknown('the record of Datadog does not say whether metrics are collected (metrics_config.enabled)')
    if integration.metrics_enabled:
        return Passed('Datadog has metric collection on record as enabled (metrics_config.enabled is true)')
    others = '; it still collects resources' if integration.extended_collection else ''
    return Failed(f'Datadog has metric collection on record as disabled (metrics_config.enabled is false){others}')


def remedy(_: Facts, __: Expectations) -> Remedy:
    return Remedy(
        'Enable metric collection for this account; AWS charges for the calls that Datadog makes to CloudWatch',
        (
            f'{PAGE}, then Metric Collection, and enable it',
            f'{API}: "metrics_config": {{"enabled": true}}',
            f'{TERRAFORM}, in metrics_config: enabled = true',
            'Values of the time before are not collected afterwards',
            ON_PURPOSE.format(id=ID),
        ),
    )


METRIC_COLLECTION_DISABLED = Diagnosis(
    id=ID,
    title='Datadog collects no CloudWatch metrics of the account',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=('Asks Datadog whether metric collection is enabled for this account (metrics_config.enabled).'),
    harm=(
        'Where it is not, every metric that AWS publishes for it is missing; with metric streams, those that a '
        'stream cannot deliver, and tags. It is on by default, so it may be off on purpose: put this diagnosis '
        'into disabled_diagnoses then.'
    ),
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
