"""IMDS answers, and says that it is switched off for this instance."""

from ...expectations import Expectations
from ...facts import ContainerKind, Facts, Host, is_instance_id, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from ..remedies import (
    CLOUD_INIT_FILE,
    agent_setting,
    container_kind,
    modify_metadata_options,
    restart_for_the_name,
    ways_around_the_hop_limit,
)
from .evidence import conversation, seen
from .fault import Fault, fault_of


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.DISABLED:
            return Failed(f'{conversation(imds)}: the metadata endpoint of this instance is disabled{seen(facts)}')
        case Fault.UNREACHABLE:
            return NotApplicable(f'nothing answers, and a disabled endpoint answers 403: {conversation(imds)}')
        case Fault.UNCLEAR:
            return Unknown(conversation(imds))
    return Passed(conversation(imds))


def remedy(facts: Facts, _: Expectations) -> Remedy:
    enable = '--http-endpoint enabled'
    steps = (
        *_without_imds(facts),
        'Enable it for IMDSv2 alone (exposes the metadata and the credentials of the instance role to every process '
        f'that can reach it): {modify_metadata_options(facts, enable, "--http-tokens required")}',
        'Or enable it and leave its other options as they are (exposes the same, by IMDSv1 too where that was '
        f'allowed): {modify_metadata_options(facts, enable)}',
        'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
        'metadata_options { http_endpoint = "enabled" }',
        *restart_for_the_name(facts),
    )
    return Remedy('Enable the metadata endpoint of this instance, or name the host without it', steps)


def _without_imds(facts: Facts) -> tuple[str, ...]:
    if not isinstance(facts.host, Host) or not is_instance_id(facts.host.cloud_init_instance_id):
        return ()
    kind = container_kind(facts)
    if kind is not ContainerKind.NONE:
        return ways_around_the_hop_limit(kind)[:1]
    setting = agent_setting(facts, 'hostname_file', CLOUD_INIT_FILE)
    return (f'Without IMDS, name the host from what cloud-init found (exposes nothing; no tags). {setting}',)


IMDS_ENDPOINT_DISABLED = Diagnosis(
    id='imds-endpoint-disabled',
    title='The instance metadata endpoint is disabled',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Asks IMDS for a token and, where none comes, for metadata with an invalid token: 403 to both is how EC2 '
        'answers while HttpEndpoint is disabled for the instance.'
    ),
    harm=(
        'The Agent then gets neither the instance id nor the tags of the instance from IMDS, and may report this '
        'host under another name.'
    ),
    docs=ec2_user_guide('configuring-IMDS-existing-instances.html'),
    judge=judge,
    remedy=remedy,
)
