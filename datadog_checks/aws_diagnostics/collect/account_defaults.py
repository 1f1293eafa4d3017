"""What an account instance takes from the Agent where its own configuration says nothing."""

import os
from dataclasses import replace

from .account_options import AccountOptions
from .agent import AgentInterface
from .agent.settings import as_text, as_texts
from .proxies import Proxies

SEPARATORS = r'[\s,;]+'
"""Of proxy.no_proxy where it is a text, as an environment variable holds it."""


def with_agent_defaults(options: AccountOptions, agent: AgentInterface) -> AccountOptions:
    """The Agent's API key and proxies, and a directory below its run path; '' for what it does not tell, and for a
    directory that cannot be written."""
    return replace(
        options,
        api_key=options.api_key or str(agent.setting('api_key') or ''),
        proxies=_proxies(agent),
        cache_directory=options.cache_directory or _cache_directory(agent),
    )


def _proxies(agent: AgentInterface) -> Proxies:
    return Proxies(
        as_text(agent.setting('proxy.https'), ''),
        as_text(agent.setting('proxy.http'), ''),
        as_texts(agent.setting('proxy.no_proxy'), (), SEPARATORS),
    )


def _cache_directory(agent: AgentInterface) -> str:
    run_path = str(agent.setting('run_path') or '')
    if not run_path or not os.access(run_path, os.W_OK | os.X_OK):
        return ''
    return os.path.join(run_path, 'aws_diagnostics')  # noqa: PTH118  (a text, as the options hold it)
