"""An EC2 instance appears twice in Datadog's host list."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.inventory import HOST_DUPLICATED
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import DuplicatedHost, Feature, Unmatched
from datadog_checks.aws_diagnostics.facts.values import HostName, InstanceId
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from datadog_checks.aws_diagnostics.text import REPLACEMENT
from tests.account.builders import HOUR, MINUTE, account_expectations, account_facts, inventory
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ID, OTHER_ID = InstanceId('i-0123456789abcdef0'), InstanceId('i-0fedcba9876543210')


def pair(age: float, instance_id: InstanceId = ID, name: str = 'web-1') -> DuplicatedHost:
    return DuplicatedHost(instance_id, name, NOW - age)


def listed(*duplicated: DuplicatedHost, **differences: Any) -> Facts:
    return account_facts(inventory=inventory(duplicated=duplicated, **differences))


CUT = {'looked_at': 2000, 'total': 9000, 'note': 'Datadog throttles its API (429)'}
MANY = [pair(7 * HOUR, InstanceId(f'i-{n:017x}'), f'web-{n}') for n in range(5)]

FAILS = {
    'for as long as Datadog may need': Row(
        listed(pair(6 * HOUR)),
        f'1 EC2 instance appears twice in the host list, for 6 hours or longer: {ID} and web-1',
        near_miss='a minute less',
    ),
    'five of them, and one that is young': Row(
        listed(*MANY, pair(HOUR)),
        '5 EC2 instances appear twice in the host list, for 6 hours or longer: '
        + ', '.join(f'i-{n:017x} and web-{n}' for n in range(3)),
        near_miss='each instance once',
    ),
    'for certain, whatever else cannot be told': Row(
        listed(pair(7 * HOUR), unmatched=Unmatched(12, 30)),
        f'1 EC2 instance appears twice in the host list, for 6 hours or longer: {ID} and web-1',
        near_miss='each instance once',
    ),
    'in the part of the list that was looked at': Row(
        listed(pair(7 * HOUR), **CUT),
        f'at least 1 EC2 instance appears twice in the host list, for 6 hours or longer: {ID} and web-1',
        near_miss='each instance once',
    ),
    'under the names of two Agents': Row(
        listed(replace(pair(6 * HOUR), other='web-1-prod')),
        f'1 EC2 instance appears twice in the host list, for 6 hours or longer: {ID} as web-1 and web-1-prod',
        near_miss='under the names of two Agents, for a minute less',
    ),
    'for as long as the operator allows': Row(
        listed(pair(HOUR)),
        f'1 EC2 instance appears twice in the host list, for 1 hour or longer: {ID} and web-1',
        account_expectations(hosts_settle_after=HOUR),
        near_miss='a minute less',
    ),
    'at once, as the operator wants it, on the first look': Row(
        listed(pair(-1.0), watched_since=NOW + 1),
        f'1 EC2 instance appears twice in the host list, for 0 seconds or longer: {ID} and web-1',
        account_expectations(hosts_settle_after=0.0),
        near_miss='a minute less',
    ),
}
PASSES = {
    'each instance once': Row(listed(), 'no EC2 instance appears twice among 500 hosts'),
    'a minute less': Row(
        listed(pair(6 * HOUR - MINUTE)),
        'no EC2 instance appears twice among 500 hosts; 1 EC2 instance appears twice, for less than 6 hours',
    ),
    'under the names of two Agents, for a minute less': Row(
        listed(replace(pair(6 * HOUR - MINUTE), other='web-1-prod')),
        'no EC2 instance appears twice among 500 hosts; 1 EC2 instance appears twice, for less than 6 hours',
    ),
    'each instance once, on the first look': Row(
        listed(watched_since=NOW), 'no EC2 instance appears twice among 500 hosts'
    ),
}
UNKNOWN = {
    'on the first look': Row(
        listed(pair(0.0), watched_since=NOW),
        '1 EC2 instance appears twice; the host list was first read just now, and Datadog can take 6 hours to update '
        'it',
    ),
    'an instance without an Agent, and an Agent without an instance id': Row(
        listed(unmatched=Unmatched(1, 1, (HostName('ip-10-0-0-12'),))),
        'cannot be ruled out: 1 EC2 instance appears without an Agent, and 1 Agent (such as ip-10-0-0-12) names no '
        'instance id: they may be the same hosts; this check tells, where it runs in such an Agent',
    ),
    'several of both, and a duplicate that is young': Row(
        listed(pair(HOUR), unmatched=Unmatched(12, 30)),
        'cannot be ruled out: 12 EC2 instances appear without an Agent, and 30 Agents name no instance id: they may be '
        'the same hosts; this check tells, where it runs in such an Agent',
    ),
    'nothing in the part of the list that was looked at': Row(
        listed(**CUT),
        'only 2000 of 9000 hosts in Datadog could be looked at: Datadog throttles its API (429)',
    ),
    'the application key may not': Row(account_facts(inventory=Unobserved('hosts_read')), 'hosts_read'),
}
NOT_APPLICABLE = {
    'the feature is off': Row(
        listed(pair(7 * HOUR)),
        'not checked: inventory is not in features',
        account_expectations(features=frozenset({Feature.ROLE})),
    )
}


def alias(of: str, instance_id: str) -> Choice:
    return Choice(
        f"Keep the hostname, and add the instance id to host_aliases in datadog.yaml of each host, here of '{of}'",
        (Command(f'host_aliases: [{instance_id}]', Language.YAML),),
        undo=Step('Remove the alias, and restart the Agent'),
    )


def remedy(by_an_alias: Choice, *then: Step) -> Remedy:
    return Remedy(
        'Let the Agents of these hosts report the instance id, as their hostname or as an alias',
        (
            Choice(
                'See the cause of each; then, on each host, find what keeps its Agent from reporting the instance id, '
                'and fix that',
                (Command('aws-diagnostics hosts duplicates --config conf.yaml'), Command('aws-diagnostics check')),
            ),
            by_an_alias,
            Choice(
                'Where the hostname was set by hand, remove hostname from datadog.yaml and DD_HOSTNAME from the '
                'environment of the Agent',
                exposes='monitors and dashboards that name the old hostname to finding no data',
                undo=Step('Set the hostname again'),
            ),
        ),
        (
            Step(
                'Restart the Agent of each host; it resolves its hostname only at startup',
                (Command('sudo systemctl restart datadog-agent'),),
            ),
            Step('Wait: the duplicate disappears within a few hours'),
            Step('If it stays although the Agent reports the instance id, ask Datadog Support'),
            *then,
        ),
    )


STOP_ONE = Remedy(
    'Run one Agent on each of these instances',
    (
        Choice(
            'See the version and the installer of both Agents of each instance, and stop the one that is not needed',
            (Command('aws-diagnostics hosts duplicates --config conf.yaml'),),
            exposes='the checks and logs that only this Agent collects',
            undo=Step('Start it again'),
        ),
    ),
    (Step('Wait: the row of an Agent that does not run leaves the host list within a few hours'),),
)


REMEDIES = {
    'the first that lasts': (
        listed(pair(7 * HOUR, OTHER_ID), pair(HOUR)),
        remedy(alias('web-1', OTHER_ID)),
    ),
    'two Agents, for which an alias cures nothing': (listed(replace(pair(7 * HOUR), other='web-1-prod')), STOP_ONE),
    'two Agents on the older, and another pair': (
        listed(replace(pair(8 * HOUR), other='web-1-prod'), pair(7 * HOUR, OTHER_ID, 'db-1')),
        remedy(
            alias('db-1', OTHER_ID),
            Step('Where two Agents report one instance, stop the one that is not needed'),
        ),
    ),
    'a name that holds anything': (
        listed(pair(7 * HOUR, name='$(id)\x1b[31m' + 'x' * 255)),
        remedy(alias(f'$(id){REPLACEMENT}[31m' + 'x' * 47 + '...', ID)),
    ),
}
test_verdict = verdict_test(HOST_DUPLICATED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(HOST_DUPLICATED, REMEDIES)
