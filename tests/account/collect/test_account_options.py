"""What the Agent's own configuration adds to an account instance."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions, with_agent_defaults
from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent


def agent(**configuration: object) -> DescribedAgent:
    return DescribedAgent(None, '', configuration, {})


@pytest.mark.parametrize(
    ('own', 'of_the_agent', 'used'),
    [
        pytest.param('', 'of-the-agent', 'of-the-agent', id='the key of the Agent'),
        pytest.param('own', 'of-the-agent', 'own', id='the own key wins'),
        pytest.param('', '', '', id='no key at all'),
    ],
)
def test_the_api_key(own: str, of_the_agent: str, used: str) -> None:
    assert with_agent_defaults(AccountOptions(api_key=own), agent(api_key=of_the_agent)).api_key == used


def test_what_is_kept_is_kept_below_the_run_path_of_the_agent(tmp_path: Path) -> None:
    kept = with_agent_defaults(AccountOptions(), agent(run_path=str(tmp_path)))
    assert kept.cache_directory == str(tmp_path / 'aws_diagnostics')


@pytest.mark.parametrize(
    'run_path', [pytest.param('', id='not known'), pytest.param('/nowhere/at/all', id='does not exist')]
)
def test_without_a_run_path_nothing_is_kept(run_path: str) -> None:
    assert with_agent_defaults(AccountOptions(), agent(run_path=run_path)) == AccountOptions()
