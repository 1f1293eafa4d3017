"""What an account run sends: about the account, never about the host, and never a series for a single instance."""

import json
from dataclasses import replace
from typing import Any

import pytest
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics.emit import Emitter, Gauge, RunStats, ServiceCheck, gauges, service_checks
from datadog_checks.aws_diagnostics.emit.account import account_gauges
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import BalancerKind, Count, DuplicatedHost, TaggedHosts
from datadog_checks.aws_diagnostics.facts.account.load_balancers import EVERY_ZONE
from datadog_checks.aws_diagnostics.facts.values import AccountId, HostName, InstanceId
from datadog_checks.aws_diagnostics.findings import Scope, Status

from ..account.balancers import UNHEALTHY, ZONE_A, classic, count, group, later, load_balancers
from ..account.builders import ACCOUNT_ID, REGION, account, account_facts, fleet, inventory, region
from ..account.lag_builders import BYTES, REQUESTS, lag_facts, metric_lag, sample, watched
from .findings import failed, not_applicable, passed, unknown

RUN = RunStats(0.25)
OF_THE_ACCOUNT: dict[str, Any] = {'scope': Scope.ACCOUNT, 'service_check': 'integration_role'}
UNKNOWN_ACCOUNT = account_facts(caller=Unobserved('no credentials'))


def emit(check, observed, *findings, has_issues=False):
    Emitter(('team:a',), ('region',), has_issues).emit(check, observed, findings, RUN)


@pytest.mark.parametrize(
    ('findings', 'sent'),
    [
        pytest.param([passed(**OF_THE_ACCOUNT)], [ServiceCheck('integration_role', Status.OK, '')], id='all is well'),
        pytest.param(
            [failed(**OF_THE_ACCOUNT), passed(service_check='permissions', scope=Scope.ACCOUNT)],
            [
                ServiceCheck(
                    'integration_role', Status.CRITICAL, 'a-fault: seen a fault. Raise the hop limit. first step'
                ),
                ServiceCheck('permissions', Status.OK, ''),
            ],
            id='a fault of one of two',
        ),
        pytest.param(
            [unknown(**OF_THE_ACCOUNT)],
            [ServiceCheck('integration_role', Status.UNKNOWN, 'a-fault: could not look.')],
            id='a missing permission of our own',
        ),
        pytest.param([not_applicable(**OF_THE_ACCOUNT)], [], id='what was not asked for is not OK either'),
    ],
)
def test_a_service_check_is_sent_for_what_was_looked_at(findings, sent):
    assert list(service_checks(account_facts(), findings)) == sent


def test_a_finding_says_that_it_is_about_an_account():
    points = [g for g in gauges(account_facts(), [failed(**OF_THE_ACCOUNT)], RUN) if g.name == 'finding']
    assert points == [Gauge('finding', 1.0, ('diagnosis:a-fault', 'severity:critical', 'scope:account'))]


def instances(number: int, tokens: str, hop_limit: str, endpoint: str = 'enabled') -> Gauge:
    tags = (f'region:{REGION}', f'http_tokens:{tokens}', f'hop_limit:{hop_limit}', f'endpoint:{endpoint}')
    return Gauge('imds_fleet.instances', float(number), tags)


def misnamed(number: int) -> Gauge:
    return Gauge('imds_fleet.misnamed', float(number), (f'region:{REGION}',))


COST = Gauge('run.api_calls', 25.0)


@pytest.mark.parametrize(
    ('observed', 'sent'),
    [
        pytest.param(fleet(), [COST, instances(200, 'required', '2'), misnamed(0)], id='a healthy fleet'),
        pytest.param(
            fleet(region(counts=(Count('required', 1, 'enabled', 3), Count('optional', 1, 'disabled', 4)))),
            [COST, instances(3, 'required', '1'), instances(4, 'optional', '1', 'disabled'), misnamed(3)],
            id='hosts that will be misnamed',
        ),
        pytest.param(
            fleet(region(counts=(Count('often', 0, 'ajar', 1), Count('required', 65, 'enabled', 1)))),
            [COST, instances(1, 'other', 'other', 'other'), instances(1, 'required', 'other'), misnamed(0)],
            id='what EC2 has not is one series of its own',
        ),
        pytest.param(fleet(region(complete=False)), [COST], id='a sweep under way is not a count yet'),
        pytest.param(fleet(region(counts=Unobserved('missing permission'))), [COST], id='a region that refuses'),
        pytest.param(Unobserved('missing permission'), [COST], id='no fleet at all'),
    ],
)
def test_the_fleet_is_counted_by_a_bounded_number_of_kinds(observed, sent):
    assert list(account_gauges(account(fleet=observed, inventory=Unobserved('no key')))) == sent


