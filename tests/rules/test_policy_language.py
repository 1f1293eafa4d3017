"""Which actions a pattern matches: as IAM documents it, and as an implementation by other means says."""

import re
from fnmatch import translate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.rules.policy_language import Patterns, covers, matches

REPEATABLE = settings(max_examples=400, deadline=None, derandomize=True, database=None)
LETTERS = 'ab:'
ACTIONS = st.text(LETTERS, max_size=6)
PATTERNS = st.text(LETTERS + '*?', max_size=6)
PATTERNS_WITHOUT_ONE = st.text(LETTERS + '*', max_size=6)


def overlaps(one: str, other: str) -> bool:
    return Patterns((one,)).overlap(other)


def reference(pattern: str, action: str) -> bool:
    return re.fullmatch(translate(pattern.lower()), action.lower()) is not None


@pytest.mark.parametrize(
    ('pattern', 'action'),
    [
        pytest.param('ec2:DescribeInstances', 'ec2:DescribeInstances', id='the same'),
        pytest.param('EC2:describeinstances', 'ec2:DescribeInstances', id='in another case'),
        pytest.param('ec2:*', 'ec2:DescribeInstances', id='a whole service'),
        pytest.param('*', 'ec2:DescribeInstances', id='everything'),
        pytest.param('*:*', 'ec2:DescribeInstances', id='everything of every service'),
        pytest.param('ec2:Describe*', 'ec2:Describe', id='nothing behind the beginning'),
        pytest.param('ec2:*Instance*', 'ec2:DescribeInstances', id='in the middle'),
        pytest.param('ec2:Describe?nstances', 'ec2:DescribeInstances', id='one character'),
    ],
)
def test_a_pattern_matches(pattern: str, action: str) -> None:
    assert matches(pattern, action)


@pytest.mark.parametrize(
    ('pattern', 'action'),
    [
        pytest.param('ec2:DescribeInstance', 'ec2:DescribeInstances', id='only the beginning'),
        pytest.param('ec2:DescribeInstances', 'ec2:DescribeInstance', id='more than there is'),
        pytest.param('ec2:Describe*', 'ecs:DescribeClusters', id='another service'),
        pytest.param('s3:*', 's3-outposts:GetBucket', id='a service that starts with the name of another'),
        pytest.param('ec2:Describe?', 'ec2:Describe', id='one character that is not there'),
        pytest.param('', 'ec2:DescribeInstances', id='an empty pattern'),
        pytest.param('ec2:[D]escribe*', 'ec2:DescribeInstances', id='brackets mean nothing to IAM'),
    ],
)
def test_a_pattern_does_not_match(pattern: str, action: str) -> None:
    assert not matches(pattern, action)


@REPEATABLE
@given(pattern=PATTERNS, action=ACTIONS)
def test_matching_is_what_a_regular_expression_says(pattern: str, action: str) -> None:
    assert matches(pattern, action) == reference(pattern, action)


@pytest.mark.parametrize(
    ('general', 'particular'),
    [
        pytest.param('ec2:*', 'ec2:Describe*', id='a service and its Describe operations'),
        pytest.param('*', 'ec2:Describe*', id='everything'),
        pytest.param('ec2:D*', 'EC2:describe*', id='a shorter beginning in another case'),
        pytest.param('*:Describe*', 'ec2:Describe*', id='all services'),
    ],
)
def test_the_general_pattern_covers_the_particular_one_and_not_the_other_way(general: str, particular: str) -> None:
    assert covers(general, particular)
    assert not covers(particular, general)


@REPEATABLE
@given(pattern=PATTERNS_WITHOUT_ONE)
def test_a_pattern_covers_itself(pattern: str) -> None:
    assert covers(pattern, pattern)


@REPEATABLE
@given(one=PATTERNS, two=PATTERNS, three=PATTERNS)
def test_covering_is_transitive(one: str, two: str, three: str) -> None:
    if covers(one, two) and covers(two, three):
        assert covers(one, three)


@REPEATABLE
@given(general=PATTERNS, particular=PATTERNS, action=ACTIONS)
def test_what_a_covered_pattern_matches_the_covering_one_matches_too(
    general: str, particular: str, action: str
) -> None:
    if covers(general, particular) and matches(particular, action):
        assert matches(general, action)


@REPEATABLE
@given(general=PATTERNS_WITHOUT_ONE, particular=PATTERNS)
def test_a_pattern_that_is_not_covered_stands_for_an_action_that_is_not_matched(general: str, particular: str) -> None:
    strange = particular.replace('*', '#').replace('?', '#')
    assert matches(particular, strange)
    assert covers(general, particular) == matches(general, strange)


@REPEATABLE
@given(one=PATTERNS, other=PATTERNS, action=ACTIONS)
def test_patterns_that_match_the_same_action_overlap(one: str, other: str, action: str) -> None:
    if matches(one, action) and matches(other, action):
        assert overlaps(one, other)


@REPEATABLE
@given(one=PATTERNS, other=PATTERNS)
def test_overlapping_has_no_direction(one: str, other: str) -> None:
    assert overlaps(one, other) == overlaps(other, one)


@pytest.mark.parametrize(
    ('one', 'other', 'expected'),
    [
        pytest.param('ec2:DescribeI*', 'ec2:Describe*', True, id='one within the other'),
        pytest.param('ec2:*Status', 'ec2:Describe*', True, id='a beginning and an end'),
        pytest.param('ec2:Get*', 'ec2:Describe*', False, id='two beginnings'),
        pytest.param('ec2:*A', 'ec2:*B', False, id='two ends'),
    ],
)
def test_patterns_overlap(one: str, other: str, expected: bool) -> None:
    assert overlaps(one, other) is expected


@REPEATABLE
@given(patterns=st.lists(PATTERNS, max_size=5), other=PATTERNS)
def test_many_patterns_at_once_are_like_each_by_itself(patterns: list[str], other: str) -> None:
    together = Patterns(patterns)
    assert together.cover(other) == any(covers(pattern, other) for pattern in patterns)
    assert together.overlap(other) == any(overlaps(pattern, other) for pattern in patterns)


def test_no_pattern_matches_nothing() -> None:
    assert not Patterns(()).cover('')
    assert not Patterns(()).overlap('*')


@pytest.mark.timeout(10)
def test_a_mebibyte_of_hostile_patterns_takes_linear_time() -> None:
    """With one comparison for each pattern and character, this would take hours."""
    hostile = Patterns(['*a?' * 40] * 8_000 + ['*a' * 60_000])
    actions = [f'ec2:{"a" * (81 + number % 4)}' for number in range(50)]
    assert all(hostile.cover(action) for action in actions)
    assert all(hostile.overlap(f'{action}*?a*') for action in actions)
    assert not Patterns(['*a?' * 40 + 'b'] * 8_000).cover('ec2:' + 'a' * 124)
