from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_LAUNCH_TEMPLATE_WRONG
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import Fault
from datadog_checks.aws_diagnostics.facts.values import LaunchTemplateId
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.diagnoses.imds_fleet.fleets import (
    NOT_LOOKED_AT,
    OFF,
    SWITCHED_OFF,
    TEMPLATE_ID,
    in_one_region,
    in_terraform,
    in_two_regions,
    template,
    templates,
)
from tests.diagnoses.remedy_parts import only_new
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

MISNAMING = {'launch_templates': (template('required', 1, 'eks'),)}
OPTIONAL = {'launch_templates': (template('optional', 1, name='old'),)}
DISABLED = {'launch_templates': (template('optional', 1, name='closed', endpoint='disabled'),)}
FORTY = {
    'launch_templates': tuple(template('optional', 1, name=f'old-{n}') for n in range(8)),
    'template_counts': templates(Fault.IMDSV1_ALLOWED, 40),
}
DENIED = 'missing permission ec2:DescribeLaunchTemplateVersions in eu-west-1 (UnauthorizedOperation)'
UNSEEN = {'launch_templates': Unobserved(DENIED)}
NONE = 'no launch template starts instances wrong in'
MISNAMES = 'nodes in eu-west-1 requires tokens with a hop limit of 1, for eks nodes'
ON_PURPOSE = Expectations(disabled_diagnoses=frozenset({'imds-fleet-endpoint-disabled'}))

FAILS = {
    'it hides hosts, whatever the policy is': Row(
        in_one_region(**MISNAMING), f'1 launch template: {MISNAMES}', near_miss='it allows IMDSv1, which may be on'
    ),
    'it allows IMDSv1, which is to be off': Row(
        in_one_region(**OPTIONAL), '1 launch template: old in eu-west-1 allows IMDSv1', OFF, near_miss='none was found'
    ),
    'it disables the endpoint, so that nothing else of it matters': Row(
        in_one_region(**DISABLED),
        '1 launch template: closed in eu-west-1 disables the metadata endpoint',
        OFF,
        near_miss='it disables the endpoint, which is accepted on instances too',
    ),
    'one of each, and one region unseen': Row(
        in_two_regions({'launch_templates': (*OPTIONAL['launch_templates'], *MISNAMING['launch_templates'])}, UNSEEN),
        f'2 launch templates: {MISNAMES}; old in eu-west-1 allows IMDSv1',
        OFF,
        near_miss='none was found',
    ),
    'forty, of which a few are kept': Row(
        in_one_region(**FORTY),
        '40 launch templates, for example: ' + '; '.join(f'old-{n} in eu-west-1 allows IMDSv1' for n in range(3)),
        OFF,
        near_miss='none was found',
    ),
}
PASSES = {
    'none was found': Row(in_one_region(), f'{NONE} 1 region', OFF),
    'it allows IMDSv1, which may be on': Row(in_one_region(**OPTIONAL), f'{NONE} 1 region'),
    'it disables the endpoint, which is accepted on instances too': Row(
        in_one_region(**DISABLED), f'{NONE} 1 region', ON_PURPOSE
    ),
}
UNKNOWN = {
    'the permission is missing': Row(in_two_regions(UNSEEN, {}), f'1 region could not be fully scanned: {DENIED}')
}
NOT_APPLICABLE = {'the feature is off': Row(in_one_region(**MISNAMING), SWITCHED_OFF, NOT_LOOKED_AT)}
SUMMARY = 'Give these launch templates a default version with the right metadata options'
TEXT = 'Create a new version, which changes nothing yet, and print the metadata options of the old and the new one'
BACK = 'Make the previous version the default again'
IN_TERRAFORM = in_terraform('http_tokens = "required"', 'http_put_response_hop_limit = 2')
OPTIONS = 'MetadataOptions={HttpEndpoint=enabled,HttpTokens=required,HttpPutResponseHopLimit='
QUERY = "'LaunchTemplateVersions[].[LaunchTemplateId, VersionNumber, LaunchTemplateData.MetadataOptions]'"
WHERE = f'--region eu-west-1 --launch-template-id {TEMPLATE_ID}'


def new_version(hop_limit: int) -> Choice:
    create = f"""\
NEW_VERSION=$(aws ec2 create-launch-template-version {WHERE} --source-version 3 \\
  --launch-template-data '{OPTIONS}{hop_limit}}}' \\
  --query LaunchTemplateVersion.VersionNumber --output text) &&
aws ec2 describe-launch-template-versions {WHERE} --versions 3 "${{NEW_VERSION:?}}" \\
  --query {QUERY}"""
    return Choice(TEXT, (Command(create),), undo=Step(BACK, (Command(f'{MAKE_DEFAULT} 3'),)))


