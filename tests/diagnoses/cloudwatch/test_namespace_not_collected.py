from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import NAMESPACE_NOT_COLLECTED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    NAMESPACES,
    FilterKind,
    Metrics,
    NamespaceFilters,
)
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_facts, integration
from tests.diagnoses.cloudwatch.records import (
    DENIED,
    FROM_THEN_ON,
    NO_KEYS,
    NO_METRICS,
    NO_RECORD,
    NOT_LOOKED_AT,
    SWITCHED_OFF,
    active,
    by_request,
    excluding,
    filtered,
    in_terraform,
    including,
    on_purpose,
    on_the_page,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

FILTERS = 'metrics_config.namespace_filters'
HAD = 'but in the last 3 hours CloudWatch had'
NONE_EXCLUDED = f'{FILTERS} excludes none of {", ".join(NAMESPACES)}'
QUIET = 'no excluded namespace had active metrics in the last 3 hours:'
RDS, OTHER_RDS = active('AWS/RDS', 'eu-west-1', 12), active('AWS/RDS', 'us-east-1', 1)
LAMBDA = active('AWS/Lambda', 'eu-west-1', 500, more=True)
QUIET_RDS = active('AWS/RDS', 'eu-west-1', 0)
STREAMED = active('AWS/RDS', 'eu-west-1', 12, streams=1)
EXCLUDED = filtered(excluding('AWS/SQS', 'AWS/RDS'), RDS)

FAILS = {
    'an active namespace is excluded': Row(
        EXCLUDED,
        f'{FILTERS}.exclude_only has AWS/RDS, {HAD} 12 active metrics of AWS/RDS in eu-west-1',
        near_miss='an excluded namespace is not active',
    ),
    'active namespaces are not included': Row(
        filtered(including('AWS/EC2'), RDS, OTHER_RDS, LAMBDA, QUIET_RDS),
        f'{FILTERS}.include_only does not have AWS/RDS, AWS/Lambda, {HAD} 12 active metrics of AWS/RDS in '
        'eu-west-1, 1 active metric of AWS/RDS in us-east-1, at least 500 active metrics of AWS/Lambda in eu-west-1',
        near_miss='all that matters is included',
    ),
    'a stream delivers it in another region only': Row(
        filtered(excluding('AWS/RDS'), STREAMED, OTHER_RDS),
        f'{FILTERS}.exclude_only has AWS/RDS, {HAD} 1 active metric of AWS/RDS in us-east-1',
        near_miss='an excluded namespace is not active',
    ),
}
PASSES = {
    "Datadog's own default": Row(account_facts(), NONE_EXCLUDED),
    'what is excluded by default is active': Row(
        filtered(excluding('AWS/SQS'), active('AWS/SQS', 'eu-west-1', 40)), NONE_EXCLUDED
    ),
    'nothing is excluded': Row(filtered(excluding()), NONE_EXCLUDED),
    'everything is included': Row(filtered(NamespaceFilters(FilterKind.INCLUDE_ALL)), NONE_EXCLUDED),
    'all that matters is included': Row(filtered(including(*NAMESPACES)), NONE_EXCLUDED),
    'a namespace of a similar name is excluded': Row(filtered(excluding('AWS/EC2Spot', 'aws/rds')), NONE_EXCLUDED),
    'an excluded namespace is not active': Row(
        filtered(excluding('AWS/SQS', 'AWS/RDS'), QUIET_RDS), f'{QUIET} AWS/RDS'
    ),
}
UNKNOWN = {
    'a metric stream may deliver it': Row(
        filtered(excluding('AWS/RDS'), STREAMED),
        'AWS/RDS in eu-west-1 is not polled, but a metric stream runs there, which may deliver it',
    ),
    'our permission is missing': Row(
        filtered(excluding('AWS/RDS'), active('AWS/RDS', 'sa-east-1', Unobserved(DENIED))), DENIED
    ),
    'a filter of a kind that is not known': Row(filtered(Unobserved('another kind'), RDS), 'another kind'),
    'the regions may not be listed': Row(
        account_facts(
            integration=integration(namespace_filters=excluding('AWS/RDS')),
            metrics=Metrics((), Unobserved('may not list regions')),
        ),
        'may not list regions',
    ),
    'Datadog was not asked': Row(NO_RECORD, NO_KEYS),
}
NOT_APPLICABLE = {
    'the feature is off': Row(EXCLUDED, SWITCHED_OFF, NOT_LOOKED_AT),
    'no metrics are collected at all': Row(filtered(excluding('AWS/RDS'), RDS, metrics_enabled=False), NO_METRICS),
}


def remedy(edit: str, filters: str) -> Remedy:
    return Remedy(
        'Let Datadog collect AWS/RDS, or exclude it on purpose; AWS charges for the CloudWatch calls',
        (
            on_the_page('Metric Collection, and enable AWS/RDS'),
            by_request('metrics_config', f'.metrics_config.namespace_filters.{edit}'),
            *(
                (in_terraform(f'metrics_config {{\n  namespace_filters {{\n    {filters}\n  }}\n}}'),)
                if filters
                else ()
            ),
            on_purpose('namespace-not-collected'),
        ),
        (FROM_THEN_ON,),
    )


REMEDIES = {
    'what is excluded beside it stays excluded': (
        EXCLUDED,
        remedy('exclude_only -= ["AWS/RDS"]', 'exclude_only = ["AWS/SQS"]'),
    ),
    'what is included stays included': (
        filtered(including('AWS/EC2'), RDS, OTHER_RDS),
        remedy('include_only += ["AWS/RDS"]', 'include_only = ["AWS/EC2", "AWS/RDS"]'),
    ),
    'a forged record enters no command: the list for Terraform would not be whole': (
        filtered(excluding('AWS/RDS', '"]; }\n$(id)'), RDS),
        remedy('exclude_only -= ["AWS/RDS"]', ''),
    ),
}

test_verdict = verdict_test(NAMESPACE_NOT_COLLECTED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(NAMESPACE_NOT_COLLECTED, REMEDIES)
