from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import METRIC_COLLECTION_DISABLED
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_facts, integration
from tests.diagnoses.cloudwatch.records import (
    API,
    NO_KEYS,
    NO_RECORD,
    NOT_LOOKED_AT,
    PAGE,
    SWITCHED_OFF,
    TERRAFORM,
    on_purpose,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

OFF = account_facts(integration=integration(metrics_enabled=False))
IS_OFF = 'Datadog has metric collection on record as disabled (metrics_config.enabled is false)'

FAILS = {
    'it is switched off': Row(OFF, IS_OFF, near_miss='it is switched on'),
    'only resources are collected': Row(
        account_facts(integration=integration(metrics_enabled=False, extended_collection=True)),
        f'{IS_OFF}; it still collects resources',
        near_miss='resources are collected, too',
    ),
}
PASSES = {
    'it is switched on': Row(
        account_facts(), 'Datadog has metric collection on record as enabled (metrics_config.enabled is true)'
    ),
    'resources are collected, too': Row(
        account_facts(integration=integration(extended_collection=True)),
        'Datadog has metric collection on record as enabled (metrics_config.enabled is true)',
    ),
}
UNKNOWN = {
    'Datadog was not asked': Row(NO_RECORD, NO_KEYS),
    'the record does not say': Row(
        account_facts(integration=integration(metrics_enabled=None)),
        'the record of Datadog does not say whether metrics are collected (metrics_config.enabled)',
    ),
}
NOT_APPLICABLE = {'the feature is off': Row(OFF, SWITCHED_OFF, NOT_LOOKED_AT)}
REMEDIES = {
    'it is switched off': (
        OFF,
        Remedy(
            'Enable metric collection for this account; AWS charges for the calls that Datadog makes to CloudWatch',
            (
                f'{PAGE}, then Metric Collection, and enable it',
                f'{API} "metrics_config": {{"enabled": true}}',
                f'{TERRAFORM}, in metrics_config: enabled = true',
                'Values of the time before are not collected afterwards',
                on_purpose('metric-collection-disabled'),
            ),
        ),
    )
}

test_verdict = verdict_test(METRIC_COLLECTION_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(METRIC_COLLECTION_DISABLED, REMEDIES)
