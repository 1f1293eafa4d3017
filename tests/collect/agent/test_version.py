"""The version of the Agent, as the Agent, its packages and people write it."""

import pytest

from datadog_checks.aws_diagnostics.collect.agent.settings import parse_version
from datadog_checks.aws_diagnostics.rules import Version, at_least


@pytest.mark.parametrize(
    'text, expected',
    [
        pytest.param('7.81.3', (7, 81, 3), id='release'),
        pytest.param('7.64.0-rc.3+git.1', (7, 64, 0), id='release candidate'),
        pytest.param('7.37.0-devel+git.198.68a5b69', (7, 37, 0), id='development build'),
        pytest.param('6.53.1', (6, 53, 1), id='Agent 6'),
        pytest.param('1:7.64.0-1', (7, 64, 0), id='package version with an epoch'),
        pytest.param('7.64.0~rc.3-1', (7, 64, 0), id='package version of a release candidate'),
        pytest.param('v7.81.3\n', (7, 81, 3), id='tag'),
        pytest.param('7.64', (7, 64, 0), id='patch level left out'),
        pytest.param('', None, id='empty'),
        pytest.param('0.0.0', None, id='stand-in outside of an Agent'),
        pytest.param('7', None, id='major version alone'),
        pytest.param('7.81.3.4', None, id='four numbers'),
        pytest.param('latest', None, id='a word'),
        pytest.param('7.x', None, id='placeholder'),
        pytest.param('7.6\u0664.0', None, id='digits of another script'),
        pytest.param('7.81.3-' + 'x' * 10_000, (7, 81, 3), id='endless suffix'),
        pytest.param('7' * 10_000, None, id='endless number'),
    ],
)
def test_the_version_is_three_numbers_or_not_known(text: str, expected: Version | None) -> None:
    assert parse_version(text) == expected


@pytest.mark.parametrize(
    'version, expected',
    [
        pytest.param((7, 63, 9), False, id='just before'),
        pytest.param((7, 64, 0), True, id='exactly'),
        pytest.param((6, 64, 0), True, id='Agent 6 of the same minor version'),
        pytest.param((6, 53, 1), False, id='Agent 6 before'),
        pytest.param((5, 99, 0), False, id='Agent 5 counts differently'),
        pytest.param((8, 0, 0), True, id='a major version to come'),
    ],
)
def test_a_setting_came_with_a_minor_version(version: Version, expected: bool) -> None:
    assert at_least(version, 64) is expected
