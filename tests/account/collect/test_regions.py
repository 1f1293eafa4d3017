"""Which regions are looked at: the operator's, else Datadog's, else that of the session."""

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.regions import regions_of
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, Integration
from datadog_checks.aws_diagnostics.facts.values import RegionName

UNKNOWN = Unobserved('no application key')


def integration(*regions: str) -> Integration:
    return Integration(AuthKind.ROLE, 'Role', None, tuple(map(RegionName, regions)) or None, extended_collection=False)


CHOICES = [
    pytest.param(('eu-west-1',), integration('sa-east-1'), ('eu-west-1',), id='those of the operator'),
    pytest.param(None, integration('sa-east-1'), ('sa-east-1',), id='those that Datadog has on record'),
    pytest.param(None, UNKNOWN, ('us-east-1',), id='that of the session'),
    pytest.param((), UNKNOWN, ('us-east-1',), id='an empty list is none'),
]


@pytest.mark.parametrize(('configured', 'recorded', 'expected'), CHOICES)
def test_the_regions_that_are_looked_at(
    configured: tuple[str, ...] | None, recorded: Integration | Unobserved, expected: tuple[str, ...], moto: str
) -> None:
    options = AccountOptions(regions=configured)
    with open_session(options) as session:
        assert regions_of(options, recorded, session) == expected


def test_all_regions_are_those_that_are_enabled(moto: str) -> None:
    options = AccountOptions()
    with open_session(options) as session:
        found = regions_of(options, integration(), session)
        enabled = session.client('ec2').describe_regions()['Regions']
    assert found == tuple(sorted(region['RegionName'] for region in enabled))
    assert 'eu-west-1' in found
