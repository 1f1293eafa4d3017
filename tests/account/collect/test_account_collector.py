"""One run of the account scope: each group is observed or says why not, and none takes another with it."""

import gc
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account import ELSEWHERE, AccountCollector
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.metrics_config import NO_NAME_FILTERS, NO_TAG_FILTERS
from datadog_checks.aws_diagnostics.facts import Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Account,
    AuthKind,
    Caller,
    Condition,
    ExternalId,
    Feature,
    FilterKind,
    Integration,
    Inventory,
    LastUsed,
    NamespaceFilters,
    Policy,
    PolicyKind,
    PolicyQuota,
    PolicyStatement,
    Recorded,
    RequiredPermissions,
    Role,
    RoleMissing,
    Simulation,
    TrustStatement,
)
from datadog_checks.aws_diagnostics.facts.values import AccountId, Arn, IntegrationId, Partition, PolicyName, RoleName
from tests.account import servers
from tests.account.aws_account import DATADOG, ROLE, SECRET, allow, create_role, document, operator, user_keys
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.scripted_aws import Answer, error, result, scripted_aws

ROLE_SIDE = frozenset({Feature.ROLE, Feature.PERMISSIONS})
MOTO_ACCOUNT, MINISTACK_ACCOUNT = '123456789012', '000000000000'
LISTS = {'standard': ('ec2:Describe*', 'sns:ListTopics'), 'resource_collection': ('glue:GetDatabases',)}
INTEGRATION = Integration(
    AuthKind.ROLE,
    ROLE,
    ExternalId.of(SECRET),
    None,
    extended_collection=False,
    namespace_filters=NamespaceFilters(FilterKind.EXCLUDE_ONLY),
    partition=Partition('aws'),
    config_id=IntegrationId('11111111-2222-3333-4444-555555555555'),
    metric_name_filters=NO_NAME_FILTERS,
    tag_filters=NO_TAG_FILTERS,
)


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    accounts = [account(number) for number in (MOTO_ACCOUNT, MINISTACK_ACCOUNT)]
    with datadog_api(Datadog(accounts=accounts, permissions=dict(LISTS))) as datadog:
        yield datadog


def options(datadog: Datadog, **differences: Any) -> AccountOptions:
    usual = AccountOptions(
        datadog_api_url=datadog.url, api_key=API_KEY, app_key=APP_KEY, features=ROLE_SIDE, regions=('eu-west-1',)
    )
    return replace(usual, **differences)


def observe(options: AccountOptions) -> Account:
    return AccountCollector(options).collect().of_account


def set_up_role() -> None:
    iam = operator()
    create_role(iam)
    iam.put_role_policy(RoleName=ROLE, PolicyName='Inline', PolicyDocument=document(allow('ec2:Describe*')))


def test_a_healthy_role_is_observed_as_a_whole(moto: str, datadog: Datadog) -> None:
    began = time.time()
    set_up_role()
    facts = AccountCollector(options(datadog)).collect()
    role = facts.of_account.role
    assert isinstance(role, Role)
    assert began - 1 <= role.created_at <= facts.observed_at <= time.time()
    external_id = Condition('StringEquals', 'sts:ExternalId', (), (ExternalId.of(SECRET),))
    trust = TrustStatement('Allow', (f'AWS:{DATADOG}',), ('sts:AssumeRole',), conditions=(external_id,))
    required = facts.of_account.required
    assert isinstance(required, RequiredPermissions)
    assert facts == Facts(
        facts.observed_at,
        Platform(None, 'the account scope'),
        ELSEWHERE,
        ELSEWHERE,
        ELSEWHERE,
        ELSEWHERE,
        Account(
            Caller(AccountId(MOTO_ACCOUNT), f'arn:aws:sts::{MOTO_ACCOUNT}:user/moto', Partition('aws')),
            INTEGRATION,
            Role(
                RoleName(ROLE),
                Arn(f'arn:aws:iam::{MOTO_ACCOUNT}:role/{ROLE}'),
                (trust,),
                role.created_at,
                LastUsed(at=None),
                changed_at=role.created_at,
            ),
            (Policy(PolicyName('Inline'), PolicyKind.INLINE, (PolicyStatement('Allow', ('ec2:Describe*',)),)),),
            RequiredPermissions(LISTS['standard'], LISTS['resource_collection'], 'api', required.as_of),
            Unobserved('the answer is not from AWS (iam:SimulatePrincipalPolicy)'),  # moto has none
            PolicyQuota(10, default=False),
            Unobserved('not checked: imds_posture is not in features'),
            Unobserved('not checked: metrics is not in features'),
            api_calls=8,
            inventory=Unobserved('not checked: inventory is not in features'),
            registered=True,
            errors=(),
        ),
    )


