"""One run of the account scope: its deadline, its budget, the Datadog API, and how a group of facts is collected."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..facts import Feature, MissingFact, Unobserved, observed
from ..facts.account import (
    Caller,
    DeniedCalls,
    ExternalId,
    Form,
    Integration,
    Policy,
    Recorded,
    ReportedError,
    RequiredPermissions,
    Role,
    RoleMissing,
    Simulation,
)
from ..facts.metrics import Monitors
from ..facts.values import DatadogMetric, RegionName
from .account_options import AccountOptions
from .aws.caller import collected_regions
from .aws.metric_data import CloudWatchMetrics
from .aws.role import read_role
from .aws.sentinels import sentinels
from .aws.session import Session
from .aws.simulation import Simulations
from .aws.trail import Trail, with_global_services
from .datadog_api import DatadogApi
from .datadog_metrics import DatadogMetrics
from .datadog_side import DatadogSide
from .integration import NotRegistered, integration_in, read_all, recorded_in
from .run import CallBudget, Deadline, Group, OnDefect, attempt

SHARE_FOR_SIMULATION = 1 / 3
"""Of the time that is left: the metrics, the host list and the fleet come after it."""


class AccountRun:
    def __init__(
        self, options: AccountOptions, role_name_default: str, on_defect: OnDefect, side: DatadogSide | None = None
    ) -> None:
        """`side`: what several accounts ask Datadog once; without it, this run asks for itself."""
        self._options = options
        self._side = side or DatadogSide(options)
        self._default = role_name_default
        self._on_defect = on_defect
        self.deadline = Deadline(options.deadline)
        self.budget = CallBudget(options.max_api_calls, self.deadline)
        self.recorded: tuple[Recorded, ...] | Unobserved = Unobserved('not asked')
        """What Datadog has on record for all accounts; `integration` reads it where the host list needs it."""
        self._queried: dict[DatadogMetric, bool] = {}
        self._monitors: Monitors | Unobserved | None = None
        self._cloudwatch: CloudWatchMetrics | None = None
        self.registered: bool | None = None
        """Whether Datadog has an integration for the account; None where that is not known."""

    def group(self, what: str, collect: Callable[[], Group]) -> Group | Unobserved:
        """Never raises."""
        return attempt(what, collect, self._on_defect)

    def if_on(self, features: Iterable[Feature], what: str, collect: Callable[[], Group]) -> Group | Unobserved:
        """Only where one of these features is on."""
        if self._options.features.isdisjoint(features):
            names = sorted(features)
            verb = 'is' if len(names) == 1 else 'are'
            return Unobserved(f'not checked: {" and ".join(names)} {verb} not in features')
        return self.group(what, collect)

    def integration(self, caller: Caller) -> Integration:
        """Raises RequestFailed, and MissingFact where a key is missing."""
        try:
            found = self._integration(caller)
        except NotRegistered:
            self.registered = False
            raise
        self.registered = True
        return found

    def _integration(self, caller: Caller) -> Integration:
        """The host list needs the records of all accounts, so where it is read too, one request serves both.

        Where that request fails, as with more accounts than fit into one answer, only this account is asked for.
        """
        if Feature.INVENTORY in self._options.features:
            what = 'the integrations on record'
            records = self.group(what, lambda: read_all(self.datadog(self.deadline, with_keys=True)))
            self.recorded = self.group(what, lambda: recorded_in(observed(records)))
            if not isinstance(records, Unobserved):
                return integration_in(records, caller.account_id, caller.partition)
        return self._side.integration(caller.account_id, caller.partition, self.deadline)

    def errors(self, caller: Caller, integration: Integration | Unobserved) -> tuple[ReportedError, ...]:
        """Raises RequestFailed, and MissingFact where Datadog has no record of the account."""
        observed(integration)
        return self._side.errors(caller.account_id, self.deadline)

    def role(self, session: Session, integration: Integration | Unobserved) -> Role | RoleMissing:
        """The one that Datadog has on record, else the operator's."""
        known = integration if isinstance(integration, Integration) else None
        name = (known.role_name if known else '') or self._options.role_name or self._default
        secret: tuple[ExternalId | None, ...] = (known.external_id if known else None, self._options.external_id)
        keys = [
            replace(ExternalId.of(key), form=Form.KEY) for key in (self._options.api_key, self._options.app_key) if key
        ]
        return read_role(session.client('iam'), name, [*(id for id in secret if id is not None), *keys])

    @staticmethod
    def existing(role: Role | RoleMissing | Unobserved) -> Role:
        """Raises MissingFact."""
        match role:
            case Unobserved(reason):
                raise MissingFact(reason)
            case RoleMissing(name):
                raise MissingFact(f'there is no role {name}')
        return role

    def required(self) -> RequiredPermissions:
        """Datadog publishes the list: it takes neither keys nor AWS."""
        return self._side.required(self.deadline)

    def simulation(
        self,
        session: Session,
        role: Role | RoleMissing | Unobserved,
        required: RequiredPermissions | Unobserved,
        integration: Integration | Unobserved,
        simulations: Simulations,
    ) -> Simulation:
        """In every region that Datadog collects; where these are not known, in those of the operator or the session."""
        arn, known = self.existing(role).arn, integration if isinstance(integration, Integration) else None
        actions = sentinels(observed(required), resource_collection=known is not None and known.extended_collection)
        collected, asked = self._regions(session, integration)
        share = Deadline(self.deadline.remaining() * SHARE_FOR_SIMULATION)
        return simulations.run(session.client('iam'), arn, actions, asked, share, collected)

    def denied(
        self, session: Session, role: Role | RoleMissing | Unobserved, integration: Integration | Unobserved
    ) -> DeniedCalls:
        """In the regions that Datadog collects, and where global services are recorded.

        Raises CallFailed, and MissingFact where nobody asked.
        """
        if not self._options.denied_since:
            raise MissingFact('not asked')
        _, regions = self._regions(session, integration)
        now, found = time.time(), self.existing(role)
        asked = with_global_services(regions, found.arn.partition_name)
        return Trail(session, found, now - self._options.denied_since, self.deadline).denied(asked, now)

    def _regions(
        self, session: Session, integration: Integration | Unobserved
    ) -> tuple[tuple[RegionName, ...] | Unobserved, Sequence[str]]:
        """Those that Datadog collects, and those to ask: where these are not known, the operator's or the session's."""
        collected = self.group('the regions', lambda: collected_regions(integration, session))
        known = () if isinstance(collected, Unobserved) else collected
        return collected, known or self._options.regions or (session.region,)

    def monitors(self, deadline: Deadline) -> Monitors | Unobserved:
        """All of the organization, asked for once in a run."""
        if self._monitors is None:
            self._monitors = self.group('the monitors', lambda: self._side.monitors(deadline))
        return self._monitors

    def cloudwatch(self, session: Session) -> CloudWatchMetrics:
        """The same one in the whole run: what it has asked for once it keeps."""
        self._cloudwatch = self._cloudwatch or CloudWatchMetrics(session, self.budget)
        return self._cloudwatch

    def metrics(self, deadline: Deadline) -> DatadogMetrics:
        """Raises DeadlineExceeded, and MissingFact where a key is missing."""
        return DatadogMetrics(self.datadog(deadline, with_keys=True), deadline, self._queried)

    def datadog(self, deadline: Deadline, *, with_keys: bool = False) -> DatadogApi:
        """With the time that is left. Raises DeadlineExceeded, and MissingFact where keys are needed and missing."""
        return self._side.api(deadline, with_keys=with_keys)


def with_last_change(
    role: Role | RoleMissing | Unobserved, policies: tuple[Policy, ...] | Unobserved
) -> Role | RoleMissing | Unobserved:
    """IAM dates the versions of managed policies, and neither trust policies nor inline ones."""
    if not isinstance(role, Role) or isinstance(policies, Unobserved):
        return role
    changes = (policy.changed_at for policy in policies if policy.changed_at is not None)
    return replace(role, changed_at=max((role.created_at, *changes)))
