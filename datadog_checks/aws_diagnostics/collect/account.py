"""Everything that one run of the account scope observes, within one deadline and one budget of calls."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from ..facts import Facts, Feature, Platform, Unobserved, observed
from ..facts.account import Account, Caller, Fleet, Integration, Inventory, WrongInstance
from .account_options import AccountOptions
from .account_run import AccountRun, with_last_change
from .aws.caller import read_caller, regions_of
from .aws.cloudwatch import read_metrics
from .aws.denials import asking
from .aws.policies import read_policies, read_quota
from .aws.session import Session, Sessions
from .aws.simulation import Simulations
from .datadog_side import DatadogSide
from .inventory import HostList
from .memory import Memory
from .opted_in import OptedIn
from .run import Deadline, OnDefect, log_defect

if TYPE_CHECKING:
    from .aws.fleet import FleetSweep

SHARE_FOR_INVENTORY = 1 / 3
"""Of the time that is left: the sweep of the fleet needs the rest."""
ELSEWHERE = Unobserved('not looked at in the account scope')


class AccountCollector:
    """Keeps, from run to run, the session with AWS, how far the sweep of the fleet and the simulation are, which hosts
    it saw, and what `OptedIn` keeps.

    One for each account instance. `role_name_default` is the role's name where neither Datadog nor the operator gives
    one. `imds_usable` tells, at each run, whether IMDS may be asked for credentials: not where the host scope found it
    out of reach. `each` is called with every wrong instance that a sweep finds, and `on_defect` with what was being
    observed and the exception, where a collector crashed: once in each run for the same thing. `memory` outlives the
    process; without one, samples of watched metrics, and since when hosts are listed, are kept within it.

    `sessions` and `side` are what several accounts of one process share; without them this one has its own.
    """

    def __init__(
        self,
        options: AccountOptions,
        role_name_default: str = 'DatadogIntegrationRole',
        *,
        imds_usable: Callable[[], bool] = lambda: True,
        each: Callable[[WrongInstance], None] | None = None,
        on_defect: OnDefect = log_defect,
        memory: Memory | None = None,
        sessions: Sessions | None = None,
        side: DatadogSide | None = None,
    ) -> None:
        self._options = options
        self._role_name_default = role_name_default
        self._imds_usable = imds_usable
        self._each = each
        self._on_defect = on_defect
        self._sessions = sessions or Sessions(options)
        self._side = side
        self._sweep: FleetSweep | None = None
        self._hosts = HostList(memory)
        self._simulations = Simulations()
        self._opted_in = OptedIn(options, memory)
        self._defects: set[str] = set()
        """Those of this run."""

    def collect(self) -> Facts:
        """Never raises for what AWS, Datadog or the network do.

        No call begins after `options.deadline`; the last one may end 20 seconds later.
        """
        now = time.time()
        self._defects.clear()
        run = AccountRun(self._options, self._role_name_default, self._tell_once, self._side)
        session = run.group('AWS', lambda: self._open(run))
        with ExitStack() as stack:
            if isinstance(session, Session):
                stack.enter_context(session)
            account = self._account(run, session)
        platform = Platform(None, 'the account scope')
        return Facts(now, platform, ELSEWHERE, imds=ELSEWHERE, path=ELSEWHERE, agent=ELSEWHERE, account=account)

    def _open(self, run: AccountRun) -> Session:
        """botocore only looks for credentials when it makes the first client. Raises CallFailed."""
        session = self._sessions.open(run.budget, imds_usable=self._imds_usable())
        with asking('the credential chain'):
            session.client('sts')
            session.client('iam')
        return session

    def _account(self, run: AccountRun, session: Session | Unobserved) -> Account:
        """Group after group. One that cannot be observed costs only the groups that need it."""
        caller = run.group('the caller', lambda: read_caller(observed(session)))
        integration = run.group('the integration', lambda: run.integration(observed(caller)))
        role_side = (Feature.ROLE, Feature.PERMISSIONS)
        role = run.if_on(role_side, 'the role', lambda: run.role(observed(session), integration))
        may = (Feature.PERMISSIONS,)
        policies = run.if_on(
            may, 'the policies', lambda: read_policies(observed(session).client('iam'), run.existing(role))
        )
        required = run.if_on(may, 'the required permissions', run.required)
        errors = run.if_on(role_side, 'the errors', lambda: run.errors(observed(caller), integration))
        return Account(
            caller=caller,
            integration=integration,
            role=with_last_change(role, policies),
            policies=policies,
            required=required,
            simulation=run.if_on(
                may,
                'the simulation',
                lambda: run.simulation(observed(session), role, required, integration, self._simulations),
            ),
            quota=run.if_on(may, 'the quota', lambda: read_quota(observed(session).client('iam'))),
            metrics=run.if_on(
                (Feature.METRICS,),
                'the metrics',
                lambda: read_metrics(observed(session), observed(integration), self._options, run.budget),
            ),
            lag=self._opted_in.lag(run, session, caller),
            watched=self._opted_in.watched(run, session, caller, integration),
            load_balancers=self._opted_in.load_balancers(run, session, integration),
            inventory=run.if_on((Feature.INVENTORY,), 'the host list', lambda: self._inventory(run, observed(caller))),
            tags=self._opted_in.tags(run, session, caller),
            fleet=run.if_on((Feature.IMDS_POSTURE,), 'the fleet', lambda: self._fleet(run, session, integration)),
            api_calls=run.budget.made,
            registered=run.registered,
            errors=errors,
            denied=run.if_on(may, 'the trail', lambda: run.denied(observed(session), role, integration)),
        )

    def _inventory(self, run: AccountRun, caller: Caller) -> Inventory:
        share = Deadline(run.deadline.remaining() * SHARE_FOR_INVENTORY)
        hosts = self._hosts.read(lambda: run.datadog(share, with_keys=True), caller.account_id, share, time.time())
        return replace(hosts, recorded=run.recorded)

    def _fleet(
        self, run: AccountRun, session: Session | Unobserved, integration: Integration | Unobserved
    ) -> Fleet | Unobserved:
        regions = regions_of(self._options, integration, observed(session))
        return self._fleet_sweep().run(observed(session), regions, run.budget, run.deadline)

    def _fleet_sweep(self) -> 'FleetSweep':
        if self._sweep is None:
            from .aws.fleet import FleetSweep

            self._sweep = FleetSweep(self._options, self._each, self._tell_once)
        return self._sweep

    def _tell_once(self, what: str, error: Exception) -> None:
        """A defect of the sweep shows in every region."""
        if what not in self._defects:
            self._defects.add(what)
            self._on_defect(what, error)
