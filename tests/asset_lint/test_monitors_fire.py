"""Each monitor fires on the fault that it is for: facts are judged and emitted as in a run, and queries evaluated."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, HostnameProvider, NotSent, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Count, DuplicatedHost, LastUsed
from datadog_checks.aws_diagnostics.facts.values import InstanceId
from tests.account.builders import (
    DAY,
    account_facts,
    fleet,
    integration,
    inventory,
    policy,
    region,
    role,
    statement,
)
from tests.account.lag_builders import lag_facts, metric_lag
from tests.builders import INSTANCE_ID, NOW, OTHER_INSTANCE_ID, agent, answered, container, facts, host, imds, path
from tests.diagnoses.hostname.situations import AGENTS, FIRMWARE, PLACES
from tests.diagnoses.imds.conversations import disabled, token_lost, v1_works
from tools.asset_lint.monitor import Monitor, read_monitor

from .evaluation import states
from .mutations import shipped
from .test_monitors import NAMES

REMEMBERED: dict[str, Any] = {'instance_id': INSTANCE_ID, 'identity': imds().identity}
"""By a check that saw IMDS before it failed: it keeps the two together, and uses neither without the other."""
V1 = imds(**v1_works())
FAR = path(
    gateways=1,
    gateway_addresses=('172.17.0.1',),
    reply_lost=True,
    remaining_ttl=None,
    hop_limit=None,
    hop_limit_at_most=1,
)
POD = host(container=container(ContainerKind.POD))
LOST = agent(hostname='ip-10-0-0-12', provider='os')
OLD = replace(AGENTS['7.63.3 -'], hostname=agent().hostname, provider=HostnameProvider.AWS)
XEN = replace(PLACES['host'], dmi=FIRMWARE['xen'])
CANNOT_TELL = Unobserved('the deadline ended')

HEALTHY = facts()
HOSTS: dict[str, tuple[Facts, dict[str, str]]] = {
    'a healthy host': (HEALTHY, {}),
    'a healthy host where IMDSv1 answers too': (facts(imds=V1), {'imdsv1_answers': 'alert'}),
    'an old Agent that IMDSv1 gives its name': (
        facts(imds=V1, agent=OLD, host=XEN),
        {'hostname_provider': 'warning', 'imdsv1_answers': 'alert', 'name_lost_when_imdsv2_enforced': 'alert'},
    ),
    'the endpoint was disabled while the Agent ran': (
        facts(imds=disabled(**REMEMBERED)),
        {'group_failing': 'alert', 'imdsv2_unusable': 'alert'},
    ),
    'the Agent started with the endpoint disabled, so without account and region': (
        facts(imds=disabled(), agent=LOST),
        {
            'hostname_not_instance_id': 'alert',
            'hostname_provider': 'alert',
            'imdsv2_unusable': 'alert',
            'many_names_lost': 'alert',
        },
    ),
    'a pod one hop too far': (
        facts(imds=token_lost(), path=FAR, host=POD, agent=LOST),
        {
            'hop_limit_too_low': 'alert',
            'hostname_not_instance_id': 'alert',
            'hostname_provider': 'alert',
            'many_names_lost': 'alert',
        },
    ),
    'a pod one hop too far, that IMDSv1 gives its name': (
        facts(imds=token_lost(**REMEMBERED, **v1_works()), path=FAR, host=POD),
        {'hop_limit_too_low': 'alert', 'hostname_provider': 'unknown', 'imdsv1_answers': 'alert'},
    ),
    'a token takes 400 ms': (
        facts(imds=imds(token=answered(token_granted=True, first_byte_seconds=0.4))),
        {'group_failing': 'alert', 'imdsv2_unusable': 'warning', 'token_latency': 'alert'},
    ),
    'a token takes 200 ms': (
        facts(imds=imds(token=answered(token_granted=True, first_byte_seconds=0.2))),
        {'token_latency': 'warning'},
    ),
    'the name of another instance': (
        facts(agent=agent(hostname=OTHER_INSTANCE_ID, provider='configuration')),
        {'hostname_not_instance_id': 'alert', 'hostname_provider': 'warning'},
    ),
    'nothing could be told': (
        facts(imds=CANNOT_TELL, path=CANNOT_TELL, agent=CANNOT_TELL),
        {'hostname_provider': 'unknown', 'imdsv2_unusable': 'unknown'},
    ),
    'a host that is not EC2': (
        facts(platform=Platform(False, 'another vendor'), imds=NotSent('not EC2'), path=NotSent('not EC2')),
        {},
    ),
}
"""What is seen, and what each monitor says that is neither OK nor silent."""

ACCOUNTS: dict[str, tuple[Facts, dict[str, str]]] = {
    'a healthy account': (account_facts(), {}),
    'a role that nobody used for a month': (
        account_facts(role=role(last_used=LastUsed(NOW - 30 * DAY, 'eu-west-1'))),
        {'integration_role': 'alert'},
    ),
    'a role that may read EC2 alone': (
        account_facts(policies=(policy(statement('ec2:Describe*')),)),
        {'permissions': 'alert'},
    ),
    'an instance that is twice in the host list for hours': (
        account_facts(inventory=inventory(duplicated=(DuplicatedHost(InstanceId(INSTANCE_ID), 'web-1', NOW - DAY),))),
        {'host_list_wrong': 'alert'},
    ),
    'an integration that collects no metrics': (
        account_facts(integration=integration(metrics_enabled=False)),
        {'metrics_not_collected': 'alert'},
    ),
    'a watched metric that the crawler is late with': (
        lag_facts(metric_lag(31, 72, 45)),
        {'cloudwatch_metrics_delayed': 'alert'},
    ),
    'instances for containers with a hop limit of 1': (
        account_facts(fleet=fleet(region(counts=(Count('required', 1, 'enabled', 3),)))),
        {'instances_misnamed': 'alert'},
    ),
}


def monitor(name: str) -> Monitor:
    return read_monitor(shipped(name)['definition'])


def said(*seen: Facts) -> dict[str, str]:
    """By every monitor: the worst of its groups, where that is not OK."""
    found = {name: sorted({*states(monitor(name), seen).values()} - {'ok'}) for name in NAMES}
    return {name: words[0] for name, words in found.items() if words}


@pytest.mark.parametrize(('seen', 'expected'), HOSTS.values(), ids=HOSTS)
def test_monitors_say_what_is_wrong_with_a_host(seen: Facts, expected: dict[str, str]) -> None:
    assert said(seen) == expected


@pytest.mark.parametrize(('seen', 'expected'), ACCOUNTS.values(), ids=ACCOUNTS)
def test_monitors_say_what_is_wrong_with_an_account(seen: Facts, expected: dict[str, str]) -> None:
    assert said(seen) == expected


def test_every_monitor_fires_on_something() -> None:
    """The two others need time: see below for the change; silence is what no sample shows."""
    expectations = [expected for _, expected in (*HOSTS.values(), *ACCOUNTS.values())]
    fired = {name for expected in expectations for name, word in expected.items() if word == 'alert'}
    assert set(NAMES) - fired == {'check_silent', 'imdsv1_back_on'}


@pytest.mark.parametrize(
    ('before', 'now', 'expected'),
    [
        pytest.param(HEALTHY, facts(imds=V1), ['alert'], id='it was off'),
        pytest.param(facts(imds=V1), facts(imds=V1), ['ok'], id='it was on'),
        pytest.param(facts(imds=V1), HEALTHY, ['ok'], id='it was switched off'),
        pytest.param(None, facts(imds=V1), [], id='the instance is new'),
    ],
)
def test_imdsv1_that_comes_back_is_told_from_imdsv1_that_was_there(
    before: Facts | None, now: Facts, expected: list[str]
) -> None:
    known = [] if before is None else [before]
    assert [*states(monitor('imdsv1_back_on'), [now], known).values()] == expected


BROKEN = HOSTS['the endpoint was disabled while the Agent ran'][0]


@pytest.mark.parametrize(
    ('healthy', 'broken', 'expected'),
    [(24, 1, 'ok'), (14, 1, 'warning'), (8, 1, 'alert'), (0, 1, 'alert')],
)
def test_a_group_fails_by_the_share_of_its_hosts(healthy: int, broken: int, expected: str) -> None:
    seen = [HEALTHY] * healthy + [BROKEN] * broken
    assert states(monitor('group_failing'), seen) == {('123456789012', 'eu-west-1'): expected}


def test_a_host_that_was_renamed_stays_in_its_group() -> None:
    """By host it would be lost; by instance id it is not."""
    renamed = HOSTS['a pod one hop too far'][0]
    groups = [set(states(monitor('hostname_not_instance_id'), [seen])) for seen in (HEALTHY, renamed)]
    assert groups[0] == groups[1]
    by_host = [set(states(monitor('hostname_provider'), [seen])) for seen in (HEALTHY, renamed)]
    assert by_host[0] != by_host[1]
