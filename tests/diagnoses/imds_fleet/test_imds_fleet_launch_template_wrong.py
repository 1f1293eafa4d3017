from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_LAUNCH_TEMPLATE_WRONG
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.diagnoses.imds_fleet.fleets import (
    NOT_LOOKED_AT,
    OFF,
    SWITCHED_OFF,
    TEMPLATE_ID,
    in_one_region,
    in_two_regions,
    template,
)
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

MISNAMING = {'launch_templates': (template('required', 1, 'eks'),)}
OPTIONAL = {'launch_templates': (template('optional', 1, name='old'),)}
DENIED = 'missing permission ec2:DescribeLaunchTemplateVersions in eu-west-1 (UnauthorizedOperation)'
UNSEEN = {'launch_templates': Unobserved(DENIED)}
NONE = 'no launch template starts instances wrong in'
MISNAMES = 'nodes in eu-west-1 requires tokens with a hop limit of 1 for eks containers'

FAILS = {
    'it hides hosts, whatever the policy is': Row(
        in_one_region(**MISNAMING), MISNAMES, near_miss='it allows IMDSv1, which may be on'
    ),
    'it allows IMDSv1, which is to be off': Row(
        in_one_region(**OPTIONAL), 'old in eu-west-1 allows IMDSv1', OFF, near_miss='none was found'
    ),
    'one of each, and one region unseen': Row(
        in_two_regions({'launch_templates': (*OPTIONAL['launch_templates'], *MISNAMING['launch_templates'])}, UNSEEN),
        f'{MISNAMES}; old in eu-west-1 allows IMDSv1',
        OFF,
        near_miss='none was found',
    ),
}
PASSES = {
    'none was found': Row(in_one_region(), f'{NONE} 1 region', OFF),
    'it allows IMDSv1, which may be on': Row(in_one_region(**OPTIONAL), f'{NONE} 1 region'),
}
UNKNOWN = {
    'the permission is missing': Row(
        in_two_regions(UNSEEN, {}), f'1 region could not be looked at as a whole: {DENIED}'
    )
}
NOT_APPLICABLE = {'the feature is off': Row(in_one_region(**MISNAMING), SWITCHED_OFF, NOT_LOOKED_AT)}
SUMMARY = 'Give these launch templates a default version with the right metadata options'
WHERE = f'--region eu-west-1 --launch-template-id {TEMPLATE_ID}'
FIRST = (
    'A template that EKS made for a managed node group (eks-...) is changed with the node group, not by hand. '
    'Instances that run already stay as they are'
)
TERRAFORM = (
    'In Terraform (aws_launch_template), in metadata_options: http_tokens = "required", and for containers '
    'http_put_response_hop_limit = 2'
)


def new_version(hop_limit: int) -> tuple[str, str]:
    data = f'{{"MetadataOptions":{{"HttpTokens":"required","HttpPutResponseHopLimit":{hop_limit}}}}}'
    return (
        f'A new version (changes nothing yet): aws ec2 create-launch-template-version {WHERE} --source-version 3 '
        f"--launch-template-data '{data}'",
        f'Then, with its number in place of NEW_VERSION: aws ec2 modify-launch-template {WHERE} --default-version '
        'NEW_VERSION',
    )


REMEDIES: RemedyTable = {
    'it hides hosts': (in_one_region(**MISNAMING), Remedy(SUMMARY, (FIRST, *new_version(2), TERRAFORM))),
    'it allows IMDSv1 on hosts without containers': (
        in_one_region(**OPTIONAL),
        OFF,
        Remedy(SUMMARY, (FIRST, *new_version(1), TERRAFORM)),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_LAUNCH_TEMPLATE_WRONG, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_LAUNCH_TEMPLATE_WRONG, REMEDIES)
