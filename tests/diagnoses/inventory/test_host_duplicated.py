"""One EC2 instance stands twice in Datadog's host list."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.inventory import HOST_DUPLICATED
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import DuplicatedHost, Feature
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import HOUR, MINUTE, account_expectations, account_facts, inventory
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ID, OTHER_ID = 'i-0123456789abcdef0', 'i-0fedcba9876543210'


def pair(age: float, instance_id: str = ID, name: str = 'web-1') -> DuplicatedHost:
    return DuplicatedHost(instance_id, name, NOW - age)


def listed(*duplicated: DuplicatedHost, **differences: Any) -> Facts:
    return account_facts(inventory=inventory(duplicated=duplicated, **differences))


CUT = {'looked_at': 2000, 'total': 9000, 'note': 'Datadog throttles its API (429)'}
MANY = [pair(7 * HOUR, f'i-{n:017x}', f'web-{n}') for n in range(5)]

FAILS = {
    'for as long as Datadog may need': Row(
        listed(pair(6 * HOUR)),
        f'1 EC2 instance stands twice in the host list, for 6 hours or longer: {ID} and web-1',
        near_miss='a minute less',
    ),
    'five of them, and one that is young': Row(
        listed(*MANY, pair(HOUR)),
        '5 EC2 instances stand twice in the host list, for 6 hours or longer: '
        + ', '.join(f'i-{n:017x} and web-{n}' for n in range(3)),
        near_miss='each instance once',
    ),
    'in the part of the list that was looked at': Row(
        listed(pair(7 * HOUR), **CUT),
        f'at least 1 EC2 instance stands twice in the host list, for 6 hours or longer: {ID} and web-1',
        near_miss='each instance once',
    ),
    'for as long as the operator allows': Row(
        listed(pair(HOUR)),
        f'1 EC2 instance stands twice in the host list, for 1 hour or longer: {ID} and web-1',
        account_expectations(hosts_settle_after=HOUR),
        near_miss='a minute less',
    ),
    'at once, as the operator wants it, on the first look': Row(
        listed(pair(-1.0), watched_since=NOW + 1),
        f'1 EC2 instance stands twice in the host list, for 0 minutes or longer: {ID} and web-1',
        account_expectations(hosts_settle_after=0.0),
        near_miss='a minute less',
    ),
}
PASSES = {
    'each instance once': Row(listed(), 'no EC2 instance stands twice among 500 hosts'),
    'a minute less': Row(
        listed(pair(6 * HOUR - MINUTE)),
        'no EC2 instance stands twice among 500 hosts; 1 EC2 instance stands twice, not for 6 hours yet',
    ),
    'each instance once, on the first look': Row(
        listed(watched_since=NOW), 'no EC2 instance stands twice among 500 hosts'
    ),
}
UNKNOWN = {
    'on the first look': Row(
        listed(pair(0.0), watched_since=NOW),
        '1 EC2 instance stands twice; this is watched since just now, and Datadog may need 6 hours to settle it',
    ),
    'nothing in the part of the list that was looked at': Row(
        listed(**CUT),
        'only 2000 of 9000 hosts that Datadog lists could be looked at: Datadog throttles its API (429)',
    ),
    'the application key may not': Row(account_facts(inventory=Unobserved('hosts_read')), 'hosts_read'),
}
NOT_APPLICABLE = {
    'the feature is off': Row(
        listed(pair(7 * HOUR)),
        'inventory is not among the features of this instance',
        account_expectations(features=frozenset({Feature.ROLE})),
    )
}


def steps(alias: str) -> Remedy:
    return Remedy(
        'Let the Agents of these hosts report the instance id, as their name or as an alias',
        (
            'See what keeps the Agent from it, on each host: aws-diagnostics check (hostname-configured-by-hand, '
            'hostname-not-instance-id and imds-hop-limit-too-low tell the most frequent causes with their remedies)',
            'Where the name was set by hand: remove hostname from datadog.yaml, and DD_HOSTNAME from the environment',
            f'Or keep the name and add the instance id, in datadog.yaml of that host: host_aliases: [{alias}]',
            'Then restart the Agent, which looks for its name only when it starts: '
            'sudo systemctl restart datadog-agent',
            'Wait: the second row goes some hours later. By the guide of Datadog it does not affect the bill',
            'Where both rows stay although the Agent reports the instance id, ask the support of Datadog',
        ),
    )


REMEDIES = {
    'the first that lasts': (listed(pair(7 * HOUR, OTHER_ID), pair(HOUR)), steps(OTHER_ID)),
    'a file of facts with something else for an id': (listed(pair(7 * HOUR, '$(id)')), steps('INSTANCE_ID')),
}
test_verdict = verdict_test(HOST_DUPLICATED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(HOST_DUPLICATED, REMEDIES)
