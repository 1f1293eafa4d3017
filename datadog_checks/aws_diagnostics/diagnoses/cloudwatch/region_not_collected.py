"""A region in which EC2 instances report to CloudWatch, and which Datadog does not collect.

Never more than a warning, because a region can be left out on purpose. Not a fault: regions without an instance in the
last hours; regions closed by a service control policy, which Datadog's guide tells to exclude; and regions that
`regions` of this check instance does not name. A metric stream delivers whatever the record says, so a region with one
is Unknown.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import HOURS, Feature, Integration, Metrics, RecentlyActive
from ...facts.values import RegionName
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Remedy, Variable
from ...text import counted, listed
from ..links import guide
from .exclusions import Change, as_list, at_least, change_record, collects_nothing, judged, missed, recorded

ID = 'region-not-collected'
GLOBAL_SERVICES, OF_NO_REGION = RegionName('us-east-1'), 'CloudFront, Route 53 and billing'
"""Where CloudWatch has the metrics of services without a region, in the partition aws. Datadog's guide says that their
metrics appear there "regardless of the region configuration": so this is told, and is no fault."""
LONGEST_PLACE = 50
"""Characters of a region and what was found in it."""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = recorded(facts)
    nothing = collects_nothing(integration)
    if nothing:
        return nothing
    if integration.regions is None:
        return Passed('all regions are collected (aws_regions.include_all)')
    included = listed(integration.regions) or 'no region'
    verdict = judged(
        _excluded(facts),
        lambda wrong: f'{_where(wrong)}, but aws_regions.include_only has {included}',
        lambda n: f'no EC2 instance reported in {counted(n, "region")} that aws_regions.include_only does not have',
    )
    if not isinstance(verdict, Failed | Passed):
        return verdict
    return replace(verdict, evidence=f'{verdict.evidence}{_notes(facts, integration)}')


def _notes(facts: Facts, integration: Integration) -> str:
    """What counts instances cannot show: services without a region, and regions that only one side has enabled."""
    metrics = facts.of_account.metrics
    not_enabled = listed(metrics.not_enabled) if isinstance(metrics, Metrics) else ''
    one_sided = f'; the account has not enabled {not_enabled}, which is on record' if not_enabled else ''
    left_out = integration.partition == 'aws' and GLOBAL_SERVICES not in (integration.regions or ())
    where = f'; {GLOBAL_SERVICES}, where CloudWatch has the metrics of {OF_NO_REGION}, is not on record'
    return f'{one_sided}{where if left_out else ""}'


def _excluded(facts: Facts) -> Sequence[RecentlyActive]:
    return observed(observed(facts.of_account.metrics).excluded_regions)


def _where(wrong: Sequence[RecentlyActive]) -> str:
    places = listed((f'{entry.region} ({at_least(entry, "instance")})' for entry in wrong), longest=LONGEST_PLACE)
    return f'EC2 instances reported to CloudWatch in the last {HOURS} hours in {places}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    metrics = facts.of_account.metrics
    entries = metrics.excluded_regions if isinstance(metrics, Metrics) else ()
    wrong = [] if isinstance(entries, Unobserved) else [entry.region for entry in missed(entries)]
    names = listed(wrong) or 'the region'
    return change_record(
        facts,
        expected,
        ID,
        f'Let Datadog collect {names}, or exclude it on purpose; AWS charges for the CloudWatch calls',
        Change(
            page=f'General, Regions, and select {names}',
            group='aws_regions',
            jq=f'.aws_regions.include_only += {as_list(wrong) if wrong else "[$name]"}',
            name=None if wrong else Variable('AWS_REGION'),
            terraform=_terraform(facts, wrong),
        ),
    )


def _terraform(facts: Facts, wrong: Sequence[RegionName]) -> str:
    """'' where the regions on record are not known, or where not all entries are regions: it takes the whole list."""
    record = facts.of_account.integration
    if not isinstance(record, Integration) or record.regions is None or record.other_regions or not wrong:
        return ''
    return f'aws_regions {{\n  include_only = {as_list((*record.regions, *wrong))}\n}}'


REGION_NOT_COLLECTED = Diagnosis(
    id=ID,
    title='EC2 instances run in a region that Datadog does not collect',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Compares the regions that Datadog collects (aws_regions) with the enabled ones, and asks CloudWatch in the '
        'others for instances that reported in the last three hours. Regions closed by a service control policy, or '
        'not named by `regions` of the configuration, are no fault; one with a metric stream is UNKNOWN. A region that '
        'needs opt-in must be enabled in the account and in the integration; global services report in us-east-1.'
    ),
    harm=(
        'Their CloudWatch metrics and AWS tags do not reach Datadog. If a region is left out on purpose, add this '
        'diagnosis to disabled_diagnoses.'
    ),
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
