"""An EC2 instance appears twice in Datadog's host list, for longer than Datadog needs to merge the two."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import DuplicatedHost, Feature, Inventory, Unmatched
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Command, Remedy, Step, shell, yaml
from ...text import ago, clean, counted, duration, listed, quoted
from ..account_remedies import config_file
from ..links import guide

LONGEST_NAME = 60
GONE = 'Wait: the row of an Agent that does not run leaves the host list within a few hours'
TWO_AGENTS = 'Where two Agents report one instance, stop the one that is not needed'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    inventory = inventory_of(facts)
    lasting = _lasting(facts, expected, inventory)
    if not lasting and inventory.complete and inventory.unmatched is not None:
        return _cannot_be_ruled_out(inventory.unmatched)
    if not lasting:
        young = f'{_appear(len(inventory.duplicated))} twice' if inventory.duplicated else ''
        return nothing_lasting(facts, expected, 'no EC2 instance appears twice', young)
    return Failed(
        f'{at_least(inventory)}{_appear(len(lasting))} twice in the host list, for {patience_of(expected)} or longer: '
        f'{named([_both(host) for host in lasting])}'
    )


def _cannot_be_ruled_out(rows: Unmatched) -> Unknown:
    names = f' (such as {named(rows.names)})' if rows.names else ''
    instances = f'{counted(rows.instances, "EC2 instance")} {"appears" if rows.instances == 1 else "appear"}'
    agents = f'{counted(rows.agents, "Agent")}{names} {"names" if rows.agents == 1 else "name"} no instance id'
    same = 'they may be the same hosts; this check tells, where it runs in such an Agent'
    return Unknown(f'cannot be ruled out: {instances} without an Agent, and {agents}: {same}')


def _lasting(facts: Facts, expected: Expectations, inventory: Inventory) -> list[DuplicatedHost]:
    return [host for host in inventory.duplicated if lasts(facts, expected, host.since)]


def _appear(count: int) -> str:
    return f'{counted(count, "EC2 instance")} {"appears" if count == 1 else "appear"}'


def _both(host: DuplicatedHost) -> str:
    if host.other:
        return f'{host.instance_id} as {host.name} and {host.other}'
    return f'{host.instance_id} and {host.name}'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    inventory = facts.of_account.inventory
    lasting = _lasting(facts, expected, inventory) if isinstance(inventory, Inventory) else []
    two_agents = [host for host in lasting if host.other]
    if lasting and len(two_agents) == len(lasting):
        return Remedy('Run one Agent on each of these instances', (_one_agent(expected),), (Step(GONE),))
    then = (Step(TWO_AGENTS),) if two_agents else ()
    return _report_the_id(expected, [host for host in lasting if not host.other], then)


def _one_agent(expected: Expectations) -> Choice:
    return Choice(
        'See the version and the installer of both Agents of each instance, and stop the one that is not needed',
        (_listing(expected),),
        exposes='the checks and logs that only this Agent collects',
        undo=Step('Start it again'),
    )


def _listing(expected: Expectations) -> Command:
    return shell('aws-diagnostics', 'hosts', 'duplicates', '--config', config_file(expected))


def _report_the_id(expected: Expectations, pairs: Sequence[DuplicatedHost], then: tuple[Step, ...]) -> Remedy:
    return Remedy(
        'Let the Agents of these hosts report the instance id, as their hostname or as an alias',
        (
            Choice(
                'See the cause of each; then, on each host, find what keeps its Agent from reporting the instance id, '
                'and fix that',
                (_listing(expected), shell('aws-diagnostics', 'check')),
            ),
            _by_an_alias(pairs),
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
                (shell('sudo', 'systemctl', 'restart', 'datadog-agent'),),
            ),
            Step('Wait: the duplicate disappears within a few hours'),
            Step('If it stays although the Agent reports the instance id, ask Datadog Support'),
            *then,
        ),
    )


def _by_an_alias(lasting: Sequence[DuplicatedHost]) -> Choice:
    text = 'Keep the hostname, and add the instance id to host_aliases in datadog.yaml of each host'
    undo = Step('Remove the alias, and restart the Agent')
    if not lasting:
        return Choice(text, undo=undo)
    of = f', here of {quoted(lasting[0].name, LONGEST_NAME)}'
    return Choice(f'{text}{of}', (yaml({'host_aliases': [lasting[0].instance_id]}),), undo=undo)


# How the host list is judged, here and for its tags: what Datadog may still settle is no fault, and a part of the list
# proves nothing.


def inventory_of(facts: Facts) -> Inventory:
    """Raises MissingFact."""
    return observed(facts.of_account.inventory)


def lasts(facts: Facts, expected: Expectations, since: float) -> bool:
    return max(0.0, facts.observed_at - since) >= expected.of_account.hosts_settle_after


def at_least(inventory: Inventory) -> str:
    return '' if inventory.complete else 'at least '


def nothing_lasting(facts: Facts, expected: Expectations, right: str, young: str) -> Passed | Unknown:
    """`young`: what is there and may still settle; '' where nothing is. Only a whole list proves that nothing is."""
    inventory, patience = inventory_of(facts), patience_of(expected)
    if not inventory.complete:
        looked_at = f'only {inventory.looked_at} of {counted(inventory.total, "host")} in Datadog could be looked at'
        return Unknown(f'{looked_at}: {clean(inventory.note, 120)}')
    if young and not lasts(facts, expected, inventory.watched_since):
        since = ago(facts.observed_at - inventory.watched_since)
        return Unknown(f'{young}; the host list was first read {since}, and Datadog can take {patience} to update it')
    return Passed(
        f'{right} among {counted(inventory.looked_at, "host")}{f"; {young}, for less than {patience}" if young else ""}'
    )


def patience_of(expected: Expectations) -> str:
    """Like '6 hours'."""
    return duration(expected.of_account.hosts_settle_after)


def named(names: Sequence[str]) -> str:
    return listed(names[:3], longest=LONGEST_NAME)


HOST_DUPLICATED = Diagnosis(
    id='host-duplicated',
    title="An EC2 instance appears twice in Datadog's host list",
    scope=Scope.ACCOUNT,
    feature=Feature.INVENTORY,
    service_check='inventory',
    severity=Status.WARNING,
    tests=(
        "Reads Datadog's host list and looks for an instance id with two rows: one from the AWS integration only and "
        'one from an Agent under another name, or two from Agents that both run. Datadog merges rows within hours, so '
        'only a pair that this check saw for longer counts (hosts_settle_after). Where instances without an Agent '
        'stand beside Agents that name no instance id, it cannot tell.'
    ),
    harm=(
        'The metrics of the host are on one row and the tags of the instance on the other, or the same metrics are on '
        'both.'
    ),
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
)
