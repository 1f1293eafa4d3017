"""What an account instance looks at only where the operator names it: watched metrics, load balancers, tags.

None of it is asked by default: it costs calls, and asking for a metric changes how Datadog polls it.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ..facts import Feature, Unobserved, observed
from ..facts.account import Caller, Integration, LoadBalancers, ResourceTags, WatchedMetric
from ..facts.account.lag import Lag
from ..rules.load_balancing import host_counts
from .account_options import AccountOptions, Chosen
from .account_run import AccountRun
from .aws.caller import regions_of
from .aws.resource_tags import tags_in_aws
from .aws.session import Session
from .aws_monitors import with_counting_queries
from .lag import lag_of_run
from .lag_samples import LagSamples
from .memory import Memory, NoMemory
from .propagation import Propagation
from .run import Deadline
from .watched_metrics import look_for

if TYPE_CHECKING:
    from .aws.load_balancers import LoadBalancerReader

SHARE = 1 / 4
"""Of the time that is left, for load balancers and for tags."""


class OptedIn:
    """Keeps, from run to run, samples of watched metrics, the zones of instances, and which tags were missing.

    One for each account instance. No method raises. `memory` outlives the process; without one, samples are kept
    within it.
    """

    def __init__(self, options: AccountOptions, memory: Memory | None = None) -> None:
        self._options = options
        self._lag_samples = LagSamples(memory or NoMemory())
        self._load_balancers: LoadBalancerReader | None = None
        self._propagation = Propagation()

    def lag(self, run: AccountRun, session: Session | Unobserved, caller: Caller | Unobserved) -> Lag | Unobserved:
        """To be asked before `watched`: it notes whether anybody has queried a metric, and every query counts."""
        return lag_of_run(run, self._options, session, caller, self._lag_samples)

    def watched(
        self,
        run: AccountRun,
        session: Session | Unobserved,
        caller: Caller | Unobserved,
        integration: Integration | Unobserved,
    ) -> tuple[WatchedMetric, ...] | Unobserved:
        return look_for(self._options, run, session, caller, integration)

    def load_balancers(
        self, run: AccountRun, session: Session | Unobserved, integration: Integration | Unobserved
    ) -> LoadBalancers | Unobserved | None:
        """None where the operator chose none."""
        if self._options.load_balancers is None:
            return None
        reader = self._load_balancer_reader(self._options.load_balancers)

        def read() -> LoadBalancers:
            share = Deadline(run.deadline.remaining() * SHARE)
            regions = regions_of(self._options, integration, observed(session))
            found = observed(reader.read(observed(session), regions, run.budget, share))
            return _with_monitors(run, found, share)

        return run.if_on((Feature.LOAD_BALANCERS,), 'the load balancers', read)

    def _load_balancer_reader(self, chosen: Chosen) -> 'LoadBalancerReader':
        if self._load_balancers is None:
            from .aws.load_balancers import LoadBalancerReader

            self._load_balancers = LoadBalancerReader(chosen)
        return self._load_balancers

    def tags(
        self, run: AccountRun, session: Session | Unobserved, caller: Caller | Unobserved
    ) -> tuple[ResourceTags, ...] | Unobserved:
        """() where the operator names no resource."""
        named = self._options.tagged_resources
        if not named:
            return ()

        def read() -> tuple[ResourceTags, ...]:
            share = Deadline(run.deadline.remaining() * SHARE)
            api = run.datadog(share, with_keys=True)
            in_aws = tags_in_aws(observed(session), named, observed(caller).account_id)
            return self._propagation.read(in_aws, api, share, time.time())

        return run.if_on((Feature.INVENTORY,), 'the tags', read)


def _with_monitors(run: AccountRun, found: LoadBalancers, deadline: Deadline) -> LoadBalancers:
    """Asked for only where a sum over zones would be too large."""
    if all((count.inflation or 1.0) <= 1.0 for count in host_counts(found.balancers)):
        return found
    listed = run.monitors(deadline)
    if isinstance(listed, Unobserved):
        return replace(found, queries=listed)
    return with_counting_queries(found, listed)
