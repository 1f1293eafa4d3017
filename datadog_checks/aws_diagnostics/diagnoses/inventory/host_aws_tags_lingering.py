"""Hosts keep tags that the AWS integration once gave them, and nothing updates them any more."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature
from ...facts.values import HostName
from ...findings import Diagnosis, Failed, Scope, Status, Verdict
from ...remedies import Choice, Command, Remedy, Step, script, shell
from ...rules.lingering import Lingering, lingering
from ...text import counted
from ..account_remedies import config_file
from ..links import guide
from .host_duplicated import at_least, inventory_of, lasts, named, nothing_lasting

RIGHT = 'no tags from Amazon Web Services are left behind'
LOOK = 'aws-diagnostics hosts lingering-tags'
LIST, BACKUP = 'lingering-tags.json', 'aws-tags.jsonl'


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
    backup = ('--backup', BACKUP, '--seen-in', LIST)
    return Remedy(
        'Let the AWS integration collect these hosts again, or remove the tags',
        (
            Choice(
                'In Datadog, add the account, the region or the namespace AWS/EC2 to the AWS integration; AWS charges '
                'for the calls to CloudWatch',
                undo=Step('Remove it from the integration again'),
            ),
            Choice(
                'Remove the tags of this source from every such host: list the hosts, and at least three hours later '
                'see which tags would be removed, which removes nothing',
                (
                    script(f'{LOOK} --config <config> --json > <list>', config=config_file(expected), list=LIST),
                    _removal(expected, *backup),
                ),
                undo=Step('Add the saved tags again', (_removal(expected, '--restore', BACKUP),)),
            ),
        ),
        (
            Step(
                'If these are the right hosts, remove the tags: each is saved first, and the same command goes on '
                'where it was interrupted (the application key needs the permission host_tags_write)',
                (_removal(expected, *backup, '--apply'),),
            ),
            Step(
                "Do not use Datadog's script remove_lingering_aws_host_tags.py: it has no dry run, and also removes "
                'the tags of hosts that are still collected'
            ),
        ),
    )


def _removal(expected: Expectations, *options: str) -> Command:
    return shell('aws-diagnostics', 'hosts', 'remove-lingering-tags', '--config', config_file(expected), *options)


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
        'Hosts whose tags name no account, or several, are not judged while there is any integration, and where they '
        'name several regions, the region proves nothing.'
    ),
    harm=(
        'Datadog keeps these tags for as long as the host reports. They can be stale, and monitors and dashboards do '
        'not show that.'
    ),
    docs=guide('hosts-still-have-aws-tags-after-removing-the-amazon-ec2-integration'),
    judge=judge,
    remedy=remedy,
)
