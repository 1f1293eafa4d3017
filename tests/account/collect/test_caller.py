"""Who asks, in every partition, and in which regions."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.caller import read_caller, regions_of
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, Caller, Integration
from datadog_checks.aws_diagnostics.facts.values import AccountId, Partition, RegionName
from tests.account import servers
from tests.account.scripted_aws import result, scripted_aws

ACCOUNT = '012345678901'


def read(arn: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    with scripted_aws({'GetCallerIdentity': [result('GetCallerIdentity', f'<Arn>{arn}</Arn>')]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, home))
        with open_session(AccountOptions()) as session:
            return read_caller(session)


PARTITIONS = [
    pytest.param(f'arn:aws:iam::{ACCOUNT}:user/alice', 'aws', id='commercial'),
    pytest.param(f'arn:aws-us-gov:sts::{ACCOUNT}:assumed-role/Looker/session', 'aws-us-gov', id='GovCloud'),
    pytest.param(f'arn:aws-cn:iam::{ACCOUNT}:root', 'aws-cn', id='China'),
]


@pytest.mark.parametrize(('arn', 'partition'), PARTITIONS)
def test_the_caller_of_a_partition(arn: str, partition: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(arn, tmp_path, monkeypatch) == Caller(AccountId(ACCOUNT), arn, Partition(partition))


@pytest.mark.parametrize(
    'arn',
    [
        pytest.param('', id='nothing'),
        pytest.param('arn:aws:s3:::bucket', id='an ARN of something else'),
        pytest.param(f'arn:aws:iam::{ACCOUNT}:user/a&#10;b', id='a line end in it'),
    ],
)
def test_an_arn_that_is_not_a_caller_is_refused(arn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CallFailed) as failure:
        read(arn, tmp_path, monkeypatch)
    assert str(failure.value) == 'sts:GetCallerIdentity did not return the ARN of a caller'


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
