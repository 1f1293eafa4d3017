from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import REGION_NOT_COLLECTED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import Metrics
from datadog_checks.aws_diagnostics.facts.values import Partition, RegionName
from datadog_checks.aws_diagnostics.remedies import Choice, Remedy
from tests.account.builders import REGION, account_facts, integration
from tests.diagnoses.cloudwatch.records import (
    DENIED,
    FROM_THEN_ON,
    NO_KEYS,
    NO_METRICS,
    NO_RECORD,
    NOT_LOOKED_AT,
    SWITCHED_OFF,
    by_request,
    in_terraform,
    instances,
    on_purpose,
    on_the_page,
    only_regions,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

REPORTED = 'EC2 instances reported to CloudWatch in the last 3 hours in'
GLOBAL = '; us-east-1, where CloudWatch has the metrics of CloudFront, Route 53 and billing, is not on record'
ON_RECORD = f'but aws_regions.include_only has eu-west-1{GLOBAL}'
NOBODY = 'no EC2 instance reported in {} that aws_regions.include_only does not have'
US_EAST_1 = RegionName('us-east-1')
UNSEEN = instances('sa-east-1', Unobserved(DENIED))
CLOSED = instances('sa-east-1', Unobserved(DENIED), closed=True)
ONE = only_regions(instances('ap-south-1', 1))
DELIVERED = 'AWS/EC2 in ap-south-1 is not polled, but a metric stream runs there, which may deliver it'

FAILS = {
    'an instance runs in a region that is left out': Row(
        ONE, f'{REPORTED} ap-south-1 (1 instance), {ON_RECORD}', near_miss='no instance runs there'
    ),
    'in more regions than are named': Row(
        only_regions(*(instances(f'us-west-{n}', n) for n in range(1, 6))),
        f'{REPORTED} us-west-1 (1 instance), us-west-2 (2 instances), us-west-3 (3 instances) and 2 more, {ON_RECORD}',
        near_miss='no instance runs there',
    ),
    'more instances than one page holds': Row(
        only_regions(instances('ap-south-1', 500, more=True)),
        f'{REPORTED} ap-south-1 (at least 500 instances), {ON_RECORD}',
        near_miss='no instance runs there',
    ),
    'another region could not be looked at': Row(
        only_regions(UNSEEN, instances('ap-south-1', 2)),
        f'{REPORTED} ap-south-1 (2 instances), {ON_RECORD}',
        near_miss='no instance runs there',
    ),
    'whatever namespaces are collected': Row(
        only_regions(instances('ap-south-1', 1), namespace_filters=Unobserved('a filter of another kind')),
        f'{REPORTED} ap-south-1 (1 instance), {ON_RECORD}',
        near_miss='no instance runs there',
    ),
}
PASSES = {
    'all regions are collected': Row(account_facts(), 'all regions are collected (aws_regions.include_all)'),
    'no instance runs there': Row(only_regions(instances('ap-south-1', 0)), NOBODY.format('1 region') + GLOBAL),
    'no other region is enabled': Row(only_regions(), NOBODY.format('0 regions') + GLOBAL),
    'the region of global services is on record': Row(
        only_regions(regions=(REGION, US_EAST_1)), NOBODY.format('0 regions')
    ),
    'another partition has no such region': Row(
        only_regions(partition=Partition('aws-us-gov')), NOBODY.format('0 regions')
    ),
    'a region is on record that the account has not enabled': Row(
        account_facts(
            integration=integration(regions=(REGION, US_EAST_1, RegionName('ap-east-1'))),
            metrics=Metrics((), (), (RegionName('ap-east-1'),)),
        ),
        f'{NOBODY.format("0 regions")}; the account has not enabled ap-east-1, which is on record',
    ),
    'the organization closes the region for everybody': Row(
        only_regions(instances('ap-south-1', 0), instances('us-east-1', 0), CLOSED),
        f'{NOBODY.format("2 regions")}; 1 more closed by a service control policy{GLOBAL}',
    ),
}
UNKNOWN = {
    'a metric stream may deliver it': Row(only_regions(instances('ap-south-1', 4, streams=1)), DELIVERED),
    'it is not known whether a metric stream delivers it': Row(
        only_regions(instances('ap-south-1', 4, streams=Unobserved('missing permission cloudwatch:ListMetricStreams'))),
        'missing permission cloudwatch:ListMetricStreams',
    ),
    'our permission is missing': Row(only_regions(UNSEEN), DENIED),
    'several reasons': Row(
        only_regions(UNSEEN, instances('ap-south-1', 4, streams=2)), f'{DENIED}, and 1 similar reason'
    ),
    'the regions may not be listed': Row(
        account_facts(
            integration=integration(regions=(REGION,)), metrics=Metrics(Unobserved('may not list regions'), ())
        ),
        'may not list regions',
    ),
    'Datadog was not asked': Row(NO_RECORD, NO_KEYS),
}
NOT_APPLICABLE = {
    'the feature is off': Row(ONE, SWITCHED_OFF, NOT_LOOKED_AT),
    'no metrics are collected at all': Row(only_regions(instances('ap-south-1', 1), metrics_enabled=False), NO_METRICS),
}


def remedy(names: str, added: str, *more: Choice) -> Remedy:
    return Remedy(
        f'Let Datadog collect {names}, or exclude it on purpose; AWS charges for the CloudWatch calls',
        (
            on_the_page(f'General, Regions, and select {names}'),
            by_request('aws_regions', f'.aws_regions.include_only += [{added}]'),
            *more,
            on_purpose('region-not-collected'),
        ),
        (FROM_THEN_ON,),
    )


REMEDIES = {
    'two regions are left out': (
        only_regions(instances('ap-south-1', 1), instances('us-east-1', 0), instances('sa-east-1', 2)),
        remedy(
            'ap-south-1, sa-east-1',
            '"ap-south-1", "sa-east-1"',
            in_terraform('aws_regions {\n  include_only = ["eu-west-1", "ap-south-1", "sa-east-1"]\n}'),
        ),
    ),
    'not every entry on record is a region: the list for Terraform would not be whole': (
        only_regions(instances('ap-south-1', 1), other_regions=1),
        remedy('ap-south-1', '"ap-south-1"'),
    ),
}

test_verdict = verdict_test(REGION_NOT_COLLECTED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(REGION_NOT_COLLECTED, REMEDIES)
