"""Hosts keep tags of an AWS integration that no longer collects them."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.inventory import HOST_AWS_TAGS_LINGERING
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Feature, FilterKind, NamespaceFilters, Recorded, TaggedHosts
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import ACCOUNT_ID, DAY, HOUR, account_expectations, account_facts, inventory
from tests.builders import NOW
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

OTHER = '210987654321'
PASSED = 'no tags of Amazon Web Services are left behind among 500 hosts'
WITHOUT_EC2 = NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/SQS', 'AWS/EC2'))
WITH_EC2_ALONE = NamespaceFilters(FilterKind.INCLUDE_ONLY, ('AWS/EC2',))
WITHOUT_SQS = NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/SQS',))


def recorded(account_id: str = ACCOUNT_ID, **differences: Any) -> Recorded:
    """It collects everything but resources."""
    usual = {'regions': None, 'metrics_enabled': True, 'namespace_filters': WITHOUT_SQS, 'extended_collection': False}
    return Recorded(account_id, **{**usual, **differences})


RECORDED = (recorded(),)


def tagged(account_id: str = ACCOUNT_ID, age: float = DAY, **differences: Any) -> TaggedHosts:
    usual = {'region': 'eu-west-1', 'hosts': 12, 'names': ('web-1', 'web-2'), 'since': NOW - age}
    return TaggedHosts(account_id, **{**usual, **differences})


def listed(*groups: TaggedHosts, on_record: Any = RECORDED, **differences: Any) -> Facts:
    return account_facts(inventory=inventory(tagged=groups, recorded=on_record, **differences))


def left(why: str) -> str:
    return f'12 hosts keep tags of Amazon Web Services ({why}): for example web-1, web-2'


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
        listed(tagged(''), on_record=()),
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
            tagged(hosts=1, names=('db-1',)),
            tagged(region='us-east-1'),
            tagged(region='us-east-2', age=HOUR),
            on_record=(recorded(regions=('eu-west-2',)),),
        ),
        '13 hosts keep tags of Amazon Web Services (the integration does not include us-east-1): '
        'for example web-1, web-2, db-1',
        near_miss='the region is included',
    ),
    'in the part of the list that was looked at': Row(
        listed(tagged(hosts=1, names=('web-1',)), on_record=(recorded(OTHER),), note='too late'),
        f'at least 1 host keeps tags of Amazon Web Services (Datadog has no integration for account {ACCOUNT_ID}): '
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
    'no tag names the account': Row(listed(tagged(''), on_record=(recorded(regions=()),)), PASSED),
    'the region is included': Row(listed(tagged(), on_record=(recorded(regions=('eu-west-1',)),)), PASSED),
    'no tag names the region': Row(listed(tagged(region=''), on_record=(recorded(regions=('us-east-1',)),)), PASSED),
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
        f'{PASSED}; 12 hosts keep tags of Amazon Web Services, not for 6 hours yet',
    ),
}
UNKNOWN = {
    'the record could not be read': Row(listed(tagged(), on_record=Unobserved('no permission')), 'no permission'),
    'on the first look': Row(
        listed(tagged(age=0.0), on_record=(), watched_since=NOW - HOUR),
        '12 hosts keep tags of Amazon Web Services; this is watched since 1 hour ago, and Datadog may need 6 hours to '
        'settle it',
    ),
    'nothing in the part of the list that was looked at': Row(
        listed(looked_at=1, total=2, note='too late'),
        'only 1 of 2 hosts that Datadog lists could be looked at: too late',
    ),
    'the application key may not': Row(account_facts(inventory=Unobserved('hosts_read')), 'hosts_read'),
}
NOT_APPLICABLE = {
    'the feature is off': Row(
        listed(tagged(), on_record=()),
        'inventory is not among the features of this instance',
        account_expectations(features=frozenset({Feature.ROLE})),
    )
}


def removing(host: str, site: str = 'datadoghq.com') -> Remedy:
    request = (
        f"'https://api.{site}/api/v1/tags/hosts/{host}?source=Amazon%20Web%20Services' "
        '-H "DD-API-KEY: $DD_API_KEY" -H "DD-APPLICATION-KEY: $DD_APP_KEY"'
    )
    return Remedy(
        'Remove these tags host by host, or let the AWS integration collect these hosts again',
        (
            'Decide whether they harm: Datadog keeps them on purpose, and they do not show that the integration is on. '
            'Where they should be up to date, add the account, the region or the namespace AWS/EC2 to the integration',
            f'Look first what would go, and keep it (this removes nothing): curl -sS -o {host}.json {request}',
            'Then remove them, for each host. The application key needs the permission to write tags of hosts; the '
            'source must be named, else the tags that people set are removed and these stay: '
            f'curl -sS -X DELETE {request}',
            'Repeat it for the other hosts of the list: GET /api/v1/hosts, those with tags_by_source of Amazon Web '
            'Services and without aws among their apps. remove_lingering_aws_host_tags.py of Datadog has no dry run '
            'and takes the tags of hosts that are still collected, too',
        ),
    )


def on_site(site: str) -> Expectations:
    return account_expectations(site=site)


REMEDIES: RemedyTable = {
    'a host': (listed(tagged(), on_record=()), removing('web-1')),
    'on another site': (
        listed(tagged(), on_record=()),
        on_site('ap1.datadoghq.com'),
        removing('web-1', 'ap1.datadoghq.com'),
    ),
    'a name that does more in a shell': (listed(tagged(names=("x';id;'",)), on_record=()), removing('HOST')),
    'a file of expectations with something else for a site': (
        listed(tagged(), on_record=()),
        on_site("x'; id"),
        removing('web-1', 'SITE'),
    ),
}
test_verdict = verdict_test(HOST_AWS_TAGS_LINGERING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(HOST_AWS_TAGS_LINGERING, REMEDIES)
