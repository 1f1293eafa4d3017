"""IMDSv1 answers although the operator wants it disabled."""

from datetime import UTC, datetime, timedelta

from ...expectations import Expectations, ImdsV1
from ...facts import Answer, Facts, Imds, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Command, Remedy, Step, Variable, shell
from ..host_remedies import (
    MetadataOptions,
    as_step,
    change_metadata_options,
    for_new_instances,
)
from ..links import ec2_user_guide
from ..which_instance import find_instance, how_to_find_instance, instance, region
from .evidence import asked_ago, fate
from .fault import Fault, fault_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if expected.imdsv1 is not ImdsV1.DISABLED:
        return NotApplicable('your configuration allows IMDSv1')
    imds = observed(facts.imds)
    if not isinstance(imds.tokenless, Answer):
        return Unknown(f'the GET without a token {fate(imds.tokenless)}')
    evidence = f'the GET without a token {fate(imds.tokenless)} {asked_ago(facts)}'
    if fault_of(imds) in (Fault.FOREIGN, Fault.NAMELESS, Fault.WHITELISTED):
        return Unknown(f'{evidence}, but something else answers in place of IMDS')
    match imds.v1_works:
        case True:
            return Failed(evidence)
        case False:
            return Passed(evidence)
    return Unknown(f'{evidence}, which says nothing about IMDSv1')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    option = '--http-tokens'
    require = MetadataOptions(
        (option, 'required'), 'http_tokens = "required"', (option, 'optional'), {'httpTokens': 'required'}
    )
    return Remedy(
        'Require IMDSv2 once nothing on this instance uses IMDSv1',
        then=(
            _count_uses(facts),
            Step('Wait until hostname-lost-when-imdsv2-enforced passes, so that the Agent keeps its hostname'),
            as_step(change_metadata_options(facts, 'Require tokens', require, find=False)),
            *for_new_instances(facts, require),
        ),
    )


def _count_uses(facts: Facts) -> Step:
    week = _last_week(facts)
    form = 'START_TIME and END_TIME look like 2026-01-31T00:00:00Z, at most 60 days apart'
    return Step(
        "Count the instance's IMDSv1 requests of the last week, which will stop working; this check makes one per "
        f'imdsv1_probe_interval{how_to_find_instance(facts)}{"" if week else f"; {form}"}',
        (*find_instance(facts), _uses_of_version_one(facts, week)),
    )


def _uses_of_version_one(facts: Facts, week: tuple[str, str] | None) -> Command:
    """The hourly sums of the CloudWatch metric that counts requests without a token."""
    start, end = week or (Variable('START_TIME'), Variable('END_TIME'))
    return shell(
        *('aws', 'cloudwatch', 'get-metric-statistics', '--region', region(facts)),
        *('--namespace', 'AWS/EC2', '--metric-name', 'MetadataNoToken'),
        *('--dimensions', ('Name=InstanceId,Value=', instance(facts))),
        *('--statistics', 'Sum', '--period', '3600', '--start-time', start, '--end-time', end),
    )


def _last_week(facts: Facts) -> tuple[str, str] | None:
    """Its start and end in ISO 8601; None in the catalogue, where nothing was observed."""
    if not isinstance(facts.imds, Imds):
        return None
    try:
        end = datetime.fromtimestamp(facts.observed_at, UTC)
        start = end - timedelta(days=7)
    except (ValueError, OverflowError, OSError):  # facts from a file may hold any number
        return None
    return f'{start:%Y-%m-%dT%H:%M:%SZ}', f'{end:%Y-%m-%dT%H:%M:%SZ}'


IMDSV1_ENABLED = Diagnosis(
    id='imdsv1-enabled',
    title='IMDSv1 is still enabled',
    scope=Scope.HOST,
    service_check='imdsv1',
    severity=Status.WARNING,
    tests=(
        'Asks IMDS for metadata without a token, once per imdsv1_probe_interval. Applies only when imdsv1 is '
        "'disabled' in the configuration."
    ),
    harm=(
        'With IMDSv1, anyone who can make a process on this instance send a plain GET (server-side request forgery) '
        'gets the credentials of the instance role.'
    ),
    docs=ec2_user_guide('instance-metadata-transition-to-version-2.html'),
    judge=judge,
    remedy=remedy,
)
