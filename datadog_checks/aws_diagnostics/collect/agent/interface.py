"""How to ask the Agent: the one that runs the check, or the one that a person describes at a terminal."""

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

from .settings import as_text


class AgentInterface(Protocol):
    def hostname(self) -> str | None:
        """The name that the Agent reports; '' when it has none, None when it is not known."""

    def version(self) -> str:
        """As the Agent spells it; '' when it is not known."""

    def setting(self, key: str) -> object | None:
        """The merged value of a setting, such as 'proxy.http'; None for one that is unknown or empty."""

    def provider(self) -> str | None:
        """The hostname provider, where a person gave it."""

    def of_this_user(self) -> bool:
        """It runs as the user of this process, as far as is known."""

    def of_this_environment(self) -> bool:
        """The environment of this process is that of the Agent."""

    def configuration_directory(self) -> Path:
        """Where datadog.yaml is, and beside it the files that guard the Agent's API."""


CACHE = 'aws_diagnostics:host_'
"""In front of our keys: the directory below the Agent's run_path, and what datadog-checks-base 37.20.0 and later would
add for a check whose `persistent_cache_id` is 'host'."""


class EmbeddedAgent:
    """The Agent that runs the check; outside an Agent, the stub of datadog_checks.base."""

    def __init__(self) -> None:
        self._agent = _embedded_module()
        self.has_health_platform = hasattr(self._agent, 'report_issue')

    def hostname(self) -> str | None:
        return str(self._agent.get_hostname() or '')

    def version(self) -> str:
        return str(self._agent.get_version() or '')

    def setting(self, key: str) -> object | None:
        return _unless_empty(self._agent.get_config(key))

    def provider(self) -> str | None:
        return None

    def of_this_user(self) -> bool:
        return True

    def of_this_environment(self) -> bool:
        return True

    def configuration_directory(self) -> Path:
        return _directory_beside(as_text(self.setting('confd_path'), ''))

    def recall(self, key: str) -> str:
        """What any instance of this check kept with `remember`, across restarts; '' where nothing is kept.

        Raises RuntimeError where the Agent cannot read its cache.
        """
        return self._agent.read_persistent_cache(f'{CACHE}{key}')

    def remember(self, key: str, value: str) -> None:
        """Raises RuntimeError where the Agent cannot write its cache."""
        self._agent.write_persistent_cache(f'{CACHE}{key}', value)


class EmbeddedModule(Protocol):
    """The part of the Agent's module `datadog_agent` that is used here."""

    def get_hostname(self) -> str: ...
    def get_version(self) -> str: ...
    def get_config(self, key: str) -> object: ...
    def read_persistent_cache(self, key: str) -> str: ...
    def write_persistent_cache(self, key: str, value: str) -> None: ...


def _embedded_module() -> EmbeddedModule:
    """The one that the base uses: the Agent's own, the base's stub outside an Agent, and with `process_isolation` the
    one that forwards calls to the Agent."""
    return cast(EmbeddedModule, importlib.import_module('datadog_checks.base.checks.base').datadog_agent)


class DescribedAgent:
    """The Agent of this host as a person at a terminal describes it; the rest is asked from the Agent.

    `configuration` is the content of datadog.yaml and `configuration_file` its path. As in the Agent, a variable
    DD_<KEY> of `environ` wins over the file.
    """

    def __init__(
        self,
        hostname: str | None,
        version: str,
        configuration: Mapping[str, object],
        environ: Mapping[str, str],
        *,
        provider: str | None = None,
        configuration_file: Path | None = None,
        of_this_user: bool = True,
        of_this_environment: bool = True,
    ) -> None:
        self._hostname = hostname
        self._of_this_user = of_this_user
        self._of_this_environment = of_this_environment
        self._version = version
        self._configuration = configuration
        self._environ = environ
        self._provider = provider
        self._configuration_file = configuration_file

    def hostname(self) -> str | None:
        return self._hostname

    def version(self) -> str:
        return self._version

    def setting(self, key: str) -> object | None:
        from_environment = self._environ.get('DD_' + key.upper().replace('.', '_'))
        return from_environment or _unless_empty(_nested(self._configuration, key))

    def provider(self) -> str | None:
        return self._provider

    def of_this_user(self) -> bool:
        return self._of_this_user

    def of_this_environment(self) -> bool:
        return self._of_this_environment

    def configuration_directory(self) -> Path:
        if self._configuration_file is not None:
            return self._configuration_file.parent
        return _directory_beside(as_text(self.setting('confd_path'), ''))


def _unless_empty(value: object) -> object | None:
    return None if value == '' else value


def _nested(section: Mapping[str, object], key: str) -> object | None:
    """The value at a dotted key. The Agent takes `proxy.http: x` on one line for the same as nested sections."""
    if key in section:
        return section[key]
    head, _, rest = key.partition('.')
    inner = section.get(head)
    return _nested(inner, rest) if rest and isinstance(inner, Mapping) else None


def _directory_beside(confd_path: str) -> Path:
    """The directory that holds conf.d; where that is not known, the one of the Agent's packages."""
    if confd_path:
        return Path(confd_path).parent
    if sys.platform == 'win32':
        return Path(os.environ.get('PROGRAMDATA', 'C:\\ProgramData')) / 'Datadog'
    return Path('/opt/datadog-agent/etc' if sys.platform == 'darwin' else '/etc/datadog-agent')
