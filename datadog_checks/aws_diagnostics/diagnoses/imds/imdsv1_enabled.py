"""IMDSv1 answers although the operator wants it switched off."""

from datetime import UTC, datetime, timedelta

from ...expectations import Expectations, ImdsV1
from ...facts import Answer, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from ..remedies import modify_metadata_options, region_option
from .evidence import fate
from .fault import Fault, fault_of
from .version_one import asked_ago


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if expected.imdsv1 is not ImdsV1.DISABLED:
        return NotApplicable("imdsv1 is not set to 'disabled', so IMDSv1 may be on")
    imds = observed(facts.imds)
    if not isinstance(imds.tokenless, Answer):
        return Unknown(f'the GET without a token {fate(imds.tokenless)}')
    evidence = f'the GET without a token {fate(imds.tokenless)} {asked_ago(facts)}'
    if fault_of(imds) in (Fault.FOREIGN, Fault.WHITELISTED):
        return Unknown(f'{evidence}, but something else answers in place of IMDS')
    match imds.v1_works:
        case True:
            return Failed(evidence)
        case False:
            return Passed(evidence)
    return Unknown(f'{evidence}, which tells nothing of IMDSv1')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy(
        'Require IMDSv2 on this instance, once nothing uses IMDSv1 any more',
        (
            'See what still uses IMDSv1, which stops working then (the GET without a token of this check counts too, '
            f'see imdsv1_probe_interval): {_uses_of_version_one(facts)}',
            'See whether the Agent is ready: the diagnosis hostname-lost-when-imdsv2-enforced has to pass first',
            f'Require tokens: {modify_metadata_options(facts, "--http-tokens required")}',
            'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
            'metadata_options { http_tokens = "required" }',
        ),
    )


def _uses_of_version_one(facts: Facts) -> str:
    """The sums for each hour of the last week of the CloudWatch metric that counts requests without a token."""
    end = datetime.fromtimestamp(facts.observed_at, UTC)
    start = end - timedelta(days=7)
    return (
        f'aws cloudwatch get-metric-statistics{region_option(facts)} --namespace AWS/EC2 '
        f'--metric-name MetadataNoToken --dimensions Name=InstanceId,Value={facts.instance_id or "INSTANCE_ID"} '
        f'--statistics Sum --period 3600 --start-time {start:%Y-%m-%dT%H:%M:%SZ} --end-time {end:%Y-%m-%dT%H:%M:%SZ}'
    )


IMDSV1_ENABLED = Diagnosis(
    id='imdsv1-enabled',
    title='IMDSv1 is still enabled',
    scope=Scope.HOST,
    service_check='imdsv1',
    severity=Status.WARNING,
    tests=(
        'Asks IMDS for metadata without a token, as rarely as imdsv1_probe_interval says; applies only when imdsv1'
        " is 'disabled' in the configuration."
    ),
    harm=(
        'IMDSv1 gives the credentials of the instance role to whoever makes a process on this instance send a '
        'plain GET (server-side request forgery).'
    ),
    docs=ec2_user_guide('instance-metadata-transition-to-version-2.html'),
    judge=judge,
    remedy=remedy,
)
