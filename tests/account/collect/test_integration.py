"""What Datadog has on record for the account; anything else that it says is a reason and no integration."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.datadog_api import OTHER_SHAPE, DatadogApi
from datadog_checks.aws_diagnostics.collect.integration import (
    integration_in,
    read_all,
    recorded_in,
    records_in,
)
from datadog_checks.aws_diagnostics.collect.integration import (
    read_integration as read,
)
from datadog_checks.aws_diagnostics.collect.metrics_config import NO_FILTERS, NO_NAME_FILTERS, NO_TAG_FILTERS
from datadog_checks.aws_diagnostics.collect.run import RequestFailed, attempt
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    AuthKind,
    ExternalId,
    FilterKind,
    Integration,
    MetricNameFilter,
    NamespaceFilters,
    OnRecord,
    Recorded,
    Records,
    TagFilter,
)
from datadog_checks.aws_diagnostics.facts.values import AccountId, IntegrationId, Partition, RegionName
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api, plain

ACCOUNT, OTHER = AccountId('123456789012'), AccountId('210987654321')
SECRET = 'b2f0c1e4d5a64798a3c1d2e3f4a5b6c7'


def integration(**differences: Any) -> Integration:
    values: dict[str, Any] = {
        'auth': AuthKind.ROLE,
        'role_name': 'DatadogIntegrationRole',
        'external_id': ExternalId.of(SECRET),
        'regions': None,
        'extended_collection': False,
        'namespace_filters': NamespaceFilters(FilterKind.EXCLUDE_ONLY),
        'partition': Partition('aws'),
        'config_id': IntegrationId('11111111-2222-3333-4444-555555555555'),
        'metric_name_filters': NO_NAME_FILTERS,
        'tag_filters': NO_TAG_FILTERS,
    }
    return Integration(**{**values, **differences})


def read_integration(api: DatadogApi, account_id: str, partition: str) -> Integration | Unobserved:
    return attempt('the integration', lambda: read(api, account_id, partition))


def resources(**differences: bool) -> dict[str, bool]:
    return {'cloud_security_posture_management_collection': False, 'extended_collection': False, **differences}


NO_REGIONS: list[Any] = ['\x1b[2Jeu-west-1', 'eu-west-1\n', '\ud800', 'x' * 200_000, '', None, 1, {}]
FILTERS: list[tuple[str, Any, NamespaceFilters | Unobserved]] = [
    (
        'some namespaces are excluded',
        {'exclude_only': ['AWS/SQS', 'AWS/ELB']},
        NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/SQS', 'AWS/ELB')),
    ),
    (
        'only some are included',
        {'include_only': ['AWS/EC2']},
        NamespaceFilters(FilterKind.INCLUDE_ONLY, ('AWS/EC2',)),
    ),
    ('all namespaces are included', {'include_all': True}, NamespaceFilters(FilterKind.INCLUDE_ALL)),
    ('a filter of another kind is not known', {'exclude_all': ['AWS/EC2']}, NO_FILTERS),
    ('two kinds of filter are not known', {'exclude_only': [], 'include_only': ['AWS/EC2']}, NO_FILTERS),
    ('a filter that is no list is not known', {'exclude_only': 'AWS/EC2'}, NO_FILTERS),
    ('a namespace that is not text is not known', {'exclude_only': [None]}, NO_FILTERS),
    ('a namespace that does not print is not known', {'exclude_only': ['AWS/\x1bEC2']}, NO_FILTERS),
    ('more namespaces than AWS has are not known', {'exclude_only': ['AWS/EC2'] * 501}, NO_FILTERS),
    ('no filter is not known', None, NO_FILTERS),
]
NAME_FILTERS = (
    MetricNameFilter('AWS/EC2', FilterKind.EXCLUDE_ONLY, ('aws.ec2.network_*', 'aws.ec2.x')),
    MetricNameFilter('AWS/ELB', FilterKind.INCLUDE_ONLY, ()),
)
OTHER_FILTERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ('custom metrics are collected', {'collect_custom_metrics': True}, {'collect_custom_metrics': True}),
    ('custom metrics are not collected', {'collect_custom_metrics': False}, {'collect_custom_metrics': False}),
    (
        'filters of metric names',
        {
            'metric_name_filters': [
                {'namespace': 'AWS/EC2', 'exclude_only': ['aws.ec2.network_*', 'aws.ec2.x', 'aws.ec2.x']},
                {'namespace': 'AWS/ELB', 'include_only': []},
            ]
        },
        {'metric_name_filters': NAME_FILTERS},
    ),
    ('no filters of metric names', {'metric_name_filters': []}, {'metric_name_filters': ()}),
    *(
        ('a filter of metric names that is not understood', {'metric_name_filters': [broken]}, {})
        for broken in (
            {'namespace': 'AWS/EC2', 'exclude_only': [], 'include_only': []},
            {'namespace': 'AWS/EC2', 'exclude_only': ['aws.ec2.\x1b']},
            {'namespace': 'AWS/EC2', 'exclude_only': [None]},
            {'namespace': 'AWS/EC2', 'exclude_only': 'aws.ec2.*'},
            {'namespace': 1, 'exclude_only': ['aws.ec2.*']},
            {'exclude_only': ['aws.ec2.*']},
            'aws.ec2.*',
        )
    ),
    (
        'tag filters',
        {
            'tag_filters': [
                {'namespace': 'AWS/EC2', 'tags': ['env:prod', '!team:x?*']},
                {'namespace': 'AWS/ELB', 'tags': None},
            ]
        },
        {'tag_filters': (TagFilter('AWS/EC2', ('env:prod', '!team:x?*')), TagFilter('AWS/ELB', ()))},
    ),
    ('no tag filters', {'tag_filters': []}, {'tag_filters': ()}),
    *(
        ('a tag filter that is not understood', {'tag_filters': [broken]}, {})
        for broken in (
            {'namespace': 'AWS/EC2', 'tags': [1]},
            {'tags': ['a:b']},
            {'namespace': 'AWS/EC2', 'tags': 'a'},
            None,
        )
    ),
    ('more filters than anybody has', {'tag_filters': [{'namespace': 'AWS/EC2', 'tags': []}] * 501}, {}),
]
TIMES: list[tuple[Any, float | None]] = [
    ('2026-08-21T10:00:00Z', 1787306400.0),
    ('2026-08-21T12:00:00.500+02:00', 1787306400.5),
    ('2026-08-21T10:00:00', 1787306400.0),
    ('yesterday', None),
    ('0001-01-01T00:00:00+23:59', None),
    (1787306400, None),
]
RECORDS = [
    pytest.param([account(ACCOUNT)], integration(), id='a role and all regions'),
    pytest.param(
        [account(ACCOUNT, aws_regions={'include_only': ['eu-west-1', 'us-east-1']})],
        integration(regions=('eu-west-1', 'us-east-1')),
        id='some regions',
    ),
    pytest.param(
        [account(ACCOUNT, aws_regions={'include_only': ['eu-west-1', *NO_REGIONS, 'eu-west-1']})],
        integration(regions=('eu-west-1',), other_regions=len(NO_REGIONS)),
        id='what is no region is counted and not kept, and a region counts once',
    ),
    pytest.param(
        [account(ACCOUNT, aws_regions={'include_only': [f'eu-west-{n // 10}-{n % 10}' for n in range(5)]})],
        integration(regions=(), other_regions=5),
        id='no region at all',
    ),
    pytest.param(
        [account(ACCOUNT, auth_config={'role_name': 'Data\x1b[2Jdog\n\ud800' + 'x' * 2000})],
        integration(role_name=f'Data\ufffd[2Jdog \ufffd{"x" * 1008}...', external_id=None),
        id='a name that does not print, and has no end',
    ),
    pytest.param(
        [account(ACCOUNT, auth_config={'role_name': 'Role', 'external_id': '\ud800'})],
        integration(role_name='Role', external_id=ExternalId.of('\ud800')),
        id='an external id without a UTF-8 form',
    ),
    pytest.param(
        [account(ACCOUNT, auth_config={'role_name': ' DatadogIntegrationRole ', 'external_id': f'{SECRET} '})],
        integration(role_name=' DatadogIntegrationRole ', external_id=ExternalId.of(f'{SECRET} ')),
        id='white space is kept, as it may be what is wrong',
    ),
    pytest.param(
        [account(ACCOUNT, auth_config={'role_name': 'DatadogIntegrationRole\t\n'})],
        integration(role_name='DatadogIntegrationRole  ', external_id=None),
        id='other white space, too',
    ),
    pytest.param(
        [account(ACCOUNT, auth_config={'role_name': 'Other'})],
        integration(role_name='Other', external_id=None),
        id='no external id',
    ),
    pytest.param(
        [account(ACCOUNT, auth_config={'access_key_id': 'AKIAIOSFODNN7EXAMPLE'})],
        integration(auth=AuthKind.ACCESS_KEYS, role_name='', external_id=None),
        id='access keys',
    ),
    pytest.param(
        [account(ACCOUNT, resources_config=resources(extended_collection=True))],
        integration(extended_collection=True),
        id='resource collection',
    ),
    pytest.param(
        [account(ACCOUNT, resources_config=resources(cloud_security_posture_management_collection=True))],
        integration(extended_collection=True),
        id='cloud security collects resources, too',
    ),
    pytest.param(
        [account(ACCOUNT, resources_config={})],
        integration(extended_collection=True),
        id='the default of resource collection is on',
    ),
    pytest.param(
        [account(ACCOUNT, resources_config=None)],
        integration(extended_collection=True),
        id='a record that does not mention it has the default',
    ),
    pytest.param(
        [account(ACCOUNT, resources_config={'cloud_security_posture_management_collection': False})],
        integration(extended_collection=True),
        id='only cloud security is off',
    ),
    pytest.param(
        [account(ACCOUNT, resources_config={'extended_collection': False})],
        integration(),
        id='resource collection is off',
    ),
    pytest.param(
        [account(ACCOUNT, aws_partition='aws-us-gov')],
        integration(partition='aws-us-gov'),
        id='a partition of its own',
    ),
    pytest.param([account(ACCOUNT, aws_partition=None)], integration(partition=None), id='no partition'),
    pytest.param(
        [account(ACCOUNT, metrics_config={'enabled': False})],
        integration(metrics_enabled=False, namespace_filters=NO_FILTERS),
        id='metrics are off',
    ),
    *(
        pytest.param(
            [account(ACCOUNT, metrics_config={'enabled': True, 'namespace_filters': recorded})],
            integration(namespace_filters=read),
            id=words,
        )
        for words, recorded, read in FILTERS
    ),
    pytest.param(
        [account(ACCOUNT, metrics_config={'enabled': 'no'})],
        integration(metrics_enabled=None, namespace_filters=NO_FILTERS),
        id='a switch that is neither on nor off is not known',
    ),
    *(
        pytest.param(
            [account(ACCOUNT, metrics_config={'enabled': True, 'namespace_filters': {'exclude_only': []}, **more})],
            integration(**read),
            id=words,
        )
        for words, more, read in OTHER_FILTERS
    ),
    *(
        pytest.param(
            [account(ACCOUNT, modified_at=recorded)], integration(modified_at=read), id=f'modified {recorded!r:.30}'
        )
        for recorded, read in TIMES
    ),
    pytest.param([{**account(ACCOUNT), 'id': '../../x'}], integration(config_id=None), id='an id that is no UUID'),
    pytest.param([account(OTHER), account(ACCOUNT)], integration(), id='beside another account'),
    pytest.param(
        [account(ACCOUNT, aws_partition='aws-cn', auth_config={'role_name': 'X'}), account(ACCOUNT)],
        integration(),
        id='beside the same number in another partition',
    ),
]

REASONS = [
    pytest.param({'data': []}, f'Datadog has no integration for account {ACCOUNT}', id='no account'),
    pytest.param({'data': [account(OTHER)]}, f'Datadog has no integration for account {ACCOUNT}', id='another account'),
    pytest.param(
        {'data': [account(ACCOUNT), account(ACCOUNT)]},
        f'Datadog has several integrations for account {ACCOUNT}',
        id='the account twice',
    ),
    pytest.param({}, OTHER_SHAPE, id='no data'),
    pytest.param([], OTHER_SHAPE, id='a list'),
    pytest.param({'data': {}}, OTHER_SHAPE, id='data that is no list'),
    pytest.param({'data': ['a']}, OTHER_SHAPE, id='an entry that is text'),
    pytest.param({'data': [account(ACCOUNT[:11])]}, OTHER_SHAPE, id='an account that is none'),
    pytest.param({'data': [account(ACCOUNT, auth_config=None)]}, OTHER_SHAPE, id='no way to authenticate'),
    pytest.param({'data': [account(ACCOUNT, aws_regions={})]}, OTHER_SHAPE, id='no regions'),
]


@pytest.mark.parametrize(('accounts', 'expected'), RECORDS)
def test_the_integration_of_the_account_is_read(accounts: list[dict[str, Any]], expected: Integration) -> None:
    answer = plain(200, json.dumps({'data': accounts}))
    with datadog_api(Datadog(instead=answer)) as datadog:
        api = DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY)
        assert read_integration(api, ACCOUNT, 'aws') == expected


@pytest.mark.parametrize(('answer', 'reason'), REASONS)
def test_an_answer_without_a_usable_record_is_a_reason(answer: object, reason: str) -> None:
    with datadog_api(Datadog(instead=plain(200, json.dumps(answer)))) as datadog:
        assert read_integration(DatadogApi(datadog.url), ACCOUNT, 'aws') == Unobserved(reason)


def test_only_this_account_is_asked_for_and_with_both_keys() -> None:
    with datadog_api(Datadog(accounts=[account(OTHER), account(ACCOUNT)])) as datadog:
        api = DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY)
        assert read_integration(api, ACCOUNT, 'aws') == integration()
        assert read_integration(DatadogApi(datadog.url), ACCOUNT, 'aws') == Unobserved(
            'Datadog refuses: a key is not valid, or the application key may not read AWS configuration'
            ' (403, permission aws_configuration_read)'
        )
    assert datadog.asked == [f'/api/v2/integration/aws/accounts?aws_account_id={ACCOUNT}'] * 2
    assert datadog.keys == [(API_KEY, APP_KEY), (None, None)]


def test_the_external_id_is_kept_as_a_digest_only() -> None:
    with datadog_api(Datadog(accounts=[account(ACCOUNT)])) as datadog:
        found = read_integration(DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY), ACCOUNT, 'aws')
    assert [secret for secret in (SECRET, API_KEY, APP_KEY) if secret in repr(found)] == []


def all_records(*accounts: dict[str, Any]) -> tuple[Mapping[str, object], ...]:
    with datadog_api(Datadog(accounts=list(accounts))) as datadog:
        return read_all(DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY))


OF_ALL = [
    pytest.param(
        [account(ACCOUNT, aws_regions={'include_only': ['eu-west-1']}), account(OTHER, metrics_config={})],
        (
            Recorded(
                ACCOUNT,
                (RegionName('eu-west-1'),),
                True,
                NamespaceFilters(FilterKind.EXCLUDE_ONLY),
                False,
                NO_TAG_FILTERS,
            ),
            Recorded(OTHER, None, None, NO_FILTERS, False, NO_TAG_FILTERS),
        ),
        id='two accounts',
    ),
    pytest.param([], (), id='none at all'),
]


@pytest.mark.parametrize(('accounts', 'recorded'), OF_ALL)
def test_all_accounts_are_read_as_far_as_they_are_about_hosts(accounts: list[Any], recorded: object) -> None:
    assert recorded_in(all_records(*accounts)) == recorded


@pytest.mark.parametrize('broken', [account(OTHER, aws_regions={}), account('no account')])
def test_an_unreadable_record_makes_those_of_all_accounts_unknown_but_not_that_of_this_account(
    broken: dict[str, Any],
) -> None:
    records = all_records(account(ACCOUNT), broken)
    assert integration_in(records, ACCOUNT, 'aws') == integration()
    with pytest.raises(RequestFailed, match=OTHER_SHAPE):
        recorded_in(records)


def test_each_record_is_read_by_itself() -> None:
    unread = account(OTHER, aws_regions={}, aws_partition='aws-cn')
    assert records_in(all_records(account(ACCOUNT), unread, account('no account'), account(ACCOUNT))) == Records(
        (
            OnRecord(ACCOUNT, Partition('aws'), integration()),
            OnRecord(OTHER, Partition('aws-cn'), Unobserved(OTHER_SHAPE)),
            OnRecord(ACCOUNT, Partition('aws'), integration()),
        ),
        without_id=1,
    )
