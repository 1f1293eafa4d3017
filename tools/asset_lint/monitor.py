"""A monitor with its query read, as the rules look at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.findings import Scope

from .names import OF_ACCOUNTS, OF_HOSTS, PREFIX, tags_of_service_check
from .queries import MetricMonitor, Selector, ServiceCheckMonitor, metric_monitor, service_check_monitor

Document: TypeAlias = dict[str, Any]
Query: TypeAlias = MetricMonitor | ServiceCheckMonitor
READERS: Mapping[str, Callable[[str], Query]] = {'query alert': metric_monitor, 'service check': service_check_monitor}
"""By type of monitor; other types are not shipped."""
ACCOUNT_DIAGNOSES = frozenset(diagnosis.id for diagnosis in DIAGNOSES if diagnosis.scope is Scope.ACCOUNT)
HOST_INTERVAL, ACCOUNT_INTERVAL = 5, 60
"""Minutes between two runs of an instance, as the example configuration has it and advises it for an account."""


@dataclass(frozen=True)
class Monitor:
    definition: Document
    query: Query
    options: Document

    @property
    def thresholds(self) -> dict[str, float]:
        """Those that are set: null is none."""
        return {name: value for name, value in self.options['thresholds'].items() if value is not None}

    @property
    def selectors(self) -> tuple[Selector, ...]:
        return self.query.expression.selectors if isinstance(self.query, MetricMonitor) else ()

    @property
    def watched(self) -> tuple[str, ...]:
        """The names of its metrics, or of its service check."""
        if isinstance(self.query, ServiceCheckMonitor):
            return (self.query.check,)
        return tuple(selector.metric for selector in self.selectors)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """Those that its query names, each once; a pattern as it is."""
        return tuple({c.value: None for selector in self.selectors for c in selector.scope if c.key == 'diagnosis'})

    @cached_property
    def by(self) -> tuple[str, ...]:
        """The tags that it is grouped by."""
        if isinstance(self.query, ServiceCheckMonitor):
            return self.query.by
        return self.query.expression.by

    @property
    def notified_by(self) -> tuple[str, ...]:
        """The tags that a notification is about: those of the groups, or fewer."""
        return tuple(self.options.get('notify_by') or self.by)

    @property
    def notifies_of_no_data(self) -> bool:
        by_metric = self.options.get('on_missing_data') == 'show_and_notify_no_data'
        return by_metric or bool(self.options.get('notify_no_data'))

    @cached_property
    def about_accounts(self) -> bool:
        """Whether its samples come from account instances, and not from hosts."""
        if isinstance(self.query, ServiceCheckMonitor):
            return 'host' not in tags_of_service_check(self.query.check)
        return all(_about_accounts(selector) for selector in self.selectors)

    @property
    def interval(self) -> int:
        """Minutes between two runs of the instances that it watches."""
        return ACCOUNT_INTERVAL if self.about_accounts else HOST_INTERVAL


def _about_accounts(selector: Selector) -> bool:
    asked = {condition.value for condition in selector.scope if condition.key == 'diagnosis'}
    return selector.metric.removeprefix(PREFIX) in OF_ACCOUNTS - OF_HOSTS or (
        bool(asked) and asked <= ACCOUNT_DIAGNOSES
    )


def read_monitor(definition: Document) -> Monitor:
    """Of a definition that FILE and the client's model describe. Raises InvalidQuery."""
    return Monitor(definition, READERS[definition['type']](definition['query']), definition['options'])
