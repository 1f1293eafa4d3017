"""Everything that one run of the account scope observes, within one deadline and one budget of calls."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..facts import Facts, Platform, Unobserved, observed
from ..facts.account import Account, Caller, Feature, Fleet, Integration, Inventory, Metrics, WrongInstance
from .account_options import AccountOptions
from .account_role import AccountRole
from .aws.budget import CallBudget
from .aws.denials import asking
from .aws.recently_active import read_metrics
from .aws.regions import regions_of
from .aws.session import Session, Sessions
from .deadline import Deadline
from .group import collect_group
from .inventory import HostList

if TYPE_CHECKING:
    from .aws.fleet import FleetSweep

SHARE_FOR_INVENTORY = 1 / 3
"""Of the time that is left: the sweep of the fleet needs the rest."""
ELSEWHERE = Unobserved('not looked at in the account scope')


class AccountCollector:
    """Keeps, from run to run, where the sweep of the fleet is and which hosts it saw: one for each account instance.

    `imds_usable` tells, at each run, whether credentials may be asked for at IMDS: not where the host scope found it
    out of reach.
    `each` is called with every wrong instance that a sweep finds.
    """

    def __init__(
        self,
        options: AccountOptions,
        role_name_default: str = 'DatadogIntegrationRole',
        *,
        imds_usable: Callable[[], bool] = lambda: True,
        each: Callable[[WrongInstance], None] | None = None,
    ) -> None:
        self._options = options
        self._role_name_default = role_name_default
        self._imds_usable = imds_usable
        self._each = each
        self._sessions = Sessions(options)
        self._sweep: FleetSweep | None = None
        self._hosts = HostList()

    def collect(self) -> Facts:
        """Never raises for what AWS, Datadog or the network do.

        No call begins after `options.deadline`; the last one may end 20 seconds later.
        """
        now = time.time()
        deadline = Deadline(self._options.deadline)
        budget = CallBudget(self._options.max_api_calls, deadline)
        account = replace(self._account(budget, deadline), api_calls=budget.made)
        platform = Platform(None, 'the account scope')
        return Facts(now, platform, ELSEWHERE, imds=ELSEWHERE, path=ELSEWHERE, agent=ELSEWHERE, account=account)

    def _account(self, budget: CallBudget, deadline: Deadline) -> Account:
        role = AccountRole(self._options, self._role_name_default, deadline)
        session = collect_group('AWS', lambda: self._open(budget))
        if isinstance(session, Unobserved):
            return role.without_session(session)
        with session:
            account = role.observe(session)
            account = replace(account, metrics=self._metrics(session, account.integration, budget))
            account = replace(account, inventory=self._inventory(role, account.caller, deadline))
            return replace(account, fleet=self._fleet(session, account.integration, budget, deadline))

    def _open(self, budget: CallBudget) -> Session:
        """botocore only looks for credentials when it makes the first client. Raises CallFailed."""
        session = self._sessions.open(budget, imds_usable=self._imds_usable())
        with asking('the credential chain'):
            session.client('sts')
            session.client('iam')
        return session

    def _metrics(
        self, session: Session, integration: Integration | Unobserved, budget: CallBudget
    ) -> Metrics | Unobserved:
        if Feature.METRICS not in self._options.features:
            return Unobserved(f'switched off: {Feature.METRICS}')
        return collect_group('the metrics', lambda: read_metrics(session, observed(integration), self._options, budget))

    def _inventory(self, role: AccountRole, caller: Caller | Unobserved, deadline: Deadline) -> Inventory | Unobserved:
        if Feature.INVENTORY not in self._options.features:
            return Unobserved(f'switched off: {Feature.INVENTORY}')
        share = Deadline(deadline.remaining() * SHARE_FOR_INVENTORY)
        return collect_group(
            'the host list',
            lambda: self._hosts.read(
                lambda: role.datadog(share, with_keys=True), observed(caller).account_id, share, time.time()
            ),
        )

    def _fleet(
        self, session: Session, integration: Integration | Unobserved, budget: CallBudget, deadline: Deadline
    ) -> Fleet | Unobserved:
        if Feature.IMDS_POSTURE not in self._options.features:
            return Unobserved(f'switched off: {Feature.IMDS_POSTURE}')
        regions = collect_group('the regions', lambda: regions_of(self._options, integration, session))
        if isinstance(regions, Unobserved):
            return regions
        sweep = self._fleet_sweep()
        return collect_group('the fleet', lambda: sweep.run(session, regions, budget, deadline))

    def _fleet_sweep(self) -> 'FleetSweep':
        if self._sweep is None:
            from .aws.fleet import FleetSweep

            self._sweep = FleetSweep(self._options, self._each)
        return self._sweep
