"""Fleets with one difference each."""

from typing import Any

from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Count,
    Feature,
    LaunchTemplate,
    MetadataDefaults,
    TokenlessUse,
    WrongInstance,
)
from tests.account.builders import account_expectations, account_facts, fleet, region

OFF = Expectations(imdsv1=ImdsV1.DISABLED)
NOT_LOOKED_AT = account_expectations(features=frozenset({Feature.ROLE}))
SWITCHED_OFF = 'imds_posture is not among the features of this instance'
DENIED = 'missing permission ec2:DescribeInstances in eu-west-1 (UnauthorizedOperation)'
ID, OTHER_ID = 'i-0123456789abcdef0', 'i-0fedcba9876543210'
TEMPLATE_ID = 'lt-0abcd290751193123'

MODIFY = 'aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id'
LIST_ALL = 'List every instance that is concerned: aws-diagnostics fleet --csv fleet.csv'
TERRAFORM = 'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): metadata_options'


def in_one_region(**differences: Any) -> Facts:
    """Nothing is wrong but the differences, which are those of the region."""
    return account_facts(fleet=fleet(region(**{'counts': (), **differences})))


def in_two_regions(first: dict[str, Any], second: dict[str, Any]) -> Facts:
    regions = (region(**{'counts': (), **first}), region(**{'name': 'us-east-1', 'counts': (), **second}))
    return account_facts(fleet=fleet(*regions))


def counts(*rows: tuple[str, int, str, int]) -> tuple[Count, ...]:
    return tuple(Count(*row) for row in rows)


def wrong(instance_id: str = ID, **differences: Any) -> WrongInstance:
    return WrongInstance(
        **{
            'instance_id': instance_id,
            'region': 'eu-west-1',
            'http_tokens': 'required',
            'hop_limit': 1,
            'endpoint': 'enabled',
            **differences,
        }
    )


def use(instance_id: str, no_token: float) -> TokenlessUse:
    return TokenlessUse(instance_id, 'eu-west-1', no_token, 0.0, 14)


def defaults(http_tokens: str = '', enforced: str = '', managed_by: str = '') -> MetadataDefaults:
    return MetadataDefaults(http_tokens, enforced, managed_by=managed_by)


def template(
    http_tokens: str, hop_limit: int | None = None, containers: str = '', name: str = 'nodes'
) -> LaunchTemplate:
    return LaunchTemplate(TEMPLATE_ID, name, 'eu-west-1', http_tokens, hop_limit, containers, '3')


UNSWEPT = {'counts': Unobserved(DENIED), 'complete': False, 'note': DENIED}
COULD_NOT = f'1 region could not be looked at as a whole: {DENIED}'
