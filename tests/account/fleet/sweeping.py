"""A sweep of the account that a local EC2 serves."""

from dataclasses import dataclass, replace

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.fleet import FleetSweep
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget, Deadline
from datadog_checks.aws_diagnostics.facts.account import Fleet, Region
from datadog_checks.aws_diagnostics.facts.values import RegionName

REGION = RegionName('us-east-1')
ENOUGH_CALLS = 500
ANYTHING = AccountOptions()
NO_CLOUDWATCH = 'missing permission cloudwatch:GetMetricData in us-east-1 (403)'


@dataclass(frozen=True)
class Ran:
    fleet: Fleet
    calls: int

    @property
    def only(self) -> Region:
        (region,) = self.fleet.regions
        return region

    @property
    def timeless(self) -> Fleet:
        return replace(self.fleet, swept_at=0.0)


def run(sweep: FleetSweep, *regions: str, max_calls: int = ENOUGH_CALLS, seconds: float = 60.0) -> Ran:
    """One run of the check: its own session, budget and deadline."""
    deadline = Deadline(seconds)
    budget = CallBudget(max_calls, deadline)
    with open_session(AccountOptions(), budget) as session:
        fleet = sweep.run(session, regions or (REGION,), budget, deadline)
    assert isinstance(fleet, Fleet), fleet
    return Ran(fleet, budget.made)


def run_once(*regions: str, options: AccountOptions = ANYTHING) -> Ran:
    return run(FleetSweep(options), *regions)
