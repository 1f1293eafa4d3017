"""The Agent looks here: configuration -> collect -> diagnose -> emit."""

import time
from typing import TYPE_CHECKING, Any, Protocol

from datadog_checks.base import AgentCheck, ConfigurationError

from .collect import HostCollector
from .collect.agent import EmbeddedAgent
from .configuration import InvalidConfiguration, check_init_config, read_configuration, with_defaults
from .diagnoses import diagnose, of_scope
from .emit import Emitter, RunStats
from .facts import Facts
from .findings import Finding, Scope
from .log import LOG, keep_out_of_the_log
from .text import one_line

if TYPE_CHECKING:
    from .collect.account_options import AccountOptions


class Collector(Protocol):
    def collect(self) -> Facts: ...


class AwsDiagnosticsCheck(AgentCheck):
    __NAMESPACE__ = 'aws_diagnostics'

    def __init__(self, name: str, init_config: dict[str, Any], instances: list[dict[str, Any]]) -> None:
        super().__init__(name, init_config, instances)
        self._agent = EmbeddedAgent()
        try:
            check_init_config(self.init_config, of_accounts='account' in self.instance)
            instance = with_defaults(self.instance, self.init_config)
            options = read_configuration(instance, str(self._agent.setting('site') or ''))
        except InvalidConfiguration as e:
            raise ConfigurationError(one_line(str(e))) from None
        has_issues = self._agent.has_health_platform and hasattr(self, 'report_issue')
        self._options = options
        self._diagnoses = of_scope(Scope.HOST if options.account is None else Scope.ACCOUNT)
        self._emitter = Emitter(options.tags, options.identity_tags, has_issues, options.metrics, options.docs_url)
        self._defects: set[str] = set()
        self._findings: tuple[Finding, ...] = ()
        self._collect = self._collector().collect
        self.diagnosis.register(self._send_diagnoses)

    def _collector(self) -> Collector:
        options = self._options
        if options.account is None:
            return self._collector_of_host()
        # A host instance does not pay for what the account scope needs.
        from .collect.account import AccountCollector
        from .collect.account_options import with_agent_defaults
        from .collect.schedule import AtMostEvery

        account = with_agent_defaults(options.account, self._agent)
        self._register_secrets(account)
        collector = AccountCollector(
            account,
            imds_usable=lambda: self._emitter.may_ask_imds(self),
            on_defect=self._log_defect,
            memory=self._agent,
        )
        return AtMostEvery(options.least_interval, collector.collect)

    def _collector_of_host(self) -> HostCollector:
        return HostCollector(self._options.collect, self._agent, on_defect=self._log_defect)

    def _register_secrets(self, account: 'AccountOptions') -> None:
        external_id = str((self.instance.get('account') or {}).get('external_id', ''))
        for secret in filter(None, (account.api_key, account.app_key, external_id)):
            self.register_secret(secret)
            keep_out_of_the_log(secret)

    def check(self, _: object) -> None:
        started = time.monotonic()
        self._defects.clear()
        facts = self._collect()
        self._findings = self._judge(facts)
        self._emitter.emit(self, facts, self._findings, RunStats(duration=time.monotonic() - started))

    def _judge(self, facts: Facts) -> tuple[Finding, ...]:
        return diagnose(self._diagnoses, facts, self._options.expectations, self._log_defect)

    def _send_diagnoses(self) -> None:
        """When `agent diagnose` asks, from another thread: of the last run. With `--local`, in a process where nothing
        ran, of a look at the host now; an account is not asked for that, which may take minutes."""
        findings = self._findings
        if not findings and self._options.account is None:
            findings = self._judge(self._collector_of_host().collect())
        self._emitter.send_diagnoses(self, findings)

    def _log_defect(self, where: str, error: Exception) -> None:
        """Once in a run: the remedy of one diagnosis is shown for others too."""
        if where not in self._defects:
            self._defects.add(where)
            LOG.error('%s: defect in %s, please report it', self.check_id, where, exc_info=error)

    def cancel(self) -> None:
        self._emitter.withdraw()

    def read_persistent_cache(self, key: str) -> str:
        """Under a key of our own: the base's changes with the configuration, with those before 37.20.0 always."""
        return self._agent.recall(key)

    def write_persistent_cache(self, key: str, value: str) -> None:
        self._agent.remember(key, value)