HOST = TaggedHosts(AccountId(ACCOUNT_ID), REGION, 12, (HostName('web-1'),), since=0.0)
GONE = TaggedHosts(AccountId('210987654321'), REGION, 1, (HostName('web-2'),), since=0.0)
PAIR = DuplicatedHost(InstanceId('i-0123456789abcdef0'), 'web-1', since=0.0)


def listed(duplicated: int, *lingering: int) -> list[Gauge]:
    return [
        COST,
        Gauge('inventory.hosts_duplicated', float(duplicated)),
        *(Gauge('inventory.hosts_with_lingering_tags', float(hosts)) for hosts in lingering),
    ]


@pytest.mark.parametrize(
    ('differences', 'sent'),
    [
        pytest.param({}, listed(0, 0), id='a healthy list'),
        pytest.param({'duplicated': (PAIR,)}, listed(1, 0), id='an instance appears twice'),
        pytest.param({'tagged': (HOST, GONE)}, listed(0, 13), id='nothing collects hosts any more'),
        pytest.param({'tagged': (HOST,), 'recorded': Unobserved('no key')}, listed(0), id='nobody knows what collects'),
        pytest.param({'duplicated': (PAIR,), 'note': 'too late'}, [COST], id='a part of the list is not a count'),
    ],
)
def test_the_host_list_is_two_counts(differences, sent):
    unobserved = Unobserved('missing permission')
    assert list(account_gauges(account(fleet=unobserved, inventory=inventory(**differences)))) == sent


def lag(stage: str, metric: str, age: float) -> Gauge:
    return Gauge('cloudwatch.lag', age, (f'stage:{stage}', f'metric:{metric}'))


@pytest.mark.parametrize(
    ('lags', 'sent'),
    [
        pytest.param(
            [metric_lag(1, 2, 6)],
            [lag('cloudwatch', REQUESTS, 60.0), lag('datadog', REQUESTS, 360.0)],
            id='of this run only',
        ),
        pytest.param(
            [metric_lag(6), metric_lag(9), metric_lag(7), metric_lag(8, watched=watched(BYTES))],
            [
                *(lag('cloudwatch', REQUESTS, 60.0), lag('datadog', REQUESTS, 540.0)),
                *(lag('cloudwatch', BYTES, 60.0), lag('datadog', BYTES, 480.0)),
            ],
            id='one series for each metric, whatever its dimensions: the oldest',
        ),
        pytest.param([metric_lag(now=None)], [], id='no recent data'),
        pytest.param(
            [metric_lag(now=sample(0, settled=False))],
            [lag('cloudwatch', REQUESTS, 60.0), lag('datadog', REQUESTS, 420.0)],
            id='a metric that nobody queried is as old as it is',
        ),
    ],
)
def test_the_ages_of_watched_metrics_are_sent_by_side(lags, sent):
    found = account_gauges(lag_facts(*lags).of_account)
    assert [gauge for gauge in found if gauge.name == 'cloudwatch.lag'] == sent


def test_without_knowing_the_account_no_tag_lingers():
    nobody = account(fleet=Unobserved('x'), caller=Unobserved('x'), inventory=inventory(tagged=(HOST,)))
    assert list(account_gauges(nobody)) == listed(0)


OF_CLASSIC = (f'region:{REGION}', 'name:web', 'loadbalancername:web', 'method:describe_instance_health')
OF_GROUP = (
    f'region:{REGION}',
    'name:web',
    'loadbalancer:net/web/50dc6c495c0c9188',
    'targetgroup:targetgroup/web/73e2d6bc24d8a067',
    'method:describe_target_health',
)


def hosts(kind: str, tags: tuple[str, ...], *by_zone: tuple[int, str]) -> list[Gauge]:
    return [Gauge(f'elb.{kind}_hosts', float(number), (*tags, f'availability-zone:{zone}')) for number, zone in by_zone]


