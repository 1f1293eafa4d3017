"""What Datadog answers about an account, and who asks: each account in its run, or one for all accounts of a run.

Datadog counts requests by organization (https://docs.datadoghq.com/api/latest/rate-limits/), so 500 accounts must not
ask it for the same 500 times.
"""

import threading
from collections.abc import Mapping

from ..facts import MissingFact, Unobserved, observed
from ..facts.account import Integration, Records, ReportedError, RequiredPermissions
from ..facts.metrics import Monitors
from ..facts.values import AccountId
from ..rules.organization import NOT_LISTED
from .account_options import AccountOptions
from .bounded_http import Connection
from .datadog_api import TIMEOUT, DatadogApi
from .datadog_errors import read_all_errors, read_errors
from .datadog_metrics import DatadogMetrics
from .integration import integration_of, read_all, read_integration, records_in
from .pacing import Pace
from .required_permissions import read_required_permissions
from .run import Deadline, attempt

MOST_BYTES_OF_ALL = 48 << 20
"""10,000 accounts are about 30 MiB."""
LONGEST_ANSWER = 60.0
"""Seconds, of one request for all accounts."""
AllErrors = Mapping[AccountId, tuple[ReportedError, ...] | Unobserved]


class DatadogSide:
    """Asked in the run of one account, for this account."""

    def __init__(self, options: AccountOptions) -> None:
        self._options = options

    def api(
        self,
        deadline: Deadline,
        *,
        with_keys: bool = False,
        seconds: float = TIMEOUT,
        connection: Connection | None = None,
    ) -> DatadogApi:
        """With the time that is left, at most `seconds` for each request; `connection` is one that is kept.

        Raises DeadlineExceeded, and MissingFact where keys are needed and missing.
        """
        if with_keys and not (self._options.api_key and self._options.app_key):
            raise MissingFact('Datadog was not asked: it needs both an API key and an application key')
        return DatadogApi(
            self._options.datadog_url,
            api_key=self._options.api_key,
            app_key=self._options.app_key,
            timeout=deadline.timeout(seconds),
            proxies=self._options.proxies,
            connection=connection,
        )

    def integration(self, account_id: str, partition: str, deadline: Deadline) -> Integration:
        """Raises RequestFailed, NotRegistered, and MissingFact where a key is missing."""
        return read_integration(self.api(deadline, with_keys=True), account_id, partition)

    def errors(self, account_id: AccountId, deadline: Deadline) -> tuple[ReportedError, ...]:
        """Raises RequestFailed, and MissingFact."""
        return read_errors(self.api(deadline, with_keys=True), account_id)

    def required(self, deadline: Deadline) -> RequiredPermissions:
        """Datadog publishes the list: it takes neither keys nor AWS."""
        options = self._options
        return read_required_permissions(self.api(deadline), options.datadog_site, options.cache_directory)

    def monitors(self, deadline: Deadline) -> Monitors:
        """All of the organization. Raises RequestFailed, and MissingFact."""
        return DatadogMetrics(self.api(deadline, with_keys=True), deadline, {}).monitors()


class SharedDatadogSide(DatadogSide):
    """Asked once for all accounts, before the first of them is looked at; the monitors when the first one needs them.

    Its methods may be called by several threads at a time.
    """

    def __init__(self, options: AccountOptions, deadline: Deadline) -> None:
        """Asks. Never raises for what Datadog or the network do."""
        super().__init__(options)
        self.records: Records | Unobserved = attempt('the records of Datadog', lambda: self._records(deadline))
        self._errors = attempt('the errors', lambda: self._all_errors(deadline))
        self._required = attempt('the required permissions', lambda: super(SharedDatadogSide, self).required(deadline))
        self._monitors: Monitors | Unobserved | None = None
        self._asking = threading.Lock()

    def integration(self, account_id: str, partition: str, deadline: Deadline) -> Integration:
        return integration_of(observed(self.records), account_id, partition)

    def errors(self, account_id: AccountId, deadline: Deadline) -> tuple[ReportedError, ...]:
        return observed(observed(self._errors).get(account_id, NOT_LISTED))

    def required(self, deadline: Deadline) -> RequiredPermissions:
        return observed(self._required)

    def monitors(self, deadline: Deadline) -> Monitors:
        """Those who come while the first one waits for Datadog wait with it, each within its own deadline."""
        if not self._asking.acquire(timeout=deadline.timeout(LONGEST_ANSWER)):
            raise MissingFact('the monitors were not read in time')
        try:
            if self._monitors is None:
                self._monitors = attempt('the monitors', lambda: super(SharedDatadogSide, self).monitors(deadline))
        finally:
            self._asking.release()
        return observed(self._monitors)

    def _records(self, deadline: Deadline) -> Records:
        return all_records(self.api(deadline, with_keys=True, seconds=LONGEST_ANSWER), deadline)

    def _all_errors(self, deadline: Deadline) -> AllErrors:
        return all_errors(self.api(deadline, with_keys=True, seconds=LONGEST_ANSWER), deadline)


def all_records(api: DatadogApi, deadline: Deadline) -> Records:
    """Of every account, in one answer. Raises RequestFailed."""
    return Pace(api, deadline).ask(lambda _: records_in(read_all(api, MOST_BYTES_OF_ALL)))


def all_errors(api: DatadogApi, deadline: Deadline) -> AllErrors:
    """That Datadog reports of every account, in one answer. Raises RequestFailed."""
    return Pace(api, deadline).ask(lambda _: read_all_errors(api, MOST_BYTES_OF_ALL))
