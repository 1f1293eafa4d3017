"""Hosts keep tags that the AWS integration once gave them, and nothing updates them any more."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, MissingFact, observed
from ...facts.account import Feature
from ...facts.values import HostName
from ...findings import Diagnosis, Failed, Scope, Status, Verdict
from ...remedies import Choice, Command, Remedy, Step, Variable, Word, shell
from ...rules.lingering import Lingering, lingering
from ...text import counted
from ..account_remedies import curl
from ..links import guide
from .host_duplicated import at_least, inventory_of, lasts, named, nothing_lasting

RIGHT = 'no tags from Amazon Web Services are left behind'
SOURCE = '?source=Amazon%20Web%20Services'
MOST_IN_A_COMMAND = 20
"""Hosts that one script names."""
HOST = Variable('host')
FILE = ('aws-tags-of-', HOST, '.json')


def judge(facts: Facts, expected: Expectations) -> Verdict:
    found, lasting = _found(facts), _lasting(facts, expected)
    if not lasting:
        return nothing_lasting(facts, expected, RIGHT, _left(found) if found else '')
    names = _names(lasting)
    some = f': for example {named(names)}' if names else ''
    return Failed(f'{at_least(inventory_of(facts))}{_left(lasting)} ({lasting[0].why}){some}')


def _found(facts: Facts) -> tuple[Lingering, ...]:
    """Raises MissingFact."""
    inventory = inventory_of(facts)
    return lingering(inventory, observed(facts.of_account.caller).account_id)


def _lasting(facts: Facts, expected: Expectations) -> tuple[Lingering, ...]:
    """Those with the most hosts first. Raises MissingFact."""
    found = [each for each in _found(facts) if lasts(facts, expected, each.tagged.since)]
    return tuple(sorted(found, key=lambda each: -each.tagged.hosts))


def _names(found: Sequence[Lingering]) -> list[HostName]:
    return [name for each in found for name in each.tagged.names]


def _left(found: Sequence[Lingering]) -> str:
    count = sum(each.tagged.hosts for each in found)
    return f'{counted(count, "host")} {"keeps" if count == 1 else "keep"} tags from Amazon Web Services'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    names = _known_names(facts, expected)[:MOST_IN_A_COMMAND]
    return Remedy(
        'Let the AWS integration collect these hosts again, or remove the tags',
        (
            Choice(
                'In Datadog, add the account, the region or the namespace AWS/EC2 to the AWS integration; AWS charges '
                'for the calls to CloudWatch',
                undo=Step('Remove it from the integration again'),
            ),
            Choice(
                'Remove the tags of this source: save them first, which removes nothing (the application key needs the '
                'permission host_tags_write)',
                (_save(expected, names),),
                undo=Step('Add the saved tags again', (_restore(expected, names),)),
            ),
        ),
        (
            Step('If you saved the tags, and each file holds them, remove them', (_remove(expected, names),)),
            Step(
                'Run this check again: it names the next hosts, where there are more. Do not use '
                "Datadog's script remove_lingering_aws_host_tags.py: it has no dry run, and also removes the tags of "
                'hosts that are still collected'
            ),
        ),
    )


def _known_names(facts: Facts, expected: Expectations) -> list[HostName]:
    try:
        return _names(_lasting(facts, expected))
    except MissingFact:
        return []


def _save(expected: Expectations, names: Sequence[HostName]) -> Command:
    """Keeps what an earlier run saved: after the removal there is nothing left to save."""
    return _for_each(names, f'{shell("test", "-s", FILE).text} || {_tags(expected, "--output", FILE).text}')


def _remove(expected: Expectations, names: Sequence[HostName]) -> Command:
    """Only of a host whose tags were saved."""
    return _for_each(names, f'{shell("test", "-s", FILE).text} && {_tags(expected, "--request", "DELETE").text}')


def _restore(expected: Expectations, names: Sequence[HostName]) -> Command:
    json = ('--request', 'POST', '--header', 'Content-Type: application/json')
    return _for_each(names, _tags(expected, *json, '--data', ('@', *FILE)).text)


def _tags(expected: Expectations, *options: Word) -> Command:
    """The source must be named: without it, Datadog takes the tags that people set."""
    return curl(expected, ('/api/v1/tags/hosts/', HOST, SOURCE), *options)


def _for_each(names: Sequence[HostName], work: str) -> Command:
    if len(names) > 1:
        return Command(f'for host in {" ".join(names)}; do\n  {work}\ndone')
    return Command(f'host={names[0]}\n{work}' if names else work)


HOST_AWS_TAGS_LINGERING = Diagnosis(
    id='host-aws-tags-lingering',
    title='Hosts keep tags of an AWS integration that no longer collects them',
    scope=Scope.ACCOUNT,
    feature=Feature.INVENTORY,
    service_check='inventory',
    severity=Status.WARNING,
    tests=(
        'Looks for hosts with a running Agent that have tags of the source Amazon Web Services, are not reported by '
        'the AWS integration, and are of an account, a region or a namespace that no integration on record collects. '
        'Hosts whose tags name no account are not judged while there is any integration.'
    ),
    harm=(
        'Datadog keeps such tags forever. They can be out of date, and monitors and dashboards that filter by them do '
        'not show it.'
    ),
    docs=guide('hosts-still-have-aws-tags-after-removing-the-amazon-ec2-integration'),
    judge=judge,
    remedy=remedy,
)
