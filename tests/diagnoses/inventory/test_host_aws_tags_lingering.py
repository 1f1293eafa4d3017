"""Hosts keep tags of an AWS integration that no longer collects them."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.inventory import HOST_AWS_TAGS_LINGERING
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Feature, FilterKind, NamespaceFilters, Recorded, TaggedHosts
from datadog_checks.aws_diagnostics.facts.values import AccountId, FilePath, HostName, RegionName
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import ACCOUNT_ID, DAY, HOUR, REGION, account_expectations, account_facts, inventory
from tests.builders import NOW
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

OTHER = AccountId('210987654321')
OURS = AccountId(ACCOUNT_ID)
PASSED = 'no tags from Amazon Web Services are left behind among 500 hosts'
WITHOUT_EC2 = NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/SQS', 'AWS/EC2'))
WITH_EC2_ALONE = NamespaceFilters(FilterKind.INCLUDE_ONLY, ('AWS/EC2',))
WITHOUT_SQS = NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/SQS',))


def recorded(account_id: AccountId = OURS, **differences: Any) -> Recorded:
    """It collects everything but resources."""
    usual = {'regions': None, 'metrics_enabled': True, 'namespace_filters': WITHOUT_SQS, 'extended_collection': False}
    return Recorded(account_id, **{**usual, **differences})


RECORDED = (recorded(),)


def tagged(account_id: AccountId | None = OURS, age: float = DAY, **differences: Any) -> TaggedHosts:
    usual = {'region': REGION, 'hosts': 12, 'names': named('web-1', 'web-2'), 'since': NOW - age}
    return TaggedHosts(account_id, **{**usual, **differences})


def named(*names: str) -> tuple[HostName, ...]:
    return tuple(map(HostName, names))


def listed(*groups: TaggedHosts, on_record: Any = RECORDED, **differences: Any) -> Facts:
    return account_facts(inventory=inventory(tagged=groups, recorded=on_record, **differences))


def left(why: str) -> str:
    return f'12 hosts keep tags from Amazon Web Services ({why}): for example web-1, web-2'


FAILS = {
    'the account was removed': Row(
        listed(tagged(), on_record=(recorded(OTHER),)),
        left(f'Datadog has no integration for account {ACCOUNT_ID}'),
        near_miss='Datadog asks AWS for these hosts',
    ),
    'another account was removed': Row(
        listed(tagged(OTHER)),
        left(f'Datadog has no integration for account {OTHER}'),
        near_miss='another account, which is on record',
    ),
    'no integration is left, and no tag names the account': Row(
        listed(tagged(None), on_record=()),
        left('Datadog has no AWS integration'),
        near_miss='no tag names the account',
    ),
    'the region is excluded': Row(
        listed(tagged(), on_record=(recorded(regions=('us-east-1',)),)),
        left('the integration does not include eu-west-1'),
        near_miss='the region is included',
    ),
    'the namespace is excluded': Row(
        listed(tagged(), on_record=(recorded(namespace_filters=WITHOUT_EC2),)),
        left('the integration excludes AWS/EC2'),
        near_miss='the namespace is included',
    ),
    'metrics are off': Row(
        listed(tagged(), on_record=(recorded(metrics_enabled=False),)),
        left('the integration collects no metrics'),
        near_miss='metrics are off, and resources are collected',
    ),
    'two groups, the larger first, and one that is young': Row(
        listed(
            tagged(hosts=1, names=named('db-1')),
            tagged(region=RegionName('us-east-1')),
            tagged(region=RegionName('us-east-2'), age=HOUR),
            on_record=(recorded(regions=('eu-west-2',)),),
        ),
        '13 hosts keep tags from Amazon Web Services (the integration does not include us-east-1): '
        'for example web-1, web-2, db-1',
        near_miss='the region is included',
    ),
    'the names of the hosts are not host names': Row(
        listed(tagged(names=()), on_record=()),
        '12 hosts keep tags from Amazon Web Services (Datadog has no AWS integration)',
        near_miss='Datadog asks AWS for these hosts',
    ),
    'in the part of the list that was looked at': Row(
        listed(tagged(hosts=1, names=named('web-1')), on_record=(recorded(OTHER),), note='too late'),
        f'at least 1 host keeps tags from Amazon Web Services (Datadog has no integration for account {ACCOUNT_ID}): '
        'for example web-1',
        near_miss='Datadog asks AWS for these hosts',
    ),
}
PASSES = {
    'no host has such tags': Row(listed(), PASSED),
    'no host has such tags, and the record could not be read': Row(listed(on_record=Unobserved('no key')), PASSED),
    'Datadog asks AWS for these hosts': Row(listed(tagged()), PASSED),
    'another account, which is on record': Row(
        listed(tagged(OTHER), on_record=(recorded(), recorded(OTHER, regions=()))), PASSED
    ),
    'no tag names the account': Row(listed(tagged(None), on_record=(recorded(regions=()),)), PASSED),
    'the region is included': Row(listed(tagged(), on_record=(recorded(regions=('eu-west-1',)),)), PASSED),
    'no tag names the region': Row(listed(tagged(region=None), on_record=(recorded(regions=('us-east-1',)),)), PASSED),
    'the namespace is included': Row(listed(tagged(), on_record=(recorded(namespace_filters=WITH_EC2_ALONE),)), PASSED),
    'the filters are not known': Row(
        listed(tagged(), on_record=(recorded(namespace_filters=Unobserved('another shape')),)), PASSED
    ),
    'metrics are off, and resources are collected': Row(
        listed(tagged(), on_record=(recorded(metrics_enabled=False, extended_collection=True),)), PASSED
    ),
    'two integrations of one number, of which one collects': Row(
        listed(tagged(), on_record=(recorded(regions=()), recorded())), PASSED
    ),
    'an hour ago the account was still there': Row(
        listed(tagged(age=HOUR), on_record=()),
        f'{PASSED}; 12 hosts keep tags from Amazon Web Services, for less than 6 hours',
    ),
}
UNKNOWN = {
    'the record could not be read': Row(listed(tagged(), on_record=Unobserved('no permission')), 'no permission'),
    'on the first look': Row(
        listed(tagged(age=0.0), on_record=(), watched_since=NOW - HOUR),
        '12 hosts keep tags from Amazon Web Services; the host list was first read 1 hour ago, and Datadog can take 6 '
        'hours to update it',
    ),
    'nothing in the part of the list that was looked at': Row(
        listed(looked_at=1, total=2, note='too late'),
        'only 1 of 2 hosts in Datadog could be looked at: too late',
    ),
    'the application key may not': Row(account_facts(inventory=Unobserved('hosts_read')), 'hosts_read'),
}
NOT_APPLICABLE = {
    'the feature is off': Row(
        listed(tagged(), on_record=()),
        'not checked: inventory is not in features',
        account_expectations(features=frozenset({Feature.ROLE})),
    )
}


def removing(config: str = 'conf.yaml') -> Remedy:
    remove = f'aws-diagnostics hosts remove-lingering-tags --config {config}'
    backup = '--backup aws-tags.jsonl --seen-in lingering-tags.json'
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
                    Command(f'aws-diagnostics hosts lingering-tags --config {config} --json > lingering-tags.json'),
                    Command(f'{remove} {backup}'),
                ),
                undo=Step('Add the saved tags again', (Command(f'{remove} --restore aws-tags.jsonl'),)),
            ),
        ),
        (
            Step(
                'If these are the right hosts, remove the tags: each is saved first, and the same command goes on '
                'where it was interrupted (the application key needs the permission host_tags_write)',
                (Command(f'{remove} {backup} --apply'),),
            ),
            Step(
                "Do not use Datadog's script remove_lingering_aws_host_tags.py: it has no dry run, and also removes "
                'the tags of hosts that are still collected'
            ),
        ),
    )


GIVEN = replace(account_expectations(), config_file=FilePath("/etc/o'brien.yaml"))
REMEDIES: RemedyTable = {
    'several hosts': (listed(tagged(), on_record=()), removing()),
    'a configuration that was given': (listed(tagged(), on_record=()), GIVEN, removing("'/etc/o'\"'\"'brien.yaml'")),
}
test_verdict = verdict_test(HOST_AWS_TAGS_LINGERING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(HOST_AWS_TAGS_LINGERING, REMEDIES)
