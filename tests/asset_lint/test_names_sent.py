"""The names that queries may use are those that are sent."""

from collections import defaultdict

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, Gauge, Run, gauges, tags_of
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import Count, Lag
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Passed, Scope, Status, Verdict
from tests.account.balancers import classic, later, load_balancers
from tests.account.builders import account_facts, fleet, region
from tests.account.lag_builders import metric_lag
from tests.builders import answered, facts, imds
from tools.asset_lint.names import (
    METRICS_OF_ACCOUNTS,
    METRICS_OF_BOTH,
    OF_EVERY_ACCOUNT,
    OF_EVERY_HOST,
    PREFIX,
    TAGS_OF_METRIC,
    VALUES,
    metrics,
    service_checks,
    tags_of_service_check,
)

IMDSV1_ON = imds(tokenless=answered())
COUNTS = tuple(
    Count(tokens, hops, endpoint, 1)
    for tokens, hops, endpoint in (('optional', 1, 'enabled'), ('required', 2, 'disabled'), ('odd', 99, 'odd'))
)


def findings(verdict: Verdict, scope: Scope) -> tuple[Finding, ...]:
    """Of every diagnosis of the scope."""
    return tuple(Finding(diagnosis, verdict) for diagnosis in DIAGNOSES if diagnosis.scope is scope)


def sent(observed: Facts, scope: Scope) -> list[Gauge]:
    """Where every diagnosis passes, and where every one fails, with either severity."""
    verdicts: tuple[Verdict, ...] = (Passed('fine'), Failed('bad', Status.WARNING), Failed('bad', Status.CRITICAL))
    return [gauge for verdict in verdicts for gauge in gauges(observed, findings(verdict, scope), Run(0.25))]


HOST = [*sent(facts(), Scope.HOST), *sent(facts(imds=IMDSV1_ON), Scope.HOST)]
BALANCERS = load_balancers(classic(), later())
ACCOUNT = sent(
    account_facts(fleet=fleet(region(counts=COUNTS)), load_balancers=BALANCERS, lag=Lag((metric_lag(),), ())),
    Scope.ACCOUNT,
)


def sent_tags() -> dict[str, set[str]]:
    """By metric, the values of each tag: `{'imds.latency': {'request:token', ...}}`."""
    tags: dict[str, set[str]] = defaultdict(set)
    for gauge in (*HOST, *ACCOUNT):
        tags[gauge.name].update(gauge.tags)
    return {name: values for name, values in tags.items() if values}


def test_every_metric_is_sent_and_described() -> None:
    assert {PREFIX + gauge.name for gauge in (*HOST, *ACCOUNT)} == metrics()


def test_the_tags_of_each_metric_are_those_that_it_is_sent_with() -> None:
    keys = {name: frozenset(tag.partition(':')[0] for tag in tags) for name, tags in sent_tags().items()}
    assert keys == TAGS_OF_METRIC


def test_the_values_of_a_tag_are_those_that_are_sent() -> None:
    values: dict[str, set[str]] = defaultdict(set)
    for tags in sent_tags().values():
        for key, _, value in (tag.partition(':') for tag in tags):
            values[key].add(value)
    assert {key: frozenset(found) for key, found in values.items() if key in VALUES} == VALUES


def test_metrics_belong_to_hosts_or_to_accounts_as_they_are_sent() -> None:
    of_hosts, of_accounts = (frozenset(gauge.name for gauge in sample) for sample in (HOST, ACCOUNT))
    assert (of_accounts - of_hosts, of_accounts & of_hosts) == (METRICS_OF_ACCOUNTS, METRICS_OF_BOTH)


def test_every_sample_has_the_tags_that_are_counted_on() -> None:
    of_a_host = {tag.partition(':')[0] for tag in tags_of(facts(), (), tuple(IDENTITY_TAGS))}
    of_an_account = {tag.partition(':')[0] for tag in tags_of(account_facts(), (), ())}
    assert of_a_host <= OF_EVERY_HOST
    assert of_an_account == OF_EVERY_ACCOUNT


def test_service_checks_are_grouped_by_tags_that_their_samples_have() -> None:
    for check, groups in service_checks().items():
        assert set(groups) <= tags_of_service_check(check)
