"""How the instances of an account offer IMDS: only those that can be wrong are described, page by page.

The regions are swept one after the other, over as many runs as the budget of calls makes necessary.
"""

import time
from collections.abc import Callable, Sequence

from ....facts import Unobserved
from ....facts.account import Fleet, TokenlessUse, WrongInstance
from ....facts.values import RegionName
from ...account_options import AccountOptions
from ...run import CallBudget, Deadline, OnDefect, log_defect
from ..session import Session
from .region import INTERRUPTIONS, RegionSweep

USE_IS_ASKED_EVERY = 24 * 3600.0
"""Seconds, for one region: CloudWatch charges for it, and only sums of whole days are looked at."""

Use = tuple[float, tuple[TokenlessUse, ...]]


class FleetSweep:
    """Keeps, from run to run, where it stopped: one for each account instance of the check.

    `each` is called with every wrong instance as it is found. Where AWS has forgotten the place at which an earlier
    run stopped, the region begins again, and `each` sees its instances again.
    `on_defect` is called where our code crashes, with the action and the exception.
    """

    def __init__(
        self,
        options: AccountOptions,
        each: Callable[[WrongInstance], None] | None = None,
        on_defect: OnDefect = log_defect,
    ) -> None:
        self._chosen = options.fleet_filter
        self._each = each or (lambda _: None)
        self._on_defect = on_defect
        self._began_at = 0.0
        self._under_way: tuple[RegionSweep, ...] = ()
        self._finished: Fleet | None = None
        self._use: dict[str, Use] = {}

    def run(
        self, session: Session, regions: Sequence[str], budget: CallBudget, deadline: Deadline
    ) -> Fleet | Unobserved:
        """One more part of the sweep. Never raises for what AWS does.

        Where this run does not finish the sweep, the answer is the last whole one, or else what is known so far.
        """
        names = tuple(dict.fromkeys(name for name in map(RegionName.of, regions) if name))
        if not names:
            return Unobserved('neither the configuration nor Datadog names a region to look at')
        self._begin_unless_under_way(names)
        interrupted = self._advance(session, budget, deadline)
        fleet = Fleet(self._began_at, tuple(sweep.region(interrupted) for sweep in self._under_way))
        if interrupted:
            return self._finished or fleet
        self._under_way = ()
        self._finished = fleet
        return fleet

    def _begin_unless_under_way(self, names: tuple[RegionName, ...]) -> None:
        if tuple(sweep.name for sweep in self._under_way) == names:
            return
        if self._finished and tuple(region.name for region in self._finished.regions) != names:
            self._finished = None
        self._began_at = time.time()
        self._under_way = tuple(self._begin(name, self._began_at) for name in names)

    def _begin(self, name: RegionName, now: float) -> RegionSweep:
        asked_at, use = self._use.get(name, (0.0, ()))
        known = use if now - asked_at < USE_IS_ASKED_EVERY else None
        return RegionSweep(name, self._chosen, self._each, known, now, self._on_defect)

    def _advance(self, session: Session, budget: CallBudget, deadline: Deadline) -> str:
        """Why the run ends before the sweep does; '' where it does not."""
        for sweep in self._under_way:
            if not sweep.done and not budget.left:
                return 'this run has no call to AWS left (max_api_calls)'  # not even a client is made for nothing
            try:
                sweep.advance(session, deadline)
            except INTERRUPTIONS as e:
                return str(e)
            self._remember_use(sweep)
        return ''

    def _remember_use(self, sweep: RegionSweep) -> None:
        asked_at = self._use.get(sweep.name, (0.0, ()))[0]
        if sweep.use is not None and self._began_at - asked_at >= USE_IS_ASKED_EVERY:
            self._use[sweep.name] = (self._began_at, sweep.use)