A, B = f'{REGION}a', f'{REGION}b'
OUTSIDE = later(group(count(ZONE_A, 1, UNHEALTHY), count(EVERY_ZONE, 2), cross_zone=False), kind=BalancerKind.NETWORK)
NOBODY_KNOWS = classic(groups=(group(name='x', counts=Unobserved('denied')),))
BALANCERS = [
    pytest.param(
        load_balancers(classic()),
        [
            *hosts('healthy', OF_CLASSIC, (2, A), (3, B)),
            Gauge('elb.healthy_hosts_summed', 10.0, OF_CLASSIC),
            *hosts('unhealthy', OF_CLASSIC, (0, A), (0, B)),
            Gauge('elb.unhealthy_hosts_summed', 0.0, OF_CLASSIC),
            Gauge('elb.inflation', 2.0, OF_CLASSIC),
        ],
        id="the guide's example: five and five in CloudWatch, here two and three",
    ),
    pytest.param(
        load_balancers(OUTSIDE),
        [
            *hosts('healthy', OF_GROUP, (0, A), (0, B), (2, 'all')),
            Gauge('elb.healthy_hosts_summed', 4.0, OF_GROUP),
            *hosts('unhealthy', OF_GROUP, (1, A), (0, B), (0, 'all')),
            Gauge('elb.unhealthy_hosts_summed', 1.0, OF_GROUP),
            Gauge('elb.inflation', 2.0, OF_GROUP),
        ],
        id='addresses outside of all zones',
    ),
    pytest.param(
        load_balancers(classic(groups=(replace(group(), name=None, counts=(), cross_zone=Unobserved('x')),))),
        [*hosts('healthy', OF_CLASSIC, (0, A), (0, B)), *hosts('unhealthy', OF_CLASSIC, (0, A), (0, B))],
        id='an enabled zone without targets is zero, and nothing is said of a sum that is not known',
    ),
    pytest.param(load_balancers(NOBODY_KNOWS, later(groups=Unobserved('denied'))), [], id='what could not be read'),
    pytest.param(Unobserved('no credentials'), [], id='nothing could be read'),
    pytest.param(None, [], id='none is chosen'),
]


@pytest.mark.parametrize(('observed', 'sent'), BALANCERS)
def test_the_targets_of_chosen_load_balancers_are_counted_by_zone(observed, sent):
    nothing = Unobserved('not asked')
    assert list(account_gauges(account(fleet=nothing, inventory=nothing, load_balancers=observed))) == [COST, *sent]


def test_an_account_sends_at_most_five_hundred_series_of_load_balancers():
    many = load_balancers(*(later(name=f'web-{number}') for number in range(300)))
    series = [(g.name, g.tags) for g in account_gauges(account(load_balancers=many)) if g.name.startswith('elb.')]
    assert (len(series), len(set(series))) == (497, 497)


def test_every_sample_carries_the_account_and_no_instance_id(check, aggregator):
    emit(check, account_facts(), failed(**OF_THE_ACCOUNT), passed(id='b', **OF_THE_ACCOUNT))
    samples = [sample for name in aggregator.metric_names for sample in aggregator.metrics(name)]
    assert len(samples) > 5
    assert {'team:a', f'aws_account:{ACCOUNT_ID}'} <= set.intersection(*(set(sample.tags) for sample in samples))
    assert [tag for sample in samples for tag in sample.tags if tag.startswith('instance_id:')] == []


def test_an_account_that_is_not_known_is_no_tag(check, aggregator):
    emit(check, UNKNOWN_ACCOUNT, unknown(**OF_THE_ACCOUNT))
    [sent] = aggregator.service_checks('aws_diagnostics.integration_role')
    assert (sent.status, sent.tags) == (AgentCheck.UNKNOWN, ['team:a'])


def test_an_account_run_says_nothing_about_the_host_that_it_runs_on(check, aggregator, datadog_agent):
    emit(check, account_facts(), passed(**OF_THE_ACCOUNT))
    datadog_agent.assert_metadata_count(0)
    assert (aggregator.events, check.read_persistent_cache('naming')) == ([], '')


def test_agent_diagnose_gets_the_findings_of_the_account(check):
    Emitter((), (), False).send_diagnoses(check, (failed(**OF_THE_ACCOUNT),))
    [row] = json.loads(check.get_diagnoses())
    assert (row['category'], row['name'], row['diagnosis']) == (
        'aws_diagnostics.integration_role',
        'a-fault',
        'seen a fault',
    )


@pytest.mark.needs_base(37, 41)
def test_the_same_fault_of_two_accounts_is_two_issues(check, datadog_agent):
    emit(check, account_facts(), failed(**OF_THE_ACCOUNT), has_issues=True)
    emit(check, UNKNOWN_ACCOUNT, failed(**OF_THE_ACCOUNT), has_issues=True)
    reported = [issue['id'] for issue in datadog_agent._sent_reported_issues['aws_diagnostics']]
    assert reported == [f'aws_diagnostics:a-fault:{ACCOUNT_ID}', 'aws_diagnostics:a-fault']
