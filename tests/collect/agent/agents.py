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