def make_default(command: Command) -> Step:
    return Step(
        'If the options differ only where they should, make the new version the default, for instances started from '
        'then on',
        (command,),
    )


MAKE_DEFAULT = f'aws ec2 modify-launch-template {WHERE} --default-version'
DEFAULT = make_default(Command(f'{MAKE_DEFAULT} "${{NEW_VERSION:?}}"'))


OTHER = LaunchTemplateId('lt-0fedcba9876543210')
TWO = (*MISNAMING['launch_templates'], replace(template('optional', name='old'), template_id=OTHER))
CREATE_TWO = f"""\
{only_new('versions.txt')} &&
while read -r region id version hops; do
  new=$(aws ec2 create-launch-template-version --region "$region" --launch-template-id "$id" --source-version \
"$version" \\
    --launch-template-data "{OPTIONS}$hops}}" \\
    --query LaunchTemplateVersion.VersionNumber --output text < /dev/null) || continue
  echo "$region $id $version $new" >> versions.txt
  aws ec2 describe-launch-template-versions --region "$region" --launch-template-id "$id" --versions "$version" \
"$new" \\
    --query {QUERY} < /dev/null
done <<'END'
eu-west-1 {TEMPLATE_ID} 3 2
eu-west-1 {OTHER} 3 1
END"""


def of_each(columns: str, version: str) -> Command:
    modify = (
        f'aws ec2 modify-launch-template --region "$region" --launch-template-id "$id" --default-version "${version}"'
    )
    return Command(f'while read -r {columns}; do\n  {modify} < /dev/null\ndone < versions.txt')


KARPENTER = Step(
    'Karpenter makes the templates whose names start with karpenter.k8s.aws/ or Karpenter- and overwrites changes: set '
    'this in the EC2NodeClass',
    (Command('spec:\n  metadataOptions:\n    httpTokens: required\n    httpPutResponseHopLimit: 2', Language.YAML),),
)
NODE_GROUP = Step(
    'EKS makes the templates that are named eks- and a UUID, for managed node groups; do not edit them, but create the '
    'node group again with a launch template of your own that has these options, for example in Terraform '
    '(aws_launch_template)',
    IN_TERRAFORM.commands,
)
BY_THEIR_MAKER = (
    'Set the right metadata options where these launch templates come from, not in the templates themselves'
)
PINNED = Step('Set Auto Scaling groups and fleets that name a version number to the new version: they keep the old one')
REMEDIES: RemedyTable = {
    'it hides hosts': (in_one_region(**MISNAMING), Remedy(SUMMARY, (new_version(2),), (DEFAULT, PINNED, IN_TERRAFORM))),
    'it allows IMDSv1 on hosts without containers': (
        in_one_region(**OPTIONAL),
        OFF,
        Remedy(SUMMARY, (new_version(1),), (DEFAULT, PINNED, IN_TERRAFORM)),
    ),
    'a name that only looks like one of EKS': (
        in_one_region(launch_templates=(template('required', 1, 'eks', name='eks-nodes'),)),
        Remedy(SUMMARY, (new_version(2),), (DEFAULT, PINNED, IN_TERRAFORM)),
    ),
    'two of them': (
        in_one_region(launch_templates=TWO),
        OFF,
        Remedy(
            SUMMARY,
            (
                Choice(
                    TEXT,
                    (Command(CREATE_TWO),),
                    undo=Step(BACK, (of_each('region id version _', 'version'),)),
                ),
            ),
            (make_default(of_each('region id _ new', 'new')), PINNED, IN_TERRAFORM),
        ),
    ),
    'those that Karpenter and EKS make are not edited by hand': (
        in_one_region(
            launch_templates=(
                template('required', 1, 'eks', name='karpenter.k8s.aws/15690204421484318402'),
                template('required', 1, 'eks', name='eks-c4c7d8e0-2f0a-4b53-8d64-0f1a2b3c4d5e'),
            )
        ),
        Remedy(BY_THEIR_MAKER, (), (KARPENTER, NODE_GROUP)),
    ),
    'one of Karpenter beside one of your own': (
        in_one_region(
            launch_templates=(
                template('required', 1, 'eks'),
                template('required', 1, 'eks', name='Karpenter-production-15690204421484318402'),
            )
        ),
        Remedy(SUMMARY, (new_version(2),), (DEFAULT, KARPENTER, PINNED, IN_TERRAFORM)),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_LAUNCH_TEMPLATE_WRONG, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_LAUNCH_TEMPLATE_WRONG, REMEDIES)
