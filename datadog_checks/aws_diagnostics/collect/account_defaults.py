"""What an account instance takes from the Agent where its own configuration says nothing."""

import os
from dataclasses import replace

from .account_options import AccountOptions
from .agent import AgentInterface


def with_agent_defaults(options: AccountOptions, agent: AgentInterface) -> AccountOptions:
    """The Agent's API key, and a directory below its run path; '' for what it does not tell or may not be written."""
    return replace(
        options,
        api_key=options.api_key or str(agent.setting('api_key') or ''),
        cache_directory=options.cache_directory or _cache_directory(agent),
    )


def _cache_directory(agent: AgentInterface) -> str:
    run_path = str(agent.setting('run_path') or '')
    if not run_path or not os.access(run_path, os.W_OK | os.X_OK):
        return ''
    return os.path.join(run_path, 'aws_diagnostics')  # noqa: PTH118  (a text, as the options hold it)
