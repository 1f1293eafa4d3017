"""Hosts keep tags that the AWS integration once gave them, and nothing updates them any more."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature, Lingering, lingering
from ...findings import Diagnosis, Failed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from .commands import remove_tags, show_tags
from .host_list import at_least, hosts, inventory_of, lasts, named, nothing_lasting

RIGHT = 'no tags of Amazon Web Services are left behind'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    return _judge(facts, expected)


def _judge(facts: Facts, expected: Expectations) -> Verdict:
    found, lasting = _found(facts), _lasting(facts, expected)
    if not lasting:
        return nothing_lasting(facts, expected, RIGHT, _left(found) if found else '')
    names = [name for each in lasting for name in each.tagged.names]
    return Failed(f'{at_least(inventory_of(facts))}{_left(lasting)} ({lasting[0].why}): for example {named(names)}')


def _found(facts: Facts) -> tuple[Lingering, ...]:
    """Raises MissingFact."""
    inventory = inventory_of(facts)
    return lingering(inventory, observed(facts.of_account.caller).account_id)


def _lasting(facts: Facts, expected: Expectations) -> tuple[Lingering, ...]:
    """Those with the most hosts first."""
    found = [each for each in _found(facts) if lasts(facts, expected, each.tagged.since)]
    return tuple(sorted(found, key=lambda each: -each.tagged.hosts))


def _left(found: tuple[Lingering, ...]) -> str:
    count = sum(each.tagged.hosts for each in found)
    return f'{hosts(count)} keep{"s" if count == 1 else ""} tags of Amazon Web Services'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name = _lasting(facts, expected)[0].tagged.names[0]
    return Remedy(
        'Remove these tags host by host, or let the AWS integration collect these hosts again',
        (
            'Decide whether they harm: Datadog keeps them on purpose, and they do not show that the integration is on. '
            'Where they should be up to date, add the account, the region or the namespace AWS/EC2 to the integration',
            f'Look first what would go, and keep it (this removes nothing): {show_tags(expected, name)}',
            'Then remove them, for each host. The application key needs the permission to write tags of hosts; the '
            'source must be named, else the tags that people set are removed and these stay: '
            f'{remove_tags(expected, name)}',
            'Repeat it for the other hosts of the list: GET /api/v1/hosts, those with tags_by_source of Amazon Web '
            'Services and without aws among their apps. remove_lingering_aws_host_tags.py of Datadog has no dry run '
            'and takes the tags of hosts that are still collected, too',
        ),
    )


HOST_AWS_TAGS_LINGERING = Diagnosis(
    id='host-aws-tags-lingering',
    title='Hosts keep tags of an AWS integration that no longer collects them',
    scope=Scope.ACCOUNT,
    feature=Feature.INVENTORY,
    service_check='inventory',
    severity=Status.WARNING,
    tests=(
        'Looks for hosts with a running Agent that have tags of the source Amazon Web Services, are not reported '
        'by the AWS integration, and are of an account, a region or a namespace that no integration on record '
        'collects.'
    ),
    harm=(
        'Datadog keeps such tags for ever: they can be outdated, and monitors and dashboards that filter by them '
        'go on as if they were not. Hosts whose tags name no account are left out while there is any integration.'
    ),
    docs=guide('hosts-still-have-aws-tags-after-removing-the-amazon-ec2-integration'),
    judge=judge,
    remedy=remedy,
)
