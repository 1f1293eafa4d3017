"""The Agent looks here: configuration -> collect -> diagnose -> emit."""

import time
from typing import Any, Protocol

from datadog_checks.base import AgentCheck, ConfigurationError

from .collect import HostCollector
from .collect.account_defaults import with_agent_defaults
from .collect.account_options import AccountOptions
from .collect.agent import EmbeddedAgent
from .collect.at_most_every import AtMostEvery
from .configuration import InvalidConfiguration, Options, check_init_config, read_configuration
from .diagnoses import DIAGNOSES, diagnose
from .emit import Emitter, Run, may_ask_imds
from .facts import Facts


class Collector(Protocol):
    def collect(self) -> Facts: ...


class AwsDiagnosticsCheck(AgentCheck):
    __NAMESPACE__ = 'aws_diagnostics'

    def __init__(self, name: str, init_config: dict[str, Any], instances: list[dict[str, Any]]) -> None:
        super().__init__(name, init_config, instances)
        agent = EmbeddedAgent()
        try:
            check_init_config(self.init_config)
            options = read_configuration(self.instance, str(agent.setting('site') or ''))
        except InvalidConfiguration as e:
            raise ConfigurationError(str(e)) from None
        has_issues = agent.has_health_platform and hasattr(self, 'report_issue')
        self._expectations = options.expectations
        self._collector = self._collector_of(options, agent)
        self._emitter = Emitter(options.tags, options.identity_tags, has_issues)

    def _collector_of(self, options: Options, agent: EmbeddedAgent) -> Collector:
        if options.account is None:
            return HostCollector(options.collect, agent)
        account = with_agent_defaults(options.account, agent)
        self._register_secrets(account)
        # A host instance does not pay for the libraries that the account scope needs.
        from .collect.account import AccountCollector

        return AtMostEvery(
            options.least_interval, AccountCollector(account, imds_usable=lambda: may_ask_imds(self)).collect
        )

    def _register_secrets(self, account: AccountOptions) -> None:
        for secret in (
            account.api_key,
            account.app_key,
            str((self.instance.get('account') or {}).get('external_id', '')),
        ):
            if secret:
                self.register_secret(secret)

    def check(self, _: object) -> None:
        started = time.monotonic()
        facts = self._collector.collect()
        findings = diagnose(DIAGNOSES, facts, self._expectations)
        self._emitter.emit(self, facts, findings, Run(duration=time.monotonic() - started))

    def persistent_cache_id(self) -> str:
        """What the last run knew of the host's name survives a change of the configuration."""
        return 'host'
