"""Each monitor fires on the fault that it is for, and on no other: three hosts, or one account, get it and keep it."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import (
    ContainerKind,
    Facts,
    HostnameProvider,
    NotSent,
    Platform,
    Unobserved,
)
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
from tests.asset_lint.test_monitors import NAMES
from tests.builders import INSTANCE_ID, NOW, OTHER_INSTANCE_ID, agent, answered, container, facts, host, imds, path
from tests.diagnoses.hostname.situations import AGENTS, FIRMWARE, PLACES
from tests.diagnoses.imds.conversations import disabled, token_lost, v1_works

from .evaluation import Reading
from .replay import READINGS, WORST, final_states, monitor, replay
from .series import Span, sent_by

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
        {'imdsv1_answers': 'alert', 'name_lost_when_imdsv2_enforced': 'alert'},
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
        {'cannot_tell': 'alert', 'hop_limit_too_low': 'alert', 'imdsv1_answers': 'alert'},
    ),
    'a token takes 400 ms': (
        facts(imds=imds(token=answered(token_granted=True, first_byte_seconds=0.4))),
        {'imdsv2_unusable': 'warning', 'token_latency': 'alert'},
    ),
    'a token takes 200 ms': (
        facts(imds=imds(token=answered(token_granted=True, first_byte_seconds=0.2))),
        {'token_latency': 'warning'},
    ),
    'the name of another instance': (
        facts(agent=agent(hostname=OTHER_INSTANCE_ID, provider='configuration')),
        {'hostname_not_instance_id': 'alert'},
    ),
    'nothing could be told': (
        facts(imds=CANNOT_TELL, path=CANNOT_TELL, agent=CANNOT_TELL),
        {'cannot_tell': 'alert'},
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


def said(seen: Facts, reading: Reading) -> dict[str, str]:
    """By every monitor: the worst that it says in the end, where that is not OK."""
    end, hosts, before = (240, 3, HEALTHY) if seen.account is None else (900, 1, account_facts())
    sent = sent_by([(f'host-{n}', [Span(0, 60, before), Span(60, end, seen)]) for n in range(hosts)])
    found = {name: {*final_states(replay(monitor(name), sent, end, reading)).values()} for name in NAMES}
    return {name: max(states, key=WORST.index) for name, states in found.items() if states}


@pytest.mark.parametrize('reading', READINGS.values(), ids=READINGS)
@pytest.mark.parametrize(('seen', 'expected'), HOSTS.values(), ids=HOSTS)
def test_monitors_say_what_is_wrong_with_a_host(seen: Facts, expected: dict[str, str], reading: Reading) -> None:
    assert said(seen, reading) == expected


@pytest.mark.parametrize(('seen', 'expected'), ACCOUNTS.values(), ids=ACCOUNTS)
def test_monitors_say_what_is_wrong_with_an_account(seen: Facts, expected: dict[str, str]) -> None:
    assert said(seen, Reading()) == expected


def test_every_monitor_fires_on_something() -> None:
    """The two others compare with the day before: `test_situations.py` has them."""
    expectations = [expected for _, expected in (*HOSTS.values(), *ACCOUNTS.values())]
    fired = {name for expected in expectations for name, word in expected.items() if word == 'alert'}
    assert set(NAMES) - fired == {'check_silent', 'imdsv1_back_on'}
