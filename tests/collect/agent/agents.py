"""The Agent as a test describes it."""

from collections.abc import Mapping
from pathlib import Path

from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent
from tests.builders import INSTANCE_ID


def described(
    settings: Mapping[str, object] | None = None,
    *,
    hostname: str | None = INSTANCE_ID,
    version: str = '7.81.3',
    directory: Path = Path('/nonexistent'),
    provider: str | None = None,
) -> DescribedAgent:
    """A current Agent, named by its instance id, whose datadog.yaml in `directory` has these settings."""
    file = directory / 'datadog.yaml'
    return DescribedAgent(hostname, version, settings or {}, {}, provider=provider, configuration_file=file)


class Renamed(DescribedAgent):
    """A current Agent whose name a test changes between two runs."""

    def __init__(self, expvar_port: str) -> None:
        super().__init__(None, '7.81.3', {'expvar_port': expvar_port}, {})
        self.name: str = INSTANCE_ID

    def hostname(self) -> str:
        return self.name
