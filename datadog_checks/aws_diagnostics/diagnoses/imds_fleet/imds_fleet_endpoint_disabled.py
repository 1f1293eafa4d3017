"""Instances on which IMDS is switched off altogether."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, Region, WrongInstance
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Remedy
from ..host_remedies import CLOUD_INIT_FILE
from ..links import ec2_user_guide
from .commands import modify_instances, terraform, worst
from .regions import counted, instances, regions_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    return counted(
        regions_of(facts),
        _disabled,
        lambda n: f'{instances(n)} with the metadata endpoint disabled',
        (i.instance_id for i in worst(facts, _is_disabled)),
    )


def _disabled(region: Region) -> int:
    if isinstance(region.counts, Unobserved):
        return 0
    return sum(count.instances for count in region.counts if count.endpoint == 'disabled')


def _is_disabled(instance: WrongInstance) -> bool:
    return instance.endpoint == 'disabled'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy(
        'Name these hosts without IMDS, or enable the endpoint for IMDSv2 alone',
        (
            'Name the host from what cloud-init found (exposes nothing; gives the name, not the tags). '
            f'In datadog.yaml: hostname_file: {CLOUD_INIT_FILE}',
            *modify_instances(
                worst(facts, _is_disabled),
                'Enable the endpoint for IMDSv2 alone (exposes the metadata and the credentials of the instance role '
                'to every process that can reach it)',
                lambda _: '--http-endpoint enabled --http-tokens required',
            ),
            terraform('http_endpoint = "enabled"'),
        ),
    )


IMDS_FLEET_ENDPOINT_DISABLED = Diagnosis(
    id='imds-fleet-endpoint-disabled',
    title='Instances of the account have no metadata endpoint',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests=('Looks for running instances whose HttpEndpoint is disabled.'),
    harm=(
        'An Agent there gets neither the instance id nor the tags of the instance from IMDS, and reports its host '
        'under another name unless it is told one. Some disable the endpoint on purpose: put this diagnosis into '
        'disabled_diagnoses then.'
    ),
    docs=ec2_user_guide('configuring-IMDS-existing-instances.html'),
    judge=judge,
    remedy=remedy,
)
