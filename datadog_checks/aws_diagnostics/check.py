"""The Agent looks here: configuration -> collect -> diagnose -> emit."""

import time
from typing import Any

from datadog_checks.base import AgentCheck, ConfigurationError

from .collect import HostCollector
from .collect.agent import EmbeddedAgent
from .configuration import InvalidConfiguration, read_configuration
from .diagnoses import DIAGNOSES, diagnose
from .emit import Emitter, Run


class AwsDiagnosticsCheck(AgentCheck):
    __NAMESPACE__ = 'aws_diagnostics'

    def __init__(self, name: str, init_config: dict[str, Any], instances: list[dict[str, Any]]) -> None:
        super().__init__(name, init_config, instances)
        try:
            options = read_configuration(self.instance)
        except InvalidConfiguration as e:
            raise ConfigurationError(str(e)) from None
        agent = EmbeddedAgent()
        has_issues = agent.has_health_platform and hasattr(self, 'report_issue')
        self._expectations = options.expectations
        self._collector = HostCollector(options.collect, agent)
        self._emitter = Emitter(options.tags, options.identity_tags, has_issues)

    def check(self, _: object) -> None:
        started = time.monotonic()
        facts = self._collector.collect()
        findings = diagnose(DIAGNOSES, facts, self._expectations)
        self._emitter.emit(self, facts, findings, Run(duration=time.monotonic() - started))

    def persistent_cache_id(self) -> str:
        """What the last run knew of the host's name survives a change of the configuration."""
        return 'host'