def test_a_change_of_a_policy_is_a_change_of_the_role(moto: str, datadog: Datadog) -> None:
    iam = operator()
    create_role(iam)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn='arn:aws:iam::aws:policy/SecurityAudit')
    created = iam.get_role(RoleName=ROLE)['Role']['CreateDate'].timestamp()
    found = observe(options(datadog))
    assert isinstance(found.role, Role) and isinstance(found.policies, tuple)
    assert found.role.changed_at == max(created, *(policy.changed_at or 0 for policy in found.policies))


MAY_ALL = allow('iam:*', 'sts:*')
OURS = [
    pytest.param('iam:GetRole', {'role', 'policies', 'simulation'}, id='may not see the role'),
    pytest.param('iam:ListRolePolicies', {'policies'}, id='may not list its inline policies'),
    pytest.param('iam:GetRolePolicy', {'policies'}, id='may not read its inline policies'),
    pytest.param('iam:ListAttachedRolePolicies', {'policies'}, id='may not list its managed policies'),
    pytest.param('iam:SimulatePrincipalPolicy', {'simulation'}, id='may not simulate'),
]


@pytest.mark.parametrize(('action', 'groups'), OURS)
def test_a_missing_permission_of_ours_is_named_and_stops_nothing_else(
    action: str, groups: set[str], ministack: str, datadog: Datadog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ministack holds the caller to the policy of the caller."""
    iam = operator()
    name = f'{ROLE}-{action.partition(":")[2]}'
    create_role(iam, name)
    iam.put_role_policy(RoleName=name, PolicyName='Inline', PolicyDocument=document(allow('ec2:Describe*')))
    deny = {'Effect': 'Deny', 'Action': action, 'Resource': '*'}
    keys = user_keys(iam, f'looker-{name}', MAY_ALL, deny)
    for variable, value in keys.items():
        monkeypatch.setenv(variable, value)
    found = observe(options(datadog, app_key='', role_name=name))
    reasons = {
        group: value.reason
        for group in ('caller', 'role', 'policies', 'simulation', 'quota', 'required')
        if isinstance(value := getattr(found, group), Unobserved)
    }
    assert reasons.keys() == groups
    assert [reason for reason in reasons.values() if not reason.startswith(f'missing permission {action} (')] == []


def test_a_real_simulator_is_asked_about_what_datadog_requires(ministack: str, datadog: Datadog) -> None:
    create_role(operator(), f'{ROLE}-sentinels')
    found = observe(options(datadog, app_key='', role_name=f'{ROLE}-sentinels')).simulation
    assert isinstance(found, Simulation)
    assert [(s.action, s.region) for s in found.results] == [
        ('ec2:DescribeInstances', 'eu-west-1'),
        ('sns:ListTopics', 'eu-west-1'),
    ]


NAMES = [
    pytest.param(True, 'Mine', ROLE, id='the name that Datadog has on record counts most'),
    pytest.param(False, 'Mine', 'Mine', id='else that of the operator'),
    pytest.param(False, '', 'TheDefault', id='else the default'),
]


@pytest.mark.parametrize(('recorded', 'configured', 'expected'), NAMES)
def test_which_role_is_looked_for(recorded: bool, configured: str, expected: str, moto: str, datadog: Datadog) -> None:
    chosen = options(datadog, role_name=configured, **({} if recorded else {'app_key': ''}))
    found = AccountCollector(chosen, 'TheDefault').collect().of_account
    assert found.role == RoleMissing(expected, trusting=())
    assert found.policies == found.simulation == Unobserved(f'there is no role {expected}')


NO_KEYS = Unobserved('Datadog was not asked: it needs both an API key and an application key')


def test_without_an_application_key_datadog_is_not_asked_for_the_integration(moto: str, datadog: Datadog) -> None:
    set_up_role()
    found = observe(options(datadog, app_key=''))
    assert found.integration == NO_KEYS
    assert isinstance(found.role, Role)
    assert [path for path in datadog.asked if 'accounts' in path] == []


WITH_HOSTS = ROLE_SIDE | {Feature.INVENTORY}
ACCOUNTS = '/api/v2/integration/aws/accounts'


def accounts_asked_for(datadog: Datadog) -> list[str]:
    return [path for path in datadog.asked if path.startswith(ACCOUNTS)]


def test_one_answer_of_datadog_serves_the_integration_and_the_host_list(moto: str, datadog: Datadog) -> None:
    found = observe(options(datadog, features=WITH_HOSTS))
    assert found.integration == INTEGRATION
    assert isinstance(found.inventory, Inventory)
    assert found.inventory.recorded == tuple(
        Recorded(AccountId(id), None, True, INTEGRATION.namespace_filters, False, INTEGRATION.tag_filters)
        for id in (MOTO_ACCOUNT, MINISTACK_ACCOUNT)
    )
    assert accounts_asked_for(datadog) == [ACCOUNTS]


def test_more_accounts_than_fit_into_one_answer_leave_the_integration_of_this_one(moto: str, datadog: Datadog) -> None:
    datadog.accounts.append(account('210987654321', account_tags=['x' * (4 << 20)]))
    found = observe(options(datadog, features=WITH_HOSTS))
    assert found.integration == INTEGRATION
    assert isinstance(found.inventory, Inventory)
    assert found.inventory.recorded == Unobserved('the answer of the Datadog API is larger than 4 MiB')
    assert accounts_asked_for(datadog) == [ACCOUNTS, f'{ACCOUNTS}?aws_account_id={MOTO_ACCOUNT}']


def test_without_the_host_list_only_this_account_is_asked_for(moto: str, datadog: Datadog) -> None:
    assert observe(options(datadog)).integration == INTEGRATION
    assert accounts_asked_for(datadog) == [f'{ACCOUNTS}?aws_account_id={MOTO_ACCOUNT}']


def test_features_that_are_off_cost_no_call(moto: str, datadog: Datadog) -> None:
    set_up_role()
    found = observe(options(datadog, features=frozenset({Feature.ROLE})))
    off = Unobserved('not checked: permissions is not in features')
    assert (found.policies, found.required, found.simulation, found.quota) == (off, off, off, off)
    assert isinstance(found.role, Role)
    assert found.api_calls == 2
    none = observe(options(datadog, features=frozenset()))
    assert none.role == Unobserved('not checked: permissions and role are not in features')
    assert none.api_calls == 1


def test_a_spent_budget_ends_the_groups_that_it_does_not_reach(moto: str, datadog: Datadog) -> None:
    set_up_role()
    found = observe(options(datadog, max_api_calls=2))
    spent = Unobserved('the budget of 2 calls to AWS in one run is used up (max_api_calls)')
    assert isinstance(found.role, Role)
    assert (found.policies, found.simulation, found.api_calls) == (spent, spent, 2)
    assert found.quota == PolicyQuota(10, default=True)


def test_without_time_left_nothing_is_asked(moto: str, datadog: Datadog) -> None:
    found = observe(options(datadog, deadline=0.0))
    over = Unobserved('the deadline of this run is over')
    assert (found.caller, found.role, found.required, found.simulation) == (over, over, over, over)
    assert found.api_calls == 0


def nothing_but_the_list(reason: str, found: Account) -> Account:
    """Of a run that could not ask AWS."""
    why = Unobserved(reason)
    assert isinstance(found.required, RequiredPermissions)
    return Account(
        why,
        why,
        why,
        why,
        found.required,
        why,
        why,
        fleet=Unobserved('not checked: imds_posture is not in features'),
        metrics=Unobserved('not checked: metrics is not in features'),
        api_calls=found.api_calls,
        inventory=Unobserved('not checked: inventory is not in features'),
        errors=why,
        denied=why,
    )


CONFIGURATIONS = [
    pytest.param('', 'no AWS credentials were found (sts:GetCallerIdentity)', id='nobody has given any'),
    pytest.param(
        '[default', 'the AWS configuration file cannot be read (the credential chain)', id='a file with an error'
    ),
    pytest.param(
        '[default]\ncredential_process = /bin/false',
        'the AWS credentials could not be loaded (the credential chain)',
        id='a process that fails',
    ),
]


@pytest.mark.parametrize(('configuration', 'reason'), CONFIGURATIONS)
def test_without_credentials_every_group_says_so(
    configuration: str, reason: str, datadog: Datadog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'config').write_text(configuration)
    environ = servers.environment('http://127.0.0.1:9', tmp_path)
    servers.use(monkeypatch, {name: value for name, value in environ.items() if name not in servers.KEYS})
    found = observe(options(datadog))
    assert found.caller == Unobserved(reason)
    assert isinstance(found.role, Unobserved) and isinstance(found.integration, Unobserved)
    assert (found.api_calls, isinstance(found.required, RequiredPermissions)) == (0, True)


def test_a_malformed_endpoint_is_named_as_the_reason(
    datadog: Datadog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.use(monkeypatch, servers.environment('http://', tmp_path))
    found = observe(options(datadog))
    assert found == nothing_but_the_list('a setting or an address of AWS is malformed (for sts)', found)


DENIED_REGIONS = Answer('<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>', 403)
CALLER = result('GetCallerIdentity', f'<Arn>arn:aws:iam::{MOTO_ACCOUNT}:user/alice</Arn>')
EXPIRED = error('ExpiredToken', 403)


def test_all_regions_need_the_permission_to_list_them(
    datadog: Datadog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_aws({'GetCallerIdentity': [CALLER], 'DescribeRegions': [DENIED_REGIONS]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        found = observe(options(datadog, regions=None, features=frozenset({Feature.IMDS_POSTURE})))
    assert found.integration == INTEGRATION
    assert found.fleet == Unobserved('missing permission ec2:DescribeRegions (UnauthorizedOperation)')


def test_expired_credentials_are_reported_and_datadog_is_not_asked(
    datadog: Datadog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = ('GetCallerIdentity', 'GetRole', 'GetAccountSummary')
    with scripted_aws({action: [EXPIRED] for action in actions}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        found = observe(options(datadog))
    expired = 'our AWS credentials have expired (ExpiredToken for sts:GetCallerIdentity)'
    assert found.caller == Unobserved(expired)
    assert found.integration == Unobserved(expired)
    assert found.role == Unobserved('our AWS credentials have expired (ExpiredToken for iam:GetRole)')
    assert isinstance(found.required, RequiredPermissions)


def test_where_the_role_to_assume_is_refused_only_the_published_permissions_are_read(
    datadog: Datadog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_aws({'AssumeRole': [error('AccessDenied', 403)]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        found = observe(options(datadog, assume_role_arn='arn:aws:iam::210987654321:role/Looker'))
    assert found == nothing_but_the_list('missing permission sts:AssumeRole (AccessDenied)', found)
    assert found.api_calls == 1


def test_no_secret_is_in_a_fact_or_a_log(moto: str, datadog: Datadog, caplog: pytest.LogCaptureFixture) -> None:
    set_up_role()
    caplog.set_level(logging.DEBUG)
    chosen = options(datadog)
    seen = repr(AccountCollector(chosen).collect()) + repr(chosen) + caplog.text
    assert ExternalId.of(SECRET).digest in seen
    assert [secret for secret in (SECRET, API_KEY, APP_KEY, *servers.SECRETS) if secret in seen] == []


def test_the_libraries_of_aws_are_imported_by_the_first_run() -> None:
    """The host scope may know the names of this module without paying for botocore and requests."""
    program = f"""
import sys
import {AccountCollector.__module__}
print(sorted(sys.modules.keys() & {{'boto3', 'botocore', 'requests', 'urllib3'}}))
"""
    found = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, check=True)
    assert found.stdout == '[]\n'


def test_a_crash_of_a_collector_is_reported_with_its_exception_and_costs_no_other_group(
    moto: str, datadog: Datadog
) -> None:
    """An address that our code cannot take is one example of any defect."""
    set_up_role()
    told: list[tuple[str, Exception]] = []
    broken = replace(options(datadog), datadog_api_url='http://[half-an-address')
    found = AccountCollector(broken, on_defect=lambda what, e: told.append((what, e))).collect().of_account
    assert found.integration == Unobserved('the integration could not be observed: ValueError')
    assert isinstance(found.role, Role)
    assert [(what, type(e)) for what, e in told] == [
        ('the integration', ValueError),
        ('the required permissions', ValueError),
    ]
    assert all(e.__traceback__ for _, e in told)


def test_a_refusal_of_aws_or_datadog_is_not_reported_as_a_defect(moto: str, datadog: Datadog) -> None:
    told: list[str] = []
    AccountCollector(
        options(datadog, app_key='', role_name='Absent'), on_defect=lambda what, _: told.append(what)
    ).collect()
    assert told == []


def test_memory_is_flat_from_the_second_run_on(moto: str, datadog: Datadog) -> None:
    """A session made for each run would leave tens of thousands of objects behind, until they are collected."""
    set_up_role()
    collector = AccountCollector(options(datadog))
    sizes = []
    for _ in range(4):
        collector.collect()
        gc.collect()
        sizes.append(len(gc.get_objects()))
    assert max(sizes[1:]) - min(sizes[1:]) < 100
