from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import METRIC_COLLECTION_DISABLED
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_facts, integration
from tests.diagnoses.cloudwatch.records import (
    FROM_THEN_ON,
    NO_KEYS,
    NO_RECORD,
    NOT_LOOKED_AT,
    SWITCHED_OFF,
    by_request,
    in_terraform,
    on_purpose,
    on_the_page,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

OFF = account_facts(integration=integration(metrics_enabled=False))
IS_OFF = 'metric collection is disabled (metrics_config.enabled is false)'

FAILS = {
    'it is switched off': Row(OFF, IS_OFF, near_miss='it is switched on'),
    'only resources are collected': Row(
        account_facts(integration=integration(metrics_enabled=False, extended_collection=True)),
        f'{IS_OFF}; resources are still collected',
        near_miss='resources are collected, too',
    ),
}
PASSES = {
    'it is switched on': Row(account_facts(), 'metric collection is enabled (metrics_config.enabled is true)'),
    'resources are collected, too': Row(
        account_facts(integration=integration(extended_collection=True)),
        'metric collection is enabled (metrics_config.enabled is true)',
    ),
}
UNKNOWN = {
    'Datadog was not asked': Row(NO_RECORD, NO_KEYS),
    'the record does not say': Row(
        account_facts(integration=integration(metrics_enabled=None)),
        "Datadog's record does not say whether metrics are collected (metrics_config.enabled)",
    ),
}
NOT_APPLICABLE = {'the feature is off': Row(OFF, SWITCHED_OFF, NOT_LOOKED_AT)}
REMEDIES = {
    'it is switched off': (
        OFF,
        Remedy(
            'Enable metric collection for this account, from now on; AWS charges for the calls to CloudWatch',
            (
                on_the_page('Metric Collection, and enable it'),
                by_request('metrics_config', '.metrics_config.enabled = true'),
                in_terraform('metrics_config {\n  enabled = true\n}'),
                on_purpose('metric-collection-disabled'),
            ),
            (FROM_THEN_ON,),
        ),
    )
}

test_verdict = verdict_test(METRIC_COLLECTION_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(METRIC_COLLECTION_DISABLED, REMEDIES)
