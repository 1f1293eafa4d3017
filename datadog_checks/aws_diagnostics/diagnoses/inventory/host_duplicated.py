"""One EC2 instance stands twice in Datadog's host list, for longer than Datadog needs to merge the two."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import DuplicatedHost, Feature
from ...facts.values import InstanceId
from ...findings import Diagnosis, Failed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from .host_list import (
    at_least,
    in_words,
    inventory_of,
    lasts,
    named,
    nothing_lasting,
)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    return _judge(facts, expected)


def _judge(facts: Facts, expected: Expectations) -> Verdict:
    inventory, lasting = inventory_of(facts), _lasting(facts, expected)
    if not lasting:
        young = len(inventory.duplicated)
        return nothing_lasting(facts, expected, 'no EC2 instance stands twice', _twice(young) if young else '')
    patience = in_words(expected.of_account.hosts_settle_after)
    return Failed(
        f'{at_least(inventory)}{_twice(len(lasting))} in the host list, for {patience} or longer: '
        f'{named([_both(host) for host in lasting])}'
    )


def _lasting(facts: Facts, expected: Expectations) -> list[DuplicatedHost]:
    return [host for host in inventory_of(facts).duplicated if lasts(facts, expected, host.since)]


def _twice(count: int) -> str:
    return f'{count} EC2 instance{" stands" if count == 1 else "s stand"} twice'


def _both(host: DuplicatedHost) -> str:
    return f'{host.instance_id} and {host.name}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    first = _lasting(facts, expected)[0].instance_id
    alias = first if InstanceId.of(first) else 'INSTANCE_ID'
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


HOST_DUPLICATED = Diagnosis(
    id='host-duplicated',
    title='An EC2 instance stands twice in the host list of Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.INVENTORY,
    service_check='inventory',
    severity=Status.WARNING,
    tests=(
        'Reads the host list of Datadog and looks for an instance id with two rows: one that the AWS integration '
        'alone reports, and one of an Agent under another name.'
    ),
    harm=(
        'Datadog merges them within hours, so that only a pair which this check saw for longer counts '
        '(hosts_settle_after). An Agent whose row names no instance id cannot be recognised. The metrics are on '
        'one row and the tags of the instance on the other.'
    ),
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
)
