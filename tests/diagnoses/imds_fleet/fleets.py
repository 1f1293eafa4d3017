"""Fleets with one difference each, and the parts that their remedies have in common."""

from typing import Any

from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Count,
    Fault,
    Feature,
    LaunchTemplate,
    MetadataDefaults,
    TemplateCount,
    TokenlessUse,
    WrongInstance,
)
from datadog_checks.aws_diagnostics.facts.values import InstanceId, LaunchTemplateId, RegionName, TemplateVersion
from datadog_checks.aws_diagnostics.remedies import Command, Language, Step
from tests.account.builders import REGION, account_expectations, account_facts, fleet, region
from tests.diagnoses.remedy_parts import only_new

OFF = Expectations(imdsv1=ImdsV1.DISABLED)
NOT_LOOKED_AT = account_expectations(features=frozenset({Feature.ROLE}))
SWITCHED_OFF = 'not checked: imds_posture is not in features'
DENIED = 'missing permission ec2:DescribeInstances in eu-west-1 (UnauthorizedOperation)'
ID, OTHER_ID = InstanceId('i-0123456789abcdef0'), InstanceId('i-0fedcba9876543210')
OTHER_REGION = RegionName('us-east-1')
TEMPLATE_ID = LaunchTemplateId('lt-0abcd290751193123')

MODIFY = 'aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0123456789abcdef0'
LOOPED = 'aws ec2 modify-instance-metadata-options --region "$region" --instance-id "$id"'
WRITE_CSV = Command(f'{only_new("wrong.csv")} &&\naws-diagnostics fleet --config conf.yaml --csv wrong.csv')
HERE = 'i-0123456789abcdef0 in eu-west-1'
THESE = 'these instances: list them in wrong.csv, and do a dry run, which changes nothing'
KEEP = 'Set the previous values again, from wrong.csv: keep that file'


def in_one_region(**differences: Any) -> Facts:
    """Nothing is wrong but the differences, which are those of the region."""
    return account_facts(fleet=fleet(region(**{'counts': (), **differences})))


def in_two_regions(first: dict[str, Any], second: dict[str, Any]) -> Facts:
    regions = (region(**{'counts': (), **first}), region(**{'name': OTHER_REGION, 'counts': (), **second}))
    return account_facts(fleet=fleet(*regions))


def counts(*rows: tuple[str, int, str, int]) -> tuple[Count, ...]:
    return tuple(Count(*row) for row in rows)


def wrong(instance_id: str = ID, **differences: Any) -> WrongInstance:
    return WrongInstance(
        **{
            'instance_id': InstanceId(instance_id),
            'region': REGION,
            'http_tokens': 'required',
            'hop_limit': 1,
            'endpoint': 'enabled',
            **differences,
        }
    )


def use(instance_id: InstanceId, no_token: float) -> TokenlessUse:
    return TokenlessUse(instance_id, REGION, no_token, 14)


def defaults(http_tokens: str = '', enforced: str = '', managed_by: str = '') -> MetadataDefaults:
    return MetadataDefaults(http_tokens, enforced, managed_by=managed_by)


def template(
    http_tokens: str, hop_limit: int | None = None, containers: str = '', name: str = 'nodes', endpoint: str = ''
) -> LaunchTemplate:
    version = TemplateVersion('3')
    return LaunchTemplate(TEMPLATE_ID, name, REGION, http_tokens, hop_limit, containers, version, endpoint)


def templates(fault: Fault, number: int) -> tuple[TemplateCount, ...]:
    return (TemplateCount(fault, number),)


def loop(columns: str, reason: str, *work: str) -> Command:
    """What is done with every line of the CSV file that has this reason."""
    lines = (f'while IFS=, read -r {columns} _; do', f'  [ "$reason" = \'{reason}\' ] || continue', *work)
    return Command('\n'.join((*lines, 'done < wrong.csv')))


def in_earnest(changing: Command) -> Step:
    return Step(
        'Change the instances in wrong.csv, after a dry run that printed DryRunOperation for each (it would succeed)',
        (changing,),
    )


def in_terraform(*options: str, when: str = 'For new instances') -> Step:
    lines = ('metadata_options {', '  http_endpoint = "enabled"', *(f'  {option}' for option in options), '}')
    return Step(
        f'{when}, set this in Terraform (aws_instance or aws_launch_template)',
        (Command('\n'.join(lines), Language.HCL),),
    )


UNSWEPT = {'counts': Unobserved(DENIED), 'complete': False, 'note': DENIED}
COULD_NOT = f'1 region could not be fully scanned: {DENIED}'
