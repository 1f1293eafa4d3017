"""A launch template whose default version starts the next instance wrong."""

from shlex import quote

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, LaunchTemplate, Region
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from ..links import ec2_user_guide
from .commands import MOST_COMMANDS
from .imdsv1 import imdsv1_may_be_on
from .regions import judged, regions_of, unobserved_in


def judge(facts: Facts, expected: Expectations) -> Verdict:
    regions = regions_of(facts)
    faults = [_described(template) for template in _wrong(regions, expected)]
    unseen = unobserved_in(regions, lambda region: region.launch_templates)
    return judged(regions, faults, unseen, 'no launch template starts instances wrong')


def _wrong(regions: tuple[Region, ...], expected: Expectations) -> list[LaunchTemplate]:
    """Those that hide hosts first; those that allow IMDSv1 only where that is not wanted."""
    known = [t for r in regions if not isinstance(r.launch_templates, Unobserved) for t in r.launch_templates]
    misnaming = [t for t in known if _misnames(t)]
    optional = [t for t in known if t.http_tokens == 'optional']
    return misnaming if imdsv1_may_be_on(expected) else [*misnaming, *optional]


def _misnames(template: LaunchTemplate) -> bool:
    return template.http_tokens == 'required' and template.hop_limit == 1 and bool(template.containers)


def _described(template: LaunchTemplate) -> str:
    name = f'{shown(template.name)} in {template.region}'
    if _misnames(template):
        return f'{name} requires tokens with a hop limit of 1 for {template.containers} containers'
    return f'{name} allows IMDSv1'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    wrong = _wrong(regions_of(facts), expected)
    new_versions = [step for template in wrong[:MOST_COMMANDS] for step in _new_version(template)]
    return Remedy(
        'Give these launch templates a default version with the right metadata options',
        (
            'A template that EKS made for a managed node group (eks-...) is changed with the node group, not by hand. '
            'Instances that run already stay as they are',
            *new_versions,
            'In Terraform (aws_launch_template), in metadata_options: http_tokens = "required", and for containers '
            'http_put_response_hop_limit = 2',
        ),
    )


def _new_version(template: LaunchTemplate) -> tuple[str, str]:
    where = f'--region {quote(template.region)} --launch-template-id {quote(template.template_id)}'
    data = f'{{"MetadataOptions":{{"HttpTokens":"required","HttpPutResponseHopLimit":{_hop_limit(template)}}}}}'
    source = quote(template.version or 'DEFAULT_VERSION')
    return (
        f'A new version (changes nothing yet): aws ec2 create-launch-template-version {where} --source-version '
        f"{source} --launch-template-data '{data}'",
        f'Then, with its number in place of NEW_VERSION: aws ec2 modify-launch-template {where} '
        '--default-version NEW_VERSION',
    )


def _hop_limit(template: LaunchTemplate) -> int:
    return max(template.hop_limit or 1, 2 if template.containers else 1)


IMDS_FLEET_LAUNCH_TEMPLATE_WRONG = Diagnosis(
    id='imds-fleet-launch-template-wrong',
    title='A launch template starts instances with the wrong metadata options',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests=('Reads the default version of every launch template, and the regional default for what it leaves open.'),
    harm=(
        'Wrong are tokens with a hop limit of 1 on instances that are tagged for EKS or ECS, which hides their '
        "hosts, and, when imdsv1 is 'disabled' in the configuration, tokens that are optional."
    ),
    docs=ec2_user_guide('configuring-IMDS-new-instances.html'),
    judge=judge,
    remedy=remedy,
)
