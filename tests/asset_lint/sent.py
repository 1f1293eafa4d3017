"""Every gauge that the check sends, from a host and from an account, as emit/ makes them."""

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import Gauge, RunStats, gauges
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import Count, Lag
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Passed, Scope, Status, Verdict
from tests.account.balancers import classic, later, load_balancers
from tests.account.builders import account_facts, fleet, region
from tests.account.lag_builders import metric_lag
from tests.builders import answered, facts, imds

VERDICTS: tuple[Verdict, ...] = (Passed('fine'), Failed('bad', Status.WARNING), Failed('bad', Status.CRITICAL))
IMDSV1_ON = imds(tokenless=answered())
COUNTS = tuple(
    Count(tokens, hops, endpoint, 1)
    for tokens, hops, endpoint in (('optional', 1, 'enabled'), ('required', 2, 'disabled'), ('odd', 99, 'odd'))
)


def sent(observed: Facts, scope: Scope) -> list[Gauge]:
    """Where every diagnosis of the scope passes, and where every one fails, with either severity."""
    diagnoses = [diagnosis for diagnosis in DIAGNOSES if diagnosis.scope is scope]
    found = ([Finding(diagnosis, verdict) for diagnosis in diagnoses] for verdict in VERDICTS)
    return [gauge for findings in found for gauge in gauges(observed, findings, RunStats(0.25))]


HOST = [*sent(facts(), Scope.HOST), *sent(facts(imds=IMDSV1_ON), Scope.HOST)]
BALANCERS = load_balancers(classic(), later())
ACCOUNT = sent(
    account_facts(fleet=fleet(region(counts=COUNTS)), load_balancers=BALANCERS, lag=Lag((metric_lag(),), ())),
    Scope.ACCOUNT,
)
