"""A region in which EC2 instances report to CloudWatch, and which Datadog does not collect.

Never more than a warning, as a region can be left out on purpose. Not a fault, so that nobody is alarmed for nothing:
regions without an instance in the last hours; those that a service control policy closes, which Datadog's guide even
says to leave out; those that `regions` of this instance does not name; and those with a metric stream, which delivers
whatever the record says, so that it cannot be told.
"""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import HOURS, Feature, RecentlyActive
from ...findings import Diagnosis, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import guide
from .exclusions import (
    API,
    MOST_NAMED,
    ON_PURPOSE,
    PAGE,
    TERRAFORM,
    collects_nothing,
    counted,
    judged,
    missed,
    named,
    quoted,
    recorded,
)

ID = 'region-not-collected'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = recorded(facts)
    nothing = collects_nothing(integration)
    if nothing:
        return nothing
    if integration.regions is None:
        return Passed('Datadog has all regions on record (aws_regions.include_all)')
    listed = named(integration.regions) or 'no region'
    return judged(
        _excluded(facts),
        lambda wrong: f'{_where(wrong)}, but aws_regions.include_only on record has {listed}',
        lambda n: (
            f'no EC2 instance reported in {n} region{"" if n == 1 else "s"} that aws_regions.include_only leaves out'
        ),
    )


def _excluded(facts: Facts) -> Sequence[RecentlyActive]:
    return observed(observed(facts.of_account.metrics).excluded_regions)


def _where(wrong: Sequence[RecentlyActive]) -> str:
    places = [f'{shown(entry.region)} ({counted(entry, "instance")})' for entry in wrong[:MOST_NAMED]]
    more = f' and {len(wrong) - MOST_NAMED} more regions' if len(wrong) > MOST_NAMED else ''
    return f'EC2 instances reported to CloudWatch in the last {HOURS} hours in {", ".join(places)}{more}'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    wrong = [entry.region for entry in missed(_excluded(facts))]
    regions = quoted((*(recorded(facts).regions or ()), *wrong))
    return Remedy(
        f'Let Datadog collect {named(wrong)}, or leave it out knowingly; AWS charges for the calls to CloudWatch',
        (
            f'{PAGE}, then General, Regions, and select {named(wrong)}',
            f'{API}: "aws_regions": {{"include_only": [{regions}]}}, or {{"include_all": true}}',
            f'{TERRAFORM}: aws_regions {{ include_only = [{regions}] }}',
            ON_PURPOSE.format(id=ID),
        ),
    )


REGION_NOT_COLLECTED = Diagnosis(
    id=ID,
    title='EC2 instances run in a region that Datadog does not collect',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Compares the regions that Datadog has on record (aws_regions) with those that are enabled, and asks '
        'CloudWatch in the others for instances that reported in the last three hours.'
    ),
    harm=(
        'Their CloudWatch metrics and AWS tags do not reach Datadog. Regions that a service control policy closes '
        'or that `regions` of the configuration does not name are no fault, and one with a metric stream is '
        'UNKNOWN. What is left out on purpose goes into disabled_diagnoses.'
    ),
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
