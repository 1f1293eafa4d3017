"""What the static engine says of roles that are described in words."""

from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.diagnoses.integration.permissions import (
    Entry,
    Grant,
    compare,
    grantable,
    limited_by,
)
from datadog_checks.aws_diagnostics.facts.account import PolicyStatement
from datadog_checks.aws_diagnostics.facts.values import PolicyName
from tests.account.builders import statement
from tests.account.permission_lists import RECORDED
from tests.account.permission_sets import ALL, EC2, SETS, STANDARD, PermissionSet, deny, role


def with_grant(entries: tuple[Entry, ...], *grants: Grant) -> frozenset[str]:
    return frozenset(entry.action for entry in entries if entry.grant in grants)


@pytest.mark.parametrize('permissions', [pytest.param(s, id=s.words) for s in SETS])
def test_a_permission_set_lacks_what_its_words_say(permissions: PermissionSet) -> None:
    entries = compare(STANDARD, permissions.policies)
    assert (
        PermissionSet(
            permissions.words,
            permissions.policies,
            missing=with_grant(entries, Grant.MISSING),
            denied=with_grant(entries, Grant.DENIED),
            partly=with_grant(entries, Grant.PARTLY),
            limited=with_grant(entries, Grant.LIMITED, Grant.DENIED_IN_PART),
            as_used=with_grant(entries, Grant.AS_USED),
        )
        == permissions
    )
    assert {entry.action for entry in entries} == ALL


def test_an_operation_that_is_known_to_be_used_and_is_not_granted_is_named() -> None:
    (entry,) = compare([EC2], role(statement('ec2:DescribeInstances', 'ec2:DescribeVolumes')))
    assert entry == Entry(EC2, Grant.PARTLY, ('ec2:DescribeInstanceStatus', 'ec2:DescribeSecurityGroups'))
    assert entry.is_lost


def test_a_wildcard_that_is_granted_in_part_is_not_called_lost_where_nothing_says_what_is_used() -> None:
    (entry,) = compare(['backup:List*'], role(statement('backup:ListBackupPlans')))
    assert entry == Entry('backup:List*', Grant.PARTLY)
    assert not entry.is_lost
    assert not entry.is_held


def test_a_deny_of_one_operation_that_is_used_loses_it() -> None:
    (entry,) = compare([EC2], role(statement('*'), deny('ec2:DescribeInstances')))
    assert entry == Entry(EC2, Grant.DENIED_IN_PART, ('ec2:DescribeInstances',))


def test_a_deny_of_what_is_not_used_changes_nothing() -> None:
    (entry,) = compare([EC2], role(statement('*'), deny('ec2:DescribeSpotPriceHistory')))
    assert entry == Entry(EC2, Grant.AS_USED)


def test_a_pattern_longer_than_any_action_stands_for_none_and_costs_no_time() -> None:
    hostile = statement('ec2:' + '*a' * 3000, 'ec2:' + '*' * 3000)
    (entry,) = compare([EC2], role(hostile))
    assert entry == Entry(EC2, Grant.GRANTED)
    assert compare([EC2], role(statement('ec2:' + '*a' * 3000))) == (Entry(EC2, Grant.MISSING),)


@pytest.mark.timeout(60)
def test_a_role_full_of_hostile_patterns_is_compared_with_the_whole_list_in_bounded_time() -> None:
    """As many characters as IAM lets a role have, in patterns that match slowly one by one."""
    hostile = [statement(*(['*a?*e' * 24] * 50)) for _ in range(25)]
    entries = compare((*RECORDED.standard, *RECORDED.resource_collection), role(*hostile, deny(*(['*s?*' * 30] * 50))))
    assert len(entries) == 755


TABLE = 'dynamodb:DescribeTable'
ON_ARNS = [
    pytest.param(statement('dynamodb:*', every_resource=False, as_a_whole=(TABLE,)), Grant.GRANTED, id='all tables'),
    pytest.param(statement('dynamodb:*', every_resource=False), Grant.LIMITED, id='one table'),
    pytest.param(
        statement('dynamodb:*', every_resource=False, as_a_whole=('dynamodb:DescribeBackup',)),
        Grant.LIMITED,
        id='all of something else',
    ),
    pytest.param(
        statement('dynamodb:*', every_resource=False, conditional=True, as_a_whole=(TABLE,)),
        Grant.LIMITED,
        id='all tables, under a condition',
    ),
]


@pytest.mark.parametrize(('allow', 'grant'), ON_ARNS)
def test_every_arn_of_an_action_is_as_good_as_every_resource(allow: PolicyStatement, grant: Grant) -> None:
    assert compare((TABLE,), role(allow)) == (Entry(TABLE, grant),)


def test_a_deny_on_every_arn_of_an_action_denies_it() -> None:
    deny = statement('dynamodb:*', effect='Deny', every_resource=False, as_a_whole=(TABLE,))
    assert compare((TABLE,), role(statement('*'), deny)) == (Entry(TABLE, Grant.DENIED),)


NAMES = ('s3:GetBucketTagging', 'tag:GetResources')
GRANTABLE = [
    pytest.param((statement('ec2:*'),), NAMES, id='nothing allows anything'),
    pytest.param((statement('s3:*'),), NAMES[1:], id='nothing allows the tags'),
    pytest.param((statement('*', conditional=True),), (), id='all is allowed under a condition'),
    pytest.param((statement('s3:*', every_resource=False),), NAMES[1:], id='one is allowed on some resources'),
    pytest.param((statement('*'), deny('*', conditional=True)), (), id='all is denied under a condition'),
    pytest.param((statement('s3:*'), deny('tag:*')), (), id='one is denied'),
]


@pytest.mark.parametrize(('statements', 'expected'), GRANTABLE)
def test_what_is_allowed_with_a_limit_is_not_granted_without_it(
    statements: tuple[PolicyStatement, ...], expected: tuple[str, ...]
) -> None:
    assert grantable(compare(NAMES, role(*statements))) == expected


def test_of_a_wildcard_with_a_limit_only_operations_that_nothing_allows_are_granted() -> None:
    limited = statement('ec2:DescribeInstances', conditional=True)
    entries = compare([EC2], role(limited))
    lacking = ('ec2:DescribeInstanceStatus', 'ec2:DescribeSecurityGroups')
    assert entries == (Entry(EC2, Grant.LIMITED, lacking),)
    assert grantable(entries) == lacking
    assert grantable(compare([EC2], role(limited, statement('ec2:DescribeInstanceStatus')))) == lacking[1:]
    assert grantable(compare([EC2], role(statement('ec2:DescribeInstances')))) == (EC2,)


def test_the_policies_that_set_a_limit_are_named() -> None:
    limits, others = role(statement('s3:*', every_resource=False)), role(statement('ec2:*', conditional=True))
    named = (replace(limits[0], name=PolicyName('logs')), replace(others[0], name=PolicyName('hosts')))
    assert limited_by(compare(NAMES, named), named) == ('logs',)
    assert limited_by(compare(NAMES, role(statement('*'))), named) == ()
