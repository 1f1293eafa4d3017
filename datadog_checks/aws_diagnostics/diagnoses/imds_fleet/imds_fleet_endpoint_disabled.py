"""Instances whose IMDS endpoint is disabled."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Fault, Feature
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Choice, Remedy, Step, yaml
from ..around_imds import CLOUD_INIT_FILE
from ..links import ec2_user_guide
from .commands import ENABLE_ENDPOINT, change, in_terraform
from .regions import judged_by_instances


def judge(facts: Facts, expected: Expectations) -> Verdict:
    return judged_by_instances(
        facts, Fault.ENDPOINT_DISABLED, 'with the metadata endpoint disabled', lambda instance: instance.instance_id
    )


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    from_file = Choice(
        "Use cloud-init's instance ID file instead of IMDS, in datadog.yaml of these hosts (gives the hostname, not "
        'the tags)',
        (yaml({'hostname_file': CLOUD_INIT_FILE}),),
        undo=Step('Remove that line again'),
    )
    enabled, in_earnest = change(
        facts,
        expected,
        ENABLE_ENDPOINT,
        'Enable the endpoint for IMDSv2 only on',
        'IMDS and the credentials of the instance role to every process that can reach it',
    )
    return Remedy(
        "Use cloud-init's instance ID file on these hosts, or enable the endpoint for IMDSv2 only",
        (from_file, enabled),
        (
            *in_earnest,
            Step('Restart the Agents on these hosts; an Agent resolves its hostname only at startup'),
            in_terraform('http_tokens = "required"', when='If you enable the endpoint: for new instances'),
        ),
    )


IMDS_FLEET_ENDPOINT_DISABLED = Diagnosis(
    id='imds-fleet-endpoint-disabled',
    title='Instances of the account have no metadata endpoint',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests='Looks for running instances whose HttpEndpoint is disabled.',
    harm=(
        'An Agent there gets neither the instance id nor the instance tags from IMDS, and its host appears under '
        'another name unless one is configured. If the endpoint is disabled on purpose, add this diagnosis to '
        'disabled_diagnoses.'
    ),
    docs=ec2_user_guide('configuring-IMDS-existing-instances.html'),
    judge=judge,
    remedy=remedy,
)
