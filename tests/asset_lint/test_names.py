"""The names that queries may use are those that are sent."""

from collections import defaultdict

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import Gauge, Run, gauges
from datadog_checks.aws_diagnostics.emit.tags import IDENTITY_TAGS, tags_of
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import Count
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Passed, Scope, Status, Verdict
from tests.account.builders import account_facts, fleet, region
from tests.builders import answered, facts, imds
from tools.asset_lint.names import (
    FOREIGN_METRICS,
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
    unknown_names,
    unknown_service_check,
)
from tools.asset_lint.queries import expression

KNOWN = len(metrics()) + len(FOREIGN_METRICS)
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
ACCOUNT = sent(account_facts(fleet=fleet(region(counts=COUNTS))), Scope.ACCOUNT)


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


@pytest.mark.parametrize(
    'query',
    [
        'avg:aws_diagnostics.imds.ok{*} by {host,instance_id,aws_account,availability-zone,team}',
        'avg:aws_diagnostics.imds.latency{request:token,$team} by {$group}',
        'sum:aws_diagnostics.finding{diagnosis:imds-*,severity:critical} by {diagnosis}',
        'sum:aws_diagnostics.imds_fleet.instances{http_tokens:optional} by {aws_account,region}',
        'sum:aws.ec2.metadata_no_token{*} by {host}',
    ],
)
def test_names_that_exist_are_let_pass(query: str) -> None:
    (selector,) = expression(query).selectors
    assert list(unknown_names(selector)) == []


@pytest.mark.parametrize(
    ('query', 'complaints'),
    [
        pytest.param(
            'avg:aws_diagnostics.imds.hop_limits{*}',
            [
                "unknown metric 'aws_diagnostics.imds.hop_limits', allowed: aws_diagnostics.imds.hop_limit, "
                'aws_diagnostics.imds.hop_limit_needed, aws_diagnostics.hop_limit.ok'
            ],
            id='a metric that is misspelt',
        ),
        pytest.param(
            'avg:system.load.1{*}',
            [f"unknown metric 'system.load.1', allowed: one of the {KNOWN} names of metadata.csv"],
            id='a metric of somebody else',
        ),
        pytest.param(
            'avg:aws_diagnostics.imds.ok{request:token} by {hosts}',
            [
                f'aws_diagnostics.imds.ok has no tag {tag!r}, allowed: autoscaling_group, availability-zone, '
                'aws_account, host, image, instance-type, instance_id, region, team'
                for tag in ('request', 'hosts')
            ],
            id='a tag of another metric, and one of none',
        ),
        pytest.param(
            'max:aws_diagnostics.imds_fleet.misnamed{*} by {host}',
            ["aws_diagnostics.imds_fleet.misnamed has no tag 'host', allowed: aws_account, region"],
            id='a host of a metric of accounts',
        ),
        pytest.param(
            'max:aws_diagnostics.imdsv2.transition{state:v2_required}',
            ["the tag 'state:v2_required' does not exist, allowed: optional, ready, required"],
            id='a value that is never sent',
        ),
        pytest.param(
            'max:aws_diagnostics.finding{diagnosis:imds-hop-limit-to-low}',
            [
                "the tag 'diagnosis:imds-hop-limit-to-low' does not exist, allowed: imds-hop-limit-too-low, "
                'imds-hop-limit-above-policy'
            ],
            id='a diagnosis that is misspelt',
        ),
        pytest.param(
            'max:aws_diagnostics.finding{diagnosis:ims-*}',
            [f"the tag 'diagnosis:ims-*' does not exist, allowed: one of the {len(DIAGNOSES)} names of diagnosis"],
            id='a wildcard that matches nothing',
        ),
    ],
)
def test_a_name_that_does_not_exist_is_refused(query: str, complaints: list[str]) -> None:
    (selector,) = expression(query).selectors
    assert list(unknown_names(selector)) == complaints


def test_a_service_check_that_does_not_exist_is_refused() -> None:
    assert list(unknown_service_check('aws_diagnostics.imds')) == []
    assert list(unknown_service_check('aws_diagnostics.imdsv2')) == [
        "unknown service check 'aws_diagnostics.imdsv2', allowed: aws_diagnostics.hop_limit, aws_diagnostics.hostname, "
        'aws_diagnostics.hostname_provider, aws_diagnostics.imds, aws_diagnostics.imds_fleet, aws_diagnostics.imdsv1, '
        'aws_diagnostics.integration_role, aws_diagnostics.permissions'
    ]
